"""What we write for officers: the template and the painted sheet, cell by cell."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from geo_data.tables import error_workbook
from geo_data.tables.columns import CellKind, Column, match_columns
from geo_data.tables.error_workbook import remarks_of, write_error_workbook
from geo_data.tables.findings import Finding, Findings
from geo_data.tables.reading import Sheet
from geo_data.tables.template import template

COLUMNS = (
    Column("code", "编号", required=True, most=40),
    Column("kind", "类型", CellKind.CHOICE, choices={"甲": "a", "乙": "b"}),
    Column("count", "数量", CellKind.INTEGER, least=1, most=99),
    Column("is_new", "新增", CellKind.FLAG),
    Column("day", "日期", CellKind.DATE),
    Column("identity", "身份证号", aliases=("证件号码",), personal=True),
)


def _template() -> bytes:
    return template(COLUMNS, {"kind": "甲", "count": "3"}, title="样例 sample")


def test_a_template_has_headers_in_both_languages_and_an_example() -> None:
    book = load_workbook(io.BytesIO(_template()))

    header, example = book.get_sheet_by_index(0).to_python()

    assert header[:2] == ["编号 *\ncode", "类型\nkind"]
    assert example == ["示例（导入前请删除本行）", "甲", "3", "", "", ""]
    findings = Findings()
    assert match_columns([str(cell) for cell in header], COLUMNS, findings) == {
        column.name: place for place, column in enumerate(COLUMNS)
    }
    assert findings.counts() == {}


def test_a_template_describes_every_column_in_both_languages() -> None:
    rows = load_workbook(io.BytesIO(_template())).get_sheet_by_index(1).to_python()

    told = {row[1]: row for row in rows[2:]}
    assert list(told) == [column.name for column in COLUMNS]
    assert told["code"][2] == "是 yes"
    assert told["kind"][5] == "甲 = a；乙 = b"
    assert told["count"][5] == "1 – 99"
    assert told["identity"][6:8] == ["证件号码", "是 yes"]


def test_a_template_offers_choices_and_bounds() -> None:
    with zipfile.ZipFile(io.BytesIO(_template())) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()

    assert '<formula1>"甲,乙"</formula1>' in sheet
    assert '<formula1>"是,否"</formula1>' in sheet
    assert 'type="whole"' in sheet
    assert "<formula1>1</formula1><formula2>99</formula2>" in sheet


def _painted(folder: Path, rows: list[tuple[int, list[Any]]], *findings: Finding) -> tuple[Any, str]:
    target = folder / "painted.xlsx"
    sheet = Sheet(("编号", "名称", "日期"), iter(rows))
    written = write_error_workbook(sheet, remarks_of(findings), target)
    assert written == len([number for number, _ in rows if number <= error_workbook.LAST_ROW])
    with zipfile.ZipFile(target) as archive:
        return load_workbook(target), archive.read("xl/worksheets/sheet1.xml").decode()


def test_a_painted_sheet_has_its_rows_where_they_were_and_remarks_beside_them(tmp_path: Path) -> None:
    rows: list[tuple[int, list[Any]]] = [(2, ["A", "甲", date(2026, 3, 1)]), (4, ["", None, 3.5])]
    book, xml = _painted(
        tmp_path,
        rows,
        Finding("cell_empty", 4, "编号"),
        Finding("cell_is_formula", 4, "编号"),
        Finding("intake_computed", 2, "名称"),
    )

    page = book.get_sheet_by_index(0).to_python()

    assert page[0] == ["编号", "名称", "日期", "问题说明", "Remarks"]
    assert page[1][:3] == ["A", "甲", date(2026, 3, 1)]
    assert page[1][3:] == ["", ""]  # a note asks for nothing
    assert page[2] == [""] * 5
    assert page[3][2] == 3.5
    assert page[3][3].startswith("“编号”列 必填内容为空")
    assert "\n" in page[3][3]
    assert '<c r="A4" s="' in xml  # an empty cell is painted too


def test_severe_findings_win_over_warnings_in_a_cell(tmp_path: Path) -> None:
    both = [Finding("cell_is_formula", 2, "编号"), Finding("cell_empty", 2, "编号")]
    severe_first = sorted(both, key=lambda finding: finding.severity != "severe")
    _, xml = _painted(tmp_path, [(2, ["x", "", ""]), (3, ["y", "", ""])], *severe_first)
    only, xml_of_one = _painted(tmp_path, [(2, ["x", "", ""])], Finding("cell_empty", 2, "编号"))

    style = xml.split('<c r="A2" s="')[1][0]

    assert style == xml_of_one.split('<c r="A2" s="')[1][0]
    assert only is not None


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+cmd|x",
        "@x",
        -5,
        7.25,
        True,
        datetime(2026, 3, 1, 12, 30),
        "x" * 40_000,
        10**17,
    ],
)
def test_no_cell_becomes_a_formula_and_none_is_lost(cell: object, tmp_path: Path) -> None:
    book, xml = _painted(tmp_path, [(2, [cell, "", ""])])

    [_, row] = book.get_sheet_by_index(0).to_python()

    assert "<f>" not in xml
    expected = {
        "x" * 40_000: "x" * 32_767,
        10**17: "100000000000000000",
    }
    assert row[0] == expected.get(cell, cell)


def test_what_concerns_the_file_stands_on_a_page_of_its_own(tmp_path: Path) -> None:
    book, _ = _painted(tmp_path, [(2, ["A"])], Finding("column_missing", 1, "座位 / seats"), Finding("gap"))

    page = book.get_sheet_by_index(1).to_python()

    assert page[0] == ["问题说明", "Remarks"]
    assert page[1][0].startswith("第 1 行“座位 / seats”列 缺少必需的列")
    assert page[2][1].startswith("there is a gap between units")


def test_rows_beyond_an_xlsx_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_workbook, "LAST_ROW", 3)

    book, _ = _painted(tmp_path, [(2, ["A"]), (3, ["B"]), (4, ["C"]), (5, ["D"])])

    assert len(book.get_sheet_by_index(0).to_python()) == 3
    assert book.get_sheet_by_index(1).to_python()[-1][1] == "2 more rows do not fit into an XLSX."


@pytest.mark.parametrize(
    ("finding", "opens_at"),
    [
        (Finding("header_elsewhere", 0, "", "第 3 行 row 3"), 1),
        (Finding("sheets_passed_over", 0, "", "备注"), 0),
        (Finding("cell_empty", 2, "编号"), 0),
    ],
)
def test_the_painted_workbook_opens_at_what_refuses_the_whole_file(
    tmp_path: Path, finding: Finding, opens_at: int
) -> None:
    target = tmp_path / "painted.xlsx"
    sheet = Sheet(("编号", "数量"), iter([(2, ("", "3"))]))

    write_error_workbook(sheet, remarks_of([finding]), target)

    with zipfile.ZipFile(target) as archive:
        views = archive.read("xl/workbook.xml").decode()
    assert (f'activeTab="{opens_at}"' in views) is bool(opens_at)
    assert load_workbook(target).sheet_names == [
        "数据 Data",
        "整份文件 Whole file",
    ]  # still read from the first
