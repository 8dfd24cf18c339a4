"""Forms of bringing files in: the file and what is said of it, other terms, repairs, headers."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pyproj import CRS
from pyproj.exceptions import CRSError

from frontend.pages.officers.data.systems import OTHER, declared, system_choices
from frontend.pages.officers.data.words import REPAIR_CHOICES
from geo_data.models import District, RowsKept, Stage, Upload
from geo_data.services.kinds import ImportKind, Option
from geo_data.services.uploads import MOST_TOLERANCE_MM, REASON_LETTERS, Choices, formats_of
from geo_data.tables.coverage import SNAP_METRES, Repair
from geo_data.tables.findings import Keep

KEEP_CHOICES = (
    (RowsKept.ALL_OR_NOTHING, _("All or nothing: one mistake refuses the file")),
    (RowsKept.GOOD_ROWS, _("Good rows only: rows with mistakes are left out and listed")),
)
DAY = forms.DateInput({"type": "date", "class": "short"}, "%Y-%m-%d")


class TermsForm(forms.Form):
    """How a file is to be read. Fields that its kind does not know are not asked."""

    crs = forms.ChoiceField(
        label=_("Coordinate system"),
        help_text=_(
            "Ask the office that made the file. If you are wrong, the check notices and names the likely system."
        ),
        required=False,
        widget=forms.Select({"class": "wide"}),
    )
    epsg = forms.IntegerField(
        label=_("EPSG code, when it is another system"),
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "class": "short"}),
    )
    swap_axes = forms.BooleanField(
        label=_("Exchange the two coordinates"),
        help_text=_(
            "Only when the first one is the northing, as in surveys, where X is north and Y is east."
        ),
        required=False,
    )
    stage = forms.ChoiceField(
        label=_("Stage of all schools in the file"),
        help_text=_("Only when the file has no such column."),
        required=False,
        choices=[("", _("stands in the file")), *Stage.choices],
    )
    accept_offset = forms.BooleanField(
        label=_("The positions of the current version are wrong; take this file's"),
        help_text=_(
            "Only when the check said that the file lies beside the places known, and you know the file is right."
        ),
        required=False,
    )
    offset_reason = forms.CharField(
        label=_("Why the positions of the current version are wrong"),
        help_text=_("Only with the box above; it is kept with the version."),
        required=False,
        max_length=REASON_LETTERS,
        widget=forms.TextInput({"class": "wide", "autocomplete": "off"}),
    )
    keep = forms.ChoiceField(
        label=_("When rows have mistakes"), choices=KEEP_CHOICES, widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, entry: ImportKind, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entry = entry
        if Option.CRS in entry.options:
            self.fields["crs"].choices = system_choices(district.working_crs)  # type: ignore[attr-defined]
        else:
            self._drop("crs", "epsg")
        if Option.SWAP_AXES not in entry.options:
            self._drop("swap_axes")
        if Option.STAGE not in entry.options:
            self._drop("stage")
        if Option.ACCEPT_OFFSET not in entry.options:
            self._drop("accept_offset", "offset_reason")
        if not entry.takes_good_rows:
            self._drop("keep")
        else:
            self.fields["keep"].initial = RowsKept.ALL_OR_NOTHING

    def _drop(self, *names: str) -> None:
        for name in names:
            self.fields.pop(name)

    def clean(self) -> dict[str, Any]:
        """Refuse another system without its code, a code that nobody knows, and two systems at once."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("epsg") and not cleaned.get("crs"):
            cleaned["crs"] = OTHER  # who writes a code means it
        if cleaned.get("crs") == OTHER:
            self._check_epsg(cleaned.get("epsg"))
        elif cleaned.get("epsg"):
            self.add_error(
                "epsg",
                _(
                    "Another system is chosen above. Leave the code empty, or choose"
                    " “Another system, by its EPSG code”."
                ),
            )
        if cleaned.get("accept_offset") and not cleaned.get("offset_reason"):
            self.add_error("offset_reason", _("Write why: the version keeps it."))
        return cleaned

    def _check_epsg(self, code: int | None) -> None:
        if code is None:
            self.add_error("epsg", _("Write the EPSG code."))
            return
        try:
            CRS.from_epsg(code)
        except CRSError:
            self.add_error("epsg", _("There is no coordinate system with this code."))

    def choices(self) -> Choices:
        """Return what was chosen, in the words of the service."""
        cleaned = self.cleaned_data
        return Choices(
            keep=Keep(cleaned.get("keep") or Keep.ALL_OR_NOTHING),
            crs=declared(cleaned.get("crs", ""), str(cleaned.get("epsg") or "")),
            stage=cleaned.get("stage", ""),
            swap_axes=bool(cleaned.get("swap_axes")),
            accept_offset=bool(cleaned.get("accept_offset")),
            offset_reason=cleaned.get("offset_reason", ""),
        )


class BringForm(TermsForm):
    """A file, where it comes from, and how it is to be read."""

    file = forms.FileField(label=_("File"))
    borders = forms.FileField(
        label=_("Which units adjoin"),
        help_text=_(
            "A second table, only when the units are points: two columns, a pair of neighbours a row."
        ),
        required=False,
    )
    source_office = forms.CharField(
        label=_("Which office it comes from"), max_length=100, widget=forms.TextInput({"autocomplete": "off"})
    )
    vintage_on = forms.DateField(
        label=_("On which day the data were true"),
        help_text=_("The day of the survey or of the extract, not the day on which you received it."),
        widget=DAY,
    )
    field_order = (
        "file",
        "borders",
        "source_office",
        "vintage_on",
        "crs",
        "epsg",
        "swap_axes",
        "accept_offset",
        "offset_reason",
        "stage",
        "keep",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        if Option.BORDERS not in self.entry.options:
            self._drop("borders")
        else:
            self.fields["borders"].widget.attrs["accept"] = ".csv,.xlsx"
        self.fields["file"].widget.attrs["accept"] = ",".join(formats_of(self.entry))
        self.order_fields(self.field_order)

    def clean_file(self) -> Any:
        """Refuse what is too large, or of a kind that is not read, before anything is stored."""
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MIB << 20:
            raise forms.ValidationError(
                _("The file is too large: at most %(most)s MB."), params={"most": settings.UPLOAD_MIB}
            )
        if Path(file.name).suffix.casefold() not in formats_of(self.entry):
            formats = ", ".join(formats_of(self.entry))
            raise forms.ValidationError(
                _("This kind of file is not read here. Use one of: %(formats)s."), params={"formats": formats}
            )
        return file

    def clean_vintage_on(self) -> date:
        """Data cannot be true on a day that has not come."""
        day: date = self.cleaned_data["vintage_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class RepairForm(forms.Form):
    """What the program may repair, and how far it may move a corner."""

    repairs = forms.MultipleChoiceField(
        label=_("What may be repaired"), choices=REPAIR_CHOICES, widget=forms.CheckboxSelectMultiple
    )
    tolerance_mm = forms.IntegerField(
        label=_("How far a corner may be moved, in millimetres"),
        help_text=_(
            "1 mm mends rounding; a crack closes when it is nowhere wider. More than 1 m hides real disputes."
        ),
        min_value=1,
        max_value=MOST_TOLERANCE_MM,
        initial=round(SNAP_METRES * 1000),
        widget=forms.NumberInput({"class": "short"}),
    )

    def chosen(self) -> tuple[Repair, ...]:
        """Return the repairs in their order."""
        return tuple(repair for repair in Repair if repair.value in self.cleaned_data["repairs"])


class HeadersForm(forms.Form):
    """What each unknown header means: a column, or nothing."""

    def __init__(
        self,
        *args: Any,
        headers: Iterable[str],
        columns: Iterable[tuple[str, str]],
        known: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(SKIPPED, _("It is not used")), (_("It is the column"), list(columns))]
        self.headers = list(headers)
        for place, header in enumerate(self.headers):
            self.fields[f"header_{place}"] = forms.ChoiceField(
                label=header,
                choices=[("", _("Choose …")), *choices],
                initial=known.get(header, ""),
                widget=forms.Select({"class": "wide"}),
            )

    def meanings(self) -> dict[str, str]:
        """Return header -> column, "" for one that is not used."""
        chosen = (self.cleaned_data[f"header_{place}"] for place in range(len(self.headers)))
        pairs = zip(self.headers, chosen, strict=True)
        return {header: "" if column == SKIPPED else column for header, column in pairs}

    def clean(self) -> dict[str, Any]:
        """Two headers cannot mean the same column."""
        cleaned: dict[str, Any] = super().clean() or {}
        seen: set[str] = set()
        for name, column in tuple(cleaned.items()):
            if column and column != SKIPPED and column in seen:
                self.add_error(name, _("Another header means this column already."))
            seen.add(column)
        return cleaned


SKIPPED = "-"


def choices_of(upload: Upload, **changed: Any) -> Choices:
    """Return how a file is read now, with what is changed."""
    now = {
        "keep": Keep(upload.keep),
        "crs": upload.choices.get("crs", ""),
        "stage": upload.choices.get("stage", ""),
        "repairs": tuple(Repair(word) for word in upload.choices.get("repairs", ())),
        "tolerance_mm": upload.choices.get("tolerance_mm", round(SNAP_METRES * 1000)),
        "headers": upload.headers,
        "borders": upload.borders,
        "swap_axes": bool(upload.choices.get("swap_axes")),
        "accept_offset": bool(upload.choices.get("accept_offset")),
        "offset_reason": upload.choices.get("offset_reason", ""),
    }
    return Choices(**{**now, **changed})
