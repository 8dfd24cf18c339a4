"""Which year a child enters in."""

from calendar import monthrange
from datetime import date, timedelta

from geo_data.projection.records import AgeRule


def cut_off(rule: AgeRule, year: int) -> date:
    """Return the last day of a year on which the entry age may be completed; 29 February is the 28th in a short year.

    Source: docs/projection.md (who enters when).
    """
    last = monthrange(year, rule.cut_off_month)[1]
    return date(year, rule.cut_off_month, min(rule.cut_off_day, last))


def entry_year(born_on: date, rule: AgeRule) -> int:
    """Return the year in which a child enters: the first whose cut-off day sees the entry age completed.

    The cut-off day itself is in time; whoever was born the day after waits a year. A birthday on 29 February is
    completed on 28 February of a short year.
    Source: docs/projection.md (who enters when); Compulsory Education Law, art. 11(1); the day is local.
    """
    year = born_on.year + rule.entry_age
    last = monthrange(year, born_on.month)[1]
    birthday = date(year, born_on.month, min(born_on.day, last))
    return year if birthday <= cut_off(rule, year) else year + 1


def coming_entry_year(on: date, rule: AgeRule) -> int:
    """Return the year in which the next cohort enters: this one up to and including the cut-off day.

    Source: docs/projection.md (who enters when).
    """
    return on.year if on <= cut_off(rule, on.year) else on.year + 1


def births_of(rule: AgeRule, year: int) -> tuple[date, date]:
    """Return the first day of birth of those who enter in a year, and the day after the last one.

    Source: docs/projection.md (who enters when).
    """
    return _after_last_birth(rule, year - 1), _after_last_birth(rule, year)


def _after_last_birth(rule: AgeRule, year: int) -> date:
    """Return the first day of birth of whoever must wait beyond the year; found by asking the rule itself."""
    limit = cut_off(rule, year)
    born = year - rule.entry_age
    day = date(born, limit.month, min(limit.day, monthrange(born, limit.month)[1]))
    while entry_year(day, rule) > year:
        day -= timedelta(days=1)
    while entry_year(day, rule) <= year:
        day += timedelta(days=1)
    return day
