"""Reads a survey sheet that came back: which sheet it is, and what stands in its filled rows."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from python_calamine import CalamineError, CalamineWorkbook

from geo_data.tables.cells import CellFault, cell_text, read_day
from geo_data.tables.columns import match_columns
from geo_data.tables.findings import Findings
from geo_data.tables.identity import normalized
from geo_data.tables.reading import UnreadableFile
from geo_data.tables.rows import Row, Table
from geo_data.tables.survey_records import (
    COLUMN,
    FIELDS,
    SHEET_COLUMNS,
    Answer,
    Outcome,
    ReturnedSheet,
    is_new,
)
from geo_data.tables.survey_workbook import FORMAT, HEADER_ROW, IDS, MARK, SHEET, unguarded

DATE_ROW, DATE_COLUMN = 3, 2  # of survey_workbook.DATE_CELL, counted from 0
LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 40 * 1024 * 1024
LARGEST_ZIP = 200 * 1024 * 1024
MOST_FILES = 10_000
MOST_ROWS = 5000
Cells = Sequence[object]


@dataclass(frozen=True, slots=True)
class _Ids:
    sheet_id: str
    code: str
    issue: int
    keys: tuple[str, ...]


def iter_files(data: bytes) -> Iterator[bytes | None]:
    """Yield the spreadsheets of an upload: the file itself, or those of a zip in the order of their names.

    A member that is too large, encrypted or damaged yields None. Names of members are never used as paths.
    Raises UnreadableFile for what is neither, and for a zip with too many or too much in it.
    """
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise UnreadableFile("neither a spreadsheet (XLSX) nor a zip of spreadsheets")
    if is_spreadsheet(data):
        yield data
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [m for m in archive.infolist() if m.filename.casefold().endswith(".xlsx")]
        if not members or len(members) > MOST_FILES:
            raise UnreadableFile(f"a zip holds 1 to {MOST_FILES} spreadsheets")
        for member in sorted(members, key=lambda m: m.filename):
            yield _member(archive, member)


def is_spreadsheet(data: bytes) -> bool:
    """Say whether an upload is one spreadsheet, not a zip of them."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "[Content_Types].xml" in archive.namelist()


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    if member.file_size > LARGEST_FILE or member.flag_bits & 0x1:
        return None
    try:
        with archive.open(member) as file:
            data = file.read(LARGEST_FILE + 1)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError):
        return None
    return data if len(data) <= LARGEST_FILE else None


def read_sheet(data: bytes, findings: Findings) -> ReturnedSheet | None:
    """Return what stands on one returned spreadsheet; None when it is no sheet of ours.

    Rows that say nothing are passed over: a known child without an outcome, an empty row left empty. What
    cannot be read is noted in `findings`, by the row a spreadsheet shows, without personal values.
    """
    try:
        ids, rows = _open(data)
    except UnreadableFile as fault:
        findings.add("file_unreadable", value=str(fault))
        return None
    if ids is None:
        findings.add("survey_not_ours")
        return None
    headers = tuple(cell_text(cell) for cell in rows[HEADER_ROW]) if len(rows) > HEADER_ROW else ()
    places = match_columns(headers, SHEET_COLUMNS, findings)
    for name in ("key", "outcome", "name", "identity"):
        if name not in places:
            findings.add("column_missing", HEADER_ROW + 1, f"{COLUMN[name].zh} / {name}")
    table = Table(SHEET_COLUMNS, headers, places, findings)
    answers: list[Answer] = []
    seen: set[str] = set()
    for number, cells in enumerate(rows[HEADER_ROW + 1 :], start=HEADER_ROW + 2):
        row = table.row(number, cells)
        answer = _answer(row, frozenset(ids.keys), seen)
        if answer:
            answers.append(answer)
    for key in ids.keys:
        if key not in seen and not is_new(key):
            findings.add("survey_row_missing", value=key)
    return ReturnedSheet(ids.sheet_id, ids.code, ids.issue, _day_of(rows, findings), tuple(answers))


def _open(data: bytes) -> tuple[_Ids | None, list[Cells]]:
    if len(data) > LARGEST_FILE:
        raise UnreadableFile("the file is too large for a survey sheet")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
                raise UnreadableFile("the file unpacks to too much")
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            if not {SHEET, IDS} <= set(book.sheet_names):
                return None, []
            ids = _ids_of(book.get_sheet_by_name(IDS).to_python(nrows=MOST_ROWS))
            sheet = book.get_sheet_by_name(SHEET)
            if sheet.total_height > MOST_ROWS:
                raise UnreadableFile("the sheet has too many rows")
            return ids, list(sheet.to_python(skip_empty_area=False))
    except (CalamineError, zipfile.BadZipFile, OSError) as fault:
        raise UnreadableFile(str(fault)) from fault


def _ids_of(rows: Sequence[Cells]) -> _Ids | None:
    stated = {cell_text(row[0]): cell_text(row[1]) for row in rows if len(row) > 1 and cell_text(row[0])}
    if stated.get(MARK) != str(FORMAT) or not stated.get("issue", "").isdigit():
        return None
    keys = tuple(key for row in rows if len(row) > 2 and (key := cell_text(row[2])))
    return _Ids(stated.get("sheet", ""), stated.get("code", ""), int(stated["issue"]), keys)


def _day_of(rows: Sequence[Cells], findings: Findings) -> date | None:
    cells = rows[DATE_ROW] if len(rows) > DATE_ROW else ()
    text = cell_text(cells[DATE_COLUMN]) if len(cells) > DATE_COLUMN else ""
    if not text:
        findings.add("survey_date_missing", DATE_ROW + 1, "入户日期")
        return None
    try:
        return read_day(text)
    except CellFault as fault:
        findings.add(fault.code, DATE_ROW + 1, "入户日期", text)
        return None


def _answer(row: Row, keys: frozenset[str], seen: set[str]) -> Answer | None:
    values = {name: _text(row, name) for name in FIELDS}
    values["identity"] = normalized(values["identity"])
    key, outcome = row.text("key"), row.text("outcome")
    others = {name: unguarded(row.text(name)) for name in ("household_code", "moved_to", "remark")}
    is_filled = any(values.values()) or outcome or any(others.values())
    if not is_filled and (not key or key in keys):
        seen.add(key)
        return None
    if key not in keys:
        row.note("survey_row_unknown", "key", key)
        return None
    if key in seen:
        row.note("survey_row_twice", "key", key)
        return None
    seen.add(key)
    if not outcome and not is_new(key):
        row.note("survey_outcome_missing", "outcome")
        return None
    return Answer(
        key=key,
        row=row.number,
        place=row.integer("place") or 0,
        outcome=Outcome(outcome or Outcome.LIVES_HERE),
        values=values,
        **others,
    )


def _text(row: Row, name: str) -> str:
    value = row.value(name)
    if isinstance(value, date):
        return value.isoformat()
    return unguarded(value) if isinstance(value, str) else ""
