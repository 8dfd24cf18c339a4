"""A round as two tables: lines and choices in, as arrays. Source: docs/bundle.md (file form).

Columns are read as numbers of distinct texts, so that each text is checked and converted once.
"""

import csv
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

import numpy as np

from admissions.matching.arrays import Market, order_of
from admissions.matching.kernels import Integers
from admissions.matching.records import Line, Mechanism
from common.errors import MalformedInput

LINE_COLUMNS = ("line_id", "seats")
CHOICE_COLUMNS = ("receipt", "rank", "line_id", "tier", "key", "ticket", "group_id")
CHUNK = 500
MOST_FAULTS = 20
MAX_TICKET = 1 << 256


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


@dataclass(slots=True)
class _Column:
    """A column: its distinct texts with the first row of each, and per row that first row.

    A plain dictionary of texts and integers is left alone by the garbage collector, however large.
    """

    first: dict[Any, int] = field(default_factory=dict)
    rows: "array[int]" = field(default_factory=lambda: array("i"))

    def extend(self, texts: Iterable[Any]) -> None:
        self.rows.extend(map(self.first.setdefault, texts, count(len(self.rows))))

    def faults(self, is_right: Callable[[Any], bool], what: str) -> list[str]:
        """Return a fault for each distinct text that is not right, with the first row that has it."""
        wrong = [(text, row) for text, row in self.first.items() if not is_right(text)]
        return [f"choices.csv row {row + 2}: {text!r} is not {what}" for text, row in wrong[:MOST_FAULTS]]

    def values(self, value_of: Callable[[Any], Any]) -> Integers:
        """Return [rows] the value of each row's text."""
        return self._spread([value_of(text) for text in self.first])

    def places(self, value_of: Callable[[Any], Any]) -> tuple[Integers, list[Any]]:
        """Return [rows] the place of each row's value among all values sorted, and a text of each place."""
        values = [value_of(text) for text in self.first]
        text_of = dict(zip(values, self.first, strict=True))
        order = sorted(text_of)
        places = {value: place for place, value in enumerate(order)}
        return self._spread([places[value] for value in values]), [text_of[value] for value in order]

    def _spread(self, values: Sequence[int]) -> Integers:
        by_row = np.empty(len(self.rows), dtype=np.int32)
        by_row[np.fromiter(self.first.values(), dtype=np.int64)] = values
        return by_row[np.array(self.rows, dtype=np.int32)]


@dataclass(slots=True)
class _Choices:
    """The columns of choices.csv; tier and key are one."""

    receipt: _Column = field(default_factory=_Column)
    rank: _Column = field(default_factory=_Column)
    line: _Column = field(default_factory=_Column)
    standing: _Column = field(default_factory=_Column)
    ticket: _Column = field(default_factory=_Column)
    group: _Column = field(default_factory=_Column)


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


def read_choices(rows: Iterable[str], lines: Sequence[Line], mechanism: Mechanism) -> Table:
    """Return the round of the table, one row per receipt and choice, in any order.

    Raises MalformedTable with row numbers, also when the rows do not fit the mechanism.
    """
    choices = _Choices()
    for chunk in _chunks("choices.csv", rows, CHOICE_COLUMNS):
        receipt, rank, line_id, tier, key, ticket, group_id = zip(*chunk, strict=True)
        choices.receipt.extend(receipt)
        choices.rank.extend(rank)
        choices.line.extend(line_id)
        choices.standing.extend(zip(tier, key, strict=True))
        choices.ticket.extend(ticket)
        choices.group.extend(group_id)
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
    by_child = np.lexsort((list_rank, child))
    rows, child = by_child + 2, child[by_child]
    line = choices.line.values(line_of.__getitem__)[by_child]
    group, group_ids = choices.group.places(str)
    rank, standings = choices.standing.places(_standing)
    ticket, tickets = choices.ticket.places(int)
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
    order = np.lexsort((what, child))
    same = (child[order][1:] == child[order][:-1]) & (what[order][1:] == what[order][:-1])
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
    return text.isascii() and text.isdecimal() and len(text) < 100 and int(text) <= MAX_TICKET


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise MalformedTable("\n".join(faults[:MOST_FAULTS]), faults=list(faults[:MOST_FAULTS]))
