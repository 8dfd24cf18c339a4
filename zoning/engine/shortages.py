"""Units that together have more children than the schools that they can reach have seats, and the ways out of them.

A zone reaches the units to which a chain of units that it may have leads from one of its schools. That is less than
every rule asks, so what is short here is short in every plan, and who leaves must use a way that is told here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from zoning.engine.connection import pieces_of
from zoning.engine.constraints import (
    locked_stay,
    not_forbidden,
    school_units_stay,
    township_kept,
    within_cap,
)
from zoning.engine.problem import NOWHERE, BoolArray, IntArray, Problem, to_mm
from zoning.engine.remedies import Kind
from zoning.engine.switches import TOWNSHIP, Switch, caps_of
from zoning.engine.transport import relax
from zoning.engine.ways import whole_ways

# One of the switches at least must be on.
Need = frozenset[Switch]


@dataclass(frozen=True, slots=True)
class Shortage:
    """Units whose children exceed the seats of `zones`, those that they reach, by `lacking` in a kept year."""

    units: IntArray
    zones: IntArray
    lacking: int
    year: int


@dataclass(frozen=True, slots=True)
class WayOut:
    """Children who can leave a shortage where of one of `ways` every need is met."""

    children: int
    ways: frozenset[frozenset[Need]]


@dataclass(frozen=True, slots=True)
class Reach:
    """What reaches what in a problem, and which rules rule out a pair, [n_units, n_zones] each.

    near     -- [k, 2] units that a link may join and does not yet
    possible -- pairs that no switch of the kind is needed or enough for: a way is known, and units of schools stay
    piece    -- [n_zones, n_units] the connected part that a unit is in among those the zone may have
    """

    problem: Problem
    near: IntArray
    lifts: bool
    possible: BoolArray
    allowed: BoolArray
    rules: Mapping[str, BoolArray]
    piece: IntArray
    reached: BoolArray


def reach_of(problem: Problem, near: IntArray, kind: Kind) -> Reach:
    """Return what reaches what; near -- [k, 2] links that may be added."""
    ways = whole_ways(problem, np.arange(problem.n_units))
    rules = {
        "lock": ~locked_stay(problem, ways),
        "forbid": ~not_forbidden(problem, ways),
        "township": ~township_kept(problem, ways),
        "cap": ~within_cap(problem, ways),
    }
    possible: BoolArray = np.isfinite(ways.metres) & school_units_stay(problem, ways)
    allowed = possible & ~np.logical_or.reduce(list(rules.values()))
    lifts = kind is not Kind.LINKS
    piece, reached = np.zeros(allowed.T.shape, dtype=np.int64), np.zeros_like(allowed)
    for zone in range(problem.n_zones):
        roots = problem.site_unit[problem.site_zone == zone]
        is_open = allowed[:, zone].copy()
        is_open[roots] = True
        piece[zone] = pieces_of(problem.graph, np.where(is_open, 0, NOWHERE))
        reached[:, zone] = allowed[:, zone] & np.isin(piece[zone], piece[zone][roots])
    return Reach(problem, near, lifts, possible if lifts else allowed, allowed, rules, piece, reached)


def shortages(reach: Reach) -> list[Shortage]:
    """Return what is proven to be short of seats, each shortage apart from the others, of the first year with any."""
    problem = reach.problem
    cost = to_mm(
        np.where(reach.reached, problem.distance_m(), 0)
    )  # what is not reached may have no way at all
    for year in range(problem.kept_seats.shape[1]):
        children = np.ascontiguousarray(problem.kept_children[:, year])
        seats = np.ascontiguousarray(problem.kept_seats[:, year])
        relaxed = relax(cost, reach.reached, children, seats)
        is_lost = relaxed.unseated > 0
        if is_lost.any():
            near = _near_lost(reach.reached, relaxed.flow > 0, is_lost)
            all_ = _without_room(reach.reached, relaxed.flow, seats)
            return [short for units in (near, all_) for short in _apart(reach, units, is_lost, year)]
    return []


def _near_lost(reached: BoolArray, seated: BoolArray, is_lost: BoolArray) -> BoolArray:
    """Return the units lost and those that sit where they might, and so on, [n_units]: the fewest that are short."""
    units = is_lost
    while True:
        zones = reached[units].any(axis=0)
        wider = units | seated[:, zones].any(axis=1)
        if np.array_equal(wider, units):
            return units
        units = wider


def _without_room(reached: BoolArray, flow: IntArray, seats: IntArray) -> BoolArray:
    """Return the units that reach no free seat, nor one that others can free for them, [n_units]: the most so short.

    Their ways out lead to zones with room only.
    """
    has_room = flow.sum(axis=0) < seats
    while True:
        moves: BoolArray = np.any(reached[:, has_room], axis=1)
        wider = has_room | (flow[moves] > 0).any(axis=0)
        if np.array_equal(wider, has_room):
            return ~moves
        has_room = wider


def _apart(reach: Reach, units: BoolArray, is_lost: BoolArray, year: int) -> list[Shortage]:
    """Return the units, [n_units], as shortages that share no school."""
    n, m = reach.reached.shape
    unit, zone = np.nonzero(reach.reached & units[:, None])
    joined = csr_array((np.ones(len(unit), dtype=np.int8), (unit, n + zone)), shape=(n + m, n + m))
    part = connected_components(joined, directed=False)[1]
    found = []
    for one in np.unique(part[:n][is_lost]).tolist():
        inside, schools = np.flatnonzero(units & (part[:n] == one)), np.flatnonzero(part[n:] == one)
        found.append(_shortage(reach.problem, inside, schools, year))
    return found


def _shortage(problem: Problem, units: IntArray, zones: IntArray, year: int) -> Shortage:
    lacking = problem.kept_children[units, year].sum() - problem.kept_seats[zones, year].sum()
    return Shortage(units, zones, int(lacking), year)


def shortage_of_plan(problem: Problem, zone: IntArray, lost: BoolArray) -> list[Shortage]:
    """Return what the plan is short of: zones that lack seats, and units that may not stay in theirs, [n_units] lost.

    That is short in this plan only.
    """
    found = []
    for year in range(problem.kept_seats.shape[1]):
        children, seats = problem.kept_children[:, year], problem.kept_seats[:, year]
        loads = np.bincount(zone, weights=children, minlength=problem.n_zones)
        for full in np.flatnonzero(loads > seats).tolist():
            found.append(_shortage(problem, np.flatnonzero(zone == full), np.array([full]), year))
    if lost.any():
        units = np.flatnonzero(lost)
        found.append(Shortage(units, np.zeros(0, dtype=np.int64), int(problem.children[units].sum()), 0))
    return found


def ways_out(reach: Reach, short: Shortage) -> list[WayOut]:
    """Return who can leave the shortage by which changes; pairs that are reached already are passed over."""
    keys: dict[int, set[frozenset[Need]]] = defaultdict(set)
    for zone in np.setdiff1d(np.arange(reach.problem.n_zones), short.zones).tolist():
        _add_keys(reach, short.units, zone, keys)
    children: dict[frozenset[frozenset[Need]], int] = defaultdict(int)
    for unit, some in keys.items():
        children[_least(some)] += int(reach.problem.kept_children[unit, short.year])
    return [WayOut(count, some) for some, count in children.items() if count]


def _least(ways: set[frozenset[Need]]) -> frozenset[frozenset[Need]]:
    """Return the ways that no other makes needless; those of one need as one, open where any of them is."""
    least = {way for way in ways if not any(other < way for other in ways)}
    single = {way for way in least if len(way) == 1}
    joint: Need = frozenset().union(*(need for way in single for need in way))
    return frozenset(least - single | ({frozenset({joint})} if single else set()))


def _add_keys(reach: Reach, units: IntArray, zone: int, keys: dict[int, set[frozenset[Need]]]) -> None:
    """Add what each unit needs to be in the zone."""
    here = units[reach.possible[units, zone] & ~reach.reached[units, zone]]
    if not len(here):
        return
    roots = reach.problem.site_unit[reach.problem.site_zone == zone]
    inside = np.isin(reach.piece[zone], reach.piece[zone][roots])
    entry, joined = _boundary(reach, zone, inside), inside | _beside(reach, inside)
    is_free = reach.allowed[here, zone]
    pieces = {
        one: _boundary(reach, zone, reach.piece[zone] == one)
        for one in np.unique(reach.piece[zone][here[is_free]]).tolist()
    }
    for unit, free in zip(here.tolist(), is_free.tolist(), strict=True):
        if free:
            needs = {entry, pieces[int(reach.piece[zone][unit])]}
        else:
            needs = set(_blocking(reach, unit, zone)) | (set() if joined[unit] else {entry})
        if all(needs):
            keys[unit].add(frozenset(needs))


def _beside(reach: Reach, inside: BoolArray) -> BoolArray:
    indptr, near = reach.problem.graph
    owner = np.repeat(np.arange(len(inside)), np.diff(indptr))
    found = np.zeros(len(inside), dtype=np.bool_)
    found[near[inside[owner]]] = True
    return found & ~inside


def _boundary(reach: Reach, zone: int, inside: BoolArray) -> Need:
    """Return the switches that lead out: links, and for every unit beside those that lift a rule it is kept out by."""
    one, other = reach.near.T
    out = np.where(inside[one], other, one)
    crosses = (inside[one] != inside[other]) & reach.possible[out, zone]
    found: set[Switch] = {("link", a, b) for a, b in reach.near[crosses].tolist()}
    if reach.lifts:
        blocked = _beside(reach, inside) & reach.possible[:, zone] & ~reach.allowed[:, zone]
        for unit in np.flatnonzero(blocked).tolist():
            found |= _blocking(reach, unit, zone)[0]
    return frozenset(found)


def _blocking(reach: Reach, unit: int, zone: int) -> list[Need]:
    """Return of each rule that rules the pair out what lifts it."""
    names = [name for name, is_out in reach.rules.items() if is_out[unit, zone]]
    alone: Mapping[str, Switch] = {
        "lock": ("lock", unit, 0),
        "forbid": ("forbid", unit, zone),
        "township": TOWNSHIP,
    }
    return [caps_of(reach.problem, zone) if name == "cap" else frozenset({alone[name]}) for name in names]


def near_left(near: IntArray, on: Iterable[Switch], n_units: int) -> IntArray:
    """Return the links that are not on yet, [k, 2]."""
    links: Sequence[tuple[int, int]] = [(a, b) for name, a, b in on if name == "link"]
    if not links:
        return near
    taken = np.array(links, dtype=np.int64)
    left: IntArray = near[~np.isin(near[:, 0] * n_units + near[:, 1], taken[:, 0] * n_units + taken[:, 1])]
    return left
