"""Counting months and years: both sides of every anniversary."""

from datetime import date

import pytest

from admissions.rules.days import full_months, full_years, months_later


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 2, 29), 48, date(2024, 2, 29)),
    ],
)
def test_short_months_end_on_their_last_day(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected


@pytest.mark.parametrize(
    ("since", "on", "expected"),
    [
        (date(2025, 12, 20), date(2026, 6, 19), 5),
        (date(2025, 12, 20), date(2026, 6, 20), 6),
        (date(2025, 8, 31), date(2026, 2, 27), 5),
        (date(2025, 8, 31), date(2026, 2, 28), 6),
        (date(2026, 6, 20), date(2026, 6, 20), 0),
        (date(2026, 6, 21), date(2026, 6, 20), 0),
        (date(2027, 1, 1), date(2026, 6, 20), 0),
    ],
)
def test_a_month_is_complete_on_its_anniversary(since: date, on: date, expected: int) -> None:
    assert full_months(since, on) == expected


@pytest.mark.parametrize(("on", "expected"), [(date(2026, 2, 27), 5), (date(2026, 2, 28), 6)])
def test_a_leap_day_child_completes_a_year_on_28_february(on: date, expected: int) -> None:
    assert full_years(date(2020, 2, 29), on) == expected
