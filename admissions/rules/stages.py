"""The layout of a round: which lines are placed together, and what losing the private draw costs."""

from dataclasses import dataclass

from admissions.rules.policy_records import (
    PRIVATE_KINDS,
    LineKind,
    LoserRule,
    Mechanism,
    PlanLine,
    Policy,
    TicketScope,
)
from admissions.rules.synchronized import tiers_of

# Seats set aside for named children; on a family's list they stand before the open seats of their school.
RESERVED_KINDS = (LineKind.SPECIAL_NEEDS, LineKind.PREFERENTIAL_RESERVE, LineKind.STAFF)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a round over the children without a place who listed one of its lines.

    `losers` says how children who lost the private draw in an earlier stage stand in this one.
    """

    code: str
    line_codes: tuple[str, ...]
    mechanism: Mechanism
    losers: LoserRule = LoserRule.CLASS_KEPT


def stage_layout(policy: Policy) -> tuple[Stage, ...]:
    """Return the stages of the draw in their order, each over at least one line.

    `class_kept` is one run over the family's whole list, so that losing costs nothing. Otherwise private lines,
    own pupils' among them, are placed first; in the public stage a loser then stands behind all others
    (`after_all`) or last in the category (`same_class_last`). A reserve is placed with the open line it was cut
    from, so that the family's order of schools counts. Places for special needs are given before and outside.
    Source: docs/rules/private-losers.md.
    """
    drawn = [line for line in policy.lines if line.kind is not LineKind.SPECIAL_NEEDS]
    private = [line for line in drawn if line.kind in PRIVATE_KINDS]
    public = [line for line in drawn if line.kind not in PRIVATE_KINDS]
    if not private:
        return (_stage(policy, "public", public, LoserRule.CLASS_KEPT),)
    if not public:
        return (_stage(policy, "private", private, LoserRule.CLASS_KEPT),)
    if policy.private.loser is LoserRule.CLASS_KEPT:
        return (_stage(policy, "all", [*private, *public], LoserRule.CLASS_KEPT),)
    return (
        _stage(policy, "private", private, LoserRule.CLASS_KEPT),
        _stage(policy, "public", public, policy.private.loser),
    )


def losers_behind(policy: Policy, code: str) -> str:
    """Return the rule by which children who lost a private draw stand further back at the line; "" where none does.

    code -- of a plan line of the policy
    Source: docs/rules/private-losers.md.
    """
    rules = [stage.losers for stage in stage_layout(policy) if code in stage.line_codes]
    return next((rule.value for rule in rules if rule is not LoserRule.CLASS_KEPT), "")


def lines_outside_draw(policy: Policy) -> tuple[PlanLine, ...]:
    """Return the lines whose places are given before the draw and never appear in a published bundle.

    Source: docs/rules/special-needs.md.
    """
    return tuple(line for line in policy.lines if line.kind is LineKind.SPECIAL_NEEDS)


def _stage(policy: Policy, code: str, lines: list[PlanLine], losers: LoserRule) -> Stage:
    mechanisms = {line.mechanism for line in lines}
    # Several mechanisms side by side are one run of deferred acceptance, of which each is a special case.
    mechanism = mechanisms.pop() if len(mechanisms) == 1 else Mechanism.DEFERRED_ACCEPTANCE
    if not _is_kept(mechanism, policy, lines):
        mechanism = Mechanism.DEFERRED_ACCEPTANCE
    return Stage(code, tuple(line.code for line in lines), mechanism, losers)


def _is_kept(mechanism: Mechanism, policy: Policy, lines: list[PlanLine]) -> bool:
    """Say whether the mechanism fits what is published: ranks are counted anew at each line, tickets by their scope.

    One order over categories or points is the same order at every line, but not the same ranks.
    """
    if (
        mechanism is Mechanism.RANKED_DRAW
    ):  # who is adjusted stands behind who listed the line: no longer one order
        adjusts = policy.private.adjustment and any(line.kind in PRIVATE_KINDS for line in lines)
        ordered = adjusts or any(line.categories or len(tiers_of(line)) > 1 for line in lines)
        return policy.tickets is not TicketScope.LINE and not ordered
    if mechanism is Mechanism.DIRECT:  # reserve and open line are asked one after the other
        return not any(line.reserve for line in lines)
    return mechanism is not Mechanism.POINTS_FIRST
