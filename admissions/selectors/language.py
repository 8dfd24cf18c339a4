"""The language of who reads."""

from django.utils.translation import get_language

from admissions.rules.sentences import Language


def reader_language() -> Language:
    """Return the language that is active for the reader."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"
