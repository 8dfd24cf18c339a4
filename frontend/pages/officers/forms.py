"""The forms of the office."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.pages.officers.weights import weight_fields
from frontend.pages.words import DEMANDS, DISTANCES, LATER, PRESETS
from geo_data.models import Stage
from geo_data.tables.reading import SPREADSHEETS, TEXTS


class DrawForm(forms.Form):
    """What the engine shall draw."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)
    preset = forms.ChoiceField(label=_("What matters most"), choices=list(PRESETS.items()), required=False)
    method = forms.ChoiceField(label=_("Distances"), choices=list(DISTANCES.items()), required=False)
    demand = forms.ChoiceField(label=_("Whose children count"), choices=list(DEMANDS.items()), required=False)
    later = forms.ChoiceField(label=_("Later entry years"), choices=list(LATER.items()), required=False)
    shared = forms.CharField(
        label=_("Schools that share a zone"),
        help_text=_("A line for each shared zone: the codes of its schools, with commas between them."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=5000,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weights = weight_fields()
        self.fields.update(self.weights)

    def plain_fields(self) -> list[forms.BoundField]:
        """Return the fields that are not folded away."""
        return [field for field in self if field.name not in self.weights]

    def weight_fields(self) -> list[forms.BoundField]:
        """Return the weights and the size of a class."""
        return [self[name] for name in self.weights]

    def own_weights(self) -> dict[str, int]:
        """Return the metres of every weight that was filled in."""
        asked = {name: self.cleaned_data[name] for name in self.weights if name != "class_size"}
        return {name: metres for name, metres in asked.items() if metres is not None}

    def clean_shared(self) -> list[list[str]]:
        """Return the codes of every line that names any."""
        lines = str(self.cleaned_data["shared"]).replace("，", ",").replace("、", ",").splitlines()
        groups = [[code.strip() for code in line.split(",") if code.strip()] for line in lines]
        return [group for group in groups if group]


class RedrawForm(forms.Form):
    """What a drawing that starts from a version shall be like."""

    preset = forms.ChoiceField(label=_("What matters most"), choices=list(PRESETS.items()), required=False)


class ProjectForm(forms.Form):
    """Whose entrants shall be projected."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)


def unit_code_of(written: str, names: Mapping[str, str]) -> str:
    """Return the code of what was written: a code, or a name that only one unit bears. Raises ValidationError."""
    written = written.strip()
    if written in names:
        return written
    codes = [code for code, name in names.items() if name == written]
    if len(codes) != 1:
        raise forms.ValidationError(
            _("Several have this name; write the code.")
            if codes
            else _("This plan has no such estate or village.")
        )
    return codes[0]


class UnitForm(forms.Form):
    """One estate or village of a plan, by name or code."""

    unit = forms.CharField(label=_("Estate or village"), help_text=_("Its name or code."), max_length=100)

    def __init__(self, *args: Any, names: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names

    def clean_unit(self) -> str:
        """Return the code of the unit."""
        return unit_code_of(str(self.cleaned_data["unit"]), self.names)


class MoveForm(UnitForm):
    """An estate or village into another zone."""

    zone = forms.ChoiceField(label=_("New zone"))
    reason = forms.CharField(label=_("Why"), max_length=300)

    def __init__(self, *args: Any, zones: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = list(zones)  # type: ignore[attr-defined]  # a ChoiceField has them


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("Why"), max_length=300)


class PublishForm(forms.Form):
    """From when until when a plan is in force."""

    from_on = forms.DateField(
        label=_("In force from"), widget=forms.DateInput({"type": "date", "class": "short"}, "%Y-%m-%d")
    )
    until_on = forms.DateField(
        label=_("Until, that day excluded"),
        required=False,
        widget=forms.DateInput({"type": "date", "class": "short"}, "%Y-%m-%d"),
    )
    document_number = forms.CharField(label=_("Document number"), required=False, max_length=100)
    confirmed = forms.BooleanField(
        label=_(
            "I have checked the plan. Families will be told these zones, and the publication stays on record."
        )
    )


class ZoneTextsForm(forms.Form):
    """Zones in words: the texts themselves stand beside it, one a school."""

    MOST_BYTES = 2_000_000
    KINDS = tuple(sorted(TEXTS | SPREADSHEETS))

    stage = forms.ChoiceField(choices=Stage.choices, widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("File of zone texts"),
        help_text=_("CSV or XLSX with the columns 学校编号 and 招生范围. It fills the boxes below."),
        required=False,
        widget=forms.ClearableFileInput({"accept": ",".join(KINDS)}),
    )
    majority = forms.BooleanField(
        label=_("Units that belong to several zones go where more than half of their dwellings are."),
        required=False,
    )
    name = forms.CharField(label=_("Name of the plan, for example the year"), required=False, max_length=100)
    digest = forms.CharField(required=False, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(
        label=_(
            "I have checked the report. The zones become a plan of an earlier year; nothing is published."
        ),
        required=False,
    )

    def clean_file(self) -> Any:
        """Refuse files that are too large or of another kind."""
        file = self.cleaned_data["file"]
        if file and file.size > self.MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        if file and not str(file.name).casefold().endswith(self.KINDS):
            raise forms.ValidationError(_("Upload a CSV or XLSX file."))
        return file


class CloseForm(forms.Form):
    """The values that will make the seed: named before any of them exists."""

    outside = forms.CharField(
        label=_("Public value from outside the room"),
        help_text=_("For example the winning numbers of a named lottery on a named day."),
        max_length=100,
    )
    witnessed = forms.CharField(
        label=_("Number drawn before witnesses"),
        help_text=_("What is drawn, where and when."),
        max_length=100,
    )
    reason = forms.CharField(label=_("Why the list is closed again"), required=False, max_length=300)
    confirmed = forms.BooleanField(label=_("Nobody can be added to the list after this."))

    def names(self) -> tuple[str, str]:
        """Return the names in the order in which they enter the seed."""
        return self.cleaned_data["outside"].strip(), self.cleaned_data["witnessed"].strip()


class ValueForm(forms.Form):
    """One value as this officer read it."""

    name = forms.ChoiceField(label=_("Which value"))
    value = forms.CharField(label=_("The value, exactly as announced"), max_length=200)

    def __init__(self, *args: Any, names: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]


class ConfirmForm(forms.Form):
    """A step that cannot be taken back."""

    confirmed = forms.BooleanField(label=_("Yes, I am sure"))
