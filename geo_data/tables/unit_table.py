"""The file of catchment units, checked: polygons that tile, or points."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from geo_data.tables.alike import note_alike
from geo_data.tables.borders import Borders, note_islands, shared_borders
from geo_data.tables.columns import CellKind, Column
from geo_data.tables.coverage import (
    SNAP_METRES,
    Repair,
    mend_coverage,
    mend_polygons,
    note_apart,
    note_gaps,
    note_parts,
)
from geo_data.tables.findings import Findings
from geo_data.tables.headers import open_table
from geo_data.tables.layers import PLACE_COLUMNS, Layer, columns_of, read_layer
from geo_data.tables.placing import Ground, layer_shift, place_shapes, to_degrees
from geo_data.tables.point_neighbours import Near, point_neighbours
from geo_data.tables.rows import Row, Table
from geo_data.tables.shift import note_shift
from geo_data.tables.systems import Shapes, System

UNIT_COLUMNS = (
    Column("unit_id", "单元编号", required=True, aliases=("code", "编号", "小区编号", "村组编号"), most=40),
    Column("name", "名称", aliases=("单元名称", "小区名称", "村组名称"), most=100),
    Column("kind", "类型", aliases=("单元类型",), most=20),
    Column("township", "乡镇街道", aliases=("街道", "乡镇"), most=100),
    Column("children", "适龄儿童数", CellKind.INTEGER, aliases=("儿童数",), most=1_000_000),
    *PLACE_COLUMNS,
)
BORDER_COLUMNS = (
    Column("unit_a", "单元甲", required=True, most=40),
    Column("unit_b", "单元乙", required=True, most=40),
)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A checked unit; `point` and `area` are in EPSG:4326, `area` None for a unit that is a point."""

    code: str
    name: str
    kind: str
    township: str
    children: int | None
    point: shapely.Point
    area: shapely.MultiPolygon | None


@dataclass(frozen=True, slots=True)
class UnitTable:
    """The checked units in file order, and the metres of border by unit indexes (smaller code first)."""

    units: tuple[UnitRow, ...]
    borders: Borders


def read_units(
    path: Path,
    *,
    ground: Ground,
    declared: System | None,
    repairs: Collection[Repair],
    findings: Findings,
    borders_path: Path | None = None,
    tolerance_m: float = SNAP_METRES,
    near: Near | None = None,
) -> UnitTable:
    """Return the units of a file; they may be stored only when `findings` does not refuse them.

    borders_path -- a table of adjoining units, for points; without one it is worked out from the points
    near         -- which places a street network makes neighbours, where there is one
    Raises UnreadableFile.
    Source: docs/import.md (units).
    """
    read = read_unit_shapes(path, ground=ground, declared=declared, findings=findings)
    if read is None:
        return UnitTable((), {})
    rows, codes, numbers, shapes = read.rows, read.codes, read.numbers, read.shapes
    if not (shapely.get_dimensions(shapes) == 2).any():
        if borders_path is None:
            borders = _borders_of_points(codes, shapes, near, findings)
        else:
            borders = _declared_borders(borders_path, codes, shapes, findings)
        return UnitTable(_units(rows, shapes, ground), borders)
    if borders_path is not None:
        findings.add("borders_of_polygons", value=borders_path.name)
    if not _all_polygons(shapes, numbers, findings):
        return UnitTable((), {})
    shapes = mend_polygons(shapes, numbers, codes, repairs, findings)
    shapes = mend_coverage(shapes, codes, repairs, findings, tolerance_m=tolerance_m)
    note_parts(shapes, numbers, codes, findings)
    if findings.refuses:
        return UnitTable((), {})
    note_gaps(shapes, codes, findings)
    note_apart(shapes, codes, findings)
    borders = shared_borders(shapes)
    note_islands(list(borders), codes, shapes, findings)
    return UnitTable(_units(rows, shapes, ground), borders)


@dataclass(frozen=True, slots=True)
class UnitShapes:
    """The rows of a file of units with their shapes in the working system, index by index; every row has one."""

    rows: Sequence[Row]
    codes: Sequence[str]
    shapes: Shapes

    @property
    def numbers(self) -> list[int]:
        """Return the row numbers as a spreadsheet shows them."""
        return [row.number for row in self.rows]


def read_unit_shapes(
    path: Path, *, ground: Ground, declared: System | None, findings: Findings
) -> UnitShapes | None:
    """Return the rows and shapes of a file before anything is mended, None when a row has no shape.

    Raises UnreadableFile.
    Source: docs/import.md (units).
    """
    layer = read_layer(path, working_epsg=ground.working_epsg, findings=findings)
    rows = _rows(layer, findings)
    if not rows:
        findings.add("file_empty")
    codes = [row.text("unit_id") for row in rows]
    _note_doubles(rows, codes)
    shapes = place_shapes(layer, declared, ground, findings) if rows else None
    if shapes is None or shapely.is_missing(shapes).any():
        return None
    names = [row.text("name") for row in rows]
    shift = layer_shift(codes, names, shapely.centroid(shapes), layer, declared, ground)
    note_shift(shift, findings, is_accepted=ground.accept_offset)
    return UnitShapes(rows, codes, shapes)


def _rows(layer: Layer, findings: Findings) -> list[Row]:
    places = columns_of(layer, UNIT_COLUMNS, findings)
    table = Table(UNIT_COLUMNS, layer.headers, places, findings)
    if "name" not in places:
        findings.add("name_missing")
    return [table.row(number, cells) for number, cells in layer.rows]


def _note_doubles(rows: Sequence[Row], codes: Sequence[str]) -> None:
    seen: dict[str, int] = {}  # -> the row in which it stands first
    for row, code in zip(rows, codes, strict=True):
        if code and seen.setdefault(code, row.number) != row.number:
            row.note("value_twice", "unit_id", code, earlier=seen[code])
    note_alike(rows, codes, "unit_id")


def _all_polygons(shapes: Shapes, numbers: Sequence[int], findings: Findings) -> bool:
    others = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (3, 6)))
    for i in map(int, others):
        findings.add("not_a_polygon", numbers[i], value=type(shapes[i]).__name__, place=shapes[i])
    return not len(others)


def _units(rows: Sequence[Row], shapes: Shapes, ground: Ground) -> tuple[UnitRow, ...]:
    points, degrees = to_degrees(_middles(shapes), ground), to_degrees(shapes, ground)
    return tuple(_unit(row, point, area) for row, point, area in zip(rows, points, degrees, strict=True))


def _unit(row: Row, point: shapely.Point, shape: shapely.Geometry) -> UnitRow:
    code = row.text("unit_id")
    return UnitRow(
        code=code,
        name=row.text("name") or code,
        kind=row.text("kind"),
        township=row.text("township"),
        children=row.integer("children"),
        point=point,
        area=None if isinstance(shape, shapely.Point) else _multi(shape),
    )


def _middles(shapes: Shapes) -> Shapes:
    """Return the centre of gravity where it lies inside the unit, else a point that does."""
    middles = shapely.centroid(shapes)
    outside = ~shapely.intersects(shapes, middles)
    middles[outside] = shapely.point_on_surface(shapes[outside])
    return np.asarray(middles, dtype=np.object_)


def _multi(shape: shapely.Geometry) -> shapely.MultiPolygon:
    return (
        shape
        if isinstance(shape, shapely.MultiPolygon)
        else shapely.MultiPolygon(shapely.get_parts(shape).tolist())
    )


def _borders_of_points(
    codes: Sequence[str], shapes: Shapes, near: Near | None, findings: Findings
) -> Borders:
    """Return what adjoins what, worked out; said is how, and where parts were joined."""
    middles = shapely.centroid(shapes)
    found = point_neighbours(shapely.get_x(middles), shapely.get_y(middles), codes, near)
    findings.add("neighbours_derived" if near is None else "neighbours_by_streets", value=len(found.pairs))
    for a, b in found.joined:
        metres = float(shapely.distance(middles[a], middles[b]))
        place = shapely.MultiPoint([middles[a], middles[b]])
        findings.add("parts_joined", value=f"{codes[a]} – {codes[b]}: {metres:.0f} m", place=place)
    return dict.fromkeys(found.pairs, 0.0)


def _declared_borders(path: Path, codes: Sequence[str], shapes: Shapes, findings: Findings) -> Borders:
    index = {code: i for i, code in enumerate(codes)}
    opened = open_table(path, BORDER_COLUMNS, findings)
    found: dict[tuple[int, int], float] = {}
    for number, cells in opened.rows:
        row = opened.table.row(number, cells)
        a, b = _index_of(row, "unit_a", index), _index_of(row, "unit_b", index)
        if a is not None and b is not None and a != b:
            found[min(a, b), max(a, b)] = 0.0
    note_islands(list(found), codes, shapes, findings)
    return found


def _index_of(row: Row, name: str, index: Mapping[str, int]) -> int | None:
    code = row.text(name)
    if code and code not in index:
        row.note("unit_unknown", name, code)
    return index.get(code)
