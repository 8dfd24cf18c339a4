"""What whoever draws a plan chooses about its children: whose count, and what later years mean."""

from enum import Enum


class Later(Enum):
    """What the later entry years of a projection mean for a plan: nothing, a cost, or a rule like the first year."""

    IGNORED = "ignored"
    WEIGHED = "weighed"
    KEPT = "kept"


class Demand(Enum):
    """Whose children count: those of a reconciliation, those of the census or the units file as they came, or the
    claimants that a projection expects.
    """

    RECONCILED = "reconciled"
    COUNTED = "counted"
    PROJECTED = "projection"
