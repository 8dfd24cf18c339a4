"""Polygons that should tile: what is wrong with them, and the two repairs an officer may ask for.

Areas and lengths are in the working system: square metres and metres. Valid coverage means that neighbours share
the very same vertices (Shapely's and GEOS's coverage model).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely

from geo_data.tables.findings import Findings
from geo_data.tables.places import MOST_VERTICES
from geo_data.tables.systems import Shapes

SNAP_METRES = 0.001
SLIVER_METRES = 1.0  # mean width below which a gap is a sliver, not a place


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
    3. The rest is matched by GEOS's coverage cleaner, and the outcome is checked again.
    """
    bad = _unmatched(shapes)
    if not len(bad):
        return shapes
    faults = _faults(shapes, bad)
    if Repair.SNAP not in repairs or any(fault.width_m > tolerance_m for fault in faults):
        for fault in faults:
            code = "overlap" if fault.width_m > tolerance_m else "coverage_fault"
            findings.add(code, value=_named(fault, codes), place=fault.place)
        return shapes
    cleaned = shapely.coverage_clean(  # type: ignore[attr-defined]  # the stubs are older
        shapes, snapping_distance=tolerance_m, gap_width=tolerance_m
    )
    for i in map(int, _unmatched(cleaned)):
        findings.add("coverage_fault", value=codes[i], place=cleaned[i])
    for fault in faults:
        value = f"{_named(fault, codes)}, {tolerance_m * 1000:g} mm"
        findings.add("coverage_mended", value=value, place=fault.place)
    return np.asarray(cleaned, dtype=np.object_)


def note_gaps(shapes: Shapes, codes: Sequence[str], findings: Findings) -> None:
    """Note what valid coverage leaves open inside, and units of several parts."""
    tree = shapely.STRtree(shapes)
    slivers: list[shapely.Polygon] = []
    for hole in _holes(shapely.coverage_union_all(shapes)):
        if 2 * hole.area / hole.length < SLIVER_METRES:
            slivers.append(hole)
            continue
        around = sorted(codes[i] for i in tree.query(hole, predicate="intersects"))
        findings.add("gap", value=f"{', '.join(around)}: {_area(hole.area)}", place=hole)
    if slivers:
        places = shapely.MultiPoint([hole.representative_point() for hole in slivers[:MOST_VERTICES]])
        area = sum(hole.area for hole in slivers)
        findings.add("slivers", value=f"{len(slivers)}: {_area(area)}", place=places)


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


def _unmatched(shapes: Shapes) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    return np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))


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
