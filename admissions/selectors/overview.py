"""The round as the officer's page shows it: steps, what blocks each, and counts."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from admissions.models import AdmissionRound, DrawRecord, EntryList, PlanLine, RoundStatus
from admissions.rules.calendar import Calendar, Phase, is_review_over
from admissions.selectors.applications import count_by_category, count_by_status, list_objections
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

    by_portal  -- (portal, applications that stand at it, files and requests taken)
    objections -- refusals that families objected to and nobody has decided anew; they count as filed, too
    """

    round: AdmissionRound
    phase: Phase
    calendar: Calendar
    steps: tuple[RoundStep, ...]
    by_status: dict[str, int]
    objections: int
    by_category: list[tuple[str, int]]
    by_portal: list[tuple[str, int, int]]
    lines: tuple[PlanLine, ...]
    entry_list: EntryList | None
    values: tuple[ValueReading, ...]
    draw: DrawRecord | None

    @property
    def waits_for_closing(self) -> bool:
        """Say whether nobody can file any more and the list is not closed yet."""
        return self.round.status == RoundStatus.OPEN and self.phase not in (Phase.ANNOUNCED, Phase.OPEN)

    @property
    def is_review_over(self) -> bool:
        """Say whether families can no longer hand in papers, nor object."""
        return is_review_over(self.phase)

    @property
    def others_waiting(self) -> int:
        """Return how many applications wait for a decision, objections and returned ones aside."""
        return self.by_status["filed"] - self.objections


def round_overview(admission_round: AdmissionRound, now: datetime) -> RoundOverview:
    """Return the overview of a round at a moment."""
    entry_list = find_entry_list(admission_round)
    values = _readings(entry_list) if entry_list else ()
    by_status = count_by_status(admission_round)
    phase = phase_of(admission_round, now)
    objections = list_objections(admission_round).count()
    calendar = policy_of(admission_round).calendar
    pending = by_status["filed"] + by_status["returned"]
    return RoundOverview(
        round=admission_round,
        phase=phase,
        calendar=calendar,
        steps=_steps(
            admission_round,
            phase,
            pending,
            _not_closable_because(calendar, phase, objections, pending),
            values,
        ),
        by_status=by_status,
        objections=objections,
        by_category=count_by_category(admission_round),
        by_portal=count_by_portal(admission_round),
        lines=tuple(list_lines(admission_round)),
        entry_list=entry_list,
        values=values,
        draw=find_draw(admission_round),
    )


def _steps(
    admission_round: AdmissionRound,
    phase: Phase,
    pending: int,
    not_closable: str,
    values: tuple[ValueReading, ...],
) -> tuple[RoundStep, ...]:
    if admission_round.status == RoundStatus.CANCELLED:
        return ()
    reached = ORDER.index(RoundStatus(admission_round.status))
    read = bool(values) and all(reading.value for reading in values)
    return (
        RoundStep("open", _("Open the round: policy, zones and seats are frozen"), reached >= 1),
        RoundStep("review", _("Review applications"), reached >= 2, _review_block(reached, phase, pending)),
        RoundStep(
            "close",
            _("Close the entry list and publish its digest"),
            reached >= 2,
            not_closable if reached >= 1 else _("The round is not open yet."),
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


def _not_closable_because(calendar: Calendar, phase: Phase, objections: int, pending: int) -> str:
    """Return in words what `close_entries` would say, in its order; empty when the list can be closed."""
    if phase in (Phase.ANNOUNCED, Phase.OPEN):
        return _("Families can still file.")
    if not is_review_over(phase):
        until = date_format(localtime(calendar.review_until), "DATETIME_FORMAT")
        return _("Families can hand in papers and object until %(until)s.") % {"until": until}
    if objections:
        return _("%(count)s objections are not decided yet.") % {"count": objections}
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
