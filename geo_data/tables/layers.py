"""Map layers and tables with coordinates, read alike: rows of cells, each with a shape or None."""

import zipfile
import zlib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

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

from geo_data.tables.cells import Row, Table
from geo_data.tables.columns import CellKind, Column, match_columns
from geo_data.tables.findings import FIRST_DATA_ROW, Findings
from geo_data.tables.formats import check_format, check_member
from geo_data.tables.reading import (
    ENCODING_SAMPLE,
    SPREADSHEETS,
    TEXTS,
    Cells,
    Sheet,
    UnreadableFile,
    detect_encoding,
    open_sheet,
)
from geo_data.tables.systems import WGS84, Shapes, System, UnknownSystem, parse_system

PYOGRIO_FAULTS = (CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)
NAMES_OF_KML = frozenset({"Name", "name", "description", "Description"})
OF_KML = frozenset(
    {
        *("id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility"),
        *("drawOrder", "icon", "snippet"),
    }
)
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
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[int, Cells], ...]
    shapes: Shapes
    system: System | None


def read_layer(path: Path, *, working_epsg: int, findings: Findings) -> Layer:
    """Return the rows and places of a map layer, or of a table with coordinates.

    Columns lon and lat mean WGS-84 and x_m and y_m the working system, unless the officer declares another.
    Raises UnreadableFile.
    """
    suffix = path.suffix.casefold()
    if suffix in TEXTS | SPREADSHEETS:
        return _read_table(path, working_epsg, findings)
    if suffix in LAYERS:
        return _read_map_layer(path)
    raise UnreadableFile(f"{suffix or path.name}: this kind of file is not read")


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
            source, encoding=encoding, force_2d=True, max_features=most
        )
        geometries = None if shapes is None else _decoded(shapes)
    except UnreadableFile:  # a ValueError too, but it has said already what is wrong
        raise
    except (*PYOGRIO_FAULTS, shapely.GEOSException, UnicodeDecodeError, ValueError) as fault:
        raise UnreadableFile(_without_folder(str(fault), path)) from fault
    headers, cells = _own_columns(tuple(meta["fields"]), [_plain_cells(field) for field in fields], source)
    rows = tuple((number, row) for number, row in enumerate(zip(*cells, strict=True), start=FIRST_DATA_ROW))
    if geometries is None:
        geometries = np.full(len(rows), None, dtype=object)
    return Layer(headers, rows, geometries, _system_of(meta.get("crs")))


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
    if path.suffix.casefold() == ".shp" and not path.with_suffix(".cpg").exists():
        table = path.with_suffix(".dbf")
        return str(path), _encoding_of(table.read_bytes()) if table.exists() else None
    return str(path), None


def _zipped_source(path: Path) -> tuple[str, str | None]:
    """Return the one layer of an archive, in whatever folder of it; nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            layers = [name for name in names if Path(name).suffix.casefold() in LAYERS - {".zip"}]
            if len(layers) != 1:
                raise UnreadableFile(f"{path.name}: an archive must hold one map layer, not {len(layers)}")
            check_member(archive, layers[0])
            inside = f"/vsizip/{{{path.resolve()}}}/{layers[0]}"
            companions = {Path(name).suffix.casefold(): name for name in names}
            if ".dbf" not in companions or ".cpg" in companions:
                return inside, None
            with archive.open(companions[".dbf"]) as table:
                return inside, _encoding_of(table.read(ENCODING_SAMPLE))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as fault:
        raise UnreadableFile(str(fault)) from fault


def _encoding_of(sample: bytes) -> str:
    length = int.from_bytes(sample[8:10], "little")  # of the head of a dBase table, which is not text
    return "gb18030" if detect_encoding(sample[length:]) == "gb18030" else "utf-8"


def _system_of(crs: str | None) -> System | None:
    try:
        return parse_system(crs) if crs else None
    except UnknownSystem:
        return None


def _read_table(path: Path, working_epsg: int, findings: Findings) -> Layer:
    sheet = open_sheet(path)
    places = match_columns(sheet.headers, PLACE_COLUMNS, findings.apart())
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
    return Layer(sheet.headers, tuple(rows), holder, WGS84 if degrees else metric)


def _shape_of(row: Row) -> shapely.Geometry | None:
    if row.text("wkt"):
        return _shape_of_text(row)
    across, up = ("lon", "lat") if row.has("lon") else ("x_m", "y_m")
    x, y = row.number_of(across), row.number_of(up)
    return None if x is None or y is None else shapely.Point(x, y)


def _shape_of_text(row: Row) -> shapely.Geometry | None:
    text = row.text("wkt")
    try:
        return shapely.force_2d(shapely.from_wkt(text))
    except shapely.GEOSException:
        row.note("cell_malformed", "wkt", text[:40])
        return None
