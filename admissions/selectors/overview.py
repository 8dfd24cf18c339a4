"""The round as the officer's page shows it: steps, what blocks each, and counts."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from admissions.models import AdmissionRound, DrawRecord, EntryList, PlanLine, RoundStatus
from admissions.rules.calendar import Calendar, Phase
from admissions.selectors.applications import count_by_category, count_by_status
from admissions.selectors.portals import count_by_portal
from admissions.selectors.results import find_draw, find_entry_list
from admissions.selectors.rounds import list_lines, phase_of, policy_of

ORDER = [RoundStatus.DRAFT, RoundStatus.OPEN, RoundStatus.CLOSED, RoundStatus.DRAWN, RoundStatus.PUBLISHED]


@dataclass(frozen=True, slots=True)
class RoundStep:
    """One step of the round. `blocked_by` says in words why it cannot be done now; empty when it can or is done."""

    code: str
    title: str
    is_done: bool
    blocked_by: str = ""

    @property
    def is_next(self) -> bool:
        """Say whether it can be done now."""
        return not self.is_done and not self.blocked_by


@dataclass(frozen=True, slots=True)
class ValueReading:
    """A named public value and how many officers have read it; `value` once two agree."""

    name: str
    readings: int
    value: str = ""
    differs: bool = False


@dataclass(frozen=True, slots=True)
class RoundOverview:
    """Everything on the officer's round page but the running job.

    by_portal -- (portal, applications that stand at it, files and requests taken)
    """

    round: AdmissionRound
    phase: Phase
    calendar: Calendar
    steps: tuple[RoundStep, ...]
    by_status: dict[str, int]
    by_category: list[tuple[str, int]]
    by_portal: list[tuple[str, int, int]]
    lines: tuple[PlanLine, ...]
    entry_list: EntryList | None
    values: tuple[ValueReading, ...]
    draw: DrawRecord | None


def round_overview(admission_round: AdmissionRound, now: datetime) -> RoundOverview:
    """Return the overview of a round at a moment."""
    entry_list = find_entry_list(admission_round)
    values = _readings(entry_list) if entry_list else ()
    by_status = count_by_status(admission_round)
    phase = phase_of(admission_round, now)
    return RoundOverview(
        round=admission_round,
        phase=phase,
        calendar=policy_of(admission_round).calendar,
        steps=_steps(admission_round, phase, by_status, values),
        by_status=by_status,
        by_category=count_by_category(admission_round),
        by_portal=count_by_portal(admission_round),
        lines=tuple(list_lines(admission_round)),
        entry_list=entry_list,
        values=values,
        draw=find_draw(admission_round),
    )


def _steps(
    admission_round: AdmissionRound, phase: Phase, by_status: dict[str, int], values: tuple[ValueReading, ...]
) -> tuple[RoundStep, ...]:
    if admission_round.status == RoundStatus.CANCELLED:
        return ()
    reached = ORDER.index(RoundStatus(admission_round.status))
    pending = by_status["filed"] + by_status["returned"]
    read = bool(values) and all(reading.value for reading in values)
    return (
        RoundStep("open", _("Open the round: policy, zones and seats are frozen"), reached >= 1),
        RoundStep("review", _("Review applications"), reached >= 2, _review_block(reached, phase, pending)),
        RoundStep(
            "close",
            _("Close the entry list and publish its digest"),
            reached >= 2,
            _close_block(reached, phase, pending),
        ),
        RoundStep(
            "values",
            _("Enter the public values, two officers each"),
            read,
            "" if reached >= 2 else _("The list is not closed yet."),
        ),
        RoundStep(
            "draw",
            _("Draw, place and check"),
            reached >= 3,
            "" if read else _("Public values are still missing."),
        ),
        RoundStep("publish", _("Publish results"), reached >= 4, _publish_block(reached, phase)),
    )


def _review_block(reached: int, phase: Phase, pending: int) -> str:
    if reached < 1:
        return _("The round is not open yet.")
    return "" if pending or phase is not Phase.OPEN else _("Nothing waits for review.")


def _close_block(reached: int, phase: Phase, pending: int) -> str:
    if reached < 1:
        return _("The round is not open yet.")
    if phase in (Phase.ANNOUNCED, Phase.OPEN):
        return _("Families can still file.")
    return _("%(count)s applications are not decided yet.") % {"count": pending} if pending else ""


def _publish_block(reached: int, phase: Phase) -> str:
    if reached < 3:
        return _("Nothing has been drawn yet.")
    return "" if phase in (Phase.CONFIRMATION, Phase.FINISHED) else _("The day of results has not come.")


def _readings(entry_list: EntryList) -> tuple[ValueReading, ...]:
    rows = list(entry_list.public_values.values_list("name", "value"))
    readings = []
    for name in entry_list.public_value_names:
        values = [value for row, value in rows if row == name]
        agreed = values[0] if len(values) > 1 and len(set(values)) == 1 else ""
        readings.append(ValueReading(name, len(values), agreed, len(set(values)) > 1))
    return tuple(readings)
