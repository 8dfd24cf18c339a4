"""Files that strangers might hand in, made small and on the spot."""

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import shapely
import xlsxwriter

from tests.services import geo_world as world


def zip_bomb(folder: Path) -> Path:
    """An XLSX that would unpack to 300 MB from 300 KB."""
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (300 << 20))
    return path


def many_members(folder: Path) -> Path:
    """An archive of 10,001 empty files."""
    path = folder / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}.txt", b"")
    return path


def climbing_name(folder: Path) -> Path:
    """An archive with a layer whose name climbs out of it."""
    path = folder / "climbing.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../units.geojson", json.dumps({"type": "FeatureCollection", "features": []}))
    return path


def absolute_name(folder: Path) -> Path:
    """An archive with an absolute name."""
    path = folder / "absolute.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("/etc/units.geojson", b"{}")
    return path


def billion_laughs(folder: Path) -> Path:
    """A KML whose entities multiply."""
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    path = folder / "laughs.kml"
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY e0 "ha">{entities}]>'
        "<kml><Placemark><name>&e9;</name></Placemark></kml>",
        encoding="utf-8",
    )
    return path


def late_entity(folder: Path) -> Path:
    """A KML with an entity behind the first part that is looked at, across the border of two parts."""
    path = folder / "late.kml"
    filling = b"<!--" + b" " * ((1 << 16) - 30) + b"-->"
    path.write_bytes(
        b"<?xml version='1.0'?><kml>" + filling + b"<!ENTITY x SYSTEM 'file:///etc/passwd'></kml>"
    )
    return path


def other_tongue(folder: Path) -> Path:
    """A KML that is a GDAL virtual file, which would open any other file."""
    path = folder / "virtual.kml"
    path.write_text(
        "<OGRVRTDataSource><OGRVRTLayer name='passwd'><SrcDataSource>/etc/passwd</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )
    return path


def many_vertices(folder: Path) -> Path:
    """A line of 10^7 vertices."""
    path = folder / "vertices.fgb"
    points = np.stack([np.linspace(0, 1, 10_000_000), np.zeros(10_000_000)], axis=1)
    line = shapely.to_wkb(np.array([shapely.linestrings(points)], dtype=object))
    pyogrio.raw.write(  # type: ignore[no-untyped-call]
        path,
        line,
        [np.array(["A"], dtype=object)],
        ["unit_id"],
        geometry_type="LineString",
        crs="EPSG:4326",
        driver="FlatGeobuf",
    )
    return path


def deep_geojson(folder: Path) -> Path:
    """A GeoJSON nested 100,000 deep."""
    path = folder / "deep.geojson"
    path.write_text('{"type":"FeatureCollection","features":' + "[" * 100_000 + "]" * 100_000 + "}")
    return path


def deep_collection(folder: Path) -> Path:
    """A geometry collection in a collection, 5,000 times."""
    shape = '{"type":"Point","coordinates":[102.0,40.4]}'
    for _ in range(5_000):
        shape = f'{{"type":"GeometryCollection","geometries":[{shape}]}}'
    path = folder / "collections.geojson"
    feature = f'{{"type":"Feature","properties":{{"unit_id":"A"}},"geometry":{shape}}}'
    path.write_text(f'{{"type":"FeatureCollection","features":[{feature}]}}')
    return path


def not_a_number(folder: Path) -> Path:
    """A table with a coordinate that is no number."""
    path = folder / "nan.csv"
    path.write_text(
        "单元编号,横坐标,纵坐标\nA,nan,4480000\nB,500000,inf\nC,500000,4480000\n", encoding="utf-8"
    )
    return path


def nan_in_layer(folder: Path) -> Path:
    """A layer whose polygon has a corner nowhere."""
    good = shapely.from_geojson(json.dumps(world.square(0, 0)))
    points = shapely.get_coordinates(good)
    points[2] = np.nan, np.inf
    with np.errstate(invalid="ignore"):
        shapes = shapely.to_wkb(np.array([shapely.polygons(shapely.linearrings(points))], dtype=object))
    path = folder / "nan.gpkg"
    pyogrio.raw.write(  # type: ignore[no-untyped-call]
        path,
        shapes,
        [np.array(["A"], dtype=object)],
        ["unit_id"],
        geometry_type="Polygon",
        crs="EPSG:4326",
        driver="GPKG",
    )
    return path


def huge_cell(folder: Path) -> Path:
    """A table with a cell of 2 MiB."""
    path = folder / "cell.csv"
    path.write_text(f"单元编号,名称\nA,{'x' * (2 << 20)}\n", encoding="utf-8")
    return path


def long_cell(folder: Path) -> Path:
    """A table with a name of 5,000 letters."""
    path = folder / "long.csv"
    path.write_text(f"单元编号,名称,横坐标,纵坐标\nA,{'x' * 5000},500000,4480000\n", encoding="utf-8")
    return path


def wide_table(folder: Path) -> Path:
    """A table of 100,000 columns."""
    path = folder / "wide.csv"
    path.write_text(",".join(f"c{i}" for i in range(100_000)) + "\n", encoding="utf-8")
    return path


def workbook_named_csv(folder: Path) -> Path:
    """An XLSX that calls itself CSV."""
    inner = folder / "inner.xlsx"
    with xlsxwriter.Workbook(str(inner)) as book:
        book.add_worksheet().write_string(0, 0, "单元编号")
    return inner.rename(folder / "units.csv")


def text_named_workbook(folder: Path) -> Path:
    """A CSV that calls itself XLSX."""
    path = folder / "units.xlsx"
    path.write_text("单元编号\nA\n", encoding="utf-8")
    return path


def cut_workbook(folder: Path) -> Path:
    """The first half of an XLSX."""
    whole = folder / "whole.xlsx"
    with xlsxwriter.Workbook(str(whole)) as book:
        sheet = book.add_worksheet()
        for row in range(2000):
            sheet.write_string(row, 0, f"{row * 7919}")
    path = folder / "cut.xlsx"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return path


def cut_package(folder: Path) -> Path:
    """A GeoPackage of which little is left."""
    path = folder / "cut.gpkg"
    path.write_bytes(b"SQLite format 3\0" + bytes(2000))
    return path


def cut_geojson(folder: Path) -> Path:
    """A GeoJSON that ends in the middle."""
    path = world.write_features(folder / "whole.geojson", world.blocks())
    cut = folder / "cut.geojson"
    cut.write_bytes(path.read_bytes()[:-60])
    return cut


def cut_csv(folder: Path) -> Path:
    """A table that ends within quotes."""
    path = folder / "cut.csv"
    path.write_text('单元编号,名称\nA,"锦绣', encoding="utf-8")
    return path


def lying_shapefile(folder: Path) -> Path:
    """An archive with a shapefile that says it is 4 GB long."""
    head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 0x7FFFFFFF) + struct.pack("<2i8d", 1000, 5, *[0.0] * 8)
    path = folder / "lying.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("units.shp", head + struct.pack(">2i", 1, 0x7FFFFFF0))
        archive.writestr("units.shx", head)
        archive.writestr("units.dbf", _empty_attributes())
    return path


def _empty_attributes() -> bytes:
    """A dBase table with one column and no row."""
    head = struct.pack("<4BIHH20x", 3, 126, 1, 1, 0, 65, 11)
    return head + b"unit_id".ljust(11, b"\0") + b"C" + bytes(4) + bytes([10]) + bytes(15) + b"\r\x1a"


def binary_named_text(folder: Path) -> Path:
    """Bytes that are no text."""
    path = folder / "units.csv"
    path.write_bytes(bytes(range(256)) * 20)
    return path


# What each ends in, as the importer of units reads it.
HOSTILE: tuple[tuple[Callable[[Path], Path], str], ...] = (
    (zip_bomb, "archive_bomb"),
    (many_members, "archive_bomb"),
    (climbing_name, "archive_path"),
    (absolute_name, "archive_path"),
    (billion_laughs, "xml_entities"),
    (late_entity, "xml_entities"),
    (other_tongue, "file_of_another_kind"),
    (many_vertices, "too_many_vertices"),
    (deep_geojson, "file_unreadable"),
    (deep_collection, "file_unreadable"),
    (not_a_number, "coordinate_not_finite"),
    (nan_in_layer, "coordinate_not_finite"),
    (huge_cell, "file_unreadable"),
    (long_cell, "cell_too_long"),
    (wide_table, "file_unreadable"),
    (workbook_named_csv, "file_of_another_kind"),
    (text_named_workbook, "file_of_another_kind"),
    (binary_named_text, "file_of_another_kind"),
    (cut_workbook, "file_unreadable"),
    (cut_package, "file_unreadable"),
    (cut_geojson, "file_unreadable"),
    (cut_csv, "file_unreadable"),
    (lying_shapefile, "file_unreadable"),
)
