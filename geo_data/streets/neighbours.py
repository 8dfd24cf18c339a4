"""Which places are neighbours on foot: those that a short walk joins."""

from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from geo_data.streets.graph import FloatArray, IntArray, StreetGraph
from geo_data.streets.paths import SCHOOLS_AT_ONCE, walks
from geo_data.streets.sides import walking_graph
from geo_data.streets.snapping import Snapper, Snaps
from geo_data.streets.ways import NO_WAY, lengths_mm

NEAREST = 6
SNAP_M = 500.0
# How much longer than the straight line to the NEAREST places around it a walk may be that is looked for.
DETOUR = 4
LEAST_M, MOST_M = 500, 20_000


def street_neighbours(graph: StreetGraph, x_m: FloatArray, y_m: FloatArray) -> IntArray:
    """Return pairs of places of which one is among the NEAREST to the other on foot, [k, 2] ascending.

    x_m, y_m -- [n] metres, each place once. Equally long walks: the place that comes first.
    Places farther than SNAP_M from any street, and walks more than DETOUR times what is usual around the place,
    give no neighbours. A side of a main road costs nothing here.
    Source: docs/import.md (points).
    """
    n = len(x_m)
    if n < 2 or not graph.n_edges:
        return np.zeros((0, 2), dtype=np.int64)
    walking = walking_graph(graph)
    places = Snapper(graph).snap(x_m, y_m, limit_m=SNAP_M)
    around = _around_m(x_m, y_m)
    found = []
    # Places with the same reach together: a far one in open land does not slow down a whole street of near ones.
    order = np.argsort(around, kind="stable")
    for first in range(0, n, SCHOOLS_AT_ONCE):
        some = order[first : first + SCHOOLS_AT_ONCE]
        ways = lengths_mm(walks(walking, places, _chosen(places, some), limit_m=int(around[some].max())))
        for column, place in enumerate(some.tolist()):
            found.append(_nearest(ways[:, column], place))
    pairs: IntArray = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    return pairs


def _around_m(x_m: FloatArray, y_m: FloatArray) -> FloatArray:
    """Return how far to look for walks from every place, metres."""
    at = np.stack([x_m, y_m], axis=1)
    count = min(NEAREST + 1, len(at))
    tree: Any = cKDTree(at)
    straight: FloatArray = tree.query(at, k=[count])[0][:, 0]
    reach: FloatArray = np.clip(np.ceil(straight * DETOUR), LEAST_M, MOST_M)
    return reach


def _chosen(snaps: Snaps, some: IntArray) -> Snaps:
    return Snaps(*(getattr(snaps, name)[some] for name in snaps.__slots__))


def _nearest(way_mm: IntArray, place: int) -> IntArray:
    """Return pairs of the place and those nearest to it, [k, 2]."""
    reached = np.flatnonzero(way_mm != NO_WAY)
    reached = reached[reached != place]
    nearest = reached[np.argsort(way_mm[reached], kind="stable")[:NEAREST]]
    return np.stack([np.full(len(nearest), place), nearest], axis=1).astype(np.int64)
