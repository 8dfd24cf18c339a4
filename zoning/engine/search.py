"""The search: rounds of annealing on independent lanes, in threads, merged in a fixed order.

A round is a fixed amount of work that depends on the problem, the seed and its number only, never on the clock
or on how many threads ran it. So the plan after k rounds is the same on every machine.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zoning.engine.kernel import BEST, COST, JOURNAL, LUCK, OVER, Field, State, anneal, fill
from zoning.engine.objective import FORBIDDEN_COST, Weights, balance, border
from zoning.engine.problem import IntArray, Problem

LANES = 2
HEATS = 200
SLICES = 20
NOT_YET = 2**62


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
            return np.inf
        return self.began + self.seconds - self.clock()

    def is_asked_to_stop(self) -> bool:
        return self.should_stop is not None and self.should_stop()


@dataclass(frozen=True, slots=True)
class Found:
    """A plan with what decides between plans: children without a seat first, then cost."""

    overload: int
    cost: int
    zone: IntArray

    def rank(self) -> tuple[int, int, bytes]:
        return self.overload, self.cost, self.zone.tobytes()


def make_field(
    problem: Problem,
    weights: Weights,
    child_cost: IntArray,
    allowed: npt.NDArray[np.bool_],
    prices: IntArray,
) -> Field:
    """Return the arrays the compiled search reads.

    A unit without children costs a thousandth of a child, so that it too lies near its school.
    """
    each = np.where(allowed, child_cost, FORBIDDEN_COST)
    children = problem.children[:, None]
    cost = np.where(children > 0, each * children, each // 1000)
    reduced = cost + prices[None, :] * children
    fixed = (allowed.sum(axis=1) == 1).astype(np.int64)
    fixed[problem.school_unit] = 1
    indptr, near = problem.graph
    return Field(
        indptr,
        near,
        border(problem, weights),
        np.ascontiguousarray(cost),
        problem.children,
        problem.seats,
        problem.school_unit,
        fixed,
        balance(problem, weights),
        prices,
        reduced.min(axis=1),
        LUCK,
    )


def new_state(field: Field, zone: IntArray, seed: int, lane: int) -> State:
    """Return a state that holds the plan, with a generator of its own."""
    n, m = field.cost.shape
    words = np.random.SeedSequence([seed, lane]).generate_state(2, np.uint64)
    state = State(
        zone=np.full(n, -1, dtype=np.int64),
        load=np.zeros(m, dtype=np.int64),
        members=np.zeros((m, n), dtype=np.int64),
        size=np.zeros(m, dtype=np.int64),
        place=np.zeros(n, dtype=np.int64),
        mark=np.zeros(n, dtype=np.int64),
        stack=np.zeros(n + 8, dtype=np.int64),
        journal_unit=np.zeros(JOURNAL + n, dtype=np.int64),
        journal_zone=np.zeros(JOURNAL + n, dtype=np.int64),
        total=np.zeros(8, dtype=np.int64),
        rng=words[:1] | np.uint64(1),
        best=zone.copy(),
    )
    fill(field, state, zone)
    state.total[BEST] = NOT_YET
    return state


@dataclass(frozen=True, slots=True)
class Lane:
    """One independent search: it runs a round from a plan and returns the best it met."""

    field: Field
    state: State
    scale: int

    def run_round(self, zone: IntArray, number: int, stopped: Callable[[], bool]) -> Found | None:
        """Anneal once from `zone`; None when stopped midway without a lawful plan."""
        state, field = self.state, self.field
        fill(field, state, zone)
        state.total[BEST] = state.total[COST] if state.total[OVER] == 0 else NOT_YET
        state.best[:] = zone
        heats, penalties = _schedule(self.scale, int(field.price.max(initial=0)), number)
        per_heat = proposals(field) // HEATS
        for part in np.array_split(np.arange(HEATS), SLICES):
            anneal(field, state, heats[part], per_heat, penalties[part], 64)
            if stopped():
                break
        if state.total[BEST] < NOT_YET:
            return Found(0, int(state.total[BEST]), state.best.copy())
        return Found(int(state.total[OVER]), int(state.total[COST]), state.zone.copy())


def proposals(field: Field) -> int:
    """Return how many moves a round proposes."""
    return max(100_000, 100 * len(field.children))


def _schedule(scale: int, dearest: int, number: int) -> tuple[IntArray, IntArray]:
    """Return the temperatures and the penalty of one child without a seat, per heat."""
    hot = 1.0 if number % 2 == 0 else 0.3
    along = np.arange(HEATS) / (HEATS - 1)
    heats = np.rint(scale * hot * (0.01 / hot) ** along).astype(np.int64)
    penalties = np.rint(max(dearest, 1) * 1.5 * 10**along).astype(np.int64)
    return np.maximum(heats, 1), penalties


def improve(
    field: Field, zone: IntArray, seed: int, budget: Budget, tell: Callable[[str, int, int], None]
) -> tuple[IntArray, int | None]:
    """Return the best plan and the number of whole rounds that gave it, None when stopped midway."""
    scale = _typical_step(field)
    lanes = [Lane(field, new_state(field, zone, seed, number), scale) for number in range(LANES)]
    start = lanes[0].state
    best = Found(int(start.total[OVER]), int(start.total[COST]), zone.copy())
    done, longest = 0, 0.0
    with ThreadPoolExecutor(LANES) as pool:
        while budget.effort is None or done < budget.effort:
            before = budget.time_left()
            if before < longest * 1.1 or budget.is_asked_to_stop():
                break
            origin = best.zone
            jobs = [pool.submit(lane.run_round, origin, done, budget.is_asked_to_stop) for lane in lanes]
            best = min([best, *(found for job in jobs if (found := job.result()))], key=Found.rank)
            if budget.is_asked_to_stop():
                return best.zone, None
            longest = max(longest, before - budget.time_left()) if np.isfinite(before) else 0.0
            done += 1
            tell("improving", done, budget.effort or 0)
    return best.zone, done


def _typical_step(field: Field) -> int:
    """Return the median over units of what the second-best school costs more, at seat prices."""
    reduced = np.sort(field.cost + field.price[None, :] * field.children[:, None], axis=1)
    if reduced.shape[1] == 1:
        return 1
    return max(int(np.median(reduced[:, 1] - reduced[:, 0])), 1)
