"""Adjustment: a child that lost its private draw goes to another private school with seats left, if it said so."""

from collections.abc import Collection, Mapping, Sequence

from admissions.rules.clauses import LOCAL_RULE
from admissions.rules.policy_records import LineKind, LoserRule, PlanLine, Policy
from admissions.rules.reason import Reason
from admissions.rules.reserves import own_tiers
from admissions.rules.sentences import sentence

Standing = tuple[int, ...]
Listed = tuple[tuple[str, int], ...]


def reasons_against_adjustment(policy: Policy, *, private_schools: Collection[str]) -> tuple[Reason, ...]:
    """Return every reason against the family's accepting adjustment; none is good news.

    Source: docs/rules/adjustment.md.
    """
    if not policy.private.adjustment:
        return (Reason(sentence("adjustment_not_offered"), LOCAL_RULE),)
    if not private_schools:
        return (Reason(sentence("adjustment_without_private"), LOCAL_RULE),)
    return ()


def comes_before_public(policy: Policy) -> bool:
    """Say whether a family that lists both is asked about another private school before its public schools.

    Private schools are placed first, unless losing their draw costs nothing: then all lists are placed in one run,
    and adjustment is the end of the list.
    Source: docs/rules/adjustment.md.
    """
    return policy.private.loser is not LoserRule.CLASS_KEPT


def standing_by_adjustment(line: PlanLine) -> Standing:
    """Return where a child stands that did not list the line: behind all who did, and among its like by ticket only.

    Source: docs/rules/adjustment.md.
    """
    return (own_tiers(line) + 1,)


def with_adjustment(
    policy: Policy,
    rules: Mapping[str, str],
    listed: Listed,
    standings: Mapping[str, Standing],
    near: Sequence[str],
) -> tuple[Listed, dict[str, Standing]]:
    """Return the list and the standings of a child whose family accepts adjustment.

    rules -- code of the plan line by line id
    near  -- open private lines that the rules do not close to the child, nearest first, ties by line id
    1. Only a child that competes at an open private line of its own choice can be adjusted.
    2. The lines of `near` that it did not list become one more choice, the last, in their order.
    3. At each it stands behind all who listed it, so it takes a seat only where seats are left; the ticket decides.
    Source: docs/rules/adjustment.md.
    """
    numbers = dict(listed)
    tries = any(policy.line(rules[line_id]).kind is LineKind.PRIVATE_OPEN for line_id in numbers)
    added = [line_id for line_id in near if line_id not in numbers] if tries else []
    last = max(numbers.values(), default=0) + 1
    places = {line_id: standing_by_adjustment(policy.line(rules[line_id])) for line_id in added}
    return (*listed, *((line_id, last) for line_id in added)), {**standings, **places}
