"""Files for projecting: enrolment of past years, pupils by grade, new housing, moves. Checked, one row each."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from geo_data.tables.columns import CellKind, Column, NumberForm
from geo_data.tables.findings import Findings
from geo_data.tables.headers import open_table
from geo_data.tables.rows import Row

FIRST_YEAR, LAST_YEAR = 1990, 2100
CHILDREN = 1_000_000
CATEGORIES = {
    "人户一致": "registered",
    "县内流动": "county_mover",
    "市内流动": "city_mover",
    "外来随迁": "migrant",
    "不详": "unknown",
}
STAGES = {"小学": "primary", "初中": "junior"}
HOUSING_KINDS = {
    "商品房": "commercial",
    "安置房": "resettlement",
    "公租房": "public_rental",
    "其他": "other",
}
_YEAR = Column(
    "year", "年份", CellKind.INTEGER, required=True, aliases=("入学年份",), least=FIRST_YEAR, most=LAST_YEAR
)
_SCHOOL_YEAR = replace(_YEAR, aliases=("入学年份", "学年"), form=NumberForm.SCHOOL_YEAR)
_SCHOOL = Column("school_id", "学校编号", required=True, aliases=("学校代码", "学校标识码"), most=40)
_UNIT = Column("unit_id", "单元编号", required=True, aliases=("小区编号", "村组编号"), most=40)
ENROLMENT_COLUMNS = (
    _SCHOOL_YEAR,
    Column("stage", "学段", CellKind.CHOICE, choices=STAGES),
    _UNIT,
    Column("category", "生源类别", CellKind.CHOICE, choices=CATEGORIES),
    _SCHOOL,
    Column("children", "适龄儿童数", CellKind.INTEGER, required=True, most=CHILDREN),
    Column(
        "enrolled",
        "入读划片学校人数",
        CellKind.INTEGER,
        required=True,
        aliases=("入读人数",),
        most=CHILDREN,
    ),
    Column("elsewhere", "外流人数", CellKind.INTEGER, aliases=("入读其他学校人数",), most=CHILDREN),
)
GRADE_COLUMNS = (
    _SCHOOL_YEAR,
    _SCHOOL,
    Column("grade", "年级", CellKind.INTEGER, form=NumberForm.GRADE, required=True, least=1, most=9),
    Column("pupils", "学生数", CellKind.INTEGER, required=True, aliases=("在校生数",), most=CHILDREN),
)
HOUSING_COLUMNS = (
    Column("estate_id", "楼盘编号", required=True, aliases=("项目编号",), most=40),
    Column("name", "楼盘名称", aliases=("项目名称",), most=100),
    _UNIT,
    Column("dwellings", "住宅套数", CellKind.INTEGER, required=True, aliases=("套数",), most=CHILDREN),
    Column("kind", "住房类型", CellKind.CHOICE, choices=HOUSING_KINDS),
    Column("delivered_in", "交付年份", CellKind.INTEGER, required=True, least=FIRST_YEAR, most=LAST_YEAR),
    Column(
        "occupied_percent",
        "预计入住率",
        CellKind.INTEGER,
        form=NumberForm.PERCENT,
        aliases=("预计入住率（%）",),
        most=100,
    ),
)
MOVE_COLUMNS = (
    _YEAR,
    Column("age", "年龄", CellKind.INTEGER, required=True, most=17),
    Column("children", "年初儿童数", CellKind.INTEGER, required=True, most=CHILDREN),
    Column("net", "净迁入", CellKind.INTEGER, required=True, least=-CHILDREN, most=CHILDREN),
)
GRADES_OF = {"primary": range(1, 7), "junior": range(7, 10)}
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class PastEnrolmentRow:
    """What became of a unit's children of entry age and one category in a past year."""

    year: int
    stage: str
    unit_code: str
    category: str
    school_code: str
    children: int
    enrolled: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class GradeCountRow:
    """Pupils of a school's grade in the autumn of a year."""

    year: int
    school_code: str
    grade: int
    pupils: int


@dataclass(frozen=True, slots=True)
class HousingRow:
    """An estate with new dwellings."""

    code: str
    name: str
    unit_code: str
    dwellings: int
    kind: str
    delivered_in: int
    occupied_percent: int


@dataclass(frozen=True, slots=True)
class MoveRow:
    """Net arrivals of children of an age in a year."""

    year: int
    age: int
    children: int
    net: int


@dataclass(frozen=True, slots=True)
class KnownSchools:
    """What past figures are held against.

    stages    -- code of each school of today -> its stage; None where no schools were imported
    this_year -- the year of the import: later ones are not past; None to say nothing of it
    """

    stages: Mapping[str, str] | None = None
    this_year: int | None = None


NOTHING_KNOWN = KnownSchools()


def read_enrolments(
    path: Path,
    *,
    units: AbstractSet[str],
    stage: str | None,
    findings: Findings,
    known: KnownSchools = NOTHING_KNOWN,
) -> tuple[PastEnrolmentRow, ...]:
    """Return the past enrolment of a file, in its order; to be stored only when `findings` does not refuse it.

    units -- codes of the current units: another one is a warning, for units change over the years; so is a school that
             is not there today, or not of that stage, and a year that is not past
    stage -- the stage of all rows of a file without that column
    Where nothing is said of elsewhere, whoever did not enrol is. Raises UnreadableFile.
    Source: docs/projection.md (files).
    """
    check = _Check(units, known)

    def record(row: Row) -> PastEnrolmentRow:
        children, enrolled = row.integer("children") or 0, row.integer("enrolled") or 0
        elsewhere = row.integer("elsewhere")
        found = PastEnrolmentRow(
            year=row.integer("year") or 0,
            stage=row.text("stage") or stage or "",
            unit_code=row.text("unit_id"),
            category=row.text("category") or "unknown",
            school_code=row.text("school_id"),
            children=children,
            enrolled=enrolled,
            elsewhere=max(0, children - enrolled) if elsewhere is None else elsewhere,
        )
        if not found.stage and not row.is_refused("stage"):
            row.note("cell_empty", "stage")
        is_read = not row.is_refused("children", "enrolled", "elsewhere")
        if is_read and enrolled + (elsewhere or 0) > children:
            row.note("enrolled_above_children", "enrolled", f"{enrolled} + {elsewhere or 0} > {children}")
        check.unit(row, found.unit_code, "past_unit_unknown")
        check.year(row, found.year)
        check.school(row, found.school_code, found.stage, "stage" if row.has("stage") else "")
        check.once(row, "unit_id", found.year, found.stage, found.unit_code, found.category)
        return found

    rows = _records(path, ENROLMENT_COLUMNS, record, findings)
    if rows and len({row.year for row in rows}) == 1:
        findings.add("one_year_only", value=rows[0].year)
    return rows


def read_grades(
    path: Path, *, findings: Findings, known: KnownSchools = NOTHING_KNOWN
) -> tuple[GradeCountRow, ...]:
    """Return the pupils by school, grade and year of a file, in its order. Raises UnreadableFile.

    Source: docs/projection.md (files).
    """
    check = _Check(frozenset(), known)

    def record(row: Row) -> GradeCountRow:
        found = GradeCountRow(
            year=row.integer("year") or 0,
            school_code=row.text("school_id"),
            grade=row.integer("grade") or 0,
            pupils=row.integer("pupils") or 0,
        )
        check.year(row, found.year)
        stages = [stage for stage, grades in GRADES_OF.items() if found.grade in grades]
        check.school(row, found.school_code, "".join(stages), "grade")
        check.once(row, "school_id", found.year, found.school_code, found.grade)
        return found

    return _records(path, GRADE_COLUMNS, record, findings)


def read_housing(path: Path, *, units: AbstractSet[str], findings: Findings) -> tuple[HousingRow, ...]:
    """Return the new housing of a file, in its order; every estate lies in a current unit. Raises UnreadableFile.

    Without a kind it is `other`; without an occupancy all dwellings will be lived in.
    Source: docs/projection.md (files).
    """
    check = _Check(units)

    def record(row: Row) -> HousingRow:
        occupied = row.integer("occupied_percent")
        found = HousingRow(
            code=row.text("estate_id"),
            name=row.text("name") or row.text("estate_id"),
            unit_code=row.text("unit_id"),
            dwellings=row.integer("dwellings") or 0,
            kind=row.text("kind") or "other",
            delivered_in=row.integer("delivered_in") or 0,
            occupied_percent=100 if occupied is None else occupied,
        )
        check.unit(row, found.unit_code, "unit_unknown")
        check.once(row, "estate_id", found.code)
        return found

    return _records(path, HOUSING_COLUMNS, record, findings)


def read_moves(path: Path, *, findings: Findings, known: KnownSchools = NOTHING_KNOWN) -> tuple[MoveRow, ...]:
    """Return the balance of moves by year and age of a file, in its order. Raises UnreadableFile.

    Source: docs/projection.md (files).
    """
    check = _Check(frozenset(), known)

    def record(row: Row) -> MoveRow:
        found = MoveRow(
            year=row.integer("year") or 0,
            age=row.integer("age") or 0,
            children=row.integer("children") or 0,
            net=row.integer("net") or 0,
        )
        if not row.is_refused("children", "net") and found.children + found.net < 0:
            row.note("more_left_than_lived", "net", f"{found.net} + {found.children} < 0")
        check.year(row, found.year)
        check.once(row, "age", found.year, found.age)
        return found

    return _records(path, MOVE_COLUMNS, record, findings)


class _Check:
    """Checks of rows against units, schools and each other."""

    def __init__(self, units: AbstractSet[str], known: KnownSchools = NOTHING_KNOWN) -> None:
        self._units = units
        self._known = known
        self._seen: dict[tuple[object, ...], int] = {}  # -> the row in which it stands first

    def unit(self, row: Row, code: str, finding: str) -> None:
        if code and code not in self._units:
            row.note_unknown(finding, "unit_id", code, self._units)

    def school(self, row: Row, code: str, stage: str, column: str) -> None:
        """Note a school that is not there today, or whose stage is another one than the row's."""
        stages = self._known.stages
        if stages is None or not code:
            return
        if code not in stages:
            row.note_unknown("past_school_unknown", "school_id", code, stages)
        elif stage and stages[code] != stage:
            row.note(
                "past_stage_differs", column, row.text(column) or row.integer(column) if column else stage
            )

    def year(self, row: Row, year: int) -> None:
        if self._known.this_year is not None and year > self._known.this_year:
            row.note("year_not_past", "year", year)

    def once(self, row: Row, column: str, *key: object) -> None:
        first = self._seen.setdefault(key, row.number)
        if first != row.number:
            row.note("row_twice", column, ", ".join(map(str, key)), earlier=first)


def _records(
    path: Path, columns: Sequence[Column], record: Callable[[Row], Record], findings: Findings
) -> tuple[Record, ...]:
    opened = open_table(path, columns, findings)
    if findings.refuses:
        return ()
    rows = (opened.table.row(number, cells) for number, cells in opened.rows)
    read = [(row, record(row)) for row in rows]
    if not read:
        findings.add("file_empty")
    return tuple(found for row, found in read if not row.is_bad)
