"""The street network: an extract of OpenStreetMap, or lines."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from geo_data.tables.columns import CellKind, Column
from geo_data.tables.findings import Findings
from geo_data.tables.guards import check_place, home_of
from geo_data.tables.layers import PLACE_COLUMNS, Layer, columns_of, read_layer
from geo_data.tables.osm_streets import read_osm_streets
from geo_data.tables.placing import Ground, as_axes_hold, note_no_system
from geo_data.tables.rows import Row, Table
from geo_data.tables.street_classes import StreetClass, class_of
from geo_data.tables.street_crossings import split_at_crossings
from geo_data.tables.street_fit import Marks, note_street_fit
from geo_data.tables.street_network import (
    EMPTY,
    BoolArray,
    IntArray,
    StreetTable,
    Way,
    network_of,
    note_street_islands,
    sound_ways,
)
from geo_data.tables.systems import WGS84, Shapes, System, change_system

STREET_COLUMNS = (
    Column("class", "道路等级", aliases=("道路类型", "类型", "等级", "highway", "fclass", "kind"), most=40),
    Column("name", "名称", aliases=("道路名称", "路名"), most=100),
    Column("bridge", "桥梁", CellKind.FLAG),
    Column("tunnel", "隧道", CellKind.FLAG, aliases=("地道",)),
    Column("layer", "层", CellKind.INTEGER, aliases=("层次",), least=-10, most=10),
    *(column for column in PLACE_COLUMNS if column.name == "wkt"),
)
OSM_SUFFIX = ".pbf"
PER_METRE = 10  # nodes of lines stand on a grid of 10 cm
SHIFT, MIDDLE = 2**28, 2**27


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines in metres and the rows they come from."""

    shapes: Shapes
    rows: tuple[Row, ...]
    classes: tuple[StreetClass, ...]


def read_streets(
    path: Path,
    *,
    ground: Ground,
    declared: System | None,
    findings: Findings,
    split_crossings: bool = False,
    marks: Marks = Marks(),  # noqa: B008 - frozen
) -> StreetTable:
    """Return the network of a file; it may be stored only when `findings` does not refuse it.

    split_crossings -- lines also meet where they cross without a common point, unless bridge, tunnel or layer differ
    marks -- points known to lie at streets: a network that lies beside them as another system would have it is stopped
    Raises UnreadableFile.
    Source: docs/streets.md (files).
    """
    if path.suffix.casefold() == OSM_SUFFIX:
        table, system = read_osm_streets(path, ground=ground, findings=findings), WGS84
    else:
        layer = read_layer(path, working_epsg=ground.working_epsg, findings=findings)
        table, system = _read_lines(layer, declared, ground, findings, split_crossings=split_crossings)
    if not findings.refuses and not len(table.edge_a):
        findings.add("file_empty")
    if not findings.refuses:
        note_street_fit(table, marks, system.name, ground, findings)
        note_street_islands(table, ground.working_epsg, findings)
    return table


def _read_lines(
    layer: Layer, declared: System | None, ground: Ground, findings: Findings, *, split_crossings: bool
) -> tuple[StreetTable, System]:
    system = declared or layer.system
    lines = _lines_at_home(layer, system, ground, findings)
    if system is None or lines is None or findings.refuses:
        return EMPTY, WGS84
    levels = _levels(lines.rows) if split_crossings else None
    shapes = lines.shapes if levels is None else split_at_crossings(lines.shapes, levels)
    vertices, owner = shapely.get_coordinates(shapes, return_index=True)
    grid = np.rint(vertices * PER_METRE).astype(np.int64)
    ids = grid[:, 0] * SHIFT + grid[:, 1] + MIDDLE
    starts = np.searchsorted(owner, np.arange(len(shapes) + 1))
    ways = [
        Way(
            row.number,
            row.text("name"),
            row.text("name"),
            kind is StreetClass.MAIN,
            tuple(ids[starts[i] : starts[i + 1]].tolist()),
        )
        for i, (row, kind) in enumerate(zip(lines.rows, lines.classes, strict=True))
    ]
    node_ids, first = np.unique(ids, return_index=True)
    nodes = (node_ids, grid[first, 0] / PER_METRE, grid[first, 1] / PER_METRE)
    return network_of(sound_ways(ways, findings), nodes), system


def _lines_at_home(layer: Layer, system: System | None, ground: Ground, findings: Findings) -> _Lines | None:
    """Return the lines that can be walked along and lie in the district, one for each part of a row's shape.

    When none lies in the district, the guard rails say which system would put them there.
    """
    places = columns_of(layer, STREET_COLUMNS, findings)
    table = Table(STREET_COLUMNS, layer.headers, places, findings)
    rows = [table.row(number, cells) for number, cells in layer.rows]
    kinds = {row.number: _class_of(row) for row in rows}  # told also of a layer that is stopped below
    if not rows:
        findings.add("file_empty")
    if system is None:
        note_no_system(layer, findings)
        return None
    usable = _usable(layer, rows, findings)
    if not usable.any():
        return None
    layer = as_axes_hold(layer, ground, findings)
    shapes = layer.shapes[usable]
    home = home_of(ground.working_epsg, ground.extent)
    inside = _at_home(shapes, system, shapely.box(home.west, home.south, home.east, home.north))
    if not inside.any():
        numbers = [row.number for row, kept in zip(rows, usable, strict=True) if kept]
        check_place(shapes, numbers, system, home, ground.working_epsg, findings)
        return None
    kept = np.flatnonzero(usable)
    for i in kept[~inside]:
        rows[i].note("street_outside", "name", rows[i].text("name"))
    parts, of = shapely.get_parts(
        change_system(shapes[inside], system, to_epsg=ground.working_epsg), return_index=True
    )
    owners = [rows[i] for i in kept[inside][of]]
    walked = np.array([kinds[row.number] is not StreetClass.CLOSED for row in owners], dtype=bool)
    owners = [row for row, is_walked in zip(owners, walked, strict=True) if is_walked]
    return _Lines(parts[walked], tuple(owners), tuple(kinds[row.number] for row in owners))


def _usable(layer: Layer, rows: list[Row], findings: Findings) -> BoolArray:
    """Return which rows have a line with finite coordinates; rows without a shape or with another one are noted."""
    points, owner = shapely.get_coordinates(layer.shapes, return_index=True)
    broken = np.zeros(len(rows), dtype=bool)
    broken[owner[~np.isfinite(points).all(axis=1)]] = True
    empty = shapely.is_missing(layer.shapes) | shapely.is_empty(layer.shapes)
    other = ~empty & ~broken & (shapely.get_dimensions(layer.shapes) != 1)
    for codes, found in (("coordinate_not_finite", broken), ("place_missing", empty), ("not_a_line", other)):
        for i in np.flatnonzero(found):
            findings.add(codes, rows[i].number)
    return np.asarray(~(empty | broken | other))


def _at_home(shapes: Shapes, system: System, home: shapely.Polygon) -> BoolArray:
    corners = shapely.get_coordinates(shapes)
    if system.is_geographic and np.abs(corners).max() > 180:  # degrees beyond any projection
        return np.zeros(len(shapes), dtype=bool)
    degrees = change_system(shapes, system, to_epsg=WGS84.epsg)
    return np.asarray(shapely.intersects(degrees, home))


def _class_of(row: Row) -> StreetClass:
    word = row.text("class")
    found = class_of(word) if word else StreetClass.MINOR
    if found is None:
        row.note("street_class_unknown", "class", word)
    return found or StreetClass.MINOR


def _levels(rows: tuple[Row, ...]) -> IntArray:
    found = [
        100 * bool(row.value("bridge")) + 1000 * bool(row.value("tunnel")) + (row.integer("layer") or 0)
        for row in rows
    ]
    return np.array(found, dtype=np.int64)
