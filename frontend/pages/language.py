"""The language of an answer, as the rules name it."""

from typing import Literal

from django.utils.translation import get_language


def language() -> Literal["zh", "en"]:
    """Return zh or en."""
    return "en" if (get_language() or "").startswith("en") else "zh"
