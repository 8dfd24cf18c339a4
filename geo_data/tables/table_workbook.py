"""Writes a plain table as a spreadsheet for people: what stands in a cell is never taken for a formula."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

import xlsxwriter

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 60
Cell = str | int | date | None


def guarded(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula, also after it was saved as CSV."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def write_table(title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return an XLSX file with one sheet: bold headers that stay in sight, numbers as numbers, days as days.

    title -- the sheet's name; its first 31 characters, without those that a sheet's name may not hold
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    name = "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31] or "1"
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    widths = [len(header.encode("gbk", "replace")) for header in headers]
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, column, datetime.combine(cell, time()), day)
                widths[column] = max(widths[column], 11)
            elif isinstance(cell, int):
                sheet.write_number(number, column, cell)
            elif cell:
                sheet.write_string(number, column, guarded(cell))
                widths[column] = max(widths[column], len(cell.encode("gbk", "replace")))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width, WIDEST) + 2)
    sheet.freeze_panes(1, 0)
    book.close()
    return target.getvalue()
