"""The district of a question, which need not be said where there is one only."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

WORDS = "District code; may be left out where the installation has one district."


class DistrictField(serializers.CharField):
    """A district's code; left out, it is what `only` returns: the only district, None where there is no such.

    That costs one query. Where there are several districts, somebody must say which.
    """

    def __init__(self, only: Callable[[], str | None], **words: Any) -> None:
        def default() -> str:
            code = only()
            if code is None:
                raise serializers.ValidationError(_("Say which district is meant."), code="required")
            return code

        super().__init__(**{"max_length": 20, "help_text": WORDS, "default": default, **words})
