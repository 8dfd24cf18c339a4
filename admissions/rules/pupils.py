"""What a pupil register says about an applicant: enrolled already, an own pupil, elder siblings that stay."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SCHOOL_YEAR_BEGINS = (9, 1)  # month and day
LAST_GRADE = {"primary": 6, "junior": 9}
FIRST_GRADE = {"primary": 1, "junior": 7}


class RollState(StrEnum):
    """Where a pupil's record stands, as the register words it."""

    ON_ROLL = "on_roll"
    SUSPENDED = "suspended"
    TRANSFERRED = "transferred"
    DECEASED = "deceased"
    OTHER = "other"


# Who rests for a while keeps the place; nobody knows what "other" means; a list without states is of those on roll.
ENROLLED = ("", RollState.ON_ROLL, RollState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class PupilRecord:
    """A row of the register: at which school in which grade, 1 to 9; None where it says none."""

    school: str
    grade: int | None
    state: str = RollState.ON_ROLL
    born_on: date | None = None

    @property
    def is_enrolled(self) -> bool:
        """Say whether the pupil is on the roll of the school."""
        return self.school != "" and self.grade is not None and self.state in ENROLLED


@dataclass(frozen=True, slots=True)
class RegisteredSchool:
    """A school as the register's pupils know it.

    last_grade -- of the school, or of the nine-year school that it is a part of
    codes      -- its own, and those of all parts of its nine-year school
    upper_code -- of the junior part of an all-through private school; empty for any other
    """

    last_grade: int
    codes: tuple[str, ...]
    upper_code: str = ""


def holds_until(as_of: date) -> date:
    """Return the first day on which a register of that day says nothing any more: the next school year's first.

    Source: docs/rules/siblings.md.
    """
    begins = date(as_of.year, *SCHOOL_YEAR_BEGINS)
    return begins if as_of < begins else date(as_of.year + 1, *SCHOOL_YEAR_BEGINS)


def enrolled_already(records: Iterable[PupilRecord], *, stage: str) -> str | None:
    """Return the school on whose roll the child is in a grade of the stage or above, the first in order; or None.

    A pupil of grade 6 who applies for a junior school is no such child.
    Source: docs/rules/eligibility.md (already enrolled).
    """
    first = FIRST_GRADE[stage]
    return next(
        (
            record.school
            for record in records
            if record.is_enrolled and record.grade is not None and record.grade >= first
        ),
        None,
    )


def own_school(records: Collection[PupilRecord], schools: dict[str, RegisteredSchool]) -> str | None:
    """Return the junior part of the all-through private school whose primary the child finishes, or None.

    Two records that name different schools say nothing: an officer finds out which holds.
    Source: docs/rules/synchronized.md (own pupils).
    """
    enrolled = {record.school: record.grade for record in records if record.is_enrolled}
    if len(enrolled) != 1:
        return None
    [(code, grade)] = enrolled.items()
    school = schools.get(code)
    return school.upper_code if school and school.upper_code and grade == LAST_GRADE["primary"] else None


def elder_schools(
    born_on: date, records: Iterable[PupilRecord], schools: dict[str, RegisteredSchool]
) -> tuple[str, ...]:
    """Return the schools where an elder sibling is on the roll and stays when the next school year begins, ascending.

    Twins are no elder siblings. Who is in the last grade leaves; in a nine-year school that is grade 9, and all its
    parts are one school. Of a school that the county does not know its own code counts, and grades 6 and 9 leave.
    Source: docs/rules/siblings.md.
    """
    found: set[str] = set()
    for record in records:
        if record.grade is None or not record.is_enrolled:
            continue
        if record.born_on is None or record.born_on >= born_on:
            continue
        school = schools.get(record.school)
        leaves = record.grade in LAST_GRADE.values() if school is None else record.grade >= school.last_grade
        if not leaves:
            found.update(school.codes if school else (record.school,))
    return tuple(sorted(found))
