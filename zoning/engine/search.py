"""The search: rounds of annealing on independent lanes, in threads, merged in a fixed order.

A round is a fixed amount of work that depends on the problem, the seed and its number only, never on the clock
or on how many threads ran it. So the plan after k rounds is the same on every machine.
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from zoning.engine.field import COST, LUCK, NEVER, OVER, Field
from zoning.engine.groundwork import Groundwork
from zoning.engine.lane import NOT_YET, Found, new_lane, new_state, proposals
from zoning.engine.objective import FORBIDDEN_COST, Weights, balance, border, parity, shared_seats
from zoning.engine.partition import Zones, joined, no_zones, recombine, zones_of
from zoning.engine.problem import MM_PER_METRE, NOWHERE, IntArray, Problem

LANES = 2
PATIENCE = 3
# A plan counts as better when it saves one part of so many.
STEP = 10_000
# After this round a start that is far behind the best plan is given up.
HOPELESS = 5


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
class Improved:
    """The best plan found.

    rounds -- whole rounds that give it, None when stopped midway; moves -- how many were proposed on each lane
    """

    zone: IntArray
    rounds: int | None
    moves: int


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


@dataclass(slots=True)
class Course:
    """Where the search stands; it starts anew when nothing better was found for PATIENCE rounds.

    start, best -- the plan it starts from, and the best of all; origins -- where each lane goes on
    zones, kept -- met since the last start, and worth keeping from before it
    age, idle   -- rounds since the last start, and since the last better plan
    starts, moves -- starts so far; moves proposed on a lane in all
    """

    start: Found
    best: Found
    origins: list[Found]
    zones: Zones
    kept: Zones
    age: int = 0
    idle: int = 0
    starts: int = 1
    moves: int = 0

    def is_closing(self) -> bool:
        """Say whether this is the last round before a new start, in which zones of all starts are mixed."""
        return self.idle == PATIENCE - 1

    def to_mix(self) -> tuple[Zones, Found] | None:
        """Return the zones to recombine beside this round, and the plan they must undercut."""
        if self.is_closing():
            return joined([self.kept, self.zones]), self.best
        if self.age >= 6 and self.age % 2 == 0:
            return self.zones, min(self.origins, key=Found.rank)
        return None

    def watched(self, watch: Callable[[int], None]) -> Callable[[int], None]:
        """Return `watch`, told of the best plan of all where a later start has not come so far."""
        best = self.best
        return lambda cost: watch(cost if best.overload else min(cost, best.cost))

    def go_on(
        self, field: Field, found: list[Found], mixed: list[Found], kept: Zones, met: list[Zones]
    ) -> None:
        """Take in what a round found; `kept` is what the recombination kept of the zones it was given."""
        before, now = min(self.origins, key=Found.rank), min([*found, *mixed], key=Found.rank)
        is_better = now.overload < before.overload or now.cost < before.cost - before.cost // STEP
        self.moves += proposals(field, self.age)
        self.best = min(self.best, now, key=Found.rank)
        if self.is_closing() and not is_better:
            self.kept = kept
            self._start_anew()
        elif self.age == HOPELESS and self._is_far_behind(now):
            self._start_anew()
        else:
            self.zones = joined([kept, *met])
            self.origins = _next_origins(found, mixed, self.age)
            self.age, self.idle = self.age + 1, 0 if is_better else self.idle + 1

    def _is_far_behind(self, now: Found) -> bool:
        """Say whether a plan lacks seats or costs a hundredth more than the best, which is lawful."""
        return self.best.overload == 0 and (
            now.overload > 0 or now.cost - self.best.cost > self.best.cost // 100
        )

    def _start_anew(self) -> None:
        self.zones = no_zones()
        self.origins, self.age, self.idle = [self.start] * LANES, 0, 0
        self.starts += 1


def improve(
    field: Field,
    zone: IntArray,
    seed: int,
    budget: Budget,
    tell: Callable[[str, int, int], None],
    least: int,
    heat: float,
    watch: Callable[[int], None],
) -> Improved:
    """Return the best plan, and the number of whole rounds that gave it.

    Each lane goes on from its own best plan; every fourth round all go on from the best of all. Beside the
    later rounds the zones met before are recombined. A lawful plan that costs no more than `least`, the lower
    bound, ends the search. The hotter, the more of `zone` is forgotten.
    """
    lanes = [new_lane(field, zone, seed, number, heat) for number in range(LANES)]
    total = lanes[0].state.total
    start = Found(int(total[OVER]), int(total[COST]), zone.copy())
    course = Course(start, start, [start] * LANES, no_zones(), no_zones())
    done, pace = 0, 0.0
    with ThreadPoolExecutor(LANES + 1) as threads:
        while (budget.effort is None or done < budget.effort) and not course.best.is_proven(least):
            before, length = budget.time_left(), proposals(field, course.age)
            if before < pace * length or budget.is_asked_to_stop():
                break
            to_mix = course.to_mix()
            mixing = threads.submit(_mixed, field, *to_mix, before) if to_mix else None
            jobs = [
                threads.submit(lane.run_round, origin, course.age, budget.is_over, course.watched(watch))
                for lane, origin in zip(lanes, course.origins, strict=True)
            ]
            found = [job.result() for job in jobs]
            kept, mixed = mixing.result() if mixing else (course.zones, [])
            if budget.is_over():
                return _cut_short(course, [*found, *mixed], done)
            course.go_on(field, found, mixed, kept, [zones_of(field, lane.pool) for lane in lanes])
            if course.age == 0 and lanes[0].has_lumps():
                lump = doubtful_lump(field, course, least)
                for lane in lanes:
                    lane.ban(lump, field)
            pace = 0.0 if budget.seconds is None else (before - budget.time_left()) / length
            done += 1
            tell("improving", *budget.spent(done))
    return Improved(course.best.zone, done, course.moves)


def doubtful_lump(field: Field, course: Course, least: int) -> tuple[int, int] | None:
    """Return a unit and its zone in the best plan, to be kept out of it until the next start; the largest first.

    Only units that a better plan may have elsewhere: what that costs at seat prices is within reach of the bound.
    """
    if course.best.overload:
        return None
    units, zone = np.arange(len(field.children)), course.best.zone
    reduced = field.cost + field.price[None, :] * field.demand[:, None]
    reduced[units, zone] = NEVER
    loss = reduced.min(axis=1) - field.ideal
    open_to_doubt = np.flatnonzero((loss <= course.best.cost - least) & (field.fixed == 0))
    lumps = open_to_doubt[np.argsort(-field.children[open_to_doubt], kind="stable")]
    if not len(lumps):
        return None
    lump = int(lumps[(course.starts - 2) % len(lumps)])
    return lump, int(zone[lump])


def _mixed(field: Field, zones: Zones, best: Found, seconds: float) -> tuple[Zones, list[Found]]:
    kept, plan = recombine(field, zones, best.cost if best.overload == 0 else NOT_YET, seconds)
    if plan is None:
        return kept, []
    return kept, [Found(0, int(_zone_costs(field, plan)), plan)]


def _zone_costs(field: Field, zone: IntArray) -> int:
    state = new_state(field, zone, 0, 0)
    return int(state.total[COST])


def _next_origins(found: list[Found], mixed: list[Found], age: int) -> list[Found]:
    """Return where each lane goes on: a recombined plan takes the place of the worst lane's."""
    best = min([*found, *mixed], key=Found.rank)
    if age % 4 == 3:
        return [best] * LANES
    worst = max(found, key=Found.rank)
    return [best if mixed and lane is worst else lane for lane in found]


def _cut_short(course: Course, found: list[Found], done: int) -> Improved:
    """Return the plan of the whole rounds, which can be repeated, unless the cut round first made it lawful."""
    whole, cut = course.best, min(found, key=Found.rank)
    if whole.overload == 0:
        return Improved(whole.zone, done, course.moves)
    return Improved(cut.zone, None, course.moves)
