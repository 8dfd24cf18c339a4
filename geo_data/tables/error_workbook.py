"""The sheet that was handed in, as XLSX, with red cells where something is wrong and a remark beside every such row.

Rows are written as they are read, one at a time in memory; row numbers are those of the sheet handed in.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter

from common.formulas import guarded
from geo_data.tables.cells import cell_text
from geo_data.tables.findings import HEADER_ROW, Finding, Severity
from geo_data.tables.headers import WITHOUT_HEADER, place_of_letters
from geo_data.tables.reading import Cells, Sheet

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

LAST_ROW = 1_048_576  # of an XLSX
LAST_COLUMN = 16_384
LONGEST_TEXT = 32_767
FIRST_YEAR = 1901  # spreadsheets count days from 1900
REMARKS = ("问题说明", "Remarks")
EXACT_DIGITS = 10**15
LOOKS: Mapping[str, Mapping[str, object]] = {
    Severity.SEVERE: {"bg_color": "#F4A6A0", "font_color": "#7A0000"},
    Severity.WARNING: {"bg_color": "#FFE3A3", "font_color": "#5C4300"},
    "header": {"bold": True, "bg_color": "#EEEEEE"},
    "remark": {"text_wrap": True},
}


@dataclass(frozen=True, slots=True)
class Remarks:
    """What was found, as the workbook shows it.

    by_row -- row as the spreadsheet counts -> its findings, severe ones first
    whole  -- findings about the file as a whole
    """

    by_row: Mapping[int, Sequence[Finding]]
    whole: Sequence[Finding]


def remarks_of(findings: Sequence[Finding]) -> Remarks:
    """Return the findings by row; notes are left out, for they ask for nothing."""
    by_row: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.row > HEADER_ROW and finding.severity is not Severity.NOTE:
            by_row.setdefault(finding.row, []).append(finding)
    return Remarks(by_row, [finding for finding in findings if finding.row <= HEADER_ROW])


def write_error_workbook(sheet: Sheet, remarks: Remarks, target: Path) -> int:
    """Write the workbook and return how many rows of the sheet it holds: all that fit into an XLSX.

    Texts stay texts: what looks like a formula is marked as text, as a spreadsheet's own apostrophe does.
    Source: docs/import.md (error workbook).
    """
    options = {
        "constant_memory": True,
        "tmpdir": str(target.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(str(target), options) as book:
        rows = _Painter(book, sheet, remarks).paint(book.add_worksheet("数据 Data"), sheet)
        whole = book.add_worksheet("整份文件 Whole file")
        _write_whole(whole, remarks.whole, rows.left_out)
        if any(finding.severity is Severity.SEVERE for finding in remarks.whole):
            whole.activate()  # what refuses the whole file is seen first
    return rows.written


@dataclass(frozen=True, slots=True)
class _Rows:
    written: int
    left_out: int


class _Painter:
    def __init__(self, book: "Workbook", sheet: Sheet, remarks: Remarks) -> None:
        headers, first = sheet.headers, sheet.around.first
        beyond = [place for findings in remarks.by_row.values() for place in _without_header(findings)]
        width = max([len(headers), *(place + 1 for place in beyond), *map(len, first)])
        self._headers = (*headers, *[""] * (width - len(headers)))[: LAST_COLUMN - len(REMARKS)]
        self._places = {header: place for place, header in reversed(list(enumerate(headers))) if header}
        self._remarks = remarks
        self._looks: dict[tuple[str, ...], Format] = {}
        self._book = book

    def paint(self, page: "Worksheet", sheet: Sheet) -> _Rows:
        page.freeze_panes(1, 0)
        width = len(self._headers)
        page.set_column(width, width + 1, 60)
        header_faults = {finding.column for finding in self._remarks.whole if finding.row == HEADER_ROW}
        for place, header in enumerate((*self._headers, *REMARKS)):
            look = str(Severity.WARNING) if header in header_faults else "header"
            page.write_string(0, place, header[:LONGEST_TEXT], self._look(look))
        written = left_out = 0
        for number, cells in sheet.rows:
            if number > LAST_ROW:
                left_out += 1
                continue
            self._paint_row(page, number, cells)
            written += 1
        return _Rows(written, left_out)

    def _paint_row(self, page: "Worksheet", number: int, cells: Cells) -> None:
        findings = self._remarks.by_row.get(number, ())
        colours = {
            self._places[finding.column]: str(finding.severity)
            for finding in reversed(findings)  # the severe ones come first and win
            if finding.column in self._places
        }
        colours |= dict.fromkeys(_without_header(findings), str(Severity.WARNING))
        width = len(self._headers)
        for place, cell in enumerate(cells[:width]):
            self._write(page, number - 1, place, cell, colours.get(place, ""))
        for place in range(len(cells), width):  # a cell that is missing is red as well
            if place in colours:
                page.write_blank(number - 1, place, None, self._look(colours[place]))
        if findings:
            for offset, language in enumerate(("zh", "en")):
                text = "\n".join(_words(finding, language) for finding in findings)
                page.write_string(number - 1, width + offset, text[:LONGEST_TEXT], self._look("remark"))

    def _write(self, page: "Worksheet", row: int, place: int, cell: object, colour: str) -> None:
        if isinstance(cell, date) and cell.year >= FIRST_YEAR:  # a datetime is a date too
            moment = cell if isinstance(cell, datetime) else datetime.combine(cell, time())
            page.write_datetime(row, place, moment, self._look(colour, "date"))
        elif isinstance(cell, bool):
            page.write_boolean(row, place, cell, self._look(colour))
        elif isinstance(cell, int | float) and math.isfinite(cell) and abs(cell) < EXACT_DIGITS:
            page.write_number(row, place, cell, self._look(colour))
        else:
            text = cell if isinstance(cell, str) else cell_text(cell)
            kind = "formula" if guarded(text) != text else ""
            if text:
                page.write_string(row, place, text[:LONGEST_TEXT], self._look(colour, kind))
            elif colour:
                page.write_blank(row, place, None, self._look(colour))

    def _look(self, *names: str) -> "Format | None":
        wanted = tuple(name for name in names if name)
        if not wanted:
            return None
        if wanted not in self._looks:
            look: dict[str, object] = {}
            for name in wanted:
                look |= LOOKS.get(name, {})
            look |= {"num_format": "yyyy-mm-dd"} if "date" in wanted else {}
            look |= {"quote_prefix": True} if "formula" in wanted else {}
            self._looks[wanted] = self._book.add_format(look)
        return self._looks[wanted]


def _without_header(findings: Sequence[Finding]) -> list[int]:
    """Return where a row says something in columns without a header."""
    letters = [finding.value.split() for finding in findings if finding.code == WITHOUT_HEADER]
    return [place_of_letters(letter) for of_row in letters for letter in of_row]


def _words(finding: Finding, language: str) -> str:
    """Return the sentence without its row, which everybody sees."""
    return Finding(finding.code, 0, finding.column, finding.value).sentence(language)


def _write_whole(page: "Worksheet", findings: Sequence[Finding], left_out: int) -> None:
    page.set_column(0, 1, 90)
    for place, header in enumerate(REMARKS):
        page.write_string(0, place, header)
    row = 1
    for row, finding in enumerate(findings, start=1):
        for place, language in enumerate(("zh", "en")):
            page.write_string(row, place, finding.sentence(language)[:LONGEST_TEXT])
    if left_out:
        page.write_string(row + 1, 0, f"另有 {left_out} 行超出 XLSX 行数上限，未列出。")
        page.write_string(row + 1, 1, f"{left_out} more rows do not fit into an XLSX.")
