"""Applications of another portal, row by row: where its file holds what is said by a layout, made from its mapping.

A file (CSV, workbook, JSON lines) and a request of the API are read alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from geo_data.tables.cells import SEPARATORS, CellValue
from geo_data.tables.columns import CellKind, Column
from geo_data.tables.findings import Findings
from geo_data.tables.headers import table_of
from geo_data.tables.identity import OLD_RESIDENT, RESIDENT, identity_faults, normalized
from geo_data.tables.portal_dates import read_form
from geo_data.tables.portal_json import JSON_LINES, open_json_lines
from geo_data.tables.reading import Sheet, open_sheet
from geo_data.tables.rows import Row

NUMBER, STATE = "application_number", "state"
PRIVATE, PUBLIC, MIXED = "private", "public", "mixed"
YES = "yes"
MOST_CHOICES = 30

FactValue = str | int | bool | date | tuple[str, ...] | tuple[date, ...]


@dataclass(frozen=True, slots=True)
class FactLayout:
    """A column that states a fact.

    kind      -- of the fact: text, choice, integer, flag, date, texts, dates
    proved_by -- the register that the portal asked, empty for what families state
    codes     -- what the portal writes -> value, for texts that have codes
    of_schools -- the value is a school's code, translated by the table of schools
    """

    column: str
    fact: str
    kind: str
    proved_by: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    of_schools: bool = False


@dataclass(frozen=True, slots=True)
class PortalLayout:
    """Where a portal's file holds what.

    columns -- every column that is read: `zh` is the portal's header, `name` the field, "fact.NAME" or "LIST.N"
    choices -- list ("private", "public", "mixed") -> names of its columns in order
    is_list -- a choice column holds a list of codes
    order, school -- names of the columns of a layout with a row for each choice
    schools -- the portal's code -> our school
    dates   -- keys of DATE_FORMS
    """

    columns: tuple[Column, ...]
    facts: tuple[FactLayout, ...]
    choices: Mapping[str, tuple[str, ...]]
    is_list: bool
    schools: Mapping[str, str]
    dates: tuple[str, ...]
    order: str = ""
    school: str = ""


class PortalRow(NamedTuple):
    """An application as the portal states it; a tuple, because many go from one process to another.

    row   -- as the spreadsheet counts, the header being row 1
    facts -- (name, register that proved it or "", value)
    A withdrawn one has its number and nothing else.
    """

    row: int
    number: str
    is_withdrawn: bool = False
    identity: str = ""
    name: str = ""
    birth_on: date = date.min
    sex: str = ""
    guardian_name: str = ""
    phone: str = ""
    address: str = ""
    unit_code: str = ""
    private: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    mixed: tuple[str, ...] = ()
    accepts_coordination: bool = True
    accepts_adjustment: bool = False
    group_code: str = ""
    split_allowed: bool = False
    facts: tuple[tuple[str, str, FactValue], ...] = ()


def read_portal_file(path: Path, layout: PortalLayout, findings: Findings) -> Iterator[PortalRow]:
    """Yield the applications of a file that are free of severe findings.

    They may be taken only when, after the last one, `findings` does not refuse the file.
    Raises UnreadableFile, also between rows.
    Source: docs/portal.md.
    """
    sheet = (
        open_json_lines(path, layout.columns, findings)
        if path.suffix.casefold() in JSON_LINES
        else open_sheet(path)
    )
    is_empty = True
    for row in read_portal_rows(sheet, layout, findings):
        is_empty = False
        yield row
    if is_empty and not (findings.refuses or findings.bad_rows):
        findings.add("file_empty")


def read_portal_rows(sheet: Sheet, layout: PortalLayout, findings: Findings) -> Iterator[PortalRow]:
    """Yield the applications of a sheet that are free of severe findings; an empty sheet is no finding here.

    Source: docs/portal.md.
    """
    opened = table_of(sheet, layout.columns, findings)
    if findings.refuses and any(
        column.required and column.name not in opened.places for column in layout.columns
    ):
        return
    rows = (opened.table.row(number, cells) for number, cells in opened.rows)
    reader = _Reader(layout, findings)
    yield from reader.grouped(rows) if layout.school else reader.each(rows)


class _Reader:
    def __init__(self, layout: PortalLayout, findings: Findings) -> None:
        self._layout = layout
        self._findings = findings
        self._numbers: set[str] = set()
        self._identities: set[str] = set()

    def each(self, rows: Iterator[Row]) -> Iterator[PortalRow]:
        """Yield one application a row."""
        for row in rows:
            number = self._number(row)
            if number in self._numbers:
                row.note("portal_number_twice", NUMBER, number)
                continue
            self._numbers.add(number)
            read = self._read(row, number)
            if read is not None and not row.is_bad:
                yield read

    def grouped(self, rows: Iterator[Row]) -> Iterator[PortalRow]:
        """Yield one application for the rows of one number, wherever they stand, in the order of the first."""
        groups: dict[str, list[Row]] = {}
        for row in rows:
            if number := self._number(row):
                groups.setdefault(number, []).append(row)
        for number, group in groups.items():
            read = self._read(group[0], number)
            if read is None:
                continue
            for row in group[1:]:
                again = self._content(row, number)
                if again is not None and again[1:] != read._replace(mixed=())[1:]:
                    row.note("portal_rows_differ", NUMBER, number)
            chosen = self._ordered(group)
            if not any(row.is_bad for row in group):
                yield read if read.is_withdrawn else read._replace(mixed=chosen)

    def _number(self, row: Row) -> str:
        number = row.text(NUMBER)
        plain = normalized(number)
        if RESIDENT.fullmatch(plain) or OLD_RESIDENT.fullmatch(plain):
            row.note("portal_number_is_identity", NUMBER)
        return number

    def _read(self, row: Row, number: str) -> PortalRow | None:
        """Return what the row states, checked beside the rows before it."""
        read = self._content(row, number)
        if read is None or read.is_withdrawn:
            return read
        if read.identity in self._identities:
            row.note("portal_child_twice", "identity_number")
        self._identities.add(read.identity)
        return read

    def _content(self, row: Row, number: str) -> PortalRow | None:
        if not number:
            return None
        if row.has(STATE) and row.text(STATE) == "withdrawn":
            return PortalRow(row.number, number, is_withdrawn=True)
        identity, sex, birth_on = normalized(row.text("identity_number")), row.text("sex"), self._day(row)
        name = row.text("child_name")
        if not (identity and sex and name and birth_on):
            return None
        self._check_identity(row, identity, birth_on, sex)
        chosen = {name: self._chosen(row, columns) for name, columns in self._layout.choices.items()}
        return PortalRow(
            row=row.number,
            number=number,
            identity=identity,
            name=name,
            birth_on=birth_on,
            sex=sex,
            guardian_name=_optional(row, "guardian_name"),
            phone=_optional(row, "phone"),
            address=_optional(row, "address"),
            unit_code=_optional(row, "unit_code"),
            private=chosen.get(PRIVATE, ()),
            public=chosen.get(PUBLIC, ()),
            mixed=chosen.get(MIXED, ()),
            accepts_coordination=_optional(row, "accepts_coordination") in ("", YES),
            accepts_adjustment=_optional(row, "accepts_adjustment") == YES,
            group_code=_optional(row, "group_code"),
            split_allowed=_optional(row, "split_allowed") == YES,
            facts=tuple(self._facts(row)),
        )

    def _check_identity(self, row: Row, identity: str, birth_on: date, sex: str) -> None:
        faults = identity_faults(identity, birth_on=birth_on, sex=sex)
        for fault in faults:
            row.note(f"identity_{fault}", "identity_number")
        kind = _optional(row, "identity_kind")
        is_resident = bool(RESIDENT.fullmatch(identity) or OLD_RESIDENT.fullmatch(identity))
        if kind and not faults and (kind == "resident") != is_resident:
            row.note("portal_identity_kind", "identity_kind", kind)

    def _day(self, row: Row) -> date | None:
        text = row.text("birth_on")
        day = read_form(text, self._layout.dates) if text else None
        if text and day is None:
            row.note("cell_malformed", "birth_on")
        return day

    def _chosen(self, row: Row, columns: Sequence[str]) -> tuple[str, ...]:
        """Return our schools in the family's order; an empty place is passed over."""
        found: list[str] = []
        for column in columns:
            text = _optional(row, column)
            codes = [code for code in SEPARATORS.split(text) if code] if self._layout.is_list else [text]
            for code in codes:
                if code:
                    self._add_school(row, column, code, found)
        return tuple(found)

    def _ordered(self, group: Sequence[Row]) -> tuple[str, ...]:
        """Return our schools of an application with a row for each choice, by the stated order."""
        layout, found = self._layout, list[str]()
        placed: dict[int, tuple[Row, str]] = {}
        for row in group:
            code, order = row.text(layout.school), row.integer(layout.order)
            if order is None and not code:
                continue  # no choice: the zone's schools are meant
            if order is None or not code or order in placed:
                row.note("portal_choice_order", layout.order, "" if order is None else order)
                continue
            placed[order] = (row, code)
        for order in sorted(placed):
            row, code = placed[order]
            self._add_school(row, layout.school, code, found)
        return tuple(found)

    def _add_school(self, row: Row, column: str, code: str, found: list[str]) -> None:
        school = self._layout.schools.get(code)
        if school is None:
            row.note("portal_school_unknown", column, code)
        elif school in found:
            row.note("portal_choice_twice", column, code)
        else:
            found.append(school)

    def _facts(self, row: Row) -> Iterator[tuple[str, str, FactValue]]:
        for item in self._layout.facts:
            value = self._fact(row, item) if row.has(item.column) else None
            if value is not None and value != ():
                yield item.fact, item.proved_by, value

    def _fact(self, row: Row, item: FactLayout) -> FactValue | None:
        value = row.value(item.column)
        if value is None:
            return None
        match item.kind:
            case "flag":
                return value == YES
            case "date":
                return self._fact_day(row, item, str(value))
            case "dates":
                days = [self._fact_day(row, item, text) for text in _listed(value)]
                return tuple(sorted(day for day in days if day is not None))
            case "texts":
                return tuple(self._translated(row, item, _listed(value)))
            case "integer":
                return value if isinstance(value, int) else None
            case _:
                return next(self._translated(row, item, (str(value),)), None)

    def _translated(self, row: Row, item: FactLayout, codes: Sequence[str]) -> Iterator[str]:
        for code in codes:
            if item.of_schools and code not in self._layout.schools:
                row.note("portal_school_fact_unknown", item.column, code)
            elif item.of_schools:
                yield self._layout.schools[code]
            elif item.codes and code not in item.codes.values():
                if code in item.codes:
                    yield item.codes[code]
                else:
                    row.note("cell_malformed", item.column, code)
            else:
                yield code

    def _fact_day(self, row: Row, item: FactLayout, text: str) -> date | None:
        day = read_form(text, self._layout.dates)
        if day is None:
            row.note("cell_malformed", item.column, text)
        return day


def choice_columns(layout_name: str, headers: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of a list of choices, in order. Source: docs/portal.md."""
    return tuple(
        Column(f"{layout_name}.{place}", header, most=400) for place, header in enumerate(headers, start=1)
    )


def order_columns(order: str, school: str) -> tuple[Column, Column]:
    """Return the columns of a layout with a row for each choice. Source: docs/portal.md."""
    return (
        Column("choice.order", order, CellKind.INTEGER, least=1, most=MOST_CHOICES),
        Column("choice.school", school, most=60),
    )


def _optional(row: Row, name: str) -> str:
    return row.text(name) if row.has(name) else ""


def _listed(value: CellValue) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, tuple) else ()
