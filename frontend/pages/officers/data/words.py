"""Closed sets of imports, in words."""

from collections.abc import Iterable

from frontend.pages.officers.data.forms import REPAIR_CHOICES


def repairs_in_words(repairs: Iterable[str]) -> list[str]:
    """Say which repairs were made; one without words is called by its name."""
    known = {repair.value: str(words) for repair, words in REPAIR_CHOICES}
    return [known.get(repair, repair) for repair in repairs]
