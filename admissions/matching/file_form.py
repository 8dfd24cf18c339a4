"""A round as two tables: lines and choices in, as arrays. Source: docs/bundle.md (file form).

Columns are read as numbers of distinct texts, so that each text is checked and converted once.
"""

import csv
from array import array
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from itertools import compress, count, islice
from operator import ne
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from admissions.matching.arrays import Market, order_of
from admissions.matching.kernels import Integers
from admissions.matching.plain_table import fields_of, number_texts, texts_of
from admissions.matching.records import Line, Mechanism
from admissions.matching.table_faults import (
    COUNT,
    INTEGER,
    MOST_FAULTS,
    SAFE,
    TICKET_DIGITS,
    is_count,
    is_integer,
    is_safe,
    is_ticket,
    misfits,
    repeats,
    unlike_twins,
)
from common.errors import MalformedInput
from common.shown import shown
from common.utf8 import UTF_16_FAULT, utf8_fault

if TYPE_CHECKING:
    from _csv import Reader

LINE_COLUMNS = ("line_id", "seats")
CHOICE_COLUMNS = ("receipt", "rank", "line_id", "tier", "key", "ticket", "group_id")
CHOICE_TEXTS = (("receipt",), ("rank",), ("line_id",), ("tier", "key"), ("ticket",), ("group_id",))
CHUNK = 500


class MalformedTable(MalformedInput):
    """A table cannot be read; `faults` names rows, up to 20. The header is row 1."""

    code = "malformed_table"


@dataclass(frozen=True, slots=True)
class Table:
    """The round of two tables.

    market    -- rank is the place of (tier, key) among all such pairs
    standings -- (tier, key) as written, by rank; tickets -- as written, by market.ticket
    tier      -- [b] the tier of each bid
    """

    lines: Sequence[Line]
    market: Market
    standings: Sequence[tuple[str, str]]
    tickets: Sequence[str]
    tier: Integers


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its distinct texts in the order in which they appear, the first row of each, and each row's text.

    texts -- [d]; first -- [d] rows from 0; number -- [rows] index into texts
    """

    texts: Sequence[Any]
    first: Integers
    number: Integers

    def faults(self, is_right: Callable[[Any], bool], what: str) -> list[str]:
        """Return a fault for each distinct text that is not right, with the first row that has it."""
        wrong = [i for i, text in enumerate(self.texts) if not is_right(text)][:MOST_FAULTS]
        return [f"choices.csv row {self.first[i] + 2}: {shown(self.texts[i])} is not {what}" for i in wrong]

    def values(self, value_of: Callable[[Any], int]) -> Integers:
        """Return [rows] the value of each row's text."""
        found: Integers = np.array([value_of(text) for text in self.texts], dtype=np.int32)[self.number]
        return found

    def places(self, value_of: Callable[[Any], Any]) -> tuple[Integers, list[Any]]:
        """Return [rows] the place of each row's value among all values sorted, and a text of each place."""
        values = [value_of(text) for text in self.texts]
        order = sorted(range(len(values)), key=values.__getitem__)
        ordered = [values[i] for i in order]
        is_last = [*map(ne, ordered, ordered[1:]), True][: len(order)]
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.cumsum(is_last) - is_last
        return place[self.number], [self.texts[i] for i in compress(order, is_last)]


class _Choices(NamedTuple):
    """The columns of choices.csv; tier and key are one."""

    receipt: _Column
    rank: _Column
    line: _Column
    standing: _Column
    ticket: _Column
    group: _Column


def read_lines(data: bytes) -> tuple[Line, ...]:
    """Return the lines of the table (a CSV file in UTF-8) sorted by id. Raises MalformedTable with row numbers."""
    found: dict[str, Line] = {}
    faults: list[str] = []
    records = (record for chunk in _chunks("lines.csv", data, LINE_COLUMNS) for record in chunk)
    for row, (line_id, seats) in enumerate(records, start=2):
        if not line_id or line_id in found:
            faults.append(f"lines.csv row {row}: line_id {shown(line_id)} is blank or appears twice")
        elif not is_safe(line_id):
            faults.append(f"lines.csv row {row}: line_id {shown(line_id)} is not {SAFE}")
        elif not is_count(seats):
            faults.append(f"lines.csv row {row}: seats {shown(seats)} is not {COUNT}")
        else:
            found[line_id] = Line(line_id, int(seats))
    _refuse(faults)
    return tuple(found[name] for name in sorted(found))


def read_choices(data: bytes, lines: Sequence[Line], mechanism: Mechanism) -> Table:
    """Return the round of the table (a CSV file in UTF-8), one row per receipt and choice, in any order.

    Raises MalformedTable with row numbers, also when the rows do not fit the mechanism.
    """
    choices = _plain_choices(data) or _any_choices(data)
    line_of = {line.line_id: j for j, line in enumerate(lines)}
    _refuse(
        [
            *choices.receipt.faults(bool, "a receipt"),
            *choices.receipt.faults(is_safe, SAFE),
            *choices.rank.faults(is_count, f"a rank ({COUNT})"),
            *choices.line.faults(line_of.__contains__, "a line of lines.csv"),
            *_standing_faults(choices.standing),
            *choices.ticket.faults(is_ticket, "a ticket (decimal integer up to 2^256)"),
        ]
    )
    return _table(lines, line_of, choices, mechanism)


def _plain_choices(data: bytes) -> _Choices | None:
    """Return the columns of a table that is plain (see `plain_table`), else None."""
    data = data.removeprefix(BOM_UTF8)
    data = data if data.endswith(b"\n") else data + b"\n"
    header = [name.strip() for name in data[: data.index(b"\n")].decode(errors="replace").split(",")]
    if sorted(header) != sorted(CHOICE_COLUMNS) or (fields := fields_of(data, len(header))) is None:
        return None
    columns = []
    for names in CHOICE_TEXTS:
        places = [header.index(name) for name in names]
        number, first = number_texts(np.frombuffer(data, dtype=np.uint8), *fields, np.array(places))
        try:
            texts = [texts_of(data, fields, place, first) for place in places]
        except UnicodeDecodeError:
            return None
        columns.append(_Column(list(zip(*texts, strict=True)) if len(names) > 1 else texts[0], first, number))
    return _Choices(*columns)


def _any_choices(data: bytes) -> _Choices:
    """Return the columns of a table as Python's own reader of CSV gives them."""
    firsts: list[dict[Any, int]] = [{} for _ in CHOICE_TEXTS]
    rows = [array("i") for _ in CHOICE_TEXTS]
    for chunk in _chunks("choices.csv", data, CHOICE_COLUMNS):
        receipt, rank, line_id, tier, key, ticket, group_id = zip(*chunk, strict=True)
        read = (receipt, rank, line_id, zip(tier, key, strict=True), ticket, group_id)
        for texts, first, found in zip(read, firsts, rows, strict=True):
            found.extend(map(first.setdefault, texts, count(len(found))))
    return _Choices(*map(_numbered, firsts, rows))


def _numbered(first_row_of: dict[Any, int], first_rows: "array[int]") -> _Column:
    """Return the column of texts with their first rows, and for each row the first row of its text."""
    first = np.fromiter(first_row_of.values(), dtype=np.int32)
    number_at = np.empty(len(first_rows), dtype=np.int32)
    number_at[first] = np.arange(first.size)
    return _Column(list(first_row_of), first, number_at[np.array(first_rows, dtype=np.int32)])


def _chunks(table: str, data: bytes, columns: Sequence[str]) -> Iterator[list[list[str]]]:
    reader = csv.reader(TextIOWrapper(BytesIO(data), encoding="utf-8-sig", newline=""), strict=True)
    try:
        yield from _records(table, reader, columns)
    except UnicodeDecodeError as problem:
        raise MalformedTable(f"{table} {utf8_fault(data)}") from problem
    except csv.Error as problem:
        what = f"{problem}; is a quotation mark left open?"
        raise MalformedTable(f"{table} row {reader.line_num}: {what}") from problem


def _records(table: str, reader: "Reader", columns: Sequence[str]) -> Iterator[list[list[str]]]:
    """Yield the records in parts, each with its fields in the order of the columns."""
    header = [name.strip() for name in next(reader, [])]
    if sorted(header) != sorted(columns):
        raise MalformedTable(_header_fault(table, header, columns))
    order = [header.index(name) for name in columns]
    row = 2
    while chunk := list(islice(reader, CHUNK)):
        while len(chunk) < CHUNK and chunk and not chunk[-1]:
            chunk.pop()
        if set(map(len, chunk)) - {len(columns)}:
            wrong = next(i for i, record in enumerate(chunk) if len(record) != len(columns))
            raise MalformedTable(
                f"{table} row {row + wrong}: {len(chunk[wrong])} fields, not {len(columns)}; "
                "a blank field keeps its comma"
            )
        row += len(chunk)
        if chunk:
            yield chunk if header == list(columns) else [[record[i] for i in order] for record in chunk]


def _table(lines: Sequence[Line], line_of: dict[str, int], choices: _Choices, mechanism: Mechanism) -> Table:
    child, receipts = choices.receipt.places(str)
    list_rank = choices.rank.values(int)
    by_child = np.argsort(child.astype(np.int64) << 32 | list_rank, kind="stable")
    rows, child = by_child + 2, child[by_child]
    line = choices.line.values(line_of.__getitem__)[by_child]
    group, group_ids = choices.group.places(str)
    rank, standings = choices.standing.places(_standing)
    ticket, tickets = choices.ticket.places(_padded)
    rank, ticket, group = rank[by_child], ticket[by_child], group[by_child]
    _refuse(repeats(rows, child, list_rank[by_child], "rank"))
    _refuse(repeats(rows, child, line, "line_id"))
    _refuse(misfits(mechanism, rows, child, rank, ticket))
    changed = np.flatnonzero((child[1:] == child[:-1]) & (group[1:] != group[:-1]))[:MOST_FAULTS]
    _refuse([f"choices.csv row {rows[1:][i]}: another group_id than in row {rows[i]}" for i in changed])
    offsets = np.searchsorted(child, np.arange(len(receipts) + 1)).astype(np.int32)
    # The blank group sorts first, where there is one; it is no group.
    blank = int(group_ids[:1] == [""])
    own_group, together = group[offsets[:-1]], np.flatnonzero(group >= blank)
    _refuse(unlike_twins(rows, together, together - offsets[child[together]], group, line, ticket))
    market = Market(
        receipts=receipts,
        line_ids=[item.line_id for item in lines],
        group_ids=group_ids[blank:],
        offsets=offsets,
        line=line,
        rank=rank,
        loser_rank=rank,
        ticket=ticket,
        order=order_of(ticket, child),
        competes=np.ones(line.size, dtype=np.bool_),
        group=own_group - blank,
        may_split=np.zeros(len(group_ids) - blank, dtype=np.bool_),
    )
    tiers = np.array([_standing(text)[0] for text in standings], dtype=np.int64)
    return Table(lines, market, standings, tickets, tiers[rank])


def _standing(text: tuple[str, str]) -> tuple[int, int]:
    """Return tier and key; a blank key is 0."""
    return int(text[0]), int(text[1] or 0)


def _header_fault(table: str, header: Sequence[str], columns: Sequence[str]) -> str:
    if any("\0" in name for name in header):
        return f"{table} {UTF_16_FAULT}"
    found = ", ".join(shown(name)[1:-1] for name in header[: 2 * len(columns)]) or "none"
    other = next((name for name in (";", "\t") if any(name in item for item in header)), "")
    hint = "; separate the fields by commas" if other else ""
    return f"{table} row 1: columns are {found}; needed: {', '.join(columns)}{hint}"


def _standing_faults(column: _Column) -> list[str]:
    """Return a fault for each tier and each key that is no whole number, with the first row that has it."""
    tiers = _Column([tier for tier, _ in column.texts], column.first, column.number)
    keys = _Column([key for _, key in column.texts], column.first, column.number)
    return [
        *tiers.faults(is_integer, f"a tier ({INTEGER})"),
        *keys.faults(lambda key: not key or is_integer(key), f"a key ({INTEGER}, or blank)"),
    ]


def _padded(ticket: str) -> str:
    """Return the decimal integer with zeros before it: such texts stand in the order of their numbers."""
    return ticket.zfill(TICKET_DIGITS)


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise MalformedTable("\n".join(faults[:MOST_FAULTS]), faults=list(faults[:MOST_FAULTS]))
