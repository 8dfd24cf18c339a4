"""The workbook that comes back for a file of addresses. Texts are written as texts, never as formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format

from common.formulas import guarded
from geo_data.tables.findings import Finding
from zoning.selectors.by_address import AddressAnswer

HEADERS = (
    "行号 row",
    "所填 asked",
    "结果 result",
    "地址库地址 address",
    "单元编号 unit_id",
    "单元名称 unit",
    "学区 zone",
    "学校 schools",
    "学校编号 school_id",
    "可能的地址 choices",
)


class Result(StrEnum):
    """What became of a row."""

    CERTAIN = "certain"
    NEAR = "near"
    CHOOSE = "choose"
    MISSING = "missing"
    NO_ZONE = "no_zone"
    EMPTY = "empty"


WORDS = {
    Result.CERTAIN: "确定 certain",
    Result.NEAR: "相近，请核对 near: check",
    Result.CHOOSE: "有多处相符，请选择 choose",
    Result.MISSING: "地址库中没有 not in the register",
    Result.NO_ZONE: "不属于任何学区 no zone",
    Result.EMPTY: "空行 empty",
}


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """A row of the file with its answer; `row` as the spreadsheet counts."""

    row: int
    asked: str
    result: Result
    found: AddressAnswer | None = None
    choices: tuple[str, ...] = ()


def write_workbook(rows: Sequence[AnsweredRow], notes: Sequence[Finding] = ()) -> bytes:
    """Return an XLSX file with one row for each row of the file, in its order.

    notes -- what of the file was not read: a second sheet says it, where there is any
    """
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet("学区 zones")
    bold = book.add_format({"bold": True, "text_wrap": True})
    for column, header in enumerate(HEADERS):
        sheet.write_string(0, column, header, bold)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, len(HEADERS) - 1, 22)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        sheet.write_number(number, 0, row.row)
        for column, text in enumerate(_texts(row), start=1):
            sheet.write_string(number, column, guarded(text))
    if notes:
        _write_notes(book, notes, bold)
    book.close()
    return out.getvalue()


def _write_notes(book: xlsxwriter.Workbook, notes: Sequence[Finding], bold: Format) -> None:
    sheet = book.add_worksheet("未读取 not read")
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for column, header in enumerate(("行号 row", "说明", "what was not read")):
        sheet.write_string(0, column, header, bold)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 2, 60)
    sheet.freeze_panes(1, 0)
    for number, note in enumerate(notes, start=1):
        if note.row:
            sheet.write_number(number, 0, note.row, wrapped)
        for column, language in enumerate(("zh", "en"), start=1):
            sheet.write_string(number, column, guarded(note.sentence(language)), wrapped)


def _texts(row: AnsweredRow) -> tuple[str, ...]:
    first = (row.asked, WORDS[row.result])
    if row.found is None:
        return (*first, "", "", "", "", "", "", "、".join(row.choices))
    answer, address = row.found.answer, row.found.address
    schools = answer.schools
    return (
        *first,
        address.shown if address else "",
        *(answer.unit_code, answer.unit_name, answer.zone_name),
        "、".join(school.name for school in schools),
        "、".join(school.code for school in schools),
        "",
    )
