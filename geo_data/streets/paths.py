"""Shortest walks from every school to every point, as ways (geo_data/streets/ways.py), NO_WAY where there is none."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo_data.streets.graph import MM_PER_METRE, FloatArray, IntArray
from geo_data.streets.sides import WalkingGraph
from geo_data.streets.snapping import NO_EDGE, Snaps
from geo_data.streets.ways import CROSSING, NO_WAY, crossings_on, lengths_mm, of_length, within

SCHOOLS_AT_ONCE = 16  # memory: 16 x 100,000 spots x 8 bytes are 13 MB


def fields_from(walking: WalkingGraph, schools: Snaps, *, limit_m: int | None = None) -> IntArray:
    """Return the way from every school to every spot, [n_schools, n_spots], NO_WAY beyond the limit.

    A school is a source with an arc to either end of its edge, on its side. The way from the school's point to
    the edge counts, so does the penalty of every crossing.
    Source: docs/streets.md (walking distance).
    """
    n, count = walking.n_spots, len(schools)
    spots, cost = ends_of(walking, schools)
    tails = np.repeat(np.arange(count), 2)[schools.found.repeat(2)]
    heads, costs = spots.ravel()[schools.found.repeat(2)], cost.ravel()[schools.found.repeat(2)]
    order = np.lexsort((costs, heads, tails))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(tails[order]) != 0) | (np.diff(heads[order]) != 0)
    tails, heads, costs = tails[order][first], heads[order][first], costs[order][first]
    indptr = walking.indptr[-1] + np.cumsum(np.bincount(tails, minlength=count))
    matrix = csr_array(
        (
            np.concatenate([walking.cost, costs]).astype(np.float64),
            np.concatenate([walking.arcs, heads]),
            np.concatenate([walking.indptr, indptr]),
        ),
        shape=(n + count, n + count),
    )
    sources = np.arange(n, n + count)
    found = dijkstra(matrix, directed=True, indices=sources, limit=within(limit_m))[:, :n]
    return np.where(np.isfinite(found), found, NO_WAY).astype(np.int64)


def walks_from_fields(walking: WalkingGraph, fields: IntArray, schools: Snaps, points: Snaps) -> IntArray:
    """Return the walk from every point to every school, [n_points, n_schools].

    The better of the ways over both ends of the point's edge; point and school on one edge also reach each other
    along it, but not over a main road whose crossings have a penalty.
    """
    if not walking.n_spots:
        return np.full((len(points), len(schools)), NO_WAY, dtype=np.int64)
    spots, cost = ends_of(walking, points)
    over = fields[:, spots]  # [n_schools, n_points, 2]
    ways = np.where(over == NO_WAY, np.iinfo(np.int64).max // 2, over) + cost[None, :, :]
    best = ways.min(axis=2).T
    best = np.where((over == NO_WAY).all(axis=2).T | ~points.found[:, None], NO_WAY, best)
    i, j = np.nonzero((points.edge[:, None] == schools.edge[None, :]) & points.found[:, None])
    if len(i):
        direct = along_one_edge(walking, points, schools, i, j)
        useful = (direct != NO_WAY) & ((best[i, j] == NO_WAY) | (direct < best[i, j]))
        best[i[useful], j[useful]] = direct[useful]
    return np.asarray(best)


def along_one_edge(
    walking: WalkingGraph, points: Snaps, schools: Snaps, i: IntArray, j: IntArray
) -> IntArray:
    """Return the walks along the edge that point i and school j share.

    Where they lie on two sides of a main road: NO_WAY, for sides are changed at nodes; without a penalty a crossing.
    """
    across = points.foot_x_m[i] - schools.foot_x_m[j]
    up = points.foot_y_m[i] - schools.foot_y_m[j]
    between = np.ceil(np.hypot(across, up) * MM_PER_METRE).astype(np.int64)
    edge = points.edge[i]
    along = of_length(points.off_mm[i] + between + schools.off_mm[j])
    apart = walking.graph.main[edge] & (points.side[i] != schools.side[j])
    return np.where(apart, NO_WAY if walking.penalty_mm else along + CROSSING, along)


def walks(
    walking: WalkingGraph,
    points: Snaps,
    schools: Snaps,
    *,
    limit_m: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> IntArray:
    """Return the walk from every point to every school, [n_points, n_schools].

    A walk longer than the limit may be told as NO_WAY. progress -- called with schools done and all schools
    """
    found = np.full((len(points), len(schools)), NO_WAY, dtype=np.int64)
    for start in range(0, len(schools), SCHOOLS_AT_ONCE):
        some = _slice(schools, start, start + SCHOOLS_AT_ONCE)
        fields = fields_from(walking, some, limit_m=limit_m)
        found[:, start : start + len(some)] = walks_from_fields(walking, fields, some, points)
        if progress:
            progress(start + len(some), len(schools))
    return found


@dataclass(frozen=True, slots=True)
class UnitWalks:
    """Walks of units to schools, both [n_units, n_schools]: millimetres or NO_WAY, and main roads crossed on them."""

    mm: IntArray
    crossings: IntArray


def mean_walks(point_ways: IntArray, owner: IntArray, weight: IntArray, n_units: int) -> UnitWalks:
    """Return the walks of units: the mean over their points, weighted by dwellings.

    point_ways -- [n_points, n_schools]; owner -- [n_points] the unit of each point
    weight     -- [n_points] dwellings behind each point, at least 1
    Lengths are rounded down to whole millimetres, crossings to the nearest whole number, halves up. Points without
    a way are left out; NO_WAY, and no crossing, where no point has one.
    """
    behind, total, crossed = np.zeros((3, n_units, point_ways.shape[1]), dtype=np.int64)
    weights = np.where(point_ways != NO_WAY, weight[:, None], 0)
    np.add.at(behind, owner, weights)
    np.add.at(total, owner, lengths_mm(point_ways) * weights)
    np.add.at(crossed, owner, crossings_on(point_ways) * weights)
    some = np.maximum(behind, 1)
    return UnitWalks(np.where(behind > 0, total // some, NO_WAY), (2 * crossed + behind) // (2 * some))


def straight_mm(x_m: FloatArray, y_m: FloatArray, to_x_m: FloatArray, to_y_m: FloatArray) -> IntArray:
    """Return straight lines between all points and all schools, [n_points, n_schools] millimetres, rounded down."""
    across, up = np.subtract.outer(x_m, to_x_m), np.subtract.outer(y_m, to_y_m)
    return np.asarray(np.floor(np.hypot(across, up) * MM_PER_METRE), dtype=np.int64)


def ends_of(walking: WalkingGraph, snaps: Snaps) -> tuple[IntArray, IntArray]:
    """Return the spots at both ends of every point's edge on its side, and the ways to them, both [p, 2].

    Of points that were not snapped they mean nothing.
    """
    if not walking.graph.n_edges:
        return np.zeros((len(snaps), 2), dtype=np.int64), np.zeros((len(snaps), 2), dtype=np.int64)
    edge = np.where(snaps.edge == NO_EDGE, 0, snaps.edge)
    spots = walking.edge_spots[edge, snaps.side]
    return spots, of_length(np.stack([snaps.off_mm + snaps.to_a_mm, snaps.off_mm + snaps.to_b_mm], axis=1))


def _slice(snaps: Snaps, start: int, stop: int) -> Snaps:
    return Snaps(*(getattr(snaps, name)[start:stop] for name in snaps.__slots__))
