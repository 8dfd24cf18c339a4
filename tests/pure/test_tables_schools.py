"""Schools in full: sites, nine-year schools, groups, purchased places, boarding, and seats by grade and year."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import shapely

from geo_data.tables.findings import Finding, Findings
from geo_data.tables.placing import Ground
from geo_data.tables.school_table import SchoolRow, read_schools
from geo_data.tables.seat_table import SchoolFacts, SeatRow, read_seats

UNITS = {"A": shapely.box(500_000, 4_480_000, 501_000, 4_481_000)}
HEADER = (
    "学校编号,学校名称,学段,办学性质,校址类别,本部学校编号,学位数,在校生数,招生计划,起始年级班数,"
    "政府购买学位数,寄宿制,寄宿床位数,校车线路,九年一贯编号,集团编号,对口升入学校,横坐标,纵坐标"
)
PLAIN = {
    "学段": "小学",
    "学位数": "270",
    "招生计划": "45",
    "起始年级班数": "1",
    "纵坐标": "4480050",
}


def _read(folder: Path, *rows: dict[str, str]) -> tuple[tuple[SchoolRow, ...], tuple[Finding, ...]]:
    path, findings = folder / "schools.csv", Findings()
    lines = [HEADER]
    for number, row in enumerate(rows):
        cells = {**PLAIN, "学校名称": f"第{number}小学", "横坐标": str(500_050 + 50 * number), **row}
        lines.append(",".join(cells.get(header, "") for header in HEADER.split(",")))
    path.write_text("\n".join(lines), encoding="utf-8")
    schools = read_schools(
        path, ground=Ground(4543), declared=None, units=UNITS, stage=None, findings=findings
    )
    return schools, findings.kept()


def _found(findings: Sequence[Finding]) -> list[tuple[str, int, str]]:
    return [(finding.code, finding.row, finding.column) for finding in findings]


MAIN = {"学校编号": "P1"}
JUNIOR = {"学校编号": "J1", "学段": "初中"}


def test_a_school_in_full_is_read_without_a_finding(tmp_path: Path) -> None:
    [main, campus, point, junior, private], findings = _read(
        tmp_path,
        {**MAIN, "九年一贯编号": "N1", "集团编号": "G1", "对口升入学校": "J1", "在校生数": "270"},
        {"学校编号": "P1B", "校址类别": "校区", "本部学校编号": "P1", "校车线路": "1路；2路"},
        {"学校编号": "P1C", "校址类别": "教学点", "本部学校编号": "P1"},
        {**JUNIOR, "九年一贯编号": "N1", "集团编号": "G1", "寄宿制": "是", "寄宿床位数": "120"},
        {"学校编号": "PM1", "办学性质": "民办", "集团编号": "G1", "政府购买学位数": "45"},
    )

    assert findings == ()
    assert (main.site, main.nine_year_code, main.group_code, main.feeds) == ("main", "N1", "G1", ("J1",))
    assert (main.capacity, main.enrolled, main.boarding, main.boarding_beds) == (270, 270, False, 0)
    assert (campus.site, campus.main_code, campus.bus_lines) == ("campus", "P1", ("1路", "2路"))
    assert (point.site, point.main_code, point.enrolled) == ("teaching_point", "P1", None)
    assert (junior.boarding, junior.boarding_beds) == (True, 120)
    assert (private.ownership, private.purchased_places) == ("private", 45)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        # Seats and pupils: as many is fine, one more is not.
        ([{**MAIN, "在校生数": "270"}], []),
        ([{**MAIN, "在校生数": "271"}], [("seats_below_enrolled", 2, "在校生数")]),
        # Purchased places: none in a public school, in a private one up to the planned intake.
        ([{**MAIN, "政府购买学位数": "0"}], []),
        ([{**MAIN, "政府购买学位数": "1"}], [("purchased_in_public", 2, "政府购买学位数")]),
        ([{**MAIN, "办学性质": "民办", "政府购买学位数": "45"}], []),
        (
            [{**MAIN, "办学性质": "民办", "政府购买学位数": "46"}],
            [("purchased_above_intake", 2, "政府购买学位数")],
        ),
        # Boarding and beds.
        ([{**MAIN, "寄宿制": "否", "寄宿床位数": "0"}], []),
        ([{**MAIN, "寄宿制": "否", "寄宿床位数": "1"}], [("beds_without_boarding", 2, "寄宿床位数")]),
        ([{**MAIN, "寄宿床位数": "1"}], [("beds_without_boarding", 2, "寄宿床位数")]),
        ([{**MAIN, "寄宿制": "是", "寄宿床位数": "1"}], []),
        ([{**MAIN, "寄宿制": "是", "寄宿床位数": "0"}], [("boarding_without_beds", 2, "寄宿床位数")]),
        ([{**MAIN, "寄宿制": "是"}], []),
        # Sites and the school that runs them.
        ([{**MAIN, "校址类别": "教学点"}], [("main_school_unknown", 2, "本部学校编号")]),
        (
            [{**MAIN, "校址类别": "校区", "本部学校编号": "P9"}],
            [("main_school_unknown", 2, "本部学校编号")],
        ),
        ([{**MAIN, "本部学校编号": "P1"}], []),
        ([{**MAIN, "本部学校编号": "P9"}], [("main_school_not_main", 2, "本部学校编号")]),
        (
            [
                MAIN,
                {"学校编号": "P2", "校址类别": "校区", "本部学校编号": "P1"},
                {"学校编号": "P3", "校址类别": "教学点", "本部学校编号": "P2"},
            ],
            [("main_school_not_main", 4, "本部学校编号")],
        ),
        (
            [MAIN, {"学校编号": "P2", "校址类别": "校区", "本部学校编号": "P1", "办学性质": "民办"}],
            [("site_differs", 3, "本部学校编号")],
        ),
        # Nine-year schools.
        ([{**MAIN, "九年一贯编号": "N1"}, {**JUNIOR, "九年一贯编号": "N1"}], []),
        ([{**MAIN, "九年一贯编号": "N1"}, JUNIOR], [("nine_year_inconsistent", 2, "九年一贯编号")]),
        (
            [{**MAIN, "九年一贯编号": "N1"}, {"学校编号": "P2", "九年一贯编号": "N1"}],
            [("nine_year_inconsistent", 3, "九年一贯编号")],
        ),
        (
            [{**MAIN, "九年一贯编号": "N1"}, {**JUNIOR, "九年一贯编号": "N1", "办学性质": "民办"}],
            [("nine_year_inconsistent", 3, "九年一贯编号")],
        ),
        (
            [
                {**MAIN, "九年一贯编号": "N1", "对口升入学校": "J2"},
                {**JUNIOR, "九年一贯编号": "N1"},
                {**JUNIOR, "学校编号": "J2"},
            ],
            [("nine_year_inconsistent", 3, "九年一贯编号")],
        ),
        # Groups: sites and stages of one school are one school.
        ([{**MAIN, "集团编号": "G1"}, {"学校编号": "P2", "集团编号": "G1"}], []),
        ([{**MAIN, "集团编号": "G1"}], [("group_of_one", 2, "集团编号")]),
        (
            [
                {**MAIN, "集团编号": "G1"},
                {"学校编号": "P2", "校址类别": "校区", "本部学校编号": "P1", "集团编号": "G1"},
            ],
            [("group_of_one", 2, "集团编号")],
        ),
        (
            [
                {**MAIN, "九年一贯编号": "N1", "集团编号": "G1"},
                {**JUNIOR, "九年一贯编号": "N1", "集团编号": "G1"},
            ],
            [("group_of_one", 2, "集团编号"), ("group_of_one", 3, "集团编号")],
        ),
        # Feeders.
        ([{**MAIN, "对口升入学校": "J1"}, JUNIOR], []),
        ([{**MAIN, "对口升入学校": "J9"}, JUNIOR], [("feeder_unknown", 2, "对口升入学校")]),
        ([{**MAIN, "对口升入学校": "P2"}, {"学校编号": "P2"}], [("feeder_stage", 2, "对口升入学校")]),
        ([MAIN, {**JUNIOR, "对口升入学校": "P1"}], [("feeder_stage", 3, "对口升入学校")]),
        # Places: a nine-year school's two stages may share one, two primary schools not.
        ([{**MAIN, "横坐标": "500050"}, {**JUNIOR, "横坐标": "500050"}], []),
        ([{**MAIN, "横坐标": "500050"}, {"学校编号": "P2", "横坐标": "500050.4"}], [("same_place", 3, "")]),
        (
            [{**MAIN, "横坐标": "500050.49"}, {"学校编号": "P2", "横坐标": "500050.51"}],
            [("same_place", 3, "")],
        ),
        ([{**MAIN, "横坐标": "500050"}, {"学校编号": "P2", "横坐标": "500051"}], [("same_place", 3, "")]),
        ([{**MAIN, "横坐标": "500050"}, {"学校编号": "P2", "横坐标": "500051.01"}], []),
        (
            [{**MAIN, "横坐标": "500050"}, {"学校编号": "P2"}, {"学校编号": "P3", "横坐标": "500050.9"}],
            [("same_place", 4, "")],
        ),
    ],
)
def test_each_fault_between_schools_has_its_code_row_and_column(
    tmp_path: Path, rows: list[dict[str, str]], found: list[tuple[str, int, str]]
) -> None:
    _, findings = _read(tmp_path, *rows)

    assert _found(findings) == found


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"学位数": "-1", "在校生数": "500"}, [("value_out_of_range", 2, "学位数")]),
        ({"学位数": "六百", "招生计划": "45"}, [("cell_malformed", 2, "学位数")]),
        ({"学位数": "六百", "招生计划": ""}, [("cell_malformed", 2, "学位数")]),
        ({"学位数": ""}, [("cell_empty", 2, "学位数")]),
        ({"招生计划": "四十五", "起始年级班数": "0"}, [("cell_malformed", 2, "招生计划")]),
        ({"起始年级班数": "一"}, [("cell_malformed", 2, "起始年级班数")]),
        (
            {"起始年级班数": "一", "招生计划": "271"},
            [("cell_malformed", 2, "起始年级班数"), ("intake_above_capacity", 2, "招生计划")],
        ),
        (
            {"招生计划": "多", "办学性质": "民办", "政府购买学位数": "20"},
            [("cell_malformed", 2, "招生计划")],
        ),
    ],
)
def test_what_could_not_be_read_is_compared_with_nothing(
    tmp_path: Path, row: dict[str, str], found: list[tuple[str, int, str]]
) -> None:
    schools, findings = _read(tmp_path, {"学校编号": "P1", **row})

    assert _found(findings) == found
    assert schools == ()


@pytest.mark.parametrize(
    ("cell", "seats"), [("600.0", 600), ("600.", None), ("600.5", None), ("600.000", 600), (".0", None)]
)
def test_a_whole_number_may_carry_zeros_behind_its_point(
    tmp_path: Path, cell: str, seats: int | None
) -> None:
    schools, findings = _read(tmp_path, {"学校编号": "P1", "学位数": cell})

    assert [school.capacity for school in schools] == ([seats] if seats else [])
    assert _found(findings) == ([] if seats else [("cell_malformed", 2, "学位数")])


SCHOOLS = {"P1": SchoolFacts("primary", 45), "J1": SchoolFacts("junior", 50)}
LONG = "学校编号,学年,年级,学位数,班数,在校生数,招生计划"


def _seats(folder: Path, *rows: str, header: str = LONG) -> tuple[tuple[SeatRow, ...], tuple[Finding, ...]]:
    path, findings = folder / "seats.csv", Findings()
    path.write_text("\n".join((header, *rows)), encoding="utf-8")
    rows_read = read_seats(path, schools=SCHOOLS, coming_year=2026, findings=findings)
    return rows_read, findings.kept()


def test_seats_are_read_a_row_a_grade(tmp_path: Path) -> None:
    rows, findings = _seats(tmp_path, "P1,2025,1,45,1,44,45", "P1,2026,1,45,1,,45", "J1,2025,9,50,1,50,")

    assert findings == ()
    assert rows == (
        SeatRow("P1", 2025, 1, 45, 1, 44, 45),
        SeatRow("P1", 2026, 1, 45, 1, None, 45),
        SeatRow("J1", 2025, 9, 50, 1, 50, None),
    )


def test_seats_are_read_a_row_a_year_with_columns_for_grades_of_the_stage_only(tmp_path: Path) -> None:
    header = "学校编号,学年,招生计划,一年级学位数,一年级在校生数,2年级学位数,七年级学位数,7年级班数"

    rows, findings = _seats(tmp_path, "P1,2025,45,45,44,40,,", "J1,2025,50,,,,50,1", header=header)

    assert findings == ()
    assert rows == (
        SeatRow("P1", 2025, 1, 45, None, 44, 45),
        SeatRow("P1", 2025, 2, 40, None, None, None),
        SeatRow("J1", 2025, 7, 50, 1, None, 50),
    )


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (["P1,2025,1,45,1,45,"], []),
        (["P1,2025,1,45,1,46,"], [("seats_below_enrolled", 2, "在校生数")]),
        (["P9,2025,1,45,1,,"], [("school_unknown", 2, "学校编号")]),
        (["P1,1999,1,45,1,,"], [("value_out_of_range", 2, "学年")]),
        (["P1,2000,1,45,1,,"], []),
        (["P1,2025,0,45,1,,"], [("value_out_of_range", 2, "年级")]),
        (["P1,2025,6,45,1,,"], []),
        (["P1,2025,7,45,1,,"], [("grade_of_other_stage", 2, "年级")]),
        (["J1,2025,6,45,1,,"], [("grade_of_other_stage", 2, "年级")]),
        (["P1,2025,1,45,1,,", "P1,2025,1,45,1,,"], [("seats_twice", 3, "年级")]),
        (["P1,2025,1,45,1,,45", "P1,2025,2,45,1,,45"], [("intake_not_entry_grade", 3, "招生计划")]),
        (["P1,2025,1,45,1,,46"], [("intake_above_seats", 2, "招生计划")]),
        # The coming year is 2026, for which the school file plans 45.
        (["P1,2026,1,50,1,,45"], []),
        (["P1,2026,1,50,1,,46"], [("intake_differs", 2, "招生计划")]),
        (["P1,2027,1,50,1,,46"], []),
    ],
)
def test_each_fault_of_seats_has_its_code_row_and_column(
    tmp_path: Path, rows: list[str], found: list[tuple[str, int, str]]
) -> None:
    _, findings = _seats(tmp_path, *rows)

    assert _found(findings) == found


def test_a_file_without_any_grade_is_refused(tmp_path: Path) -> None:
    _, findings = _seats(tmp_path, "P1,2025,45", header="学校编号,学年,学位数")

    assert [(f.code, f.column) for f in findings] == [("column_missing", "年级 / grade")]
