"""The smallest county that tests of geo_data need: four square blocks, two schools, two households."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from geo_data.models import District
from geo_data.services.census import import_children
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.districts import ensure_district
from geo_data.services.import_schools import import_schools
from geo_data.services.import_units import import_units
from geo_data.tables.projecting import unproject

CODE = "990102"
EPSG = 4543
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
EAST, NORTH = 500_000.0, 4_480_000.0
ORIGIN = Origin(office="test office", vintage_on=date(2026, 3, 1))
CHILDREN_HEADER = "户编号,单元编号,住址,联系电话,姓名,身份证号,出生日期,性别,户籍类型,居住证签注日期,自报项"


def district() -> District:
    """The district without data."""
    return ensure_district(actor=None, now=NOW, code=CODE, name="测试县", working_crs=EPSG)


def square(x: float, y: float, side: float = 100.0) -> dict[str, Any]:
    """A GeoJSON polygon in degrees, its corner at metres x, y from the origin."""
    corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    longitude, latitude = unproject(
        [EAST + a for a, _ in corners], [NORTH + b for _, b in corners], epsg=EPSG
    )
    return {"type": "Polygon", "coordinates": [list(zip(longitude.tolist(), latitude.tolist(), strict=True))]}


def feature(code: str, shape: dict[str, Any], **properties: object) -> dict[str, Any]:
    """A GeoJSON feature of a unit."""
    return {"type": "Feature", "properties": {"unit_id": code, **properties}, "geometry": shape}


def write_features(path: Path, features: list[dict[str, Any]]) -> Path:
    """Write a GeoJSON file."""
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def blocks() -> list[dict[str, Any]]:
    """Four blocks in a square; A adjoins B and C, D touches A in a corner only."""
    names = {"A": "锦绣花园", "B": "锦绣花园二期", "C": "东柳庄村", "D": "阳光家园"}
    places = {"A": (0, 0), "B": (100, 0), "C": (0, 100), "D": (100, 100)}
    return [feature(code, square(*places[code]), name=names[code], children=10) for code in places]


def with_units(folder: Path) -> ImportResult:
    """Import the four blocks."""
    path = write_features(folder / "units.geojson", blocks())
    return import_units(actor=None, now=NOW, district_code=CODE, path=path, origin=ORIGIN)


def schools_file(folder: Path, *rows: str) -> Path:
    """Write a file of schools, x_m and y_m from the origin."""
    path = folder / "schools.csv"
    header = "学校编号,学校名称,学段,办学性质,所在单元,学位数,招生计划,起始年级班数,横坐标,纵坐标"
    path.write_text("\n".join((header, *rows)), encoding="utf-8")
    return path


def with_schools(folder: Path) -> ImportResult:
    """Import a public primary school in A and a private one in D."""
    path = schools_file(
        folder,
        f"P1,第一小学,小学,公办,A,270,45,1,{EAST + 50},{NORTH + 50}",
        f"P2,第二小学,小学,民办,,270,45,1,{EAST + 150},{NORTH + 150}",
    )
    return import_schools(actor=None, now=NOW, district_code=CODE, path=path, origin=ORIGIN)


def children_file(
    folder: Path, *rows: str, header: str = CHILDREN_HEADER, encoding: str = "utf-8-sig"
) -> Path:
    """Write a census file."""
    path = folder / "children.csv"
    path.write_text("\n".join((header, *rows)), encoding=encoding)
    return path


# No code of GB/T 2260 begins with 99; the check digits are right.
GIRL = "H1,A,1号楼101室,10000000001,甲子涵,990102202001010028,2020-01-01,女,家庭户,2024-03-15;2025-03-15,户籍类型"
BOY = "H1,A,1号楼101室,10000000001,甲子轩,990102201805050012,2018-05-05,男,家庭户,,"
OTHER = "H2,B,,,乙一一,990102202008310023,2020-08-31,女,集体户,,"


def with_children(folder: Path) -> ImportResult:
    """Import three children of two households."""
    path = children_file(folder, GIRL, BOY, OTHER)
    return import_children(actor=None, now=NOW, district_code=CODE, path=path, origin=ORIGIN)
