"""The search: rounds of annealing on independent lanes, in threads, merged in a fixed order.

A round is a fixed amount of work that depends on the problem, the seed and its number only, never on the clock
or on how many threads ran it. So the plan after k rounds is the same on every machine.
"""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from zoning.engine.field import (
    BEST,
    BLOCK,
    CHANGED,
    COST,
    GONE,
    JOURNAL,
    LUCK,
    NEVER,
    OVER,
    SHARED,
    SPARE,
    STRAIN,
    Field,
    Pool,
    State,
    new_pool,
)  # fmt: skip
from zoning.engine.groundwork import Groundwork
from zoning.engine.kernel import anneal, put_all
from zoning.engine.objective import FORBIDDEN_COST, Weights, balance, border, parity, shared_seats
from zoning.engine.partition import Zones, joined, no_zones, recombine, zones_of
from zoning.engine.problem import MM_PER_METRE, NOWHERE, IntArray, Problem

LANES = 2
HEATS = 1000
SLICES = 40
EXTRA = 6
REBUILD = 32
NOT_YET = 2**62
ZONES = 6000
SMALL_ZONE = 40


@dataclass(frozen=True, slots=True)
class Budget:
    """When to stop: after `effort` rounds, or before the round that would pass `seconds`, or when asked."""

    effort: int | None
    seconds: float | None
    clock: Callable[[], float] | None
    began: float
    should_stop: Callable[[], bool] | None

    def time_left(self) -> float:
        if self.seconds is None or self.clock is None:
            return math.inf
        return self.began + self.seconds - self.clock()

    def spent(self, rounds: int) -> tuple[int, int]:
        """Return (done, total) in rounds, or in milliseconds where time is the limit."""
        if self.effort is not None:
            return rounds, self.effort
        total = int(1000 * (self.seconds or 0))
        return total - max(int(1000 * self.time_left()), 0), total

    def is_asked_to_stop(self) -> bool:
        return self.should_stop is not None and self.should_stop()

    def is_over(self) -> bool:
        """Say whether a round must be broken off."""
        return self.is_asked_to_stop() or self.time_left() <= 0


@dataclass(frozen=True, slots=True)
class Found:
    """A plan with what decides between plans: children without a seat first, then cost."""

    overload: int
    cost: int
    zone: IntArray

    def rank(self) -> tuple[int, int, bytes]:
        return self.overload, self.cost, self.zone.tobytes()


def make_field(problem: Problem, weights: Weights, ground: Groundwork, prices: IntArray) -> Field:
    """Return the arrays the compiled search reads.

    A unit without children costs a thousandth of a child, so that it too lies near its school. Prices are cut at
    the dearest way: a school without seats, or a problem without a plan, has prices beyond any use.
    """
    ways, allowed = ground.ways, ground.allowed
    prices = np.minimum(prices, ground.cost.max(where=allowed, initial=0) * problem.walks_a_seat)
    children, forbidden = problem.walkers[:, None], FORBIDDEN_COST * np.maximum(problem.walkers, 1)
    cost = np.where(children > 0, ground.cost * children, ground.cost // 1000)
    cost = np.where(allowed, cost, forbidden[:, None])
    reduced = cost + prices[ways.zone] * problem.demand[:, None]
    fixed = np.zeros(problem.n_units, dtype=np.int64)
    fixed[problem.site_unit] = 1
    indptr, near = problem.graph
    return Field(
        indptr,
        near,
        border(problem, weights),
        np.ascontiguousarray(cost),
        problem.children,
        problem.seats,
        problem.home,
        fixed,
        balance(problem, weights) + parity(problem, weights),
        prices,
        reduced.min(axis=1, where=ways.zone != NOWHERE, initial=NEVER),
        LUCK,
        problem.demand,
        parity(problem, weights),
        shared_seats(problem),
        problem.later_children,
        problem.later_seats,
        int(problem.every_year),
        weights.worst_year_m * MM_PER_METRE,
        int(ways.is_whole),
        np.zeros((0, 0), dtype=np.int32) if ways.is_whole else ways.zone.astype(np.int32),
        forbidden,
        weights.filling_m * MM_PER_METRE,
        weights.shape_m * MM_PER_METRE,
        *_land(problem, weights),
    )


def _land(problem: Problem, weights: Weights) -> tuple[IntArray, IntArray, IntArray]:
    """Return area, outline and borders where shapes count, else nothing."""
    if problem.land is None or not weights.shape_m:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none
    return problem.land.area, problem.land.outline, problem.land.along(*problem.graph)


def new_state(field: Field, zone: IntArray, seed: int, lane: int) -> State:
    """Return a state that holds the plan, with a generator of its own."""
    n, m = len(field.children), len(field.seats)
    words = np.random.SeedSequence([seed, lane]).generate_state(2, np.uint64)
    state = State(
        zone=np.full(n, -1, dtype=np.int64),
        load=np.zeros(m, dtype=np.int64),
        later_load=np.zeros_like(field.later_seats),
        lack=np.zeros(m, dtype=np.int64),
        area=np.zeros(m, dtype=np.int64),
        outline=np.zeros(m, dtype=np.int64),
        strain=np.ones(m, dtype=np.int64),
        checked=np.zeros(m, dtype=np.int64),
        member_block=np.zeros((m, n // BLOCK + 1), dtype=np.int32),
        member=np.zeros((n // BLOCK + m + 1, BLOCK), dtype=np.int64),
        spare=np.zeros(n // BLOCK + m + 1, dtype=np.int64),
        size=np.zeros(m, dtype=np.int64),
        place=np.zeros(n, dtype=np.int64),
        mark=np.zeros(n, dtype=np.int64),
        stack=np.zeros(n + 8, dtype=np.int64),
        journal_unit=np.zeros(JOURNAL + n, dtype=np.int64),
        journal_zone=np.zeros(JOURNAL + n, dtype=np.int64),
        loss=np.zeros(JOURNAL, dtype=np.int64),
        goal=np.zeros(JOURNAL, dtype=np.int64),
        total=np.zeros(16, dtype=np.int64),
        rng=words[:1] | np.uint64(1),
        best=zone.copy(),
        changed=np.zeros(n, dtype=np.int64),
        is_changed=np.zeros(n, dtype=np.bool_),
    )
    fill(field, state, zone)
    state.total[BEST] = NOT_YET
    return state


def fill(field: Field, state: State, zone: IntArray) -> None:
    """Make the state hold the plan `zone`, whatever it held before."""
    state.zone[:] = GONE
    for sums in (state.load, state.later_load, state.lack, state.size, state.area, state.outline):
        sums[:] = 0
    state.spare[:] = np.arange(len(state.spare))
    state.changed[:] = np.arange(len(zone))
    state.is_changed[:] = True
    state.total[[OVER, STRAIN, SHARED]] = 0
    empty = field.filling * field.seats // np.maximum(field.seats, 1) + field.shape
    state.total[SPARE] = len(state.spare)
    state.total[CHANGED] = len(zone)
    state.total[COST] = (field.edge.sum() >> 1) + empty.sum()
    put_all(field, state, zone)


def new_lane(field: Field, zone: IntArray, seed: int, number: int, heat: float) -> "Lane":
    """Return a lane with a generator and working space of its own.

    Zones are gathered where they are small enough to occur in several plans, and cost the same in all of them.
    """
    may_recur = field.is_whole and len(field.children) <= SMALL_ZONE * len(field.seats)
    n = len(field.children)
    capacity = ZONES if may_recur and not (field.edge.any() or field.parity.any()) else 0
    return Lane(
        field,
        new_state(field, zone, seed, number),
        _typical_step(field),
        new_pool(n, capacity),
        new_pool(n, 0),
        heat,
    )


@dataclass(frozen=True, slots=True)
class Lane:
    """One independent search: it runs a round from a plan and returns the best it met."""

    field: Field
    state: State
    scale: int
    pool: Pool
    no_pool: Pool
    heat: float

    def run_round(
        self, origin: Found, round_number: int, stopped: Callable[[], bool], watch: Callable[[int], None]
    ) -> Found:
        """Anneal once from `origin`; return the best plan met, `origin` if none was better."""
        state, field = self.state, self.field
        fill(field, state, origin.zone)
        self.pool.table[:] = 0
        self.pool.filled[0] = 0
        state.total[BEST] = NOT_YET if origin.overload else origin.cost
        per_heat = proposals(field, round_number) // HEATS
        for number, (heats, strains) in enumerate(self._slices(round_number)):
            pool = self.pool if number >= SLICES // 4 else self.no_pool
            if stopped() or (number >= SLICES and state.total[BEST] < NOT_YET):
                break
            anneal(field, state, pool, heats, per_heat, strains, REBUILD)
            if state.total[BEST] < NOT_YET:
                watch(int(state.total[BEST]))
        if state.total[BEST] < (NOT_YET if origin.overload else origin.cost):
            return Found(0, int(state.total[BEST]), state.best.copy())
        last = Found(int(state.total[OVER]), int(state.total[COST]), state.zone.copy())
        return min(origin, last, key=Found.rank)

    def _slices(self, number: int) -> Iterator[tuple[IntArray, IntArray]]:
        """Yield temperatures and the least strain, per heat; odd rounds begin cooler, near where they are.

        The slices after the first SLICES are for a round without a lawful plan: rather cool, under high strain.
        """
        hot = self.heat if number % 2 == 0 else 0.4 * self.heat
        cool = min(0.02, hot / 4)
        yield from self._cooling(hot, cool, 1.0, 30.0, SLICES)
        for _ in range(EXTRA):
            yield from self._cooling(5 * cool, cool, 30.0, 300.0, SLICES // 8)

    def _cooling(
        self, hot: float, cool: float, least: float, most: float, slices: int
    ) -> Iterator[tuple[IntArray, IntArray]]:
        dearest = max(int(self.field.price.max(initial=0)), self.scale // 100, 1)
        along = np.arange(slices * HEATS // SLICES) / (slices * HEATS // SLICES - 1)
        heats = np.maximum(np.rint(self.scale * hot * (cool / hot) ** along), 1).astype(np.int64)
        strains = np.rint(dearest * least * (most / least) ** along).astype(np.int64)
        for part in np.array_split(np.arange(len(along)), slices):
            yield heats[part], strains[part]


def proposals(field: Field, number: int) -> int:
    """Return how many moves a round proposes: each round a quarter more, up to twenty times the first."""
    n = len(field.children)
    first = max(min(1500 * n, 500_000), 100 * n, 20_000)
    return int(first * min(1.25**number, 20))


def proposed(field: Field, rounds: int | None) -> int:
    """Return how many moves that many whole rounds propose on each lane; none where a round was cut short."""
    return sum(proposals(field, number) for number in range(rounds or 0))


def improve(
    field: Field,
    zone: IntArray,
    seed: int,
    budget: Budget,
    tell: Callable[[str, int, int], None],
    least: int,
    heat: float,
    watch: Callable[[int], None],
) -> tuple[IntArray, int | None]:
    """Return the best plan and the number of whole rounds that gave it, None when stopped midway.

    Each lane goes on from its own best plan; every fourth round all go on from the best of all. Beside the
    later rounds the zones met before are recombined. A lawful plan that costs no more than `least`, the lower
    bound, ends the search. The hotter, the more of `zone` is forgotten.
    """
    lanes = [new_lane(field, zone, seed, number, heat) for number in range(LANES)]
    total = lanes[0].state.total
    bests = [Found(int(total[OVER]), int(total[COST]), zone.copy())] * LANES
    zones, done, pace = no_zones(), 0, 0.0
    with ThreadPoolExecutor(LANES + 1) as threads:
        while (budget.effort is None or done < budget.effort) and not is_proven_best(bests, least):
            before = budget.time_left()
            if before < pace * proposals(field, done) or budget.is_asked_to_stop():
                break
            mixing = threads.submit(_mixed, field, zones, bests, before) if is_mixing(done) else None
            jobs = [
                threads.submit(lane.run_round, best, done, budget.is_over, watch)
                for lane, best in zip(lanes, bests, strict=True)
            ]
            found = [job.result() for job in jobs]
            kept, mixed = mixing.result() if mixing else (zones, [])
            if budget.is_over():
                return _cut_short(bests, [*found, *mixed], done)
            zones = joined([kept, *(zones_of(field, lane.pool) for lane in lanes)])
            bests = _next_origins(found, mixed, done)
            pace = 0.0 if budget.seconds is None else (before - budget.time_left()) / proposals(field, done)
            done += 1
            tell("improving", *budget.spent(done))
    return min(bests, key=Found.rank).zone, done


def is_mixing(done: int) -> bool:
    """Say whether the zones met so far are recombined beside this round."""
    return done >= 6 and done % 2 == 0


def _mixed(field: Field, zones: Zones, bests: list[Found], seconds: float) -> tuple[Zones, list[Found]]:
    best = min(bests, key=Found.rank)
    kept, plan = recombine(field, zones, best.cost if best.overload == 0 else NOT_YET, seconds)
    if plan is None:
        return kept, []
    return kept, [Found(0, int(_zone_costs(field, plan)), plan)]


def _zone_costs(field: Field, zone: IntArray) -> int:
    state = new_state(field, zone, 0, 0)
    return int(state.total[COST])


def _next_origins(found: list[Found], mixed: list[Found], done: int) -> list[Found]:
    """Return where each lane goes on: a recombined plan takes the place of the worst lane's."""
    best = min([*found, *mixed], key=Found.rank)
    if done % 4 == 3:
        return [best] * LANES
    worst = max(found, key=Found.rank)
    return [best if mixed and lane is worst else lane for lane in found]


def is_proven_best(bests: list[Found], least: int) -> bool:
    best = min(bests, key=Found.rank)
    return best.overload == 0 and best.cost <= least


def _cut_short(bests: list[Found], found: list[Found], done: int) -> tuple[IntArray, int | None]:
    """Return the plan of the whole rounds, which can be repeated, unless the cut round first made it lawful."""
    whole, cut = min(bests, key=Found.rank), min(found, key=Found.rank)
    if whole.overload == 0:
        return whole.zone, done
    return cut.zone, None


def _typical_step(field: Field) -> int:
    """Return the median over units of what the second-best school costs more, at seat prices.

    Where zones cost by their filling or shape, a unit's part of its zone also counts.
    """
    price = field.price[None, :] if field.is_whole else field.price[field.zones]
    reduced = np.sort(field.cost + price * field.demand[:, None], axis=1)
    if reduced.shape[1] == 1:
        return 1
    part = int(field.filling + field.shape) * len(field.seats) // len(reduced)
    return max(int(np.median(reduced[:, 1] - reduced[:, 0])) + part, 1)
