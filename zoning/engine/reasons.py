"""Why no lawful plan can exist where children could be seated if units could be split: proofs, in an officer's words.

The relaxation (`judge.crowded`) knows seats and single pairs. What it does not know is looked for here, the plainest
first: a unit larger than any school, a part of the county with too few seats, a unit that no zone can take in with
the way to it, and at last that whole units do not fit.
"""

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from zoning.engine.bound_kernel import lightest_ways
from zoning.engine.constraints import allowed_pairs
from zoning.engine.judge import PROOFS, Trouble
from zoning.engine.obstacles import FAR, lightest_loads
from zoning.engine.packing import surely_does_not_fit
from zoning.engine.problem import BoolArray, IntArray, Problem
from zoning.engine.ways import MOST_PAIRS

SHOWN = 10


def with_reasons(
    problem: Problem, told: tuple[Trouble, ...], should_stop: Callable[[], bool]
) -> tuple[Trouble, ...]:
    """Return the troubles of a plan that breaks rules, with what proves that every plan does, if that is found.

    What is proven stands first. Above MOST_PAIRS pairs of unit and zone, or when asked to stop, less is looked for.
    """
    found = [*_too_large(problem), *_parts_short(problem)]
    is_proven = bool(found) or any(trouble.code in PROOFS for trouble in told)
    if not is_proven and problem.n_units * problem.n_zones <= MOST_PAIRS:
        found = _out_of_reach(problem)
        if not found and not should_stop() and surely_does_not_fit(problem, should_stop):
            found = [Trouble("whole_units_do_not_fit")]
    if found:
        told = tuple(trouble for trouble in told if trouble.code != "none_found")
    proofs = [*found, *(trouble for trouble in told if trouble.code in PROOFS)]
    return (*proofs, *(trouble for trouble in told if trouble.code not in PROOFS))


def _years(problem: Problem) -> list[tuple[IntArray, IntArray, int]]:
    """Return children by unit, seats by zone, and the later year they are of, 0 for the plan's own."""
    years = (0, *problem.later_years) if problem.every_year else (0,)
    return [
        (
            np.ascontiguousarray(problem.kept_children[:, k]),
            np.ascontiguousarray(problem.kept_seats[:, k]),
            year,
        )
        for k, year in enumerate(years)
    ]


def _too_large(problem: Problem) -> list[Trouble]:
    """Return the units that have more children than any zone they may have has seats."""
    if problem.n_units * problem.n_zones > MOST_PAIRS:
        return _larger_than_all(problem)
    allowed, found = allowed_pairs(problem), []
    for children, seats, year in _years(problem):
        most = np.where(allowed, seats[None, :], -1).max(axis=1)
        found += _named_too_large(problem, children, most, year)
    return found


def _larger_than_all(problem: Problem) -> list[Trouble]:
    found = []
    for children, seats, year in _years(problem):
        most = np.full(problem.n_units, seats.max(), dtype=np.int64)
        found += _named_too_large(problem, children, most, year)
    return found


def _named_too_large(problem: Problem, children: IntArray, most: IntArray, year: int) -> list[Trouble]:
    return [
        Trouble("unit_too_large", "", (problem.unit_ids[u],), int(children[u]), (), int(most[u]), year)
        for u in np.flatnonzero((children > most) & (most >= 0)).tolist()[:SHOWN]
    ]


def _parts_short(problem: Problem) -> list[Trouble]:
    """Return the parts of the county, joined to no other, whose schools have too few seats."""
    indptr, near = problem.graph
    graph = csr_array((np.ones(len(near), dtype=np.int8), near, indptr), shape=(problem.n_units,) * 2)
    count, part = connected_components(graph, directed=False)
    if count == 1:
        return []
    found, part_of_zone = [], part[problem.home]
    for children, seats, year in _years(problem):
        lacking = np.bincount(part, weights=children, minlength=count)
        lacking -= np.bincount(part_of_zone, weights=seats, minlength=count)
        for one in np.flatnonzero(lacking > 0).tolist():
            units, zones = np.flatnonzero(part == one), np.flatnonzero(part_of_zone == one)
            found.append(
                Trouble(
                    "part_short",
                    unit_ids=tuple(problem.unit_ids[u] for u in units.tolist()),
                    children=int(children[units].sum()),
                    school_ids=tuple(problem.zone_ids[s] for s in zones.tolist()),
                    seats=int(seats[zones].sum()),
                    year=year,
                )
            )
    return found


def _out_of_reach(problem: Problem) -> list[Trouble]:
    """Return the units that can be in no zone: none has seats for them and the lightest way, or no way leads."""
    allowed = allowed_pairs(problem)
    reached = allowed.copy()
    for children, seats, _ in _years(problem):
        for zone in range(problem.n_zones):
            reached[:, zone] &= _fits(problem, allowed[:, zone], zone, children, int(seats[zone]))
    lost = np.flatnonzero(~reached.any(axis=1)).tolist()
    return [_nearest_to_fitting(problem, allowed, unit) for unit in lost[:SHOWN]]


def _fits(problem: Problem, allowed: BoolArray, zone: int, children: IntArray, seats: int) -> BoolArray:
    """Return which units fit the zone's seats with its schools' own units and the lightest way, [n_units]."""
    roots = problem.site_unit[problem.site_zone == zone]
    weight = children.copy()
    weight[roots] = 0
    room = seats - int(children[np.unique(roots)].sum())
    if room < 0:
        return np.zeros(problem.n_units, dtype=np.bool_)
    return lightest_ways(*problem.graph, roots, np.ascontiguousarray(allowed), weight, room)


def _nearest_to_fitting(problem: Problem, allowed: BoolArray, unit: int) -> Trouble:
    """Return the zone that would lack the fewest seats with the unit and the lightest way to it, in its worst year."""
    best: tuple[int, int, int, int, int] | None = None
    for zone in np.flatnonzero(allowed[unit]).tolist():
        roots = problem.site_unit[problem.site_zone == zone]
        worst = (-FAR, 0, 0, 0, 0)
        for children, seats, year in _years(problem):
            load = int(lightest_loads(problem, roots, allowed[:, zone], children, FAR)[unit])
            worst = max(worst, (load - int(seats[zone]), zone, load, int(seats[zone]), year))
        best = worst if best is None else min(best, worst)
    name = (problem.unit_ids[unit],)
    if best is None or best[2] >= FAR:
        return Trouble("shut_in", "", name, int(problem.children[unit]))
    _, zone, load, seats_there, year = best
    return Trouble("out_of_reach", problem.zone_ids[zone], name, load, (), seats_there, year)
