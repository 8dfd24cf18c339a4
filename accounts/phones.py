"""Phone numbers as people type them, and as they are stored."""

import re
import unicodedata

from common.errors import MalformedInput

E164 = re.compile(r"\+[1-9]\d{6,14}")
CHINESE_MOBILE = re.compile(r"\+861[3-9]\d{9}")
SEPARATORS = re.compile(r"[\s\-().]+")


class BadPhone(MalformedInput):
    """This is not a phone number that can receive a message."""

    code = "bad_phone"


def normalize_phone(typed: str, *, country: str = "86") -> str:
    """Return the number in E.164; without + or 00 in front it is one of `country`.

    Raises BadPhone for anything that is not a number, and for a Chinese number that is not a mobile's.
    Source: ITU-T E.164; the numbering plan of the Ministry of Industry and Information Technology (check).
    """
    number = SEPARATORS.sub("", unicodedata.normalize("NFKC", typed))
    if number.startswith("00"):
        number = f"+{number[2:]}"
    elif not number.startswith("+"):
        number = f"+{country}{number}"
    pattern = CHINESE_MOBILE if number.startswith("+86") else E164
    if not pattern.fullmatch(number) or not number.isascii():
        raise BadPhone("this is not a phone number that can receive a message")
    return number


def masked(phone: str) -> str:
    """Return the number with only its last four digits, to be recognized by its owner."""
    return f"•••• {phone[-4:]}"
