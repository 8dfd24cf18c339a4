"""Lines that cross without a common point, split where they cross at grade."""

import numpy as np
import shapely

from geo_data.tables.street_network import IntArray
from geo_data.tables.systems import Shapes

GRID_M = 0.1  # vertices nearer than this to a crossing are the crossing


def split_at_crossings(lines: Shapes, levels: IntArray) -> Shapes:
    """Return the lines with a vertex at every point where a line of the same level crosses or touches them.

    lines  -- [n] linestrings in metres; levels -- [n] lines meet only those of their own level: a bridge, a tunnel
              and the ground are different ones
    """
    cuts: dict[int, list[shapely.Point]] = {}
    tree = shapely.STRtree(lines)
    one, other = tree.query(lines, predicate="intersects")
    pairs = (one < other) & (levels[one] == levels[other])
    one, other = one[pairs], other[pairs]
    meetings = shapely.intersection(lines[one], lines[other])
    for i, j, meeting in zip(one.tolist(), other.tolist(), meetings, strict=True):
        points = [shapely.Point(xy) for xy in shapely.get_coordinates(meeting)]
        cuts.setdefault(i, []).extend(points)
        cuts.setdefault(j, []).extend(points)
    found = lines.copy()
    for i, points in sorted(cuts.items()):
        found[i] = _with_vertices(lines[i], points)
    return found


def _with_vertices(line: shapely.LineString, points: list[shapely.Point]) -> shapely.LineString:
    vertices = shapely.get_coordinates(line)
    steps = np.hypot(*np.diff(vertices, axis=0).T)
    own = np.concatenate([[0.0], np.cumsum(steps)])
    at = shapely.line_locate_point(line, np.array(points, dtype=object))
    new = [
        (where, point)
        for where, point in sorted(zip(at.tolist(), points, strict=True), key=lambda pair: pair[0])
        if np.abs(own - where).min() >= GRID_M
    ]
    if not new:
        return line
    places = np.concatenate([own, [where for where, _ in new]])
    every = np.concatenate([vertices, [(point.x, point.y) for _, point in new]])
    return shapely.LineString(every[np.argsort(places, kind="stable")])
