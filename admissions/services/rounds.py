"""Rounds: made from a policy, opened, cancelled. What a round rests on is pinned and never changes again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from admissions.models import AdmissionRound, PlanLine, RoundStatus
from admissions.rules.legal_check import PlannedIntake, refusals, violation_text
from admissions.rules.open_seats import open_kind
from admissions.rules.policy import Policy
from admissions.rules.policy_records import PRIVATE_KINDS, LineKind
from admissions.rules.reserves import OPEN_KINDS, open_lines_of, share_of
from admissions.selectors.policies import get_policy_version, policy_of_version, violation_data
from admissions.selectors.rounds import NoSuchRound, policy_of, round_code
from admissions.services.policies import PolicyNotPublished, freeze_policy, refuse_unpublished
from common.errors import MalformedInput, NotFound, RulesSayNo, WrongMoment
from geo_data.models import Ownership, School, Stage
from zoning.models import ZonePublication, ZoneSchool
from zoning.selectors.publications import find_publication

Seats = Mapping[tuple[str, str], int]


class NoZonesInForce(NotFound):
    """No zone plan is in force on the day the round opens."""

    code = "no_zones_in_force"


class RoundExists(WrongMoment):
    """There is a live round of this district, stage and year."""

    code = "round_exists"


class RoundMovedOn(WrongMoment):
    """The round is at another step."""

    code = "round_moved_on"


class PolicyUnlawful(RulesSayNo):
    """The legal check refuses the policy; details name path and clause of every fault."""

    code = "policy_unlawful"


class SeatsDoNotFit(RulesSayNo):
    """The seats set aside are more than the planned intake, or name a line or school that is not there."""

    code = "seats_do_not_fit"


@transaction.atomic
def create_round(
    *, actor: User | None, now: datetime, policy_version_id: UUID, name: str = ""
) -> AdmissionRound:
    """Add a draft round on a published policy, resting on the zones in force on the day it opens."""
    version = get_policy_version(policy_version_id)
    require_actor(actor, Action.MANAGE_ROUND, version.district_id)
    refuse_unpublished(version)
    policy = policy_of_version(version)
    created = AdmissionRound(
        district_id=version.district_id,
        stage=version.stage,
        year=version.year,
        name=name or policy.title.zh,
        policy=version.data,
        policy_digest=version.digest,
        policy_version=version,
        publication=_zones_on(version.district_id, version.stage, policy.calendar.opens_at.date()),
        created_by=actor,
        created_at=now,
    )
    try:
        with transaction.atomic():
            created.save(force_insert=True)
    except IntegrityError:
        raise RoundExists(
            f"there is a round of {policy.stage} {policy.year} already; cancel it first", year=policy.year
        ) from None
    _record(created, actor=actor, now=now, action="round.created")
    return created


@transaction.atomic
def open_round(
    *, actor: User | None, now: datetime, round_id: UUID, seats: Seats | None = None
) -> AdmissionRound:
    """Freeze policy and zones and lay out the lines; families can file when the calendar says so.

    Raises PolicyNotPublished when the policy was withdrawn meanwhile.

    seats -- seats set aside by (line code of the policy, school code), instead of the share that the policy states;
             what a school's planned intake has left over goes to its open line
    """
    opened = lock_round(round_id, RoundStatus.DRAFT)
    require_actor(actor, Action.MANAGE_ROUND, opened.district_id)
    if opened.policy_version_id is None:
        raise PolicyNotPublished("the round is older than policy versions; make it again on a published one")
    freeze_policy(actor=actor, now=now, version_id=opened.policy_version_id)
    policy = policy_of(opened)
    drafts = tuple(_lines(opened, policy, seats or {}))
    refuse_unlawful(policy, drafts, on=timezone.localtime(now).date())
    rows = PlanLine.objects.bulk_create(draft.row(opened) for draft in drafts)
    _link_reserves(rows, policy)
    opened.status, opened.opened_at = RoundStatus.OPEN, now
    opened.save(update_fields=["status", "opened_at"])
    _record(
        opened,
        actor=actor,
        now=now,
        action="round.opened",
        lines=len(rows),
        seats=sum(row.seats for row in rows),
    )
    return opened


@transaction.atomic
def cancel_round(*, actor: User | None, now: datetime, round_id: UUID, reason: str) -> AdmissionRound:
    """Take a round back before anything was drawn; applications stay on record."""
    if not reason.strip():
        raise MalformedInput("say why the round is cancelled")
    found = lock_round(round_id, RoundStatus.DRAFT, RoundStatus.OPEN, RoundStatus.CLOSED)
    require_actor(actor, Action.MANAGE_ROUND, found.district_id)
    found.status = RoundStatus.CANCELLED
    found.save(update_fields=["status"])
    _give_seats_back(found)
    _record(found, actor=actor, now=now, action="round.cancelled", reason=reason)
    return found


def _give_seats_back(refill: AdmissionRound) -> None:
    """Return the seats of a cancelled refill round to the latest earlier round that has the line."""
    for line in refill.lines.order_by("line_id"):
        before = refill.refill_of
        while before and not before.lines.filter(line_id=line.line_id).update(seats=F("seats") + line.seats):
            before = before.refill_of
    refill.lines.filter(round__refill_of__isnull=False).update(seats=0)


def lock_round(round_id: UUID, *statuses: RoundStatus) -> AdmissionRound:
    """Return the round, locked until the transaction ends.

    Raises NoSuchRound, and RoundMovedOn when it is at none of the given statuses.
    """
    found = AdmissionRound.objects.select_for_update(of=("self",)).select_related(
        "publication__plan__district"
    )
    locked = found.filter(pk=round_id).first()
    if locked is None:
        raise NoSuchRound("there is no such round", round=str(round_id))
    if locked.status not in statuses:
        wanted = " or ".join(statuses)
        raise RoundMovedOn(f"the round is {locked.status}; this needs {wanted}", status=locked.status)
    return locked


def require_actor(actor: User | None, action: Action, district_code: str) -> None:
    """Check permission of a person; None is the system itself, at the command line of the bureau's server."""
    if actor is not None:
        require(actor, action, district_code)


@dataclass(frozen=True, slots=True)
class _LineDraft:
    school: School
    rule: str
    track: str
    seats: int

    @property
    def line_id(self) -> str:
        return f"{self.school.code}.{self.rule}"

    def row(self, admission_round: AdmissionRound) -> PlanLine:
        return PlanLine(
            round=admission_round,
            line_id=self.line_id,
            school=self.school,
            rule=self.rule,
            track=self.track,
            seats=self.seats,
        )


def _zones_on(district_code: str, stage: str, on: date) -> ZonePublication:
    in_force = find_publication(district_code, Stage(stage), on)
    if in_force is None:
        raise NoZonesInForce(
            f"no {stage} zones are in force on {on}; publish a plan for that day first", on=str(on)
        )
    return in_force


def _lines(admission_round: AdmissionRound, policy: Policy, seats: Seats) -> Iterator[_LineDraft]:
    """Yield the lines of every school: seats set aside first, the open line takes what is left.

    Shares that the policy states are taken where the school has an open line that they are cut from.
    """
    plan = admission_round.publication.plan
    schools = School.objects.filter(dataset=plan.schools_dataset, stage=admission_round.stage).order_by(
        "code"
    )
    sharing = _schools_by_zone_size(admission_round)
    unused = set(seats)
    for school in schools:
        aside = {rule: seats[rule, code] for rule, code in seats if code == school.code}
        unused -= {(rule, school.code) for rule in aside}
        takes_rest = open_kind(
            is_private=school.ownership == Ownership.PRIVATE, schools_in_zone=sharing.get(school.code, 0)
        )
        aside = {**_shares(policy, takes_rest, school.planned_intake), **aside}
        left = school.planned_intake - sum(aside.values())
        if left < 0 or any(rule not in {line.code for line in policy.lines} for rule in aside):
            raise SeatsDoNotFit(
                f"{school.name}: more seats set aside than planned, or an unknown line", school=school.code
            )
        rest = [line.code for line in policy.lines if line.kind is takes_rest and line.code not in aside]
        if len(rest) > 1:
            raise SeatsDoNotFit(
                f"{school.name}: {' and '.join(rest)} would both take what is left; set seats aside for all but one",
                school=school.code,
                lines=rest,
            )
        for line in policy.lines:
            track = "private" if line.kind in PRIVATE_KINDS else "public"
            if line.code in aside:
                yield _LineDraft(school, line.code, track, aside[line.code])
            elif line.code in rest:
                yield _LineDraft(school, line.code, track, left)
    if unused:
        raise SeatsDoNotFit(
            "seats are set aside at schools that are not in this round",
            schools=sorted(code for _, code in unused),
        )


def _shares(policy: Policy, takes_rest: LineKind | None, planned_intake: int) -> dict[str, int]:
    """Return the seats by line code that the policy's shares set aside at a school, where they make a seat or more."""
    found = {
        line.code: share_of(line.reserve.share_percent, planned_intake)
        for line in policy.lines
        if line.reserve is not None
        and line.reserve.share_percent is not None
        and any(policy.line(code).kind is takes_rest for code in open_lines_of(policy, line))
    }
    return {code: seats for code, seats in found.items() if seats}


def _schools_by_zone_size(admission_round: AdmissionRound) -> dict[str, int]:
    rows = ZoneSchool.objects.filter(plan=admission_round.publication.plan)
    zones = list(rows.values_list("zone_id", "school__code"))
    sizes: dict[int, int] = {}
    for zone_id, _ in zones:
        sizes[zone_id] = sizes.get(zone_id, 0) + 1
    return {code: sizes[zone_id] for zone_id, code in zones}


def refuse_unlawful(policy: Policy, drafts: Sequence[_LineDraft], *, on: date) -> None:
    """Raise PolicyUnlawful with every fault that the law finds in the policy or in the planned intake."""
    intakes = [
        PlannedIntake(draft.school.code, draft.rule, draft.seats, draft.school.classes) for draft in drafts
    ]
    found = refusals(policy, intakes, on=on)
    if found:
        raise PolicyUnlawful(
            "; ".join(violation_text(violation, "zh") for violation in found),
            violations=[violation_data(violation) for violation in found],
        )


def _link_reserves(rows: Sequence[PlanLine], policy: Policy) -> None:
    """Point every line of set-aside seats at the open line of the same school and track.

    Raises SeatsDoNotFit where the policy states a reserve of a school that has no such open line, or several.
    """
    kinds = {line.code: line.kind for line in policy.lines}
    open_lines: dict[tuple[str, str], list[PlanLine]] = {}
    for row in rows:
        if kinds[row.rule] in OPEN_KINDS:
            open_lines.setdefault((row.school.code, row.track), []).append(row)
    for row in rows:
        if kinds[row.rule] in OPEN_KINDS:
            continue
        found, rule = open_lines.get((row.school.code, row.track), []), policy.line(row.rule)
        if rule.reserve is not None:
            found = [line for line in found if line.rule in open_lines_of(policy, rule)]
            _refuse_other_than_one(row, found)
        row.reserve_of = found[-1] if found else None
    PlanLine.objects.bulk_update([row for row in rows if row.reserve_of], ["reserve_of"])


def _refuse_other_than_one(reserve: PlanLine, open_lines: Sequence[PlanLine]) -> None:
    if len(open_lines) != 1:
        raise SeatsDoNotFit(
            f"{reserve.school.name}: {reserve.rule} is set aside from one open line of the school, not from "
            f"{len(open_lines)}",
            school=reserve.school.code,
            lines=[line.rule for line in open_lines],
        )


def _record(
    admission_round: AdmissionRound, *, actor: User | None, now: datetime, action: str, **details: str | int
) -> None:
    record_event(
        actor=actor,
        now=now,
        action=action,
        subject=admission_round,
        district_code=admission_round.district_id,
        details={
            "round": round_code(admission_round),
            "policy_digest": admission_round.policy_digest,
            **details,
        },
    )
