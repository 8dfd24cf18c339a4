"""Where the headers of a table stand, and what stands in the file without one: nothing is left out in silence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo_data.tables.cells import cell_text
from geo_data.tables.columns import Column, Places, match_columns
from geo_data.tables.findings import FIRST_DATA_ROW, Findings
from geo_data.tables.reading import Cells, Further, Sheet, Surroundings, open_sheet
from geo_data.tables.rows import Table
from geo_data.tables.unreadable import UnreadableFile

LEAST_HEADERS = 2  # a row with fewer known words is no header
LETTERS = 26
MOST_LETTERS = 40  # named of one row
WITHOUT_HEADER = "cell_without_header"
Rows = Iterator[tuple[int, Cells]]


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A file with its columns found. `rows` are (row number as a spreadsheet shows it, cells), to be read once."""

    table: Table
    places: Places
    rows: Rows


def open_table(path: Path, columns: Sequence[Column], findings: Findings) -> OpenTable:
    """Return the table of a CSV or spreadsheet file; what is not read of the file is noted.

    Raises UnreadableFile, also while rows are being read.
    Source: docs/import.md (files).
    """
    sheet = open_sheet(path)
    return table_of(sheet, columns, findings)


def table_of(sheet: Sheet, columns: Sequence[Column], findings: Findings) -> OpenTable:
    """Return the table of a sheet, as `open_table` does. Source: docs/import.md (files)."""
    places = find_columns(sheet.headers, sheet.around, columns, findings)
    table = Table(columns, sheet.headers, places, findings)
    return OpenTable(table, places, watched(sheet.rows, sheet.headers, findings))


def find_columns(
    headers: Sequence[str], around: Surroundings, columns: Sequence[Column], findings: Findings
) -> Places:
    """Return what `match_columns` does; further sheets are noted.

    Raises UnreadableFile with the code header_elsewhere where another row knows more of the columns than the first.
    Source: docs/import.md (files).
    """
    found = match_columns(headers, columns, findings.apart())
    if not found or any(column.required and column.name not in found for column in columns):
        elsewhere = _elsewhere(around, columns, len(found), findings)
        if elsewhere:
            raise UnreadableFile(elsewhere, "header_elsewhere")
    _note_further(around.sheets, columns, findings)
    return match_columns(headers, columns, findings)


def watched(rows: Rows, headers: Sequence[str], findings: Findings) -> Rows:
    """Yield the rows; what stands in one without a header is noted by the letters of its columns.

    Source: docs/import.md (files).
    """
    named = [place for place, header in enumerate(headers) if header]
    width = named[-1] + 1 if named else 0
    gaps = [place for place in range(width) if not headers[place]]
    for number, cells in rows:
        if len(cells) > width or gaps:
            beyond = [place for place in (*gaps, *range(width, len(cells))) if _is_filled(cells, place)]
            if beyond:
                findings.add(WITHOUT_HEADER, number, value=" ".join(map(letters_of, beyond[:MOST_LETTERS])))
        yield number, cells


def letters_of(place: int) -> str:
    """Return how spreadsheets call a column: 0 is A, 26 is AA. Source: docs/import.md (files)."""
    letters = ""
    while place >= 0:
        place, letter = divmod(place, LETTERS)
        letters = chr(ord("A") + letter) + letters
        place -= 1
    return letters


def place_of_letters(letters: str) -> int:
    """Return the position of a column that spreadsheets call so: A is 0. Source: docs/import.md (files)."""
    place = 0
    for letter in letters:
        place = place * LETTERS + ord(letter) - ord("A") + 1
    return place - 1


def _is_filled(cells: Cells, place: int) -> bool:
    cell = cells[place] if place < len(cells) else None
    return cell is not None and cell != "" and bool(cell_text(cell))


def _elsewhere(around: Surroundings, columns: Sequence[Column], found: int, findings: Findings) -> str:
    """Return where a row knows the most of the columns, if more than are found already; else ""."""
    rows = [(f"第 {n} 行 row {n}", cells) for n, cells in enumerate(around.first, start=FIRST_DATA_ROW)]
    for sheet in around.sheets:
        rows += [
            (f"{sheet.name} 第 {n} 行 row {n}", cells) for n, cells in enumerate(sheet.first, sheet.begins)
        ]
    best, where = max(LEAST_HEADERS - 1, found), ""
    for place, cells in rows:
        known = _known(cells, columns, findings)
        if known > best:
            best, where = known, place
    return where


def _known(cells: Cells, columns: Sequence[Column], findings: Findings) -> int:
    headers = [cell_text(cell) if isinstance(cell, str) else "" for cell in cells]
    return len(match_columns(headers, columns, findings.apart()))


def _note_further(sheets: Sequence[Further], columns: Sequence[Column], findings: Findings) -> None:
    tables = [sheet for sheet in sheets if _is_table(sheet, columns, findings)]
    others = [sheet for sheet in sheets if sheet not in tables]
    for code, named in (("sheets_not_read", tables), ("sheets_passed_over", others)):
        if named:
            findings.add(code, value=", ".join(sheet.name for sheet in named))


def _is_table(sheet: Further, columns: Sequence[Column], findings: Findings) -> bool:
    """Say whether rows may stand there: a hidden sheet holds words for lists, unless its headers say otherwise."""
    if not sheet.is_hidden:
        return any(sum(_is_filled(cells, i) for i in range(len(cells))) > 1 for cells in sheet.first)
    return any(_known(cells, columns, findings) >= LEAST_HEADERS for cells in sheet.first)
