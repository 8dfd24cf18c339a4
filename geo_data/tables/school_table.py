"""The file of schools, checked: one row a school and stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from geo_data.tables.cells import Row
from geo_data.tables.columns import CellKind, Column, match_columns
from geo_data.tables.findings import Findings
from geo_data.tables.layers import PLACE_COLUMNS, read_layer
from geo_data.tables.placing import Ground, place_shapes, to_degrees
from geo_data.tables.systems import System

STAGES = {"小学": "primary", "初中": "junior"}
OWNERSHIPS = {"公办": "public", "民办": "private"}
SEATS = 100_000
SCHOOL_COLUMNS = (
    Column(
        "school_id", "学校编号", required=True, aliases=("code", "编号", "学校代码", "学校标识码"), most=40
    ),
    Column("name", "学校名称", aliases=("名称",), most=100),
    Column("stage", "学段", CellKind.CHOICE, choices=STAGES),
    Column("ownership", "办学性质", CellKind.CHOICE, choices=OWNERSHIPS, aliases=("公办民办",)),
    Column("address", "地址", aliases=("学校地址",)),
    Column("unit_id", "所在单元", aliases=("单元编号", "unit_code"), most=40),
    Column("seats", "学位数", CellKind.INTEGER, required=True, aliases=("capacity", "学位总数"), most=SEATS),
    Column("planned_intake", "招生计划", CellKind.INTEGER, aliases=("计划招生数",), most=SEATS),
    Column("classes", "起始年级班数", CellKind.INTEGER, aliases=("招生班数",), most=SEATS),
    Column("group_code", "集团或九年一贯编号", aliases=("集团编号",), most=40),
    Column("feeds", "对口升入学校", CellKind.CODES, aliases=("对口初中",), most=40),
    *PLACE_COLUMNS,
)
GRADES = {"primary": 6, "junior": 3}
STANDARD_CLASS = {"primary": 45, "junior": 50}
LARGEST_CLASS = 55


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A checked school; `point` is in EPSG:4326, `capacity` counts all grades, `planned_intake` the entry grade."""

    code: str
    name: str
    stage: str
    ownership: str
    address: str
    unit_code: str
    point: shapely.Point
    capacity: int
    planned_intake: int
    classes: int
    group_code: str
    feeds: tuple[str, ...]


def read_schools(
    path: Path,
    *,
    ground: Ground,
    declared: System | None,
    units: Mapping[str, shapely.Geometry],
    stage: str | None,
    findings: Findings,
) -> tuple[SchoolRow, ...]:
    """Return the schools of a file without severe findings; to be stored only when `findings` does not refuse them.

    units -- areas by unit code in the working system (points where a unit has no area)
    stage -- the stage of all schools of a file without that column
    Where no intake is planned it is places divided by grades, rounded down; where no classes are stated, they are
    of standard size. Both are noted. Raises UnreadableFile.
    Source: docs/import.md (schools).
    """
    layer = read_layer(path, working_epsg=ground.working_epsg, findings=findings)
    places = match_columns(layer.headers, SCHOOL_COLUMNS, findings)
    if "stage" not in places and stage is None:
        findings.add("column_missing", 1, "学段 / stage")
    if "name" not in places:
        findings.add("name_missing")
    columns = {column.name: column for column in SCHOOL_COLUMNS}
    rows = [Row(number, cells, places, columns, layer.headers, findings) for number, cells in layer.rows]
    codes = [row.text("school_id") for row in rows]  # told also of a layer that is stopped below
    if not codes:
        findings.add("file_empty")
    shapes = place_shapes(layer, declared, ground, findings) if rows else None
    if shapes is None:
        return ()
    placed = ~shapely.is_missing(shapes)
    rows = [row for row, is_placed in zip(rows, placed, strict=True) if is_placed]
    metres = shapely.centroid(shapes[placed])
    degrees = to_degrees(metres, ground)
    finder = _UnitFinder(units)
    schools = tuple(
        _school(row, finder.unit_of(row, point), degree, stage)
        for row, point, degree in zip(rows, metres, degrees, strict=True)
    )
    _compare(rows, schools)
    _note_same_places(rows, metres)
    return tuple(school for row, school in zip(rows, schools, strict=True) if not row.is_bad)


def _school(row: Row, unit_code: str, point: shapely.Point, stage: str | None) -> SchoolRow:
    its_stage = row.text("stage") or stage or ""
    if row.has("stage") and not its_stage:
        row.note("cell_empty", "stage")
    seats = row.integer("seats") or 0
    intake, classes = row.integer("planned_intake"), row.integer("classes")
    if intake is None:
        intake = seats // GRADES.get(its_stage, 1)
        row.note("intake_computed", value=str(intake))
    elif intake > seats:
        row.note("intake_above_capacity", "planned_intake", f"{intake} > {seats}")
    if classes is None:
        classes = -(-intake // STANDARD_CLASS.get(its_stage, LARGEST_CLASS))
    if intake > classes * LARGEST_CLASS:
        row.note("large_class", "planned_intake", f"{intake} / {classes}")
    return SchoolRow(
        code=row.text("school_id"),
        name=row.text("name") or row.text("school_id"),
        stage=its_stage,
        ownership=row.text("ownership") or "public",
        address=row.text("address"),
        unit_code=unit_code,
        point=point,
        capacity=seats,
        planned_intake=intake,
        classes=classes,
        group_code=row.text("group_code"),
        feeds=row.codes("feeds"),
    )


class _UnitFinder:
    """Finds the unit of a school: the one stated, else the one it lies in."""

    def __init__(self, units: Mapping[str, shapely.Geometry]) -> None:
        self._codes = sorted(units)
        self._units = units
        self._tree = shapely.STRtree([units[code] for code in self._codes])
        self._are_areas = any(shapely.get_dimensions(unit) == 2 for unit in units.values())

    def unit_of(self, row: Row, point: shapely.Point) -> str:
        stated = row.text("unit_id")
        if stated and stated not in self._units:
            row.note("unit_unknown", "unit_id", stated)
            return ""
        if stated and self._are_areas and not shapely.intersects(self._units[stated], point):
            row.note("outside_its_unit", "unit_id", stated, place=point)
        return stated or self._unit_around(row, point)

    def _unit_around(self, row: Row, point: shapely.Point) -> str:
        around = self._tree.query(point, predicate="intersects") if self._are_areas else np.empty(0, np.intp)
        if not len(around):
            row.note("outside_every_unit", value=row.text("school_id"), place=point)
            return ""
        return self._codes[int(around.min())]


def _compare(rows: Sequence[Row], schools: Sequence[SchoolRow]) -> None:
    codes: set[str] = set()
    for row, school in zip(rows, schools, strict=True):
        if school.code and school.code in codes:
            row.note("value_twice", "school_id", school.code)
        codes.add(school.code)
    for row, school in zip(rows, schools, strict=True):
        for fed in school.feeds:
            if fed not in codes:
                row.note("feeder_unknown", "feeds", fed)


def _note_same_places(rows: Sequence[Row], points: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> None:
    first: dict[tuple[int, int, str], Row] = {}
    for row, point in zip(rows, points, strict=True):
        there = first.setdefault((round(point.x), round(point.y), row.text("stage")), row)
        if there is not row:
            value = f"{there.text('school_id')}, {row.text('school_id')}"
            row.note("same_place", value=value, place=point)
