"""The district of a question, which need not be said where there is one only."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from geo_data.selectors.districts import find_only_district

WORDS = "District code; may be left out where the installation has one district."


class _TheOnly:
    """The code of the only district; where there are several, or none, somebody must say which."""

    def __call__(self) -> str:
        only = find_only_district()
        if only is None:
            raise serializers.ValidationError(_("Say which district is meant."), code="required")
        return only.code


class DistrictField(serializers.CharField):
    """A district's code; left out, it is that of the only district. That costs one query."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**{"max_length": 20, "help_text": WORDS, "default": _TheOnly(), **words})
