"""Chances before choosing: a closed round drawn again and again, and what of it families are told."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action
from accounts.services.audit import record_event
from accounts.services.jobs import Report, RunningJob, not_reported
from admissions.matching.chance_groups import grouped_chances
from admissions.matching.chances import Chance, Redraws, by_tier, chances_of, redraw
from admissions.models import AdmissionRound, ChanceTable, EntryList, RoundStatus
from admissions.models.chances import MOST_DRAWS
from admissions.rules.category import category_of_tier
from admissions.rules.policy_records import LineKind
from admissions.rules.reserves import own_tiers, seats_aside
from admissions.rules.stages import RESERVED_KINDS
from admissions.selectors.rounds import round_code
from admissions.selectors.world import RoundWorld
from admissions.services.replaying import closed_round, closed_world, list_input
from admissions.services.rounds import lock_round
from common.canonical import CanonicalValue, canonical_json, digest_bytes
from common.errors import MalformedInput, WrongMoment

LEAST_DRAWS = 100  # of fewer the worst and best five in a hundred say nothing
DRAWS = 1_000
REPORTED_DRAWS = 10


class DrawsOutOfRange(MalformedInput):
    """So many redraws say nothing, or take too long."""

    code = "draws_out_of_range"


class ListClosedAgain(WrongMoment):
    """A newer list was closed while the older one was drawn again."""

    code = "list_closed_again"


def find_chances(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    draws: int,
    luck: int,
    report: Report = not_reported,
) -> tuple[Chance, ...]:
    """Draw a closed round again and again with fresh tickets: the chance at every line, choice and tier.

    For the office: small groups are among them.
    Raises NothingToSimulate, NobodyToPlace.
    """
    admission_round, entry_list = closed_round(actor, Action.READ_DISTRICT, round_id)
    world = closed_world(admission_round, entry_list)
    return chances_of(_redraws(admission_round, entry_list, world, draws, luck, report))


def refuse_chances(*, actor: User | None, now: datetime, round_id: UUID, draws: int, luck: int) -> None:
    """Refuse at once what no long work is needed to refuse.

    Raises DrawsOutOfRange, NothingToSimulate, NobodyToPlace.
    """
    closed_round(actor, Action.RUN_ROUND, round_id)
    _refuse_draws(draws, luck)


def _refuse_draws(draws: int, luck: int) -> None:
    if not LEAST_DRAWS <= draws <= MOST_DRAWS or luck < 0:
        raise DrawsOutOfRange(f"between {LEAST_DRAWS} and {MOST_DRAWS} redraws", draws=draws, luck=luck)


def make_chance_table(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    draws: int = DRAWS,
    luck: int = 1,
    report: Report = not_reported,
    job: RunningJob | None = None,
) -> ChanceTable:
    """Draw the frozen list of a round again and again, and keep what families may be told, as the next version.

    Groups of fewer than five children are left out, and seats set aside for named children. The same draws and
    luck give the same table: made again, it stays the version it is.
    Raises DrawsOutOfRange, NothingToSimulate, NobodyToPlace, ListClosedAgain.
    """
    admission_round, entry_list = closed_round(actor, Action.RUN_ROUND, round_id)
    _refuse_draws(draws, luck)
    world = closed_world(admission_round, entry_list)
    redraws = _redraws(admission_round, entry_list, world, draws, luck, report)
    table = [
        _as_data(world, chance)
        for chance in grouped_chances(redraws)
        if world.kind(chance.line_id) not in RESERVED_KINDS
    ]
    report("storing", 0, 0)
    made = ChanceTable(
        entry_list=entry_list,
        draws=draws,
        luck=luck,
        table=table,
        digest=digest_bytes(canonical_json(table)),
        made_by=actor,
        made_at=now,
    )
    return _keep(made, admission_round, actor=actor, now=now, job=job)


def _redraws(
    admission_round: AdmissionRound,
    entry_list: EntryList,
    world: RoundWorld,
    draws: int,
    luck: int,
    report: Report,
) -> Redraws:
    report("reading", 0, 0)

    def watch(done: int, total: int) -> None:
        if done % REPORTED_DRAWS == 0 or done == total:
            report("redrawing", done, total)

    asked = list_input(admission_round, entry_list, world, str(luck))
    return redraw(asked, draws=draws, seed=luck, order_of_bid=by_tier, watch=watch, spills=_spills(world))


def _spills(world: RoundWorld) -> dict[str, tuple[int, str | None]]:
    """Return by line its own tiers, and where the success of a child beyond them counts: None for an adjusted one."""
    spilling = seats_aside(world.policy, world.lines).spilling
    opened = {reserve: line_id for line_id, reserves in spilling.items() for reserve in reserves}
    by_rule = [
        line_id
        for line_id in world.lines
        if line_id in opened
        or (world.policy.private.adjustment and world.kind(line_id) is LineKind.PRIVATE_OPEN)
    ]
    return {
        line_id: (own_tiers(world.policy.line(world.lines[line_id].rule)), opened.get(line_id))
        for line_id in by_rule
    }


def _as_data(world: RoundWorld, chance: Chance) -> dict[str, CanonicalValue]:
    line = world.policy.line(world.lines[chance.line_id].rule)
    return {
        "line_id": chance.line_id,
        "choice": chance.choice,
        "category": category_of_tier(line, chance.order),
        "children": chance.children,
        "came": chance.came,
        "share": chance.share,
        "low": chance.low,
        "high": chance.high,
    }


@transaction.atomic
def _keep(
    made: ChanceTable,
    admission_round: AdmissionRound,
    *,
    actor: User | None,
    now: datetime,
    job: RunningJob | None,
) -> ChanceTable:
    lock_round(admission_round.pk, RoundStatus.CLOSED, RoundStatus.DRAWN, RoundStatus.PUBLISHED)
    if EntryList.objects.filter(round=admission_round, number__gt=made.entry_list.number).exists():
        raise ListClosedAgain("a newer list was closed meanwhile; make the chances of that one")
    last = ChanceTable.objects.filter(entry_list=made.entry_list).order_by("-number").first()
    same = last and (last.draws, last.luck, last.digest) == (made.draws, made.luck, made.digest)
    kept = last if last and same else _store(made, last, admission_round, actor=actor, now=now)
    if job:
        job.succeed(now=now, result={"chance_table": str(kept.pk), "number": kept.number})
    return kept


def _store(
    made: ChanceTable,
    last: ChanceTable | None,
    admission_round: AdmissionRound,
    *,
    actor: User | None,
    now: datetime,
) -> ChanceTable:
    made.number = last.number + 1 if last else 1
    made.save(force_insert=True)
    record_event(
        actor=actor,
        now=now,
        action="chances.made",
        subject=admission_round,
        district_code=admission_round.district_id,
        details={
            "round": round_code(admission_round),
            "entry_list": made.entry_list.digest,
            "number": made.number,
            "draws": made.draws,
            "luck": made.luck,
            "digest": made.digest,
        },
    )
    return made
