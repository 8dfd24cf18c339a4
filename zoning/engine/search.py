"""The search: rounds of annealing on independent lanes, in threads, merged in a fixed order.

A round is a fixed amount of work that depends on the problem, the seed and its number only, never on the clock
or on how many threads ran it. So the plan after k rounds is the same on every machine.
"""

import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np
import numpy.typing as npt

from zoning.engine.closing import Closing, LossesOf
from zoning.engine.compiling import below, draw
from zoning.engine.course import LANES, Course
from zoning.engine.field import LUCK, NEVER, Field
from zoning.engine.groundwork import Groundwork
from zoning.engine.lane import Found, new_dice, new_lane, proposals
from zoning.engine.merge import merged
from zoning.engine.objective import FORBIDDEN_COST, Weights, balance, links, parity, shared_seats
from zoning.engine.pairs import Pairs, cheap_pairs, most_pairs, open_pairs, pairs_around
from zoning.engine.problem import MM_PER_METRE, NOWHERE, IntArray, Problem

# One of so many plans of all epochs, best first, is what a wide merge would better.
BASES = 16
SOME_PLANS = 60
# What merging gives is taken in after so many moves of a lane: about as long as it takes.
MERGE_MOVES = 3_000_000

Work = Callable[[], Found | None]


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

    rounds -- whole rounds of the search; moves -- how many they proposed on each lane
    is_whole -- those rounds give the plan; else it comes from a part of the next, and no effort repeats it
    """

    zone: IntArray
    rounds: int
    moves: int
    is_whole: bool = True


def make_field(problem: Problem, weights: Weights, ground: Groundwork, prices: IntArray) -> Field:
    """Return the arrays the compiled search reads.

    A unit without children costs a thousandth of a child, so that it too lies near its school. Prices are cut at
    the dearest way: a school without seats, or a problem without a plan, has prices beyond any use.
    """
    ways, allowed = ground.ways, ground.allowed
    prices = np.minimum(prices, ground.cost.max(where=allowed, initial=0) * problem.walks_a_seat)
    children, forbidden = problem.walkers[:, None], FORBIDDEN_COST * np.maximum(problem.walkers, 1)
    cost = np.where(children > 0, ground.spent, ground.cost // 1000)
    cost = np.where(allowed, cost, forbidden[:, None])
    reduced = cost + prices[ways.zone] * problem.demand[:, None]
    fixed = np.zeros(problem.n_units, dtype=np.int64)
    fixed[problem.site_unit] = 1
    indptr, near = problem.graph
    return Field(
        indptr,
        near,
        links(problem, weights),
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
        weights.class_seat_m * MM_PER_METRE,
        max(problem.class_size, 1),
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
class Merging:
    """Plans being merged beside the rounds; what comes of it is taken in after a fixed number of moves.

    rng, cheap -- what to open: dice, and pairs that are cheap at seat prices
    since, lasts -- moves when it began, and for how many; job -- what comes of it, None when it was taken in
    is_wide -- it is of plans of all epochs, and this one is not to know it
    is_left -- nobody waits for it any more
    """

    threads: ThreadPoolExecutor
    field: Field
    rng: npt.NDArray[np.uint64]
    cheap: IntArray
    closing: Closing
    since: int = 0
    lasts: int = MERGE_MOVES
    job: "Future[Found | None] | None" = None
    is_wide: bool = False
    is_left: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.is_left = True

    def beside(self, course: Course, is_over: Callable[[], bool]) -> None:
        """Begin to merge where nothing is being merged and there is more than one plan, or to look closely at one."""
        if self.job is not None:
            return

        def is_in_vain() -> bool:
            return self.is_left or is_over()

        if self.closing.is_due(course):
            self.is_wide, self.lasts = course.best is not course.leader, self.closing.moves()
            work: Work | None = self.closing.begin(course, self.rng, is_in_vain)
        else:
            work = self._several(course, is_in_vain)
        if work is not None:
            self.since, self.job = course.moves, self.threads.submit(work)

    def _several(self, course: Course, is_over: Callable[[], bool]) -> Work | None:
        """Return work on plans of the epoch, or of all."""
        self.is_wide, self.lasts = bool(course.past) and draw(self.rng) & 3 > 0, MERGE_MOVES
        plans = course.plans_of_all_epochs() if self.is_wide else course.plans()
        if len(plans) < 2:
            return None
        opening = (self._in_any_order if self.is_wide else self._opening)(plans)
        return lambda: merged(self.field, opening(), is_over)

    def _opening(self, plans: list[Found]) -> Callable[[], Pairs]:
        """Return what opens the pairs, by chance: of plans, best first or in another order, or around a unit."""
        zones, most, luck = [plan.zone for plan in plans], most_pairs(self.field), draw(self.rng) & 3
        if luck < 2:
            centre = below(self.rng, len(self.field.children))
            return partial(pairs_around, self.field, zones, self.cheap, centre, most)
        first = 1 if luck == 2 else 1 + below(self.rng, len(zones) - 1)
        return partial(open_pairs, [zones[0], *zones[first:], *zones[1:first]], len(self.field.seats), most)

    def _in_any_order(self, plans: list[Found]) -> Callable[[], Pairs]:
        """Return what opens the pairs of all epochs: of the best plan, or another good one, then of all by chance."""
        base = 0 if draw(self.rng) & 1 else below(self.rng, min(len(plans), BASES))
        order = np.argsort(np.array([draw(self.rng) for _ in plans]), kind="stable")
        order = order if draw(self.rng) & 1 else np.sort(order[:SOME_PLANS])
        zones = [plans[at].zone for at in [base, *order.tolist()]]
        return partial(open_pairs, zones, len(self.field.seats), most_pairs(self.field))

    def due(self, moves: int) -> Found | None:
        """Return the merged plan where it is time, `moves` of a lane from the beginning; None if there is none."""
        if self.job is None or moves - self.since < self.lasts:
            return None
        plan, self.job = self.job.result(), None
        return plan


def improve(
    field: Field,
    zone: IntArray,
    seed: int,
    budget: Budget,
    tell: Callable[[str, int, int], None],
    least: int,
    heat: float,
    watch: Callable[[int], None],
    losses_of: LossesOf | None,
) -> Improved:
    """Return the best plan, and the number of whole rounds.

    Each lane goes on from its own best plan; every fourth round both go on from the better one. Beside the
    rounds the best plans of all starts are merged. A lawful plan that costs no more than `least`, the lower
    bound, ends the search. The hotter, the more of `zone` is forgotten. losses_of -- for `Closing`.
    """
    lanes = [new_lane(field, zone, seed, number, heat) for number in range(LANES)]
    start = Found.of(lanes[0].state)
    course = Course(start, start, start, [start] * LANES)
    done, pace = 0, 0.0
    with (
        ThreadPoolExecutor(LANES + 1) as threads,
        Merging(
            threads, field, new_dice(seed, LANES), cheap_pairs(field), Closing(field, losses_of)
        ) as merging,
    ):
        while (budget.effort is None or done < budget.effort) and not course.best.is_proven(least):
            before, length = budget.time_left(), proposals(field, course.age)
            if before < pace * length or budget.is_asked_to_stop():
                break
            merging.beside(course, budget.is_over)
            jobs = [
                threads.submit(lane.run_round, origin, course.age, budget.is_over, course.watched(watch))
                for lane, origin in zip(lanes, course.origins, strict=True)
            ]
            found = [job.result() for job in jobs]
            better = merging.due(course.moves + length)
            if budget.is_over():
                return _cut_short(course, found, done)
            course.go_on(field, found)
            if better is not None and merging.is_wide:
                course.keep(better)
            is_merged = better is not None and not merging.is_wide and course.go_on_from(better)
            if (course.age == 0 or is_merged) and lanes[0].has_lumps():
                lump = None if is_merged else doubtful_lump(field, course, least)
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


def _cut_short(course: Course, found: list[Found], done: int) -> Improved:
    """Return the plan of the whole rounds, which can be repeated; if unlawful, the cut round's if better."""
    best = course.best if course.best.overload == 0 else min([course.best, *found], key=Found.rank)
    return Improved(best.zone, done, course.moves, is_whole=best is course.best)
