"""The forms of the page of streets."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from geo_data.services.measures import RANGES, WALKING

PLACE = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,2}(?:\.\d+)?)\s*\Z")


def place_of(text: str) -> tuple[float, float] | None:
    """Return longitude and latitude of "113.02, 34.71", None for any other text."""
    found = PLACE.match(text)
    if found is None:
        return None
    longitude, latitude = float(found[1]), float(found[2])
    return (longitude, latitude) if abs(longitude) <= 180 and abs(latitude) <= 90 else None


class PlaceField(forms.CharField):
    """A point as longitude and latitude."""

    def clean(self, value: str) -> tuple[float, float]:
        """Return longitude and latitude."""
        place = place_of(str(super().clean(value)))
        if place is None:
            raise forms.ValidationError(_("Write longitude and latitude, such as 113.0211, 34.7098."))
        return place


class ReasonForm(forms.Form):
    """Why streets are changed."""

    reason = forms.CharField(label=_("Why"), max_length=300)


class LinkForm(ReasonForm):
    """A bridge, underpass or open gate that the file does not have."""

    start = PlaceField(label=_("From (longitude, latitude)"), max_length=60)
    end = PlaceField(label=_("To (longitude, latitude)"), max_length=60)
    place = forms.CharField(label=_("What it is called"), required=False, max_length=120)

    field_order = ("start", "end", "place", "reason")


class MeasureForm(forms.Form):
    """How walks are measured."""

    penalty_m = forms.IntegerField(
        label=_("Metres that a crossing of a main road counts for"),
        min_value=RANGES["penalty_m"][0],
        max_value=RANGES["penalty_m"][1],
        initial=WALKING.penalty_m,
    )
    snap_limit_m = forms.IntegerField(
        label=_("Metres from a home or school to the nearest street, at most"),
        min_value=RANGES["snap_limit_m"][0],
        max_value=RANGES["snap_limit_m"][1],
        initial=WALKING.snap_limit_m,
    )
