"""The layout of a round: which lines are placed in which step, and what losing the private draw costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from admissions.rules.category import Classified
from admissions.rules.policy_records import PRIVATE_KINDS, LineKind, LoserRule, Mechanism, PlanLine, Policy


class Applicants(StrEnum):
    """Which children, among those who listed a line of the stage and are still without a place, take part."""

    ALL = "all"
    NOT_PRIVATE_LOSERS = "not_private_losers"
    PRIVATE_LOSERS = "private_losers"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a round; the seats that it leaves free stay with their lines for later steps.

    `losers_last` says that children who lost the private draw stand last in their category.
    """

    code: str
    line_codes: tuple[str, ...]
    applicants: Applicants
    mechanism: Mechanism
    losers_last: bool = False


# Outside the draw and before it: seats that belong to named children.
RESERVED_KINDS = (LineKind.SPECIAL_NEEDS, LineKind.PREFERENTIAL_RESERVE, LineKind.STAFF)


def stage_layout(policy: Policy) -> tuple[Stage, ...]:
    """Return the stages of a round in their order, each over at least one line.

    Reserved lines come first, then a private school's own pupils. `after_all`: private, then public without
    the losers, then the losers. `same_class_last`: private, then public with the losers last in their category.
    `class_kept`: private and public in one run, so that losing costs nothing.
    Source: docs/rules/private-losers.md.
    """
    return tuple(_stages(policy))


def keys_after_private_draw(classified: Classified, stage: Stage, *, lost: bool) -> tuple[int, ...]:
    """Return the sort keys at a public line in the stage: where losers stand last, 0 or 1 comes first.

    Source: docs/rules/private-losers.md.
    """
    return (int(lost), *classified.keys) if stage.losers_last else classified.keys


def _stages(policy: Policy) -> Iterator[Stage]:
    reserved = [line for line in policy.lines if line.kind in RESERVED_KINDS]
    own = [line for line in policy.lines if line.kind is LineKind.PRIVATE_OWN_PUPILS]
    private = [line for line in policy.lines if line.kind is LineKind.PRIVATE_OPEN]
    special = (*RESERVED_KINDS, *PRIVATE_KINDS)
    public = [line for line in policy.lines if line.kind not in special]
    yield from _stage("reserved", reserved, Applicants.ALL)
    yield from _stage("own_pupils", own, Applicants.ALL)
    if policy.private.loser is LoserRule.CLASS_KEPT:
        yield from _stage("public_and_private", [*private, *public], Applicants.ALL)
        return
    yield from _stage("private", private, Applicants.ALL)
    if policy.private.loser is LoserRule.SAME_CLASS_LAST:
        yield from _stage("public", public, Applicants.ALL, losers_last=True)
        return
    yield from _stage("public", public, Applicants.NOT_PRIVATE_LOSERS)
    yield from _stage("public_losers", public, Applicants.PRIVATE_LOSERS)


def _stage(
    code: str, lines: list[PlanLine], applicants: Applicants, losers_last: bool = False
) -> Iterator[Stage]:
    if lines:
        mechanisms = {line.mechanism for line in lines}
        # Several mechanisms side by side are one run of deferred acceptance, of which each is a special case.
        mechanism = mechanisms.pop() if len(mechanisms) == 1 else Mechanism.DEFERRED_ACCEPTANCE
        yield Stage(code, tuple(line.code for line in lines), applicants, mechanism, losers_last)
