"""Files to rows: CSV (UTF-8 or GB18030), XLSX and XLS, and map layers, all as one kind of sheet."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, load_workbook

from geo_data.tables.findings import FIRST_DATA_ROW
from geo_data.tables.formats import check_format
from geo_data.tables.unreadable import UnreadableFile

__all__ = ["Sheet", "UnreadableFile", "detect_encoding", "open_sheet"]

Cells = Sequence[object]
SPREADSHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".ods"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})
ENCODING_SAMPLE = 1 << 20
MOST_COLUMNS = 2000
LONGEST_CELL = 1 << 20  # a polygon written out as text may be long

csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its headers, and its rows with the numbers a spreadsheet shows. Rows can be read once."""

    headers: tuple[str, ...]
    rows: Iterator[tuple[int, Cells]]


def open_sheet(path: Path) -> Sheet:
    """Return the sheet of a CSV or spreadsheet file; rows without any value are passed over.

    Raises UnreadableFile, also while rows are being read.
    """
    suffix = path.suffix.casefold()
    if suffix in TEXTS | SPREADSHEETS:
        check_format(path)
    if suffix in TEXTS:
        return _sheet(_csv_rows(path))
    if suffix in SPREADSHEETS:
        return _sheet(_spreadsheet_rows(path))
    raise UnreadableFile(f"{suffix or path.name}: CSV, XLSX, XLS or ODS are read here")


def detect_encoding(sample: bytes) -> str:
    """Return utf-8-sig, utf-16 or gb18030 for the beginning of a text file; a cut-off last character is forgiven."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _sheet(rows: Iterator[Cells]) -> Sheet:
    header = next(rows, ())
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(f"{len(header)} > {MOST_COLUMNS} columns")
    headers = tuple("" if cell is None else str(cell).strip() for cell in header)
    numbered = enumerate(rows, start=FIRST_DATA_ROW)
    filled = ((number, cells) for number, cells in numbered if any(cells) or any(map(_filled, cells)))
    return Sheet(headers, filled)


def _filled(cell: object) -> bool:
    return cell is not None and cell != ""


def _csv_rows(path: Path) -> Iterator[Cells]:
    with path.open("rb") as file:
        sample = file.read(ENCODING_SAMPLE)
    encoding = detect_encoding(sample)
    try:
        with path.open(encoding=encoding, newline="") as text:
            yield from csv.reader(text, delimiter=_delimiter(sample.decode(encoding, "replace")), strict=True)
    except (UnicodeDecodeError, csv.Error) as fault:
        raise UnreadableFile(str(fault)) from fault


def _delimiter(sample: str) -> str:
    header = sample.split("\n", 1)[0]
    return max(",\t;", key=lambda mark: (header.count(mark), mark == ","))


def _spreadsheet_rows(path: Path) -> Iterator[Cells]:
    try:
        book = load_workbook(path)
        sheet = book.get_sheet_by_index(0)
        yield from sheet.iter_rows()
    except (CalamineError, IndexError, OSError) as fault:
        raise UnreadableFile(str(fault)) from fault
