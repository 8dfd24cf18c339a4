"""What a pupil register says of an applicant: tables of cases, with both sides of every boundary."""

from datetime import date

import pytest

from admissions.rules.pupils import (
    PupilRecord,
    RegisteredSchool,
    elder_schools,
    enrolled_already,
    holds_until,
    own_school,
)

BORN = date(2020, 3, 4)
ELDER = date(2016, 5, 6)
SCHOOLS = {
    "P": RegisteredSchool(6, ("P",)),
    "J": RegisteredSchool(9, ("J",)),
    "N1": RegisteredSchool(9, ("N1", "N2")),
    "N2": RegisteredSchool(9, ("N1", "N2")),
    "X1": RegisteredSchool(9, ("X1", "X2"), "X2"),
}


@pytest.mark.parametrize(
    ("as_of", "until"),
    [
        (date(2026, 8, 31), date(2026, 9, 1)),
        (date(2026, 9, 1), date(2027, 9, 1)),
        (date(2025, 9, 1), date(2026, 9, 1)),
        (date(2026, 1, 1), date(2026, 9, 1)),
    ],
)
def test_a_register_holds_until_the_next_school_year_begins(as_of: date, until: date) -> None:
    assert holds_until(as_of) == until


@pytest.mark.parametrize(
    ("stage", "grade", "state", "is_enrolled"),
    [
        ("primary", 1, "on_roll", True),
        ("primary", 1, "suspended", True),
        ("primary", 1, "", True),
        ("primary", 1, "transferred", False),
        ("primary", 1, "deceased", False),
        ("primary", 1, "other", False),
        ("primary", None, "on_roll", False),
        ("junior", 6, "on_roll", False),
        ("junior", 7, "on_roll", True),
    ],
)
def test_enrolled_already_is_who_is_on_the_roll_in_a_grade_of_the_stage(
    stage: str, grade: int | None, state: str, is_enrolled: bool
) -> None:
    assert enrolled_already([PupilRecord("P", grade, state)], stage=stage) == ("P" if is_enrolled else None)


def test_a_record_without_a_school_enrols_nobody_and_the_first_that_does_is_named() -> None:
    assert enrolled_already([PupilRecord("", 2)], stage="primary") is None
    left, here = PupilRecord("P", 2, "transferred"), PupilRecord("N1", 2)
    assert enrolled_already([left, here, PupilRecord("P", 2)], stage="primary") == "N1"
    assert enrolled_already([], stage="junior") is None


@pytest.mark.parametrize(
    ("school", "grade", "own"),
    [("X1", 6, "X2"), ("X1", 5, None), ("N1", 6, None), ("P", 6, None), ("elsewhere", 6, None)],
)
def test_an_own_pupil_finishes_the_primary_of_an_all_through_private_school(
    school: str, grade: int, own: str | None
) -> None:
    assert own_school([PupilRecord(school, grade)], SCHOOLS) == own


def test_two_records_that_disagree_make_nobody_an_own_pupil() -> None:
    here, there = PupilRecord("X1", 6), PupilRecord("P", 6)
    assert own_school([here, there], SCHOOLS) is None
    assert own_school([here, PupilRecord("P", 6, "transferred")], SCHOOLS) == "X2"
    assert own_school([here, here], SCHOOLS) == "X2"


@pytest.mark.parametrize(
    ("school", "grade", "found"),
    [
        ("P", 5, ("P",)),
        ("P", 6, ()),
        ("J", 8, ("J",)),
        ("J", 9, ()),
        ("N1", 6, ("N1", "N2")),
        ("N2", 8, ("N1", "N2")),
        ("N2", 9, ()),
        ("elsewhere", 5, ("elsewhere",)),
        ("elsewhere", 6, ()),
    ],
)
def test_an_elder_sibling_counts_who_stays_when_the_next_year_begins(
    school: str, grade: int, found: tuple[str, ...]
) -> None:
    assert elder_schools(BORN, [PupilRecord(school, grade, born_on=ELDER)], SCHOOLS) == found


@pytest.mark.parametrize(
    ("record", "counts"),
    [
        (PupilRecord("P", 2, born_on=date(2020, 3, 3)), True),
        (PupilRecord("P", 2, born_on=BORN), False),
        (PupilRecord("P", 2, born_on=date(2020, 3, 5)), False),
        (PupilRecord("P", 2, born_on=None), False),
        (PupilRecord("P", 2, "suspended", ELDER), True),
        (PupilRecord("P", 2, "transferred", ELDER), False),
        (PupilRecord("P", None, born_on=ELDER), False),
    ],
)
def test_only_an_elder_child_on_the_roll_is_an_elder_sibling(record: PupilRecord, counts: bool) -> None:
    assert elder_schools(BORN, [record], SCHOOLS) == (("P",) if counts else ())


def test_schools_of_several_siblings_stand_once_and_in_order() -> None:
    records = [PupilRecord(school, 3, born_on=ELDER) for school in ("P", "N2", "P", "N1")]
    assert elder_schools(BORN, records, SCHOOLS) == elder_schools(BORN, records[::-1], SCHOOLS)
    assert elder_schools(BORN, records, SCHOOLS) == ("N1", "N2", "P")
