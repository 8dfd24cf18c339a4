"""Guardians in the census: two of them, and both sides of everything that is checked about their numbers."""

from datetime import date
from pathlib import Path

import pytest

from geo_data.tables.child_table import Census, ChildRow, read_children
from geo_data.tables.fact_groups import listed
from geo_data.tables.findings import Findings
from geo_data.tables.guardians import NO_GUARDIANS, Guardians, guardian_faults
from tests.services.registers_world import FATHER, GIRL

CENSUS = Census(as_of=date(2026, 3, 1), verifier="office", district="990101", units={"A"})
HEADER = "户编号,单元编号,住址,姓名,身份证号,出生日期,性别"
ROW = f"H1,A,1号,甲子涵,{GIRL},2020-01-01,女"
MOTHER = "990151198202020028"


def read(folder: Path, headers: str, cells: str) -> tuple[list[ChildRow], list[tuple[str, str, str]]]:
    path, findings = folder / "children.csv", Findings()
    path.write_text(f"{HEADER},{headers}\n{ROW},{cells}", encoding="utf-8")
    rows = list(read_children(path, census=CENSUS, findings=findings))
    return rows, [(found.code, found.column, found.value) for found in findings.kept()]


NUMBERS = [
    ("an adult", FATHER, ()),
    ("another document tells no birth date", "H12345678", ()),
    ("no number at all", "9901", ("guardian_form",)),
    ("a wrong check digit", "990151198001010011", ("guardian_check_digit",)),
    ("the child's own number", GIRL, ("guardian_is_child",)),
    ("born on the child's day", "990151202001010017", ("guardian_not_older",)),
    ("born the day before: older, and a minor", "990151201912310016", ("guardian_under_age",)),
    ("eighteen tomorrow", "990151200803020015", ("guardian_under_age",)),
    ("eighteen today", "99015120080301001X", ()),
]


@pytest.mark.parametrize(("why", "number", "codes"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_a_guardians_number_is_checked_beside_the_childs(
    why: str, number: str, codes: tuple[str, ...]
) -> None:
    found = guardian_faults(number, identity=GIRL, birth_on=date(2020, 1, 1), on=date(2026, 3, 1))

    assert found == codes


def test_where_the_childs_birth_date_is_unknown_only_the_age_is_judged() -> None:
    found = guardian_faults("990151202001010017", identity="", birth_on=None, on=date(2026, 3, 1))

    assert found == ("guardian_under_age",)


def test_both_guardians_are_read_under_chinese_english_and_parents_headers(tmp_path: Path) -> None:
    both = Guardians("甲父", FATHER, "乙母", MOTHER)
    for headers in (
        "监护人姓名,监护人身份证号,另一监护人姓名,另一监护人身份证号",
        "guardian,guardian_identity,second_guardian,second_guardian_identity",
        "父亲姓名,父亲身份证号,母亲姓名,母亲身份证号",
    ):
        rows, found = read(tmp_path, headers, f"甲父,{FATHER},乙母,{MOTHER}")
        assert ([row.guardians for row in rows], found) == ([both], [])


def test_an_old_number_of_15_digits_counts_as_its_18(tmp_path: Path) -> None:
    [row], _ = read(tmp_path, "监护人身份证号", "990151800101001")

    assert row.guardians.numbers == (FATHER,)


def test_a_name_or_a_second_guardian_alone_will_do_and_so_will_nobody(tmp_path: Path) -> None:
    [named], _ = read(tmp_path, "监护人姓名,母亲姓名", ",乙母")
    [nobody], _ = read(tmp_path, "监护人姓名,母亲姓名", ",")

    assert (named.guardians, named.guardians.numbers) == (Guardians("", "", "乙母", ""), ())
    assert nobody.guardians == NO_GUARDIANS


@pytest.mark.parametrize(
    ("number", "found", "rows"),
    [
        (GIRL, [("guardian_is_child", "监护人身份证号", "")], 0),
        ("990151202001010017", [("guardian_not_older", "监护人身份证号", "")], 0),
        ("990151198001010011", [("guardian_check_digit", "监护人身份证号", "")], 0),
        ("990151200803020015", [("guardian_under_age", "监护人身份证号", "")], 1),
    ],
)
def test_a_severe_fault_leaves_the_row_out_a_minor_guardian_does_not_and_no_number_is_told(
    tmp_path: Path, number: str, found: list[tuple[str, str, str]], rows: int
) -> None:
    read_rows, noted = read(tmp_path, "监护人身份证号", number)

    assert (len(read_rows), noted) == (rows, found)


def test_the_same_guardian_twice_is_a_warning_and_counts_once(tmp_path: Path) -> None:
    [row], found = read(tmp_path, "监护人身份证号,另一监护人身份证号", f"{FATHER},{FATHER}")

    assert row.guardians.numbers == (FATHER,)
    assert found == [("guardian_twice", "另一监护人身份证号", "")]


def test_the_guardians_registration_becomes_facts_in_the_words_of_the_childs(tmp_path: Path) -> None:
    headers = "监护人户籍类型,监护人户籍所在县区,另一监护人户籍类型,另一监护人户籍所在县区"

    [row], _ = read(tmp_path, headers, "集体户,990101,家庭户,980121")

    facts = {fact["name"]: fact["value"] for fact in listed(row.facts)}
    assert {name: value for name, value in facts.items() if "guardian" in str(name)} == {
        "guardian_registration_kind": "collective",
        "guardian_registration_district": "990101",
        "second_guardian_registration_kind": "family",
        "second_guardian_registration_district": "980121",
    }


def test_a_registration_that_is_none_of_the_words_is_a_finding(tmp_path: Path) -> None:
    rows, found = read(tmp_path, "监护人户籍类型", "农业户")

    assert (rows, found) == (
        [],
        [("cell_malformed", "监护人户籍类型", "农业户 (可填 taken: 家庭户, 集体户, 港澳台, 华侨, 外籍)")],
    )
