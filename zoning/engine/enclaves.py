"""Units that a zone may hold though nothing joins them to its schools: approved one by one, by name.

An approval joins one unit and nothing beyond it. The search knows links only, which it would follow further, so each
approved unit is settled before it: either it lies apart in the zone that it is approved for, and no link of its own
leads on, or it is a unit like all others. What the search found is then tried the other way, one unit after another.
"""

from dataclasses import replace

import numpy as np

from zoning.engine.connection import joined_to_school
from zoning.engine.constraints import allowed_ways
from zoning.engine.faults import reached_units
from zoning.engine.groundwork import Groundwork
from zoning.engine.objective import Weights, kept_loads, plan_cost
from zoning.engine.problem import NOWHERE, BoolArray, IntArray, Problem, compressed_rows
from zoning.engine.ways import plan_ways

PASSES = 3


def joined(problem: Problem, zone: IntArray) -> BoolArray:
    """Return which units a chain of their zone's units joins to its school, or an approval of their own, [n_units]."""
    found = joined_to_school(problem.plain_graph, (problem.site_unit, problem.site_zone), zone)
    unit, site = problem.enclaves.T
    found[unit[problem.site_zone[site] == zone[unit]]] = True
    return found


def with_islands(problem: Problem) -> Problem:
    """Return the problem with every island of the zones in force approved to stay, unit by unit.

    An island is a piece of a zone in force that nothing joins to a school of it, as in `verify.islands_in_force`.
    """
    known = problem.in_force != NOWHERE
    sites = (problem.site_unit, problem.site_zone)
    lost = np.flatnonzero(known & ~joined_to_school(problem.plain_graph, sites, problem.in_force))
    islands = np.stack([lost, problem.first_site[problem.in_force[lost]]], axis=1)
    return replace(problem, enclaves=np.unique(np.concatenate([problem.enclaves, islands]), axis=0))


def settled(problem: Problem, wanted: IntArray) -> Problem:
    """Return the problem with every approved unit either apart in its zone or like all others.

    wanted -- [n_units] the zone that each unit would have, NOWHERE where open
    1. Apart are the units wanted where they are approved and no chain of units wanted there joins them, and those that
       no chain at all joins to a school.
    2. Where another unit has no chain left without them, those that lead to it are like all others again.
    Without approvals it is the same problem.
    """
    if not len(problem.enclaves):
        return problem
    apart = _zones_apart(problem, wanted)
    while (lacking := _lacking(problem, apart)).any():
        apart[_on_the_way(problem, apart, lacking)] = NOWHERE
    is_apart = apart != NOWHERE
    unit, site = problem.enclaves.T
    kept = problem.enclaves[apart[unit] == problem.site_zone[site]]
    return replace(
        problem,
        locked=np.where(is_apart, apart, problem.locked),
        enclaves=kept,
        pairs=problem.pairs[~is_apart[problem.pairs].any(axis=1)],
    )


def wanted_zones(problem: Problem, ground: Groundwork, start: IntArray | None) -> IntArray:
    """Return the zone that takes most of each unit in the relaxation, or that of `start` where it has one."""
    flow = np.where(ground.ways.zone == NOWHERE, -1, ground.relaxed.flow)
    most = np.take_along_axis(ground.ways.zone, flow.argmax(axis=1)[:, None], axis=1)[:, 0]
    return most if start is None else np.where(start == NOWHERE, most, start)


def tried_both_ways(problem: Problem, weights: Weights, zone: IntArray) -> IntArray:
    """Return the plan with approved units moved into their enclaves, or out to a zone beside them, where it is better.

    Better is a plan with fewer children without a seat and units not joined, then a cheaper one. Units in the order of
    their indices, at most PASSES times.
    """
    best, worth = zone, _worth(problem, weights, zone) if len(problem.enclaves) else (0, 0)
    for _ in range(PASSES):
        before = worth
        for unit in np.unique(problem.enclaves[:, 0]).tolist():
            for goal in _goals(problem, best, unit):
                moved = best.copy()
                moved[unit] = goal
                if (then := _worth(problem, weights, moved)) < worth:
                    best, worth = moved, then
        if worth == before:
            break
    return best


def _goals(problem: Problem, zone: IntArray, unit: int) -> list[int]:
    """Return the zones beside the unit and those it is approved for, that it may have, ascending."""
    indptr, near = problem.graph
    here, site = problem.enclaves.T
    goals = set(zone[near[indptr[unit] : indptr[unit + 1]]].tolist())
    goals |= set(problem.site_zone[site[here == unit]].tolist())
    return sorted(goal for goal in goals - {int(zone[unit])} if _may(problem, zone, unit, goal))


def _may(problem: Problem, zone: IntArray, unit: int, goal: int) -> bool:
    then = zone.copy()
    then[unit] = goal
    return bool(allowed_ways(problem, plan_ways(problem, then))[unit, 0])


def _worth(problem: Problem, weights: Weights, zone: IntArray) -> tuple[int, int]:
    over = np.maximum(kept_loads(problem, zone) - problem.kept_seats, 0)
    return int(over.sum()) + int((~joined(problem, zone)).sum()), plan_cost(problem, weights, zone)


def _zones_apart(problem: Problem, wanted: IntArray) -> IntArray:
    """Return the zone of each unit that is apart at first, [n_units], NOWHERE for all others."""
    apart = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    plain = joined_to_school(problem.plain_graph, (problem.site_unit, problem.site_zone), wanted)
    lost = ~reached_units(*problem.plain_graph, problem.site_unit)
    for unit in np.unique(problem.enclaves[:, 0]).tolist():
        zones = problem.site_zone[problem.enclaves[problem.enclaves[:, 0] == unit, 1]]
        if wanted[unit] in zones and not plain[unit]:
            apart[unit] = wanted[unit]
        elif lost[unit]:
            apart[unit] = _nearest(problem, unit, zones)
    return apart


def _nearest(problem: Problem, unit: int, zones: IntArray) -> int:
    """Return the nearest of the zones that the unit may have, or of all where it may have none; ties by index."""
    open_to = [
        zone
        for zone in zones.tolist()
        if _may(problem, np.zeros(problem.n_units, dtype=np.int64), unit, zone)
    ]
    fit = np.array(open_to or zones, dtype=np.int64)
    metres = problem.distance_between(np.full(len(fit), unit, dtype=np.int64), fit)
    return int(fit[np.lexsort((fit, metres))[0]])


def _lacking(problem: Problem, apart: IntArray) -> BoolArray:
    """Return the units that are not apart and that no chain of such units joins to any school."""
    found: BoolArray = ~reached_units(*_without(problem, apart), problem.site_unit) & (apart == NOWHERE)
    return found


def _without(problem: Problem, apart: IntArray) -> tuple[IntArray, IntArray]:
    pairs = problem.pairs[(apart[problem.pairs] == NOWHERE).all(axis=1)]
    return compressed_rows(pairs, problem.n_units)


def _on_the_way(problem: Problem, apart: IntArray, lacking: BoolArray) -> IntArray:
    """Return the first unit apart beside one that a school reaches, of those beside a lacking unit if there are any."""
    indptr, near = problem.plain_graph
    owner = np.repeat(np.arange(problem.n_units), np.diff(indptr))
    reached = reached_units(*_without(problem, apart), problem.site_unit)
    beside = np.unique(owner[(apart[owner] != NOWHERE) & reached[near]])
    leading = np.intersect1d(beside, owner[lacking[near]])
    return (leading if len(leading) else beside)[:1]
