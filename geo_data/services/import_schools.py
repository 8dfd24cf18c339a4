"""Schools of a file."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.contrib.gis.geos import Point
from django.db import transaction

from accounts.models import User
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue
from geo_data.models import Dataset, DatasetKind, School
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.known_places import load_known_places
from geo_data.services.bringing_in import (
    Import,
    begin_import,
    bring_in,
    declared_system,
    ground_of,
    unit_shapes,
)
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.terms import AT_ONCE, Terms
from geo_data.tables.findings import Findings
from geo_data.tables.school_table import SchoolRow, read_schools
from geo_data.tables.systems import WGS84


@transaction.atomic
def import_schools(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    crs: str = "",
    stage: str | None = None,
    swap_axes: bool = False,
    accept_offset: bool = False,
    offset_reason: str = "",
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store the schools of a file; they stand in the current units. Raises ImportRefused with all findings."""
    district = begin_import(actor, district_code)
    units = get_current_dataset(district_code, DatasetKind.UNITS)
    options: dict[str, CanonicalValue] = {"stage": stage, "units": units.file_digest}
    if swap_axes:
        options["swap_axes"] = True
    if accept_offset:
        options |= {"accept_offset": True} | ({"offset_reason": offset_reason} if offset_reason else {})
    known = load_known_places(district_code, DatasetKind.SCHOOLS)
    ground = replace(ground_of(district), known=known, accept_offset=accept_offset, swap_axes=swap_axes)
    declared, shapes = declared_system(crs), unit_shapes(units)

    def read(findings: Findings) -> Sequence[SchoolRow]:
        return read_schools(
            path, ground=ground, declared=declared, units=shapes, stage=stage, findings=findings
        )

    job = Import(
        actor,
        now,
        district,
        DatasetKind.SCHOOLS,
        path,
        crs,
        origin,
        report,
        options,
        terms=terms,
        basis=(units,),
        takes_good_rows=True,
    )
    return bring_in(job, read, _store_schools)


def _store_schools(dataset: Dataset, schools: Sequence[SchoolRow]) -> int:
    School.objects.bulk_create(
        [
            School(
                dataset=dataset,
                code=school.code,
                name=school.name,
                stage=school.stage,
                ownership=school.ownership,
                address=school.address,
                unit_code=school.unit_code,
                point=Point(school.point.x, school.point.y, srid=WGS84.epsg),
                site=school.site,
                main_code=school.main_code,
                capacity=school.capacity,
                enrolled=school.enrolled,
                planned_intake=school.planned_intake,
                classes=school.classes,
                purchased_places=school.purchased_places,
                boarding=school.boarding,
                boarding_beds=school.boarding_beds,
                bus_lines=list(school.bus_lines),
                nine_year_code=school.nine_year_code,
                group_code=school.group_code,
                feeds=list(school.feeds),
            )
            for school in schools
        ],
        batch_size=1000,
    )
    return len(schools)
