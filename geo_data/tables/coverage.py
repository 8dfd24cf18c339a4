"""Polygons that should tile: what is wrong with them, and the two repairs an officer may ask for.

Areas and lengths are in the working system: square metres and metres. Valid coverage means that neighbours share
the very same vertices (Shapely's and GEOS's coverage model).
"""

from collections.abc import Collection, Sequence
from enum import StrEnum

import numpy as np
import shapely

from geo_data.tables.findings import Findings
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
        findings.add(code, rows[i], value=f"{codes[i]}: {shapely.is_valid_reason(shapes[i])}")
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
    wide = [(pair, area) for pair, area, width in faults if width > tolerance_m]
    if Repair.SNAP not in repairs or wide:
        for pair, area, width in faults:
            findings.add(
                "overlap" if width > tolerance_m else "coverage_fault", value=_named(pair, area, codes)
            )
        return shapes
    cleaned = shapely.coverage_clean(  # type: ignore[attr-defined]  # the stubs are older
        shapes, snapping_distance=tolerance_m, gap_width=tolerance_m
    )
    for i in map(int, _unmatched(cleaned)):
        findings.add("coverage_fault", value=codes[i])
    for pair, area, _ in faults:
        findings.add("coverage_mended", value=f"{_named(pair, area, codes)}, {tolerance_m * 1000:g} mm")
    return np.asarray(cleaned, dtype=np.object_)


def note_gaps(shapes: Shapes, codes: Sequence[str], findings: Findings) -> None:
    """Note what valid coverage leaves open inside, and units of several parts."""
    tree = shapely.STRtree(shapes)
    slivers, sliver_area = 0, 0.0
    for hole in _holes(shapely.coverage_union_all(shapes)):
        if 2 * hole.area / hole.length < SLIVER_METRES:
            slivers, sliver_area = slivers + 1, sliver_area + hole.area
            continue
        around = sorted(codes[i] for i in tree.query(hole, predicate="intersects"))
        findings.add("gap", value=f"{', '.join(around)}: {_area(hole.area)}")
    if slivers:
        findings.add("slivers", value=f"{slivers}: {_area(sliver_area)}")


def note_parts(shapes: Shapes, rows: Sequence[int], codes: Sequence[str], findings: Findings) -> None:
    """Note units of several parts."""
    parts = shapely.get_num_geometries(shapes)
    for i in map(int, np.flatnonzero(parts > 1)):
        findings.add("multi_part", rows[i], value=f"{codes[i]}: {parts[i]}")


Fault = tuple[tuple[int, int], float, float]


def _unmatched(shapes: Shapes) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    return np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))


def _faults(shapes: Shapes, bad: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> list[Fault]:
    """Return pairs of unit indexes, the area both claim, and its mean width; (i, i) where no partner is found."""
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes[bad], predicate="intersects")
    left = bad[left]
    pairs = np.unique(np.sort(np.stack([left, right], axis=1)[left != right], axis=1), axis=0)
    shared = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    areas, lengths = shapely.area(shared), shapely.length(shared)
    faults: list[Fault] = [
        ((int(a), int(b)), float(area), float(2 * area / length))
        for (a, b), area, length in zip(pairs, areas, lengths, strict=True)
        if area > 0
    ]
    named = {i for pair, _, _ in faults for i in pair}
    return faults + [((int(i), int(i)), 0.0, 0.0) for i in bad if i not in named]


def _holes(union: shapely.Geometry) -> list[shapely.Polygon]:
    polygons = [part for part in shapely.get_parts(union) if isinstance(part, shapely.Polygon)]
    return [shapely.Polygon(ring) for polygon in polygons for ring in polygon.interiors]


def _polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the areas of a shape; making valid may leave lines and points beside them."""
    if not isinstance(shape, shapely.GeometryCollection):
        return shape
    return shapely.union_all([part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2])


def _named(pair: tuple[int, int], area: float, codes: Sequence[str]) -> str:
    names = codes[pair[0]] if pair[0] == pair[1] else f"{codes[pair[0]]} – {codes[pair[1]]}"
    return f"{names}: {_area(area)}"


def _area(square_metres: float) -> str:
    return f"{square_metres:.0f} m²" if square_metres >= 10 else f"{square_metres:.2g} m²"
