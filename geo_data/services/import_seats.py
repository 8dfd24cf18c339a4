"""Seats by school, year and grade of a file."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue
from geo_data.models import Dataset, DatasetKind, SchoolSeats
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.schools import list_schools
from geo_data.services.bringing_in import Import, begin_import, bring_in
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.terms import AT_ONCE, Terms
from geo_data.tables.findings import Findings
from geo_data.tables.seat_table import SchoolFacts, SeatRow, read_seats


@transaction.atomic
def import_seats(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store the seats of a file, of schools that are there now. Raises ImportRefused with all findings."""
    district = begin_import(actor, district_code)
    schools = get_current_dataset(district_code, DatasetKind.SCHOOLS)
    coming_year = _coming_year(timezone.localtime(now).date())
    options: Mapping[str, CanonicalValue] = {"schools": schools.file_digest, "coming_year": coming_year}

    known = {row.code: SchoolFacts(row.stage, row.planned_intake) for row in list_schools(schools)}

    def read(findings: Findings) -> Sequence[SeatRow]:
        return read_seats(path, schools=known, coming_year=coming_year, findings=findings)

    job = Import(
        actor,
        now,
        district,
        DatasetKind.SEATS,
        path,
        "",
        origin,
        report,
        options,
        terms=terms,
        basis=(schools,),
        takes_good_rows=True,
    )
    return bring_in(job, read, _store_seats)


def _coming_year(on: date) -> int:
    """Return the year of the coming round: the next one from September."""
    return on.year if on < date(on.year, 9, 1) else on.year + 1


def _store_seats(dataset: Dataset, rows: Sequence[SeatRow]) -> int:
    SchoolSeats.objects.bulk_create(
        [
            SchoolSeats(
                dataset=dataset,
                school_code=row.school_code,
                year=row.year,
                grade=row.grade,
                seats=row.seats,
                classes=row.classes,
                enrolled=row.enrolled,
                planned_intake=row.planned_intake,
            )
            for row in rows
        ],
        batch_size=5000,
    )
    return len(rows)
