"""Age. Clause: Compulsory Education Law, art. 11(1) and (2); the cut-off day is local."""

from dataclasses import replace
from datetime import date

import pytest

from admissions.rules.age import age_reasons, cut_off_day, is_old_enough
from admissions.rules.clauses import AGE_SIX, DEFERRAL
from admissions.rules.policy_records import AgeRule, SchoolStage
from tests.pure.rules_world import ON, facts, town_policy

AUGUST = AgeRule(entry_age=6, cut_off_month=8, cut_off_day=31)
FEBRUARY = AgeRule(entry_age=6, cut_off_month=2, cut_off_day=28)


@pytest.mark.parametrize(
    ("born_on", "rule", "year", "expected"),
    [
        (date(2020, 8, 30), AUGUST, 2026, True),
        (date(2020, 8, 31), AUGUST, 2026, True),
        (date(2020, 9, 1), AUGUST, 2026, False),
        (date(2012, 1, 1), AUGUST, 2026, True),
        # Born on a leap day: the sixth year is complete on 28 February.
        (date(2020, 2, 29), FEBRUARY, 2026, True),
        (date(2020, 3, 1), FEBRUARY, 2026, False),
    ],
)
def test_the_cut_off_day_itself_is_old_enough(
    born_on: date, rule: AgeRule, year: int, expected: bool
) -> None:
    assert is_old_enough(born_on, rule, year) is expected


def test_the_cut_off_lies_in_the_policy_year() -> None:
    assert cut_off_day(AUGUST, 2027) == date(2027, 8, 31)


@pytest.mark.parametrize(("born", "codes"), [("2020-08-31", ()), ("2020-09-01", ("too_young",))])
def test_a_day_too_young_is_a_reason_with_its_clause(born: str, codes: tuple[str, ...]) -> None:
    reasons = age_reasons(facts(birth_date=born), town_policy(), on=ON)
    assert tuple(reason.code for reason in reasons) == codes
    assert all(reason.clause is AGE_SIX for reason in reasons)


def test_nobody_is_too_old_even_when_a_policy_file_says_so() -> None:
    policy = town_policy()
    policy = replace(policy, age=replace(policy.age, refuse_older_than=7))
    assert age_reasons(facts(birth_date="2011-01-01"), policy, on=ON) == ()


def test_an_unknown_birthday_is_a_reason() -> None:
    assert [r.code for r in age_reasons(facts(), town_policy(), on=ON)] == ["birth_date_unknown"]


@pytest.mark.parametrize(("until", "codes"), [("2026-06-21", ["deferred"]), ("2026-06-20", [])])
def test_a_deferral_ends_on_its_day(until: str, codes: list[str]) -> None:
    reasons = age_reasons(facts(birth_date="2019-01-01", deferred_until=until), town_policy(), on=ON)
    assert [reason.code for reason in reasons] == codes
    assert all(reason.clause is DEFERRAL for reason in reasons)


def test_junior_stage_has_no_entry_age() -> None:
    policy = replace(town_policy(), stage=SchoolStage.JUNIOR)
    assert age_reasons(facts(birth_date="2016-09-02"), policy, on=ON) == ()
