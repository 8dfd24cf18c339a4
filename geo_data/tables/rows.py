"""The rows of a table, read through its columns; what cannot be read is noted and read as None."""

from collections.abc import Collection, Mapping, Sequence

import shapely

from common.comparing import as_compared
from common.formulas import looks_like_formula
from geo_data.tables.cells import EXAMPLE, FORMULA_STARTS, CellFault, CellValue, cell_text, plain, read_cell
from geo_data.tables.columns import CellKind, Column
from geo_data.tables.everyday import forms_taken, with_invisible_spelled, without_invisible
from geo_data.tables.findings import Findings, earlier_row

MOST_SEEN = 1 << 14  # of a column
OF_FEW_VALUES = frozenset({CellKind.DATE, CellKind.CHOICE, CellKind.FLAG})
ODD_STARTS = FORMULA_STARTS + EXAMPLE[0]  # of texts that must be looked at more closely
NOWHERE = 1 << 30
OF_ANOTHER_KIND = frozenset({"cell_malformed", "value_out_of_range"})
SHOWN_LETTERS = 60  # of a value, before what is taken


class Table:
    """What the rows of one table share.

    columns -- those that may stand in it
    headers -- of the file
    places  -- the position in the file of every column found (`match_columns`)
    """

    __slots__ = ("_alike", "_fields", "_text_fields", "columns", "findings", "headers", "places", "seen")

    def __init__(
        self,
        columns: Sequence[Column],
        headers: tuple[str, ...],
        places: Mapping[str, int],
        findings: Findings,
    ) -> None:
        self.columns = {column.name: column for column in columns}
        self.headers = headers
        self.places = places
        self.findings = findings
        self.seen: dict[str, dict[object, CellValue]] = {
            column.name: {} for column in columns if column.kind in OF_FEW_VALUES
        }  # what cells read before say
        self._alike: dict[int, dict[str, str]] = {}
        self._fields: dict[tuple[str, ...], list[tuple[str, int, int, dict[object, object]]]] = {}
        self._text_fields: dict[tuple[str, ...], list[tuple[str, int, int, bool]]] = {}

    def row(self, number: int, cells: Sequence[object]) -> "Row":
        """Return one row."""
        return Row(number, cells, self)

    def alike_in(self, known: Collection[str]) -> Mapping[str, str]:
        """Return the codes known, by what is compared of them; they stay the same while the table is read."""
        if id(known) not in self._alike:
            self._alike[id(known)] = {as_compared(code): code for code in sorted(known)}
        return self._alike[id(known)]

    def fields(self, names: tuple[str, ...]) -> list[tuple[str, int, int, dict[object, object]]]:
        """Return these columns as far as the file has them: name, position, longest text (0 of another kind than
        text), and what cells seen before say.

        A county's lists say the same few thousand words and days millions of times.
        """
        if names not in self._fields:
            there = [self.columns[name] for name in names if name in self.places]
            self._fields[names] = [
                (
                    column.name,
                    self.places[column.name],
                    column.most if column.kind is CellKind.TEXT else 0,
                    {},
                )
                for column in there
            ]
        return self._fields[names]

    def text_fields(self, names: tuple[str, ...]) -> list[tuple[str, int, int, bool]]:
        """Return of these columns, in the table or not: name, position, longest text, whether a text is required."""
        if names not in self._text_fields:
            columns = [self.columns.get(name, Column(name, name)) for name in names]
            self._text_fields[names] = [
                (column.name, self.places.get(column.name, NOWHERE), column.most, column.required)
                for column in columns
            ]
        return self._text_fields[names]


class Row:
    """One row of a table, read through its columns; what cannot be read is noted and read as None."""

    __slots__ = ("_cells", "_cleaned", "_faulty", "_table", "number")

    def __init__(self, number: int, cells: Sequence[object], table: Table) -> None:
        self.number = number
        self._cells = cells
        self._table = table
        self._faulty: tuple[str, ...] = ()  # columns whose fault was noted: a cell may be read again
        self._cleaned: tuple[str, ...] = ()  # columns whose invisible letters were noted

    def value(self, name: str) -> CellValue:
        """Return the value of a column, None when empty, absent or refused."""
        position = self._table.places.get(name)
        cell = self._cells[position] if position is not None and position < len(self._cells) else None
        if cell is None or cell == "":
            self._note_empty(name)
            return None
        seen = self._table.seen.get(name)
        if seen is not None and cell in seen:
            return seen[cell]
        text = cell.strip() if type(cell) is str else cell_text(cell)
        column = self._table.columns[name]
        if not text.isprintable():
            text = self._visible(name, text)
        if not text:
            self._note_empty(name)
            return None
        try:
            value = read_cell(text, column)
        except CellFault as fault:
            self._note_once(fault.code, name, text)
            return None
        if text[0] in FORMULA_STARTS and column.kind is CellKind.TEXT and looks_like_formula(text):
            self._note_once("cell_is_formula", name, text)
        if seen is not None and len(seen) < MOST_SEEN:
            seen[cell] = value
        return value

    def plain_values(self, names: tuple[str, ...]) -> dict[str, object]:
        """Return as plain JSON data what these columns say, but for empty, absent and refused ones, in their order."""
        cells, width = self._cells, len(self._cells)
        found: dict[str, object] = {}
        for name, position, most, seen in self._table.fields(names):
            cell = cells[position] if position < width else None
            if cell is None or cell == "":
                continue
            said = seen.get(cell)
            if said is None:
                said = self._said_of(name, most, cell, seen)
                if said is None:
                    continue
            found[name] = said
        return found

    def _said_of(self, name: str, most: int, cell: object, seen: dict[object, object]) -> object:
        """Return as plain data what a filled cell says, and keep that; None where it says nothing."""
        text = cell.strip() if most and type(cell) is str else ""
        if text and len(text) <= most and text[0] not in ODD_STARTS and text.isprintable():
            said: object = text
        else:
            said = plain(self.value(name))
        if said is not None and len(seen) < MOST_SEEN and cell_text(cell)[0] not in FORMULA_STARTS:
            seen[cell] = said
        return said

    def _note_empty(self, name: str) -> None:
        """Note that a cell has no value, where the table has its column and one is required."""
        if self._table.columns[name].required and name in self._table.places:
            self._note_once("cell_empty", name)

    def texts(self, names: tuple[str, ...]) -> list[str]:
        """Return what `text` says of several columns, quicker; "" of one that the table does not have."""
        cells, width = self._cells, len(self._cells)
        found = []
        for name, position, most, required in self._table.text_fields(names):
            cell = cells[position] if position < width else ""
            text = cell.strip() if type(cell) is str else ""
            if text and len(text) <= most and text[0] not in ODD_STARTS and text.isprintable():
                found.append(text)
            else:
                is_empty = cell is None or cell == ""
                found.append("" if is_empty and not required else self.text(name))
        return found

    def text(self, name: str) -> str:
        """Return a text, empty when there is none."""
        value = self.value(name)
        return value if isinstance(value, str) else ""

    def integer(self, name: str) -> int | None:
        """Return a whole number or None."""
        value = self.value(name)
        return value if isinstance(value, int) else None

    def number_of(self, name: str) -> float | None:
        """Return a number or None."""
        value = self.value(name)
        return float(value) if isinstance(value, int | float) else None

    def codes(self, name: str) -> tuple[str, ...]:
        """Return the codes listed in a cell."""
        value = self.value(name)
        return tuple(code for code in value if isinstance(code, str)) if isinstance(value, tuple) else ()

    def has(self, name: str) -> bool:
        """Say whether the file has the column."""
        return name in self._table.places

    def is_refused(self, *names: str) -> bool:
        """Say whether a cell of one of these columns was read and has a finding: nothing can be told by its value."""
        return any(name in self._faulty for name in names)

    @property
    def is_bad(self) -> bool:
        """Say whether a severe finding about this row has been noted."""
        return self._table.findings.is_bad(self.number)

    def note(
        self,
        code: str,
        name: str = "",
        value: object = "",
        *,
        place: shapely.Geometry | None = None,
        epsg: int | None = None,
        earlier: int = 0,
        told: str = "",
    ) -> None:
        """Note a finding of this row; values of personal columns stay out of it.

        place   -- what it is about on the map, in the system `epsg` or else in the working system
        earlier -- the row that this one repeats or contradicts, told beside the value
        told    -- what else is told beside it, never personal
        """
        personal = bool(name) and self._table.columns[name].personal
        shown = "" if personal else value
        if beside := earlier_row(earlier) if earlier else told:
            shown = f"{shown} ({beside})" if shown else beside
        self._table.findings.add(code, self.number, self._header(name), shown, place=place, epsg=epsg)

    def note_unknown(self, code: str, name: str, value: str, known: Collection[str]) -> None:
        """Note a code that is not known, beside the known one that differs from it in case or width alone."""
        alike = self._table.alike_in(known).get(as_compared(value), "")
        self.note(code, name, value, told=f"{alike}?" if alike else "")

    def _visible(self, name: str, text: str) -> str:
        """Return the text without letters that nobody sees, which are noted where they stand."""
        seen = without_invisible(text).strip()
        if seen != text.strip() and name not in self._cleaned:
            self._cleaned += (name,)
            self.note("letters_invisible", name, with_invisible_spelled(text))
        return seen

    def _note_once(self, code: str, name: str, value: str = "") -> None:
        """Note what is wrong with a cell, once; of one that is of another kind, with what is taken."""
        if name in self._faulty:
            return
        self._faulty += (name,)
        column = self._table.columns[name]
        is_other = code in OF_ANOTHER_KIND and column.kind is not CellKind.TEXT
        told = f"可填 taken: {forms_taken(column)}" if is_other else ""
        self.note(code, name, value[:SHOWN_LETTERS] if told else value, told=told)

    def _header(self, name: str) -> str:
        position = self._table.places.get(name)
        return name if position is None else self._table.headers[position]
