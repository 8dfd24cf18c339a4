"""Withdrawals near the line: private schools that did not have to draw because families took them off their lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from admissions.models import (
    LIVE_STATUSES,
    AdmissionRound,
    ApplicationChoice,
    ApplicationStatus,
    ApplicationVersion,
    PlanLine,
)
from admissions.rules.policy_records import LineKind
from admissions.rules.synchronized import kept_below_draw
from admissions.selectors.rounds import policy_of


@dataclass(frozen=True, slots=True)
class NearTheLine:
    """A line to be looked at. applicants -- children who list it; withdrawn -- who did, and do not any more."""

    line: PlanLine
    applicants: int
    withdrawn: int


def list_withdrawals_near_line(admission_round: AdmissionRound) -> list[NearTheLine]:
    """Return the open private lines that only withdrawals kept from a draw, by school and line. Four queries.

    A family that changed its list and left the line out of it took it off as one that withdrew.
    """
    policy = policy_of(admission_round)
    drawn = [line.code for line in policy.lines if line.kind is LineKind.PRIVATE_OPEN]
    lines = list(
        admission_round.lines.filter(rule__in=drawn)
        .select_related("school")
        .order_by("school__name", "line_id")
    )
    live, gone = _children(lines, LIVE_STATUSES), _children(lines, [ApplicationStatus.WITHDRAWN])
    earlier = _listed_earlier(admission_round)
    found = []
    for line in lines:
        listed = live.get(line.pk, set())
        left = (gone.get(line.pk, set()) | earlier.get(line.line_id, set())) - listed
        if kept_below_draw(len(listed), len(left), line.seats):
            found.append(NearTheLine(line, len(listed), len(left)))
    return found


def _listed_earlier(admission_round: AdmissionRound) -> dict[str, set[str]]:
    """Return the children of whose application an earlier version listed the line, by line id."""
    rows = ApplicationVersion.objects.filter(application__round=admission_round)
    found: dict[str, set[str]] = {}
    for child, line_ids in rows.values_list("application__child_index", "line_ids"):
        for line_id in line_ids:
            found.setdefault(line_id, set()).add(child)
    return found


def _children(lines: list[PlanLine], statuses: Sequence[str]) -> dict[int, set[str]]:
    rows = ApplicationChoice.objects.filter(line__in=lines, application__status__in=statuses)
    found: dict[int, set[str]] = {}
    for line, child in rows.values_list("line_id", "application__child_index"):
        found.setdefault(line, set()).add(child)
    return found
