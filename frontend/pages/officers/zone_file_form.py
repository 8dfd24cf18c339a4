"""The form of zones from a map or a list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.pages.officers.data.systems import OTHER, system_choices
from geo_data.models import District, Stage
from geo_data.services.uploads import REASON_LETTERS
from geo_data.tables.layers import LAYERS
from geo_data.tables.reading import SPREADSHEETS, TEXTS
from geo_data.tables.systems import UnknownSystem, parse_system

KINDS = tuple(sorted(TEXTS | SPREADSHEETS | LAYERS))
MOST_BYTES = 20_000_000  # its sender waits


class ZoneFileForm(forms.Form):
    """The file with how it is to be read, then what the officer confirms."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)
    file = forms.FileField(
        label=_("File of zones"),
        help_text=_(
            "A map of polygons with the column 学校编号 (GeoPackage, GeoJSON, Shapefile in a zip, KML, FlatGeobuf), "
            "or a list with the columns 单元编号 and 学校编号 (CSV, XLSX). Up to 20 MB."
        ),
        widget=forms.ClearableFileInput({"accept": ",".join(KINDS)}),
        error_messages={"required": _("Choose a file.")},
    )
    crs = forms.ChoiceField(
        label=_("Coordinate system"),
        help_text=_("Of a map. If you are wrong, the check notices and names the likely system."),
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
    accept_offset = forms.BooleanField(
        label=_("The positions of the current version are wrong; take this file's"),
        help_text=_(
            "Only when the check said that the file lies beside the places known, and you know the file is right."
        ),
        required=False,
    )
    offset_reason = forms.CharField(
        label=_("Why the positions of the current version are wrong"),
        help_text=_("Only with the box above; it is kept with the plan."),
        required=False,
        max_length=REASON_LETTERS,
        widget=forms.TextInput({"class": "wide", "autocomplete": "off"}),
    )
    repair = forms.BooleanField(
        label=_("Mend invalid polygons; every one that is mended is listed."), required=False
    )
    majority = forms.BooleanField(
        label=_("Units that a border splits go where more than half of their area is."), required=False
    )
    name = forms.CharField(label=_("Name of the plan, for example the year"), required=False, max_length=100)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    digest = forms.CharField(required=False, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(
        label=_(
            "I have checked the report. The zones become a plan of an earlier year; nothing is published."
        ),
        required=False,
    )

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["crs"].choices = system_choices(district.working_crs)  # type: ignore[attr-defined]
        self.fields["file"].required = not self.data.get("seen")  # what was read travels with the page

    def clean_file(self) -> Any:
        """Refuse files that are too large or of another kind."""
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        if file and not str(file.name).casefold().endswith(KINDS):
            raise forms.ValidationError(_("This kind of file is not read here."))
        return file

    def clean(self) -> dict[str, Any]:
        """Refuse another system without its code, and an accepted offset without its reason."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("accept_offset") and not cleaned.get("offset_reason"):
            self.add_error("offset_reason", _("Write why: the plan keeps it."))
        if cleaned.get("crs") == OTHER:
            cleaned["crs"] = f"EPSG:{cleaned.get('epsg') or ''}"
            try:
                parse_system(cleaned["crs"])
            except UnknownSystem:
                self.add_error("epsg", _("There is no coordinate system with this code."))
        return cleaned
