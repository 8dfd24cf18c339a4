"""Closing: the entry list is made from accepted applications and frozen, before anything random exists."""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import User
from accounts.permissions import Action
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from admissions.lottery.entry_list import Choice, entry_list_document, merkle_root
from admissions.lottery.entry_list import Entry as ListEntry
from admissions.lottery.entry_list import EntryList as PublicList
from admissions.lottery.tickets import TicketScope
from admissions.matching.entries import commitment, plan_document
from admissions.matching.ranks import dense_ranks, dense_ranks_with_losers
from admissions.matching.records import RoundPlan
from admissions.models import (
    AdmissionRound,
    Application,
    ApplicationChoice,
    ApplicationStatus,
    Entry,
    EntryList,
    PlanLine,
    RoundStatus,
)
from admissions.rules.calendar import Phase
from admissions.rules.facts import Facts, facts_from_data
from admissions.rules.special_needs import seat_line, seat_rule
from admissions.rules.twins import GroupMember, drawn_together
from admissions.selectors.dwellings import DwellingLocks, load_dwelling_locks
from admissions.selectors.layout import round_plan
from admissions.selectors.rounds import phase_of, policy_of, round_code
from admissions.selectors.world import OPEN_PUBLIC, RoundWorld, load_world
from admissions.services.rounds import lock_round, require_actor
from common.canonical import digest_bytes
from common.errors import MalformedInput, RulesSayNo, WrongMoment

LAST_TIER = 1_000_000  # children without a category stand behind all others in coordinated placement
BATCH = 5_000


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


@dataclass(frozen=True, slots=True)
class _Case:
    """An accepted application before the draw.

    standings -- (tier, keys...) at every listed line where the child has a category, in list order
    locked    -- listed lines whose school the dwelling has used, and until when
    own_tier  -- the tier at the last listed line, locked or not
    """

    application_id: UUID
    receipt: str
    group_code: str
    split_allowed: bool
    accepts_coordination: bool
    listed: tuple[tuple[str, int], ...]
    standings: Mapping[str, tuple[int, ...]]
    nearest: tuple[tuple[str, int], ...]
    special_line: str | None
    locked: Mapping[str, str]
    own_tier: int

    @property
    def fallback_tier(self) -> int:
        """Return the tier at the last listed line, the zone school; without one the child stands last.

        A dwelling that has used its place moves the child to another school, in the order of its own tier.
        """
        return self.standings[self.listed[-1][0]][0] if self.listed else self.own_tier


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
    cases = _cases(admission_round, load_world(admission_round), report)
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
            public_value_names=list(public_value_names),
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


def _refuse_names(names: Sequence[str]) -> None:
    if (
        len(names) < 2
        or len(set(names)) != len(names)
        or any("=" in name or not name.strip() for name in names)
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


def _cases(admission_round: AdmissionRound, world: RoundWorld, report: Report) -> list[_Case]:
    accepted = Application.objects.filter(round=admission_round, status=ApplicationStatus.ACCEPTED)
    chosen, reachable = (
        _chosen(accepted),
        cache(world.reachable),
    )  # a unit's families have the same schools near
    rows = accepted.order_by("receipt__receipt").only(
        "receipt__receipt",
        "child_index",
        "unit_code",
        "facts",
        "group_code",
        "split_allowed",
        "accepts_coordination",
    )
    cases: list[_Case] = []
    total, locks = accepted.count(), load_dwelling_locks(admission_round)
    for row in rows.select_related("receipt").iterator(chunk_size=BATCH):
        cases.append(_case(world, row, chosen.get(row.pk, []), reachable(row.unit_code), locks))
        if len(cases) % 500 == 0:
            report("judging", len(cases), total)
    return cases


def _chosen(accepted: QuerySet[Application]) -> dict[UUID, list[tuple[str, int]]]:
    """Return (line id, choice) of every application in the order of its list."""
    found: dict[UUID, list[tuple[str, int]]] = {}
    rows = ApplicationChoice.objects.filter(application__in=accepted).order_by("application_id", "position")
    for application_id, line_id, choice in rows.values_list("application_id", "line__line_id", "choice"):
        found.setdefault(application_id, []).append((line_id, choice))
    return found


def _case(
    world: RoundWorld,
    row: Application,
    chosen: Sequence[tuple[str, int]],
    nearest: tuple[tuple[str, int], ...],
    locks: DwellingLocks,
) -> _Case:
    facts = facts_from_data(row.facts)
    standings: dict[str, tuple[int, ...]] = {}
    locked: dict[str, str] = {}
    own_tier = LAST_TIER
    for line_id, _ in chosen:
        classified = world.classify(facts, line_id)
        if classified.tier is None:
            continue
        own_tier = classified.tier
        until = _locked_until(world, locks, facts, row.child_index, line_id)
        if until is None:
            standings[line_id] = (classified.tier, *classified.keys)
        else:
            locked[line_id] = until.isoformat()
    return _Case(
        application_id=row.pk,
        receipt=row.receipt.receipt,
        group_code=row.group_code,
        split_allowed=row.split_allowed,
        accepts_coordination=row.accepts_coordination,
        listed=tuple((line_id, choice) for line_id, choice in chosen if line_id in standings),
        standings=standings,
        nearest=_elsewhere(world, nearest, locked),
        special_line=seat_line(
            facts,
            listed=[line_id for line_id, _ in chosen if world.kind(line_id) in OPEN_PUBLIC],
            nearest=[line_id for line_id, _ in nearest],
        ),
        locked=locked,
        own_tier=own_tier,
    )


def _locked_until(
    world: RoundWorld, locks: DwellingLocks, facts: Facts, child_index: str, line_id: str
) -> date | None:
    """Return until when the dwelling is locked for the line: only seats that a dwelling gives a claim to can be."""
    if world.kind(line_id) not in OPEN_PUBLIC:
        return None
    return locks.until(facts, child_index, world.lines[line_id].school_id)


def _elsewhere(
    world: RoundWorld, nearest: tuple[tuple[str, int], ...], locked: Mapping[str, str]
) -> tuple[tuple[str, int], ...]:
    """Return the lines of other schools; a lock never refuses, so where there is no other school the list stays."""
    schools = {world.lines[line_id].school_id for line_id in locked}
    others = tuple(item for item in nearest if world.lines[item[0]].school_id not in schools)
    return others or nearest


def _set_special_seats_aside(admission_round: AdmissionRound, cases: Iterable[_Case]) -> None:
    """Move as many seats as special-needs children from each open line to a line of their own, once."""
    wanted = Counter(case.special_line for case in cases if case.special_line)
    rule = seat_rule(policy_of(admission_round))
    for line_id, seats in sorted(wanted.items()):
        line = PlanLine.objects.select_related("school").get(round=admission_round, line_id=line_id)
        aside, _ = PlanLine.objects.get_or_create(
            round=admission_round,
            line_id=f"{line.school.code}.{rule}",
            defaults={"school": line.school, "rule": rule, "track": "public", "seats": 0, "reserve_of": line},
        )
        more = seats - aside.seats
        if more > line.seats:
            raise NoSeatForSpecialNeeds(
                f"{line.school.name} lacks {more - line.seats} seats", school=line.school.code
            )
        PlanLine.objects.filter(pk=line.pk).update(seats=F("seats") - more)
        PlanLine.objects.filter(pk=aside.pk).update(seats=seats)


def _store(
    admission_round: AdmissionRound, world: RoundWorld, cases: Sequence[_Case], stored: EntryList
) -> EntryList:
    plan = round_plan(admission_round, world)
    drawn = [case for case in cases if case.special_line is None]
    salts = {case.receipt: secrets.token_hex(32) for case in cases}
    public = _public_list(admission_round, world, plan, drawn, salts, stored)
    stored.document, stored.plan_document = entry_list_document(public), plan_document(plan)
    stored.digest, stored.merkle_root = digest_bytes(stored.document), merkle_root(public)
    stored.entry_count = len(drawn)
    stored.save(force_insert=True)
    Entry.objects.bulk_create(
        (_entry_row(stored, case, salts[case.receipt]) for case in cases), batch_size=BATCH
    )
    return stored


def _entry_row(stored: EntryList, case: _Case, salt: str) -> Entry:
    return Entry(
        entry_list=stored,
        application_id=case.application_id,
        receipt=case.receipt,
        is_drawn=case.special_line is None,
        standings=case.standings,
        locked=case.locked,
        nearest=case.nearest if case.special_line is None else [(case.special_line, 0)],
        salt=salt,
    )


def _public_list(
    admission_round: AdmissionRound,
    world: RoundWorld,
    plan: RoundPlan,
    cases: Sequence[_Case],
    salts: Mapping[str, str],
    stored: EntryList,
) -> PublicList:
    groups = drawn_together(GroupMember(case.receipt, case.group_code, case.listed) for case in cases)
    ranks = _ranks(plan, cases)
    fallback = dense_ranks([(case.fallback_tier,) for case in cases])
    entries = (
        _public_entry(
            case, groups.get(case.receipt), ranks, rank if case.accepts_coordination else None, salts
        )
        for case, rank in zip(cases, fallback, strict=True)
    )
    code = round_code(admission_round)
    return PublicList(
        round_id=code,
        lottery_id=f"{code}-{stored.number}",
        policy_digest=admission_round.policy_digest,
        plan_digest=digest_bytes(plan_document(plan)),
        public_value_names=tuple(stored.public_value_names),
        entries=tuple(entries),
        scope=TicketScope(world.policy.tickets.value),
    )


def _public_entry(
    case: _Case,
    group: str | None,
    ranks: Mapping[tuple[str, str], tuple[int, int]],
    fallback_rank: int | None,
    salts: Mapping[str, str],
) -> ListEntry:
    return ListEntry(
        receipt=case.receipt,
        choices=tuple(
            Choice(line_id, choice, *ranks[case.receipt, line_id]) for line_id, choice in case.listed
        ),
        group_id=group,
        split_allowed=case.split_allowed,
        fallback_rank=fallback_rank,
        fallback_commitment=None
        if fallback_rank is None
        else commitment(salts[case.receipt], [line_id for line_id, _ in case.nearest]),
    )


def _ranks(plan: RoundPlan, cases: Sequence[_Case]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return (rank, loser rank) by (receipt, line id); where losing costs nothing both are the same."""
    by_line: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    for case in cases:
        for line_id, _ in case.listed:
            by_line.setdefault(line_id, []).append((case.receipt, case.standings[line_id]))
    losing = {
        line_id
        for stage in plan.stages
        if stage.losers.value == "same_class_last"
        for line_id in stage.line_ids
    }
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for line_id, standings in by_line.items():
        keys = [standing for _, standing in standings]
        pairs = (
            dense_ranks_with_losers(keys)
            if line_id in losing
            else [(rank, rank) for rank in dense_ranks(keys)]
        )
        found.update({(receipt, line_id): pair for (receipt, _), pair in zip(standings, pairs, strict=True)})
    return found


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
            "public_value_names": list(stored.public_value_names),
            "reason": stored.reason,
        },
    )
