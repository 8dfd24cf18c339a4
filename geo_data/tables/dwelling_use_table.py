"""Places taken with a dwelling in earlier years, row by row. Source: docs/rules/dwelling-lock.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo_data.tables.columns import CellKind, Column
from geo_data.tables.findings import Findings
from geo_data.tables.headers import open_table
from geo_data.tables.identity import identity_faults, of_eighteen_digits
from geo_data.tables.register_columns import PROPERTY, SCHOOL
from geo_data.tables.rows import Row

GUARDIANS = (
    Column("guardian_identity", "监护人身份证号", aliases=("监护人证件号码",), most=30, personal=True),
    Column("second_guardian_identity", "另一监护人身份证号", most=30, personal=True),
)
DWELLING_USE_COLUMNS = (
    Column(
        PROPERTY.name, PROPERTY.zh, required=True, aliases=PROPERTY.aliases, most=PROPERTY.most, personal=True
    ),
    SCHOOL,
    Column("enrolled_on", "入学日期", CellKind.DATE, required=True),
    *GUARDIANS,
)


@dataclass(frozen=True, slots=True)
class DwellingUseRow:
    """A place taken at a school with a dwelling; `guardians` are identity numbers of 18 digits."""

    dwelling_key: str
    school_code: str
    enrolled_on: date
    guardians: tuple[str, ...]


def read_dwelling_uses(path: Path, findings: Findings) -> Iterator[DwellingUseRow]:
    """Yield the rows that are free of severe findings; a guardian's number that is none leaves the row out.

    They may be stored only when, after the last one, `findings` does not refuse the file.
    Raises UnreadableFile, also between rows.
    Source: docs/rules/dwelling-lock.md.
    """
    opened = open_table(path, DWELLING_USE_COLUMNS, findings)
    is_empty = True
    for number, cells in opened.rows:
        is_empty = False
        row = _read(opened.table.row(number, cells), frozenset(opened.places))
        if row is not None:
            yield row
    if is_empty:
        findings.add("file_empty")


def _read(row: Row, present: frozenset[str]) -> DwellingUseRow | None:
    key, school = row.text("property_key"), row.text("school_id")
    enrolled_on = row.value("enrolled_on")
    numbers = [number for column in GUARDIANS if column.name in present and (number := row.text(column.name))]
    for number in numbers:
        for fault in identity_faults(number):
            row.note(f"guardian_{fault}", "guardian_identity")
    if row.is_bad or not key or not school or not isinstance(enrolled_on, date):
        return None
    return DwellingUseRow(key, school, enrolled_on, tuple(of_eighteen_digits(number) for number in numbers))
