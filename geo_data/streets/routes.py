"""The walk from one address to one school as a line."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geo_data.streets.graph import MM_PER_METRE, IntArray
from geo_data.streets.paths import along_one_edge, ends_of
from geo_data.streets.sides import WalkingGraph
from geo_data.streets.snapping import Snaps
from geo_data.streets.ways import NO_WAY, crossings_on, lengths_mm

Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A shortest walk. All lengths in whole millimetres.

    walk_mm   -- what counts: the way with the penalties of its crossings
    crossings -- how often it changes sides of a main road
    line      -- the point, its foot on the street, the nodes walked by, the school's foot, the school; metres
    """

    walk_mm: int
    crossings: int
    penalty_mm: int
    straight_mm: int
    line: Line

    @property
    def way_mm(self) -> int:
        """Return the way without penalties."""
        return self.walk_mm - self.penalty_mm


def route(walking: WalkingGraph, field: IntArray, school: Snaps, point: Snaps) -> Route | None:
    """Return the shortest walk from the point to the school, or None.

    field -- [n_spots] ways from the school, as `fields_from` gives them; school, point -- snaps of one each
    1. Along the edge that both share, where no other way is shorter.
    2. Else from the better end of the point's edge (from its a when both are equal), and on each time to the
       neighbour with the smallest number over which the remaining way is as short as the field says.
    Source: docs/streets.md (route).
    """
    if not (point.found[0] and school.found[0]):
        return None
    spots, cost = ends_of(walking, point)
    ways = [
        (int(field[spot]) + int(more), place)
        for place, (spot, more) in enumerate(zip(spots[0], cost[0], strict=True))
        if field[spot] != NO_WAY
    ]
    direct = _direct(walking, point, school)
    if direct is not None and (not ways or direct <= min(ways)[0]):
        return _told(walking, direct, [], point, school)
    if not ways:
        return None
    way, place = min(ways)
    return _told(walking, way, _spots_walked(walking, field, school, int(spots[0][place])), point, school)


def _direct(walking: WalkingGraph, point: Snaps, school: Snaps) -> int | None:
    if point.edge[0] != school.edge[0]:
        return None
    one = np.zeros(1, dtype=np.int64)
    length = int(along_one_edge(walking, point, school, one, one)[0])
    return None if length == NO_WAY else length


def _spots_walked(walking: WalkingGraph, field: IntArray, school: Snaps, start: int) -> list[int]:
    ends, cost = ends_of(walking, school)
    arrives = {
        int(spot): int(more) for spot, more in sorted(zip(ends[0], cost[0], strict=True), reverse=True)
    }
    walked = [start]
    while arrives.get(walked[-1]) != field[walked[-1]]:
        here = walked[-1]
        row = slice(walking.indptr[here], walking.indptr[here + 1])
        near, left = walking.arcs[row], field[walking.arcs[row]]
        on = near[(left != NO_WAY) & (left + walking.cost[row] == field[here])]
        walked.append(int(on[0]))
    return walked


def _told(walking: WalkingGraph, way: int, spots: list[int], point: Snaps, school: Snaps) -> Route:
    nodes = walking.node_of[spots] if spots else np.zeros(0, dtype=np.int64)
    whole = np.array([way], dtype=np.int64)
    crossings = int(crossings_on(whole)[0])
    graph = walking.graph
    line = [(float(point.x_m[0]), float(point.y_m[0])), (float(point.foot_x_m[0]), float(point.foot_y_m[0]))]
    line += [(float(graph.x_m[node]), float(graph.y_m[node])) for node in nodes]
    line += [(float(school.foot_x_m[0]), float(school.foot_y_m[0]))]
    line += [(float(school.x_m[0]), float(school.y_m[0]))]
    away = np.hypot(point.x_m[0] - school.x_m[0], point.y_m[0] - school.y_m[0])
    return Route(
        walk_mm=int(lengths_mm(whole)[0]),
        crossings=crossings,
        penalty_mm=crossings * walking.penalty_mm,
        straight_mm=int(np.floor(away * MM_PER_METRE)),
        line=(line[0], *(after for before, after in pairwise(line) if after != before)),
    )
