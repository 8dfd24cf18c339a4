"""Files that projections rest on: enrolment of past years, pupils by grade, new housing, moves of children."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.models import User
from accounts.services.jobs import Report, not_reported
from geo_data.models import Dataset, DatasetKind, GradeCount, MoveBalance, NewHousing, PastEnrolment
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.units import list_units
from geo_data.services.bringing_in import Import, begin_import, bring_in
from geo_data.services.copying import copy_rows
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.terms import AT_ONCE, Terms
from geo_data.tables.findings import Findings
from geo_data.tables.past_tables import (
    GradeCountRow,
    HousingRow,
    MoveRow,
    PastEnrolmentRow,
    read_enrolments,
    read_grades,
    read_housing,
    read_moves,
)


@transaction.atomic
def import_enrolments(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    stage: str | None = None,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store what became of past cohorts, by unit and category. Raises ImportRefused with all findings."""
    district = begin_import(actor, district_code)
    units = get_current_dataset(district_code, DatasetKind.UNITS)
    codes = _unit_codes(units)

    def read(findings: Findings) -> Sequence[PastEnrolmentRow]:
        return read_enrolments(path, units=codes, stage=stage, findings=findings)

    options = {"stage": stage, "units": units.file_digest}
    job = Import(
        actor,
        now,
        district,
        DatasetKind.ENROLMENTS,
        path,
        "",
        origin,
        report,
        options,
        terms=terms,
        basis=(units,),
        takes_good_rows=True,
    )
    return bring_in(job, read, _store_enrolments)


@transaction.atomic
def import_grades(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store pupils by school, grade and year. Raises ImportRefused with all findings."""
    district = begin_import(actor, district_code)

    def read(findings: Findings) -> Sequence[GradeCountRow]:
        return read_grades(path, findings=findings)

    job = Import(
        actor,
        now,
        district,
        DatasetKind.GRADES,
        path,
        "",
        origin,
        report,
        terms=terms,
        takes_good_rows=True,
    )
    return bring_in(job, read, _store_grades)


@transaction.atomic
def import_housing(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store estates with new dwellings, each in a current unit. Raises ImportRefused with all findings."""
    district = begin_import(actor, district_code)
    units = get_current_dataset(district_code, DatasetKind.UNITS)
    codes = _unit_codes(units)

    def read(findings: Findings) -> Sequence[HousingRow]:
        return read_housing(path, units=codes, findings=findings)

    options = {"units": units.file_digest}
    job = Import(
        actor,
        now,
        district,
        DatasetKind.HOUSING,
        path,
        "",
        origin,
        report,
        options,
        terms=terms,
        basis=(units,),
        takes_good_rows=True,
    )
    return bring_in(job, read, _store_housing)


@transaction.atomic
def import_moves(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store the balance of moves by year and age. Raises ImportRefused with all findings."""
    district = begin_import(actor, district_code)

    def read(findings: Findings) -> Sequence[MoveRow]:
        return read_moves(path, findings=findings)

    job = Import(
        actor,
        now,
        district,
        DatasetKind.MIGRATION,
        path,
        "",
        origin,
        report,
        terms=terms,
        takes_good_rows=True,
    )
    return bring_in(job, read, _store_moves)


def _unit_codes(units: Dataset) -> frozenset[str]:
    return frozenset(list_units(units).values_list("code", flat=True))


def _store_enrolments(dataset: Dataset, rows: Sequence[PastEnrolmentRow]) -> int:
    columns = ("dataset_id", "year", "stage", "unit_code", "category", "school_code")
    return copy_rows(
        PastEnrolment,
        (*columns, "children", "enrolled", "elsewhere"),
        (
            (
                str(dataset.pk),
                row.year,
                row.stage,
                row.unit_code,
                row.category,
                row.school_code,
                row.children,
                row.enrolled,
                row.elsewhere,
            )
            for row in rows
        ),
    )


def _store_grades(dataset: Dataset, rows: Sequence[GradeCountRow]) -> int:
    columns = ("dataset_id", "year", "school_code", "grade", "pupils")
    values = ((str(dataset.pk), row.year, row.school_code, row.grade, row.pupils) for row in rows)
    return copy_rows(GradeCount, columns, values)


def _store_housing(dataset: Dataset, rows: Sequence[HousingRow]) -> int:
    columns = ("dataset_id", "code", "name", "unit_code", "dwellings", "kind", "delivered_in")
    return copy_rows(
        NewHousing,
        (*columns, "occupied_percent"),
        (
            (
                str(dataset.pk),
                row.code,
                row.name,
                row.unit_code,
                row.dwellings,
                row.kind,
                row.delivered_in,
                row.occupied_percent,
            )
            for row in rows
        ),
    )


def _store_moves(dataset: Dataset, rows: Sequence[MoveRow]) -> int:
    columns = ("dataset_id", "year", "age", "children", "net")
    values = ((str(dataset.pk), row.year, row.age, row.children, row.net) for row in rows)
    return copy_rows(MoveBalance, columns, values)
