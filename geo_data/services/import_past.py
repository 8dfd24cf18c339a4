"""Files that projections rest on: enrolment of past years, pupils by grade, new housing, moves of children."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.copying import copy_rows
from accounts.models import User
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue
from geo_data.models import Dataset, DatasetKind, GradeCount, MoveBalance, NewHousing, PastEnrolment
from geo_data.selectors.datasets import find_current_dataset, get_current_dataset
from geo_data.selectors.schools import list_schools
from geo_data.selectors.units import list_units
from geo_data.services.bringing_in import Import, begin_import, bring_in
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.terms import AT_ONCE, Terms
from geo_data.tables.findings import Findings
from geo_data.tables.past_tables import (
    GradeCountRow,
    HousingRow,
    KnownSchools,
    MoveRow,
    PastEnrolmentRow,
    read_enrolments,
    read_grades,
    read_housing,
    read_moves,
)

PastRow = PastEnrolmentRow | GradeCountRow | HousingRow | MoveRow


@dataclass(frozen=True, slots=True)
class PastTable:
    """One kind of table.

    read     -- takes the path, `findings`, and what the two flags add: the codes of the `units`, the `stage`
    columns  -- of the model's table; so are the fields of a row called
    by_unit  -- whether rows name a unit, which must be a current one
    by_stage -- whether rows may leave out their stage, which is then said for all of them
    by_school -- whether rows name a school; is_past -- whether their years must have come
    """

    read: Callable[..., Sequence[PastRow]]
    model: type[Model]
    columns: tuple[str, ...]
    by_unit: bool = False
    by_stage: bool = False
    by_school: bool = False
    is_past: bool = True


TABLES: dict[DatasetKind, PastTable] = {
    DatasetKind.ENROLMENTS: PastTable(
        read_enrolments,
        PastEnrolment,
        ("year", "stage", "unit_code", "category", "school_code", "children", "enrolled", "elsewhere"),
        by_unit=True,
        by_stage=True,
        by_school=True,
    ),
    DatasetKind.GRADES: PastTable(
        read_grades, GradeCount, ("year", "school_code", "grade", "pupils"), by_school=True
    ),
    DatasetKind.HOUSING: PastTable(
        read_housing,
        NewHousing,
        ("code", "name", "unit_code", "dwellings", "kind", "delivered_in", "occupied_percent"),
        by_unit=True,
        is_past=False,
    ),
    DatasetKind.MIGRATION: PastTable(read_moves, MoveBalance, ("year", "age", "children", "net")),
}


@transaction.atomic
def import_past(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    kind: DatasetKind,
    path: Path,
    stage: str | None = None,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store a table of one of the four kinds. Raises NoSuchDataset without units, ImportRefused with all findings."""
    table = TABLES[kind]
    district = begin_import(actor, district_code)
    options: dict[str, CanonicalValue] = {}
    known: dict[str, Any] = {}
    basis: tuple[Dataset, ...] = ()
    if table.by_unit:
        units = get_current_dataset(district_code, DatasetKind.UNITS)
        options["units"], known["units"], basis = units.file_digest, _unit_codes(units), (units,)
    if table.by_stage:
        options["stage"] = known["stage"] = stage
    schools = find_current_dataset(district_code, DatasetKind.SCHOOLS) if table.by_school else None
    if schools:
        options["schools"], basis = schools.file_digest, (*basis, schools)
    if table.is_past:
        this_year = timezone.localtime(now).year
        options["year"], known["known"] = this_year, KnownSchools(_stages(schools), this_year)

    def read(findings: Findings) -> Sequence[PastRow]:
        return table.read(path, findings=findings, **known)

    job = Import(
        actor,
        now,
        district,
        kind,
        path,
        "",
        origin,
        report,
        options,
        terms=terms,
        basis=basis,
        takes_good_rows=True,
    )
    return bring_in(job, read, partial(_store, table))


def _unit_codes(units: Dataset) -> frozenset[str]:
    return frozenset(list_units(units).values_list("code", flat=True))


def _stages(schools: Dataset | None) -> dict[str, str] | None:
    return dict(list_schools(schools).values_list("code", "stage")) if schools else None


def _store(table: PastTable, dataset: Dataset, rows: Sequence[PastRow]) -> int:
    values = attrgetter(*table.columns)
    return copy_rows(
        table.model, ("dataset_id", *table.columns), ((str(dataset.pk), *values(row)) for row in rows)
    )
