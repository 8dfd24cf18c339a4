"""A round as two tables: lines and choices in, as arrays. Source: docs/bundle.md (file form).

Columns are read as numbers of distinct texts, so that each text is checked and converted once.
"""

import csv
from array import array
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from itertools import compress, count, islice
from operator import ne
from typing import Any, NamedTuple

import numpy as np

from admissions.matching.arrays import Market, order_of
from admissions.matching.kernels import Integers
from admissions.matching.plain_table import fields_of, number_texts, texts_of
from admissions.matching.records import Line, Mechanism
from common.errors import MalformedInput

LINE_COLUMNS = ("line_id", "seats")
CHOICE_COLUMNS = ("receipt", "rank", "line_id", "tier", "key", "ticket", "group_id")
CHOICE_TEXTS = (("receipt",), ("rank",), ("line_id",), ("tier", "key"), ("ticket",), ("group_id",))
CHUNK = 500
MOST_FAULTS = 20
MAX_TICKET = 1 << 256
TICKET_DIGITS = 100


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
        return [f"choices.csv row {self.first[i] + 2}: {self.texts[i]!r} is not {what}" for i in wrong]

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


def read_lines(rows: Iterable[str]) -> tuple[Line, ...]:
    """Return the lines sorted by id. Raises MalformedTable with row numbers."""
    found: dict[str, Line] = {}
    faults: list[str] = []
    records = (record for chunk in _chunks("lines.csv", rows, LINE_COLUMNS) for record in chunk)
    for row, (line_id, seats) in enumerate(records, start=2):
        if not line_id or line_id in found:
            faults.append(f"lines.csv row {row}: line_id {line_id!r} is blank or appears twice")
        elif not _is_count(seats):
            faults.append(f"lines.csv row {row}: seats {seats!r} is not a whole number")
        else:
            found[line_id] = Line(line_id, int(seats))
    _refuse(faults)
    return tuple(found[name] for name in sorted(found))


def read_choices(data: bytes, lines: Sequence[Line], mechanism: Mechanism) -> Table:
    """Return the round of the table (a CSV file in UTF-8), one row per receipt and choice, in any order.

    Raises MalformedTable with row numbers, also when the rows do not fit the mechanism; UnicodeDecodeError.
    """
    choices = _plain_choices(data) or _any_choices(data)
    line_of = {line.line_id: j for j, line in enumerate(lines)}
    _refuse(
        [
            *choices.receipt.faults(bool, "a receipt"),
            *choices.rank.faults(_is_count, "a rank (whole number)"),
            *choices.line.faults(line_of.__contains__, "a line of lines.csv"),
            *choices.standing.faults(_is_standing, "a tier and key (whole numbers, key may be blank)"),
            *choices.ticket.faults(_is_ticket, "a ticket (decimal integer up to 2^256)"),
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
    text = TextIOWrapper(BytesIO(data), encoding="utf-8-sig", newline="")
    for chunk in _chunks("choices.csv", text, CHOICE_COLUMNS):
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


def _chunks(table: str, rows: Iterable[str], columns: Sequence[str]) -> Iterator[list[list[str]]]:
    reader = csv.reader(rows)
    header = [name.strip() for name in next(reader, [])]
    if sorted(header) != sorted(columns):
        raise MalformedTable(f"{table} row 1: columns are {', '.join(header)}; needed: {', '.join(columns)}")
    order = [header.index(name) for name in columns]
    row = 2
    while chunk := list(islice(reader, CHUNK)):
        while len(chunk) < CHUNK and chunk and not chunk[-1]:
            chunk.pop()
        if set(map(len, chunk)) - {len(columns)}:
            wrong = next(i for i, record in enumerate(chunk) if len(record) != len(columns))
            raise MalformedTable(f"{table} row {row + wrong}: {len(chunk[wrong])} fields, not {len(columns)}")
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
    _refuse(_repeats(rows, child, list_rank[by_child], "rank"))
    _refuse(_repeats(rows, child, line, "line_id"))
    _refuse(_misfits(mechanism, rows, child, rank, ticket))
    changed = np.flatnonzero((child[1:] == child[:-1]) & (group[1:] != group[:-1]))[:MOST_FAULTS]
    _refuse([f"choices.csv row {rows[1:][i]}: another group_id than in row {rows[i]}" for i in changed])
    offsets = np.searchsorted(child, np.arange(len(receipts) + 1)).astype(np.int32)
    # The blank group sorts first, where there is one; it is no group.
    blank = int(group_ids[:1] == [""])
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
        group=group[offsets[:-1]] - blank,
        may_split=np.zeros(len(group_ids) - blank, dtype=np.bool_),
    )
    tiers = np.array([_standing(text)[0] for text in standings], dtype=np.int64)
    return Table(lines, market, standings, tickets, tiers[rank])


def _standing(text: tuple[str, str]) -> tuple[int, int]:
    """Return tier and key; a blank key is 0."""
    return int(text[0]), int(text[1] or 0)


def _repeats(rows: Integers, child: Integers, what: Integers, name: str) -> list[str]:
    pairs = child.astype(np.int64) << 32 | what
    ordered = np.sort(pairs)
    if not (ordered[1:] == ordered[:-1]).any():
        return []
    order = np.argsort(pairs, kind="stable")
    same = pairs[order][1:] == pairs[order][:-1]
    return [
        f"choices.csv rows {rows[order[i]]} and {rows[order[i + 1]]}: one receipt, the same {name}"
        for i in np.flatnonzero(same)[:MOST_FAULTS]
    ]


def _misfits(
    mechanism: Mechanism, rows: Integers, child: Integers, rank: Integers, ticket: Integers
) -> list[str]:
    """Return the first row that does not fit the mechanism; see `checks.faults`."""
    again = child[1:] == child[:-1]
    other_rank, other_ticket = rank[1:] != rank[:-1], ticket[1:] != ticket[:-1]
    misfit, why = {
        Mechanism.DIRECT: (again, "direct allows one line per receipt"),
        Mechanism.POINTS_FIRST: (
            again & (other_rank | other_ticket),
            "points_first needs one tier, key and ticket per receipt",
        ),
        Mechanism.RANKED_DRAW: (
            other_rank | (again & other_ticket),
            "ranked_draw is one random order: one tier and key for all, one ticket per receipt",
        ),
        Mechanism.DEFERRED_ACCEPTANCE: (np.zeros(again.size, dtype=np.bool_), ""),
    }[mechanism]
    return [f"choices.csv row {rows[1:][i]}: {why}" for i in np.flatnonzero(misfit)[:1]]


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _is_standing(text: tuple[str, str]) -> bool:
    return _is_integer(text[0]) and (not text[1] or _is_integer(text[1]))


def _is_integer(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 16


def _is_ticket(text: str) -> bool:
    if not (text.isascii() and text.isdecimal() and len(text) < TICKET_DIGITS):
        return False
    return int(text) <= MAX_TICKET


def _padded(ticket: str) -> str:
    """Return the decimal integer with zeros before it: such texts stand in the order of their numbers."""
    return ticket.zfill(TICKET_DIGITS)


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise MalformedTable("\n".join(faults[:MOST_FAULTS]), faults=list(faults[:MOST_FAULTS]))
