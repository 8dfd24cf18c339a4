"""Files of every kind give the same rows, whatever their encoding, and broken ones a plain refusal."""

import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
import xlsxwriter
from geopandas.geodataframe import GeoDataFrame
from python_calamine import load_workbook

from geo_data.tables.cells import CellFault, cell_text, read_cell, read_day
from geo_data.tables.columns import CellKind, Column, match_columns
from geo_data.tables.error_workbook import remarks_of, write_error_workbook
from geo_data.tables.finding_texts import TEXTS
from geo_data.tables.findings import Finding, Findings, Severity
from geo_data.tables.headers import letters_of, open_table, place_of_letters
from geo_data.tables.layers import read_layer
from geo_data.tables.placing import Ground
from geo_data.tables.reading import UnreadableFile, open_sheet
from geo_data.tables.systems import parse_system
from geo_data.tables.template import template
from geo_data.tables.unit_table import read_units

WORDS = "编号,名称\nA,锦绣花园\nB,东柳庄村\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_text(WORDS, encoding=encoding)

    sheet = open_sheet(tmp_path / "a.csv")

    assert sheet.headers == ("编号", "名称")
    assert [(number, tuple(cells)) for number, cells in sheet.rows] == [
        (2, ("A", "锦绣花园")),
        (3, ("B", "东柳庄村")),
    ]


@pytest.mark.parametrize("filler", [1000, 1 << 20, 3 << 20])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_encoding_is_told_by_the_first_letters_that_are_not_ascii(
    tmp_path: Path, encoding: str, filler: int
) -> None:
    row = "A1,plain,1\n"
    text = "code,name,n\n" + row * (filler // len(row)) + "B1,锦绣花园,2\n"
    (tmp_path / "a.csv").write_text(text, encoding=encoding)

    *_, (_, last) = open_sheet(tmp_path / "a.csv").rows

    assert list(last) == ["B1", "锦绣花园", "2"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_title_above_the_headers_does_not_hide_what_separates_cells(tmp_path: Path, mark: str) -> None:
    (tmp_path / "a.csv").write_text(f"登记表\n编号{mark}名称\nA{mark}甲\n", encoding="utf-8")

    sheet = open_sheet(tmp_path / "a.csv")

    assert [list(cells) for cells in sheet.around.first] == [["编号", "名称"], ["A", "甲"]]


def test_our_own_further_sheets_may_stay_in_a_file(tmp_path: Path) -> None:
    columns = (Column("code", "编号", required=True), Column("name", "名称"))
    (tmp_path / "template.xlsx").write_bytes(template(columns, {}, title="样表 sample"))
    (tmp_path / "a.csv").write_text("编号,名称\nA,甲\n", encoding="utf-8")
    remarks = remarks_of([Finding("file_empty"), Finding("cell_malformed", 2, "名称")])
    write_error_workbook(open_sheet(tmp_path / "a.csv"), remarks, tmp_path / "errors.xlsx")

    for name in ("template.xlsx", "errors.xlsx"):
        findings = Findings()
        opened = open_table(tmp_path / name, columns, findings)

        assert len(list(opened.rows)) == 1
        assert not {"sheets_not_read", "sheets_passed_over"} & set(findings.counts())


def test_a_value_without_a_header_stands_painted_in_the_error_workbook(tmp_path: Path) -> None:
    columns = (Column("code", "编号", required=True), Column("name", "名称"))
    path, target, findings = tmp_path / "a.csv", tmp_path / "errors.xlsx", Findings()
    path.write_text("编号,,名称\nA,,甲\nB,x,乙,,y\nC,,丙, ,\n", encoding="utf-8")

    rows = list(open_table(path, columns, findings).rows)
    write_error_workbook(open_sheet(path), remarks_of(findings.kept()), target)

    assert len(rows) == 3
    assert [(f.code, f.row, f.value) for f in findings.kept()] == [("cell_without_header", 3, "B E")]
    header, _, row, _ = load_workbook(target).get_sheet_by_index(0).to_python()
    assert header[-2:] == ["问题说明", "Remarks"]
    assert row[:5] == ["B", "x", "乙", "", "y"]
    assert "B E" in str(row[5])


@pytest.mark.parametrize(
    ("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_called_as_spreadsheets_call_them(place: int, letters: str) -> None:
    assert (letters_of(place), place_of_letters(letters)) == (letters, place)


def test_what_macos_adds_to_an_archive_is_no_layer(tmp_path: Path) -> None:
    frame = GeoDataFrame({"unit_id": ["A"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    frame.to_file(tmp_path / "u.shp")
    with zipfile.ZipFile(tmp_path / "u.zip", "w") as archive:
        for part in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(tmp_path / f"u{part}", f"u{part}")
            archive.writestr(f"__MACOSX/._u{part}", b"\0\5\x16\7")

    findings = Findings()
    layer = read_layer(tmp_path / "u.zip", working_epsg=4543, findings=findings)

    assert (len(layer.rows), findings.counts()) == (1, {})


@pytest.mark.parametrize("missing", [".dbf", ".shx"])
@pytest.mark.parametrize("name", ["u.shp", "u.zip"])
def test_a_shapefile_without_one_of_its_files_says_which(tmp_path: Path, name: str, missing: str) -> None:
    frame = GeoDataFrame({"unit_id": ["A"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    frame.to_file(tmp_path / "u.shp")
    (tmp_path / f"u{missing}").unlink()
    with zipfile.ZipFile(tmp_path / "u.zip", "w") as archive:
        for part in (".shp", ".shx", ".dbf"):
            if part != missing:
                archive.write(tmp_path / f"u{part}", f"层/u{part}")

    with pytest.raises(UnreadableFile) as refusal:
        read_layer(tmp_path / name, working_epsg=4543, findings=Findings())

    assert (refusal.value.code, str(refusal.value)) == ("shapefile_incomplete", f"u.shp: {missing}")


def test_the_styles_of_qgis_are_no_further_layer(tmp_path: Path) -> None:
    path, findings = tmp_path / "u.gpkg", Findings()
    shape = [shapely.box(0, 0, 1, 1)]
    GeoDataFrame({"unit_id": ["A"]}, geometry=shape, crs=4326).to_file(path, layer="u", driver="GPKG")
    for layer in ("layer_styles", "empty"):
        rows = {"name": ["x"] if layer == "layer_styles" else []}
        frame = GeoDataFrame(rows, geometry=shape[: len(rows["name"])], crs=4326)
        frame.to_file(path, layer=layer, driver="GPKG", mode="a")

    read_layer(path, working_epsg=4543, findings=findings)

    assert findings.counts() == {}


def test_empty_rows_are_passed_over_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("编号;名称\n\n;\nA;甲\n", encoding="utf-8")

    sheet = open_sheet(tmp_path / "a.csv")

    assert [number for number, _ in sheet.rows] == [4]


def test_a_spreadsheet_is_read_like_a_csv(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet()
    page.write_row(0, 0, ["编号", "儿童数"])
    page.write_row(1, 0, ["A", 12])
    book.close()

    sheet = open_sheet(tmp_path / "a.xlsx")

    assert [[cell_text(cell) for cell in cells] for _, cells in sheet.rows] == [["A", "12"]]


@pytest.mark.parametrize("name", ["a.xlsx", "a.gpkg", "a.zip", "a.geojson", "a.shp", "a.exe"])
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not a file of this kind")

    with pytest.raises(UnreadableFile):
        read_layer(tmp_path / name, working_epsg=4543, findings=Findings())


@pytest.mark.parametrize("name", ["u.gpkg", "u.geojson", "u.fgb", "u.shp", "u.zip"])
def test_map_layers_of_all_kinds_give_the_same_units(tmp_path: Path, name: str) -> None:
    boxes = [
        shapely.box(500_000, 4_480_000, 500_100, 4_480_100),
        shapely.box(500_100, 4_480_000, 500_200, 4_480_100),
    ]
    frame = GeoDataFrame({"编号": ["A", "B"], "名称": ["锦绣花园", "东柳庄村"]}, geometry=boxes, crs=4543)
    path, findings = _written(frame, tmp_path, name), Findings()

    table = read_units(path, ground=Ground(4543), declared=None, repairs=(), findings=findings)

    assert sorted((unit.code, unit.name) for unit in table.units) == [("A", "锦绣花园"), ("B", "东柳庄村")]
    assert [round(metres) for metres in table.borders.values()] == [100]


def _written(frame: GeoDataFrame, folder: Path, name: str) -> Path:
    path = folder / name
    if name.endswith(".geojson"):
        frame.to_crs(4326).to_file(path, driver="GeoJSON", COORDINATE_PRECISION=12)
        return path
    if name.endswith(".zip"):
        frame.to_file(folder / "u.shp", encoding="CP936")
        (folder / "u.cpg").unlink(missing_ok=True)
        with zipfile.ZipFile(path, "w") as archive:
            for suffix in ("shp", "shx", "dbf", "prj"):
                archive.write(folder / f"u.{suffix}", f"图层/u.{suffix}")
        return path
    frame.to_file(path, encoding="UTF-8") if name.endswith(".shp") else frame.to_file(path)
    return path


def test_points_with_a_table_of_neighbours_are_units_too(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text("unit_id,经度,纬度\nA,102.0,40.4\nB,102.01,40.4\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("unit_a,unit_b\nB,A\n", encoding="utf-8")
    findings = Findings()

    table = read_units(
        tmp_path / "u.csv",
        ground=Ground(4543),
        declared=None,
        repairs=(),
        findings=findings,
        borders_path=tmp_path / "b.csv",
    )

    assert [(unit.code, unit.area) for unit in table.units] == [("A", None), ("B", None)]
    assert table.borders == {(0, 1): 0.0}
    assert findings.counts() == {"name_missing": 1}


@pytest.mark.parametrize("with_borders", [True, False])
def test_a_table_of_neighbours_is_refused_for_polygons_with_where_to_state_links(
    tmp_path: Path, with_borders: bool
) -> None:
    ring = "[[102.0,40.4],[102.01,40.4],[102.01,40.41],[102.0,40.41],[102.0,40.4]]"
    (tmp_path / "u.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"unit_id":"A"},'
        f'"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}',
        encoding="utf-8",
    )
    (tmp_path / "b.csv").write_text("unit_a,unit_b\nA,A\n", encoding="utf-8")
    findings = Findings()

    read_units(
        tmp_path / "u.geojson",
        ground=Ground(4543),
        declared=None,
        repairs=(),
        findings=findings,
        borders_path=tmp_path / "b.csv" if with_borders else None,
    )

    told = [one.sentence("en") for one in findings.kept() if one.code == "borders_of_polygons"]
    assert findings.refuses == with_borders
    assert bool(told) == with_borders
    assert all("Rules of drawing" in sentence for sentence in told)


def test_points_declared_as_gcj02_are_moved_back(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(
        "unit_id,lon,lat\nA,121.531541859215,31.17530398364597\n", encoding="utf-8"
    )

    table = read_units(
        tmp_path / "u.csv",
        ground=Ground(4549),
        declared=parse_system("gcj02"),
        repairs=(),
        findings=Findings(),
    )

    point = table.units[0].point
    assert np.allclose([point.x, point.y], [121.5272106, 31.1774276], atol=1e-8)


@pytest.mark.parametrize(
    "text",
    [
        *("2020-01-31", "2020/1/31", "2020.01.31", "2020年1月31日", "2020年1月31号", "20200131"),
        *("2020/1/31 0:00", "2020-01-31 00:00:00", "2020-01-31 00:00:00.0", "2020-01-31T00:00"),
    ],
)
def test_days_are_read_as_offices_write_them(text: str) -> None:
    assert read_day(text) == date(2020, 1, 31)


@pytest.mark.parametrize(
    "text", ["2020-02-30", "31.1.2020", "20-1-31", "昨天", "202001311", "2020/1/31 8:00"]
)
def test_other_days_are_malformed(text: str) -> None:
    with pytest.raises(CellFault):
        read_day(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-1", "value_out_of_range"),
        ("101", "value_out_of_range"),
        ("1.5", "cell_malformed"),
        ("１２", "cell_malformed"),
    ],
)
def test_whole_numbers_keep_their_bounds(text: str, code: str) -> None:
    with pytest.raises(CellFault) as fault:
        read_cell(text, Column("children", "儿童数", CellKind.INTEGER, most=100))

    assert fault.value.code == code


def test_headers_are_matched_in_either_language_and_doubles_are_severe() -> None:
    columns, findings = (Column("unit_id", "单元编号", required=True), Column("name", "名称")), Findings()

    places = match_columns(["Unit ID", "名 称", "名称（全称）", "单元编号"], columns, findings)

    assert places == {"unit_id": 0, "name": 1}
    assert findings.counts() == {"column_twice": 1, "column_unknown": 1}


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("单元编号（必填）", True),
        ("单元编号(必填项)", True),
        ("单元编号 【选填】", True),
        ("单元编号(*)", True),
        ("unit_id (required)", True),
        ("单元编号（必填）\nunit_id", True),
        ("单元编号（旧）", False),
        ("（必填）", False),
    ],
)
def test_what_a_form_writes_behind_a_header_is_no_part_of_it(header: str, known: bool) -> None:
    findings = Findings()

    places = match_columns([header], (Column("unit_id", "单元编号"),), findings)

    assert places == ({"unit_id": 0} if known else {})
    assert findings.counts() == ({} if known else {"column_unknown": 1})


def test_every_finding_has_words_in_both_languages() -> None:
    for code, text in TEXTS.items():
        finding = Finding(code, 3, "名称", "x")
        assert finding.severity in Severity
        assert "第 3 行" in finding.sentence("zh")
        assert text.en in finding.sentence("en")
        assert text.remedy_en in finding.sentence("en")
