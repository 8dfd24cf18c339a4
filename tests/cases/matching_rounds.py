"""Rounds for tests: small worlds written out or generated, drawn and placed for real."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from admissions.lottery.draw_record import (
    DrawRecord,
    draw,
    draw_record_document,
    public_values_document,
    tickets,
)
from admissions.lottery.entry_list import (
    Choice,
    Entry,
    EntryList,
    entry_list_digest,
    entry_list_document,
    entry_value,
)
from admissions.lottery.tickets import TicketAlgorithm, TicketScope, coordination_urn, urn
from admissions.matching.bundle import Amendments, DrawFiles, amended, public_bundle
from admissions.matching.entries import applicants_from, commitment, plan_digest
from admissions.matching.records import (
    Applicant,
    Coordination,
    CoordinationRule,
    Line,
    LoserRule,
    Mechanism,
    RoundInput,
    RoundPlan,
    RoundResult,
    Stage,
)
from admissions.matching.stages import place

VALUES = {"福利彩票双色球 2026-080": "03 09 14 22 27 31 + 05", "现场摇号": "417"}
Fallbacks = Mapping[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class World:
    """A round up to the closing of its entry list."""

    plan: RoundPlan
    entry_list: EntryList
    fallbacks: Fallbacks


@dataclass(frozen=True, slots=True)
class Published:
    """A round that was drawn, placed and published."""

    record: DrawRecord
    round_input: RoundInput
    result: RoundResult
    bundle: dict[str, bytes]


def random_plan(chance: np.random.Generator, *, lines: int, seats: int) -> RoundPlan:
    """Return private and public lines, one of them with a reserve, in stages of a random loser rule."""
    rule = list(LoserRule)[chance.integers(3)]
    private = [Line(f"P{i}", int(chance.integers(0, seats + 1)), "private") for i in range(lines // 3)]
    public = [Line(f"S{i}", int(chance.integers(0, seats + 1))) for i in range(lines - len(private))]
    public.append(Line("S0-reserve", 1, reserve_of="S0"))
    private_ids, public_ids = (tuple(line.line_id for line in group) for group in (private, public))
    if rule is LoserRule.CLASS_KEPT:
        stages: tuple[Stage, ...] = (Stage("all", Mechanism.DEFERRED_ACCEPTANCE, private_ids + public_ids),)
    else:
        stages = (
            Stage("private", Mechanism.DEFERRED_ACCEPTANCE, private_ids),
            Stage("public", Mechanism.DEFERRED_ACCEPTANCE, public_ids, rule),
        )
    coordination = Coordination(CoordinationRule.NEAREST_FIRST, public_ids[:-1])
    return RoundPlan("2026-primary", (*private, *public), stages, coordination)


def random_entries(
    chance: np.random.Generator, plan: RoundPlan, *, children: int, twins: int, ranks: int
) -> tuple[tuple[Entry, ...], Fallbacks]:
    """Return children with random lists; the first 2 * twins of them are pairs with the same list."""
    ids = sorted(line.line_id for line in plan.lines)
    entries: list[Entry] = []
    fallbacks = {}
    for i in range(children):
        receipt = f"R{i:05d}"
        group = f"R{i - i % 2:05d}" if i < 2 * twins else None
        listed = chance.permutation(ids)[: chance.integers(0, 5)]
        if group is not None and i % 2:
            choices = entries[-1].choices
        else:
            choices = tuple(_choice(chance, str(name), n, ranks) for n, name in enumerate(listed, start=1))
        near = tuple(str(name) for name in chance.permutation(ids)[:3])
        fallbacks[receipt] = (f"{i:032x}", near)
        consents = bool(chance.integers(4))
        entries.append(
            Entry(
                receipt,
                choices,
                group,
                split_allowed=bool(group and (i // 2) % 5 == 4),
                fallback_rank=int(chance.integers(1, 3)) if consents else None,
                fallback_commitment=commitment(*fallbacks[receipt]) if consents else None,
            )
        )
    return tuple(entries), fallbacks


def _choice(chance: np.random.Generator, name: str, number: int, ranks: int) -> Choice:
    rank = int(chance.integers(1, ranks + 1))
    return Choice(name, number, rank, rank + int(chance.integers(0, 2)))


def random_world(
    seed: int,
    *,
    children: int = 40,
    lines: int = 6,
    seats: int = 7,
    twins: int = 5,
    ranks: int = 3,
    algorithm: TicketAlgorithm = TicketAlgorithm.HMAC_SHA_256,
    scope: TicketScope = TicketScope.TRACK,
) -> World:
    """Return a random round that is ready to be drawn."""
    chance = np.random.default_rng(seed)
    plan = random_plan(chance, lines=lines, seats=seats)
    entries, fallbacks = random_entries(chance, plan, children=children, twins=twins, ranks=ranks)
    return World(plan, listed(plan, entries, algorithm, scope), fallbacks)


def listed(
    plan: RoundPlan,
    entries: tuple[Entry, ...],
    algorithm: TicketAlgorithm = TicketAlgorithm.HMAC_SHA_256,
    scope: TicketScope = TicketScope.TRACK,
) -> EntryList:
    """Return the closed entry list of the entries."""
    return EntryList(
        round_id=plan.round_id,
        lottery_id=f"{plan.round_id}/1",
        policy_digest="ab" * 32,
        plan_digest=plan_digest(plan),
        public_value_names=tuple(VALUES),
        entries=entries,
        algorithm=algorithm,
        scope=scope,
        code_version="0.1.0",
    )


def drawn_applicants(world: World, record: DrawRecord, entries: tuple[Entry, ...]) -> tuple[Applicant, ...]:
    """Return the applicants of the entries with the tickets of the draw."""
    tracks = {line.line_id: line.track for line in world.plan.lines}
    scope = world.entry_list.scope

    def ticket_of(line_id: str, ball: str) -> int:
        name = urn(scope, track=tracks[line_id], line_id=line_id) if line_id else coordination_urn(scope)
        return record.draw.ticket(name, ball)

    return applicants_from(
        [entry_value(entry) for entry in entries],
        ticket_of,
        fallbacks=world.fallbacks,
        walk_metres=dict.fromkeys(world.fallbacks, (200, 500, 900)),
    )


def drawn(world: World) -> DrawRecord:
    """Draw the world's lottery."""
    return draw(world.entry_list, published_digest=entry_list_digest(world.entry_list), public_values=VALUES)


def published(
    world: World,
    *,
    withdrawn: tuple[str, ...] = (),
    added: tuple[Entry, ...] = (),
    seats: Mapping[str, int] | None = None,
) -> Published:
    """Draw, place and publish the world, with what was recorded after the draw."""
    record = drawn(world)
    entries = (*world.entry_list.entries, *added)
    applicants = tuple(
        replace(applicant, withdrawn=applicant.receipt in withdrawn)
        for applicant in drawn_applicants(world, record, entries)
    )
    round_input = RoundInput(amended(world.plan, seats or {}), applicants)
    result = place(round_input)
    tracks = {line.line_id: line.track for line in world.plan.lines}
    draw_files = DrawFiles(
        entry_list=entry_list_document(world.entry_list),
        public_values=public_values_document(record),
        draw_record=draw_record_document(record),
        tickets=tickets(replace(world.entry_list, entries=entries), record, tracks),
    )
    amendments = Amendments(withdrawn, tuple(entry_value(entry) for entry in added), seats or {})
    bundle = public_bundle(round_input, result, draw_files, published_plan=world.plan, amendments=amendments)
    return Published(record, round_input, result, bundle)
