"""Why this estate: what would happen to a unit in each neighbouring zone, as data for a plain sentence.

Only the zones around the unit are looked at, so one unit of a county of any size takes milliseconds.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from zoning.engine.borders import zones_beside
from zoning.engine.constraints import (
    allowed_ways,
    locked_stay,
    not_forbidden,
    school_units_stay,
    township_kept,
    within_cap,
)
from zoning.engine.problem import MM_PER_METRE, IntArray, Problem, to_mm
from zoning.engine.ways import pair_ways

SHOWN = 3
# What may speak against a zone, each with the rule that says so.
AGAINST = {
    "locked": locked_stay,
    "holds_a_school": school_units_stay,
    "forbidden": not_forbidden,
    "too_far": within_cap,
    "other_township": township_kept,
}


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

    metres_now, metres_then -- way to the present and to this school, None where there is none; child_metres_more is
                     then not known either
    children_then, seats    -- of this zone afterwards; too_many is what exceeds the seats, in the worst of the
                     years that must fit, 0 if all fit
    cut_off    -- units of the present zone that would lose their connection to their school
    is_joined  -- units of this zone would join the unit to its school
    instead    -- units that could move out of this zone to make room, cheapest first; empty when none alone can
    against    -- rules that speak against it, of AGAINST; is_allowed -- no rule about unit and zone does
    """

    school_id: str
    metres_now: int | None
    metres_then: int | None
    child_metres_more: int | None
    children_then: int
    seats: int
    too_many: int
    cut_off: tuple[str, ...]
    is_joined: bool
    instead: tuple[Relief, ...]
    against: tuple[str, ...]
    is_allowed: bool


def consequences(problem: Problem, zone: IntArray, unit_id: str) -> tuple[Consequence, ...]:
    """Return one consequence for every zone beside the unit, nearest school first, ties by school id.

    zone -- [n_units] school index of every unit in the plan in question
    Raises ValueError when there is no such unit.
    """
    unit = _index_of(problem, unit_id)
    _, beside = zones_beside(problem, zone, np.array([unit]))
    ways = pair_ways(problem, np.full(len(beside), unit), beside)
    order = np.lexsort((beside, ways.metres[:, 0]))
    around = _Around(problem, zone, unit)
    return tuple(around.moved_to(int(beside[i])) for i in order.tolist())


@dataclass(frozen=True, slots=True)
class _Around:
    """A unit in its plan, and the units of the zones that were looked at so far, ascending."""

    problem: Problem
    zone: IntArray
    unit: int
    known: dict[int, IntArray] = field(default_factory=dict)

    def moved_to(self, school: int) -> Consequence:
        """Return what it means that the unit goes there."""
        problem, unit, now = self.problem, self.unit, int(self.zone[self.unit])
        there = pair_ways(problem, np.array([unit]), np.array([school]))
        members, left = self._then(school, school), self._then(now, school)
        over = np.maximum(_load(problem, members) - problem.kept_seats[school], 0)
        return Consequence(
            school_id=problem.zone_ids[school],
            metres_now=_metres(problem, unit, now),
            metres_then=_metres(problem, unit, school),
            child_metres_more=_child_metres(problem, unit, now, school),
            children_then=int(problem.children[members].sum()),
            seats=int(problem.seats[school]),
            too_many=int(over.max()),
            cut_off=tuple(
                problem.unit_ids[u] for u in sorted(set(left.tolist()) - _joined(problem, left, now))
            ),
            is_joined=unit in _joined(problem, members, school),
            instead=tuple(islice(self._reliefs(school, over), SHOWN)) if over.any() else (),
            against=tuple(code for code, rule in AGAINST.items() if not rule(problem, there)[0, 0]),
            is_allowed=bool(allowed_ways(problem, there)[0, 0]),
        )

    def _reliefs(self, school: int, over: IntArray) -> Iterator[Relief]:
        """Yield units of the zone that alone could make room by moving to a zone beside them, cheapest first."""
        problem, members = self.problem, self._then(school, school)
        enough = members[(problem.kept_children[members] >= over).all(axis=1) & (members != self.unit)]
        then = self.zone.copy()
        then[self.unit] = school
        units, goals = zones_beside(problem, then, enough)
        is_open = allowed_ways(problem, pair_ways(problem, units, goals))[:, 0]
        found = []
        for unit, goal in zip(units[is_open].tolist(), goals[is_open].tolist(), strict=True):
            more = _child_metres(problem, unit, school, goal)
            if more is not None:
                found.append((more, unit, goal))
        for more, unit, goal in sorted(found):
            rest, grown = members[members != unit], np.union1d(self._then(goal, school), [unit])
            fits = (_load(problem, grown) <= problem.kept_seats[goal]).all()
            if (
                fits
                and len(_joined(problem, rest, school)) == len(rest)
                and unit in _joined(problem, grown, goal)
            ):
                yield Relief(
                    problem.unit_ids[unit], problem.zone_ids[goal], int(problem.children[unit]), more
                )

    def _then(self, zone: int, school: int) -> IntArray:
        """Return the units of a zone once the unit is in that of the school."""
        members = self.known.setdefault(zone, np.flatnonzero(self.zone == zone))
        return np.union1d(members, [self.unit]) if zone == school else members[members != self.unit]


def _index_of(problem: Problem, unit_id: str) -> int:
    found = bisect_left(problem.unit_ids, unit_id)
    if found == problem.n_units or problem.unit_ids[found] != unit_id:
        raise ValueError(f"there is no unit {unit_id}")
    return found


def _load(problem: Problem, members: IntArray) -> IntArray:
    """Return the children of the units by year that must fit, [n_kept]."""
    load: IntArray = problem.kept_children[members].sum(axis=0)
    return load


def _metres(problem: Problem, unit: int, zone: int) -> int | None:
    mm = _mm(problem, unit, zone)
    return None if mm is None else mm // MM_PER_METRE


def _child_metres(problem: Problem, unit: int, now: int, then: int) -> int | None:
    before, after = _mm(problem, unit, now), _mm(problem, unit, then)
    if before is None or after is None:
        return None
    return (after - before) * int(problem.walkers[unit]) // MM_PER_METRE


def _mm(problem: Problem, unit: int, zone: int) -> int | None:
    metres = problem.distance_between(np.array([unit]), np.array([zone]))
    return int(to_mm(metres)[0]) if np.isfinite(metres[0]) else None


def _joined(problem: Problem, members: IntArray, school: int) -> set[int]:
    """Return the units that a chain of the members, or an approval of their own, joins to the school.

    As `enclaves.joined` says it of a whole plan.
    """
    indptr, near = problem.plain_graph
    inside = set(members.tolist())
    queue = sorted(inside & set(problem.site_unit[problem.site_zone == school].tolist()))
    found = set(queue)
    for unit in queue:
        for other in near[indptr[unit] : indptr[unit + 1]].tolist():
            if other in inside and other not in found:
                found.add(other)
                queue.append(other)
    approved = problem.enclaves[problem.site_zone[problem.enclaves[:, 1]] == school, 0]
    return found | (inside & set(approved.tolist()))
