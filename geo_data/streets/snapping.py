"""Points brought to the nearest edge: where on it, on which side, and how far away the point was."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo_data.streets.graph import MM_PER_METRE, BoolArray, FloatArray, IntArray, StreetGraph
from geo_data.streets.sides import LEFT, RIGHT

NO_EDGE = -1


@dataclass(frozen=True, slots=True)
class Snaps:
    """Where points [p] meet the network.

    edge         -- the edge, or NO_EDGE for a point farther than the limit
    side         -- LEFT or RIGHT of the edge seen from its a to its b; a point on the line is to its left
    x_m, y_m     -- the points; foot_x_m, foot_y_m -- their feet on the edge
    off_mm       -- from the point to its foot; to_a_mm, to_b_mm -- from the foot to the edge's ends; rounded up
    """

    edge: IntArray
    side: IntArray
    x_m: FloatArray
    y_m: FloatArray
    foot_x_m: FloatArray
    foot_y_m: FloatArray
    off_mm: IntArray
    to_a_mm: IntArray
    to_b_mm: IntArray

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def found(self) -> BoolArray:
        """Return which points lie within the limit, [p]."""
        return np.asarray(self.edge != NO_EDGE)

    def one(self, i: int) -> "Snaps":
        """Return the snap of one point."""
        return Snaps(*(getattr(self, name)[i : i + 1] for name in self.__slots__))


class Snapper:
    """Finds nearest edges of one network; made once, asked frequently."""

    def __init__(self, graph: StreetGraph) -> None:
        self._graph = graph
        a, b = graph.edge_a, graph.edge_b
        ends = np.stack(
            [np.stack([graph.x_m[a], graph.y_m[a]], axis=1), np.stack([graph.x_m[b], graph.y_m[b]], axis=1)],
            axis=1,
        )
        self._tree = shapely.STRtree(np.asarray(shapely.linestrings(ends)))

    def snap(self, x_m: FloatArray, y_m: FloatArray, *, limit_m: float) -> Snaps:
        """Return the nearest edge of every point within the limit, in metres of the working system.

        Of equally near edges one of a main road comes first, then the one with the smaller number.
        Source: docs/streets.md (snapping).
        """
        points = np.asarray(shapely.points(x_m, y_m))
        which, edges = self._tree.query_nearest(points, max_distance=max(limit_m, 1e-9), all_matches=True)
        order = np.lexsort((edges, ~self._graph.main[edges], which))
        which, edges = which[order], edges[order]
        nearest, first = np.unique(which, return_index=True)
        edge = np.full(len(points), NO_EDGE, dtype=np.int64)
        edge[nearest] = edges[first]
        return self._measured(edge, np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64))

    def near(self, x_m: float, y_m: float, *, within_m: float) -> list[tuple[int, float]]:
        """Return the edges within so many metres of a point and how far they are, nearest first, then by number."""
        point = shapely.Point(x_m, y_m)
        edges = self._tree.query(point, predicate="dwithin", distance=within_m)
        metres = shapely.distance(self._tree.geometries[edges], point)
        order = np.lexsort((edges, metres))
        return [(int(edges[i]), float(metres[i])) for i in order]

    def _measured(self, edge: IntArray, x_m: FloatArray, y_m: FloatArray) -> Snaps:
        graph, found = self._graph, edge != NO_EDGE
        if not found.any():
            zeros = np.zeros(len(edge), dtype=np.int64)
            return Snaps(edge, zeros, x_m, y_m, x_m, y_m, zeros, zeros, zeros)
        a, b = graph.edge_a[np.where(found, edge, 0)], graph.edge_b[np.where(found, edge, 0)]
        ax, ay, bx, by = graph.x_m[a], graph.y_m[a], graph.x_m[b], graph.y_m[b]
        along = ((x_m - ax) * (bx - ax) + (y_m - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
        along = np.clip(along, 0.0, 1.0)
        foot_x, foot_y = ax + along * (bx - ax), ay + along * (by - ay)
        turn = (bx - ax) * (y_m - ay) - (by - ay) * (x_m - ax)
        return Snaps(
            edge=edge,
            side=np.where(turn >= 0, LEFT, RIGHT),
            x_m=x_m,
            y_m=y_m,
            foot_x_m=foot_x,
            foot_y_m=foot_y,
            off_mm=_up(x_m - foot_x, y_m - foot_y),
            to_a_mm=_up(foot_x - ax, foot_y - ay),
            to_b_mm=_up(foot_x - bx, foot_y - by),
        )


def _up(across: FloatArray, up: FloatArray) -> IntArray:
    return np.asarray(np.ceil(np.hypot(across, up) * MM_PER_METRE), dtype=np.int64)
