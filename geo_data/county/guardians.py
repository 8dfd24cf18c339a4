"""Invented guardians: by number and not by chance, so that naming them changes nothing else of the county."""

from datetime import date, timedelta

from geo_data.county.names import GIVEN_FIRST, GIVEN_LAST, child_name
from geo_data.tables.identity import check_digit

GUARDIAN_PREFIX = 990151  # of identity numbers; no province has the digits 99
FIRST_GUARDIAN_BIRTH, GUARDIAN_BIRTHS = date(1975, 1, 1), 6000
SECOND = 60_000_003  # from here on stand the second guardians, beyond every household's number
ALONE, FROM_ELSEWHERE = (
    7,
    11,
)  # every how manyth household names one guardian; has the second registered elsewhere
ELSEWHERE = "980121"
Row = dict[str, object]


def guardian_of(number: int) -> tuple[str, str]:
    """Return name and number of an adult who cannot be real, another one for each number.

    The number is right by its check digit; nobody is born after 1991.
    """
    born = FIRST_GUARDIAN_BIRTH + timedelta(days=number % GUARDIAN_BIRTHS)
    round_, order = divmod(number // GUARDIAN_BIRTHS, 1000)
    body = f"{GUARDIAN_PREFIX + round_ % 20}{born:%Y%m%d}{order:03d}"
    given = (11 * number + 5) % (len(GIVEN_FIRST) * len(GIVEN_LAST))
    return child_name(number, given), body + check_digit(body)


def guardians_of_household(number: int, *, kind: object, district: object) -> Row:
    """Return the guardians of a household as the census names them.

    kind, district -- of the children's registration, which the guardians mostly share
    """
    name, identity = guardian_of(number)
    row: Row = {
        "guardian": name,
        "guardian_identity": identity,
        "guardian_registration_kind": kind,
        "guardian_registration_district": district,
    }
    if number % ALONE == 0:
        return row
    name, identity = guardian_of(SECOND + number)
    return row | {
        "second_guardian": name,
        "second_guardian_identity": identity,
        "second_guardian_registration_kind": kind,
        "second_guardian_registration_district": ELSEWHERE if number % FROM_ELSEWHERE == 0 else district,
    }
