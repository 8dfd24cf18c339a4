"""Lists of other offices, row by row: what is read, and each finding."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from geo_data.tables.declaration import ChildDeclaration, declared_facts, faults_of
from geo_data.tables.fact_groups import listed
from geo_data.tables.findings import Findings
from geo_data.tables.identity import check_digit, of_eighteen_digits
from geo_data.tables.register_columns import REGISTERS
from geo_data.tables.register_table import Listing, RegisterRow, read_register
from tests.services.registers_world import (
    BOY,
    BOY_PUPIL,
    FATHER,
    GIRL,
    GIRL_REGISTERED,
    PUPILS,
    REGISTRATIONS,
    list_file,
)

LISTING = Listing(date(2026, 3, 1), "office", "990102", frozenset({"A", "B"}), frozenset({"P1"}))
PERMITS = "姓名,身份证号,单元编号,居住证签发日期,居住证失效日期,居住证签注日期"
TITLES = "姓名,身份证号,不动产单元号,单元编号,产权登记日期,产权份额,住宅用途"
RENTALS = "姓名,身份证号,住址,单元编号,租赁备案日期,租赁截止日期,住房性质"
INSURANCES = "姓名,身份证号,社会保险月数,就业证明"
CIVIL_AFFAIRS = "姓名,身份证号,出生日期,性别,亲子关系已证明"
PREFERENCES = "姓名,身份证号,出生日期,性别,优抚优待类别"
ATTENDANCE = "姓名,身份证号,出生日期,学校编号,年级,到校情况,应到天数,实到天数"
ROW_2, TAKEN = "第 2 行 row 2", "(可填 taken: "


def read(
    folder: Path, kind: str, header: str, *rows: str
) -> tuple[list[RegisterRow], list[tuple[str, int, str]]]:
    findings = Findings()
    path = list_file(folder, kind, header, *rows)
    found = list(read_register(path, spec=REGISTERS[kind], listing=LISTING, findings=findings))
    return found, [(f.code, f.row, f.value) for f in findings.kept()]


def facts(row: RegisterRow) -> dict[object, object]:
    return {fact["name"]: fact["value"] for fact in listed(row.facts)}


def test_a_registered_child_is_read_with_its_guardian_and_what_the_list_itself_says(tmp_path: Path) -> None:
    [row], found = read(tmp_path, "registrations", REGISTRATIONS, GIRL_REGISTERED)

    assert found == []
    assert (row.number, row.name, row.identity, row.guardian_identity) == (2, "甲子涵", GIRL, FATHER)
    assert (row.record_key, row.unit_code, row.details) == (GIRL, "A", {"household_code": "R1"})
    assert facts(row) == {
        "birth_date": "2020-01-01",
        "registration_district": "990102",
        "registration_unit": "A",
    }
    assert {fact["verifier"] for fact in listed(row.facts)} == {"office"}


def test_papers_are_told_apart_by_holder_and_dwelling(tmp_path: Path) -> None:
    [permit], _ = read(tmp_path, "permits", PERMITS, f"甲父,{FATHER},A,2024-01-01,2027-01-01,2025-01-01")
    [title], _ = read(tmp_path, "titles", TITLES, f"甲父,{FATHER},F0001,A,2015-01-01,50,是")
    [rental], _ = read(tmp_path, "rentals", RENTALS, f"甲父,{FATHER},1号楼,B,2020-01-01,2027-01-01,公租房")

    assert (permit.birth_on, permit.record_key) == (None, f"{FATHER}||2024-01-01")
    assert facts(permit)["permit_endorsed_on"] == ["2025-01-01"]
    assert (title.record_key, title.property_key) == (f"{FATHER}|F0001|", "F0001")
    assert facts(title) == {
        "dwelling_district": "990102",
        "dwelling_is_residential": True,
        "dwelling_right": "owned",
        "dwelling_unit": "A",
        "ownership_share_percent": 50,
        "title_since": "2015-01-01",
    }
    assert facts(rental)["dwelling_right"] == "public_rental"
    assert rental.details == {"rental_until": "2027-01-01"}


def test_a_pupil_of_the_last_primary_grade_brings_the_feeder_school(tmp_path: Path) -> None:
    last = BOY_PUPIL.replace("P1,2,", "P1,6,")

    [row], _ = read(tmp_path, "pupils", PUPILS, BOY_PUPIL)
    [leaver], _ = read(tmp_path, "pupils", PUPILS, last)

    assert (row.school_code, row.grade, "feeder_school" in facts(row)) == ("P1", 2, False)
    assert facts(leaver)["feeder_school"] == "P1"


def test_attendance_keeps_its_days_and_kindergartens_are_the_top_class(tmp_path: Path) -> None:
    [seen], _ = read(tmp_path, "attendance", ATTENDANCE, f"甲子轩,{BOY},2018-05-05,P1,2,在校,95,90")
    [child], _ = read(tmp_path, "kindergartens", "姓名,出生日期,幼儿园,监护人", "甲子涵,2020-01-01,K1,甲父")

    assert seen.details == {"attendance_state": "present", "days_expected": 95, "days_present": 90}
    assert (child.school_code, child.grade, child.record_key) == ("K1", 0, "甲子涵|2020-01-01|甲父")


def test_a_row_that_only_looks_like_another_ones_second_has_a_key_of_its_own(tmp_path: Path) -> None:
    rows, found = read(
        tmp_path,
        "kindergartens",
        "姓名,出生日期,幼儿园,监护人",
        "甲子涵,2020-01-01,K1,甲父#1",
        "甲子涵,2020-01-01,K1,甲父",
        "甲子涵,2020-01-01,K2,甲父",
    )

    keys = [row.record_key for row in rows]
    assert keys == [f"甲子涵|2020-01-01|甲父{end}" for end in ("#1", "", "#2")]
    assert [row for code, row, _ in found if code == "entry_twice"] == [4]


@pytest.mark.parametrize(
    ("kind", "header", "row"),
    [
        ("births", "姓名,身份证号,出生日期", "甲子涵,,{day}"),
        ("kindergartens", "姓名,出生日期,幼儿园", "甲子涵,{day},K1"),
    ],
)
@pytest.mark.parametrize(("day", "unlikely"), [(LISTING.as_of, 0), (LISTING.as_of + timedelta(days=1), 1)])
def test_a_birth_after_the_day_of_the_list_is_unlikely(
    tmp_path: Path, kind: str, header: str, row: str, day: date, unlikely: int
) -> None:
    rows, found = read(tmp_path, kind, header, row.format(day=day))

    assert (len(rows), [code for code, *_ in found].count("age_unlikely")) == (1, unlikely)


REGISTERED = GIRL_REGISTERED.split(",")


def girl(place: int, value: str) -> str:
    return ",".join([*REGISTERED[:place], value, *REGISTERED[place + 1 :]])


BAD = "990102202001010020"
FINDINGS = [
    ("registrations", REGISTRATIONS, [girl(3, BAD)], [("identity_check_digit", 2, "")], 0),
    ("registrations", REGISTRATIONS, [girl(3, "12345")], [("identity_form", 2, "")], 0),
    ("registrations", REGISTRATIONS, [girl(4, "2020-01-02")], [("identity_birth_date", 2, "")], 0),
    ("registrations", REGISTRATIONS, [girl(5, "男")], [("identity_sex", 2, "")], 0),
    ("registrations", REGISTRATIONS, [girl(3, "")], [("cell_empty", 2, "")], 0),
    ("registrations", REGISTRATIONS, [girl(3, "H12345678")], [("identity_other_document", 2, "")], 1),
    ("registrations", REGISTRATIONS, [girl(1, "Z")], [("unit_not_here", 2, "Z")], 1),
    ("registrations", REGISTRATIONS, [girl(7, "990151198001010011")], [("guardian_check_digit", 2, "")], 0),
    ("registrations", REGISTRATIONS, [girl(7, "9901")], [("guardian_form", 2, "")], 0),
    (
        "registrations",
        REGISTRATIONS,
        [girl(7, "99015119800230001" + check_digit("99015119800230001"))],
        [("guardian_birth_date", 2, "")],
        0,
    ),
    ("registrations", REGISTRATIONS, [GIRL_REGISTERED] * 2, [("entry_repeated", 3, ROW_2)], 1),
    ("registrations", REGISTRATIONS, [GIRL_REGISTERED, girl(0, "R2")], [("entry_twice", 3, ROW_2)], 2),
    ("registrations", REGISTRATIONS, [], [("file_empty", 0, "")], 0),
    ("pupils", PUPILS, [BOY_PUPIL.replace(BOY, "")], [("identity_absent", 2, "")], 1),
    ("pupils", PUPILS, [BOY_PUPIL.replace("P1", "P9")], [("school_not_here", 2, "P9")], 1),
    (
        "pupils",
        PUPILS,
        [BOY_PUPIL.replace("P1,2", "P1,10")],
        [("value_out_of_range", 2, f"10 {TAKEN}1–9, 一年级…九年级, 初一…初三)")],
        0,
    ),
    (
        "kindergartens",
        "姓名,出生日期,幼儿园",
        ["甲一,2004-01-01,K1"],
        [("age_unlikely", 2, ""), ("identity_absent", 2, "")],
        1,
    ),
    (
        "permits",
        PERMITS,
        [f"甲父,{FATHER},A,2024-01-01,2024-01-01,"],
        [("permit_ends_before_it_begins", 2, "2024-01-01")],
        0,
    ),
    ("permits", PERMITS, [f"甲父,{FATHER},A,2024-01-01,2026-03-01,"], [("permit_lapsed", 2, "")], 1),
    ("permits", PERMITS, [f"甲父,{FATHER},A,2024-01-01,2026-03-02,"], [], 1),
    ("permits", PERMITS, [f"甲父,{FATHER},A,2024-01-01,,"], [("cell_empty", 2, "")], 0),
    (
        "rentals",
        RENTALS,
        [f"甲父,{FATHER},1号楼,B,2020-01-01,2026-03-01,租赁"],
        [("rental_ended", 2, "2026-03-01")],
        1,
    ),
    ("rentals", RENTALS, [f"甲父,{FATHER},1号楼,B,2020-01-01,2026-03-02,租赁"], [], 1),
    ("insurances", INSURANCES, [f"甲父,{FATHER},720,劳动合同"], [], 1),
    (
        "insurances",
        INSURANCES,
        [f"甲父,{FATHER},721,劳动合同"],
        [("value_out_of_range", 2, f"721 {TAKEN}0–720)")],
        0,
    ),
    ("civil_affairs", CIVIL_AFFAIRS, [f"甲子涵,{GIRL},2020-01-01,女,是"], [], 1),
    ("civil_affairs", CIVIL_AFFAIRS, [f"甲子涵,{GIRL},2020-01-01,女,"], [("cell_empty", 2, "")], 0),
    ("preferences", PREFERENCES, [f"甲子涵,{GIRL},2020-01-01,女,烈士"], [], 1),
    (
        "preferences",
        PREFERENCES,
        [f"甲子涵,{GIRL},2020-01-01,女,状元"],
        [("cell_malformed", 2, f"状元 {TAKEN}烈士, 现役军人, 消防救援, 公安, 人才, 无)")],
        0,
    ),
]


@pytest.mark.parametrize(
    ("kind", "header", "rows", "expected", "kept"),
    FINDINGS,
    ids=[f"{row[0]}-{' '.join(code for code, *_ in row[3]) or 'clean'}" for row in FINDINGS],
)
def test_each_finding_stands_at_its_row_and_holds_nothing_personal(
    tmp_path: Path, kind: str, header: str, rows: list[str], expected: list[tuple[str, int, str]], kept: int
) -> None:
    found_rows, found = read(tmp_path, kind, header, *rows)

    assert sorted(found) == sorted(expected)
    assert len(found_rows) == kept


def test_a_list_without_a_needed_column_is_refused(tmp_path: Path) -> None:
    _, found = read(tmp_path, "titles", "姓名,身份证号", f"甲父,{FATHER}")

    assert ("column_missing", 1, "") in found


def test_an_old_number_counts_as_its_eighteen_digits() -> None:
    assert of_eighteen_digits("990151800101001") == "990151198001010018"
    assert of_eighteen_digits(" 99010220200101002x ") == "99010220200101002X"


DECLARATION = ChildDeclaration(
    name="甲子涵",
    identity=GIRL,
    birth_on=date(2020, 1, 1),
    sex="female",
    guardian="甲父",
    unit_code="A",
    facts={"dwelling_right": "自有", "registration_district": "990102"},
)


def faults(**changes: object) -> dict[str, tuple[str, ...]]:
    from dataclasses import replace

    return dict(
        faults_of(replace(DECLARATION, **changes), on=date(2026, 3, 1), units={"A"})  # type: ignore[arg-type]  # table
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"name": " "}, {"name": ("cell_empty",)}),
        ({"name": "甲" * 101}, {"name": ("cell_too_long",)}),
        ({"identity": BAD}, {"identity": ("identity_check_digit",)}),
        ({"identity": BOY}, {"identity": ("identity_birth_date", "identity_sex")}),
        ({"sex": "x"}, {"sex": ("cell_malformed",)}),
        ({"guardian": ""}, {"guardian": ("cell_empty",)}),
        ({"guardian_identity": "9901"}, {"guardian_identity": ("guardian_form",)}),
        ({"unit_code": "Z"}, {"unit_code": ("unit_not_here",)}),
        ({"facts": {"permit_valid_until": "2027-01-01"}}, {"permit_valid_until": ("fact_not_declarable",)}),
        ({"facts": {"dwelling_right": "城堡"}}, {"dwelling_right": ("cell_malformed",)}),
        (
            {"birth_on": date(2026, 3, 2), "identity": "H12345678"},
            {"birth_on": ("age_unlikely",)},
        ),
    ],
)
def test_a_declaration_is_checked_as_a_row_is(
    changes: dict[str, object], expected: dict[str, tuple[str, ...]]
) -> None:
    assert faults(**changes) == expected


def test_what_a_guardian_says_is_declared() -> None:
    stated = declared_facts(DECLARATION, on=date(2026, 3, 1), here="990102")

    assert {fact["source"] for fact in stated} == {"declared"}
    assert {fact["name"]: fact["value"] for fact in stated} == {
        "birth_date": "2020-01-01",
        "dwelling_district": "990102",
        "dwelling_right": "owned",
        "dwelling_unit": "A",
        "registration_district": "990102",
    }


@pytest.mark.parametrize(
    ("number", "found", "rows"),
    [
        (GIRL, [("guardian_is_child", 2, "")], 0),
        ("990151202001010017", [("guardian_not_older", 2, "")], 0),
        ("990151200803020015", [("guardian_under_age", 2, "")], 1),
        ("99015120080301001X", [], 1),
    ],
)
def test_a_lists_guardian_is_checked_beside_the_child_as_in_the_census(
    tmp_path: Path, number: str, found: list[tuple[str, int, str]], rows: int
) -> None:
    read_rows, noted = read(tmp_path, "registrations", REGISTRATIONS, girl(7, number))

    assert (len(read_rows), noted) == (rows, found)


@pytest.mark.parametrize(
    ("number", "faults"),
    [
        (GIRL, {"guardian_identity": ("guardian_is_child",)}),
        ("990151202001010017", {"guardian_identity": ("guardian_not_older",)}),
        ("990151200803020015", {}),  # a minor: an officer asks
        (FATHER, {}),
    ],
)
def test_who_registers_a_child_is_somebody_else_and_older(
    number: str, faults: dict[str, tuple[str, ...]]
) -> None:
    declared = ChildDeclaration("甲子涵", GIRL, date(2020, 1, 1), "female", "甲父", guardian_identity=number)

    assert faults_of(declared, on=date(2026, 3, 1), units=frozenset()) == faults


def test_a_guardian_declares_the_own_registration_in_the_words_of_the_childs() -> None:
    said = {"guardian_registration_kind": "集体户", "guardian_registration_district": "980121"}
    declared = ChildDeclaration("甲子涵", GIRL, date(2020, 1, 1), "female", "甲父", facts=said)

    facts = declared_facts(declared, on=date(2026, 3, 1), here="990102")

    assert faults_of(declared, on=date(2026, 3, 1), units=frozenset()) == {}
    assert [(fact["name"], fact["value"], fact["source"]) for fact in facts][1:] == [
        ("guardian_registration_district", "980121", "declared"),
        ("guardian_registration_kind", "collective", "declared"),
    ]
