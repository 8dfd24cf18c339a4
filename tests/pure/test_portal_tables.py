"""A portal's file row by row: every layout of choices, every form of dates, every finding with its place."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from geo_data.tables.columns import CellKind, Column
from geo_data.tables.findings import FIRST_DATA_ROW, Findings, Keep
from geo_data.tables.portal_dates import read_form
from geo_data.tables.portal_json import LONGEST_LINE, sheet_of_objects
from geo_data.tables.portal_table import (
    FactLayout,
    PortalLayout,
    PortalRow,
    choice_columns,
    order_columns,
    read_portal_file,
    read_portal_rows,
)
from geo_data.tables.unreadable import UnreadableFile

SCHOOLS = {"1": "A", "2": "B", "9": "P"}
FLAGS = {"是": "yes", "否": "no"}
GIRL, BOY = "990101202003040021", "990101202003040013"
FIELDS = (
    Column("application_number", "报名号", required=True, most=60),
    Column("state", "状态", CellKind.CHOICE, choices={"有效": "live", "撤销": "withdrawn"}),
    Column("identity_kind", "证件类型", CellKind.CHOICE, choices={"1": "resident", "A": "other"}),
    Column("identity_number", "证件号", required=True, most=40, personal=True),
    Column("child_name", "姓名", required=True, most=100, personal=True),
    Column("birth_on", "出生日期", required=True, personal=True),
    Column("sex", "性别", CellKind.CHOICE, required=True, choices={"1": "male", "2": "female"}),
    Column("accepts_coordination", "服从", CellKind.CHOICE, choices=FLAGS),
    Column("split_allowed", "可分开", CellKind.CHOICE, choices=FLAGS),
)
FACT_COLUMNS = (
    Column("fact.sibling_school", "长幼", CellKind.CODES, personal=True),
    Column("fact.lives_there", "居住", CellKind.CHOICE, choices=FLAGS, personal=True),
    Column("fact.title_since", "产权日期", personal=True),
    Column("fact.dwelling_township", "乡镇", personal=True),
)
FACTS = (
    FactLayout("fact.sibling_school", "sibling_school", "texts", of_schools=True),
    FactLayout("fact.lives_there", "lives_there", "flag"),
    FactLayout("fact.title_since", "title_since", "date", proved_by="登记中心"),
    FactLayout("fact.dwelling_township", "dwelling_township", "text", codes={"T1": "一镇"}),
)
BASE = {
    "报名号": "n1",
    "状态": "有效",
    "证件类型": "1",
    "证件号": GIRL,
    "姓名": "甲样",
    "出生日期": "2020-03-04",
    "性别": "2",
}


def layout(kind: str = "columns", **more: object) -> PortalLayout:
    private = choice_columns("private", ["民办"])
    public = choice_columns("public", ["公办1", "公办2"] if kind == "columns" else ["公办"])
    by_rows = order_columns("序号", "学校") if kind == "rows" else ()
    lists = {} if by_rows else {"private": private, "public": public}
    return PortalLayout(
        columns=(
            *FIELDS,
            *FACT_COLUMNS,
            *by_rows,
            *(column for columns in lists.values() for column in columns),
        ),
        facts=FACTS,
        choices={name: tuple(column.name for column in columns) for name, columns in lists.items()},
        is_list=kind == "list",
        schools=SCHOOLS,
        dates=("YYYY-MM-DD", "YYYYMMDD"),
        order=by_rows[0].name if by_rows else "",
        school=by_rows[1].name if by_rows else "",
    )


def read(
    rows: Sequence[Mapping[str, object]], kind: str = "columns", keep: Keep = Keep.GOOD_ROWS
) -> tuple[list[PortalRow], Findings]:
    findings, says = Findings(keep=keep), layout(kind)
    sheet = sheet_of_objects(enumerate(rows, start=FIRST_DATA_ROW), says.columns, findings)
    return list(read_portal_rows(sheet, says, findings)), findings


def found(findings: Findings) -> list[tuple[str, int, str, str]]:
    return [(item.code, item.row, item.column, item.value) for item in findings.kept()]


def test_a_row_is_read_with_its_codes_translated() -> None:
    (row,), findings = read(
        [{**BASE, "服从": "否", "可分开": "是", "民办": "9", "公办1": "2", "公办2": "1", "长幼": ["1", "2"],
          "居住": "否", "产权日期": "20180131", "乡镇": "T1"}]
    )  # fmt: skip
    assert found(findings) == []
    assert row == PortalRow(
        row=2,
        number="n1",
        identity=GIRL,
        name="甲样",
        birth_on=date(2020, 3, 4),
        sex="female",
        private=("P",),
        public=("B", "A"),
        accepts_coordination=False,
        split_allowed=True,
        facts=(
            ("sibling_school", "", ("A", "B")),
            ("lives_there", "", False),
            ("title_since", "登记中心", date(2018, 1, 31)),
            ("dwelling_township", "", "一镇"),
        ),
    )


def test_what_is_not_said_is_left_to_what_families_mostly_mean() -> None:
    (row,), _ = read([BASE])
    assert (row.accepts_coordination, row.split_allowed, row.private, row.public, row.facts) == (
        True,
        False,
        (),
        (),
        (),
    )


def test_a_withdrawn_row_needs_its_number_and_nothing_else() -> None:
    rows, findings = read([{"报名号": "n7", "状态": "撤销"}])
    assert (rows, found(findings)) == ([PortalRow(2, "n7", is_withdrawn=True)], [])


def test_choices_as_a_list_in_one_cell() -> None:
    (row,), findings = read([{**BASE, "民办": "", "公办": "2、1"}], "list")
    assert (row.public, found(findings)) == (("B", "A"), [])


def test_choices_with_a_row_each_come_in_their_order_wherever_the_rows_stand() -> None:
    other = {**BASE, "报名号": "n2", "证件号": BOY, "性别": "1"}
    rows, findings = read(
        [
            {**BASE, "序号": "2", "学校": "1"},
            {**other, "序号": "1", "学校": "1"},
            {**BASE, "序号": "1", "学校": "9"},
        ],
        "rows",
    )
    assert found(findings) == []
    assert [(row.row, row.number, row.mixed) for row in rows] == [(2, "n1", ("P", "A")), (3, "n2", ("A",))]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"序号": "1", "学校": "2"}, ("portal_choice_order", 3, "序号", "1")),
        ({"序号": "", "学校": "2"}, ("portal_choice_order", 3, "序号", "")),
        ({"序号": "2", "学校": ""}, ("portal_choice_order", 3, "序号", "2")),
        ({"序号": "2", "学校": "1"}, ("portal_choice_twice", 3, "学校", "1")),
        ({"序号": "2", "学校": "8"}, ("portal_school_unknown", 3, "学校", "8")),
        ({"序号": "2", "学校": "2", "姓名": "乙样"}, ("portal_rows_differ", 3, "报名号", "n1")),
        ({"序号": "0", "学校": "2"}, ("value_out_of_range", 3, "序号", "0 (可填 taken: 1–30)")),
    ],
)
def test_a_bad_row_of_an_application_leaves_the_whole_application_out(
    second: dict[str, str], expected: tuple[str, int, str, str]
) -> None:
    rows, findings = read([{**BASE, "序号": "1", "学校": "1"}, {**BASE, **second}], "rows")
    assert rows == []
    assert expected in found(findings)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"报名号": ""}, ("cell_empty", 2, "报名号", "")),
        ({"姓名": ""}, ("cell_empty", 2, "姓名", "")),
        ({"性别": "3"}, ("cell_malformed", 2, "性别", "3 (可填 taken: 1, 2)")),
        ({"状态": "作废"}, ("cell_malformed", 2, "状态", "作废 (可填 taken: 有效, 撤销)")),
        ({"出生日期": "2020/03/04"}, ("cell_malformed", 2, "出生日期", "")),
        ({"出生日期": "2020-02-30"}, ("cell_malformed", 2, "出生日期", "")),
        ({"出生日期": "2020-03-05"}, ("identity_birth_date", 2, "证件号", "")),
        ({"证件号": GIRL[:-1] + "2"}, ("identity_check_digit", 2, "证件号", "")),
        ({"性别": "1"}, ("identity_sex", 2, "证件号", "")),
        ({"证件号": "1234"}, ("identity_form", 2, "证件号", "")),
        ({"证件类型": "A"}, ("portal_identity_kind", 2, "证件类型", "other")),
        ({"证件号": "H12345678"}, ("portal_identity_kind", 2, "证件类型", "resident")),
        ({"报名号": GIRL}, ("portal_number_is_identity", 2, "报名号", "")),
        ({"报名号": "n" * 61}, ("cell_too_long", 2, "报名号", "n" * 61)),
        ({"民办": "7"}, ("portal_school_unknown", 2, "民办", "7")),
        ({"公办1": "1", "公办2": "1"}, ("portal_choice_twice", 2, "公办2", "1")),
        ({"服从": "也许"}, ("cell_malformed", 2, "服从", "也许 (可填 taken: 是, 否)")),
        ({"产权日期": "去年"}, ("cell_malformed", 2, "产权日期", "")),
        ({"乡镇": "T2"}, ("cell_malformed", 2, "乡镇", "")),
        ({"姓名": "甲\ud800"}, ("cell_malformed", 2, "姓名", "")),
        ({"公办1": "\0"}, ("cell_malformed", 2, "公办1", "\0")),
    ],
)
def test_a_bad_value_is_told_by_row_and_column_and_leaves_the_row_out(
    change: dict[str, str], expected: tuple[str, int, str, str]
) -> None:
    rows, findings = read([{**BASE, **change}])
    assert (rows, found(findings)) == ([], [expected])


def test_a_sibling_at_an_unknown_school_is_left_out_and_the_row_is_taken() -> None:
    (row,), findings = read([{**BASE, "长幼": "1;7"}])
    assert row.facts == (("sibling_school", "", ("A",)),)
    assert found(findings) == [("portal_school_fact_unknown", 2, "长幼", "")]


def test_a_number_or_a_child_may_stand_once() -> None:
    rows, findings = read([BASE, BASE, {**BASE, "报名号": "n2"}])
    assert [row.number for row in rows] == ["n1"]
    assert found(findings) == [
        ("portal_number_twice", 3, "报名号", "n1"),
        ("portal_child_twice", 4, "证件号", ""),
    ]


def test_objects_inside_objects_are_read_by_path_and_unknown_fields_are_noted_once() -> None:
    findings = Findings()
    columns = (Column("a", "child.name"), Column("b", "choices[1].school"), Column("c", "codes"))
    objects = [
        {
            "child": {"name": "甲", "hair": "x"},
            "choices": [{"school": 1}, {"school": 2}],
            "codes": ["1", "2"],
        },
        {"child": {"hair": "y"}, "codes": None},
    ]
    sheet = sheet_of_objects(enumerate(objects, start=2), columns, findings)
    assert list(sheet.rows) == [(2, ["甲", "1", "1;2"]), (3, [None, None, ""])]
    assert found(findings) == [
        ("column_unknown", 1, "child.hair", ""),
        ("column_unknown", 1, "choices[2].school", ""),
    ]


@pytest.mark.parametrize(
    ("text", "forms", "day"),
    [
        ("2020-3-4", ["YYYY-MM-DD"], date(2020, 3, 4)),
        ("2020-03-04", ["YYYYMMDD"], date(2020, 3, 4)),  # as a workbook's date cell is read
        ("20200304", ["YYYY-MM-DD"], None),
        ("20200304", ["YYYYMMDD"], date(2020, 3, 4)),
        ("04/03/2020", ["DD/MM/YYYY"], date(2020, 3, 4)),
        ("04/03/2020", ["YYYY/MM/DD"], None),
        ("2020/3/4", ["YYYY/MM/DD"], date(2020, 3, 4)),
        ("2020.03.04", ["YYYY.MM.DD"], date(2020, 3, 4)),
        ("2020年3月4日", ["YYYY年MM月DD日"], date(2020, 3, 4)),
        ("2020-02-29", ["YYYY-MM-DD"], date(2020, 2, 29)),
        ("2021-02-29", ["YYYY-MM-DD"], None),
        ("2020-03-04 08:00", ["YYYY-MM-DD"], None),
        ("２０２００３０４", ["YYYYMMDD"], None),
    ],
)
def test_days_are_read_in_the_forms_named_and_no_other(text: str, forms: list[str], day: date | None) -> None:
    assert read_form(text, forms) == day


def test_a_csv_without_a_required_column_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("报名号,姓名\nn1,甲\n", encoding="utf-8")
    findings = Findings(keep=Keep.GOOD_ROWS)
    assert list(read_portal_file(path, layout(), findings)) == []
    assert findings.refuses
    assert ("column_missing", 1, "证件号 / identity_number", "") in found(findings)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_file_without_rows_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("w", encoding="utf-8", newline="") as file:
        if name.endswith(".csv"):
            csv.writer(file).writerow([column.zh for column in layout().columns])
    findings = Findings(keep=Keep.GOOD_ROWS)
    assert list(read_portal_file(path, layout(), findings)) == []
    assert found(findings) == [("file_empty", 0, "", "")]


@pytest.mark.parametrize(
    "line",
    ["{", "[" * 60_000, "9" * 5_000, '{"a": "' + "x" * LONGEST_LINE + '"}', '{"姓名": "甲样"'],
    ids=lambda line: line[:9],
)
def test_a_line_that_is_no_json_makes_the_file_unreadable_without_telling_what_stands_there(
    tmp_path: Path, line: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(BASE, ensure_ascii=False) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(UnreadableFile) as refusal:
        list(read_portal_file(path, layout(), Findings()))
    assert "row 3" in str(refusal.value)
    assert "甲" not in str(refusal.value)


def test_a_line_that_is_no_object_is_a_bad_row(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("[1]\n" + json.dumps(BASE, ensure_ascii=False) + "\n", encoding="utf-8")
    findings = Findings(keep=Keep.GOOD_ROWS)
    assert [row.row for row in read_portal_file(path, layout(), findings)] == [3]
    assert found(findings) == [("portal_no_object", 2, "", "")]
