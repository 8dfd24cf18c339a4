"""Which zones come into question for a unit, and how far away they are.

A small problem looks at every pair of unit and zone. Beyond MOST_PAIRS a unit keeps its nearest zones and those that
a rule or the zones in force name for it. That is a limit of the search and not of the problem: what is left out is at
least `beyond_m` away, and the bound looks a unit up among all zones where that could decide (`bound.all_looked_up`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from zoning.engine.problem import NOWHERE, BoolArray, FloatArray, IntArray, Problem

MOST_PAIRS = 2_000_000
NEAREST = 16
ROWS = 2_000
# What rounding can make of a length: a zone left out may be so much nearer than the last one found.
SHORTER = 1 - 1e-12


@dataclass(frozen=True, slots=True)
class Ways:
    """Pairs of unit and zone: row r is about unit[r], column by column.

    unit     -- [r] unit indices
    zone     -- [r, k] zone indices, ascending; NOWHERE, after the last, where a row has fewer
    metres   -- [r, k] way to the zone's nearest school, unrounded; infinite where there is none
    beyond_m -- [r] zones that the row leaves out are at least so far away; infinite where it leaves out none
    is_whole -- column j is zone j in every row
    """

    unit: IntArray
    zone: IntArray
    metres: FloatArray
    beyond_m: FloatArray
    is_whole: bool

    def column_of(self, zone: IntArray) -> IntArray:
        """Return the column in which each row has the zone, [r]; NOWHERE where it leaves it out."""
        if self.is_whole:
            return zone
        here = (self.zone == zone[:, None]) & (zone != NOWHERE)[:, None]
        return np.where(here.any(axis=1), here.argmax(axis=1), NOWHERE)


def find_ways(problem: Problem) -> Ways:
    """Return all pairs of a small problem, the nearest zones and those named for the unit of a large one."""
    if problem.n_units * problem.n_zones <= MOST_PAIRS or problem.n_zones <= NEAREST:
        return whole_ways(problem, np.arange(problem.n_units))
    ways = nearest_ways(problem, NEAREST)
    named = [np.full(problem.n_units, NOWHERE, dtype=np.int64), problem.locked, problem.in_force]
    named[0][problem.site_unit] = problem.site_zone
    for zone in named:
        units = np.flatnonzero(zone != NOWHERE)
        ways = with_pairs(problem, ways, units, zone[units])
    return ways


def whole_ways(problem: Problem, units: IntArray) -> Ways:
    """Return a row with all zones for each of the units."""
    zone = np.broadcast_to(np.arange(problem.n_zones), (len(units), problem.n_zones))
    return Ways(units, zone, problem.distance_from(units), np.full(len(units), np.inf), is_whole=True)


def plan_ways(problem: Problem, zone: IntArray) -> Ways:
    """Return the one way of every unit that the plan has, as rows of one column."""
    return pair_ways(problem, np.arange(problem.n_units), zone)


def pair_ways(problem: Problem, units: IntArray, zones: IntArray) -> Ways:
    """Return the ways of units to zones, pair by pair, as rows of one column."""
    metres = problem.distance_between(units, zones)
    return Ways(units, zones[:, None], metres[:, None], np.zeros(len(units)), is_whole=False)


def nearest_ways(problem: Problem, count: int) -> Ways:
    """Return the zones of the `count` schools nearest to every unit; equal distances at the end fall as they will."""
    sites, farthest = _nearest_sites(problem, count)
    if count >= len(problem.site_ids):
        farthest = np.full(problem.n_units, np.inf)
    zone = np.sort(problem.site_zone[sites], axis=1)
    zone[:, 1:][zone[:, 1:] == zone[:, :-1]] = NOWHERE
    return _rows(problem, np.arange(problem.n_units), zone, farthest * SHORTER)


def with_pairs(problem: Problem, ways: Ways, units: IntArray, zones: IntArray) -> Ways:
    """Return the ways with these pairs as well, at most one a unit; rows are those of all units in their order."""
    wanted = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    wanted[units] = zones
    more = (wanted != NOWHERE) & (ways.column_of(wanted) == NOWHERE)
    if not more.any():
        return ways
    zone = np.hstack([ways.zone, np.where(more, wanted, NOWHERE)[:, None]])
    return _rows(problem, ways.unit, zone, ways.beyond_m)


def whole_rows(problem: Problem, units: IntArray) -> Iterator[Ways]:
    """Yield rows with all zones for the units, ROWS at a time, so that memory stays bounded."""
    for first in range(0, len(units), ROWS):
        yield whole_ways(problem, units[first : first + ROWS])


def tree_over(at: FloatArray) -> Any:
    """Return a tree that finds the nearest of these points, [n, 2]."""
    # Most drawings look at every pair and are told why no plan is lawful by nobody: they need not wait for this import.
    from scipy.spatial import cKDTree

    make: Any = cKDTree
    return make(at)


def _nearest_sites(problem: Problem, count: int) -> tuple[IntArray, FloatArray]:
    """Return schools [n_units, count], nearest or not first, and how far the farthest of each row is."""
    count = min(count, len(problem.site_ids))
    if problem.walks is not None:
        return problem.walks.nearest(count)
    at = np.stack([problem.x_m, problem.y_m], axis=1)
    metres, sites = tree_over(at[problem.site_unit]).query(at, k=list(range(1, count + 1)))
    return sites.astype(np.int64), metres[:, -1]


def _rows(problem: Problem, units: IntArray, zone: IntArray, beyond_m: FloatArray) -> Ways:
    """Return rows in which each zone stands once, those of NOWHERE after the last."""
    last = problem.n_zones
    zone = np.sort(np.where(zone == NOWHERE, last, zone), axis=1)
    zone = np.where(zone == last, NOWHERE, zone)[:, : _longest(zone != last)]
    metres = problem.distance_between(np.broadcast_to(units[:, None], zone.shape), zone)
    return Ways(units, zone, np.where(zone == NOWHERE, np.inf, metres), beyond_m, is_whole=False)


def _longest(is_used: BoolArray) -> int:
    return int(is_used.sum(axis=1).max(initial=1))
