"""The streets of an invented county, on its base map: the town's streets, the main road, village roads and paths.

The river is crossed by the main road, by every third street of the town and by village roads; every other street
ends at its banks, so that a walk can be much longer than the straight line. Lengths in metres.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from geo_data.county.sketch import County, Points, UnitKind, UnitSketch

BRIDGE_EVERY, BANK_M = 3, 12.0
FURTHER_ROAD_EVERY = 3  # village roads beside those that join all units
OVERSHOOT_M = 2.0  # a path ends just beyond the street it leads to, so that rounding never parts them


@dataclass(frozen=True, slots=True)
class StreetSketch:
    """A street: its class in Chinese as a file of streets has it, its name, and points in metres."""

    kind: str
    name: str
    points: Points


def streets_of(county: County) -> tuple[StreetSketch, ...]:
    """Return the streets; they meet where they cross (the import option for crossings)."""
    river = shapely.MultiLineString([line.points for line in county.lines if line.kind == "river"])
    town = [line for line in county.lines if line.kind == "street"]
    found = [
        StreetSketch("支路", line.name, points)
        for i, line in enumerate(town)
        for points in _cut(line.points, river, bridged=i % BRIDGE_EVERY == 0)
    ]
    found += [
        StreetSketch("主干路", line.name, line.points) for line in county.lines if line.kind == "main_road"
    ]
    levels = sorted({line.points[0][1] for line in town if line.points[0][1] == line.points[-1][1]})
    found += [_path(unit, levels) for unit in county.units if unit.kind is UnitKind.ESTATE]
    return (*found, *_village_roads(county))


def _cut(points: Points, river: shapely.Geometry, *, bridged: bool) -> Iterator[Points]:
    """Yield the street, or its pieces on both banks of the river."""
    street = shapely.LineString(points)
    pieces = street if bridged else shapely.difference(street, shapely.buffer(river, BANK_M))
    for piece in shapely.get_parts(pieces):
        yield tuple((round(x, 3), round(y, 3)) for x, y in piece.coords)


def _path(unit: UnitSketch, levels: Sequence[float]) -> StreetSketch:
    """Return the path from the middle of an estate up or down to the nearest street from west to east."""
    street = min(levels, key=lambda y: (abs(y - unit.y), y))
    end = street + OVERSHOOT_M * float(np.sign(street - unit.y))
    return StreetSketch("小区道路", "", ((unit.x, unit.y), (unit.x, round(end, 3))))


def _village_roads(county: County) -> Iterator[StreetSketch]:
    """Yield roads between the middles of adjoining units, one of them a village: what joins all, and some more."""
    units, n = county.units, len(county.units)
    pairs = [(a, b) for a, b in county.pairs.tolist() if UnitKind.VILLAGE in (units[a].kind, units[b].kind)]
    lengths = np.array([np.hypot(units[a].x - units[b].x, units[a].y - units[b].y) for a, b in pairs])
    ends = np.array(pairs).T
    tree = minimum_spanning_tree(coo_array((lengths, (ends[0], ends[1])), shape=(n, n)).tocsr()).tocoo()
    needed = set(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
    for number, (a, b) in enumerate(pairs):
        if (a, b) in needed or number % FURTHER_ROAD_EVERY == 0:
            village = units[b] if units[b].kind is UnitKind.VILLAGE else units[a]
            points = ((units[a].x, units[a].y), (units[b].x, units[b].y))
            yield StreetSketch("乡道", f"{village.name}路", points)
