"""The address register, checked: one row an address, which is a building, a door of a road, or a village."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely

from common.comparing import of_one_width
from geo_data.tables.columns import CellKind, Column
from geo_data.tables.findings import Findings
from geo_data.tables.layers import PLACE_COLUMNS, Layer, columns_of, read_layer
from geo_data.tables.placing import Ground, layer_shift, place_shapes, to_degrees
from geo_data.tables.rows import Row, Table
from geo_data.tables.shift import Shift, note_shift
from geo_data.tables.systems import Shapes, System

DWELLINGS = 100_000
NAME_LETTERS = 100
LIST_SEPARATORS = re.compile(r"\s*[;；、,，|\n]\s*")
ADDRESS_COLUMNS = (
    Column("address_id", "地址编号", aliases=("code", "编号", "地址代码", "标准地址编码"), most=60),
    Column("township", "乡镇街道", aliases=("乡镇", "街道办", "所属街道"), most=NAME_LETTERS),
    Column(
        "estate",
        "小区或村",
        aliases=("小区", "小区名称", "村", "村庄", "村名", "院落", "village"),
        most=NAME_LETTERS,
    ),
    Column("building", "楼栋", aliases=("栋", "幢", "楼号", "楼栋号", "组", "村组"), most=40),
    Column("road", "道路", aliases=("路名", "街路巷", "道路名称", "街巷", "street"), most=NAME_LETTERS),
    Column("door_number", "门牌号", aliases=("门牌", "门牌号码", "house_number", "number"), most=40),
    Column("unit_id", "单元编号", aliases=("所在单元", "划片单元", "unit_code"), most=40),
    Column("aliases", "别名", aliases=("俗称", "alias"), most=500),
    Column("old_names", "曾用名", aliases=("旧名", "原名", "老地名", "old_name"), most=500),
    Column("dwellings", "户数", CellKind.INTEGER, aliases=("住宅套数", "套数", "homes"), most=DWELLINGS),
    *PLACE_COLUMNS,
)
DASHED = re.compile(r"\s*(?P<first>\d{1,5})号?\s*[-–—]\s*(?P<second>\d{1,5})\s*号?\s*", re.ASCII)
Door = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Spelling:
    """How addresses are compared; the words of an address are another subject's, so its functions are given.

    name     -- one spelling of the name of an estate or road
    building -- one spelling of a building
    door     -- number and suffix of a door, None where there is none
    """

    name: Callable[[str], str]
    building: Callable[[str], str]
    door: Callable[[str], Door | None]


@dataclass(frozen=True, slots=True)
class AddressRow:
    """A checked address.

    row   -- as the spreadsheet counts
    number, suffix -- of the door; None and "" without one
    unit_code -- "" only where the point lies in no unit
    unit_by_point -- no unit was stated, and the point lies in one
    point -- in EPSG:4326, or None
    estate_text, road_text, building_key -- in their one spelling
    """

    row: int
    code: str
    township: str
    estate: str
    building: str
    road: str
    number: int | None
    suffix: str
    unit_code: str
    point: shapely.Point | None
    dwellings: int | None
    aliases: tuple[str, ...]
    old_names: tuple[str, ...]
    estate_text: str
    road_text: str
    building_key: str
    unit_by_point: bool = False


def read_addresses(
    path: Path,
    *,
    ground: Ground,
    declared: System | None,
    units: Mapping[str, shapely.Geometry],
    spelling: Spelling,
    findings: Findings,
) -> tuple[AddressRow, ...]:
    """Return the addresses of a file in its order; they may be stored only when `findings` does not refuse them.

    units -- areas by unit code in the working system (points where a unit has no area); `ground.known` are the same
             units: a layer that lies beside them as an undeclared GCJ-02 or BD-09 would is stopped
    The unit stated holds; without one it is the unit around the point, on a border the one with the smaller code.
    `code` is "" where the file has none. Raises UnreadableFile.
    Source: docs/addresses.md (the register).
    """
    layer = read_layer(path, working_epsg=ground.working_epsg, findings=findings)
    places = columns_of(layer, ADDRESS_COLUMNS, findings)
    if not {"estate", "road"} & set(places):
        findings.add("column_missing", 1, "小区或村 / estate, 道路 / road")
        return ()
    table = Table(ADDRESS_COLUMNS, layer.headers, places, findings)
    rows = [table.row(number, cells) for number, cells in layer.rows]
    for row in rows:
        row.text("address_id")  # told also of a layer that is stopped below
    if not rows:
        findings.add("file_empty")
        return ()
    points = _points(layer, declared, ground, findings)
    if points is None:
        return ()
    shift = _shift(rows, points, layer, declared, ground)
    note_shift(shift, findings, is_accepted=ground.accept_offset)
    if shift and not ground.accept_offset:
        return ()
    unit_codes = _unit_codes(rows, points, units)
    degrees = _in_degrees(points, ground)
    addresses = tuple(
        _address(row, unit_code, point, spelling)
        for row, unit_code, point in zip(rows, unit_codes, degrees, strict=True)
    )
    _compare(rows, addresses)
    return tuple(address for row, address in zip(rows, addresses, strict=True) if not row.is_bad)


def _points(layer: Layer, declared: System | None, ground: Ground, findings: Findings) -> Shapes | None:
    """Return the points in the working system, None for rows without; None for all when they are elsewhere."""
    placed = ~shapely.is_missing(layer.shapes)
    points = np.full(len(layer.rows), None, dtype=object)
    if not placed.any():
        return points
    rows = tuple(row for row, has in zip(layer.rows, placed, strict=True) if has)
    part = replace(layer, rows=rows, shapes=layer.shapes[placed])
    shapes = place_shapes(part, declared, ground, findings)
    if shapes is None:
        return None
    points[placed] = shapely.centroid(shapes)
    return points


def _shift(
    rows: Sequence[Row], points: Shapes, layer: Layer, declared: System | None, ground: Ground
) -> Shift | None:
    """Return how the layer is shifted: middles of the addresses of units, or estates, beside the known units."""
    grouped: dict[tuple[str, str], list[int]] = {}
    for i in map(int, np.flatnonzero(~shapely.is_missing(points))):
        unit = rows[i].text("unit_id")
        grouped.setdefault((unit, "" if unit else rows[i].text("estate")), []).append(i)
    middles = [shapely.centroid(shapely.multipoints(points[members])) for members in grouped.values()]
    if not middles:
        return None
    codes, names = zip(*grouped, strict=True)
    return layer_shift(codes, names, np.array(middles, dtype=object), layer, declared, ground)


def _in_degrees(points: Shapes, ground: Ground) -> Shapes:
    placed = ~shapely.is_missing(points)
    degrees = np.full(len(points), None, dtype=object)
    if placed.any():
        degrees[placed] = to_degrees(points[placed], ground)
    return degrees


def _unit_codes(rows: Sequence[Row], points: Shapes, units: Mapping[str, shapely.Geometry]) -> list[str]:
    codes = sorted(units)
    shapes = np.array([units[code] for code in codes], dtype=object)
    areas = shapely.get_dimensions(shapes) == 2
    around = _units_around(points, shapes, areas)
    found = []
    for row, point, here in zip(rows, points, around, strict=True):
        stated = row.text("unit_id")
        if stated and stated not in units:
            row.note_unknown("unit_unknown", "unit_id", stated, units)
        elif stated and point is not None and areas.any() and not _is_in(units[stated], point):
            row.note("address_outside_its_unit", "unit_id", stated)
        elif not stated and point is None:
            row.note("address_without_place")
        elif not stated and here < 0:
            row.note("address_outside_units")
        found.append(stated or (codes[here] if here >= 0 else ""))
    return found


def _units_around(
    points: Shapes, shapes: Shapes, areas: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> list[int]:
    """Return for every point the first unit that has it, -1 for none."""
    around = np.full(len(points), len(shapes), dtype=np.intp)
    tree = shapely.STRtree(
        np.array([s if area else None for s, area in zip(shapes, areas, strict=True)], dtype=object)
    )
    point, unit = tree.query(points, predicate="intersects")
    np.minimum.at(around, point, unit)
    around[around == len(shapes)] = -1
    return [int(place) for place in around]


def _is_in(unit: shapely.Geometry, point: shapely.Point) -> bool:
    return bool(shapely.get_dimensions(unit) < 2 or shapely.intersects(unit, point))


def _address(row: Row, unit_code: str, point: shapely.Point | None, spelling: Spelling) -> AddressRow:
    estate, road, building = row.text("estate"), row.text("road"), row.text("building")
    if not estate and not road:
        row.note("address_without_name")
    typed = row.text("door_number")
    door = spelling.door(typed) if typed else None
    if typed and door is None:
        row.note("door_number_malformed", "door_number", typed)
    elif typed and _looks_like_range(typed):
        row.note("door_number_range", "door_number", typed)
    if road and not (typed or estate or building):
        row.note("door_number_missing", "road", road)
    texts = (spelling.name(estate), spelling.name(road))
    return AddressRow(
        row=row.number,
        code=row.text("address_id"),
        township=row.text("township"),
        estate=estate,
        building=building,
        road=road,
        number=door[0] if door else None,
        suffix=door[1] if door else "",
        unit_code=unit_code,
        point=point,
        dwellings=row.integer("dwellings"),
        aliases=_names(row, "aliases", texts, spelling),
        old_names=_names(row, "old_names", texts, spelling),
        estate_text=texts[0],
        road_text=texts[1],
        building_key=spelling.building(building) if building else "",
        unit_by_point=bool(unit_code) and not row.text("unit_id"),
    )


def _looks_like_range(typed: str) -> bool:
    """Say whether a door number with a dash seems to mean several doors: the second number is larger by two or more."""
    found = DASHED.fullmatch(of_one_width(typed))
    return found is not None and int(found["second"]) >= int(found["first"]) + 2


def _names(row: Row, column: str, own: tuple[str, str], spelling: Spelling) -> tuple[str, ...]:
    names = [name for name in LIST_SEPARATORS.split(row.text(column)) if name]
    for name in names:
        if len(name) > NAME_LETTERS:
            row.note("cell_too_long", column, name)
        if spelling.name(name) in own:
            row.note("alias_is_its_name", column, name)
    return tuple(dict.fromkeys(names))


def _compare(rows: Sequence[Row], addresses: Sequence[AddressRow]) -> None:
    codes: dict[str, int] = {}  # -> the row in which it stands first
    same: dict[tuple[object, ...], int] = {}
    for row, address in zip(rows, addresses, strict=True):
        if address.code and codes.setdefault(address.code, row.number) != row.number:
            row.note("value_twice", "address_id", address.code, earlier=codes[address.code])
        words = words_of(address)
        if same.setdefault(words, row.number) != row.number:
            told = " ".join(str(word) for word in words if word)
            row.note("address_twice", value=told, earlier=same[words])


def words_of(address: AddressRow) -> tuple[object, ...]:
    """Return what makes an address the same as another: road, number, suffix, estate, building and township."""
    return (
        *(address.road_text, address.number or 0, address.suffix),
        *(address.estate_text, address.building_key, address.township),
    )
