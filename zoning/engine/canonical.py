"""An order of units and zones that does not know their names, so that renaming changes no plan."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from zoning.engine.problem import NOWHERE, FloatArray, IntArray, Problem

# Rounds of telling units apart by what they have to do with; a round costs in proportion to the units alike.
ROUNDS = 32
Marks = npt.NDArray[np.uint64]


def name_free_order(problem: Problem) -> tuple[IntArray, IntArray]:
    """Return units by place (x, then y), children and seats, and zones in the order of their first units.

    Ties go by children of later years, area and outline, and township; then by all that units have to do with
    (`_told_apart`). Only units alike in that too keep the order of their names.
    """
    seats = np.zeros(problem.n_units, dtype=np.int64)
    seats[problem.site_unit] = problem.seats[problem.site_zone] + 1
    town = () if problem.township is None else (problem.township,)
    land = () if problem.land is None else (problem.land.outline, problem.land.area)
    later = problem.later_children.T[::-1]
    rank = _ranks(*town, *land, *later, seats, problem.children, problem.y_m, problem.x_m)
    units = np.argsort(_told_apart(problem, rank), kind="stable").astype(np.int64)
    first = np.minimum.reduceat(inverse(units)[problem.site_unit], problem.first_site)
    return units, np.argsort(first, kind="stable").astype(np.int64)


def _ranks(*keys: npt.NDArray[np.generic]) -> IntArray:
    """Return how many come before each by these keys, the last one first; alike ones share a rank."""
    order = np.lexsort(keys)
    differs = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    starts = np.concatenate([[0], np.where(differs, np.arange(1, len(order)), 0)])
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.maximum.accumulate(starts)
    return rank


def _told_apart(problem: Problem, rank: IntArray) -> IntArray:
    """Return the ranks with units alike told apart by the ranks of those that they have to do with.

    1. A unit's mark adds up a number for each of its relations: of which kind, how much, to a unit of which rank.
    2. Units of one rank go by their marks, again and again until no mark tells more.
    3. Then the first unit still alike with others, by name, goes before these, and so on from 1.
    """
    alike = _alike(rank)
    if not len(alike):
        return rank
    parts = list(_labelled(problem, alike))
    place = np.searchsorted(alike, np.concatenate([unit for unit, _, _ in parts]))
    label = np.concatenate([label for _, label, _ in parts])
    other = np.concatenate([other for _, _, other in parts])
    for _ in range(ROUNDS):
        mark = np.zeros(len(alike), dtype=np.uint64)
        np.add.at(mark, place, _mixed(label, rank[other].astype(np.uint64)))
        finer = rank.copy()
        finer[alike] += _ranks(mark, rank[alike]) - _ranks(rank[alike])
        if np.array_equal(finer, rank):
            still = _alike(rank)
            finer[still[rank[still] == rank[still].min(initial=problem.n_units)][1:]] += 1
        if np.array_equal(finer, rank):
            break
        rank = finer
    return rank


def _alike(rank: IntArray) -> IntArray:
    """Return the units that share their rank with others, ascending."""
    return np.flatnonzero(np.bincount(rank, minlength=len(rank))[rank] > 1).astype(np.int64)


def _labelled(problem: Problem, alike: IntArray) -> Iterator[tuple[IntArray, Marks, IntArray]]:
    """Yield units alike, a number for the kind and the amount of a relation, and the units at its other end."""
    is_alike = np.isin(np.arange(problem.n_units), alike)
    for kind, (unit, other, amount) in enumerate(_relations(problem, alike)):
        kept = is_alike[unit]
        amounts = np.ascontiguousarray(amount[kept], dtype=np.float64).view(np.uint64)
        yield unit[kept], _mixed(np.full(len(amounts), kind, dtype=np.uint64), amounts), other[kept]


def _relations(problem: Problem, alike: IntArray) -> Iterator[tuple[IntArray, IntArray, FloatArray]]:
    """Yield units, others they have to do with, and how much, one kind after another; all that begin at a unit alike.

    What a unit has to do with a zone it has to do with the units of its schools.
    """
    every = np.arange(problem.n_units)
    pairs = problem.pairs[np.isin(problem.pairs, alike).any(axis=1)]
    borders = {} if problem.land is None else problem.land.borders
    length = np.array([borders.get((a, b), 0) for a, b in pairs.tolist()], dtype=np.float64)
    yield np.concatenate(pairs.T), np.concatenate(pairs[:, ::-1].T), np.tile(length, 2)
    site_unit, site_zone = problem.site_unit, problem.site_zone
    for units, zones in (
        (every, problem.locked),
        (every, problem.in_force),
        (problem.forbidden[:, 0], problem.forbidden[:, 1]),
        (problem.enclaves[:, 0], site_zone[problem.enclaves[:, 1]]),
        (site_unit, site_zone),
    ):
        unit, school = _with_schools(problem, units, zones)
        yield unit, school, np.zeros(len(unit))
        yield school, unit, np.zeros(len(unit))
    if problem.walks is not None:
        unit, site = np.divmod(problem.walks.pair, len(site_unit))
        yield unit, site_unit[site], problem.walks.metres
        yield site_unit[site], unit, problem.walks.metres
    if problem.crossings is not None:
        at = np.flatnonzero(np.isin(site_unit, alike))
        some, schools = np.repeat(alike, len(site_unit)), np.tile(site_unit, len(alike))
        yield some, schools, problem.crossings[alike].ravel().astype(np.float64)
        some, schools = np.tile(every, len(at)), np.repeat(site_unit[at], len(every))
        yield schools, some, problem.crossings[:, at].T.ravel().astype(np.float64)
    yield site_unit, site_unit, problem.cap_m
    for seats in problem.later_seats.T:
        yield site_unit, site_unit, seats[site_zone].astype(np.float64)


def _with_schools(problem: Problem, units: IntArray, zones: IntArray) -> tuple[IntArray, IntArray]:
    """Return each unit as often as its zone has schools, and the units of these; units without a zone not at all."""
    counts = np.bincount(problem.site_zone, minlength=problem.n_zones)
    units, zones = units[zones != NOWHERE], zones[zones != NOWHERE]
    has = [np.flatnonzero(number < counts[zones]) for number in range(int(counts.max()))]
    schools = [problem.first_site[zones[some]] + number for number, some in enumerate(has)]
    return units[np.concatenate(has)], problem.site_unit[np.concatenate(schools)]


def _mixed(*parts: Marks) -> Marks:
    """Return numbers that hang on all parts and whose sums tell them apart (the steps of SplitMix64)."""
    mixed = np.zeros(len(parts[0]), dtype=np.uint64)
    for part in parts:
        mixed = (mixed ^ part) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return mixed


def inverse(order: IntArray) -> IntArray:
    """Return where each index went."""
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return back


def reordered(problem: Problem, units: IntArray, zones: IntArray) -> Problem:
    """Return the same problem with unit i of the result being unit `units[i]`, and zones alike."""
    unit_at, zone_at = inverse(units), inverse(zones)
    pairs = np.sort(unit_at[problem.pairs], axis=1)
    site_unit, site_zone = unit_at[problem.site_unit], zone_at[problem.site_zone]
    sites = np.lexsort((site_unit, site_zone)).astype(np.int64)
    # Any school of a zone stands for it in an approval: here the first one does.
    unit, site = problem.enclaves.T
    approved = np.stack([unit_at[unit], np.searchsorted(site_zone[sites], site_zone[site])], axis=1)
    return replace(
        problem,
        unit_ids=tuple(problem.unit_ids[i] for i in units.tolist()),
        children=problem.children[units],
        x_m=problem.x_m[units],
        y_m=problem.y_m[units],
        zone_ids=tuple(problem.zone_ids[j] for j in zones.tolist()),
        seats=problem.seats[zones],
        site_ids=tuple(problem.site_ids[k] for k in sites.tolist()),
        site_unit=site_unit[sites],
        site_zone=site_zone[sites],
        site_seats=problem.site_seats[sites],
        pairs=pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))],
        locked=renumbered(problem.locked[units], zone_at),
        in_force=renumbered(problem.in_force[units], zone_at),
        forbidden=_both(problem.forbidden, unit_at, zone_at),
        enclaves=np.unique(approved, axis=0).astype(np.int64),
        later_children=problem.later_children[units],
        later_seats=problem.later_seats[zones],
        walks=problem.walks and problem.walks.part(units, sites),
        township=None if problem.township is None else problem.township[units],
        crossings=None if problem.crossings is None else problem.crossings[np.ix_(units, sites)],
        own_cap_m=None if problem.own_cap_m is None else problem.own_cap_m[sites],
        land=problem.land and problem.land.reordered(units, unit_at),
    )


def renumbered(zone_of: IntArray, zone_at: IntArray) -> IntArray:
    """Return the same zones under their new numbers; NOWHERE stays."""
    return np.where(zone_of == NOWHERE, NOWHERE, zone_at[zone_of])


def _both(pairs: IntArray, unit_at: IntArray, index_of: IntArray) -> IntArray:
    moved = np.stack([unit_at[pairs[:, 0]], index_of[pairs[:, 1]]], axis=1)
    return moved[np.lexsort((moved[:, 1], moved[:, 0]))]
