"""The age rule as data: who enters in which year, and who is of school age on a day."""

from dataclasses import dataclass
from datetime import date, timedelta

SCHOOL_YEARS = 9
SCHOOL_YEAR_BEGINS = (9, 1)


@dataclass(frozen=True, slots=True)
class AgeRule:
    """A child enters in the first year in which it reaches `entry_age` on or before the cut-off day.

    entry_age -- in years; 6 for primary schools (statute art. 11), 12 for junior ones
    cut_off_month, cut_off_day -- the last birthday that counts, that day included
    """

    entry_age: int = 6
    cut_off_month: int = 8
    cut_off_day: int = 31

    def cut_off(self, year: int) -> date:
        """Return the cut-off day of a year; 29 February is the 28th in other years."""
        try:
            return date(year, self.cut_off_month, self.cut_off_day)
        except ValueError:
            return date(year, self.cut_off_month, self.cut_off_day - 1)

    def entry_year(self, birth_on: date) -> int:
        """Return the year in which a child born that day enters.

        Source: docs/reconciliation.md (entry year).
        """
        return birth_on.year + self.entry_age + (birth_on > self.cut_off(birth_on.year))

    def births_entering(self, year: int) -> tuple[date, date]:
        """Return the first day of birth that enters in the year, and the first that no longer does.

        Source: docs/reconciliation.md (entry year).
        """
        born = year - self.entry_age
        return self.cut_off(born - 1) + timedelta(days=1), self.cut_off(born) + timedelta(days=1)

    def births_of_school_age(self, on: date) -> tuple[date, date]:
        """Return the first day of birth that is in the nine school years that day, and the first too young.

        The school year begins on 1 September. Source: docs/reconciliation.md (entry year).
        """
        begun = on.year if (on.month, on.day) >= SCHOOL_YEAR_BEGINS else on.year - 1
        return self.births_entering(begun - SCHOOL_YEARS + 1)[0], self.births_entering(begun)[1]
