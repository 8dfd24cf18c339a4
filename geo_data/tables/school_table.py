"""The file of schools, checked: one row a school and stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import shapely

from geo_data.tables.columns import CellKind, Column
from geo_data.tables.findings import Findings
from geo_data.tables.layers import PLACE_COLUMNS, columns_of, read_layer
from geo_data.tables.placing import Ground, layer_shift, place_shapes, to_degrees
from geo_data.tables.rows import Row, Table
from geo_data.tables.school_sites import note_relations, note_same_places
from geo_data.tables.shift import note_shift
from geo_data.tables.systems import System

STAGES = {"小学": "primary", "初中": "junior"}
OWNERSHIPS = {"公办": "public", "民办": "private"}
SITES = {"本部": "main", "校区": "campus", "教学点": "teaching_point"}
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
    Column("site", "校址类别", CellKind.CHOICE, choices=SITES, aliases=("校区类别",)),
    Column("main_school", "本部学校编号", aliases=("所属学校编号", "主校编号"), most=40),
    Column("seats", "学位数", CellKind.INTEGER, required=True, aliases=("capacity", "学位总数"), most=SEATS),
    Column("enrolled", "在校生数", CellKind.INTEGER, aliases=("在校学生数",), most=SEATS),
    Column("planned_intake", "招生计划", CellKind.INTEGER, aliases=("计划招生数",), most=SEATS),
    Column("classes", "起始年级班数", CellKind.INTEGER, aliases=("招生班数",), most=SEATS),
    Column("purchased_places", "政府购买学位数", CellKind.INTEGER, aliases=("购买学位数",), most=SEATS),
    Column("boarding", "寄宿制", CellKind.FLAG, aliases=("是否寄宿",)),
    Column("boarding_beds", "寄宿床位数", CellKind.INTEGER, aliases=("床位数",), most=SEATS),
    Column("bus_lines", "校车线路", CellKind.CODES, most=40),
    Column("nine_year_code", "九年一贯编号", aliases=("一贯制学校编号",), most=40),
    Column("group_code", "集团编号", aliases=("集团或九年一贯编号", "教育集团编号"), most=40),
    Column("feeds", "对口升入学校", CellKind.CODES, aliases=("对口初中",), most=40),
    *PLACE_COLUMNS,
)
GRADES = {"primary": 6, "junior": 3}
STANDARD_CLASS = {"primary": 45, "junior": 50}
LARGEST_CLASS = 55
NEAREST_UNIT_M = 1000.0  # farther from every point a school lies in no unit


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A checked site of a school in one stage; `point` is in EPSG:4326.

    capacity, enrolled -- of all grades of the stage; enrolled None where the file does not say
    planned_intake     -- of the entry grade in the coming round
    purchased_places   -- how many of these the government buys in a private school
    site, main_code    -- main, campus or teaching_point; the last two name the school that runs them
    nine_year_code     -- shared by the primary and the junior row of one school
    """

    code: str
    name: str
    stage: str
    ownership: str
    address: str
    unit_code: str
    point: shapely.Point
    site: str
    main_code: str
    capacity: int
    enrolled: int | None
    planned_intake: int
    classes: int
    purchased_places: int
    boarding: bool
    boarding_beds: int
    bus_lines: tuple[str, ...]
    nine_year_code: str
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
    places = columns_of(layer, SCHOOL_COLUMNS, findings)
    if "stage" not in places and stage is None:
        findings.add("column_missing", 1, "学段 / stage")
    if "name" not in places:
        findings.add("name_missing")
    table = Table(SCHOOL_COLUMNS, layer.headers, places, findings)
    rows = [table.row(number, cells) for number, cells in layer.rows]
    codes = [row.text("school_id") for row in rows]  # told also of a layer that is stopped below
    if not codes:
        findings.add("file_empty")
    shapes = place_shapes(layer, declared, ground, findings) if rows else None
    if shapes is None:
        return ()
    placed = ~shapely.is_missing(shapes)
    rows = [row for row, is_placed in zip(rows, placed, strict=True) if is_placed]
    metres = shapely.centroid(shapes[placed])
    codes, names = ([row.text(name) for row in rows] for name in ("school_id", "name"))
    shift = layer_shift(codes, names, metres, layer, declared, ground)
    note_shift(shift, findings, is_accepted=ground.accept_offset)
    degrees = to_degrees(metres, ground)
    finder = _UnitFinder(units)
    schools = tuple(
        _school(row, finder.unit_of(row, point), degree, stage)
        for row, point, degree in zip(rows, metres, degrees, strict=True)
    )
    note_relations(rows, schools)
    note_same_places(rows, metres)
    return tuple(school for row, school in zip(rows, schools, strict=True) if not row.is_bad)


def _school(row: Row, unit_code: str, point: shapely.Point, stage: str | None) -> SchoolRow:
    its_stage = row.text("stage") or stage or ""
    if row.has("stage") and not its_stage and not row.is_refused("stage"):
        row.note("cell_empty", "stage")
    ownership = row.text("ownership") or "public"
    seats, enrolled = row.integer("seats"), row.integer("enrolled")
    if seats is not None and enrolled is not None and enrolled > seats:
        row.note("seats_below_enrolled", "enrolled", f"{enrolled} > {seats}")
    intake, classes = _intake(row, its_stage, seats)
    boarding, beds = _boarding(row)
    return SchoolRow(
        code=row.text("school_id"),
        name=row.text("name") or row.text("school_id"),
        stage=its_stage,
        ownership=ownership,
        address=row.text("address"),
        unit_code=unit_code,
        point=point,
        site=row.text("site") or "main",
        main_code=row.text("main_school"),
        capacity=seats or 0,
        enrolled=enrolled,
        planned_intake=intake or 0,
        classes=classes,
        purchased_places=_purchased(row, ownership, intake),
        boarding=boarding,
        boarding_beds=beds,
        bus_lines=row.codes("bus_lines"),
        nine_year_code=row.text("nine_year_code"),
        group_code=row.text("group_code"),
        feeds=row.codes("feeds"),
    )


def _intake(row: Row, stage: str, seats: int | None) -> tuple[int | None, int]:
    """Return the planned intake of the entry grade and its classes, computed and noted where not stated.

    What could not be read is compared with nothing, and nothing is computed from it: it has a finding of its own. The
    intake is None then.
    """
    intake, classes = row.integer("planned_intake"), row.integer("classes")
    if intake is not None and seats is not None and intake > seats:
        row.note("intake_above_capacity", "planned_intake", f"{intake} > {seats}")
    if intake is None and seats is not None and not row.is_refused("planned_intake"):
        intake = seats // GRADES.get(stage, 1)
        row.note("intake_computed", value=str(intake))
    if intake is None or row.is_refused("classes"):
        return intake, classes or 0
    if classes is None:
        classes = -(-intake // STANDARD_CLASS.get(stage, LARGEST_CLASS))
    if intake > classes * LARGEST_CLASS:
        row.note("large_class", "planned_intake", f"{intake} / {classes}")
    return intake, classes


def _purchased(row: Row, ownership: str, intake: int | None) -> int:
    places = row.integer("purchased_places") or 0
    if places and ownership == "public":
        row.note("purchased_in_public", "purchased_places", str(places))
    elif intake is not None and places > intake:
        row.note("purchased_above_intake", "purchased_places", f"{places} > {intake}")
    return places


def _boarding(row: Row) -> tuple[bool, int]:
    boarding, beds = row.value("boarding") is True, row.integer("boarding_beds")
    if beds and not boarding:
        row.note("beds_without_boarding", "boarding_beds", str(beds))
    if boarding and beds == 0:
        row.note("boarding_without_beds", "boarding_beds", "0")
    return boarding, beds or 0


class _UnitFinder:
    """Finds the unit of a school: the one stated, else the one it lies in, of units that are points the nearest."""

    def __init__(self, units: Mapping[str, shapely.Geometry]) -> None:
        self._codes = sorted(units)
        self._units = units
        self._tree = shapely.STRtree([units[code] for code in self._codes])
        self._are_areas = any(shapely.get_dimensions(unit) == 2 for unit in units.values())

    def unit_of(self, row: Row, point: shapely.Point) -> str:
        stated = row.text("unit_id")
        if stated and stated not in self._units:
            row.note_unknown("unit_unknown", "unit_id", stated, self._units)
            return ""
        if stated and self._are_areas and not shapely.intersects(self._units[stated], point):
            row.note("outside_its_unit", "unit_id", stated, place=point)
        return stated or self._unit_around(row, point)

    def _unit_around(self, row: Row, point: shapely.Point) -> str:
        if self._are_areas:
            around = self._tree.query(point, predicate="intersects")
        else:
            around = self._tree.query_nearest(point, max_distance=NEAREST_UNIT_M)
        if not len(around):
            row.note("outside_every_unit", value=row.text("school_id"), place=point)
            return ""
        code = self._codes[int(around.min())]
        if not self._are_areas:
            metres = float(shapely.distance(self._units[code], point))
            row.note("unit_nearest", value=f"{row.text('school_id')} → {code}: {metres:.0f} m", place=point)
        return code
