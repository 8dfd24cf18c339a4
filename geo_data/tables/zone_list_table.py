"""Zones of an earlier year as a list: a row a unit, with the school or the schools of its zone."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from geo_data.tables.columns import CellKind, Column
from geo_data.tables.findings import Findings
from geo_data.tables.headers import open_table

ZONE_LIST_COLUMNS = (
    Column("unit_id", "单元编号", required=True, aliases=("unit_code", "小区村组编号", "小区编号"), most=40),
    Column(
        "schools",
        "学校编号",
        CellKind.CODES,
        required=True,
        aliases=("school_code", "school_id", "学校代码"),
        most=40,
    ),
)


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A unit's code and the schools of its zone, in ascending order of code."""

    unit_code: str
    schools: tuple[str, ...]


def read_zone_list(
    path: Path, *, units: Collection[str], schools: Collection[str], findings: Findings
) -> tuple[ListedUnit, ...]:
    """Return the units of a list in the order of its rows, each once.

    They may be used only when `findings` does not refuse them. Raises UnreadableFile.
    Source: docs/zone-texts.md (lists of units).
    """
    opened = open_table(path, ZONE_LIST_COLUMNS, findings)
    listed: dict[str, ListedUnit] = {}
    first: dict[str, int] = {}  # unit -> the row in which it stands first
    zone_of: dict[str, tuple[str, ...]] = {}
    school_rows: dict[str, int] = {}
    is_empty = True
    for number, cells in opened.rows:
        is_empty = False
        row = opened.table.row(number, cells)
        unit, codes = row.text("unit_id"), tuple(sorted(set(row.codes("schools"))))
        if unit and unit not in units:
            row.note_unknown("unit_unknown", "unit_id", unit, units)
        elif unit in listed:
            row.note("value_twice", "unit_id", unit, earlier=first[unit])
        for code in codes:
            if code not in schools:
                row.note_unknown("school_unknown", "schools", code, schools)
            elif zone_of.setdefault(code, codes) != codes:
                row.note("school_in_two_zones", "schools", code, earlier=school_rows[code])
            school_rows.setdefault(code, number)
        if unit and codes:
            listed.setdefault(unit, ListedUnit(unit, codes))
            first.setdefault(unit, number)
    if is_empty:
        findings.add("file_empty")
    return tuple(listed.values())
