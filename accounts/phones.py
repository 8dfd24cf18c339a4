"""Phone numbers as people type them, and as they are stored."""

import re
import unicodedata

from common.errors import MalformedInput

E164 = re.compile(r"\+[1-9]\d{6,14}")
# 100… belongs to no operator: the households of a sample county have such numbers, and nothing reaches anybody there.
CHINESE_MOBILE = re.compile(r"\+861(?:[3-9]\d|00)\d{8}")
AS_TYPED = re.compile(r"1(?:[3-9]\d|00)\d{8}", re.ASCII)  # a Chinese mobile's, as nearly all are
SEPARATORS = re.compile(r"[\s\-().]+")


class BadPhone(MalformedInput):
    """This is not a phone number that can receive a message."""

    code = "bad_phone"


def normalize_phone(typed: str, *, country: str = "86") -> str:
    """Return the number in E.164; without + or 00 in front it is one of `country`.

    Raises BadPhone for anything that is not a number, and for a Chinese number that is not a mobile's.
    Source: ITU-T E.164; the numbering plan of the Ministry of Industry and Information Technology (check).
    """
    if country == "86" and AS_TYPED.fullmatch(typed):
        return f"+86{typed}"
    number = SEPARATORS.sub("", unicodedata.normalize("NFKC", typed))
    if number.startswith("00"):
        number = f"+{number[2:]}"
    elif not number.startswith("+"):
        number = f"+{country}{number}"
    pattern = CHINESE_MOBILE if number.startswith("+86") else E164
    if not pattern.fullmatch(number) or not number.isascii():
        raise BadPhone("this is not a phone number that can receive a message")
    return number


def find_normal_phone(typed: str, *, country: str = "86") -> str:
    """Return the number in E.164, or empty text when it is none that can receive a message."""
    try:
        return normalize_phone(typed, country=country)
    except BadPhone:
        return ""


def masked(phone: str) -> str:
    """Return the number with only its last four digits, to be recognized by its owner."""
    return f"•••• {phone[-4:]}"
