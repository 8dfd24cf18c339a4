"""Why this estate: what would happen to a unit in each neighbouring zone, as data for a plain sentence."""

from dataclasses import dataclass

import numpy as np

from zoning.engine.constraints import allowed_pairs
from zoning.engine.enclaves import joined
from zoning.engine.objective import kept_loads, zone_loads
from zoning.engine.problem import BoolArray, IntArray, Problem, to_mm

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Relief:
    """One other unit that could make room by moving on: where to, and the child-metres that costs."""

    unit_id: str
    school_id: str
    children: int
    child_metres_more: int


@dataclass(frozen=True, slots=True)
class Consequence:
    """What putting the unit into this school's zone would mean.

    metres_now, metres_then -- way to the present and to this school
    children_then, seats    -- of this zone afterwards; too_many is what exceeds the seats, in the worst of the
                     years that must fit, 0 if all fit
    cut_off    -- units of the present zone that would no longer be joined to their school
    instead    -- units that could move out of this zone to make room, cheapest first; empty when none alone can
    is_allowed -- no lock, forbidden pair or distance cap speaks against it
    """

    school_id: str
    metres_now: int
    metres_then: int
    child_metres_more: int
    children_then: int
    seats: int
    too_many: int
    cut_off: tuple[str, ...]
    instead: tuple[Relief, ...]
    is_allowed: bool


def consequences(problem: Problem, zone: IntArray, unit_id: str) -> tuple[Consequence, ...]:
    """Return one consequence for every zone beside the unit, nearest school first, ties by school id.

    zone -- [n_units] school index of every unit in the plan in question
    Raises ValueError when there is no such unit.
    """
    unit = problem.unit_ids.index(unit_id)
    metres = problem.distance_from(np.array([unit]))[0]
    beside = set(zone[_near(problem, unit)].tolist()) - {int(zone[unit])}
    allowed = allowed_pairs(problem)
    by_nearness = sorted(beside, key=lambda school: (metres[school], school))
    return tuple(_moved(problem, zone, unit, school, allowed) for school in by_nearness)


def _moved(problem: Problem, zone: IntArray, unit: int, school: int, allowed: BoolArray) -> Consequence:
    now = int(zone[unit])
    then = zone.copy()
    then[unit] = school
    loads, ways = zone_loads(problem, then), to_mm(problem.distance_from(np.array([unit]))[0])
    over = np.maximum(kept_loads(problem, then)[school] - problem.kept_seats[school], 0)
    too_many = int(over.max())
    return Consequence(
        school_id=problem.zone_ids[school],
        metres_now=int(ways[now]) // 1000,
        metres_then=int(ways[school]) // 1000,
        child_metres_more=_child_metres(problem, unit, now, school),
        children_then=int(loads[school]),
        seats=int(problem.seats[school]),
        too_many=too_many,
        cut_off=tuple(problem.unit_ids[u] for u in _cut_off(problem, then, now)),
        instead=_reliefs(problem, then, unit, over, allowed) if too_many else (),
        is_allowed=bool(allowed[unit, school]),
    )


def _reliefs(
    problem: Problem, zone: IntArray, newcomer: int, over: IntArray, allowed: BoolArray
) -> tuple[Relief, ...]:
    """Return units of the newcomer's zone that alone could make room by moving to a zone beside them."""
    school = int(zone[newcomer])
    children, free = problem.kept_children, problem.kept_seats - kept_loads(problem, zone)
    found = []
    for unit in np.flatnonzero((zone == school) & (children >= over).all(axis=1)).tolist():
        for other in sorted(set(zone[_near(problem, unit)].tolist()) - {school}):
            fits = allowed[unit, other] and (free[other] >= children[unit]).all()
            if unit == newcomer or not fits or _cut_off(problem, _with(zone, unit, other), school):
                continue
            more = _child_metres(problem, unit, school, other)
            found.append(
                Relief(problem.unit_ids[unit], problem.zone_ids[other], int(problem.children[unit]), more)
            )
    return tuple(sorted(found, key=lambda relief: (relief.child_metres_more, relief.unit_id))[:SHOWN])


def _with(zone: IntArray, unit: int, school: int) -> IntArray:
    then = zone.copy()
    then[unit] = school
    return then


def _child_metres(problem: Problem, unit: int, now: int, then: int) -> int:
    ways = to_mm(problem.distance_from(np.array([unit]))[0])
    return int((ways[then] - ways[now]) * problem.walkers[unit]) // 1000


def _cut_off(problem: Problem, zone: IntArray, school: int) -> list[int]:
    """Return the units of the school's zone that are not joined to it, ascending."""
    found: list[int] = np.flatnonzero((zone == school) & ~joined(problem, zone)).tolist()
    return found


def _near(problem: Problem, unit: int) -> IntArray:
    indptr, near = problem.graph
    return near[indptr[unit] : indptr[unit + 1]]
