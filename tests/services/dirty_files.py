"""Small files with the faults that other offices' files have, like those of Gongyi: metres of a Gauss-Krueger zone."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import shapely
import xlsxwriter
from geopandas.geodataframe import GeoDataFrame

EPSG = 4497  # CGCS2000, six-degree zone 19, as read in Gongyi
EAST, NORTH = 19_659_000.0, 3_847_000.0
SIDE = 400.0
Ring = Sequence[tuple[float, float]]


def villages() -> dict[str, shapely.Polygon]:
    """Six square villages, three in a row: V1 to V3 in the south, V4 to V6 in the north. All is well with them."""
    return {f"V{i + 1}": _square(i % 3 * SIDE, i // 3 * SIDE) for i in range(6)}


def dirty_villages() -> dict[str, shapely.Polygon]:
    """The same with two faults: V1's ring crosses itself, V2's north-eastern corner is half a millimetre short."""
    shapes = villages()
    loop: Ring = [(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE), (0, 210), (60, 190), (60, 210), (0, 190)]
    shapes["V1"] = _polygon(loop)
    shapes["V2"] = _polygon([(SIDE, 0), (2 * SIDE, 0), (2 * SIDE, SIDE - 0.0005), (SIDE, SIDE)])
    return shapes


def write_villages(
    path: Path, shapes: dict[str, shapely.Polygon], *, epsg: int | None = EPSG, header: str = "unit_id"
) -> Path:
    """Write a GeoPackage of villages; `epsg` is what the file says of itself."""
    frame = GeoDataFrame(
        {
            header: list(shapes),
            "名称": [f"第{number}村" for number in range(1, len(shapes) + 1)],
            "适龄儿童数": [10] * len(shapes),
        },
        geometry=list(shapes.values()),
        crs=epsg,
    )
    frame.to_file(path, driver="GPKG")
    return path


def write_geojson(path: Path, shapes: dict[str, shapely.Polygon]) -> Path:
    """Write a GeoJSON file whose numbers are taken as they are."""
    features: list[dict[str, Any]] = [
        {"type": "Feature", "properties": {"unit_id": code}, "geometry": shapely.geometry.mapping(shape)}
        for code, shape in shapes.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def write_sheet(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    """Write an XLSX sheet, the first row being the header."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def school_rows(*, header: str = "学位数", seats: Sequence[object] = (270, 270)) -> list[list[object]]:
    """Two primary schools, in V1 and V6; `header` is what the column of seats is called."""
    return [
        ["学校编号", "学校名称", "学段", header, "横坐标", "纵坐标"],
        ["S1", "第一小学", "小学", seats[0], EAST + 300, NORTH + 100],
        ["S2", "第二小学", "小学", seats[1], EAST + 1000, NORTH + 600],
    ]


def _square(x: float, y: float) -> shapely.Polygon:
    return _polygon([(x, y), (x + SIDE, y), (x + SIDE, y + SIDE), (x, y + SIDE)])


def _polygon(ring: Ring) -> shapely.Polygon:
    return shapely.Polygon([(EAST + x, NORTH + y) for x, y in ring])
