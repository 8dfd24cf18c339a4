"""Closing: the entry list is made from accepted applications and frozen, before anything random exists."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.copying import Value, copy_rows
from accounts.models import User
from accounts.permissions import Action
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from admissions.lottery.entry_list import write_entry_list
from admissions.lottery.tickets import TicketAlgorithm
from admissions.matching.entries import plan_document
from admissions.models import (
    AdmissionRound,
    Application,
    ApplicationStatus,
    Entry,
    EntryList,
    PlanLine,
    RoundStatus,
)
from admissions.rules.calendar import Phase
from admissions.rules.special_needs import seat_rule
from admissions.selectors.code_version import code_version
from admissions.selectors.facts_digest import facts_digest
from admissions.selectors.rounds import list_lines, phase_of, policy_of
from admissions.selectors.world import RoundWorld, load_world
from admissions.services.judging import Case, judge_cases
from admissions.services.many_records import without_search_for_cycles
from admissions.services.public_list import closed_plan, make_public_list
from admissions.services.rounds import lock_round, require_actor
from common.errors import MalformedInput, RulesSayNo, WrongMoment
from common.quick_json import encoded

BATCH = 5_000
ENTRY_COLUMNS = (
    "entry_list_id",
    "application_id",
    "receipt",
    "is_drawn",
    "standings",
    "locked",
    "nearest",
    "salt",
)


class StillOpen(WrongMoment):
    """Families can still file."""

    code = "round_still_open"


class Unreviewed(WrongMoment):
    """Some applications are neither accepted nor refused nor withdrawn."""

    code = "applications_unreviewed"


class AlreadyClosed(WrongMoment):
    """There is an entry list; another one needs a reason."""

    code = "already_closed"


class NoSeatForSpecialNeeds(RulesSayNo):
    """A school has fewer seats than special-needs children to place before the draw."""

    code = "no_seat_for_special_needs"


@without_search_for_cycles()
@transaction.atomic
def close_entries(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    public_value_names: Sequence[str],
    reason: str = "",
    report: Report = not_reported,
    job: RunningJob | None = None,
) -> EntryList:
    """Freeze the entry list of a round and publish its digest together with the names of values to come.

    1. Nobody can file any more, and every application is decided.
    2. Special-needs children get their seat outside the draw, taken from their school's open line.
    3. Every child's place at every line becomes an opaque rank; list and plan are written and digested.
    A second list needs a reason, and the first is kept.
    """
    _refuse_names(public_value_names)
    admission_round = lock_round(round_id, RoundStatus.OPEN, RoundStatus.CLOSED, RoundStatus.DRAWN)
    require_actor(actor, Action.RUN_ROUND, admission_round.district_id)
    number = _next_number(admission_round, reason)
    _refuse_too_early(admission_round, now)
    report("judging", 0, 0)
    cases = judge_cases(admission_round, load_world(admission_round), report)
    _set_special_seats_aside(admission_round, cases)
    report("writing", 0, len(cases))
    world = load_world(admission_round)
    stored = _store(
        admission_round,
        world,
        cases,
        EntryList(
            round=admission_round,
            number=number,
            public_value_names=[name.strip() for name in public_value_names],
            ticket_algorithm=_ticket_algorithm(),
            code_version=code_version(),
            reason=reason,
            closed_by=actor,
            closed_at=now,
        ),
    )
    AdmissionRound.objects.filter(pk=admission_round.pk).update(status=RoundStatus.CLOSED)
    _record(stored, admission_round, actor=actor, now=now)
    if job:
        job.succeed(now=now, result={"entry_list": str(stored.pk), "entries": stored.entry_count})
    return stored


def _ticket_algorithm() -> str:
    """Return the keyed hash that the settings name; a slip is found before anything is frozen."""
    return TicketAlgorithm(settings.TICKET_ALGORITHM).value


def _refuse_names(names: Sequence[str]) -> None:
    """Refuse names that could not enter the seed: two alike, an empty one, one that is not one printable line."""
    written = [name.strip() for name in names]
    if (
        len(written) < 2
        or len(set(written)) != len(written)
        or any("=" in name or not name or not name.isprintable() for name in written)
    ):
        raise MalformedInput(
            "name at least two public values, one from outside the room and one drawn before witnesses",
            names=list(names),
        )


def _next_number(admission_round: AdmissionRound, reason: str) -> int:
    lists = EntryList.objects.filter(round=admission_round).count()
    if lists and not reason.strip():
        raise AlreadyClosed("the entry list is closed; another one needs a reason", lists=lists)
    return lists + 1


def _refuse_too_early(admission_round: AdmissionRound, now: datetime) -> None:
    if phase_of(admission_round, now) in (Phase.ANNOUNCED, Phase.OPEN):
        raise StillOpen("families can still file; close after the calendar's closing time")
    pending = Application.objects.filter(
        round=admission_round, status__in=[ApplicationStatus.FILED, ApplicationStatus.RETURNED]
    ).count()
    if pending:
        raise Unreviewed(f"{pending} applications are not decided yet", pending=pending)


def _set_special_seats_aside(admission_round: AdmissionRound, cases: Iterable[Case]) -> None:
    """Move as many seats as special-needs children from each open line to a line of their own, once."""
    wanted = Counter(case.special_line for case in cases if case.special_line)
    rule = seat_rule(policy_of(admission_round))
    lines = {line.line_id: line for line in list_lines(admission_round)}
    set_aside, changed = list[PlanLine](), list[PlanLine]()
    for line_id, seats in sorted(wanted.items()):
        line = lines[line_id]
        aside = lines.get(f"{line.school.code}.{rule}")
        more = seats - (aside.seats if aside else 0)
        if more > line.seats:
            raise NoSeatForSpecialNeeds(
                f"{line.school.name} lacks {more - line.seats} seats", school=line.school.code
            )
        line.seats -= more
        changed.append(line)
        if aside:
            aside.seats = seats
            changed.append(aside)
        else:
            set_aside.append(_line_aside(line, rule, seats))
    PlanLine.objects.bulk_update(changed, ["seats"], batch_size=BATCH)
    PlanLine.objects.bulk_create(set_aside, batch_size=BATCH)


def _line_aside(line: PlanLine, rule: str, seats: int) -> PlanLine:
    return PlanLine(
        round=line.round,
        school=line.school,
        line_id=f"{line.school.code}.{rule}",
        rule=rule,
        track="public",
        seats=seats,
        reserve_of=line,
    )


def _store(
    admission_round: AdmissionRound, world: RoundWorld, cases: Sequence[Case], stored: EntryList
) -> EntryList:
    drawn = [case for case in cases if case.special_line is None]
    plan = closed_plan(admission_round, world, drawn)
    salts = {case.receipt: secrets.token_hex(32) for case in cases}
    public = make_public_list(admission_round, world, plan, drawn, salts, stored)
    written = write_entry_list(public)
    stored.document, stored.plan_document = written.document, plan_document(plan)
    stored.digest, stored.merkle_root = written.digest, written.merkle_root
    stored.entry_count = len(drawn)
    stored.save(force_insert=True)
    copy_rows(Entry, ENTRY_COLUMNS, _entry_rows(stored, cases, salts))
    return stored


def _entry_rows(
    stored: EntryList, cases: Iterable[Case], salts: Mapping[str, str]
) -> Iterator[tuple[Value, ...]]:
    """Yield the rows as COPY takes them, in the order of ENTRY_COLUMNS."""
    list_id, nearest_of = str(stored.pk), cache(encoded)  # a unit's families have the same schools near
    for case in cases:
        is_drawn = case.special_line is None
        yield (
            list_id,
            str(case.application_id),
            case.receipt,
            is_drawn,
            encoded(case.standings),
            encoded(case.locked),
            nearest_of(case.nearest if is_drawn else ((case.special_line, 0),)),
            salts[case.receipt],
        )


def _record(stored: EntryList, admission_round: AdmissionRound, *, actor: User | None, now: datetime) -> None:
    record_event(
        actor=actor,
        now=now,
        action="entries.closed",
        subject=admission_round,
        district_code=admission_round.district_id,
        details={
            "entry_list": str(stored.pk),
            "number": stored.number,
            "digest": stored.digest,
            "merkle_root": stored.merkle_root,
            "entries": stored.entry_count,
            "policy_digest": admission_round.policy_digest,
            "facts_digest": facts_digest(stored),
            "code_version": stored.code_version,
            "ticket_algorithm": stored.ticket_algorithm,
            "public_value_names": list(stored.public_value_names),
            "reason": stored.reason,
        },
    )
