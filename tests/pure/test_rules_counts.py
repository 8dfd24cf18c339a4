"""What is counted about schools and children: balance, migrant children, children to be found."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admissions.rules.balance import BASIC_2012, HIGH_QUALITY_2017, meets, variation
from admissions.rules.migrants import counts_as_migrant, public_place_permille
from admissions.rules.no_child_lost import (
    Account,
    ChildTrace,
    Finding,
    SearchCase,
    accounts_of_deferred,
    compare,
    open_cases,
)
from admissions.rules.policy_records import SchoolStage

PUPILS, BOOKS = [45, 37, 89, 76, 55], [279, 137, 935, 160, 402]


def test_the_worked_case_of_the_standard() -> None:
    assert variation(PUPILS, BOOKS) == pytest.approx(0.515, abs=0.0005)
    mean = sum(BOOKS) / sum(PUPILS)
    assert mean == pytest.approx(6.334, abs=0.0005)
    assert variation(PUPILS, BOOKS) * mean == pytest.approx(3.264, abs=0.0005)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=8), st.integers(1, 9))
def test_the_same_for_every_pupil_is_no_variation(pupils: list[int], each: int) -> None:
    assert variation(pupils, [count * each for count in pupils]) == pytest.approx(0, abs=1e-9)


@given(st.permutations(list(zip(PUPILS, BOOKS, strict=True))))
def test_the_order_of_schools_changes_nothing(schools: list[tuple[int, int]]) -> None:
    pupils, books = zip(*schools, strict=True)
    assert variation(pupils, books) == pytest.approx(variation(PUPILS, BOOKS))


@pytest.mark.parametrize(
    ("pupils", "resources"), [([], []), ([10], [1, 2]), ([10, 0], [1, 1]), ([10, 20], [0, 0])]
)
def test_what_has_no_balance_is_refused(pupils: list[int], resources: list[int]) -> None:
    with pytest.raises(ValueError, match="balance"):
        variation(pupils, resources)


@pytest.mark.parametrize(
    ("stage", "value", "kept"),
    [
        (SchoolStage.PRIMARY, 0.650, True),
        (SchoolStage.PRIMARY, 0.651, False),
        (SchoolStage.JUNIOR, 0.550, True),
        (SchoolStage.JUNIOR, 0.551, False),
    ],
)
def test_the_basic_standard_holds_the_mean_of_eight(stage: SchoolStage, value: float, kept: bool) -> None:
    assert meets(BASIC_2012, [value] * 8, stage) is kept
    assert meets(BASIC_2012, [value - 0.1] * 4 + [value + 0.1] * 4, stage) is kept


@pytest.mark.parametrize(
    ("stage", "worst", "kept"),
    [
        (SchoolStage.PRIMARY, 0.500, True),
        (SchoolStage.PRIMARY, 0.501, False),
        (SchoolStage.JUNIOR, 0.450, True),
        (SchoolStage.JUNIOR, 0.451, False),
    ],
)
def test_the_high_quality_standard_holds_each_of_seven(stage: SchoolStage, worst: float, kept: bool) -> None:
    assert meets(HIGH_QUALITY_2017, [0.1] * 6 + [worst], stage) is kept


def test_a_standard_wants_all_its_indicators() -> None:
    with pytest.raises(ValueError, match="7 indicators"):
        meets(HIGH_QUALITY_2017, [0.1] * 6, SchoolStage.PRIMARY)


@pytest.mark.parametrize(
    ("registered", "lives", "expected"),
    [
        ("340102", "410181", True),  # from another province
        ("410302", "410181", True),  # from another city of the province
        ("410105", "410181", True),  # from another county of the city
        ("410181", "410181", False),
        ("340102", "410105", False),  # lives in another county
        ("340102", None, None),
        (None, "410181", None),
    ],
)
def test_migrant_is_who_comes_from_another_county_or_province(
    registered: str | None, lives: str | None, expected: bool | None
) -> None:
    assert counts_as_migrant(registered, lives, "410181") is expected


@pytest.mark.parametrize(
    ("public", "purchased", "migrants", "permille"),
    [(80, 5, 100, 850), (849, 0, 1000, 849), (2, 0, 3, 666), (0, 0, 0, None)],
)
def test_purchased_places_count_as_public(
    public: int, purchased: int, migrants: int, permille: int | None
) -> None:
    assert public_place_permille(public, purchased, migrants) == permille


@pytest.mark.parametrize(
    ("resident", "register", "attends", "finding"),
    [
        (True, None, None, Finding.NEVER_ENROLLED),
        (True, None, "east", Finding.NEVER_ENROLLED),
        (False, None, None, None),
        (True, "east", None, Finding.DROPPED_OUT),
        (False, "east", None, Finding.DROPPED_OUT),
        (True, "east", "west", Finding.REGISTER_ELSEWHERE),
        (True, "east", "east", None),
    ],
)
def test_three_sources_held_against_each_other(
    resident: bool, register: str | None, attends: str | None, finding: Finding | None
) -> None:
    cases = compare([ChildTrace("c1", resident, register, attends)])
    assert [case.finding for case in cases] == ([] if finding is None else [finding])


def test_children_of_relief_families_come_first() -> None:
    traces = [
        ChildTrace("c1", True, None, None),
        ChildTrace("c3", True, "east", None, relief_family=True),
        ChildTrace("c2", True, "east", "west"),
    ]
    assert compare(traces) == (
        SearchCase("c3", Finding.DROPPED_OUT, True),
        SearchCase("c1", Finding.NEVER_ENROLLED, False),
        SearchCase("c2", Finding.REGISTER_ELSEWHERE, False),
    )


def test_whoever_has_no_account_is_an_open_case() -> None:
    accounts = {f"c{number}": account for number, account in enumerate(Account)}
    assert open_cases([*accounts, "c98", "c97"], accounts) == ("c97", "c98")


@pytest.mark.parametrize(
    ("until", "accounts"),
    [("2026-09-02", {"zhao": Account.DEFERRED}), ("2026-09-01", {}), ("2025-09-01", {})],
)
def test_a_deferral_accounts_for_a_child_until_the_day_it_ends(
    until: str, accounts: dict[str, Account]
) -> None:
    deferred = {"zhao": date.fromisoformat(until)}
    assert accounts_of_deferred(deferred, on=date(2026, 9, 1)) == accounts
