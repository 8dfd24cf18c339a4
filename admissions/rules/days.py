"""Whole months and years between days, with one written rule for short months."""

from calendar import monthrange
from datetime import date

SHORTEST_MONTH_DAYS = 28


def months_later(day: date, months: int) -> date:
    """Return the same day of the month `months` later (earlier when negative), or that month's last day.

    31 August and six months give 28 or 29 February. Source: docs/rules/residence.md (counting months).
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= SHORTEST_MONTH_DAYS:
        return date(year, month + 1, day.day)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def full_months(since: date, on: date) -> int:
    """Return the months completed on the day; the anniversary itself completes one; never below 0.

    Source: docs/rules/residence.md (counting months).
    """
    months = (on.year - since.year) * 12 + on.month - since.month
    if months > 0 and months_later(since, months) > on:
        months -= 1
    return max(months, 0)


def full_years(since: date, on: date) -> int:
    """Return the years completed on the day; who is born on 29 February completes one on 28 February.

    Source: docs/rules/age.md.
    """
    return full_months(since, on) // 12
