"""What is asked of a family that registers a child of school age itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.pages.guardians.forms import HomeForm, birth_and_sex
from frontend.pages.language import language
from geo_data.models import Sex
from geo_data.services.self_registration import ChildDeclaration
from geo_data.tables.findings import Finding
from geo_data.tables.identity import normalized

NOT_SAID = ("", _("– not said –"))
# The words of the columns of a census, which the service reads.
REGISTRATION_KINDS = (
    ("家庭户", _("family household")),
    ("集体户", _("collective household")),
    ("港澳台", _("Hong Kong, Macau or Taiwan")),
    ("华侨", _("overseas Chinese")),
    ("外籍", _("foreign national")),
)
DWELLING_RIGHTS = (
    ("自有", _("owned by the family")),
    ("公租房", _("public rental")),
    ("租赁", _("rented")),
    ("单位住房", _("provided by the employer")),
    ("亲属住房", _("home of relatives")),
    ("无", _("none")),
)
HERE, COUNTY, ELSEWHERE = "here", "county", "elsewhere"
REGISTERED_AT = (
    (HERE, _("in the estate or village where we live")),
    (COUNTY, _("elsewhere in this county")),
    (ELSEWHERE, _("in another county")),
)
GUARDIAN_REGISTERED_AT = (
    (HERE, _("in this county")),
    (ELSEWHERE, _("in another county")),
)
# The form's field that asks for what the service calls otherwise.
FIELD_OF = {
    "name": "child_name",
    "identity": "identity_number",
    "guardian": "guardian_name",
    "unit_code": "unit_name",
    "school_code": "school_now",
    "registration_unit": "registered_at",
    "guardian_registration_district": "guardian_registered_in",
}


# Who is registered elsewhere -> the field that asks for the county.
COUNTY_OF = {
    "registered_at": "registration_district",
    "guardian_registered_at": "guardian_registered_in",
}


class RegisterChildForm(HomeForm):
    """One page: the child, the home, the registration. Birth date and sex only where the number does not tell them."""

    child_name = forms.CharField(
        label=_("The child's name"), help_text=_("As in the household register."), max_length=100
    )
    identity_number = forms.CharField(
        label=_("The child's identity number"),
        help_text=_("18 digits; the last one may be X. The number of another document will do as well."),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_on = forms.DateField(
        label=_("Date of birth"),
        help_text=_("Only with another document: the identity number tells it."),
        required=False,
        widget=forms.DateInput({"type": "date", "class": "short"}, "%Y-%m-%d"),
    )
    sex = forms.ChoiceField(
        label=_("Girl or boy"),
        help_text=_("Only with another document: the identity number tells it."),
        required=False,
        choices=[NOT_SAID, *Sex.choices],
    )
    guardian_identity = forms.CharField(
        label=_("Your own identity number"),
        help_text=_("With it permits, titles and rentals in your name are found."),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    school_now = forms.ChoiceField(label=_("School that the child attends now"), required=False)
    registration_kind = forms.ChoiceField(
        label=_("Kind of household registration"), required=False, choices=[NOT_SAID, *REGISTRATION_KINDS]
    )
    registered_at = forms.ChoiceField(
        label=_("Where is the child registered?"), required=False, choices=[NOT_SAID, *REGISTERED_AT]
    )
    registration_district = forms.CharField(
        label=_("County of registration"),
        help_text=_("Only if it is another county: its name or six-digit code."),
        required=False,
        max_length=20,
    )
    guardian_registered_at = forms.ChoiceField(
        label=_("Where are you registered yourself?"),
        required=False,
        choices=[NOT_SAID, *GUARDIAN_REGISTERED_AT],
    )
    guardian_registered_in = forms.CharField(
        label=_("County of your own registration"),
        help_text=_("Only if it is another county: its name or six-digit code."),
        required=False,
        max_length=20,
    )
    dwelling_right = forms.ChoiceField(
        label=_("Right to the dwelling"), required=False, choices=[NOT_SAID, *DWELLING_RIGHTS]
    )
    residence_since = forms.DateField(
        label=_("Living in this county since"),
        required=False,
        widget=forms.DateInput({"type": "date", "class": "short"}, "%Y-%m-%d"),
    )
    field_order = (
        "child_name",
        "identity_number",
        "birth_on",
        "sex",
        "unit_name",
        "unit_code",
        "address",
        "guardian_name",
        "guardian_identity",
        "registration_kind",
        "registered_at",
        "registration_district",
        "guardian_registered_at",
        "guardian_registered_in",
        "dwelling_right",
        "residence_since",
        "school_now",
    )

    def __init__(self, *args: Any, schools: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school_now"].choices = [NOT_SAID, *schools]  # type: ignore[attr-defined]
        self.fields["guardian_name"].help_text = _("The parent or guardian who registers the child.")

    def clean(self) -> dict[str, Any]:
        """Take birth date and sex from a resident's number, and ask for what is missing beside other answers."""
        cleaned = super().clean()
        self._born(cleaned)
        for at, county in COUNTY_OF.items():
            if cleaned.get(at) == ELSEWHERE and not cleaned.get(county):
                self.add_error(county, _("Please fill this in."))
        return cleaned

    def _born(self, cleaned: dict[str, Any]) -> None:
        try:
            told = birth_and_sex(normalized(str(cleaned.get("identity_number", ""))))
        except ValueError:
            for name in ("birth_on", "sex"):
                if not cleaned.get(name) and name not in self.errors and "identity_number" in cleaned:
                    self.add_error(name, _("Please fill this in."))
        else:
            cleaned["birth_on"] = cleaned.get("birth_on") or told[0]
            cleaned["sex"] = cleaned.get("sex") or told[1]

    def declaration(self, phone: str) -> ChildDeclaration:
        """Return what a valid form declares; `phone` is the one that signed in."""
        told = self.cleaned_data
        return ChildDeclaration(
            name=told["child_name"],
            identity=normalized(told["identity_number"]),
            birth_on=told["birth_on"],
            sex=told["sex"],
            guardian=told["guardian_name"],
            guardian_identity=normalized(told["guardian_identity"]),
            phone=phone,
            address=told["address"],
            unit_code=told["unit_code"],
            school_code=told["school_now"],
            facts=self._facts(),
        )

    def _facts(self) -> Mapping[str, str]:
        told, here = self.cleaned_data, self.units.district_id
        at, own = told["registered_at"], told["guardian_registered_at"]
        since = told["residence_since"]
        facts = {
            "registration_kind": told["registration_kind"],
            "registration_district": told["registration_district"] if at == ELSEWHERE else at and here,
            "registration_unit": told["unit_code"] if at == HERE else "",
            "guardian_registration_district": told["guardian_registered_in"]
            if own == ELSEWHERE
            else own and here,
            "dwelling_right": told["dwelling_right"],
            "residence_since": since.isoformat() if since else "",
        }
        return {name: text for name, text in facts.items() if text}

    def add_faults(self, fields: Mapping[str, Sequence[str]]) -> None:
        """Show what the service found wrong, at the fields that asked for it."""
        for name, codes in fields.items():
            field = FIELD_OF.get(name, name)
            for code in codes:
                self.add_error(field if field in self.fields else None, Finding(code).sentence(language()))
