"""Polygons that should tile: what is wrong with them, and the two repairs an officer may ask for.

Areas and lengths are in the working system: square metres and metres. Valid coverage means that neighbours share
the very same vertices (Shapely's and GEOS's coverage model).
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely

from geo_data.tables.findings import Findings
from geo_data.tables.places import MOST_VERTICES
from geo_data.tables.systems import Shapes

SNAP_METRES = 0.001
SLIVER_METRES = 1.0  # mean width below which a gap is a sliver, not a place
WIDTH_STEP_METRES = 0.0001  # how exactly the widest place of a sliver is told
LEAST_CRACK_M2 = 1e-6  # a square millimetre: what rounding leaves is no crack


class Repair(StrEnum):
    """What an officer may ask for; nothing else is ever changed."""

    MAKE_VALID = "make_valid"
    SNAP = "snap"


def mend_polygons(
    shapes: Shapes, rows: Sequence[int], codes: Sequence[str], repairs: Collection[Repair], findings: Findings
) -> Shapes:
    """Return valid polygons; invalid ones are noted as severe, or, when asked for, as mended.

    A caller that stores nothing after a severe finding may look for further faults in what is returned.
    """
    mended = shapes.copy()
    for i in map(int, np.flatnonzero(~shapely.is_valid(shapes))):
        mended[i] = _polygons_of(shapely.make_valid(shapes[i]))
        code = "polygon_mended" if Repair.MAKE_VALID in repairs else "polygon_invalid"
        value = f"{codes[i]}: {shapely.is_valid_reason(shapes[i])}"
        findings.add(code, rows[i], value=value, place=shapes[i])
    return mended


def mend_coverage(
    shapes: Shapes,
    codes: Sequence[str],
    repairs: Collection[Repair],
    findings: Findings,
    *,
    tolerance_m: float = SNAP_METRES,
) -> Shapes:
    """Return the coverage; faults are noted, and mended when asked for as far as `tolerance_m` reaches.

    1. Units whose edges do not match are found, and named by pair with the area they dispute.
    2. Overlaps wider than the tolerance are nobody's to mend but the officer's.
    3. Asked to, GEOS's coverage cleaner matches the rest and closes cracks that are nowhere wider than the
       tolerance. Corners move only where that alone does not close them.
    4. The outcome is checked again, and every crack that was closed is named with the units around it.
    Source: docs/import.md (units).
    """
    bad = _unmatched(shapes)
    faults = _faults(shapes, bad) if len(bad) else []
    if faults and (Repair.SNAP not in repairs or any(fault.width_m > tolerance_m for fault in faults)):
        for fault in faults:
            code = "overlap" if fault.width_m > tolerance_m else "coverage_fault"
            findings.add(code, value=_named(fault, codes), place=fault.place)
        return shapes
    if Repair.SNAP not in repairs or not (faults or _has_cracks(shapes, tolerance_m)):
        return shapes
    cleaned = _cleaned(shapes, tolerance_m) if faults else _closing(shapes, tolerance_m)
    for i in sorted({*map(int, _unmatched(cleaned)), *map(int, np.flatnonzero(shapely.is_empty(cleaned)))}):
        findings.add("coverage_fault", value=codes[i], place=shapes[i])
    for fault in faults:
        value = f"{_named(fault, codes)}, {tolerance_m * 1000:g} mm"
        findings.add("coverage_mended", value=value, place=fault.place)
    for crack, around in _closed(shapes, cleaned, codes):
        value = f"{', '.join(around)}: {_area(float(shapely.area(crack)))}, {tolerance_m * 1000:g} mm"
        findings.add("coverage_mended", value=value, place=crack)
    return cleaned


def note_gaps(shapes: Shapes, codes: Sequence[str], findings: Findings) -> None:
    """Note what valid coverage leaves open inside, and units of several parts."""
    tree = shapely.STRtree(shapes)
    slivers: list[shapely.Polygon] = []
    for hole in _holes(shapely.coverage_union_all(shapes)):
        if _mean_width(hole) < SLIVER_METRES:
            slivers.append(hole)
            continue
        around = sorted(codes[i] for i in tree.query(hole, predicate="intersects"))
        findings.add("gap", value=f"{', '.join(around)}: {_area(hole.area)}", place=hole)
    if slivers:
        places = shapely.MultiPoint([hole.representative_point() for hole in slivers[:MOST_VERTICES]])
        area = sum(hole.area for hole in slivers)
        widest = math.ceil(max(map(_widest_mm, slivers[:MOST_VERTICES])))
        findings.add("slivers", value=f"{len(slivers)}: {_area(area)}, ≤ {widest} mm", place=places)


def note_apart(shapes: Shapes, codes: Sequence[str], findings: Findings) -> None:
    """Note neighbours between which a crack runs that is open to the outside: they share no border.

    A crack is told where two units face each other over less than SLIVER_METRES and do not touch anywhere.
    """
    for a, b, apart, facing in _apart(shapes, SLIVER_METRES):
        if apart < SLIVER_METRES:
            value = f"{codes[a]} – {codes[b]}: {round(apart * 1000, 1):g} mm"
            findings.add("neighbours_apart", value=value, place=facing)


def note_parts(shapes: Shapes, rows: Sequence[int], codes: Sequence[str], findings: Findings) -> None:
    """Note units of several parts."""
    parts = shapely.get_num_geometries(shapes)
    for i in map(int, np.flatnonzero(parts > 1)):
        findings.add("multi_part", rows[i], value=f"{codes[i]}: {parts[i]}", place=shapes[i])


@dataclass(frozen=True, slots=True)
class _Fault:
    """What two units dispute; both indexes are equal where no partner is found.

    width_m -- mean width of the area
    """

    pair: tuple[int, int]
    area_m2: float
    width_m: float
    place: shapely.Geometry


def _unmatched(shapes: Shapes, gap_m: float = 0.0) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Return the units with edges that do not match, or that face another over no more than `gap_m`."""
    return np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes, gap_width=gap_m)))


def _has_cracks(shapes: Shapes, widest_m: float) -> bool:
    holes = _holes(shapely.coverage_union_all(shapes))
    return any(_mean_width(hole) <= widest_m for hole in holes) or bool(len(_unmatched(shapes, widest_m)))


def _closing(shapes: Shapes, widest_m: float) -> Shapes:
    """Return the coverage with its cracks closed; corners move only for cracks that are open to the outside."""
    still = _cleaned(shapes, widest_m, snapping_m=min(SNAP_METRES, widest_m))
    return _cleaned(shapes, widest_m) if any(True for _ in _apart(still, widest_m)) else still


def _apart(shapes: Shapes, widest_m: float) -> Iterator[tuple[int, int, float, shapely.Geometry]]:
    """Yield neighbours that face each other over at most `widest_m` and touch nowhere: indexes, metres, where."""
    edges = shapely.coverage_invalid_edges(shapes, gap_width=widest_m)
    bad = np.flatnonzero(~shapely.is_empty(edges))
    left, right = shapely.STRtree(edges[bad]).query(edges[bad], predicate="dwithin", distance=widest_m)
    for a, b in sorted((int(bad[i]), int(bad[j])) for i, j in zip(left, right, strict=True) if i < j):
        apart = float(shapely.distance(shapes[a], shapes[b]))
        facing = shapely.intersection(edges[b], shapely.buffer(edges[a], widest_m))
        if apart > 0 and shapely.length(facing) > 2 * widest_m:
            yield a, b, apart, facing


def _cleaned(shapes: Shapes, tolerance_m: float, *, snapping_m: float | None = None) -> Shapes:
    cleaned = shapely.coverage_clean(  # type: ignore[attr-defined]  # the stubs are older
        shapes, snapping_distance=tolerance_m if snapping_m is None else snapping_m, gap_width=tolerance_m
    )
    return np.asarray(cleaned, dtype=np.object_)


def _closed(
    before: Shapes, after: Shapes, codes: Sequence[str]
) -> Iterator[tuple[shapely.Geometry, list[str]]]:
    """Yield every piece of ground that belonged to nobody and now does, with the units that were around it."""
    tree = shapely.STRtree(before)
    gained = shapely.difference(shapely.coverage_union_all(after), shapely.union_all(before))
    for piece in shapely.get_parts(gained):
        if piece.area > LEAST_CRACK_M2:
            near = tree.query(piece, predicate="dwithin", distance=SNAP_METRES)
            yield piece, sorted(codes[i] for i in near)


def _faults(shapes: Shapes, bad: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> list[_Fault]:
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes[bad], predicate="intersects")
    left = bad[left]
    pairs = np.unique(np.sort(np.stack([left, right], axis=1)[left != right], axis=1), axis=0)
    shared = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    areas, lengths = shapely.area(shared), shapely.length(shared)
    faults = [
        _Fault((int(a), int(b)), float(area), float(2 * area / length), place)
        for (a, b), area, length, place in zip(pairs, areas, lengths, shared, strict=True)
        if area > 0
    ]
    named = {i for fault in faults for i in fault.pair}
    alone = [int(i) for i in bad if i not in named]
    edges = (
        dict(zip(map(int, bad), shapely.coverage_invalid_edges(shapes)[bad], strict=True)) if alone else {}
    )
    return faults + [_Fault((i, i), 0.0, 0.0, edges[i]) for i in alone]


def _holes(union: shapely.Geometry) -> list[shapely.Polygon]:
    polygons = [part for part in shapely.get_parts(union) if isinstance(part, shapely.Polygon)]
    return [shapely.Polygon(ring) for polygon in polygons for ring in polygon.interiors]


def _mean_width(hole: shapely.Polygon) -> float:
    return float(2 * hole.area / hole.length)


def _widest_mm(hole: shapely.Polygon) -> float:
    """Return the diameter of the largest circle inside: what a tolerance must reach to close it."""
    radius = shapely.length(shapely.maximum_inscribed_circle(hole, tolerance=WIDTH_STEP_METRES))
    return round(2000 * float(radius), 3)


def _polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the areas of a shape; making valid may leave lines and points beside them."""
    if not isinstance(shape, shapely.GeometryCollection):
        return shape
    return shapely.union_all([part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2])


def _named(fault: _Fault, codes: Sequence[str]) -> str:
    one, other = fault.pair
    names = codes[one] if one == other else f"{codes[one]} – {codes[other]}"
    return f"{names}: {_area(fault.area_m2)}"


def _area(square_metres: float) -> str:
    return f"{square_metres:.0f} m²" if square_metres >= 10 else f"{square_metres:.2g} m²"
