"""Files to rows: CSV (UTF-8 or GB18030), XLSX and XLS, and map layers, all as one kind of sheet."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, load_workbook

from geo_data.tables.findings import FIRST_DATA_ROW
from geo_data.tables.formats import check_format
from geo_data.tables.unreadable import UnreadableFile

__all__ = ["Sheet", "Surroundings", "UnreadableFile", "detect_encoding", "encoding_sample", "open_sheet"]

Cells = Sequence[object]
SPREADSHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".ods"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})
ENCODING_SAMPLE = 1 << 20
NOT_ASCII = re.compile(rb"[\x80-\xff]")
DELIMITERS = ",\t;"
MOST_COLUMNS = 2000
LOOKED_AT = 10  # rows among which headers are looked for
OWN_SHEETS = frozenset({"列说明 Columns", "整份文件 Whole file"})  # of our templates and error workbooks
LONGEST_CELL = 1 << 20  # a polygon written out as text may be long

csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class Further:
    """A further sheet of a workbook with its first rows that are not empty; the first of them is row `begins`."""

    name: str
    is_hidden: bool
    begins: int
    first: tuple[Cells, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the headers that were found: the rows beneath, and the workbook's further sheets."""

    first: tuple[Cells, ...] = ()
    sheets: tuple[Further, ...] = ()


NOTHING_AROUND = Surroundings()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its headers, and its rows with the numbers a spreadsheet shows. Rows can be read once."""

    headers: tuple[str, ...]
    rows: Iterator[tuple[int, Cells]]
    around: Surroundings = NOTHING_AROUND


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
        return _open_workbook(path)
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


def encoding_sample(file: IO[bytes]) -> bytes:
    """Return what tells a text file's encoding: its beginning, or from its first letter on that is not ASCII."""
    sample = file.read(ENCODING_SAMPLE)
    while sample.isascii() and (more := file.read(ENCODING_SAMPLE)):
        sample = more
    found = NOT_ASCII.search(sample)
    return sample[found.start() :] + file.read(ENCODING_SAMPLE) if found else sample


def _sheet(rows: Iterator[Cells], sheets: tuple[Further, ...] = ()) -> Sheet:
    header = next(rows, ())
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(f"{len(header)} > {MOST_COLUMNS} columns")
    headers = tuple("" if cell is None else str(cell).strip() for cell in header)
    first = tuple(islice(rows, LOOKED_AT - 1))
    numbered = enumerate(chain(first, rows), start=FIRST_DATA_ROW)
    filled = ((number, cells) for number, cells in numbered if any(cells) or any(map(_filled, cells)))
    return Sheet(headers, filled, Surroundings(first, sheets))


def _filled(cell: object) -> bool:
    return cell is not None and cell != ""


def _csv_rows(path: Path) -> Iterator[Cells]:
    with path.open("rb") as file:
        encoding = detect_encoding(encoding_sample(file))
        file.seek(0)
        sample = file.read(ENCODING_SAMPLE)
    try:
        with path.open(encoding=encoding, newline="") as text:
            yield from csv.reader(text, delimiter=_delimiter(sample.decode(encoding, "replace")), strict=True)
    except (UnicodeDecodeError, csv.Error) as fault:
        raise UnreadableFile(str(fault)) from fault


def _delimiter(sample: str) -> str:
    lines = sample.split("\n", LOOKED_AT)[:LOOKED_AT]
    header = next((line for line in lines if any(mark in line for mark in DELIMITERS)), "")
    return max(DELIMITERS, key=lambda mark: (header.count(mark), mark == ","))


def _open_workbook(path: Path) -> Sheet:
    try:
        book = load_workbook(path)
        return _sheet(_rows_of(book), tuple(_further_sheets(book)))
    except (CalamineError, IndexError, OSError) as fault:
        raise UnreadableFile(str(fault)) from fault


def _rows_of(book: CalamineWorkbook) -> Iterator[Cells]:
    try:
        yield from book.get_sheet_by_index(0).iter_rows()
    except (CalamineError, IndexError, OSError) as fault:
        raise UnreadableFile(str(fault)) from fault


def _further_sheets(book: CalamineWorkbook) -> Iterator[Further]:
    """Yield the sheets with something in them after the first one, but for our own."""
    for told in book.sheets_metadata[1:]:
        if told.typ is not SheetTypeEnum.WorkSheet or told.name in OWN_SHEETS:
            continue
        sheet = book.get_sheet_by_name(told.name)
        if sheet.start is not None:
            first = tuple(map(tuple, sheet.to_python(nrows=LOOKED_AT)))
            is_hidden = told.visible is not SheetVisibleEnum.Visible
            yield Further(told.name, is_hidden, sheet.start[0] + 1, first)
