"""Who enters in which year: both sides of the cut-off day, and the day that is not in every year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admissions.rules.age import is_old_enough
from admissions.rules.policy_records import AgeRule as PolicyAgeRule
from geo_data.projection.age import births_of, coming_entry_year, cut_off, entry_year
from geo_data.projection.categories import source_category
from geo_data.projection.records import AgeRule

PRIMARY, JUNIOR = AgeRule(6), AgeRule(12)


@pytest.mark.parametrize(
    ("born_on", "rule", "year"),
    [
        (date(2020, 8, 31), PRIMARY, 2026),  # six on the cut-off day, that day included
        (date(2020, 9, 1), PRIMARY, 2027),  # born the day after waits
        (date(2014, 8, 31), JUNIOR, 2026),
        (date(2014, 9, 1), JUNIOR, 2027),
        (date(2020, 12, 31), AgeRule(6, 12, 31), 2026),
        (date(2020, 2, 28), AgeRule(6, 2, 28), 2026),
        (date(2020, 2, 29), AgeRule(6, 2, 28), 2026),  # six on 28 February of a short year
        (date(2020, 3, 1), AgeRule(6, 2, 28), 2027),
        (date(2022, 2, 28), AgeRule(6, 2, 28), 2028),
        (date(2020, 2, 29), AgeRule(8, 2, 28), 2029),  # eight on 29 February 2028, a day too late
        (date(2020, 2, 29), AgeRule(8, 2, 29), 2028),
        (date(2021, 2, 28), AgeRule(6, 2, 29), 2027),  # the cut-off day is 28 February in a short year
        (date(2021, 3, 1), AgeRule(6, 2, 29), 2028),
    ],
)
def test_child_enters_in_the_first_year_that_sees_the_age_completed(
    born_on: date, rule: AgeRule, year: int
) -> None:
    assert entry_year(born_on, rule) == year


def test_cut_off_of_a_day_that_the_year_has_not() -> None:
    assert [cut_off(AgeRule(6, 2, 29), year) for year in (2027, 2028)] == [
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


@pytest.mark.parametrize(("on", "year"), [(date(2026, 8, 31), 2026), (date(2026, 9, 1), 2027)])
def test_next_cohort_enters_this_year_up_to_the_cut_off_day(on: date, year: int) -> None:
    assert coming_entry_year(on, PRIMARY) == year


def test_births_of_an_entry_year_end_with_the_day_after_the_last_one() -> None:
    assert births_of(PRIMARY, 2026) == (date(2019, 9, 1), date(2020, 9, 1))
    assert births_of(AgeRule(6, 2, 28), 2026) == (date(2019, 3, 1), date(2020, 3, 1))


rules = st.builds(
    lambda age, day: AgeRule(age, day.month, day.day),
    st.integers(5, 12),
    st.dates(date(2024, 1, 1), date(2024, 12, 31)),
)


@given(st.dates(date(1995, 1, 1), date(2040, 12, 31)), rules)
def test_births_of_an_entry_year_are_those_who_enter_in_it(born_on: date, rule: AgeRule) -> None:
    first, after = births_of(rule, entry_year(born_on, rule))

    assert first <= born_on < after
    assert entry_year(first - timedelta(days=1), rule) == entry_year(first, rule) - 1
    assert entry_year(after, rule) == entry_year(after - timedelta(days=1), rule) + 1


@given(st.dates(date(2005, 1, 1), date(2030, 12, 31)), rules)
def test_projection_and_admission_agree_on_who_is_old_enough(born_on: date, rule: AgeRule) -> None:
    policy = PolicyAgeRule(rule.entry_age, rule.cut_off_month, rule.cut_off_day)
    if (rule.cut_off_month, rule.cut_off_day) == (2, 29):
        return  # a policy cannot name a day that most years have not
    year = entry_year(born_on, rule)

    assert is_old_enough(born_on, policy, year)
    assert not is_old_enough(born_on, policy, year - 1)


@pytest.mark.parametrize(
    ("registered_in", "in_own_unit", "category"),
    [
        ("410181", True, "registered"),
        ("410181", False, "county_mover"),
        ("410182", False, "city_mover"),
        ("410282", False, "migrant"),  # another city of the province
        ("320101", False, "migrant"),
        ("", False, "unknown"),
    ],
)
def test_category_says_where_a_child_is_registered(
    registered_in: str, in_own_unit: bool, category: str
) -> None:
    assert source_category("410181", registered_in, in_own_unit=in_own_unit) == category
