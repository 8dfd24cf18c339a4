"""The engine's file form: units, schools and adjacency in, plan and report out. UTF-8 CSV with a header row."""

import csv
import io
import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TypedDict, TypeVar

import numpy as np

from common.formulas import guarded, unguarded
from zoning.engine.faults import FARTHEST_WAY_M, MOST_CROSSINGS
from zoning.engine.problem import School, Unit, Wishes
from zoning.engine.rules import Rule, adjacency_under, wishes_under
from zoning.engine.shapes import ordered
from zoning.engine.verify import Facts, Place, Site
from zoning.engine.walks import WalksById, indexed, make_walks

Value = TypeVar("Value")
WALK = ("unit_id", "school_id", "metres")
LATER = re.compile(r"children_(\d{4})")


class FileFault(ValueError):
    """A file cannot be read as a table; the message names file, row and column."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What the three files hold, in their own order."""

    units: tuple[Unit, ...]
    schools: tuple[School, ...]
    adjacency: tuple[tuple[str, str], ...]
    later_years: tuple[int, ...] = ()
    borders_m: Mapping[tuple[str, str], float] | None = None
    rules: tuple[Rule, ...] = ()
    in_force: Mapping[str, str] = field(default_factory=dict)
    metres: Mapping[tuple[str, str], float] | None = None

    def under(self, rules: Iterable[Rule]) -> "Tables":
        """Return the same under these rules; the adjacency is what they leave and add."""
        rules = tuple(rules)
        pairs = adjacency_under(rules, self.adjacency)
        there = {ordered(*pair) for pair in pairs}
        borders = self.borders_m and {pair: m for pair, m in self.borders_m.items() if pair in there}
        return replace(self, rules=rules, adjacency=pairs, borders_m=borders)

    def wishes(self, *, every_year: bool = False) -> Wishes:
        """Return what the rules and the zones in force fix for the engine."""
        stated = Wishes(zones_in_force=self.in_force, later_years=self.later_years, every_year=every_year)
        return wishes_under(self.rules, stated)

    def without_later_years(self) -> "Tables":
        """Return the same for the first entry year alone."""
        return replace(
            self,
            units=tuple(replace(unit, later=()) for unit in self.units),
            schools=tuple(replace(school, later=()) for school in self.schools),
            later_years=(),
        )

    def facts(self, *, every_year: bool = False) -> Facts:
        """Return the same for `verify`, which does not read the problem."""
        stated = self.wishes()
        return Facts(
            units={
                unit.unit_id: Place(
                    unit.children, unit.x_m, unit.y_m, unit.later, unit.area_m2, unit.outline_m, unit.township
                )
                for unit in self.units
            },
            schools={
                school.school_id: Site(school.unit_id, school.seats, school.group, school.later)
                for school in self.schools
            },
            adjacency=self.adjacency,
            later_years=self.later_years,
            every_year=every_year,
            borders_m=self.borders_m,
            locked=stated.locked,
            forbidden=stated.forbidden,
            enclaves=stated.enclaves,
            distance_cap_m=stated.distance_cap_m,
            school_caps_m=stated.school_caps_m,
            townships_kept=stated.townships_kept,
            in_force=self.in_force,
            metres=self.metres,
        )


def read_tables(units: Path, schools: Path, adjacency: Path, distances: Path | None = None) -> Tables:
    """Return the tables.

    units     -- unit_id, x_m, y_m (metres in one projected system), children
    schools   -- school_id, unit_id, seats, and, where some share a zone, group: the same word for all of a zone
    adjacency -- unit_a, unit_b
    distances -- unit_id, school_id, metres: the ways that count instead of straight lines; what is left out is no way
    Where compactness counts, `area_m2` and `outline_m` of units and `border_m` of adjacency state the units' land:
    square metres, metres of outline, metres that two units have in common (0 for a link without a border).
    `township` of units is needed where rules keep township borders.
    Columns `children_YEAR` of units, and `seats_YEAR` of schools for the same years, state later entry years.
    Further columns are ignored. Raises FileFault at the first cell that cannot be read.
    """
    years = _later_years(units)
    listed = tuple(
        Unit(
            row.text("unit_id"),
            row.whole("children"),
            row.number("x_m"),
            row.number("y_m"),
            row.later("children", years),
            row.number_or_none("area_m2") or 0.0,
            row.number_or_none("outline_m") or 0.0,
            row.optional("township"),
        )
        for row in _listed(
            units, ("unit_id", "x_m", "y_m", "children", *(f"children_{year}" for year in years))
        )
    )
    known = indexed(unit.unit_id for unit in listed)
    tables = Tables(
        later_years=years,
        units=listed,
        schools=tuple(
            School(
                row.text("school_id"),
                row.known("unit_id", known),
                row.whole("seats"),
                row.optional("group"),
                row.later("seats", years),
            )
            for row in _listed(
                schools, ("school_id", "unit_id", "seats", *(f"seats_{year}" for year in years))
            )
        ),
        **_adjacency(adjacency, known),
    )
    return tables if distances is None else replace(tables, metres=_distances(distances, tables))


class _Adjacency(TypedDict):
    adjacency: tuple[tuple[str, str], ...]
    borders_m: Mapping[tuple[str, str], float] | None


def _adjacency(path: Path, known: Mapping[str, int]) -> _Adjacency:
    """Return the pairs, and their borders where the file has a column for them; of a pair twice the longer."""
    columns = ("unit_a", "unit_b")
    states_borders = "border_m" in _header(path)
    rows = list(_rows(path, (*columns, "border_m") if states_borders else columns))
    pairs = tuple((row.known("unit_a", known), row.known("unit_b", known)) for row in rows)
    if not states_borders:
        return {"adjacency": pairs, "borders_m": None}
    borders: dict[tuple[str, str], float] = {}
    for row, pair in zip(rows, pairs, strict=True):
        key = ordered(*pair)
        borders[key] = max(row.number("border_m"), borders.get(key, -math.inf))
    return {"adjacency": pairs, "borders_m": borders}


def _distances(path: Path, tables: Tables) -> WalksById:
    """Return metres by unit and school, in arrays: a large county has millions of them."""
    units = indexed(unit.unit_id for unit in tables.units)
    schools = indexed(school.school_id for school in tables.schools)
    unit, school, metres = array("q"), array("q"), array("d")
    for row in _rows(path, WALK):
        unit.append(units[row.known("unit_id", units)])
        school.append(schools[row.known("school_id", schools)])
        metres.append(row.number("metres"))
        if not 0 <= metres[-1] <= FARTHEST_WAY_M:
            raise FileFault(f"{row.where}: metres is no length from 0 to {FARTHEST_WAY_M:.0f}")
    shape, pairs = (len(units), len(schools)), (np.array(unit), np.array(school))
    _, first = np.unique(pairs[0] * shape[1] + pairs[1], return_index=True)
    if len(first) < len(metres):
        again = int(np.setdiff1d(np.arange(len(metres)), first)[0])
        row = next(islice(_rows(path, WALK), again, None))
        raise FileFault(f"{row.where}: unit_id and school_id are those of an earlier row")
    return WalksById(units, schools, make_walks(shape, *pairs, np.array(metres)))


def read_plan(path: Path) -> tuple[tuple[str, str], ...]:
    """Return the rows (unit id, zone id) of a plan file in their order."""
    return tuple(row[1:] for row in read_plan_lines(path))


def read_plan_lines(path: Path) -> tuple[tuple[str, str, str], ...]:
    """Return the same with the file and line of each row before it."""
    return tuple(
        (row.where, row.text("unit_id"), row.text("school_id"))
        for row in _rows(path, ("unit_id", "school_id"))
    )


def read_crossings(path: Path) -> dict[tuple[str, str], int]:
    """Return the main roads to cross by (unit id, school id). Raises FileFault for a pair that stands there twice."""
    found: dict[tuple[str, str], int] = {}
    for row in _rows(path, ("unit_id", "school_id", "crossings")):
        pair = row.text("unit_id"), row.text("school_id")
        if pair in found:
            raise FileFault(f"{row.where}: unit_id and school_id are those of an earlier row")
        found[pair] = row.whole("crossings")
        if found[pair] > MOST_CROSSINGS:
            raise FileFault(f"{row.where}: crossings is more than {MOST_CROSSINGS}")
    return found


def plan_csv(plan: Mapping[str, str]) -> bytes:
    """Return the plan as CSV, rows sorted by unit id, lines ending in a line feed: one plan, one text.

    `school_id` is the zone's id: that of its first school, or of its only one. What a spreadsheet would run has an
    apostrophe before it, which `read_plan` and `read_tables` take away.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("unit_id", "school_id"))
    writer.writerows((guarded(unit), guarded(zone)) for unit, zone in sorted(plan.items()))
    return text.getvalue().encode()


@dataclass(frozen=True, slots=True)
class _Row:
    where: str
    cells: Mapping[str, str | None]

    def text(self, column: str) -> str:
        value = unguarded((self.cells[column] or "").strip())
        if not value:
            raise FileFault(f"{self.where}: {column} is empty")
        return value

    def known(self, column: str, ids: Mapping[str, int]) -> str:
        value = self.text(column)
        if value not in ids:
            raise FileFault(f"{self.where}: {column} {value} is not known")
        return value

    def optional(self, column: str) -> str:
        return unguarded((self.cells.get(column) or "").strip())

    def later(self, name: str, years: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(self.whole(f"{name}_{year}") for year in years)

    def number(self, column: str) -> float:
        return self._read(column, _as_finite, "a number")

    def number_or_none(self, column: str) -> float | None:
        return self.number(column) if self.optional(column) else None

    def whole(self, column: str) -> int:
        return self._read(column, _as_whole, "a whole number, 0 or more")

    def _read(self, column: str, convert: Callable[[str], Value], expected: str) -> Value:
        try:
            return convert(self.text(column))
        except (ValueError, OverflowError) as error:
            if isinstance(error, FileFault):
                raise
            raise FileFault(f"{self.where}: {column} is not {expected}") from error


def _as_finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def _as_whole(text: str) -> int:
    value = float(text)
    if value != int(value) or value < 0:
        raise ValueError
    return int(value)


def _listed(path: Path, columns: tuple[str, ...]) -> Iterator[_Row]:
    """Yield the rows of a table that lists something, each under a new id in the first of the columns."""
    seen: set[str] = set()
    for row in _rows(path, columns):
        name = row.text(columns[0])
        if name in seen:
            raise FileFault(f"{row.where}: {columns[0]} {name} is that of an earlier row")
        seen.add(name)
        yield row
    if not seen:
        raise FileFault(f"{path.name}: there is no row under the header")


def _later_years(units: Path) -> tuple[int, ...]:
    """Return the years that the units file has columns for, ascending."""
    named = (LATER.fullmatch(name) for name in _header(units))
    return tuple(sorted(int(match[1]) for match in named if match))


def _header(path: Path) -> list[str]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            return next(csv.reader(handle), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileFault(f"{path.name} cannot be read: {error}") from error


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[_Row]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise FileFault(f"{path.name}: no column {', '.join(missing)}")
            for cells in reader:
                yield _Row(f"{path.name}, line {reader.line_num}", cells)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileFault(f"{path.name} cannot be read: {error}") from error
