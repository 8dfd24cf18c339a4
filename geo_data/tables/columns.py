"""Columns of import files: what they are called in Chinese and English, and what stands in them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from geo_data.tables.findings import Findings


class CellKind(StrEnum):
    """What kind of value stands in a column."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    DATES = "dates"
    FLAG = "flag"
    CHOICE = "choice"
    CODES = "codes"


class NumberForm(StrEnum):
    """In which everyday words a whole number may be written too: tables/everyday.py."""

    PLAIN = "plain"
    GRADE = "grade"
    PERCENT = "percent"
    SCHOOL_YEAR = "school_year"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    name     -- the key in code and the English header
    zh       -- the Chinese header
    aliases  -- further headers understood
    choices  -- for CHOICE: the word in the file -> the value; both the Chinese word and the value are understood
    words    -- for CHOICE: further words understood, which no template offers
    form     -- for INTEGER: everyday words in which it may be written
    least, most -- bounds of a number, or the longest text in `most`
    personal -- its values never appear in findings
    """

    name: str
    zh: str
    kind: CellKind = CellKind.TEXT
    required: bool = False
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    form: NumberForm = NumberForm.PLAIN
    least: int = 0
    most: int = 200
    personal: bool = False


Places = Mapping[str, int]
# What forms write behind a header: whether it must be filled in.
REMARK = re.compile(
    r"[（(\[【]\s*(?:必填项?|选填|非必填|可不填|required|optional|\*)\s*[）)\]】]", re.IGNORECASE
)


def match_columns(headers: Sequence[str], columns: Sequence[Column], findings: Findings) -> Places:
    """Return for every column found its position in the file; what is missing or double is noted in `findings`.

    Headers are compared without case, white space and punctuation around units; the first sheet row is the header.
    Of a header in several lines one known line is enough (templates have the English header beneath the Chinese).
    What an officer said of a header (`findings.headers`) comes before what is known.
    """
    names = {plain_header(alias): column.name for column in columns for alias in _headers(column)}
    known = {column.name for column in columns}
    places: dict[str, int] = {}
    for position, header in enumerate(headers):
        told = findings.headers.get(plain_header(header))
        if told == "":
            continue
        name = told if told in known else _name_of(header, names)
        if name is None:
            findings.add("column_unknown", 1, header) if header else None
        elif name in places:
            findings.add("column_twice", 1, header, headers[places[name]])
        else:
            places[name] = position
    for column in columns:
        if column.required and column.name not in places:
            findings.add("column_missing", 1, f"{column.zh} / {column.name}")
    return places


def _headers(column: Column) -> tuple[str, ...]:
    return (column.name, column.zh, *column.aliases)


def _name_of(header: str, names: Mapping[str, str]) -> str | None:
    bare = REMARK.sub("", header)
    lines = (header, *header.splitlines(), bare, *bare.splitlines())
    return next((names[plain] for line in lines if (plain := plain_header(line)) in names), None)


def plain_header(header: str) -> str:
    """Return the header as headers are compared: its letters and digits, without case."""
    return "".join(letter for letter in header.casefold() if letter.isalnum())
