"""Dirty rows: each fault of a census or school file has its code, its row and its column."""

from datetime import date
from pathlib import Path

import pytest
import shapely

from geo_data.tables.child_table import Census, read_children
from geo_data.tables.findings import Finding, Findings
from geo_data.tables.identity import check_digit
from geo_data.tables.placing import Ground
from geo_data.tables.school_table import read_schools
from geo_data.tables.systems import parse_system

CENSUS = Census(as_of=date(2026, 3, 1), verifier="office", district="990101", units={"A", "B"})
CHILD_HEADER = "户编号,单元编号,住址,姓名,身份证号,出生日期,性别,居住证失效日期"
GIRL = "H1,A,1号,甲子涵,990102202001010028,2020-01-01,女,"
SCHOOL_HEADER = "学校编号,学校名称,学段,所在单元,学位数,招生计划,起始年级班数,对口升入学校,横坐标,纵坐标"
UNITS = {"A": shapely.box(500_000, 4_480_000, 500_100, 4_480_100)}


def _children(folder: Path, *rows: str, header: str = CHILD_HEADER) -> tuple[int, tuple[Finding, ...]]:
    path, findings = folder / "children.csv", Findings()
    path.write_text("\n".join((header, *rows)), encoding="utf-8")
    return len(list(read_children(path, census=CENSUS, findings=findings))), findings.kept()


def _schools(folder: Path, *rows: str) -> tuple[Finding, ...]:
    path, findings = folder / "schools.csv", Findings()
    path.write_text("\n".join((SCHOOL_HEADER, *rows)), encoding="utf-8")
    read_schools(path, ground=Ground(4543), declared=None, units=UNITS, stage=None, findings=findings)
    return findings.kept()


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("H1,A,1号,甲子涵,990102202001010029,2020-01-01,女,", "identity_check_digit", "身份证号"),
        ("H1,A,1号,甲子涵,990102202001010028,2020-01-02,女,", "identity_birth_date", "身份证号"),
        ("H1,A,1号,甲子涵,990102202001010028,2020-01-01,男,", "identity_sex", "身份证号"),
        ("H1,A,1号,甲子涵,9901022020010100,2020-01-01,女,", "identity_form", "身份证号"),
        ("H1,A,1号,,990102202001010028,2020-01-01,女,", "cell_empty", "姓名"),
        ("H1,A,1号,甲子涵,990102202001010028,2020-02-30,女,", "cell_malformed", "出生日期"),
        ("H1,A,1号,甲子涵,990102202001010028,2020-01-01,妹,", "cell_malformed", "性别"),
        ("H1,A,1号,甲子涵,990102202001010028,2020-01-01,女,明天", "cell_malformed", "居住证失效日期"),
    ],
)
def test_a_severe_fault_of_a_child_is_found_in_its_cell(
    tmp_path: Path, row: str, code: str, column: str
) -> None:
    _, findings = _children(
        tmp_path, GIRL.replace("H1", "H0").replace("990102202001010028", "99010220200101010X"), row
    )

    severe = [finding for finding in findings if finding.severity == "severe" and finding.row == 3]
    assert [(finding.code, finding.column) for finding in severe] == [(code, column)]


def test_numbers_names_and_addresses_never_stand_in_findings(tmp_path: Path) -> None:
    _, findings = _children(tmp_path, "H1,A,1号,甲子涵,990102202001010029,2020-01-01,女,")

    assert not any("990102" in finding.value or "甲" in finding.value for finding in findings)


def test_a_child_in_two_households_is_named_where_it_stands_again(tmp_path: Path) -> None:
    count, findings = _children(tmp_path, GIRL, GIRL.replace("H1", "H2"))

    assert (count, [(f.code, f.row) for f in findings]) == (1, [("child_in_two_households", 3)])
    assert [f.value for f in findings] == ["第 2 行 row 2"]  # the number of the row, never the child's


@pytest.mark.parametrize(
    ("unit", "found"),
    [
        ("A", []),
        ("a", [("outside_units", "a (A?)")]),
        ("Ａ", [("outside_units", "Ａ (A?)")]),
        ("Z", [("outside_units", "Z")]),
        ("A\u200b", [("letters_invisible", "A<U+200B>")]),
        ("\ufeffA", [("letters_invisible", "<U+FEFF>A")]),
    ],
)
def test_a_code_that_only_looks_like_a_unit_is_told_with_the_unit(
    tmp_path: Path, unit: str, found: list[tuple[str, str]]
) -> None:
    count, findings = _children(tmp_path, GIRL.replace("H1,A", f"H1,{unit}"))

    assert (count, [(one.code, one.value) for one in findings]) == (1, found)


def test_invisible_letters_of_a_name_are_left_out_and_never_shown(tmp_path: Path) -> None:
    _, findings = _children(tmp_path, GIRL.replace("甲子涵", "甲子\u200d涵"))

    assert [(one.code, one.column, one.value) for one in findings] == [("letters_invisible", "姓名", "")]


TWIN_HEADER = "户编号,单元编号,住址,姓名,身份证号,出生日期,性别,多胞胎组号"


def twin(household: str, number: str, born: str, code: str) -> str:
    return f"{household},A,1号,甲子涵,{number},{born},女,{code}"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        # one birth before and after midnight
        ((twin("H1", "FIRST", "2020-01-01", "T1"), twin("H1", "NEXT", "2020-01-02", "T1")), []),
        (
            (twin("H1", "FIRST", "2020-01-01", "T1"), twin("H1", "LATER", "2020-01-03", "T1")),
            [("twins_born_apart", 3)],
        ),
        # each a day from the one before, two days between the first and the last
        (
            (
                twin("H1", "FIRST", "2020-01-01", "T1"),
                twin("H1", "NEXT", "2020-01-02", "T1"),
                twin("H1", "LATER", "2020-01-03", "T1"),
            ),
            [("twins_born_apart", 4)],
        ),
        (
            (twin("H1", "FIRST", "2020-01-01", "T1"), twin("H2", "NEXT", "2020-01-02", "T1")),
            [("twins_in_two_households", 3)],
        ),
        ((twin("H1", "FIRST", "2020-01-01", "T1"), twin("H2", "NEXT", "2020-01-02", "T2")), []),
        ((twin("H1", "FIRST", "2020-01-01", ""), twin("H2", "LATER", "2020-01-03", "")), []),
    ],
)
def test_a_twin_code_of_two_families_or_two_births_is_found_and_the_rows_are_kept(
    tmp_path: Path, rows: tuple[str, ...], found: list[tuple[str, int]]
) -> None:
    numbers = {"FIRST": "990102202001010028", "NEXT": "990102202001020023", "LATER": "990102202001030029"}
    for word, number in numbers.items():
        rows = tuple(row.replace(word, number) for row in rows)

    count, findings = _children(tmp_path, *rows, header=TWIN_HEADER)

    assert count == len(rows)
    assert [(finding.code, finding.row) for finding in findings] == found


def test_a_household_with_two_addresses_is_severe(tmp_path: Path) -> None:
    other = "H1,A,2号,甲一一,990102202008310023,2020-08-31,女,"

    _, findings = _children(tmp_path, GIRL, other)

    assert [(f.code, f.row, f.severity) for f in findings] == [("household_differs", 3, "severe")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("H1,Z,1号,甲子涵,990102202001010028,2020-01-01,女,", "outside_units"),
        ("H1,,1号,甲子涵,990102202001010028,2020-01-01,女,", "outside_units"),
        ("H1,A,1号,甲子涵,990102200001010029,2000-01-01,女,", "age_unlikely"),
        ("H1,A,1号,甲子涵,990102991231002,1999-12-31,女,", "identity_old"),
        ("H1,A,1号,甲子涵,H12345678,2020-01-01,女,", "identity_other_document"),
        ("H1,A,1号,甲子涵,990102202001010028,2020-01-01,女,2026-03-01", "permit_lapsed"),
    ],
)
def test_doubts_are_noted_and_the_child_is_kept(tmp_path: Path, row: str, code: str) -> None:
    count, findings = _children(tmp_path, row)

    assert count == 1
    assert code in {finding.code for finding in findings}
    assert not any(finding.severity == "severe" for finding in findings)


DEFERRAL_HEADER = "户编号,单元编号,住址,姓名,身份证号,出生日期,性别,缓学截止日期,缓学批准单位,自报项"


@pytest.mark.parametrize(
    ("cells", "codes", "stated"),
    [
        ("2027-08-31,样例镇人民政府,", [], ("look_up", "样例镇人民政府")),
        ("2027-08-31,,", ["deferral_without_approver"], ("look_up", "office")),
        (",样例镇人民政府,", ["deferral_without_end"], None),
        (",,", [], None),
        # What only the family states stays its own word, whatever office the row names.
        ("2027-08-31,样例镇人民政府,缓学截止日期", [], ("declared", None)),
    ],
)
def test_a_deferral_stands_under_the_office_that_approved_it(
    tmp_path: Path, cells: str, codes: list[str], stated: tuple[str, str | None] | None
) -> None:
    path, findings = tmp_path / "children.csv", Findings()
    path.write_text(f"{DEFERRAL_HEADER}\n{GIRL}{cells}", encoding="utf-8")
    [child] = read_children(path, census=CENSUS, findings=findings)

    assert [finding.code for finding in findings.kept()] == codes
    told = [
        (group["source"], group.get("verifier"), group["values"]["deferred_until"])
        for group in child.facts
        if "deferred_until" in group["values"]
    ]
    assert told == ([] if stated is None else [(*stated, "2027-08-31")])
    assert any("birth_date" in group["values"] for group in child.facts)


def test_a_permit_valid_until_tomorrow_has_not_lapsed(tmp_path: Path) -> None:
    assert _children(tmp_path, GIRL + "2026-03-02") == (1, ())


@pytest.mark.parametrize(
    ("number", "born", "codes"),
    [("990102202603010026", "2026-03-01", ()), ("990102202603020021", "2026-03-02", ("age_unlikely",))],
)
def test_a_birth_after_the_day_of_the_survey_is_unlikely(
    tmp_path: Path, number: str, born: str, codes: tuple[str, ...]
) -> None:
    number = number[:17] + check_digit(number[:17])

    count, findings = _children(tmp_path, f"H1,A,1号,甲子涵,{number},{born},女,")

    assert (count, tuple(finding.code for finding in findings)) == (1, codes)


def test_missing_columns_are_named_in_both_languages(tmp_path: Path) -> None:
    _, findings = _children(tmp_path, "H1,甲子涵", header="户编号,姓名")

    missing = {f.column for f in findings if f.code == "column_missing"}
    assert missing == {"身份证号 / identity", "出生日期 / birth_on", "性别 / sex"}


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    _, findings = _children(tmp_path)

    assert [(f.code, f.severity) for f in findings] == [("file_empty", "severe")]


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("P1,一小,小学,A,270,45,1,,500050,4480050", set()),
        ("P1,一小,小学,,270,45,1,,500050,4480050", set()),
        ("P1,一小,小学,A,-1,45,1,,500050,4480050", {"value_out_of_range"}),
        ("P1,一小,小学,A,40,45,1,,500050,4480050", {"intake_above_capacity"}),
        ("P1,一小,小学,A,330,55,1,,500050,4480050", set()),
        ("P1,一小,小学,A,336,56,1,,500050,4480050", {"large_class"}),
        ("P1,一小,小学,A,270,,,,500050,4480050", {"intake_computed"}),
        ("P1,一小,高中,A,270,45,1,,500050,4480050", {"cell_malformed"}),
        ("P1,一小,小学,Z,270,45,1,,500050,4480050", {"unit_unknown"}),
        ("P1,一小,小学,A,270,45,1,,500150,4480050", {"outside_its_unit"}),
        ("P1,一小,小学,,270,45,1,,500150,4480050", {"outside_every_unit"}),
        ("P1,一小,小学,A,270,45,1,J9,500050,4480050", {"feeder_unknown"}),
        ("P1,一小,小学,A,270,45,1,,,", {"place_missing"}),
        ("P1,一小,小学,A,270,45,1,,inf,4480050", {"coordinate_not_finite", "place_missing"}),
    ],
)
def test_each_fault_of_a_school_has_its_code(tmp_path: Path, row: str, codes: set[str]) -> None:
    assert {finding.code for finding in _schools(tmp_path, row)} == codes


def test_two_schools_at_one_point_and_one_code_twice_are_found(tmp_path: Path) -> None:
    row = "P1,一小,小学,A,270,45,1,,500050,4480050"

    findings = _schools(tmp_path, row, row)

    assert {(finding.code, finding.row) for finding in findings} == {("value_twice", 3), ("same_place", 3)}


def test_schools_declared_in_degrees_are_stopped_when_they_are_metres(tmp_path: Path) -> None:
    path, findings = tmp_path / "schools.csv", Findings()
    path.write_text(f"{SCHOOL_HEADER}\nP1,一小,小学,A,270,45,1,,500050,4480050", encoding="utf-8")

    schools = read_schools(
        path, ground=Ground(4543), declared=parse_system("4326"), units=UNITS, stage=None, findings=findings
    )

    assert schools == ()
    assert "metres_in_degree_layer" in findings.counts()


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (Finding("cell_empty", 3, "姓名"), "row 3, 姓名 a required value is empty. Fill it in."),
        (Finding("cell_empty"), "a required value is empty. Fill it in."),
        (Finding("cell_empty", 0, "", "x"), "'x' a required value is empty. Fill it in."),
    ],
)
def test_a_sentence_has_one_space_between_place_and_rule(finding: Finding, sentence: str) -> None:
    assert finding.sentence("en") == sentence


@pytest.mark.parametrize(
    ("sex", "identity", "first"),
    [("未知", "990102202001010028", "性别"), ("女", "990102202001010029", "身份证号")],
)
def test_a_bad_row_is_told_with_all_its_bad_cells_at_once(
    tmp_path: Path, sex: str, identity: str, first: str
) -> None:
    header = "户编号,单元编号,姓名,身份证号,出生日期,性别,户籍类型,居住证失效日期,现就读学校"
    row = f"H1,A,甲子涵,{identity},2020-01-01,{sex},城镇,长期,{'长' * 41}"

    count, kept = _children(tmp_path, row, header=header)

    assert count == 0
    assert {one.column for one in kept} == {first, "户籍类型", "居住证失效日期", "现就读学校"}
    assert {one.row for one in kept} == {2}
