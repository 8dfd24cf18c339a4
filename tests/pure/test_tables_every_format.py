"""Every stated format gives the same schools and the same units, and Chinese letters survive in each."""

import zipfile
from pathlib import Path

import pytest
import shapely
import xlsxwriter
from geopandas.geodataframe import GeoDataFrame

from geo_data.tables.findings import Findings
from geo_data.tables.layers import LAYERS, read_layer
from geo_data.tables.placing import Ground
from geo_data.tables.reading import SPREADSHEETS, TEXTS, UnreadableFile, open_sheet
from geo_data.tables.school_table import read_schools
from geo_data.tables.seat_table import SchoolFacts, SeatRow, read_seats
from geo_data.tables.unit_table import read_units
from tests.cases.spreadsheets import write_ods, write_xls

EPSG = 4543
UNITS = {"A": shapely.box(500_000, 4_480_000, 500_100, 4_480_100)}
ROWS: list[list[str | int]] = [
    ["学校编号", "学年", "年级", "学位数", "班数", "在校生数", "招生计划"],
    ["P1", 2026, 1, 45, 1, 44, 45],
    ["龘1", 2026, 2, 90, 2, 88, ""],
]
ENCODINGS = {"utf-8": "a.csv", "utf-8-sig": "b.csv", "gb18030": "c.csv", "utf-16": "d.csv"}


def _written(folder: Path, name: str) -> Path:
    path = folder / name
    if name.endswith(".xls"):
        write_xls(path, ROWS)
    elif name.endswith(".ods"):
        write_ods(path, ROWS)
    elif name.endswith((".xlsx", ".xlsm")):
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for i, row in enumerate(ROWS):
                sheet.write_row(i, 0, row)
    else:
        mark = {"csv": ",", "tsv": "\t", "txt": ";"}[name.rpartition(".")[2]]
        encoding = next((code for code, other in ENCODINGS.items() if other == name), "utf-8")
        path.write_text("\n".join(mark.join(map(str, row)) for row in ROWS), encoding=encoding)
    return path


@pytest.mark.parametrize("name", [*ENCODINGS.values(), "e.tsv", "f.txt", "g.xlsx", "h.xls", "i.ods"])
def test_every_kind_of_table_gives_the_same_seats(tmp_path: Path, name: str) -> None:
    findings = Findings()
    schools = {"P1": SchoolFacts("primary", 45), "龘1": SchoolFacts("primary", 90)}

    rows = read_seats(_written(tmp_path, name), schools=schools, coming_year=2026, findings=findings)

    assert rows == (
        SeatRow("P1", 2026, 1, 45, 1, 44, 45),
        SeatRow("龘1", 2026, 2, 90, 2, 88, None),
    )
    assert findings.counts() == {}


def test_the_tested_formats_are_those_that_are_offered() -> None:
    assert {".csv", ".tsv", ".txt"} == TEXTS
    assert {".xlsx", ".xls", ".ods", ".xlsm"} == SPREADSHEETS
    assert {".gpkg", ".geojson", ".json", ".shp", ".zip", ".kml", ".fgb"} == LAYERS


def _layer(folder: Path, name: str, frame: GeoDataFrame) -> Path:
    path = folder / name
    if name.endswith((".geojson", ".json", ".kml")):
        frame = frame.to_crs(4326)
    if name.endswith((".geojson", ".json")):
        frame.to_file(path, driver="GeoJSON", COORDINATE_PRECISION=12)
    elif name.endswith(".zip"):
        frame.to_file(folder / "层.shp", encoding="CP936")
        (folder / "层.cpg").unlink(missing_ok=True)
        with zipfile.ZipFile(path, "w") as archive:
            for suffix in ("shp", "shx", "dbf", "prj"):
                archive.write(folder / f"层.{suffix}", f"图层/层.{suffix}")
    elif name.endswith(".kml"):
        frame.to_file(path, driver="LIBKML")
    elif name.endswith(".shp"):
        frame.to_file(path, encoding="UTF-8")
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize("name", ["a.geojson", "b.json", "c.gpkg", "d.shp", "e.zip", "f.fgb", "g.kml"])
def test_every_kind_of_layer_gives_the_same_school(tmp_path: Path, name: str) -> None:
    # Short headers: a shapefile's have ten bytes, three Chinese letters in UTF-8.
    frame = GeoDataFrame(
        {"编号": ["P1"], "名称": ["第一小学"], "学段": ["小学"], "学位数": [270]},
        geometry=[shapely.Point(500_050, 4_480_050)],
        crs=EPSG,
    )
    findings = Findings()

    [school] = read_schools(
        _layer(tmp_path, name, frame),
        ground=Ground(EPSG),
        declared=None,
        units=UNITS,
        stage=None,
        findings=findings,
    )

    assert (school.code, school.name, school.stage, school.unit_code) == ("P1", "第一小学", "primary", "A")
    assert (school.capacity, school.planned_intake, school.classes) == (270, 45, 1)
    assert findings.counts() == {"intake_computed": 1}


@pytest.mark.parametrize("name", ["a.geojson", "c.gpkg", "d.shp", "e.zip", "f.fgb", "g.kml"])
def test_every_kind_of_layer_gives_the_same_units_that_adjoin(tmp_path: Path, name: str) -> None:
    boxes = [
        shapely.box(500_000, 4_480_000, 500_100, 4_480_100),
        shapely.box(500_100, 4_480_000, 500_200, 4_480_100),
    ]
    frame = GeoDataFrame({"编号": ["A", "B"], "名称": ["锦绣花园", "龘村"]}, geometry=boxes, crs=EPSG)
    findings = Findings()

    table = read_units(
        _layer(tmp_path, name, frame),
        ground=Ground(EPSG),
        declared=None,
        repairs=(),
        findings=findings,
    )

    assert sorted(unit.code for unit in table.units) == ["A", "B"]
    assert [round(metres) for metres in table.borders.values()] == [100]


def test_a_spreadsheet_written_by_hand_is_what_calamine_reads(tmp_path: Path) -> None:
    for name, write in (("a.xls", write_xls), ("a.ods", write_ods)):
        write(tmp_path / name, [["编号", "数"], ["甲", 7]])
        sheet = open_sheet(tmp_path / name)
        assert sheet.headers == ("编号", "数")
        assert [(number, list(cells)) for number, cells in sheet.rows] == [(2, ["甲", 7.0])]


@pytest.mark.parametrize(("kept", "is_whole"), [(1.0, True), (0.5, False)])
def test_a_layer_cut_in_half_is_unreadable_and_not_empty(tmp_path: Path, kept: float, is_whole: bool) -> None:
    points = [shapely.Point(500_000 + place, 4_480_050) for place in range(200)]
    path = _layer(
        tmp_path, "f.fgb", GeoDataFrame({"编号": [f"P{i}" for i in range(200)]}, geometry=points, crs=EPSG)
    )
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])

    if is_whole:
        assert len(read_layer(path, working_epsg=EPSG, findings=Findings()).rows) == 200
        return
    with pytest.raises(UnreadableFile) as fault:
        read_layer(path, working_epsg=EPSG, findings=Findings())
    assert fault.value.code == "file_unreadable"
