"""Parts of zone texts that only the map can answer: a road between two roads, and the sides of roads."""

from collections.abc import Sequence

import numpy as np
import shapely

from geo_data.addresses.letters import normalized
from geo_data.addresses.zone_words import Side
from geo_data.addresses.zone_world import ZoneWorld

CROSSING_M = 30.0  # roads drawn along their middle may miss each other by this much where they cross


def doors_of_stretch(world: ZoneWorld, road: str, ends: tuple[str, str]) -> frozenset[int] | None:
    """Return the doors of a road between its crossings with two others; None where the map cannot tell.

    Doors without a point are not counted. A door is between when its nearest point on the road is.
    """
    line, at = world.lines.get(normalized(road)), [world.lines.get(normalized(end)) for end in ends]
    if line is None or at[0] is None or at[1] is None:
        return None
    whole = shapely.line_merge(line)
    if not isinstance(whole, shapely.LineString):
        return None
    places = [_crossing(whole, end) for end in at if end is not None]
    if len(places) < len(ends) or None in places:
        return None
    low, high = sorted(place for place in places if place is not None)
    found = []
    for atom in world.by_road.get(normalized(road), ()):
        point = world.doors[atom].point
        if point is not None and low <= whole.project(shapely.Point(point)) <= high:
            found.append(atom)
    return frozenset(found)


def units_on_sides(world: ZoneWorld, sides: Sequence[tuple[str, Side]]) -> tuple[str, ...] | None:
    """Return the units whose point lies on the stated side of every road, by code; None where a road is not drawn.

    The side is judged at the point of the road nearest to the unit; a unit on the road itself is on no side.
    """
    codes = list(world.units)
    points = np.array([(unit.x_m, unit.y_m) for unit in world.units.values()]).reshape(-1, 2)
    inside = np.ones(len(codes), dtype=bool)
    for road, side in sides:
        line = world.lines.get(normalized(road))
        if line is None:
            return None
        nearest = shapely.get_coordinates(
            shapely.get_point(shapely.shortest_line(line, shapely.points(points)), 0)
        )
        east, north = (points - nearest).T
        inside &= {Side.EAST: east > 0, Side.WEST: east < 0, Side.NORTH: north > 0, Side.SOUTH: north < 0}[
            side
        ]
    return tuple(code for code, is_in in zip(codes, inside, strict=True) if is_in)


def _crossing(line: shapely.LineString, other: shapely.Geometry) -> float | None:
    """Return how far along the line the other one crosses it, in metres; None where it does not."""
    if line.distance(other) > CROSSING_M:
        return None
    return float(line.project(shapely.shortest_line(line, other).interpolate(0)))
