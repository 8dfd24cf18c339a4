"""Cells to values. Every reader returns the value, or raises CellFault with the code of the finding."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache

from geo_data.tables.columns import CellKind, Column
from geo_data.tables.everyday import as_digits, is_one_or_all

CellValue = str | int | float | bool | date | tuple[str, ...] | tuple[date, ...] | None
SEPARATORS = re.compile(r"[;；、,，|\s]+")
MIDNIGHT = r"(?:[ T]0?0:00(?::00(?:\.0+)?)?)?"  # which spreadsheets and databases write behind a day
DAY = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})[日号]?{MIDNIGHT}\Z")
COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
YES = frozenset({"是", "有", "yes", "true", "t", "1", "y", "√"})
NO = frozenset({"否", "无", "no", "false", "f", "0", "n", "×"})
MAXIMUM_DIGITS = 15
FORMULA_STARTS = "=@+-＝＠＋－"
EXAMPLE = "示例"  # how the example row of a template begins


class CellFault(ValueError):
    """The cell cannot be read; `code` is that of the finding."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def plain(value: CellValue) -> object:
    """Return a cell's value as plain JSON data."""
    if isinstance(value, tuple):
        return [item.isoformat() if isinstance(item, date) else item for item in value]
    return value.isoformat() if isinstance(value, date) else value


def cell_text(cell: object) -> str:
    """Return the cell as text without white space around; whole floats lose their point, as spreadsheets add it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        if math.isnan(cell):
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**MAXIMUM_DIGITS else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def read_cell(text: str, column: Column) -> CellValue:
    """Return the value of a cell that is not empty. Raises CellFault."""
    if text.startswith(EXAMPLE):
        raise CellFault("example_row")
    return READERS[column.kind](text, column)


@lru_cache(maxsize=1 << 16)  # a county's lists name some ten thousand days, millions of times
def read_day(text: str) -> date:
    """Return the day of 2020-01-31, 2020/1/31, 2020.1.31, 2020年1月31日 or 20200131, also with midnight behind it.

    Raises CellFault.
    """
    found = DAY.match(text) or COMPACT_DAY.match(text)
    if found is None:
        raise CellFault("cell_malformed")
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise CellFault("cell_malformed") from None


def _short(text: str, column: Column) -> str:
    if len(text) > column.most:
        raise CellFault("cell_too_long")
    if "\0" in text:  # PostgreSQL cannot store it
        raise CellFault("cell_malformed")
    return text


def _integer(text: str, column: Column) -> int:
    if is_one_or_all(text, column.form):
        raise CellFault("percent_unclear")
    if not text.isdecimal():
        text = as_digits(text, column.form)
    if not re.fullmatch(rf"[+-]?\d{{1,{MAXIMUM_DIGITS}}}", text, re.ASCII):
        raise CellFault("cell_malformed")
    value = int(text)
    if not column.least <= value <= column.most:
        raise CellFault("value_out_of_range")
    return value


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise CellFault("cell_malformed") from None
    if not math.isfinite(value):
        raise CellFault("coordinate_not_finite")
    return value


def _flag(text: str) -> bool:
    word = text.casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise CellFault("cell_malformed")


def _choice(text: str, column: Column) -> str:
    if text in column.choices:
        return column.choices[text]
    if text.casefold() in column.choices.values():
        return text.casefold()
    if text in column.words:
        return column.words[text]
    raise CellFault("cell_malformed")


READERS: Mapping[CellKind, Callable[[str, Column], CellValue]] = {
    CellKind.TEXT: _short,
    CellKind.INTEGER: _integer,
    CellKind.NUMBER: lambda text, _: _number(text),
    CellKind.DATE: lambda text, _: read_day(text),
    CellKind.DATES: lambda text, _: tuple(sorted(read_day(part) for part in SEPARATORS.split(text) if part)),
    CellKind.FLAG: lambda text, _: _flag(text),
    CellKind.CHOICE: _choice,
    CellKind.CODES: lambda text, column: tuple(
        _short(part, column) for part in SEPARATORS.split(text) if part
    ),
}
