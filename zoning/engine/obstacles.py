"""Why no lawful plan can have some units where an edit by hand put them: proofs, each of one zone by itself."""

import heapq
from collections.abc import Sequence

import numpy as np

from zoning.engine.constraints import allowed_ways
from zoning.engine.judge import Trouble
from zoning.engine.problem import BoolArray, IntArray, Problem
from zoning.engine.ways import plan_ways

FAR = 2**62


def obstacles(problem: Problem, zone: IntArray, edited: Sequence[int]) -> tuple[Trouble, ...]:
    """Return what rules out every lawful plan with the edited units where `zone` has them; empty if nothing is found.

    zone -- [n_units]; only where it has the edited units counts
    1. A unit that holds a school stays with it. 2. Locks, forbidden pairs and the cap hold. 3. The zone of an edited
    unit has seats for all units that must be in it. 4. It has seats as well for those on the lightest way from its
    school to the unit, over units that may be in it.
    """
    found = [*_school_moved(problem, zone, edited), *_not_allowed(problem, zone, edited)]
    if found:
        return tuple(found)
    return tuple(
        trouble
        for goal in sorted(set(zone[list(edited)].tolist()))
        for trouble in _too_full(problem, zone, edited, goal)
    )


def _school_moved(problem: Problem, zone: IntArray, edited: Sequence[int]) -> list[Trouble]:
    own = dict(zip(problem.site_unit.tolist(), problem.site_zone.tolist(), strict=True))
    return [
        Trouble("school_moved", problem.zone_ids[own[u]], (problem.unit_ids[u],))
        for u in sorted(edited)
        if u in own and own[u] != zone[u]
    ]


def _not_allowed(problem: Problem, zone: IntArray, edited: Sequence[int]) -> list[Trouble]:
    allowed = allowed_ways(problem, plan_ways(problem, zone))[:, 0]
    schools = set(problem.site_unit.tolist())
    return [
        Trouble("not_allowed", problem.zone_ids[zone[u]], (problem.unit_ids[u],), int(problem.children[u]))
        for u in sorted(edited)
        if u not in schools and not allowed[u]
    ]


def _too_full(problem: Problem, zone: IntArray, edited: Sequence[int], goal: int) -> list[Trouble]:
    """Return why the zone cannot hold its own schools' units, the edited ones put there and a way to each of them."""
    roots = problem.site_unit[problem.site_zone == goal]
    put = np.array([u for u in sorted(edited) if zone[u] == goal], dtype=np.int64)
    certain = np.union1d(roots, put)
    school, names = problem.zone_ids[goal], tuple(problem.unit_ids[u] for u in put.tolist())
    for year in range(problem.kept_seats.shape[1]):
        children, seats = problem.kept_children[:, year], int(problem.kept_seats[goal, year])
        named = problem.later_years[year - 1] if year else 0
        held = int(children[certain].sum())
        if held > seats:
            return [Trouble("held_too_full", school, names, held, seats=seats, year=named)]
        weight = children.copy()
        weight[certain] = 0
        is_open = _open_to(problem, zone, edited, goal)
        near = _lightest(problem, roots, is_open, weight, seats - held)
        for u in put[near[put] == FAR].tolist():
            name, lightest = (problem.unit_ids[u],), int(_lightest(problem, roots, is_open, weight, FAR)[u])
            if lightest == FAR:
                return [Trouble("no_way_there", school, name, int(problem.children[u]))]
            return [Trouble("way_too_full", school, name, held + lightest, seats=seats, year=named)]
    return []


def _open_to(problem: Problem, zone: IntArray, edited: Sequence[int], goal: int) -> BoolArray:
    """Return which units may be in the zone, [n_units]."""
    is_open = allowed_ways(problem, plan_ways(problem, np.full(problem.n_units, goal)))[:, 0]
    is_open[[u for u in edited if zone[u] != goal]] = False
    return is_open


def lightest_loads(
    problem: Problem, roots: IntArray, is_open: BoolArray, children: IntArray, most: int
) -> IntArray:
    """Return the fewest children of a zone that holds the roots, the unit and a way to it, [n_units]; FAR if more.

    roots -- the units of the zone's schools; is_open -- [n_units] what may be in the zone
    """
    weight, held = children.copy(), int(children[np.unique(roots)].sum())
    weight[roots] = 0
    lightest = _lightest(problem, roots, is_open, weight, most)
    return np.where(lightest == FAR, FAR, lightest + held)


def _lightest(problem: Problem, roots: IntArray, is_open: BoolArray, weight: IntArray, most: int) -> IntArray:
    """Return the least weight of the units on a way from a root to each unit, both ends too; FAR if above `most`."""
    indptr, near = problem.graph
    lightest = np.full(problem.n_units, FAR, dtype=np.int64)
    lightest[roots] = weight[roots]
    heap = [(int(weight[u]), u) for u in roots.tolist()]
    heapq.heapify(heap)
    while heap:
        reached, unit = heapq.heappop(heap)
        if reached > lightest[unit]:
            continue
        for other in near[indptr[unit] : indptr[unit + 1]].tolist():
            then = reached + int(weight[other])
            if is_open[other] and then <= most and then < lightest[other]:
                lightest[other] = then
                heapq.heappush(heap, (then, other))
    return lightest
