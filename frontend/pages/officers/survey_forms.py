"""The forms of the survey from door to door."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from geo_data.models import SurveyDecision, SurveyorRole
from geo_data.services.surveys import Surveyor, Terms
from geo_data.tables.survey_reading import LARGEST_ZIP

DAY = {"type": "date", "class": "short"}
WHOLE_DISTRICT = "*"
SEPARATORS = (",", "，", "\t", ";", "；")


def day_input() -> forms.DateInput:
    """Return the field of a day, as browsers pick one."""
    return forms.DateInput(DAY, "%Y-%m-%d")


class SurveyorForm(forms.Form):
    """Who answers for a sheet, and until when it must be back."""

    name = forms.CharField(
        label=_("Responsible person"),
        help_text=_("Printed on the sheet; stored sealed."),
        required=False,
        max_length=60,
    )
    role = forms.ChoiceField(label=_("What this person is"), choices=SurveyorRole.choices)
    account = forms.ChoiceField(label=_("Account"), required=False)
    due_on = forms.DateField(label=_("To be back on"), widget=day_input())

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        names = [(key, person.display_name or str(person)) for key, person in self.people.items()]
        self.fields["account"].choices = [("", _("none")), *names]  # type: ignore[attr-defined]

    def surveyor(self) -> Surveyor:
        """Return the person."""
        cleaned = self.cleaned_data
        account = self.people.get(cleaned["account"])
        return Surveyor(cleaned["name"].strip(), SurveyorRole(cleaned["role"]), account)


class HandOutForm(SurveyorForm):
    """A sheet to another person, or once more."""

    issued_on = forms.DateField(label=_("Handed out on"), widget=day_input())


class IssueForm(SurveyorForm):
    """The sheets of a township, or of the whole district, at once."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    township = forms.ChoiceField(label=_("Township"))
    issued_on = forms.DateField(label=_("Handed out on"), widget=day_input())
    born_from = forms.DateField(label=_("Children born from"), widget=day_input())
    born_last = forms.DateField(label=_("until, that day included"), widget=day_input())
    blank_rows = forms.IntegerField(
        label=_("Empty rows for children not on the list"), min_value=0, max_value=60, initial=10
    )
    names = forms.CharField(
        label=_("Own responsible persons of single estates or villages"),
        help_text=_("One a line: code, name. Everybody else has the person above."),
        widget=forms.Textarea({"rows": 4}),
        required=False,
        max_length=200_000,
    )
    field_order = (
        "year",
        "township",
        "name",
        "role",
        "account",
        "issued_on",
        "due_on",
        "born_from",
        "born_last",
    )

    def __init__(self, *args: Any, townships: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everywhere = (WHOLE_DISTRICT, _("the whole district"))
        self.fields["township"].choices = [everywhere, *townships]  # type: ignore[attr-defined]

    def clean_names(self) -> dict[str, str]:
        """Return unit code -> name."""
        names = {}
        for number, line in enumerate(str(self.cleaned_data["names"]).splitlines(), start=1):
            if not line.strip():
                continue
            mark = next((mark for mark in SEPARATORS if mark in line), " ")
            code, _mark, name = (part.strip() for part in line.strip().partition(mark))
            if not code or not name or len(name) > 60:
                raise forms.ValidationError(
                    _("Line %(number)s is not code, name."), params={"number": number}
                )
            names[code] = name
        return names

    def township_code(self) -> str | None:
        """Return the township, None for the whole district."""
        chosen = str(self.cleaned_data["township"])
        return None if chosen == WHOLE_DISTRICT else chosen

    def terms(self) -> Terms:
        """Return what all sheets share."""
        cleaned = self.cleaned_data
        after_last = date.fromordinal(cleaned["born_last"].toordinal() + 1)
        return Terms(
            year=cleaned["year"],
            issued_on=cleaned["issued_on"],
            due_on=cleaned["due_on"],
            born_from=cleaned["born_from"],
            born_until=after_last,
            blank_rows=cleaned["blank_rows"],
        )


class UploadForm(forms.Form):
    """Sheets that came back: a spreadsheet, or a zip of many."""

    file = forms.FileField(
        label=_("Filled sheets"),
        help_text=_("One XLSX file, or a zip of many. Names of files do not matter."),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.zip"}),
    )

    def clean_file(self) -> UploadedFile[bytes]:
        """Return the file unless it is too large."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > LARGEST_ZIP:
            raise forms.ValidationError(_("The file is too large: at most 200 MB."))
        return file


class DecisionForm(forms.Form):
    """What holds where sheet and register differ."""

    decision = forms.ChoiceField(label=_("Decision"), choices=SurveyDecision.choices)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)
