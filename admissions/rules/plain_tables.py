"""Small tables of a file form: a CSV in UTF-8 with a header, every fault named by file and row."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from common.errors import MalformedInput
from common.formulas import guarded
from common.shown import shown
from common.utf8 import utf8_fault

MOST_FAULTS = 20
MOST_IN_CELL = 1_000


class MalformedFile(MalformedInput):
    """A table cannot be read; `faults` names file and rows, up to 20. The header is row 1."""

    code = "malformed_file"

    def __init__(self, faults: Sequence[str]) -> None:
        told = [*faults[:MOST_FAULTS], *(["…"] if len(faults) > MOST_FAULTS else [])]
        super().__init__("\n".join(told), faults=told)


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the texts of its columns, spaces around them taken away; `place` is "pupils.csv row 2"."""

    place: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def read_rows(data: bytes, name: str, columns: Sequence[str], *, more: bool = False) -> tuple[Row, ...]:
    """Return the rows of the file's bytes; rows without any text are left out.

    name    -- the file's name, as the faults shall tell it
    columns -- which must be there, in any order
    more    -- other columns are taken too, else they are refused
    Raises MalformedFile for bytes that are not UTF-8, for what is no CSV, and for a header or row that does not fit.
    Source: docs/rules/class-division.md, docs/rules/balance.md (file form).
    """
    reader = csv.reader(StringIO(_text(data, name), newline=""), strict=True)
    try:
        written = list(reader)
    except csv.Error as problem:
        raise MalformedFile([f"{name} row {reader.line_num}: no CSV: {problem}"]) from problem
    header = [cell.strip() for cell in written[0]] if written else []
    if faults := list(_header_faults(name, header, columns, more=more)):
        raise MalformedFile(faults)
    rows, faults = [], []
    for number, cells in enumerate(written[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            faults.append(f"{name} row {number}: has {len(cells)} cells, the header has {len(header)}")
            continue
        if longest := max((len(cell) for cell in cells if len(cell) > MOST_IN_CELL), default=0):
            faults.append(f"{name} row {number}: a cell has {longest} characters, at most {MOST_IN_CELL}")
            continue
        texts = [cell.strip() for cell in cells]
        rows.append(Row(f"{name} row {number}", dict(zip(header, texts, strict=True))))
    if faults:
        raise MalformedFile(faults)
    return tuple(rows)


def name_faults(row: Row, column: str, seen: dict[str, str]) -> Iterator[str]:
    """Yield why the text cannot name something: blank, named before, or read as a formula by a spreadsheet.

    seen -- the place of every name so far; the row's is added
    Source: docs/rules/class-division.md.
    """
    name = row[column]
    if not name:
        yield f"{row.place}: {column} is blank"
    elif guarded(name) != name:
        yield f"{row.place}: {column} {shown(name)} begins like a formula"
    elif name in seen:
        yield f"{row.place}: {column} {shown(name)} stands already in {seen[name]}"
    else:
        seen[name] = row.place


def whole_number(text: str, most: int) -> int | None:
    """Return the number written in decimal digits, None for anything else or a greater one.

    Source: docs/rules/class-division.md.
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return int(text) if is_number and int(text) <= most else None


def _text(data: bytes, name: str) -> str:
    if fault := utf8_fault(data):
        raise MalformedFile([f"{name} {fault}"])
    return data.decode("utf-8-sig")


def _header_faults(name: str, header: Sequence[str], columns: Sequence[str], *, more: bool) -> Iterator[str]:
    for column in columns:
        if column not in header:
            yield f"{name} row 1: the column {column} is missing"
    for place, column in enumerate(header):
        if not column:
            yield f"{name} row 1: a column has no name"
        elif column in header[:place]:
            yield f"{name} row 1: the column {shown(column)} stands twice"
        elif column not in columns and not more:
            yield f"{name} row 1: {shown(column)} is not a column of this table"
