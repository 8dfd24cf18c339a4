"""Judging: what every accepted application is worth at every line that its family listed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from accounts.services.jobs import Report
from admissions.models import AdmissionRound, Application, ApplicationChoice, ApplicationStatus
from admissions.rules.adjustment import with_adjustment
from admissions.rules.facts import Facts, facts_from_data
from admissions.rules.policy_records import PRIVATE_KINDS
from admissions.rules.reserves import SeatsAside, seats_aside
from admissions.rules.special_needs import seat_line
from admissions.rules.twins import GroupMember, group_member
from admissions.selectors.dwellings import DwellingLocks, load_dwelling_locks
from admissions.selectors.world import OPEN_PUBLIC, RoundWorld
from admissions.services.beside import map_beside
from common.quick_json import decoded

LAST_TIER = 1_000_000  # children without a category stand behind all others in coordinated placement
BATCH = 5_000
PART = 500


@dataclass(frozen=True, slots=True)
class Case:
    """An accepted application before the draw.

    listed    -- (line id, choice) in the order in which the child asks, reserves that may spill to it and lines that
                 it may be adjusted to included
    standings -- (tier, keys...) at every one of these lines
    twin      -- its twin group and birth date, as far as they are proved
    locked    -- listed lines whose school the dwelling has used, and until when
    fallback_tier -- for coordinated placement: the tier at the last public line chosen, the zone school, locked or
                     not; a child without one stands behind all others
    """

    application_id: UUID
    receipt: str
    twin: GroupMember
    accepts_coordination: bool
    listed: tuple[tuple[str, int], ...]
    standings: Mapping[str, tuple[int, ...]]
    nearest: tuple[tuple[str, int], ...]
    special_line: str | None
    locked: Mapping[str, str]
    fallback_tier: int


class _Accepted(NamedTuple):
    """What is read of an accepted application; a model's instance would cost more than judging it."""

    pk: UUID
    receipt: str
    child_index: str
    unit_code: str
    facts: str
    split_allowed: bool
    accepts_coordination: bool
    accepts_adjustment: bool


_Filed = tuple[_Accepted, Sequence[tuple[str, int]]]


def judge_cases(admission_round: AdmissionRound, world: RoundWorld, report: Report) -> list[Case]:
    """Return every accepted application as judged, by receipt; those of a large round side by side."""
    accepted = Application.objects.filter(round=admission_round, status=ApplicationStatus.ACCEPTED)
    total, locks = accepted.count(), load_dwelling_locks(admission_round)
    reachable = cache(world.reachable)  # a unit's families have the same schools near
    aside = seats_aside(world.policy, world.lines)

    def judge(part: Sequence[_Filed]) -> list[Case]:
        return [_case(world, aside, row, chosen, reachable(row.unit_code), locks) for row, chosen in part]

    parts = _parts(_filed(accepted))
    cases: list[Case] = []
    for judged in map_beside(judge, parts) if total >= settings.SIDE_BY_SIDE_CHILDREN else map(judge, parts):
        cases.extend(judged)
        report("judging", len(cases), total)
    return cases


def _parts(filed: Iterator[_Filed]) -> Iterator[list[_Filed]]:
    while part := list(islice(filed, PART)):
        yield part


def _filed(accepted: QuerySet[Application]) -> Iterator[_Filed]:
    """Yield every application with (line id, choice) in the order of its list."""
    chosen = _chosen(accepted)
    rows = accepted.order_by("receipt__receipt").values_list(
        "pk",
        "receipt__receipt",
        "child_index",
        "unit_code",
        Cast("facts", TextField()),
        "split_allowed",
        "accepts_coordination",
        "accepts_adjustment",
    )
    for row in map(_Accepted._make, rows.iterator(chunk_size=BATCH)):
        yield row, chosen.get(row.pk, [])


def _chosen(accepted: QuerySet[Application]) -> dict[UUID, list[tuple[str, int]]]:
    """Return (line id, choice) of every application in the order of its list."""
    found: dict[UUID, list[tuple[str, int]]] = {}
    rows = ApplicationChoice.objects.filter(application__in=accepted).order_by("application_id", "position")
    for application_id, line_id, choice in rows.values_list("application_id", "line__line_id", "choice"):
        found.setdefault(application_id, []).append((line_id, choice))
    return found


def _case(
    world: RoundWorld,
    aside: SeatsAside,
    row: _Accepted,
    chosen: Sequence[tuple[str, int]],
    nearest: tuple[tuple[str, int], ...],
    locks: DwellingLocks,
) -> Case:
    facts = facts_from_data(decoded(row.facts))
    standings: dict[str, tuple[int, ...]] = {}
    locked: dict[str, str] = {}
    fallback_tier = LAST_TIER
    for line_id, _ in chosen:
        classified = world.classify(facts, line_id)
        if classified.tier is None:
            continue
        if world.kind(line_id) not in PRIVATE_KINDS:
            fallback_tier = classified.tier
        until = _locked_until(world, locks, facts, row.child_index, line_id)
        if until is None:
            standings[line_id] = (classified.tier, *classified.keys)
        else:
            locked[line_id] = until.isoformat()
    listed, standings = full_list(
        world, aside, facts, chosen, standings, accepts_adjustment=row.accepts_adjustment
    )
    return Case(
        application_id=row.pk,
        receipt=row.receipt,
        twin=group_member(row.receipt, facts, listed, split_allowed=row.split_allowed),
        accepts_coordination=row.accepts_coordination,
        listed=listed,
        standings=standings,
        nearest=_elsewhere(world, nearest, locked),
        special_line=seat_line(
            facts,
            listed=(line_id for line_id, _ in chosen if world.kind(line_id) in OPEN_PUBLIC),
            nearest=(line_id for line_id, _ in nearest),
        ),
        locked=locked,
        fallback_tier=fallback_tier,
    )


def full_list(
    world: RoundWorld,
    aside: SeatsAside,
    facts: Facts,
    chosen: Iterable[tuple[str, int]],
    standings: Mapping[str, tuple[int, ...]],
    *,
    accepts_adjustment: bool,
) -> tuple[tuple[tuple[str, int], ...], dict[str, tuple[int, ...]]]:
    """Return (line id, choice) as the child asks, and where it stands, with all that the rules add to its choices.

    standings -- at the lines that it chose and may compete for
    """
    spilled = aside.with_spilled(standings, partial(world.standing, facts))
    listed = aside.in_order(chosen, spilled)
    if not (accepts_adjustment and world.policy.private.adjustment):
        return listed, spilled
    rules = {line_id: line.rule for line_id, line in world.lines.items()}
    return with_adjustment(world.policy, rules, listed, spilled, world.adjustable(facts))


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
    if not locked:
        return nearest
    schools = {world.lines[line_id].school_id for line_id in locked}
    others = tuple(item for item in nearest if world.lines[item[0]].school_id not in schools)
    return others or nearest
