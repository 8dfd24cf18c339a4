"""What a repair would change, unit by unit, before anybody chooses it."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from geo_data.tables.coverage import Repair, mend_coverage, mend_polygons, note_apart, note_gaps
from geo_data.tables.findings import Findings
from geo_data.tables.places import small_place
from geo_data.tables.placing import Ground
from geo_data.tables.systems import Shapes, System
from geo_data.tables.unit_table import read_unit_shapes

SHOWN_CHANGES = 200


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What becomes of one unit.

    area_before_m2, area_after_m2 -- whole square metres in the working system, as drawn
    moved_mm -- how far the two outlines are apart at most (Hausdorff distance at vertices), rounded up
    before, after -- few vertices, EPSG:4326
    """

    code: str
    row: int
    area_before_m2: int
    area_after_m2: int
    moved_mm: int
    before: shapely.Geometry | None
    after: shapely.Geometry | None


@dataclass(frozen=True, slots=True)
class RepairOutcome:
    """The changes of a repair by code, the first SHOWN_CHANGES, and how many there are in all."""

    changes: tuple[UnitChange, ...]
    changed: int


def preview_repair(
    path: Path,
    *,
    ground: Ground,
    declared: System | None,
    repairs: Collection[Repair],
    tolerance_m: float,
    findings: Findings,
) -> RepairOutcome:
    """Return what the repairs would change; `findings` has what would be found with them, severe ones too.

    Raises UnreadableFile.
    Source: docs/import.md (repairs).
    """
    read = read_unit_shapes(path, ground=ground, declared=declared, findings=findings)
    if read is None or not (shapely.get_dimensions(read.shapes) == 2).all():
        return RepairOutcome((), 0)
    after = mend_polygons(read.shapes, read.numbers, read.codes, repairs, findings)
    if Repair.MAKE_VALID not in repairs:  # without it invalid units stay as they are
        after = np.where(shapely.is_valid(read.shapes), after, read.shapes)
    if shapely.is_valid(after).all():
        after = mend_coverage(after, read.codes, repairs, findings, tolerance_m=tolerance_m)
        if not findings.refuses:
            note_gaps(after, read.codes, findings)
            note_apart(after, read.codes, findings)
    differing = np.flatnonzero(~shapely.equals_exact(_plain(read.shapes), _plain(after), 0.0))
    order = sorted(map(int, differing), key=lambda i: (read.codes[i], i))
    changes = (
        _change(read.codes[i], read.numbers[i], read.shapes[i], after[i], ground.working_epsg)
        for i in order[:SHOWN_CHANGES]
    )
    return RepairOutcome(tuple(changes), len(order))


def _plain(shapes: Shapes) -> Shapes:
    """Return the same areas written in one way: rings may begin elsewhere and one part may stand alone."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    whole: Shapes = np.full(len(shapes), None, dtype=np.object_)
    return np.asarray(
        shapely.normalize(shapely.multipolygons(parts, indices=owner, out=whole)), dtype=np.object_
    )


def _change(code: str, row: int, before: shapely.Geometry, after: shapely.Geometry, epsg: int) -> UnitChange:
    moved = float(shapely.hausdorff_distance(shapely.boundary(before), shapely.boundary(after)))
    return UnitChange(
        code=code,
        row=row,
        area_before_m2=round(float(shapely.area(before))),
        area_after_m2=round(float(shapely.area(after))),
        moved_mm=math.ceil(moved * 1000) if math.isfinite(moved) else 0,
        before=small_place(before, epsg=epsg),
        after=small_place(after, epsg=epsg),
    )
