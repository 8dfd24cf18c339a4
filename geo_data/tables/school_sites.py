"""What rows of a school file say of each other: sites and their school, nine-year schools, groups, feeders, places."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import shapely

from geo_data.tables.alike import note_alike
from geo_data.tables.rows import Row

SAME_PLACE_M = 1.0
STAGES_OF_NINE_YEARS = ["junior", "primary"]


class Site(Protocol):
    """What is compared of a school's row."""

    @property
    def code(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def ownership(self) -> str: ...
    @property
    def site(self) -> str: ...
    @property
    def main_code(self) -> str: ...
    @property
    def nine_year_code(self) -> str: ...
    @property
    def group_code(self) -> str: ...
    @property
    def feeds(self) -> tuple[str, ...]: ...


def note_relations(rows: Sequence[Row], schools: Sequence[Site]) -> None:
    """Note codes that stand twice, and everything that does not fit between rows.

    Source: docs/import.md (schools).
    """
    by_code: dict[str, Site] = {}
    first: dict[str, int] = {}  # code -> the row in which it stands first
    for row, school in zip(rows, schools, strict=True):
        if school.code and first.setdefault(school.code, row.number) != row.number:
            row.note("value_twice", "school_id", school.code, earlier=first[school.code])
        by_code.setdefault(school.code, school)
    note_alike(rows, [school.code for school in schools], "school_id")
    for row, school in zip(rows, schools, strict=True):
        _note_main_school(row, school, by_code)
        _note_feeders(row, school, by_code)
    _note_nine_years(rows, schools)
    _note_groups(rows, schools)


def note_same_places(rows: Sequence[Row], points: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> None:
    """Note schools at most SAME_PLACE_M from one of their stage in an earlier row; the first of those is named."""
    later, earlier = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_PLACE_M)
    first: dict[int, int] = {}
    for i, j in sorted(zip(later.tolist(), earlier.tolist(), strict=True)):
        if j < i and rows[i].text("stage") == rows[j].text("stage"):
            first.setdefault(i, j)
    for i, j in first.items():
        value = f"{rows[j].text('school_id')}, {rows[i].text('school_id')}"
        rows[i].note("same_place", value=value, place=points[i], earlier=rows[j].number)


def _note_main_school(row: Row, school: Site, by_code: Mapping[str, Site]) -> None:
    """A campus or teaching point names a main site of the table, of its own stage and ownership."""
    if school.site == "main":
        if school.main_code and school.main_code != school.code:
            row.note("main_school_not_main", "main_school", school.main_code)
        return
    main = by_code.get(school.main_code)
    if main is None:
        row.note("main_school_unknown", "main_school", school.main_code)
    elif main.site != "main":
        row.note("main_school_not_main", "main_school", school.main_code)
    elif (main.stage, main.ownership) != (school.stage, school.ownership):
        row.note("site_differs", "main_school", f"{school.code} / {main.code}")


def _note_feeders(row: Row, school: Site, by_code: Mapping[str, Site]) -> None:
    for fed in school.feeds:
        if fed not in by_code:
            row.note("feeder_unknown", "feeds", fed)
        elif by_code[fed].stage != "junior" or school.stage != "primary":
            row.note("feeder_stage", "feeds", f"{school.code} → {fed}")


def _note_nine_years(rows: Sequence[Row], schools: Sequence[Site]) -> None:
    """A nine-year school is a primary and a junior main row of one owner and group, the first feeding the second."""
    by_code: dict[str, list[tuple[Row, Site]]] = defaultdict(list)
    for row, school in zip(rows, schools, strict=True):
        if school.nine_year_code and school.site == "main":
            by_code[school.nine_year_code].append((row, school))
    for code, members in by_code.items():
        reason = _nine_year_fault([school for _, school in members])
        if reason:
            members[-1][0].note("nine_year_inconsistent", "nine_year_code", f"{code}: {reason}")


def _nine_year_fault(members: Sequence[Site]) -> str:
    if sorted(school.stage for school in members) != STAGES_OF_NINE_YEARS:
        return " + ".join(f"{school.code} {school.stage}" for school in members)
    junior, primary = sorted(members, key=lambda school: school.stage)
    if (junior.ownership, junior.group_code) != (primary.ownership, primary.group_code):
        return " / ".join(f"{m.code} {m.ownership} {m.group_code}" for m in (primary, junior))
    if primary.feeds and junior.code not in primary.feeds:
        return f"{primary.code} → {', '.join(primary.feeds)}"
    return ""


def _note_groups(rows: Sequence[Row], schools: Sequence[Site]) -> None:
    """A group has two schools or more; the sites of one school, and the two stages of a nine-year school, are one."""
    nine_years = {school.code: school.nine_year_code for school in schools}
    members: dict[str, set[str]] = defaultdict(set)
    for school in schools:
        school_code = school.main_code or school.code
        members[school.group_code].add(nine_years.get(school_code) or school_code)
    for row, school in zip(rows, schools, strict=True):
        if school.group_code and len(members[school.group_code]) == 1 and school.site == "main":
            row.note("group_of_one", "group_code", school.group_code)
