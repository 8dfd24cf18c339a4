"""Everyday words for whole numbers, and what every kind of column takes."""

import re

from geo_data.tables.columns import CellKind, Column, NumberForm

FIGURES = "一二三四五六七八九"
GRADE_WORD = re.compile(rf"(?:小学|初中)?([{FIGURES}1-9])年级")
JUNIOR_WORD = re.compile(r"初([一二三])(?:年级)?")
SCHOOL_YEAR = re.compile(r"(\d{4})(?:\s*[-–—~～/至]+\s*(\d{4}|\d{2}))?\s*(?:学年|年)?", re.ASCII)
ONE = re.compile(r"1(?:\.0+)?", re.ASCII)
PERCENT = re.compile(r"(\d{1,3})(?:\.0+)?\s*[%％]", re.ASCII)
FRACTION = re.compile(r"(\d{1,4})\s*[/／]\s*(\d{1,4})", re.ASCII)
# Letters that nobody sees: of no width, joiners, marks of direction, soft hyphens.
INVISIBLE = re.compile(
    "[\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff]"
)
TAKEN = {
    CellKind.TEXT: "文字 text",
    CellKind.NUMBER: "数值 a number",
    CellKind.DATE: "2020-01-31, 2020/1/31, 2020.1.31, 2020年1月31日, 20200131",
    CellKind.DATES: "2020-01-31; 2021-01-31",
    CellKind.FLAG: "是, 否, yes, no",
    CellKind.CODES: "编号1; 编号2 codes",
}
OF_FORMS = {
    NumberForm.GRADE: "一年级…九年级, 初一…初三",
    NumberForm.PERCENT: "50%, 1/2",
    NumberForm.SCHOOL_YEAR: "2026-2027, 2026学年",
}
MOST_WORDS = 12  # of a choice, that a finding lists


def as_digits(text: str, form: NumberForm) -> str:
    """Return a whole number of which only one can be meant, else the text as it is.

    600.0 is 600, as tables from databases have it. Of a grade: 七年级, 7年级 and 初一 are 7. Of a share: 50% and 1/2
    are 50; a fraction that is no whole percent stays as it is. Of a school year: 2026-2027 is
    2026, and nothing else is.
    Source: docs/import.md (everyday words).
    """
    whole, point, rest = text.partition(".")
    if point and rest and not rest.strip("0"):
        return whole
    match form:
        case NumberForm.GRADE:
            return _grade(text)
        case NumberForm.PERCENT:
            return _percent(text)
        case NumberForm.SCHOOL_YEAR:
            return _school_year(text)
        case _:
            return text


def is_one_or_all(text: str, form: NumberForm) -> bool:
    """Say whether a share stands as 1: one per cent, or what a cell that shows 100 % holds.

    Source: docs/import.md (everyday words).
    """
    return form is NumberForm.PERCENT and ONE.fullmatch(text) is not None


def forms_taken(column: Column) -> str:
    """Return what may stand in a column, short, in words of both languages."""
    match column.kind:
        case CellKind.INTEGER:
            spoken = OF_FORMS.get(column.form, "")
            return f"{column.least}–{column.most}" + (f", {spoken}" if spoken else "")
        case CellKind.CHOICE:
            words = list(column.choices)
            return ", ".join(words[:MOST_WORDS]) + (", …" if len(words) > MOST_WORDS else "")
        case kind:
            return TAKEN[kind]


def without_invisible(text: str) -> str:
    """Return the text without letters that nobody sees: of no width, joiners, marks of direction, soft hyphens."""
    return INVISIBLE.sub("", text)


def with_invisible_spelled(text: str) -> str:
    """Return the text with such letters as their numbers, <U+200B>, for somebody to see where they stood."""
    return INVISIBLE.sub(lambda letter: f"<U+{ord(letter[0]):04X}>", text)


def _grade(text: str) -> str:
    found = GRADE_WORD.fullmatch(text)
    if found:
        digit = found[1] if found[1].isdigit() else str(FIGURES.index(found[1]) + 1)
        return _grade_of_stage(text, int(digit))
    junior = JUNIOR_WORD.fullmatch(text)
    return str(FIGURES.index(junior[1]) + 7) if junior else text


def _grade_of_stage(text: str, grade: int) -> str:
    """初中一年级 is the seventh grade; 初中七年级 too."""
    if text.startswith("初中"):
        grade = grade + 6 if grade <= 3 else grade
        return str(grade) if grade >= 7 else text
    return text if text.startswith("小学") and grade > 6 else str(grade)


def _percent(text: str) -> str:
    found = PERCENT.fullmatch(text)
    if found:
        return found[1]
    parts = FRACTION.fullmatch(text)
    if parts is None or not int(parts[2]) or int(parts[1]) * 100 % int(parts[2]):
        return text
    return str(int(parts[1]) * 100 // int(parts[2]))


def _school_year(text: str) -> str:
    found = SCHOOL_YEAR.fullmatch(text)
    if found is None:
        return text
    first, second = found[1], found[2]
    if second is None or int(second) == (int(first) + 1) % (100 if len(second) == 2 else 10_000):
        return first
    return text
