"""Bulk rows into a table by PostgreSQL's COPY: several times quicker than INSERT, in the same transaction."""

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from uuid import uuid4

from django.db import connection
from django.db.models import Model

Value = str | int | bool | bytes | None
NULL = "\\N"
READ_AT_ONCE = 1 << 16
ROWS_AT_ONCE = 50
# Foreign keys are deferred. Those of a million rows would be checked at the end, while every other process waits.
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


class RowsStopped(Exception):
    """Rows could not be made. The driver repeats an exception to the server, so this one says nothing of them."""


def row_ids() -> Iterator[str]:
    """Yield ids for rows: random in their first half, then counted.

    Rows that are made together stand together in every index, and one costs a tenth of a `uuid4`.
    Source: RFC 9562, version 8.
    """
    prefix = id_prefix()
    return (f"{prefix}{number:012x}" for number in count())


def id_prefix() -> str:
    """Return the random part of such ids, 24 characters; twelve hexadecimal digits complete one."""
    drawn = str(uuid4())
    return f"{drawn[:14]}8{drawn[15:24]}"


def copy_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Append rows to the model's table, values in the order of its database columns; return how many.

    Geometry is given as hexadecimal EWKB, JSON as text. Rows are taken while the database stores those before them,
    so making them must not use the database. Whatever making them raises is raised here. Foreign keys are checked
    before this returns.
    """
    source = _Lines(iter(rows))
    _copy(model, columns, source)
    return source.taken


def copy_lines(model: type[Model], columns: Sequence[str], lines: str) -> None:
    """Append rows that were written as lines elsewhere, perhaps in another process."""
    if lines:
        _copy(model, columns, io.StringIO(lines))


def _copy(model: type[Model], columns: Sequence[str], source: "io.StringIO | _Lines") -> None:
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    with connection.cursor() as cursor:
        try:
            cursor.copy_expert(
                f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN", source, size=READ_AT_ONCE
            )
            cursor.execute(CHECK_NOW)
        finally:
            if isinstance(source, _Lines) and source.fault is not None:
                raise source.fault from None


class _Lines:
    """Rows as a file that is written while it is read."""

    def __init__(self, rows: Iterator[Sequence[Value]]) -> None:
        self._rows = rows
        self._waiting = ""
        self.taken = 0
        self.fault: BaseException | None = None

    def read(self, size: int = READ_AT_ONCE) -> str:
        """Return at most `size` characters more, "" at the end."""
        is_taken = False
        try:
            self._take(size)
            is_taken = True
        finally:
            if not is_taken:
                self.fault = sys.exc_info()[1]
                raise RowsStopped from None
        told, self._waiting = self._waiting[:size], self._waiting[size:]
        return told

    def _take(self, size: int) -> None:
        while len(self._waiting) < size and (some := list(islice(self._rows, ROWS_AT_ONCE))):
            self.taken += len(some)
            self._waiting += "".join(map(line_of, some))


def line_of(row: Sequence[Value]) -> str:
    """Return a row as COPY reads it."""
    texts = "".join([value for value in row if type(value) is str])
    if "\\" in texts or "\t" in texts or "\n" in texts or "\r" in texts:
        return "\t".join(map(_text, row)) + "\n"
    # Hardly a row has anything to escape: asking once is several times quicker than asking each value.
    told = [
        value
        if type(value) is str
        else NULL
        if value is None
        else f"\\\\x{value.hex()}"
        if type(value) is bytes
        else _text(value)
        for value in row
    ]
    return "\t".join(told) + "\n"


def _text(value: Value) -> str:
    match value:
        case str():
            for mark, escape in ESCAPES:  # several times quicker on long texts than str.translate
                if mark in value:
                    value = value.replace(mark, escape)
            return value
        case None:
            return NULL
        case bool():
            return "t" if value else "f"
        case int():
            return str(value)
        case bytes():
            return f"\\\\x{value.hex()}"
