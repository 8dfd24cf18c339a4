"""The template of a kind: an XLSX to fill in, with its column dictionary in both languages.

The Chinese header stands in one cell with the English one beneath: either is understood. The example row begins with
a word that no reader accepts, so that nobody brings it in by mistake.
"""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import xlsxwriter

from geo_data.tables.cells import EXAMPLE
from geo_data.tables.columns import CellKind, Column

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LAST_ROW = 20_000  # as far as drop-downs and formats reach
LONGEST_LIST = 255  # of a drop-down, Excel's own limit
KIND_WORDS = {
    CellKind.TEXT: ("文字", "text"),
    CellKind.INTEGER: ("整数", "whole number"),
    CellKind.NUMBER: ("数值", "number"),
    CellKind.DATE: ("日期，如 2026-03-01", "date, such as 2026-03-01"),
    CellKind.DATES: ("多个日期，用分号隔开", "dates, separated by semicolons"),
    CellKind.FLAG: ("是 / 否", "yes / no"),
    CellKind.CHOICE: ("选项", "one of the values listed"),
    CellKind.CODES: ("多个编号，用分号隔开", "codes, separated by semicolons"),
}
EXAMPLE_CELL = f"{EXAMPLE}（导入前请删除本行）"
DICTIONARY = (
    ("列名", 24),
    ("Column", 24),
    ("必填 Required", 12),
    ("类型", 24),
    ("Kind", 30),
    ("可用的值 Values", 50),
    ("也可识别的列名 Also understood", 50),
    ("个人信息（加密保存） Personal (sealed)", 20),
)


def template(columns: Sequence[Column], examples: Mapping[str, str], *, title: str) -> bytes:
    """Return the XLSX.

    examples -- column -> cell of the example row
    title    -- name of the kind in both languages
    Source: docs/import.md (templates).
    """
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        looks = {
            name: book.add_format({"text_wrap": True, "valign": "top", **look})
            for name, look in LOOKS.items()
        }
        _write_data(book.add_worksheet("数据 Data"), columns, examples, looks)
        _write_dictionary(book.add_worksheet("列说明 Columns"), columns, title, looks)
    return target.getvalue()


LOOKS: Mapping[str, Mapping[str, object]] = {
    "required": {"bold": True, "bg_color": "#D6E4F0", "border": 1},
    "header": {"bold": True, "bg_color": "#EEEEEE", "border": 1},
    "example": {"italic": True, "font_color": "#777777", "num_format": "@"},
    "text": {"num_format": "@"},
    "date": {"num_format": "yyyy-mm-dd"},
    "plain": {},
}


def _write_data(
    sheet: "Worksheet", columns: Sequence[Column], examples: Mapping[str, str], looks: "Mapping[str, Format]"
) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 34)
    for place, column in enumerate(columns):
        star = " *" if column.required else ""
        look = looks["required" if column.required else "header"]
        sheet.write_string(0, place, f"{column.zh}{star}\n{column.name}", look)
        cell = EXAMPLE_CELL if place == 0 else examples.get(column.name, "")
        sheet.write_string(1, place, cell, looks["example"])
        sheet.set_column(place, place, 18, looks[_look_of(column)])
        _limit(sheet, place, column)


def _look_of(column: Column) -> str:
    match column.kind:
        case CellKind.DATE:
            return "date"
        case CellKind.INTEGER | CellKind.NUMBER:
            return "plain"
        case _:
            return "text"  # or long identity numbers would lose their last digits


def _limit(sheet: "Worksheet", place: int, column: Column) -> None:
    words = list(column.choices) if column.kind is CellKind.CHOICE else []
    if column.kind is CellKind.FLAG:
        words = ["是", "否"]
    rule: dict[str, object] = {"error_type": "stop", "ignore_blank": True}
    if words and len(",".join(words)) <= LONGEST_LIST:
        rule |= {"validate": "list", "source": words}
    elif column.kind is CellKind.INTEGER:
        rule |= {
            "validate": "integer",
            "criteria": "between",
            "minimum": column.least,
            "maximum": column.most,
        }
    else:
        return
    sheet.data_validation(2, place, LAST_ROW, place, rule)


def _write_dictionary(
    sheet: "Worksheet", columns: Sequence[Column], title: str, looks: "Mapping[str, Format]"
) -> None:
    sheet.write_string(0, 0, title, looks["header"])
    for place, (header, width) in enumerate(DICTIONARY):
        sheet.set_column(place, place, width)
        sheet.write_string(1, place, header, looks["header"])
    sheet.freeze_panes(2, 0)
    for row, column in enumerate(columns, start=2):
        zh, en = KIND_WORDS[column.kind]
        values = "；".join(f"{word} = {value}" for word, value in column.choices.items())
        if column.kind is CellKind.INTEGER:
            values = f"{column.least} – {column.most}"
        cells = (
            column.zh,
            column.name,
            "是 yes" if column.required else "",
            zh,
            en,
            values,
            "、".join(column.aliases),
            "是 yes" if column.personal else "",
        )
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell, looks["plain"])
