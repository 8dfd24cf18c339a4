"""Everyday words for whole numbers: taken where one number alone can be meant, told with what is taken where not."""

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from geo_data.tables.child_table import CHILD_COLUMNS, Census, read_children
from geo_data.tables.columns import NumberForm
from geo_data.tables.everyday import as_digits, forms_taken
from geo_data.tables.findings import Findings
from geo_data.tables.past_tables import read_grades, read_housing
from geo_data.tables.seat_table import SchoolFacts, read_seats

PLAIN, GRADE, PERCENT, YEAR = NumberForm


@pytest.mark.parametrize(
    ("form", "text", "digits"),
    [
        (PLAIN, "600.0", "600"),
        (PLAIN, "-3.00", "-3"),
        (PLAIN, "600.5", "600.5"),
        (PLAIN, "600.", "600."),
        (PLAIN, "一年级", "一年级"),
        *((GRADE, f"{word}年级", str(place)) for place, word in enumerate("一二三四五六七八九", start=1)),
        *((GRADE, "7年级", "7"), (GRADE, "初一", "7"), (GRADE, "初三", "9"), (GRADE, "初三年级", "9")),
        *((GRADE, "小学六年级", "6"), (GRADE, "初中一年级", "7"), (GRADE, "初中九年级", "9")),
        *((GRADE, "小学七年级", "小学七年级"), (GRADE, "初中四年级", "初中四年级"), (GRADE, "初四", "初四")),
        *((GRADE, "高一", "高一"), (GRADE, "十年级", "十年级"), (GRADE, "一年级1班", "一年级1班")),
        *((PERCENT, "50%", "50"), (PERCENT, "100％", "100"), (PERCENT, "50.0%", "50"), (PERCENT, "0%", "0")),
        *((PERCENT, "1/2", "50"), (PERCENT, "3/4", "75"), (PERCENT, "1/1", "100"), (PERCENT, "1/3", "1/3")),
        *(
            (PERCENT, "1/0", "1/0"),
            (PERCENT, "33.3%", "33.3%"),
            (PERCENT, "0.5", "0.5"),
            (PERCENT, "半", "半"),
        ),
        *((YEAR, "2026-2027", "2026"), (YEAR, "2026—2027学年", "2026"), (YEAR, "2026-27", "2026")),
        *((YEAR, "2099-00", "2099"), (YEAR, "2026学年", "2026"), (YEAR, "2026年", "2026")),
        *((YEAR, "2026-2028", "2026-2028"), (YEAR, "2026-2026", "2026-2026"), (YEAR, "26-27", "26-27")),
    ],
)
def test_words_are_numbers_where_one_alone_can_be_meant(form: NumberForm, text: str, digits: str) -> None:
    assert as_digits(text, form) == digits


def _file(folder: Path, *rows: str) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_grades_school_years_and_shares_are_read_from_whole_files(tmp_path: Path) -> None:
    seats, grades, housing = Findings(), Findings(), Findings()

    [seat] = read_seats(
        _file(tmp_path, "学校编号,学年,年级,学位数", "P1,2025-2026学年,一年级,45.0"),
        schools={"P1": SchoolFacts("primary", 45)},
        coming_year=2026,
        findings=seats,
    )
    [count] = read_grades(
        _file(tmp_path, "学年,学校编号,年级,学生数", "2025-2026,J1,初二,40"), findings=grades
    )
    [estate] = read_housing(
        _file(tmp_path, "楼盘编号,单元编号,住宅套数,交付年份,预计入住率", "E1,A,90,2027,80%"),
        units={"A"},
        findings=housing,
    )

    assert (seat.year, seat.grade, seat.seats) == (2025, 1, 45)
    assert (count.year, count.grade) == (2025, 8)
    assert estate.occupied_percent == 80
    assert not any(found.counts() for found in (seats, grades, housing))


def test_what_is_not_understood_is_told_with_what_is_taken(tmp_path: Path) -> None:
    findings = Findings()

    read_seats(
        _file(tmp_path, "学校编号,学年,年级,学位数", "P1,2025-2027,高一,四十五"),
        schools={"P1": SchoolFacts("primary", 45)},
        coming_year=2026,
        findings=findings,
    )

    assert [(one.code, one.column, one.value) for one in findings.kept()] == [
        ("cell_malformed", "学年", "2025-2027 (可填 taken: 2000–2099, 2026-2027, 2026学年)"),
    ]


@pytest.mark.parametrize(
    ("written", "percent", "codes"),
    [
        *(("1", None, {"percent_unclear": 1}), ("1.0", None, {"percent_unclear": 1})),
        *(("1%", 1, {}), ("100%", 100, {}), ("100", 100, {}), ("2", 2, {}), ("0", 0, {})),
        ("0.5", None, {"cell_malformed": 1}),
    ],
)
def test_a_share_of_one_is_asked_about(
    tmp_path: Path, written: str, percent: int | None, codes: dict[str, int]
) -> None:
    findings = Findings()

    estates = read_housing(
        _file(tmp_path, "楼盘编号,单元编号,住宅套数,交付年份,预计入住率", f"E1,A,90,2027,{written}"),
        units={"A"},
        findings=findings,
    )

    assert [one.occupied_percent for one in estates if percent is not None] == (
        [] if percent is None else [percent]
    )
    assert findings.counts() == codes


def test_a_workbook_cell_that_shows_a_hundred_per_cent_is_asked_about(tmp_path: Path) -> None:
    path, findings = tmp_path / "housing.xlsx", Findings()
    with xlsxwriter.Workbook(path) as book:
        sheet, shown = book.add_worksheet(), book.add_format({"num_format": "0%"})
        sheet.write_row(0, 0, ["楼盘编号", "单元编号", "住宅套数", "交付年份", "预计入住率"])
        sheet.write_row(1, 0, ["E1", "A", 90, 2027])
        sheet.write_number(1, 4, 1, shown)

    read_housing(path, units={"A"}, findings=findings)

    [finding] = findings.kept()
    assert (finding.code, finding.row, finding.column) == ("percent_unclear", 2, "预计入住率")
    assert findings.refuses


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("birth_on", "2020-01-31, 2020/1/31, 2020.1.31, 2020年1月31日, 20200131"),
        ("sex", "女, 男"),
        ("lives_there", "是, 否, yes, no"),
        ("ownership_share_percent", "0–100, 50%, 1/2"),
        ("work_evidence", "劳动合同, 营业执照, 灵活就业, 无"),
    ],
)
def test_every_kind_of_column_says_what_it_takes(name: str, taken: str) -> None:
    [column] = [one for one in CHILD_COLUMNS if one.name == name]

    assert forms_taken(column) == taken


@pytest.mark.parametrize(
    ("cell", "sex"),
    [("女生", "female"), (2, "female"), ("2", "female"), ("男生", "male"), (1, "male"), (0, None), (9, None)],
)
def test_the_sex_may_be_the_code_that_registers_export(
    tmp_path: Path, cell: str | int, sex: str | None
) -> None:
    path, findings = tmp_path / "children.xlsx", Findings()
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["户编号", "单元编号", "住址", "姓名", "身份证号", "出生日期", "性别"])
        sheet.write_row(1, 0, ["H1", "A", "样例路1号", "甲样例", "P1234567", "2020-03-04", cell])
    census = Census(date(2026, 3, 1), "test", "990101", {"A"})

    children = list(read_children(path, census=census, findings=findings))

    assert [child.sex for child in children] == ([sex] if sex else [])
    told = [(f.code, f.column) for f in findings.kept() if f.column == "性别"]
    assert told == ([] if sex else [("cell_malformed", "性别")])
