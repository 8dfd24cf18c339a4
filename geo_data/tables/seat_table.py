"""The file of seats by school, year and grade, checked: a row a grade, or a row a year with columns for each grade."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from geo_data.tables.columns import CellKind, Column, NumberForm
from geo_data.tables.findings import Findings
from geo_data.tables.headers import open_table
from geo_data.tables.rows import Row

SEATS = 100_000
FIRST_YEAR, LAST_YEAR = 2000, 2099
GRADES = range(1, 10)
GRADE_WORDS = "一二三四五六七八九"
GRADES_OF = {"primary": range(1, 7), "junior": range(7, 10)}


def _wide(name: str, zh: str) -> tuple[Column, ...]:
    return tuple(
        Column(
            f"{name}_{grade}",
            f"{GRADE_WORDS[grade - 1]}年级{zh}",
            CellKind.INTEGER,
            aliases=(f"{grade}年级{zh}",),
            most=SEATS,
        )
        for grade in GRADES
    )


SEAT_COLUMNS = (
    Column("school_id", "学校编号", required=True, aliases=("code", "学校代码", "学校标识码"), most=40),
    Column(
        "year",
        "学年",
        CellKind.INTEGER,
        required=True,
        form=NumberForm.SCHOOL_YEAR,
        aliases=("年份", "学年起始年"),
        least=FIRST_YEAR,
        most=LAST_YEAR,
    ),
    Column("grade", "年级", CellKind.INTEGER, form=NumberForm.GRADE, least=1, most=9),
    Column("seats", "学位数", CellKind.INTEGER, most=SEATS),
    Column("classes", "班数", CellKind.INTEGER, most=SEATS),
    Column("enrolled", "在校生数", CellKind.INTEGER, aliases=("在校学生数",), most=SEATS),
    Column("planned_intake", "招生计划", CellKind.INTEGER, aliases=("计划招生数",), most=SEATS),
    *_wide("seats", "学位数"),
    *_wide("classes", "班数"),
    *_wide("enrolled", "在校生数"),
)


@dataclass(frozen=True, slots=True)
class SeatRow:
    """Seats, classes and pupils of one grade (1 to 9) in the school year that begins in `year`.

    None where the file does not say; planned_intake only for the entry grade of the stage
    """

    school_code: str
    year: int
    grade: int
    seats: int | None
    classes: int | None
    enrolled: int | None
    planned_intake: int | None


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What must be known of a school to judge its seats: its stage, and the intake planned for `coming_year`."""

    stage: str
    planned_intake: int


def read_seats(
    path: Path, *, schools: Mapping[str, SchoolFacts], coming_year: int, findings: Findings
) -> tuple[SeatRow, ...]:
    """Return the seats of a file; they may be stored only when `findings` does not refuse them.

    schools     -- the schools that exist, by code
    coming_year -- the year of the coming round, for which the school file states the planned intake too
    A file with the column 年级 has a row a grade; without it, columns such as 一年级学位数, and a row a year.
    Raises UnreadableFile.
    Source: docs/import.md (seats).
    """
    opened = open_table(path, SEAT_COLUMNS, findings)
    if "grade" not in opened.places and not any(
        column.rpartition("_")[2].isdigit() for column in opened.places
    ):
        findings.add("column_missing", 1, "年级 / grade")
    checker = _Checker(schools, coming_year)
    found: list[SeatRow] = []
    is_empty = True
    for number, cells in opened.rows:
        is_empty = False
        row = opened.table.row(number, cells)
        of_row = tuple(checker.rows_of(row))
        found += () if row.is_bad else of_row
    if is_empty:
        findings.add("file_empty")
    return tuple(found)


class _Checker:
    def __init__(self, schools: Mapping[str, SchoolFacts], coming_year: int) -> None:
        self._schools = schools
        self._coming_year = coming_year
        self._seen: dict[tuple[str, int, int], int] = {}  # -> the row in which it stands first

    def rows_of(self, row: Row) -> Iterator[SeatRow]:
        code, year = row.text("school_id"), row.integer("year")
        school = self._schools.get(code)
        if code and school is None:
            row.note_unknown("school_unknown", "school_id", code, self._schools)
        if school is None or year is None:
            return
        if row.has("grade"):
            grade = row.integer("grade")
            if grade is not None:
                yield from self._grade(row, code, year, grade, "")
            return
        for grade in GRADES_OF[school.stage]:
            yield from self._grade(row, code, year, grade, f"_{grade}")

    def _grade(self, row: Row, code: str, year: int, grade: int, suffix: str) -> Iterator[SeatRow]:
        """Yield the grade unless it is another stage's, was given before, or nothing is said of it."""
        school, place = self._schools[code], "school_id" if suffix else "grade"
        stages = GRADES_OF[school.stage]
        if grade not in stages:
            row.note("grade_of_other_stage", place, str(grade))
            return
        first = self._seen.get((code, year, grade))
        if first is not None:
            row.note("seats_twice", place, f"{code} {year} {grade}", earlier=first)
            return
        self._seen[code, year, grade] = row.number
        seats = row.integer(f"seats{suffix}")
        classes, enrolled = row.integer(f"classes{suffix}"), row.integer(f"enrolled{suffix}")
        if seats is not None and enrolled is not None and enrolled > seats:
            row.note("seats_below_enrolled", f"enrolled{suffix}", f"{enrolled} > {seats}")
        intake = row.integer("planned_intake") if not suffix or grade == stages[0] else None
        if intake is not None:
            self._judge_intake(row, school, (year, grade), intake, seats)
        if (seats, classes, enrolled, intake) != (None, None, None, None):
            yield SeatRow(code, year, grade, seats, classes, enrolled, intake)

    def _judge_intake(
        self, row: Row, school: SchoolFacts, when: tuple[int, int], intake: int, seats: int | None
    ) -> None:
        year, grade = when
        if grade != GRADES_OF[school.stage][0]:
            row.note("intake_not_entry_grade", "planned_intake", str(grade))
        if seats is not None and intake > seats:
            row.note("intake_above_seats", "planned_intake", f"{intake} > {seats}")
        if year == self._coming_year and intake != school.planned_intake:
            row.note("intake_differs", "planned_intake", f"{intake} / {school.planned_intake}")
