"""The part of a problem around what is wrong with a plan, as the search for short chains of moves reads it."""

from dataclasses import dataclass, replace

import numpy as np

from zoning.engine.canonical import name_free_order
from zoning.engine.constraints import allowed_ways
from zoning.engine.enclaves import joined
from zoning.engine.kernel_chains import Patch
from zoning.engine.objective import child_distance, kept_loads
from zoning.engine.problem import NOWHERE, BoolArray, IntArray, Problem, compressed_rows
from zoning.engine.ways import Ways, plan_ways

MOST_ZONES = 64


@dataclass(frozen=True, slots=True)
class Window:
    """A patch, with the units and zones of the problem that its positions stand for, in an order without names.

    reach -- chains of so many moves cannot lead out of it; None: of any length
    """

    patch: Patch
    units: IntArray
    zones: IntArray
    reach: int | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a plan: units that may not stay, [n_units]; zones in pieces and too full zones, [n_zones]."""

    units: BoolArray
    cut: BoolArray
    full: BoolArray

    def is_any(self) -> bool:
        return bool(self.units.any() or self.cut.any() or self.full.any())


def find_wrong(problem: Problem, zone: IntArray) -> Wrong:
    """Return what is wrong with the plan."""
    full = np.zeros(problem.n_zones, dtype=np.bool_)
    full[np.nonzero(kept_loads(problem, zone) > problem.kept_seats)[0]] = True
    cut = np.zeros(problem.n_zones, dtype=np.bool_)
    cut[zone[~joined(problem, zone)]] = True
    return Wrong(~allowed_ways(problem, plan_ways(problem, zone))[:, 0], cut, full)


def open_window(problem: Problem, zone: IntArray, wrong: Wrong) -> Window:
    """Return the zones around what is wrong, nearest first, no more than MOST_ZONES where that is possible.

    zone -- [n_units] the plan to mend; every school's unit in its own zone
    A zone is taken in with all its units, and with it all that are as near, counted in borders to cross.
    """
    seeds = wrong.cut | wrong.full
    seeds[zone[wrong.units]] = True
    inside, reach = _layers(problem, zone, seeds)
    by_place, zones_by_place = name_free_order(problem)
    units = by_place[inside[zone[by_place]]]
    zones = zones_by_place[inside[zones_by_place]]
    return Window(_patch(problem, zone, wrong, units, zones), units, zones, reach)


def _layers(problem: Problem, zone: IntArray, seeds: BoolArray) -> tuple[BoolArray, int | None]:
    """Return the zones at most so many borders away from the seeds, and how many; None where these are all."""
    one, other = _beside(problem, zone)
    inside, reach = seeds, 0
    while True:
        wider = inside.copy()
        wider[other[inside[one]]] = True
        if np.array_equal(wider, inside):
            return inside, None
        if reach and wider.sum() > MOST_ZONES:
            return inside, reach
        inside, reach = wider, reach + 1


def _patch(problem: Problem, zone: IntArray, wrong: Wrong, units: IntArray, zones: IntArray) -> Patch:
    n, m = len(units), len(zones)
    unit_at = np.full(problem.n_units, n, dtype=np.int64)
    unit_at[units] = np.arange(n)
    zone_at = _places_of(zones, problem.n_zones)
    indptr, near = problem.graph
    owner, other = unit_at[np.repeat(np.arange(problem.n_units), np.diff(indptr))], unit_at[near]
    within = (owner < n) & (other < n)
    pairs = np.broadcast_to(zones, (n, m))
    ways = Ways(
        units,
        pairs,
        problem.distance_between(np.broadcast_to(units[:, None], pairs.shape), pairs),
        np.zeros(n),
        is_whole=False,
    )
    return Patch(
        *compressed_rows(np.stack([owner[within], other[within]], axis=1), n),
        home=unit_at[problem.home[zones]],
        may=allowed_ways(problem, ways),
        children=np.ascontiguousarray(problem.kept_children[units]),
        seats=np.ascontiguousarray(problem.kept_seats[zones]),
        weight=1 + _borders_to_room(problem, zone, wrong)[zones],
        cost=child_distance(ways) * problem.walkers[units][:, None],
        zone=zone_at[zone[units]],
        wrong=np.flatnonzero(wrong.units[units]),
        doubtful=wrong.cut[zones],
    )


def _borders_to_room(problem: Problem, zone: IntArray, wrong: Wrong) -> IntArray:
    """Return how many borders a child must cross from each zone to one with room for what lacks most, [n_zones].

    Zones from which none can be reached are as far as the farthest other one.
    """
    free = (problem.kept_seats - kept_loads(problem, zone)).min(axis=1)
    at = np.where(free >= max(-int(free.min()), 1), 0, NOWHERE)
    one, other = _beside(problem, zone)
    for borders in range(problem.n_zones):
        next_to = np.unique(other[at[one] == borders])
        fresh = next_to[at[next_to] == NOWHERE]
        if not len(fresh):
            break
        at[fresh] = borders + 1
    return np.where(at == NOWHERE, max(int(at.max()), 0), at)


def _beside(problem: Problem, zone: IntArray) -> tuple[IntArray, IntArray]:
    """Return all pairs of zones that touch, both ways, each zone beside itself too."""
    indptr, near = problem.graph
    owner = np.repeat(zone, np.diff(indptr))
    one, other = np.divmod(np.unique(owner * problem.n_zones + zone[near]), problem.n_zones)
    return one, other


def part_of(problem: Problem, units: IntArray, zones: IntArray) -> Problem:
    """Return the problem of these zones and of the units that are in them, each ascending, by themselves."""
    unit_at, zone_at = _places_of(units, problem.n_units), _places_of(zones, problem.n_zones)
    sites = np.flatnonzero(zone_at[problem.site_zone] != NOWHERE)
    site_at = _places_of(sites, len(problem.site_ids))
    pairs = unit_at[problem.pairs]
    return replace(
        problem,
        unit_ids=tuple(problem.unit_ids[u] for u in units.tolist()),
        children=problem.children[units],
        x_m=problem.x_m[units],
        y_m=problem.y_m[units],
        zone_ids=tuple(problem.zone_ids[z] for z in zones.tolist()),
        seats=problem.seats[zones],
        site_ids=tuple(problem.site_ids[k] for k in sites.tolist()),
        site_unit=unit_at[problem.site_unit[sites]],
        site_zone=zone_at[problem.site_zone[sites]],
        site_seats=problem.site_seats[sites],
        own_cap_m=None if problem.own_cap_m is None else problem.own_cap_m[sites],
        pairs=pairs[(pairs != NOWHERE).all(axis=1)],
        locked=_there(problem.locked[units], zone_at),
        in_force=_there(problem.in_force[units], zone_at),
        forbidden=_pairs_there(problem.forbidden, unit_at, zone_at),
        enclaves=_pairs_there(problem.enclaves, unit_at, site_at),
        later_children=problem.later_children[units],
        later_seats=problem.later_seats[zones],
        walks=problem.walks and problem.walks.part(units, sites),
        township=None if problem.township is None else problem.township[units],
        crossings=None,
        land=None,
    )


def _there(zone_of: IntArray, zone_at: IntArray) -> IntArray:
    return np.where(zone_of == NOWHERE, NOWHERE, zone_at[zone_of])


def _pairs_there(pairs: IntArray, unit_at: IntArray, index_at: IntArray) -> IntArray:
    there = np.stack([unit_at[pairs[:, 0]], index_at[pairs[:, 1]]], axis=1)
    inside: IntArray = there[(there != NOWHERE).all(axis=1)]
    return inside


def _places_of(chosen: IntArray, count: int) -> IntArray:
    """Return the position of each of `count` indices among the chosen ones, -1 where it is none of them."""
    at = np.full(count, -1, dtype=np.int64)
    at[chosen] = np.arange(len(chosen))
    return at
