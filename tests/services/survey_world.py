"""The smallest survey: the blocks and children of geo_world, sheets of one year, and a surveyor who fills them."""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from accounts.models import User
from geo_data.models import SurveyDecision, SurveyorRole, SurveyReturn, SurveySheet
from geo_data.selectors.surveys import list_differences
from geo_data.services import survey_returns
from geo_data.services.survey_deciding import decide_difference
from geo_data.services.survey_files import read_files
from geo_data.services.survey_papers import hand_out_sheet
from geo_data.services.survey_returns import TakenReturn
from geo_data.services.surveys import Surveyor, Terms, issue_sheets
from geo_data.tables.survey_records import SHEET_COLUMNS
from geo_data.tables.survey_workbook import HEADER_ROW, IDS, SHEET
from tests.services import geo_world
from tests.services.accounts_world import officer

CODE = geo_world.CODE
ISSUED_AT = datetime(2026, 2, 10, 4, 0, tzinfo=UTC)
BACK_AT = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
BACK_ON = date(2026, 3, 12)
TERMS = Terms(
    year=2026,
    issued_on=date(2026, 2, 10),
    due_on=date(2026, 3, 15),
    born_from=date(2017, 9, 1),
    born_until=date(2021, 9, 1),
    blank_rows=3,
)
SURVEYOR = Surveyor("丁某某", SurveyorRole.GRID_WORKER)
COLUMN_AT = {column.name: place for place, column in enumerate(SHEET_COLUMNS)}
Filled = Mapping[str, Mapping[str, str]]

# A child of nobody's register; the check digit is right.
NEW_CHILD = {
    "outcome": "在住",
    "name": "丙小禾",
    "sex": "女",
    "birth_on": "2020-05-06",
    "identity": "990102202005060022",
    "address": "2号楼301室",
    "phone": "10000000003",
}
GIRL_MET = {"K2": {"outcome": "在住", "phone": "10000000009"}}  # on the sheet of A the boy is K1, the girl K2

# The girl of the sheet of A, as a surveyor of another block writes her down.
GIRL_AS_NEW = {
    "outcome": "在住",
    "name": "甲子涵",
    "sex": "女",
    "birth_on": "2020-01-01",
    "identity": "990102202001010028",
}


def issued(folder: Path) -> tuple[User, dict[str, SurveySheet]]:
    """Sheets of every block are out: H1's two children on the sheet of A, H2's one on that of B. By unit code."""
    geo_world.district()
    geo_world.with_units(folder)
    geo_world.with_children(folder)
    person = officer(CODE)
    issue_sheets(actor=person, now=ISSUED_AT, district_code=CODE, terms=TERMS, surveyor=SURVEYOR)
    return person, {sheet.unit_code: sheet for sheet in SurveySheet.objects.all()}


def take_return(
    *, actor: User, now: datetime, district_code: str, data: bytes, today: date
) -> survey_returns.TakenReturn:
    """One spreadsheet is read and taken, as the job does with each of an upload."""
    [read] = read_files(data, 1)
    return survey_returns.take_return(
        actor=actor, now=now, district_code=district_code, read=read, today=today
    )


def filled(
    person: User,
    sheet: SurveySheet,
    answers: Filled,
    *,
    visited: str = "2026-03-10",
    without: tuple[str, ...] = (),
) -> bytes:
    """The downloaded sheet as a surveyor brings it back: row key -> column -> what was written there.

    The copy holds the same cells in the same places, as any spreadsheet program writes them, but for rows `without`.
    """
    downloaded = hand_out_sheet(actor=person, now=ISSUED_AT, sheet_id=sheet.pk, form="xlsx")
    return refilled(downloaded, answers, visited=visited, without=without)


def refilled(downloaded: bytes, answers: Filled, *, visited: str, without: tuple[str, ...] = ()) -> bytes:
    """A filled copy of a downloaded sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(downloaded))
    target = io.BytesIO()
    copy = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    for name in book.sheet_names:
        page = copy.add_worksheet(name)
        page_rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        rows: list[list[object]] = [list(cells) for cells in page_rows]
        if name == SHEET:
            rows = _written(rows, answers, visited, without)
        for place, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell not in ("", None):
                    page.write_string(place, column, str(cell))
        if name == IDS:
            page.very_hidden()
    copy.close()
    return target.getvalue()


def taken(person: User, sheet: SurveySheet, answers: Filled, visited: str = "2026-03-10") -> TakenReturn:
    """The sheet came back with these answers."""
    data = filled(person, sheet, answers, visited=visited)
    return take_return(actor=person, now=BACK_AT, district_code=CODE, data=data, today=BACK_ON)


def told(person: User, of_return: SurveyReturn) -> list[tuple[str, str, str, str, str]]:
    """Key, field, kind, register and sheet of every difference."""
    shown = list_differences(of_return, reader=person)
    return [(d.row.key, d.row.field, d.row.kind, d.register, d.sheet) for d in shown]


def decide_all(person: User, found: TakenReturn, decision: SurveyDecision) -> None:
    """Everything on the return is decided alike."""
    for row in found.of_return.differences.filter(decision=""):
        decide_difference(
            actor=person, now=BACK_AT, difference_id=row.pk, decision=decision, reason="电话核实"
        )


def _written(
    rows: list[list[object]], answers: Filled, visited: str, without: tuple[str, ...]
) -> list[list[object]]:
    rows[3][2] = visited
    for cells in rows[HEADER_ROW + 1 :]:
        for name, text in answers.get(str(cells[0]), {}).items():
            cells[COLUMN_AT[name]] = text
    return [cells for cells in rows if str(cells[0]) not in without]
