"""Identity numbers: form, check digit, birth date and sex. Source: GB 11643-1999, ISO 7064 MOD 11-2."""

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache

from common.comparing import of_one_width

LIKE_TWO = 13  # leaves 2 when divided by 11, as the base of the weights does
CHECK_DIGITS = "10X98765432"
RESIDENT = re.compile(r"\d{17}[\dX]", re.ASCII)
OLD_RESIDENT = re.compile(r"\d{15}", re.ASCII)
ROUNDED = re.compile(r"\d(?:\.\d+)?E\+?1[5-8]", re.ASCII)  # 9.90102E+17: what a spreadsheet made of a number
TEXT_MARKS = (
    "'",
    "\u2019",
    "\u2018",
)  # what marks a cell as text stands before it where a table was exported as shown
OTHER_DOCUMENT = re.compile(
    r"(?=.*\d)[A-Z0-9()/-]{7,20}", re.ASCII
)  # passports, permits of Hong Kong, Macau and Taiwan


class IdentityFault(StrEnum):
    """What is wrong with a number."""

    FORM = "form"
    CHECK_DIGIT = "check_digit"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    ROUNDED = "rounded"


def normalized(number: str) -> str:
    """Return the number without white space, in capitals; what was typed in full width is plain.

    One apostrophe before it, by which spreadsheets mark texts, is no part of it.
    """
    if RESIDENT.fullmatch(number):  # as nearly all are
        return number
    plain = "".join(of_one_width(number).split()).upper()
    return plain[1:] if plain.startswith(TEXT_MARKS) else plain


def check_digit(body: str) -> str:
    """Return the last character of an 18-character number: `body` is the first 17 digits.

    The weights 7, 9, 10, ... 4, 2 are what the powers of two, 2 ** 17 to 2, leave when divided by 11: the weighted sum
    is the digits read to that base, or to any that leaves 2.
    """
    return CHECK_DIGITS[int(body, LIKE_TWO) * 2 % 11]


def identity_faults(number: str, *, birth_on: date | None = None, sex: str = "") -> tuple[IdentityFault, ...]:
    """Return everything wrong with a number, beside a stated birth date and sex ("female" or "male").

    15-digit numbers carry a birth date of the 20th century and no check digit; numbers of other documents are
    taken as they are. Seventeen or eighteen digits that are no resident number are a slip of the pen, not
    another document. A number that a spreadsheet wrote as a power of ten has lost its last digits.
    """
    number = normalized(number)
    if RESIDENT.fullmatch(number):
        wrong = () if check_digit(number[:17]) == number[17] else (IdentityFault.CHECK_DIGIT,)
        return (*wrong, *_content_faults(number[6:14], int(number[16]), birth_on, sex))
    if OLD_RESIDENT.fullmatch(number):
        return _content_faults(f"19{number[6:12]}", int(number[14]), birth_on, sex)
    if ROUNDED.fullmatch(number):
        return (IdentityFault.ROUNDED,)
    if OTHER_DOCUMENT.fullmatch(number) and sum(digit.isdigit() for digit in number) < 14:
        return ()
    return (IdentityFault.FORM,)


def _content_faults(written: str, order: int, birth_on: date | None, sex: str) -> tuple[IdentityFault, ...]:
    faults = []
    if not _is_day(written, birth_on):
        faults.append(IdentityFault.BIRTH_DATE)
    if sex and (order % 2 == 1) != (sex == "male"):
        faults.append(IdentityFault.SEX)
    return tuple(faults)


def _is_day(written: str, stated: date | None) -> bool:
    """Say whether eight digits are a day, and the stated one where one is stated."""
    if stated is not None and written == _eight_digits(stated):  # as nearly all are
        return True
    try:
        born = date(int(written[:4]), int(written[4:6]), int(written[6:]))
    except ValueError:
        return False
    return stated is None or born == stated


@lru_cache(maxsize=1 << 14)
def _eight_digits(day: date) -> str:
    return day.isoformat().replace("-", "")


def birth_date_in(number: str) -> date | None:
    """Return the birth date that a faultless number of 18 digits holds, None for another document's."""
    return date.fromisoformat(number[6:14]) if RESIDENT.fullmatch(number) else None


def of_eighteen_digits(number: str) -> str:
    """Return the number in its newest form: an old one of 15 digits gains the century and the check digit.

    Source: docs/registers.md (numbers), GB 11643-1999.
    """
    number = normalized(number)
    if not OLD_RESIDENT.fullmatch(number):
        return number
    body = f"{number[:6]}19{number[6:]}"
    return body + check_digit(body)
