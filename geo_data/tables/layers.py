"""Map layers and tables with coordinates, read alike: rows of cells, each with a shape or None."""

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import (
    CRSError,
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
)

from geo_data.tables.columns import CellKind, Column, Places, match_columns
from geo_data.tables.findings import FIRST_DATA_ROW, HEADER_ROW, Findings
from geo_data.tables.formats import check_format, check_member
from geo_data.tables.headers import find_columns, watched
from geo_data.tables.reading import (
    ENCODING_SAMPLE,
    NOTHING_AROUND,
    SPREADSHEETS,
    TEXTS,
    Cells,
    Sheet,
    Surroundings,
    UnreadableFile,
    detect_encoding,
    encoding_sample,
    open_sheet,
)
from geo_data.tables.rows import Row, Table
from geo_data.tables.systems import WGS84, Shapes, System, UnknownSystem, parse_system

PYOGRIO_FAULTS = (CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)
NAMES_OF_KML = frozenset({"Name", "name", "description", "Description"})
OF_KML = frozenset(
    {
        *("id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility"),
        *("drawOrder", "icon", "snippet"),
    }
)
HALF = "coordinate_half"
NOT_OF_OFFICERS = frozenset({"layer_styles", "qgis_projects"})  # tables that QGIS adds
PARTS = (".dbf", ".shx", ".cpg")  # of a shapefile, beside the shapes: attributes, index, encoding
NEEDED_PARTS = PARTS[:2]
HEAD_BYTES = 32  # of a dBase table
MOST_VERTICES = 5_000_000  # a county's 10,000 units have some hundred thousand
VERTEX_BYTES = 16
LAYERS = frozenset({".gpkg", ".geojson", ".json", ".shp", ".zip", ".kml", ".fgb"})

PLACE_COLUMNS = (
    Column("lon", "经度", CellKind.NUMBER, aliases=("longitude", "lng", "x_deg")),
    Column("lat", "纬度", CellKind.NUMBER, aliases=("latitude", "y_deg")),
    Column("x_m", "横坐标", CellKind.NUMBER, aliases=("x", "东坐标", "x坐标")),
    Column("y_m", "纵坐标", CellKind.NUMBER, aliases=("y", "北坐标", "y坐标")),
    Column("wkt", "图形", aliases=("geometry", "geom", "边界"), most=ENCODING_SAMPLE),
)


@dataclass(frozen=True, slots=True)
class Layer:
    """A file with places.

    rows    -- (row number as a spreadsheet shows it, cells in the order of `headers`)
    shapes  -- [n_rows] Shapely geometries in `system`, None where a row has no place
    system  -- what the file itself says about its coordinates, None when it says nothing
    around  -- of the headers of a table
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[int, Cells], ...]
    shapes: Shapes
    system: System | None
    around: Surroundings = NOTHING_AROUND


def read_layer(path: Path, *, working_epsg: int, findings: Findings) -> Layer:
    """Return the rows and places of a map layer, or of a table with coordinates.

    Columns lon and lat mean WGS-84 and x_m and y_m the working system, unless the officer declares another.
    Raises UnreadableFile.
    """
    suffix = path.suffix.casefold()
    if suffix in TEXTS | SPREADSHEETS:
        return _read_table(path, working_epsg, findings)
    if suffix in LAYERS:
        layer = _read_map_layer(path)
        _note_further_layers(path, findings)
        return layer
    raise UnreadableFile(f"{suffix or path.name}: this kind of file is not read")


def columns_of(layer: Layer, columns: Sequence[Column], findings: Findings) -> Places:
    """Return where the columns stand in a layer; what is not read of it is noted. Raises UnreadableFile.

    Source: docs/import.md (files).
    """
    places = find_columns(layer.headers, layer.around, columns, findings)
    for _row in watched(iter(layer.rows), layer.headers, findings):
        pass
    return places


def sheet_of_file(path: Path, *, working_epsg: int) -> Sheet:
    """Return a table, or the attributes of a map layer as one. Raises UnreadableFile."""
    if path.suffix.casefold() in TEXTS | SPREADSHEETS:
        return open_sheet(path)
    layer = read_layer(path, working_epsg=working_epsg, findings=Findings())
    return Sheet(layer.headers, iter(layer.rows))


def first_rows(path: Path, count: int, *, working_epsg: int) -> Sheet:
    """Return the first rows of a table, or the attributes of the first shapes of a map layer. Raises UnreadableFile."""
    if path.suffix.casefold() in LAYERS:
        layer = _read_map_layer(path, most=count)
        return Sheet(layer.headers, iter(layer.rows))
    sheet = sheet_of_file(path, working_epsg=working_epsg)
    return Sheet(sheet.headers, islice(sheet.rows, count))


def _read_map_layer(path: Path, *, most: int | None = None) -> Layer:
    check_format(path)
    source, encoding = _source(path)
    try:
        meta, _, shapes, fields = pyogrio.raw.read(  # type: ignore[no-untyped-call]
            source, layer=0, encoding=encoding, force_2d=True, max_features=most
        )
        geometries = None if shapes is None else _decoded(shapes)
    except UnreadableFile:  # a ValueError too, but it has said already what is wrong
        raise
    except (*PYOGRIO_FAULTS, shapely.GEOSException, UnicodeDecodeError, ValueError) as fault:
        raise UnreadableFile(_without_folder(str(fault), path)) from fault
    _check_whole(path, source, len(shapes) if shapes is not None else 0, most)
    headers, cells = _own_columns(tuple(meta["fields"]), [_plain_cells(field) for field in fields], source)
    rows = tuple((number, row) for number, row in enumerate(zip(*cells, strict=True), start=FIRST_DATA_ROW))
    if geometries is None:
        geometries = np.full(len(rows), None, dtype=object)
    return Layer(headers, rows, geometries, _system_of(meta.get("crs")))


def _check_whole(path: Path, source: str, read: int, most: int | None) -> None:
    """Refuse a FlatGeobuf file with fewer shapes than its head promises: cut, it would end in silence."""
    if not source.casefold().endswith(".fgb"):
        return
    promised = int(pyogrio.read_info(source)["features"])  # type: ignore[no-untyped-call]  # pyogrio has no types
    if read < min(promised, promised if most is None else most):
        raise UnreadableFile(f"{path.name}: {read} / {promised}")


def _note_further_layers(path: Path, findings: Findings) -> None:
    """Note layers after the first one that hold something: only the first is read."""
    source, _ = _source(path)
    try:
        listed = pyogrio.list_layers(source)  # type: ignore[no-untyped-call]  # pyogrio has no types
        names = [str(name) for name, _ in listed[1:] if name not in NOT_OF_OFFICERS]
        filled = [name for name in names if _count(source, name)]
    except PYOGRIO_FAULTS as fault:
        raise UnreadableFile(_without_folder(str(fault), path)) from fault
    if filled:
        findings.add("layers_not_read", value=", ".join(filled))


def _count(source: str, layer: str) -> int:
    told = pyogrio.read_info(source, layer=layer)  # type: ignore[no-untyped-call]  # pyogrio has no types
    return int(told["features"])


def _own_columns(
    headers: tuple[str, ...], columns: list[list[object]], source: str
) -> tuple[tuple[str, ...], list[list[object]]]:
    """Leave out what GDAL says of every KML beside the officer's columns; name and description where they are empty."""
    if not source.casefold().endswith(".kml"):
        return headers, columns
    kept = [
        (header, column)
        for header, column in zip(headers, columns, strict=True)
        if header not in OF_KML and (header not in NAMES_OF_KML or any(column))
    ]
    return tuple(header for header, _ in kept), [column for _, column in kept]


def _decoded(shapes: Shapes) -> Shapes:
    """Return the shapes of WKB, unless they are too many vertices; their bytes tell before they are decoded."""
    _check_vertices(sum(len(shape) for shape in shapes if shape is not None) // VERTEX_BYTES)
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are findings later
        return np.asarray(shapely.from_wkb(shapes), dtype=np.object_)


def _check_vertices(count: int) -> None:
    if count > MOST_VERTICES:
        raise UnreadableFile(f"{count} > {MOST_VERTICES}", "too_many_vertices")


def _without_folder(message: str, path: Path) -> str:
    """Return the message without where the file happens to lie."""
    return message.replace(str(path.resolve()), path.name).replace(str(path), path.name)


def _plain_cells(values: "np.ndarray[tuple[int], np.dtype[np.generic]]") -> list[object]:
    if np.issubdtype(values.dtype, np.datetime64):
        return [None if np.isnat(value) else str(value)[:10] for value in values]
    return list(values.tolist())


def _source(path: Path) -> tuple[str, str | None]:
    """Return what GDAL opens, and the encoding of a shapefile that does not state it."""
    if path.suffix.casefold() == ".zip":
        return _zipped_source(path)
    if path.suffix.casefold() != ".shp":
        return str(path), None
    parts = {part: path.with_suffix(part).name for part in PARTS if path.with_suffix(part).exists()}
    _check_parts(path.name, parts)
    if ".cpg" in parts:
        return str(path), None
    with path.with_suffix(".dbf").open("rb") as table:
        return str(path), _encoding_of(table)


def _zipped_source(path: Path) -> tuple[str, str | None]:
    """Return the one layer of an archive, in whatever folder of it; nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            names = [name for name in names if not _is_of_macos(name)]
            layers = [name for name in names if Path(name).suffix.casefold() in LAYERS - {".zip"}]
            if len(layers) != 1:
                raise UnreadableFile(f"{path.name}: an archive must hold one map layer, not {len(layers)}")
            check_member(archive, layers[0])
            inside = f"/vsizip/{{{path.resolve()}}}/{layers[0]}"
            if Path(layers[0]).suffix.casefold() != ".shp":
                return inside, None
            stem = layers[0].casefold().removesuffix(".shp")
            parts = {part: name for name in names for part in PARTS if name.casefold() == stem + part}
            _check_parts(layers[0], parts)
            if ".cpg" in parts:
                return inside, None
            with archive.open(parts[".dbf"]) as table:
                return inside, _encoding_of(table)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as fault:
        raise UnreadableFile(str(fault)) from fault


def _is_of_macos(name: str) -> bool:
    """Say whether macOS added this to an archive: what it keeps beside every file."""
    path = PurePosixPath(name.replace("\\", "/"))
    return "__MACOSX" in path.parts or path.name.startswith("._")


def _check_parts(name: str, parts: Mapping[str, str]) -> None:
    missing = [part for part in NEEDED_PARTS if part not in parts]
    if missing:
        raise UnreadableFile(f"{PurePosixPath(name).name}: {', '.join(missing)}", "shapefile_incomplete")


def _encoding_of(table: IO[bytes]) -> str:
    head = table.read(HEAD_BYTES)
    table.read(max(0, int.from_bytes(head[8:10], "little") - HEAD_BYTES))  # of a dBase table: no text
    return "gb18030" if detect_encoding(encoding_sample(table)) == "gb18030" else "utf-8"


def _system_of(crs: str | None) -> System | None:
    try:
        return parse_system(crs) if crs else None
    except UnknownSystem:
        return None


def _read_table(path: Path, working_epsg: int, findings: Findings) -> Layer:
    sheet = open_sheet(path)
    places = match_columns(sheet.headers, PLACE_COLUMNS, findings.apart())
    for pair in (("lon", "lat"), ("x_m", "y_m")):
        if len(half := [places[name] for name in pair if name in places]) == 1:
            findings.add(HALF, HEADER_ROW, sheet.headers[half[0]])
    table = Table(PLACE_COLUMNS, sheet.headers, places, findings)
    rows, shapes, vertices = [], [], 0
    for number, cells in sheet.rows:
        shape = _shape_of(table.row(number, cells))
        vertices += int(shapely.get_num_coordinates(shape))
        _check_vertices(vertices)
        rows.append((number, cells))
        shapes.append(shape)
    holder = np.empty(len(shapes), dtype=object)
    holder[:] = shapes
    degrees = "lon" in places and "lat" in places
    metric = System(f"EPSG:{working_epsg}", working_epsg) if "x_m" in places else None
    return Layer(sheet.headers, tuple(rows), holder, WGS84 if degrees else metric, sheet.around)


def _shape_of(row: Row) -> shapely.Geometry | None:
    if row.text("wkt"):
        return _shape_of_text(row)
    across, up = ("lon", "lat") if row.has("lon") else ("x_m", "y_m")
    x, y = row.number_of(across), row.number_of(up)
    if x is not None and y is not None:
        return shapely.Point(x, y)
    if (x is not None or y is not None) and row.has(across) and row.has(up) and not row.is_bad:
        row.note(HALF, across if x is None else up)
    return None


def _shape_of_text(row: Row) -> shapely.Geometry | None:
    text = row.text("wkt")
    try:
        return shapely.force_2d(shapely.from_wkt(text))
    except shapely.GEOSException:
        row.note("cell_malformed", "wkt", text[:40])
        return None
