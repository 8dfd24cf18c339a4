"""Where more seats, or a new school, would help most: the relaxation solved again for every place that could win.

The relaxation splits units and connects nothing, so a gain here is what the proven bound falls by: the most that an
ideal plan could gain, not what the plan at hand will gain. It is exact: worked out anew with the further seats. What a
place gains at most is known beforehand, because the present prices of seats prove a bound for the new problem too;
places are tried in that order until none of the rest can be among the best.

Counted are the children that the seats are for: those of the plan's own year, of all years where all must fit.
Source: docs/zoning.md (what if).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from zoning.engine.groundwork import Groundwork, lay_ground
from zoning.engine.objective import NEAREST
from zoning.engine.problem import MM_PER_METRE, NOWHERE, BoolArray, IntArray, Problem, to_mm
from zoning.engine.transport import UNSEATED_MM

NEW_SCHOOL = "+"
BATCH = 64


@dataclass(frozen=True, slots=True)
class Gain:
    """What a place gives.

    place_id     -- a zone's id for more seats, a unit's id for a new school
    seated_more  -- children who find a seat and had none before
    child_metres -- child-metres saved beside, rounded down; below zero where seated children walk far
    """

    place_id: str
    seated_more: int
    child_metres: int


def best_zones_for_seats(problem: Problem, seats: int, *, shown: int) -> tuple[Gain, ...]:
    """Return the zones in which so many more seats gain most, the best first, ties by id; no zone that gains nothing.

    Every later year gets the seats too. Raises ValueError for fewer than one seat.
    """
    _check(seats)
    ground = lay_ground(problem, NEAREST)
    at_most = seats * ground.relaxed.prices
    return _best(
        problem, ground, at_most, problem.zone_ids, shown, lambda zone: _with_seats(problem, zone, seats)
    )


def best_units_for_school(
    problem: Problem, seats: int, *, shown: int, among: Collection[str] | None = None
) -> tuple[Gain, ...]:
    """Return the units in which a new school with a zone of its own gains most, the best first, ties by id.

    among -- ids of the candidate sites, None for all units; left out are units that hold a school or are locked, and
             those that gain nothing. A new school takes in its own unit, whole.
    Distances are straight lines: raises ValueError where the problem has a matrix, which knows no way to a new
    school, and for fewer than one seat.
    """
    _check(seats)
    if problem.walks is not None:
        raise ValueError("a matrix knows no way to a new school")
    ground = lay_ground(problem, NEAREST)
    is_candidate = _may_move(problem)
    if among is not None:
        is_candidate &= np.isin(np.array(problem.unit_ids), list(among))
    at_most = np.zeros(problem.n_units, dtype=np.int64)
    candidates = np.flatnonzero(is_candidate)
    for first in range(0, len(candidates), BATCH):
        units = candidates[first : first + BATCH]
        at_most[units] = _most_gained(problem, ground, units, seats)
    return _best(
        problem, ground, at_most, problem.unit_ids, shown, lambda unit: with_school(problem, unit, seats)
    )


def with_school(problem: Problem, unit: int, seats: int) -> Problem:
    """Return the problem with one more school, NEW_SCHOOL, in the unit; its zone is the last."""
    later = np.full((1, len(problem.later_years)), seats, dtype=np.int64)
    return replace(
        problem,
        zone_ids=(*problem.zone_ids, NEW_SCHOOL),
        seats=np.append(problem.seats, seats),
        site_ids=(*problem.site_ids, NEW_SCHOOL),
        site_unit=np.append(problem.site_unit, unit),
        site_zone=np.append(problem.site_zone, problem.n_zones),
        site_seats=np.append(problem.site_seats, seats),
        own_cap_m=None if problem.own_cap_m is None else np.append(problem.own_cap_m, np.nan),
        later_seats=np.concatenate([problem.later_seats, later]),
        crossings=None,
    )


def _check(seats: int) -> None:
    if seats < 1:
        raise ValueError("a gain needs at least one seat")


def _with_seats(problem: Problem, zone: int, seats: int) -> Problem:
    more = np.where(np.arange(problem.n_zones) == zone, seats, 0)
    return replace(problem, seats=problem.seats + more, later_seats=problem.later_seats + more[:, None])


def _may_move(problem: Problem) -> BoolArray:
    free: BoolArray = problem.locked == NOWHERE
    free[problem.site_unit] = False
    return free


def _most_gained(problem: Problem, ground: Groundwork, units: IntArray, seats: int) -> IntArray:
    """Return what a new school in each of the units gains at most: its seats go to those who gain most at prices.

    For any price of the new seats the present prices stay a proof; the best price is the gain of the last who sits.
    """
    priced = np.where(ground.allowed, ground.cost + ground.relaxed.prices[ground.ways.zone], UNSEATED_MM)
    pays = np.minimum(priced.min(axis=1), UNSEATED_MM)
    dx, dy = problem.x_m - problem.x_m[units][:, None], problem.y_m - problem.y_m[units][:, None]
    metres = np.sqrt(dx * dx + dy * dy)  # the new school has no cap of its own
    is_near = metres <= (np.inf if problem.distance_cap_m is None else problem.distance_cap_m)
    gain = np.where(is_near & _may_move(problem), np.maximum(pays - to_mm(metres), 0), 0)
    order = np.argsort(-gain, axis=1, kind="stable")
    sits = np.minimum(np.cumsum(problem.demand[order], axis=1), seats)
    sits = np.diff(sits, prepend=0, axis=1)
    most: IntArray = (np.take_along_axis(gain, order, axis=1) * sits).sum(axis=1)
    return most


def _best(
    problem: Problem,
    ground: Groundwork,
    at_most: IntArray,
    ids: Sequence[str],
    shown: int,
    changed: Callable[[int], Problem],
) -> tuple[Gain, ...]:
    """Return the places that gain most; at_most -- [places] what no gain exceeds, 0 where there is none."""
    before = _value(problem, ground)
    found: list[tuple[int, str, Gain]] = []
    for place in np.argsort(-at_most, kind="stable").tolist():
        if at_most[place] <= 0 or (len(found) >= shown and at_most[place] < -found[shown - 1][0]):
            break
        then = changed(place)
        unseated, spent = _value(then, lay_ground(then, NEAREST))
        gain = Gain(ids[place], before[0] - unseated, (before[1] - spent) // MM_PER_METRE)
        saved = (before[0] - unseated) * UNSEATED_MM + before[1] - spent
        if saved > 0:
            found = sorted([*found, (-saved, ids[place], gain)], key=lambda one: one[:2])
    return tuple(gain for _, _, gain in found[:shown])


def _value(problem: Problem, ground: Groundwork) -> tuple[int, int]:
    """Return children without a seat and the child-millimetres of the others, by the relaxation."""
    return int(ground.relaxed.unseated.sum()), int((ground.relaxed.flow * ground.cost).sum())
