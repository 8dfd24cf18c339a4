"""The guardians of a child: their columns, and what is checked about their numbers.

Two are asked for: a permit, title or rental may stand in either's name. Source: docs/import.md (guardians).
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from geo_data.tables.columns import Column
from geo_data.tables.identity import birth_date_in, identity_faults, of_eighteen_digits
from geo_data.tables.rows import Row

ADULT_YEARS = 18  # Civil Code, art. 17
UNDER_AGE = "guardian_under_age"  # the one fault that leaves the row as it is
GUARDIAN = Column(
    "guardian", "监护人姓名", aliases=("监护人", "家长姓名", "户主姓名", "父亲姓名"), most=100, personal=True
)
GUARDIAN_IDENTITY = Column(
    "guardian_identity",
    "监护人身份证号",
    aliases=("监护人证件号码", "家长身份证号", "户主身份证号", "父亲身份证号"),
    most=30,
    personal=True,
)
SECOND_GUARDIAN = Column("second_guardian", "另一监护人姓名", aliases=("母亲姓名",), most=100, personal=True)
SECOND_GUARDIAN_IDENTITY = Column(
    "second_guardian_identity",
    "另一监护人身份证号",
    aliases=("另一监护人证件号码", "母亲身份证号"),
    most=30,
    personal=True,
)
GUARDIAN_COLUMNS = (GUARDIAN, GUARDIAN_IDENTITY, SECOND_GUARDIAN, SECOND_GUARDIAN_IDENTITY)


class Guardians(NamedTuple):
    """Names and numbers of up to two guardians, "" where not stated; numbers in their newest form."""

    guardian: str = ""
    guardian_identity: str = ""
    second_guardian: str = ""
    second_guardian_identity: str = ""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Return the numbers stated, each once, the first guardian's first."""
        stated = (self.guardian_identity, self.second_guardian_identity)
        return tuple(dict.fromkeys(number for number in stated if number))


NO_GUARDIANS = Guardians()


def read_guardians(row: Row, *, identity: str, birth_on: date, on: date) -> Guardians:
    """Return the guardians that a row of the census names; what is wrong with their numbers is noted.

    identity, birth_on -- of the child, normalized
    on                 -- the day for which the row speaks
    Source: docs/import.md (guardians).
    """
    first, number, second, second_number = row.texts(NAMES)
    if not (first or number or second or second_number):
        return NO_GUARDIANS
    one, other = _read(number), _read(second_number)
    for column, read in ((NUMBERS[0], one), (NUMBERS[1], other)):
        for code in _faults(read, identity, birth_on, on) if read.number else ():
            row.note(code, column)
    if other.number and one.number == other.number:
        row.note("guardian_twice", NUMBERS[1])
    return Guardians(first, one.number, second, other.number)


NAMES = tuple(column.name for column in GUARDIAN_COLUMNS)
NUMBERS = (GUARDIAN_IDENTITY.name, SECOND_GUARDIAN_IDENTITY.name)


def guardian_faults(number: str, *, identity: str, birth_on: date | None, on: date) -> tuple[str, ...]:
    """Return the codes of findings about a guardian's number beside the child's; empty is good news.

    number   -- the guardian's as it was written, not empty
    identity -- the child's in its newest form, "" when not stated
    birth_on -- the child's birth date, None when it is not known
    on       -- the day for which it is judged whether the guardian is of age, the 18th birthday included
    Nobody born on the child's day or later is its guardian. Numbers of other documents tell no birth date.
    Source: docs/import.md (guardians); GB 11643-1999; Civil Code, arts. 17 and 27.
    """
    return _faults(_read(number), identity, birth_on, on)


class _Read(NamedTuple):  # a number in its newest form, what is wrong with it, and the birth date in it
    number: str
    faults: tuple[str, ...] = ()
    born: date | None = None


def _faults(read: _Read, identity: str, birth_on: date | None, on: date) -> tuple[str, ...]:
    number, faults, born = read
    if faults:
        return faults
    if number == identity:
        return ("guardian_is_child",)
    if born is None:
        return ()
    if birth_on is not None and born >= birth_on:
        return ("guardian_not_older",)
    if born.year + ADULT_YEARS < on.year:  # as nearly all are
        return ()
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return (UNDER_AGE,) if age < ADULT_YEARS else ()


@lru_cache(maxsize=1 << 12)  # brothers and sisters stand together, and name the same guardians
def _read(told: str) -> _Read:
    if not told:
        return _Read("")
    number = of_eighteen_digits(told)
    faults = tuple(f"guardian_{fault}" for fault in identity_faults(number))
    return _Read(number, faults, None if faults else birth_date_in(number))
