"""Writes a survey sheet as a spreadsheet that is filled in without a network: lists to choose from, ids locked."""

import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import xlsxwriter

from geo_data.tables.survey_records import COLUMN, FIELDS, SHEET_COLUMNS, Paper, in_cell
from geo_data.tables.table_workbook import FORMULA_SIGNS, guarded

SHEET, IDS, CHOICES = "入户调查表", "编号", "选项"
MARK, FORMAT = "jiujin-survey", 1
DATE_CELL = "C4"  # the day of the visits; its place is part of the format
HEADER_ROW = 6  # counted from 0; data rows follow
WIDTHS: Mapping[str, int] = {
    "key": 6,
    "place": 6,
    "outcome": 13,
    "name": 12,
    "sex": 7,
    "birth_on": 13,
    "identity": 23,
    "guardian": 12,
    "household_code": 14,
    "address": 26,
    "phone": 16,
    "school_now": 18,
    "registration_kind": 14,
    "dwelling_right": 12,
    "moved_to": 18,
    "remark": 18,
}
HOW_TO = "逐户核对，在“情况”列选择；内容有误请直接改写，本表没有的儿童填在后面的空行。"
HOW_TO_2 = "请勿增删行列；填好入户日期后保存，原样交回，无需联网。"
CHOICE_COLUMNS = ("outcome", "sex", "registration_kind", "dwelling_right")
LOCKED = frozenset({"key", "place"})
EARLIEST_BIRTH = date(1990, 1, 1)


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_SIGNS) else text


def write_workbook(paper: Paper) -> bytes:
    """Return an XLSX file: the sheet, its lists of choices, and a hidden sheet with the ids.

    The same paper gives the same bytes. Cells that are not to be filled in are locked, without a password:
    that guards against slips, and the ids are checked when the sheet comes back.
    Source: docs/door-to-door.md (the spreadsheet).
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": f"{SHEET} {paper.code}", "created": datetime(paper.year, 1, 1)})
    sheet, ids, choices = (book.add_worksheet(name) for name in (SHEET, IDS, CHOICES))
    _write_ids(ids, paper)
    _write_choices(choices)
    styles = _styles(book)
    _write_head(sheet, paper, styles)
    _write_rows(sheet, paper, styles)
    _set_checks(sheet, HEADER_ROW + 1, HEADER_ROW + len(paper.rows) + len(paper.blank_keys))
    _set_page(sheet, paper)
    book.close()
    return target.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    base = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "text_wrap": True}
    cell = {**base, "border": 1, "num_format": "@"}
    return {
        "title": book.add_format({**base, "bold": True, "font_size": 16, "text_wrap": False}),
        "text": book.add_format({**base, "text_wrap": False}),
        "label": book.add_format({**base, "bold": True, "text_wrap": False}),
        "header": book.add_format({**base, "bold": True, "border": 1, "bg_color": "#E3EFEC"}),
        "locked": book.add_format({**cell, "bg_color": "#EEEEEE"}),
        "open": book.add_format({**cell, "locked": False}),
        "day": book.add_format({**cell, "num_format": "yyyy-mm-dd", "locked": False}),
        "fill": book.add_format(
            {**cell, "num_format": "yyyy-mm-dd", "locked": False, "bg_color": "#FDF1D8", "bold": True}
        ),
    }


def _write_ids(ids: Any, paper: Paper) -> None:
    for row, (name, value) in enumerate(
        [
            (MARK, str(FORMAT)),
            ("sheet", paper.sheet_id),
            ("code", paper.code),
            ("issue", str(paper.issue)),
        ]
    ):
        ids.write_string(row, 0, name)
        ids.write_string(row, 1, value)
    for row, key in enumerate((*(known.key for known in paper.rows), *paper.blank_keys)):
        ids.write_string(row, 2, key)
    ids.protect()
    ids.very_hidden()


def _write_choices(choices: Any) -> None:
    for column, name in enumerate(CHOICE_COLUMNS):
        for row, word in enumerate(COLUMN[name].choices):
            choices.write_string(row, column, word)
    choices.protect()
    choices.hide()


def _write_head(sheet: Any, paper: Paper, styles: Mapping[str, Any]) -> None:
    sheet.write_string("B1", f"{paper.year} 年适龄儿童入户调查表", styles["title"])
    sheet.write_string("B2", HOW_TO, styles["text"])
    sheet.write_string("B3", HOW_TO_2, styles["text"])
    sheet.write_string("B4", "入户日期", styles["label"])
    sheet.write_blank(DATE_CELL, None, styles["fill"])
    sheet.write_string("D4", f"交回期限：{paper.due_on.isoformat()}", styles["text"])
    place = " ".join(part for part in (paper.district, paper.township, paper.unit) if part)
    person = f"责任人：{paper.responsible}（{paper.role}）" if paper.responsible else f"责任人：{paper.role}"
    sheet.write_string("B5", f"表号 {paper.code}　{guarded(place)}　{person}", styles["label"])
    last_day = date.fromordinal(paper.born_until.toordinal() - 1).isoformat()
    sheet.write_string(
        "B6", f"调查对象：{paper.born_from.isoformat()} 至 {last_day} 出生的儿童", styles["text"]
    )
    for column, item in enumerate(SHEET_COLUMNS):
        sheet.write_string(HEADER_ROW, column, item.zh, styles["header"])
        sheet.set_column(column, column, WIDTHS[item.name], None, {"hidden": item.name == "key"})
    sheet.freeze_panes(HEADER_ROW + 1, 4)


def _write_rows(sheet: Any, paper: Paper, styles: Mapping[str, Any]) -> None:
    known = {row.key: row for row in paper.rows}
    for place, key in enumerate((*known, *paper.blank_keys), start=1):
        row = HEADER_ROW + place
        sheet.set_row(row, 24)
        values = _cells_of(key, place, known[key].values if key in known else {})
        if key in known:
            values["household_code"] = known[key].household_code
        for column, item in enumerate(SHEET_COLUMNS):
            is_locked = item.name in LOCKED or (item.name == "household_code" and key in known)
            style = "locked" if is_locked else "day" if item.name == "birth_on" else "open"
            _write_cell(sheet, row, column, values.get(item.name, ""), styles[style], is_day=style == "day")


def _cells_of(key: str, place: int, values: Mapping[str, str]) -> dict[str, str]:
    shown = {name: in_cell(name, values[name]) for name in FIELDS if values.get(name)}
    return {**shown, "key": key, "place": str(place)}


def _write_cell(sheet: Any, row: int, column: int, text: str, style: Any, *, is_day: bool) -> None:
    if not text:
        sheet.write_blank(row, column, None, style)
    elif is_day:
        sheet.write_datetime(row, column, date.fromisoformat(text), style)
    else:
        sheet.write_string(row, column, guarded(text), style)


def _set_checks(sheet: Any, first: int, last: int) -> None:
    columns = {item.name: place for place, item in enumerate(SHEET_COLUMNS)}
    for place, name in enumerate(CHOICE_COLUMNS):
        letter, count = "ABCD"[place], len(COLUMN[name].choices)
        rule = {
            "validate": "list",
            "source": f"={CHOICES}!${letter}$1:${letter}${count}",
            "error_title": COLUMN[name].zh,
            "error_message": "请从列表中选择。",
        }
        sheet.data_validation(first, columns[name], last, columns[name], rule)
    day = {"validate": "date", "criteria": ">=", "error_message": "请填写日期，如 2020-01-31。"}
    born = columns["birth_on"]
    sheet.data_validation(
        first, born, last, born, {**day, "value": EARLIEST_BIRTH, "error_title": "出生日期"}
    )
    sheet.data_validation(DATE_CELL, {**day, "value": date(2000, 1, 1), "error_title": "入户日期"})
    number = columns["identity"]
    length = {"validate": "length", "criteria": "between", "minimum": 7, "maximum": 20}
    length |= {"error_title": "证件号码", "error_message": "证件号码为 7 至 20 位，身份证为 18 位。"}
    sheet.data_validation(first, number, last, number, length)


def _set_page(sheet: Any, paper: Paper) -> None:
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)
    sheet.set_footer(f"&L表号 {paper.code}&R第 &P 页 / 共 &N 页")
    sheet.activate()
