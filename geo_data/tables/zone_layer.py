"""Zones of an earlier year as polygons: read, checked, and laid over the units."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from geo_data.tables.columns import CellKind, Column
from geo_data.tables.coverage import Repair, mend_polygons
from geo_data.tables.findings import Findings
from geo_data.tables.layers import PLACE_COLUMNS, columns_of, read_layer
from geo_data.tables.placing import Ground, place_shapes
from geo_data.tables.rows import Row, Table
from geo_data.tables.systems import Shapes, System
from geo_data.tables.zone_fit import KnownGround, note_zone_fit

ZONE_COLUMNS = (
    Column(
        "schools",
        "学校编号",
        CellKind.CODES,
        required=True,
        aliases=("school_code", "school_id", "sch_code", "学校代码"),
        most=40,
    ),
    Column("name", "学区名称", aliases=("名称", "zone_name"), most=100),
    *PLACE_COLUMNS,
)


@dataclass(frozen=True, slots=True)
class ZoneArea:
    """A zone in the working system: its schools in ascending order of code, all its parts in one shape."""

    schools: tuple[str, ...]
    shape: shapely.Geometry

    @property
    def code(self) -> str:
        """Return the zone's code: the first of its schools."""
        return self.schools[0]


@dataclass(frozen=True, slots=True)
class UnitOverlay:
    """Units laid over zones.

    shares     -- unit -> zone -> per mille of its area, rounded half up; a unit that is a point has all or nothing
    point_zone -- unit -> zone around its representative point, the smaller code on a border; absent in no zone
    """

    shares: Mapping[str, Mapping[str, int]]
    point_zone: Mapping[str, str]


def read_zone_areas(
    path: Path,
    *,
    ground: Ground,
    declared: System | None,
    schools: Collection[str],
    repairs: Collection[Repair] = (),
    known: KnownGround = KnownGround(),  # noqa: B008 - frozen
    findings: Findings,
) -> tuple[ZoneArea, ...]:
    """Return the zones of a file by code; rows of the same schools are parts of one zone.

    known -- units and schools of today: zones that lie beside them as another system would have it are stopped
    They may be used only when `findings` does not refuse them. Raises UnreadableFile.
    Source: docs/zone-texts.md (polygons).
    """
    layer = read_layer(path, working_epsg=ground.working_epsg, findings=findings)
    places = columns_of(layer, ZONE_COLUMNS, findings)
    table = Table(ZONE_COLUMNS, layer.headers, places, findings)
    rows = [table.row(number, cells) for number, cells in layer.rows]
    if not rows:
        findings.add("file_empty")
    codes = [_schools_of(row, schools) for row in rows]
    shapes = place_shapes(layer, declared, ground, findings) if rows else None
    if shapes is None or shapely.is_missing(shapes).any():
        return ()
    for i in map(int, np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (3, 6)))):
        rows[i].note("not_a_polygon", value=type(shapes[i]).__name__)
    if findings.refuses:
        return ()
    names = ["+".join(its_schools) for its_schools in codes]
    shapes = mend_polygons(shapes, [row.number for row in rows], names, repairs, findings)
    _note_shared_schools(rows, codes)
    if findings.refuses:
        return ()
    zones = _merged(codes, shapes)
    system = declared or layer.system
    note_zone_fit(zones, known, system.name if system else "", ground, findings)
    return zones


def _merged(codes: Sequence[tuple[str, ...]], shapes: Shapes) -> tuple[ZoneArea, ...]:
    parts: dict[tuple[str, ...], list[shapely.Geometry]] = defaultdict(list)
    for its_schools, shape in zip(codes, shapes, strict=True):
        parts[its_schools].append(shape)
    return tuple(
        ZoneArea(its_schools, shapely.union_all(parts[its_schools])) for its_schools in sorted(parts)
    )


def overlay_units(
    zones: Sequence[ZoneArea], codes: Sequence[str], units: Shapes, points: Shapes
) -> UnitOverlay:
    """Return the shares of zones in units; units and points in the working system, at the positions of `codes`.

    Source: docs/zone-texts.md (polygons).
    """
    areas = np.array([zone.shape for zone in zones], dtype=object)
    tree = shapely.STRtree(areas)
    shares: dict[str, dict[str, int]] = {code: {} for code in codes}
    at, zone = tree.query(units, predicate="intersects")
    common, whole = shapely.area(shapely.intersection(units[at], areas[zone])), shapely.area(units[at])
    for i, j, part, all_of_it in zip(at.tolist(), zone.tolist(), common, whole, strict=True):
        permille = int(1000 * part / all_of_it + 0.5) if all_of_it else 0
        if permille:
            shares[codes[i]][zones[j].code] = permille
    point_zone: dict[str, str] = {}
    for i, j in zip(*tree.query(points, predicate="intersects").tolist(), strict=True):
        around = zones[j].code
        point_zone[codes[i]] = min(point_zone.get(codes[i], around), around)
    for i in map(int, np.flatnonzero(shapely.get_dimensions(units) == 0)):
        if codes[i] in point_zone:
            shares[codes[i]] = {point_zone[codes[i]]: 1000}
    return UnitOverlay(shares, point_zone)


def _schools_of(row: Row, schools: Collection[str]) -> tuple[str, ...]:
    codes = tuple(sorted(set(row.codes("schools"))))
    for code in codes:
        if code not in schools:
            row.note_unknown("school_unknown", "schools", code, schools)
    return codes


def _note_shared_schools(rows: Sequence[Row], codes: Sequence[tuple[str, ...]]) -> None:
    """A school belongs to one zone: rows that name it must name the same schools as the first one does."""
    first: dict[str, tuple[tuple[str, ...], int]] = {}
    for row, its_schools in zip(rows, codes, strict=True):
        for code in its_schools:
            schools, number = first.setdefault(code, (its_schools, row.number))
            if schools != its_schools:
                row.note("school_in_two_zones", "schools", code, earlier=number)
