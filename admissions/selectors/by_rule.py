"""Places that a child has by a rule rather than by its own choice: seats that spilled, and adjustment."""

from collections.abc import Mapping, Sequence

from admissions.models import PlanLine
from admissions.rules.policy_records import LineKind, Policy
from admissions.rules.reserves import own_tiers

Standings = Mapping[str, Sequence[int]]


def is_by_rule(policy: Policy, line: PlanLine, standings: Standings) -> bool:
    """Say whether the child stands at the line although it neither chose it nor has a claim to seats set aside."""
    standing = standings.get(line.line_id)
    return standing is not None and standing[0] > own_tiers(policy.line(line.rule))


def is_told(policy: Policy, line: PlanLine, standings: Standings, reason: str) -> bool:
    """Say whether the outcome is told as one of a choice: schools that adjustment passed by are not."""
    is_adjustment = policy.line(line.rule).kind is LineKind.PRIVATE_OPEN and is_by_rule(
        policy, line, standings
    )
    return reason == "admitted" or not is_adjustment


def told_reason(policy: Policy, line: PlanLine | None, standings: Standings, reason: str) -> str:
    """Return the reason of a place as it is told: `adjusted` or `spilled` where it was won by a rule."""
    if line is None or reason != "admitted" or not is_by_rule(policy, line, standings):
        return reason
    return "adjusted" if policy.line(line.rule).kind is LineKind.PRIVATE_OPEN else "spilled"
