"""The questions of the application, one form for each page."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.pages.guardians.previews import Preview, SchoolOffer
from frontend.templatetags.words import distance
from geo_data.models import CatchmentUnit, Dataset, Sex
from geo_data.selectors.units import list_units, search_units
from geo_data.tables.identity import identity_faults, normalized

MOST_FOUND = 8


class Question(forms.Form):
    """A page of the form; what is missing is asked for kindly."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill this in.")


class ChildForm(Question):
    """Who is the child? Birth date and sex are in the identity number, so nobody is asked for them."""

    child_name = forms.CharField(
        label=_("The child's name"),
        help_text=_("As in the household register."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    identity_number = forms.CharField(
        label=_("The child's identity number"),
        help_text=_("18 digits; the last one may be X. It is in the household register."),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, is_known: bool = False, **kwargs: Any) -> None:
        """`is_known`: the child has an application, whose number cannot become another child's."""
        super().__init__(*args, **kwargs)
        self.fields["identity_number"].disabled = is_known

    def clean_identity_number(self) -> str:
        """Return the number without spaces, if its date and check digit are right."""
        number = normalized(str(self.cleaned_data["identity_number"]))
        try:
            birth_on, sex = birth_and_sex(number)
        except ValueError:
            raise forms.ValidationError(_("This is not an identity number of 18 digits.")) from None
        if identity_faults(number, birth_on=birth_on, sex=sex):
            raise forms.ValidationError(_("A digit of this number is wrong. Please compare it again."))
        self.cleaned_data["birth_on"], self.cleaned_data["sex"] = birth_on.isoformat(), sex
        return number


def birth_and_sex(number: str) -> tuple[date, str]:
    """Return what an identity number says. Raises ValueError when it cannot hold it. Source: GB 11643-1999."""
    if len(number) != 18 or not number[:17].isascii() or not number[:17].isdigit():
        raise ValueError("an identity number has 18 places")
    birth_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return birth_on, (Sex.MALE if int(number[16]) % 2 else Sex.FEMALE).value


class HomeForm(Question):
    """Where do you live? The estate or village is searched on the server; scripts only suggest sooner."""

    unit_name = forms.CharField(
        label=_("Your estate or village"),
        help_text=_("Write a part of its name and choose it from the list."),
        max_length=60,
    )
    unit_code = forms.CharField(required=False, widget=forms.HiddenInput)
    address = forms.CharField(
        label=_("Building and flat, or house number"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    guardian_name = forms.CharField(
        label=_("Your own name"),
        help_text=_("The parent or guardian who applies."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, units: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units
        self.found: list[CatchmentUnit] = []
        attrs = {
            "data-suggest": units.district_id,
            "data-suggest-code": "id_unit_code",
        }
        self.fields["unit_name"].widget.attrs.update(attrs, autocomplete="off")

    def clean(self) -> dict[str, Any]:
        """Settle the unit: the chosen one if it still bears the name written, else the only one of that name."""
        cleaned = super().clean() or self.cleaned_data
        name = str(cleaned.get("unit_name", "")).strip()
        unit = self._unit(name, str(self.data.get("unit_choice") or cleaned.get("unit_code") or ""))
        if unit is not None:
            cleaned["unit_code"], cleaned["unit_name"] = unit.code, unit.name
        elif name:
            self.add_error("unit_name", self._question())
        return cleaned

    def _unit(self, name: str, code: str) -> CatchmentUnit | None:
        chosen = list_units(self.units).filter(code=code).first() if code else None
        if chosen is not None and (chosen.name == name or self.data.get("unit_choice")):
            return chosen
        self.found = list(search_units(self.units, name)[:MOST_FOUND]) if name else []
        same = [unit for unit in self.found if unit.name == name]
        return same[0] if len(same) == 1 else None

    def _question(self) -> Any:
        return (
            _("Choose your estate or village from the list below.")
            if self.found
            else _("We found none of this name.")
        )


class ChoicesForm(Question):
    """Which schools, in which order? As many fields as the policy of the round gives choices."""

    def __init__(self, *args: Any, preview: Preview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preview = preview
        self._add("private", preview.private_choices, preview.private_schools, required=False)
        if len(preview.zone_schools) > 1:
            self._add("public", preview.public_choices, preview.zone_schools, required=True)

    def _add(self, track: str, count: int, schools: Sequence[SchoolOffer], *, required: bool) -> None:
        options = [("", _("– no school –")), *((school.code, _offer_words(school)) for school in schools)]
        for number in range(1, count + 1):
            label = _("Private school") if track == "private" else _("Public school")
            text = f"{label} {number}" if count > 1 else label
            self.fields[f"{track}_{number}"] = forms.ChoiceField(
                label=text, choices=options, required=required and number == 1
            )

    def listed(self, track: str) -> list[str]:
        """Return the schools chosen, in order."""
        names = [name for name in self.fields if name.startswith(f"{track}_")]
        return [self.cleaned_data[name] for name in names if self.cleaned_data.get(name)]

    def clean(self) -> dict[str, Any]:
        """Refuse a school named twice."""
        cleaned = super().clean() or self.cleaned_data
        for track in ("private", "public"):
            chosen = self.listed(track)
            if len(set(chosen)) != len(chosen):
                raise forms.ValidationError(_("A school is listed twice."))
        return cleaned


def _offer_words(school: SchoolOffer) -> str:
    return school.name if school.metres is None else f"{school.name} ({distance(school.metres)})"


_ADJUSTS_FIRST = _(
    "That school's own fees apply. If you say yes and it has a place, your child goes there before any public school is"
    " looked at. If you say no, nothing else changes."
)
_ADJUSTS_LAST = _(
    "That school's own fees apply. It is looked at only if no school on your list has a place. If you say no, nothing"
    " else changes."
)


def _twins_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Your child has a twin. If a school has one seat left for the two, what then?"),
        help_text=_(
            "Twins are drawn as one when both applications name the same schools in the same order. Please answer this"
            " alike in both: they are split only if both allow it."
        ),
        choices=[
            ("together", _("Keep them together: that school is left out for both")),
            ("split", _("Split them: one takes the seat, the other goes on down the list")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please fill this in.")},
    )


class CoordinationForm(Question):
    """What if no choice can be met?

    asks_adjustment -- whether to ask about another private school; before_public -- whether it comes first then
    asks_twins      -- whether a register knows a twin, so that one seat for two has to be thought of
    """

    accepts = forms.ChoiceField(
        label=_("If none of these schools has a place left, may the bureau find the nearest free place?"),
        choices=[
            ("yes", _("Yes, find my child the nearest place")),
            ("no", _("No, I will find a solution myself")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, asks_adjustment: bool, before_public: bool, asks_twins: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if asks_twins:
            self.fields = {"twins": _twins_field(), **self.fields}
        if asks_adjustment:
            adjusts = forms.ChoiceField(
                label=_("If your private schools are all full, may your child go to another private school?"),
                help_text=(_ADJUSTS_FIRST if before_public else _ADJUSTS_LAST),
                choices=[
                    ("no", _("No, only the private schools on my list")),
                    ("yes", _("Yes, the nearest private school that still has a free place")),
                ],
                widget=forms.RadioSelect,
                error_messages={"required": _("Please fill this in.")},
            )
            self.fields = {"adjusts": adjusts, **self.fields}  # asked in the order in which it happens
