"""What happens after results, for tests: rounds that are published, and everything that families do then."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from admissions.lottery.entry_list import entry_value
from admissions.lottery.tickets import urn
from admissions.matching.amended_bundle import Run, amended_bundle, run_document
from admissions.matching.left_off import DrawnLines, LateEntry, on_the_list
from admissions.matching.records import RoundPlan
from admissions.matching.waitlist import Move, Waiting, moves
from tests.cases.matching_rounds import Published, World, published, random_world


@dataclass(slots=True)
class AfterResults:
    """A published round as it goes on. `give_on` does what a run of the service does, on plain data."""

    world: World
    outcome: Published
    closed: frozenset[str] = frozenset()
    held: dict[str, str] = field(default_factory=dict)
    out: set[str] = field(default_factory=set)
    asks: set[str] = field(default_factory=set)
    seats: dict[str, int] = field(default_factory=dict)
    orders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    wishes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    runs: list[bytes] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)

    def give_up(self, receipts: Iterable[str]) -> None:
        for receipt in receipts:
            if self.held.pop(receipt, None):
                self.out.add(receipt)

    def waiting(self) -> Waiting:
        taken: dict[str, int] = defaultdict(int)
        for line in self.held.values():
            taken[line] += 1
        return Waiting(
            orders=dict(self.orders),
            wishes=dict(self.wishes),
            held=dict(self.held),
            free={line: seats - taken[line] for line, seats in self.seats.items()},
            closed=self.closed,
            asking=frozenset(self.asks & set(self.held)),
            out=frozenset(self.out),
            groups=self.groups(),
        )

    def groups(self) -> dict[str, str]:
        entries = self.world.entry_list.entries
        split = {entry.group_id for entry in entries if entry.split_allowed}
        return {e.receipt: e.group_id for e in entries if e.group_id and e.group_id not in split}

    def give_on(self, added: Sequence[LateEntry] = ()) -> tuple[Move, ...]:
        gave_up = [(r, line) for r, line in self.before.items() if r not in self.held]
        restored = [(r, line) for r, line in self.held.items() if r not in self.before]
        asks = tuple(sorted(self.asks & set(self.held)))
        extra: dict[str, int] = {}
        left_off = [move for entry in added for move in self._add(entry, extra)]
        made = moves(self.waiting())
        for move in made:
            self.held[move.receipt] = move.to_line
        run = Run(
            len(self.runs) + 1,
            tuple(gave_up),
            tuple(restored),
            asks,
            tuple(added),
            extra,
            tuple(left_off),
            made,
        )
        self.runs.append(run_document(run))
        self.before = dict(self.held)
        return made

    def bundle(self) -> dict[str, bytes]:
        return amended_bundle(
            self.outcome.bundle, closed=sorted(self.closed), runs=self.runs, places=self.held
        )

    def lines(self) -> DrawnLines:
        plan, scope = self.world.plan, self.world.entry_list.scope
        tracks = {line.line_id: line.track for line in plan.lines}
        return DrawnLines(
            plan=plan,
            highest=highest_ranks(plan, self.world),
            last={
                c.line_id: (c.rank, c.ticket)
                for c in self.outcome.result.cutoffs
                if c.rank is not None and c.ticket is not None
            },
            ticket_of=lambda line, ball: self.outcome.record.draw.ticket(
                urn(scope, track=tracks[line], line_id=line), ball
            ),
        )

    def _add(self, entry: LateEntry, extra: dict[str, int]) -> list[Move]:
        lines = self.lines()
        won = lines.line_won(entry)
        known = {e.receipt: on_the_list(entry_value(e)) for e in self.world.entry_list.entries}
        wished = lines.in_turn(entry)
        wished = wished[: wished.index(won)] if won else wished
        for line in wished:
            order = self.orders[line]
            entries = {receipt: known[receipt] for receipt in order} | {entry.receipt: entry}
            self.orders[line] = lines.inserted(order, line, entries)
        self.wishes[entry.receipt] = wished
        if won is None:
            return []
        if self.seats[won] <= sum(line == won for line in self.held.values()):
            self.seats[won] += 1
            extra[won] = extra.get(won, 0) + 1
        self.held[entry.receipt] = won
        return [Move(entry.receipt, None, won)]


def highest_ranks(plan: RoundPlan, world: World) -> dict[str, int]:
    found: dict[str, int] = {}
    for stage in plan.stages:
        ranks = [
            choice.rank
            for entry in world.entry_list.entries
            for choice in entry.choices
            if choice.line_id in stage.line_ids
        ]
        found.update(dict.fromkeys(stage.line_ids, max(ranks, default=0)))
    return found


def after_results(world: World, closed: frozenset[str] = frozenset()) -> AfterResults:
    """Publish the world and return it as it stands on the day of results."""
    outcome = published(world)
    held = {p.receipt: p.line_id for p in outcome.result.placements if p.line_id}
    state = AfterResults(world, outcome, closed, held=held, before=dict(held))
    state.seats = {line.line_id: line.seats for line in world.plan.lines}
    state.orders = dict(outcome.result.waitlists)
    wanted: Mapping[str, set[str]] = defaultdict(set)
    for line, order in state.orders.items():
        for receipt in order:
            wanted[receipt].add(line)
    for entry in world.entry_list.entries:
        in_turn = state.lines().in_turn(on_the_list(entry_value(entry)))
        state.wishes[entry.receipt] = tuple(line for line in in_turn if line in wanted[entry.receipt])
    return state


def random_story(seed: int, *, twins: int = 0, runs: int = 3) -> AfterResults:
    """Return a random published round in which families gave up, asked to move, took back, over several runs."""
    chance = np.random.default_rng(seed)
    world = random_world(seed, twins=twins, children=40, lines=6, seats=6)
    private = [line.line_id for line in world.plan.lines if line.track == "private"]
    state = after_results(world, frozenset(private) if chance.integers(2) else frozenset())
    for _ in range(runs):
        one_day(state, chance)
        state.give_on()
    return state


def one_day(state: AfterResults, chance: np.random.Generator) -> None:
    """Some families give up, some ask to wait, some take back what nobody took since."""
    for receipt in sorted(state.held):
        if chance.random() < 0.15:
            state.give_up([receipt])
        elif chance.random() < 0.4:
            state.asks.add(receipt)
    for receipt in sorted(state.out):
        line = dict(state.before).get(receipt)
        if line and chance.random() < 0.3:
            state.held[receipt] = line
            state.out.discard(receipt)


def without_twins(world: World) -> World:
    """Return the world with every child on its own."""
    entries = tuple(replace(entry, group_id=None) for entry in world.entry_list.entries)
    return replace(world, entry_list=replace(world.entry_list, entries=entries))
