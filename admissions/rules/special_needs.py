"""Special needs: the ordinary school nearby first, with a seat of its own outside the draw."""

from collections.abc import Iterable
from itertools import chain

from admissions.rules.facts import FactName, Facts
from admissions.rules.policy_records import LineKind, Policy


def seat_line(facts: Facts, *, listed: Iterable[str], nearest: Iterable[str]) -> str | None:
    """Return the line whose school gives the child its seat, None for a child without special needs.

    listed  -- the open public lines of the family's list, in its order: the zone school is among them
    nearest -- the open public lines within reach, nearest first, for a family that listed none
    Also None when there is no public line at all: then the bureau finds a school.
    Source: docs/rules/special-needs.md.
    """
    if not facts.flag(FactName.SPECIAL_NEEDS):
        return None
    return next(chain(listed, nearest), None)


def seat_rule(policy: Policy) -> str:
    """Return the code of the policy's line for special needs; the kind's own word when the policy names none.

    Source: docs/rules/special-needs.md.
    """
    codes = (line.code for line in policy.lines if line.kind is LineKind.SPECIAL_NEEDS)
    return next(codes, LineKind.SPECIAL_NEEDS.value)
