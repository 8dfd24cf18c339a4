"""Who gains and who loses between two results for the same children: the policy simulator."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from admissions.matching.records import Placement, RoundResult


class Change(Enum):
    """What the second policy means for a child, by the child's own list."""

    GAINS = "gains"
    LOSES = "loses"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Comparison:
    """changes -- by receipt; counts -- children by class (such as category) and change, classes sorted."""

    changes: Mapping[str, Change]
    counts: tuple[tuple[str, Change, int], ...]


def compare(before: RoundResult, after: RoundResult, class_of: Mapping[str, str]) -> Comparison:
    """Compare two policies on the same children.

    A child gains by a better choice, then by being coordinated rather than not placed; coordinated seats are
    compared by nearness.
    class_of -- the class by receipt under which children are counted
    Raises ValueError when the results are of different children.
    """
    first = {placement.receipt: placement for placement in before.placements}
    second = {placement.receipt: placement for placement in after.placements}
    if first.keys() != second.keys():
        raise ValueError("the two results are not of the same children")
    changes = {receipt: _change(_worth(first[receipt]), _worth(second[receipt])) for receipt in sorted(first)}
    counted = Counter((class_of[receipt], change) for receipt, change in changes.items())
    order = sorted(counted, key=lambda pair: (pair[0], pair[1].value))
    return Comparison(changes, tuple((name, change, counted[name, change]) for name, change in order))


def _worth(placement: Placement) -> tuple[int, int]:
    """Return a pair that is smaller for the better outcome."""
    if placement.choice is not None:
        return 0, placement.choice
    if placement.nearest is not None:
        return 1, placement.nearest
    return 2, 0


def _change(before: tuple[int, int], after: tuple[int, int]) -> Change:
    if before == after:
        return Change.SAME
    return Change.GAINS if after < before else Change.LOSES
