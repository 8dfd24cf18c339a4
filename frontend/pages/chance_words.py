"""Chances in words: so many of a hundred families, never a share with decimals."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from admissions.selectors.chances import GroupChance


@dataclass(frozen=True, slots=True)
class Range:
    """From so many of a hundred to so many; `every` and `nobody` are certain over all redraws."""

    low: int
    high: int
    every: bool
    nobody: bool


def range_of(*groups: GroupChance) -> Range:
    """Return from the worst draw of the worst group to the best draw of the best."""
    return Range(
        min(group.low for group in groups),
        max(group.high for group in groups),
        all(group.share == 100 for group in groups),
        all(group.share == 0 and group.high == 0 for group in groups),
    )


def count_in_words(found: Range) -> str:
    """Say how many of a hundred, for a table."""
    if found.every:
        return _("all")
    if found.nobody:
        return _("none")
    if found.low == found.high:
        return _("about %(count)s of 100") % {"count": found.low}
    return _("about %(low)s to %(high)s of 100") % {"low": found.low, "high": found.high}


def place_in_words(families: str, found: Range) -> str:
    """Say of how many of these families a child got a place here."""
    said = {"families": families, "low": found.low, "high": found.high}
    if found.every:
        return _("All %(families)s got a place here.") % said
    if found.nobody:
        return _("None of the %(families)s got a place here.") % said
    if found.low == found.high:
        return _("Of 100 %(families)s about %(low)s got a place here.") % said
    return _("Of 100 %(families)s about %(low)s to %(high)s got a place here.") % said


def spread_in_words(found: Range) -> str:
    """Say how far apart the kinds of families are, where the family's own is not known."""
    return _(
        "It differs by kind of family: from about %(low)s of 100 of one kind to about %(high)s of 100 of another."
    ) % {"low": found.low, "high": found.high}


def few_in_words() -> str:
    """Say why nothing is said of a group of which too few came."""
    return _("Many such families had a place higher on their list; too few came here to say anything.")
