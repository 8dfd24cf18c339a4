"""The column and finding tables of docs/import.md and docs/registers.md, written from the code that reads the files."""

from collections.abc import Sequence

from geo_data.tables.address_table import ADDRESS_COLUMNS
from geo_data.tables.base_map_table import BASE_MAP_COLUMNS
from geo_data.tables.child_table import CHILD_COLUMNS
from geo_data.tables.columns import CellKind, Column
from geo_data.tables.everyday import OF_FORMS
from geo_data.tables.finding_texts import TEXTS
from geo_data.tables.past_tables import (
    ENROLMENT_COLUMNS,
    GRADE_COLUMNS,
    HOUSING_COLUMNS,
    MOVE_COLUMNS,
)
from geo_data.tables.register_columns import REGISTER_COLUMNS
from geo_data.tables.rule_table import RULE_COLUMNS
from geo_data.tables.school_table import SCHOOL_COLUMNS
from geo_data.tables.seat_table import SEAT_COLUMNS
from geo_data.tables.street_table import STREET_COLUMNS
from geo_data.tables.unit_table import BORDER_COLUMNS, UNIT_COLUMNS
from geo_data.tables.zone_layer import ZONE_COLUMNS
from geo_data.tables.zone_list_table import ZONE_LIST_COLUMNS
from geo_data.tables.zone_text_table import ZONE_TEXT_COLUMNS

TABLES = {
    "units": UNIT_COLUMNS,
    "borders": BORDER_COLUMNS,
    "schools": SCHOOL_COLUMNS,
    "seats": SEAT_COLUMNS,
    "zones": ZONE_COLUMNS,
    "zone list": ZONE_LIST_COLUMNS,
    "zone texts": ZONE_TEXT_COLUMNS,
    "zone rules": RULE_COLUMNS,
    "children": CHILD_COLUMNS,
    "base map": BASE_MAP_COLUMNS,
    "streets": STREET_COLUMNS,
    **REGISTER_COLUMNS,
    "addresses": ADDRESS_COLUMNS,
    "past enrolment": ENROLMENT_COLUMNS,
    "pupils by grade": GRADE_COLUMNS,
    "new housing": HOUSING_COLUMNS,
    "moves": MOVE_COLUMNS,
}


def with_tables(text: str) -> str:
    """Return the page with every table between its markers written anew.

    Markers stand alone on a line: `<!-- columns: units -->` or `<!-- findings -->`, and `<!-- end -->`.
    """
    lines: list[str] = []
    skipping = False
    for line in text.splitlines():
        skipping = skipping and line != "<!-- end -->"
        if not skipping:
            lines.append(line)
        if line.startswith("<!-- columns: "):
            lines += _column_table(TABLES[line.removeprefix("<!-- columns: ").removesuffix(" -->")])
            skipping = True
        elif line == "<!-- findings -->":
            lines += _finding_table()
            skipping = True
    return "\n".join(lines) + "\n"


def _column_table(columns: Sequence[Column]) -> list[str]:
    head = [
        "| 列名 | column | kind | required | also understood | values |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return head + [
        f"| {column.zh} | `{column.name}` | {column.kind} | {'yes' if column.required else ''} "
        f"| {', '.join(column.aliases)} "
        f"| {_values(column)} |"
        for column in columns
    ]


def _values(column: Column) -> str:
    """Say which words a choice takes, and in which everyday words a number may be written."""
    if column.kind is CellKind.INTEGER:
        return OF_FORMS.get(column.form, "")
    offered = [f"{word} = `{value}`" for word, value in column.choices.items()]
    return ", ".join(offered) + (f"; {', '.join(column.words)}" if column.words else "")


def _finding_table() -> list[str]:
    head = ["| code | weight | 中文 | English | what to do |", "| --- | --- | --- | --- | --- |"]
    return head + [
        f"| `{code}` | {text.severity} | {text.zh} | {text.en} | {text.remedy_zh} / {text.remedy_en} |"
        for code, text in TEXTS.items()
    ]
