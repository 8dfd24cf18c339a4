"""Shortest walks from every school to every point: whole millimetres, NO_WAY where there is none."""

from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo_data.streets.graph import MM_PER_METRE, FloatArray, IntArray
from geo_data.streets.sides import WalkingGraph
from geo_data.streets.snapping import NO_EDGE, Snaps

NO_WAY = -1
SCHOOLS_AT_ONCE = 16  # memory: 16 x 100,000 spots x 8 bytes are 13 MB


def fields_from(walking: WalkingGraph, schools: Snaps, *, limit_m: int | None = None) -> IntArray:
    """Return the way from every school to every spot, [n_schools, n_spots] millimetres, NO_WAY beyond the limit.

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
            np.concatenate([walking.cost_mm, costs]).astype(np.float64),
            np.concatenate([walking.arcs, heads]),
            np.concatenate([walking.indptr, indptr]),
        ),
        shape=(n + count, n + count),
    )
    limit = np.inf if limit_m is None else float(limit_m * MM_PER_METRE)
    found = dijkstra(matrix, directed=True, indices=np.arange(n, n + count), limit=limit)[:, :n]
    return np.where(np.isfinite(found), found, NO_WAY).astype(np.int64)


def walks_from_fields(walking: WalkingGraph, fields: IntArray, schools: Snaps, points: Snaps) -> IntArray:
    """Return the walk from every point to every school, [n_points, n_schools] millimetres or NO_WAY.

    The better of the ways over both ends of the point's edge; point and school on the same side of one edge, or
    on one edge of no main road, also reach each other along it.
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
    """Return the walks along the edge that point i and school j share, NO_WAY across a main road."""
    across = points.foot_x_m[i] - schools.foot_x_m[j]
    up = points.foot_y_m[i] - schools.foot_y_m[j]
    between = np.ceil(np.hypot(across, up) * MM_PER_METRE).astype(np.int64)
    edge = points.edge[i]
    is_sided = walking.graph.main[edge] & (walking.penalty_mm > 0)
    apart = is_sided & (points.side[i] != schools.side[j])
    return np.where(apart, NO_WAY, points.off_mm[i] + between + schools.off_mm[j])


def walks(
    walking: WalkingGraph,
    points: Snaps,
    schools: Snaps,
    *,
    limit_m: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> IntArray:
    """Return the walk from every point to every school, [n_points, n_schools] millimetres or NO_WAY.

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


def mean_walks(point_walks: IntArray, owner: IntArray, weight: IntArray, n_units: int) -> IntArray:
    """Return the walks of units, [n_units, n_schools]: the mean over their points, weighted by dwellings.

    point_walks -- [n_points, n_schools] millimetres or NO_WAY; owner -- [n_points] the unit of each point
    weight      -- [n_points] dwellings behind each point, at least 1
    Rounded down to whole millimetres. Points without a way are left out; NO_WAY where no point has one.
    """
    has_way = point_walks != NO_WAY
    shape = (n_units, point_walks.shape[1])
    total, behind = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(total, owner, np.where(has_way, point_walks * weight[:, None], 0))
    np.add.at(behind, owner, np.where(has_way, weight[:, None], 0))
    return np.where(behind > 0, total // np.maximum(behind, 1), NO_WAY)


def straight_mm(x_m: FloatArray, y_m: FloatArray, to_x_m: FloatArray, to_y_m: FloatArray) -> IntArray:
    """Return straight lines between all points and all schools, [n_points, n_schools] millimetres, rounded down."""
    across, up = np.subtract.outer(x_m, to_x_m), np.subtract.outer(y_m, to_y_m)
    return np.asarray(np.floor(np.hypot(across, up) * MM_PER_METRE), dtype=np.int64)


def ends_of(walking: WalkingGraph, snaps: Snaps) -> tuple[IntArray, IntArray]:
    """Return the spots at both ends of every point's edge on its side, and millimetres to them, both [p, 2].

    Of points that were not snapped they mean nothing.
    """
    if not walking.graph.n_edges:
        return np.zeros((len(snaps), 2), dtype=np.int64), np.zeros((len(snaps), 2), dtype=np.int64)
    edge = np.where(snaps.edge == NO_EDGE, 0, snaps.edge)
    spots = walking.edge_spots[edge, snaps.side]
    cost = np.stack([snaps.off_mm + snaps.to_a_mm, snaps.off_mm + snaps.to_b_mm], axis=1)
    return spots, cost


def _slice(snaps: Snaps, start: int, stop: int) -> Snaps:
    return Snaps(*(getattr(snaps, name)[start:stop] for name in snaps.__slots__))
