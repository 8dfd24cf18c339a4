"""Make a plan lawful again after an edit by hand, with as few other units touched as can be.

1. Say so where no lawful plan can have the edited units where they are (`obstacles.py`). 2. Look for the shortest chain
of moves around what is wrong (`kernel_chains.py`). 3. Where none is found, search as `solve` does, near the plan, and
put back what need not have moved.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zoning.engine.enclaves import settled
from zoning.engine.judge import PROOFS, Trouble, broken
from zoning.engine.kernel_chains import Desk, Grown, Patch, grow
from zoning.engine.objective import Weights
from zoning.engine.obstacles import obstacles
from zoning.engine.packing import surely_does_not_fit
from zoning.engine.problem import IntArray, Problem
from zoning.engine.solve import Options, Solution, solve
from zoning.engine.transport import never
from zoning.engine.window import Window, find_wrong, open_window, part_of

# Chains of more moves are left to the search.
LONGEST = 12
# So many chains of a length are lengthened; where there are more, those that lack least.
WIDEST = 2_000
ROOM = 100_000
# Leaving the plan costs a child so much that nothing moves only to be nearer.
STAY_M = 20_000
STAY_CLOSE = 0.02
# Where the first try finds no lawful plan, another is so many times as long.
LONGER = 8


@dataclass(frozen=True, slots=True)
class Mended:
    """A plan after an edit, and what moved beside it.

    zone  -- [n_units] zone index; the least bad plan found where none is lawful
    moved -- units, ascending, that are not where the edit left them
    is_fewest  -- every chain of fewer moves was tried
    violations -- what keeps the plan from being lawful, and why, where that is known
    is_hopeless -- it is proven that no lawful plan leaves the edited units where they are
    """

    zone: IntArray
    moved: IntArray
    is_fewest: bool
    violations: tuple[Trouble, ...] = ()
    is_hopeless: bool = False

    @property
    def lawful(self) -> bool:
        return not self.violations


def mend(
    problem: Problem,
    zone: IntArray,
    edited: Sequence[int],
    *,
    seed: int,
    effort: int = 1,
    should_stop: Callable[[], bool] = never,
) -> Mended:
    """Return the plan with the edited units where `zone` has them and all rules kept again.

    zone   -- [n_units] the plan after the edit, lawful or not
    edited -- unit indices that must stay as they are
    Of the fewest moves found those with the fewest children count, then those with the shortest ways.
    seed, effort -- of the search that begins where no chain mends; a chain depends on neither
    """
    against = obstacles(problem, zone, edited)
    if against:
        return Mended(zone, _none(), is_fewest=False, violations=against, is_hopeless=True)
    locked = problem.locked.copy()
    locked[list(edited)] = zone[list(edited)]
    kept = replace(problem, locked=locked, in_force=zone)
    start = zone.copy()
    start[problem.site_unit] = problem.site_zone
    search = Search(seed, effort, should_stop)
    mended = _mended(kept, start, zone, search)
    if mended.lawful and broken(kept, mended.zone):
        mended = _with_enclaves_settled(kept, start, zone, search)
    return mended


def _with_enclaves_settled(problem: Problem, start: IntArray, zone: IntArray, search: "Search") -> Mended:
    """Return the plan mended with every approved unit either apart for good or like all others.

    Chains lead through enclaves, where nothing may be reached; settled ones lead nowhere. What cannot be mended
    so might be otherwise: it is no proof.
    """
    found = _mended(settled(problem, start), start, zone, search)
    against = found.violations or broken(problem, found.zone)
    return replace(found, violations=against, is_fewest=False, is_hopeless=False)


def _mended(kept: Problem, start: IntArray, zone: IntArray, search: "Search") -> Mended:
    wrong = find_wrong(kept, start)
    if not wrong.is_any():
        return Mended(start, _moved(start, zone), is_fewest=True)
    window = open_window(kept, start, wrong)
    chain = shortest_chain(window.patch)
    if chain is None:
        return _searched(kept, start, window, zone, search)
    mended = start.copy()
    mended[window.units[chain.unit]] = window.zones[chain.goal]
    is_inside = window.reach is None or len(chain.unit) <= window.reach
    return Mended(mended, _moved(mended, zone), is_fewest=chain.is_shortest and is_inside)


def _none() -> IntArray:
    return np.zeros(0, dtype=np.int64)


def _moved(mended: IntArray, zone: IntArray) -> IntArray:
    return np.flatnonzero(mended != zone).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Chain:
    """Moves that mend a patch: units and the zones they go to; is_shortest -- all shorter ones were tried."""

    unit: IntArray
    goal: IntArray
    is_shortest: bool


def shortest_chain(patch: Patch) -> Chain | None:
    """Return the chain of fewest moves that mends the patch, None if none of up to LONGEST moves was found.

    Chains are lengthened by one move at a time, all of them or the WIDEST best: those that lack the fewest seats,
    then move the fewest children, then cost least.
    """
    desk, out = _new_desk(patch), _new_grown()
    unit = goal = np.zeros((1, 0), dtype=np.int64)
    is_whole = True
    for _ in range(LONGEST):
        filled, best = grow(patch, desk, unit, goal, out)
        if best >= 0:
            last = out.chain[best]
            moves = np.append(unit[last], out.unit[best]), np.append(goal[last], out.goal[best])
            return Chain(*moves, is_shortest=is_whole)
        rows = _best_rows(out, filled)
        is_whole = is_whole and filled < ROOM and len(rows) <= WIDEST
        rows = rows[:WIDEST]
        if not len(rows):
            break
        unit = np.concatenate([unit[out.chain[rows]], out.unit[rows][:, None]], axis=1)
        goal = np.concatenate([goal[out.chain[rows]], out.goal[rows][:, None]], axis=1)
    return None


def _best_rows(out: Grown, filled: int) -> IntArray:
    """Return the rows of different chains, the best first, equals in their order."""
    _, first = np.unique(out.key[:filled], return_index=True)
    first = np.sort(first)
    order = np.lexsort((out.cost[first], out.children[first], out.lack[first]))
    return first[order]


def _new_grown() -> Grown:
    chain, unit, goal, lack, children, cost = np.zeros((6, ROOM), dtype=np.int64)
    return Grown(chain, unit, goal, lack, children, cost, key=np.zeros(ROOM, dtype=np.uint64))


def _new_desk(patch: Patch) -> Desk:
    n, m = patch.may.shape
    load = np.zeros_like(patch.seats)
    np.add.at(load, patch.zone, patch.children)
    return Desk(
        zone=patch.zone.copy(),
        load=load,
        size=np.bincount(patch.zone, minlength=m),
        lack=np.maximum(load - patch.seats, 0).sum(axis=1) * patch.weight,
        is_moved=np.zeros(n, dtype=np.bool_),
        doubtful=patch.doubtful.copy(),
        mark=np.zeros(n, dtype=np.int64),
        beside=np.zeros(m, dtype=np.int64),
        stamp=np.zeros(1, dtype=np.int64),
        stack=np.zeros(n, dtype=np.int64),
        unit=np.zeros(len(patch.near) + n, dtype=np.int64),
        goal=np.zeros(len(patch.near) + n, dtype=np.int64),
    )


@dataclass(frozen=True, slots=True)
class Search:
    """How the search begins where no chain mends."""

    seed: int
    effort: int
    should_stop: Callable[[], bool]


def _searched(problem: Problem, start: IntArray, window: Window, zone: IntArray, search: Search) -> Mended:
    """Return what the search within the window makes of the plan: the first try, or one LONGER times as long."""
    units, zones = np.sort(window.units), np.sort(window.zones)
    part = part_of(problem, units, zones)
    options = Options(
        effort=search.effort,
        weights=Weights(moved_child_m=STAY_M),
        start=np.searchsorted(zones, start[units]),
        heat=STAY_CLOSE,
        prove=False,
    )
    found = solve(part, options, seed=search.seed, should_stop=search.should_stop)
    against = _proofs(found, part, search.should_stop) if len(zones) == problem.n_zones else ()
    if not (found.lawful or search.should_stop() or against):
        longer = replace(options, effort=search.effort * LONGER)
        found = solve(part, longer, seed=search.seed, should_stop=search.should_stop)
    mended = start.copy()
    mended[units] = zones[found.zone]
    if found.lawful:
        mended = _put_back(problem, mended, start)
    return Mended(mended, _moved(mended, zone), False, against or found.violations, bool(against))


def _proofs(found: Solution, problem: Problem, should_stop: Callable[[], bool]) -> tuple[Trouble, ...]:
    """Return what shows that no plan is lawful; empty if nothing does."""
    if found.lawful:
        return ()
    told = tuple(trouble for trouble in found.violations if trouble.code in PROOFS)
    if told or not surely_does_not_fit(problem, should_stop):
        return told
    over = [trouble for trouble in found.violations if trouble.code in ("seats_short", "later_seats_short")]
    return (Trouble("whole_units_do_not_fit"), *over)


def _put_back(problem: Problem, mended: IntArray, start: IntArray) -> IntArray:
    """Return the lawful plan with what can go back, one unit after another, those with most children first."""
    mended = mended.copy()
    moved = np.flatnonzero(mended != start)
    for unit in moved[np.argsort(-problem.children[moved], kind="stable")].tolist():
        now, mended[unit] = mended[unit], start[unit]
        if broken(problem, mended):
            mended[unit] = now
    return mended
