"""Which units adjoin: the length of their shared border, found from the segments that valid coverage shares."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo_data.tables.findings import Findings
from geo_data.tables.systems import Shapes

IntArray = npt.NDArray[np.intp]
Borders = Mapping[tuple[int, int], float]
NAMED_UNITS = 20


def shared_borders(shapes: Shapes) -> Borders:
    """Return the metres of border that two units share, by unit indexes (smaller, larger), ascending.

    shapes -- valid coverage in a metric system: neighbours share whole segments, so equal segments are borders.
    Units that touch in a point only do not adjoin (rook).
    Source: docs/import.md (borders).
    """
    ends, owner = _segments(shapes)
    if not len(owner):
        return {}
    _, segment = np.unique(ends, axis=0, return_inverse=True)
    order = np.lexsort((owner, segment.ravel()))
    segment, owner, ends = segment.ravel()[order], owner[order], ends[order]
    twice = np.flatnonzero((segment[1:] == segment[:-1]) & (owner[1:] != owner[:-1]))
    metres = np.hypot(*(ends[twice, 2:] - ends[twice, :2]).T)
    pairs, place = np.unique(np.stack([owner[twice], owner[twice + 1]], axis=1), axis=0, return_inverse=True)
    totals = np.bincount(place.ravel(), weights=metres, minlength=len(pairs))
    return {(int(a), int(b)): float(total) for (a, b), total in zip(pairs, totals, strict=True)}


def note_islands(
    pairs: Sequence[tuple[int, int]], codes: Sequence[str], shapes: Shapes, findings: Findings
) -> None:
    """Note units without a neighbour, and parts of the county that do not adjoin each other.

    shapes -- areas or points of the units, in the order of `codes`
    """
    found = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    graph = coo_array((np.ones(len(found)), (found[:, 0], found[:, 1])), shape=(len(codes), len(codes)))
    count, label = connected_components(graph, directed=False)
    sizes = np.bincount(label, minlength=count)
    for i in map(int, np.flatnonzero(sizes[label] == 1)):
        findings.add("no_neighbour", value=codes[i], place=shapes[i])
    largest = int(np.argmax(sizes))
    for part in np.flatnonzero(sizes > 1):
        if part != largest:
            members = [codes[int(i)] for i in np.flatnonzero(label == part)]
            shown = ", ".join(members[:NAMED_UNITS]) + (" …" if len(members) > NAMED_UNITS else "")
            place = shapely.GeometryCollection(list(shapes[label == part])).convex_hull
            findings.add("islands", value=f"{len(members)}: {shown}", place=place)


def _segments(shapes: Shapes) -> tuple[npt.NDArray[np.float64], IntArray]:
    """Return the segments of all rings as [k, 4], smaller end first, and the unit of each."""
    polygons, unit = shapely.get_parts(shapes, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inner = np.flatnonzero(ring[1:] == ring[:-1])
    start, end = points[inner], points[inner + 1]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[swap], end[swap] = end[swap].copy(), start[swap].copy()
    return np.concatenate([start, end], axis=1), unit[polygon[ring[inner]]]
