"""Zones as a list of units: every format of tables, several schools a zone, and each fault at its row."""

from pathlib import Path

import pytest
import xlsxwriter

from geo_data.tables.findings import Findings
from geo_data.tables.zone_list_table import ListedUnit, read_zone_list
from tests.cases.spreadsheets import write_ods, write_xls

UNITS, SCHOOLS = {"A", "B", "C"}, {"P1", "P2", "P3"}
ROWS: list[list[str | int]] = [["单元编号", "学校编号"], ["A", "P1"], ["B", "P3；P2"], ["C", "P2;P3"]]
LISTED = (ListedUnit("A", ("P1",)), ListedUnit("B", ("P2", "P3")), ListedUnit("C", ("P2", "P3")))


def written(folder: Path, name: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    if name.endswith(".xls"):
        write_xls(path, ROWS)
    elif name.endswith(".ods"):
        write_ods(path, ROWS)
    elif name.endswith(".xlsx"):
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(ROWS):
                sheet.write_row(number, 0, row)
    else:
        path.write_text("\n".join(",".join(map(str, row)) for row in ROWS), encoding=encoding)
    return path


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("a.csv", "utf-8-sig"), ("b.csv", "gb18030"), ("c.xlsx", ""), ("d.xls", ""), ("e.ods", "")],
)
def test_every_kind_of_table_gives_the_same_zones(tmp_path: Path, name: str, encoding: str) -> None:
    findings = Findings()

    listed = read_zone_list(
        written(tmp_path, name, encoding), units=UNITS, schools=SCHOOLS, findings=findings
    )

    assert listed == LISTED
    assert findings.counts() == {}


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("Z,P1", ("unit_unknown", 2, "单元编号")),
        ("A,P1\nA,P1", ("value_twice", 3, "单元编号")),
        ("A,P9", ("school_unknown", 2, "学校编号")),
        ("A,P1\nB,P1;P2", ("school_in_two_zones", 3, "学校编号")),
        ("A,", ("cell_empty", 2, "学校编号")),
        (",P1", ("cell_empty", 2, "单元编号")),
        ("", ("file_empty", 0, "")),
    ],
)
def test_every_fault_is_told_at_its_row_and_refuses_the_list(
    tmp_path: Path, rows: str, found: tuple[str, int, str]
) -> None:
    path, findings = tmp_path / "zones.csv", Findings()
    path.write_text(f"单元编号,学校编号\n{rows}", encoding="utf-8")

    read_zone_list(path, units=UNITS, schools=SCHOOLS, findings=findings)

    assert [(one.code, one.row, one.column) for one in findings.kept()] == [found]
    assert findings.refuses
