"""Generated counties for the zoning engine: Voronoi cells of uneven density, any number of them within seconds."""

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.spatial import Delaunay, cKDTree

from zoning.engine.files import Tables
from zoning.engine.problem import FloatArray, IntArray, School, Unit
from zoning.engine.walks import WalksById, indexed, make_walks

UNITS_A_SCHOOL = 80
UNITS_A_TOWN = 2_000
IN_TOWNS = 0.6
SPACING_M = 100.0
CHILDREN = 40
SPARE = 1.05
SEATS = (0.7, 1.3)
NEAR_SCHOOLS = 40
WINDING = (1.1, 1.7)


def county(n_units: int, seed: int) -> Tables:
    """Return a county of so many units with one school for each 80 of them.

    Three units of five crowd around towns, the others lie anywhere. A unit has 0 to 40 children and is the Voronoi cell
    of its point: cells adjoin where Delaunay's triangulation joins their points. Every 80 units along a curve that
    fills the plane hold one school at one of them; schools differ in seats by up to 30 %, and together have 5 % more
    than there are children.
    """
    chance = np.random.default_rng(seed)
    at = _points(n_units, chance)
    children = chance.integers(0, CHILDREN + 1, n_units)
    units = [
        Unit(f"u{i:06}", count, x, y)
        for i, (count, (x, y)) in enumerate(zip(children.tolist(), at.tolist(), strict=True))
    ]
    homes = _homes(at, chance)
    share = chance.uniform(*SEATS, len(homes))
    seats = np.ceil(share / share.sum() * children.sum() * SPARE).astype(np.int64)
    schools = [
        School(f"s{j:05}", units[home].unit_id, count)
        for j, (home, count) in enumerate(zip(homes.tolist(), seats.tolist(), strict=True))
    ]
    names = [unit.unit_id for unit in units]
    return Tables(tuple(units), tuple(schools), tuple((names[a], names[b]) for a, b in _sides(at).tolist()))


def with_walks(tables: Tables, seed: int) -> Tables:
    """Return the county with walks from every unit to its 40 nearest schools, whole metres; none to others.

    A walk is 1.1 to 1.7 times the straight line: the mean of a factor of the unit and one of the school.
    """
    chance = np.random.default_rng(seed)
    at = np.array([(unit.x_m, unit.y_m) for unit in tables.units])
    units = indexed(unit.unit_id for unit in tables.units)
    schools = indexed(school.school_id for school in tables.schools)
    homes = [units[school.unit_id] for school in tables.schools]
    tree: Any = cKDTree(at[homes])
    straight, site = tree.query(at, k=min(NEAR_SCHOOLS, len(homes)))
    winding = chance.uniform(*WINDING, (len(at), 1)) + chance.uniform(*WINDING, len(homes))[site]
    metres = np.floor(straight * winding / 2)
    unit = np.repeat(np.arange(len(at)), straight.shape[1])
    walks = make_walks((len(at), len(homes)), unit, site.ravel().astype(np.int64), metres.ravel())
    return replace(tables, metres=WalksById(units, schools, walks))


def _points(n: int, chance: np.random.Generator) -> FloatArray:
    side = SPACING_M * np.sqrt(n)
    towns = max(n // UNITS_A_TOWN, 3)
    centre = chance.uniform(0, side, (towns, 2))
    spread = side / np.sqrt(towns) * chance.uniform(0.1, 0.4, towns)
    town = chance.integers(0, towns, n)
    crowded = centre[town] + chance.normal(size=(n, 2)) * spread[town][:, None]
    anywhere = chance.uniform(0, side, (n, 2))
    is_crowded = (chance.random(n) < IN_TOWNS) & (np.abs(crowded - side / 2) < side / 2).all(axis=1)
    points: FloatArray = np.where(is_crowded[:, None], crowded, anywhere)
    return points


def _sides(at: FloatArray) -> IntArray:
    start, near = Delaunay(at).vertex_neighbor_vertices
    pairs = np.stack([np.repeat(np.arange(len(at)), np.diff(start)), near], axis=1)
    sides: IntArray = pairs[pairs[:, 0] < pairs[:, 1]].astype(np.int64)
    return sides


def _homes(at: FloatArray, chance: np.random.Generator) -> IntArray:
    """Return the units with a school: one of every 80 along Morton's curve."""
    order = np.argsort(_along_curve(at), kind="stable")
    m = len(at) // UNITS_A_SCHOOL
    homes: IntArray = order[np.arange(m) * UNITS_A_SCHOOL + chance.integers(0, UNITS_A_SCHOOL, m)]
    return homes


def _along_curve(at: FloatArray) -> IntArray:
    low, high = at.min(), at.max()
    x, y = ((at - low) / (high - low) * (2**16 - 1)).astype(np.int64).T
    place = np.zeros(len(at), dtype=np.int64)
    for bit in range(16):
        place |= ((x >> bit & 1) << (2 * bit)) | ((y >> bit & 1) << (2 * bit + 1))
    return place
