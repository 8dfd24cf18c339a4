"""Files for projecting: what is read of them, and every finding."""

from pathlib import Path

import pytest

from geo_data.county.make import make_county
from geo_data.county.past import YEARS, past_of_county
from geo_data.models import HousingKind
from geo_data.projection.defaults import YIELDS
from geo_data.projection.records import SourceCategory
from geo_data.tables.findings import Findings
from geo_data.tables.past_tables import (
    CATEGORIES,
    HOUSING_KINDS,
    KnownSchools,
    PastEnrolmentRow,
    read_enrolments,
    read_grades,
    read_housing,
    read_moves,
)

UNITS = frozenset({"U1", "U2"})
ENROLMENTS = "年份,学段,单元编号,生源类别,学校编号,适龄儿童数,入读划片学校人数,外流人数"
GRADES = "年份,学校编号,年级,学生数"
HOUSING = "楼盘编号,楼盘名称,单元编号,住宅套数,住房类型,交付年份,预计入住率"
MOVES = "年份,年龄,年初儿童数,净迁入"


def _file(folder: Path, header: str, *rows: str) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_past_enrolment_is_read_with_its_category_and_stage(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        ENROLMENTS,
        "2024,小学,U1,人户一致,P1,20,17,2",
        "2025,小学,U1,外来随迁,P1,9,6,",
        "2025,小学,U2,,P1,4,4,0",
    )
    findings = Findings()

    rows = read_enrolments(path, units=UNITS, stage=None, findings=findings)

    assert rows == (
        PastEnrolmentRow(2024, "primary", "U1", "registered", "P1", 20, 17, 2),
        PastEnrolmentRow(
            2025, "primary", "U1", "migrant", "P1", 9, 6, 3
        ),  # whoever did not enrol is elsewhere
        PastEnrolmentRow(2025, "primary", "U2", "unknown", "P1", 4, 4, 0),
    )
    assert findings.counts() == {}


def test_file_without_a_stage_takes_the_one_that_is_chosen(tmp_path: Path) -> None:
    path = _file(tmp_path, "year,unit_id,school_id,children,enrolled", "2024,U1,P1,20,17", "2025,U1,P1,20,17")

    rows = read_enrolments(path, units=UNITS, stage="junior", findings=Findings())

    assert {row.stage for row in rows} == {"junior"}


@pytest.mark.parametrize(
    ("rows", "counts", "refuses"),
    [
        (("2024,小学,U1,,P1,20,18,2", "2025,小学,U1,,P1,20,18,2"), {}, False),
        (("2024,小学,U1,,P1,20,18,3", "2025,小学,U1,,P1,1,1,0"), {"enrolled_above_children": 1}, True),
        (("2024,小学,U9,,P1,20,18,2", "2025,小学,U1,,P1,1,1,0"), {"past_unit_unknown": 1}, False),
        (("2025,小学,U1,,P1,20,18,2",), {"one_year_only": 1}, False),
        (("2024,小学,U1,,P1,2,2,0", "2024,小学,U1,,P2,2,2,0"), {"one_year_only": 1, "row_twice": 1}, True),
        (("2024,,U1,,P1,2,2,0", "2025,小学,U1,,P1,2,2,0"), {"cell_empty": 1}, True),
        (("1989,小学,U1,,P1,2,2,0", "2025,小学,U1,,P1,2,2,0"), {"value_out_of_range": 1}, True),
        (("2024,小学,U1,,P1,许多,2,0", "2025,小学,U1,,P1,2,2,0"), {"cell_malformed": 1}, True),
        (("2024,高中,U1,,P1,2,2,0", "2025,小学,U1,,P1,2,2,0"), {"cell_malformed": 1}, True),
    ],
)
def test_findings_of_past_enrolment(
    tmp_path: Path, rows: tuple[str, ...], counts: dict[str, int], refuses: bool
) -> None:
    findings = Findings()
    years = () if "one_year_only" in counts else ("2022,小学,U2,,P1,1,1,0", "2023,小学,U2,,P1,1,1,0")

    read_enrolments(_file(tmp_path, ENROLMENTS, *rows, *years), units=UNITS, stage=None, findings=findings)

    assert findings.counts() == counts
    assert findings.refuses is refuses


@pytest.mark.parametrize(("net", "counts"), [("-10", {}), ("-11", {"more_left_than_lived": 1})])
def test_more_cannot_leave_than_lived_there(tmp_path: Path, net: str, counts: dict[str, int]) -> None:
    findings = Findings()

    read_moves(_file(tmp_path, MOVES, f"2025,4,10,{net}"), findings=findings)

    assert findings.counts() == counts


def test_same_age_and_year_twice_is_found(tmp_path: Path) -> None:
    findings = Findings()

    read_moves(_file(tmp_path, MOVES, "2025,4,10,1", "2025,4,10,2"), findings=findings)

    assert findings.counts() == {"row_twice": 1}


@pytest.mark.parametrize(
    ("grade", "counts"),
    [("1", {}), ("9", {}), ("0", {"value_out_of_range": 1}), ("10", {"value_out_of_range": 1})],
)
def test_grades_are_one_to_nine(tmp_path: Path, grade: str, counts: dict[str, int]) -> None:
    findings = Findings()

    read_grades(_file(tmp_path, GRADES, f"2025,P1,{grade},30"), findings=findings)

    assert findings.counts() == counts


KNOWN = KnownSchools({"P1": "primary", "J1": "junior"}, this_year=2026)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        *(("2025,P1,6,30", []), ("2025,P1,7,30", [("past_stage_differs", "年级", "7")])),
        *(("2025,J1,7,30", []), ("2025,J1,6,30", [("past_stage_differs", "年级", "6")])),
        ("2025,S9,1,5", [("past_school_unknown", "学校编号", "S9")]),
        *(("2026,P1,1,30", []), ("2027,P1,1,30", [("year_not_past", "年份", "2027")])),
    ],
)
def test_grades_are_held_against_the_schools_and_the_year(
    tmp_path: Path, row: str, found: list[tuple[str, str, str]]
) -> None:
    findings = Findings()

    rows = read_grades(_file(tmp_path, GRADES, row), findings=findings, known=KNOWN)

    assert [(one.code, one.column, one.value) for one in findings.kept()] == found
    assert len(rows) == 1
    assert not findings.refuses


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("2026,小学,U1,,P1,5,5,0", {}),
        ("2027,小学,U1,,P1,5,5,0", {"year_not_past": 1}),
        ("2026,初中,U1,,P1,5,5,0", {"past_stage_differs": 1}),
        ("2026,小学,U1,,S99,5,5,0", {"past_school_unknown": 1}),
    ],
)
def test_past_enrolment_is_held_against_the_schools_and_the_year(
    tmp_path: Path, row: str, found: dict[str, int]
) -> None:
    findings = Findings()
    path = _file(tmp_path, ENROLMENTS, "2024,小学,U1,,P1,5,5,0", row)

    read_enrolments(path, units=UNITS, stage=None, findings=findings, known=KNOWN)

    assert findings.counts() == found


def test_without_schools_nothing_is_said_of_them(tmp_path: Path) -> None:
    findings = Findings()

    read_grades(_file(tmp_path, GRADES, "2030,S9,1,5"), findings=findings)

    assert findings.counts() == {}


def test_new_housing_stands_in_a_known_unit(tmp_path: Path) -> None:
    findings = Findings()

    rows = read_housing(
        _file(tmp_path, HOUSING, "E1,二期,U1,800,商品房,2028,80", "E2,,U2,90,,2027,", "E3,,U9,90,,2027,"),
        units=UNITS,
        findings=findings,
    )

    assert [(row.code, row.name, row.kind, row.occupied_percent) for row in rows[:2]] == [
        ("E1", "二期", "commercial", 80),
        ("E2", "E2", "other", 100),
    ]
    assert findings.counts() == {"unit_unknown": 1}
    assert findings.refuses


def test_empty_file_and_missing_columns_are_found(tmp_path: Path) -> None:
    empty, bare = Findings(), Findings()

    read_grades(_file(tmp_path, GRADES), findings=empty)
    read_grades(_file(tmp_path, "年份,年级", "2025,1"), findings=bare)

    assert empty.counts() == {"file_empty": 1}
    assert bare.counts() == {"column_missing": 2}


def test_words_of_files_models_and_method_agree() -> None:
    assert set(CATEGORIES.values()) == {one.value for one in SourceCategory}
    assert set(HOUSING_KINDS.values()) == set(HousingKind.values)
    assert all(set(yields) == set(HousingKind.values) for yields in YIELDS.values())


def test_sample_past_fits_its_census() -> None:
    # given
    county = make_county(seed=1, year=2026, applicants=1000, n_units=80, n_schools=12)

    # when
    past = past_of_county(county)

    # then six primary cohorts are as old as the census says, and grew by at most a few per cent since
    years = sorted({int(str(row["year"])) for row in past.enrolments if row["stage"] == "primary"})
    assert years == list(range(2026 - YEARS, 2026))
    for year in years:
        then = sum(
            int(str(row["children"]))
            for row in past.enrolments
            if row["stage"] == "primary" and row["year"] == year
        )
        now = int(county.children[:, 6 + 2026 - year - 3].sum())
        assert 0.9 < then / now < 1.1
    assert all(
        int(str(row["enrolled"])) + int(str(row["elsewhere"])) == row["children"] for row in past.enrolments
    )
    assert past == past_of_county(county)
    units = {unit.code for unit in county.units}
    assert {row["unit_id"] for row in past.housing} <= units
