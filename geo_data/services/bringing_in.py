"""What all imports share: read and check a file apart, and store it as a version, or nothing of it at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import shapely
from django.db import connection, transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.jobs import Report
from common.canonical import CanonicalValue
from common.errors import MalformedInput, RulesSayNo
from geo_data.apart.reading import read_apart
from geo_data.models import Dataset, DatasetKind, DatasetStatus, District
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.districts import get_district
from geo_data.selectors.headers import remembered_headers
from geo_data.selectors.units import find_extent, list_units, load_areas
from geo_data.services.datasets import (
    WITHOUT_ROWS,
    ImportResult,
    Origin,
    Source,
    begin_dataset,
    digest_of_import,
    find_same,
    finish_dataset,
    lock_district,
    repeated,
)
from geo_data.services.terms import AT_ONCE, Settle, Terms
from geo_data.services.versions import check_basis, confirm_dataset, restore
from geo_data.tables.findings import Findings, Keep
from geo_data.tables.placing import Ground
from geo_data.tables.projecting import get_ready
from geo_data.tables.systems import WGS84, Shapes, System, UnknownSystem, change_system, parse_system

Rows = TypeVar("Rows")
IMPORT_LOCK = 0x4A4A  # any number will do, as long as nothing else locks it


class UnknownCrs(MalformedInput):
    """The declared coordinate system is not known."""

    code = "unknown_crs"


class GoodRowsNotOffered(RulesSayNo):
    """This kind of data is brought in whole or not at all."""

    code = "good_rows_not_offered"


@dataclass(frozen=True, slots=True)
class Import:
    """One import: whose, when, of what, and the options that make it this import and no other.

    basis           -- the versions that the file is checked against
    takes_good_rows -- whether `read` leaves out rows of which `findings.is_bad` says so
    """

    actor: User | None
    now: datetime
    district: District
    kind: DatasetKind
    path: Path
    crs: str
    origin: Origin
    report: Report
    options: Mapping[str, CanonicalValue] = field(default_factory=dict)
    repairs: Sequence[str] = ()
    terms: Terms = AT_ONCE
    basis: Sequence[Dataset] = ()
    takes_good_rows: bool = False


def bring_in(
    job: Import, read: Callable[[Findings], Rows], store: Callable[[Dataset, Rows], int]
) -> ImportResult:
    """Read, check and store, unless this very import was done before. Inside the caller's transaction.

    `read` runs in a process of its own, without the database. What it returns comes back whole, an iterator in parts
    while it is being read. What was stored of a refused file is undone.
    """
    if job.terms.keep is Keep.GOOD_ROWS and not job.takes_good_rows:
        raise GoodRowsNotOffered("this kind of data is brought in whole", kind=job.kind.value)
    headers = remembered_headers(job.district.code, job.kind) | dict(job.terms.headers)
    source = _source_of(job, headers)
    same = find_same(job.district, job.kind, source.file_digest)
    if same and same.status not in WITHOUT_ROWS:
        return _settled(same, job)
    dataset = begin_dataset(
        actor=job.actor,
        now=job.now,
        district=job.district,
        kind=job.kind,
        source=source,
        terms=job.terms,
        again=same,
    )
    findings = Findings(keep=job.terms.keep, headers=headers, working_epsg=job.district.working_crs)
    job.report("reading", 0, 0)
    get_ready(job.district.working_crs)
    with transaction.atomic():
        stored = read_apart(read, findings, lambda rows: store(dataset, rows), report=job.report)
        if not (stored or findings.refuses) and findings.bad_rows:
            findings.add("no_row_left")
        if findings.refuses:
            transaction.set_rollback(True)
    lock_district(job.district.code)
    if job.terms.settle is Settle.CONFIRM:
        check_basis(dataset)
    return finish_dataset(
        actor=job.actor,
        now=job.now,
        dataset=dataset,
        row_count=stored,
        findings=findings,
        terms=job.terms,
    )


def _source_of(job: Import, headers: Mapping[str, str]) -> Source:
    options: dict[str, CanonicalValue] = {"kind": job.kind.value, "crs": job.crs, **job.options}
    if job.terms.keep is not Keep.ALL_OR_NOTHING:
        options["keep"] = job.terms.keep.value
    if headers:
        options["headers"] = dict(headers)
    return Source(
        path=job.path,
        file_digest=digest_of_import(job.path, options),
        origin=job.origin,
        declared_crs=job.crs,
        repairs=job.repairs,
        options=options,
        basis=job.basis,
    )


def _settled(same: Dataset, job: Import) -> ImportResult:
    """Return the version that this import made before; asked for at once, it is made current."""
    lock_district(job.district.code)
    if job.terms.settle is Settle.CONFIRM:
        if same.status == DatasetStatus.PROPOSED:
            confirm_dataset(actor=job.actor, now=job.now, dataset=same)
        elif same.status != DatasetStatus.CURRENT:
            restore(same, actor=job.actor, now=job.now)
    return repeated(same)


def begin_import(actor: User | None, district_code: str) -> District:
    """Return the district, in which imports follow one another until the caller's transaction ends.

    Whoever runs the server imports without an account; everybody else must be an officer of the district.
    """
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [IMPORT_LOCK, district_code])
    return get_district(district_code)


def declared_system(crs: str) -> System | None:
    try:
        return parse_system(crs) if crs else None
    except UnknownSystem as fault:
        raise UnknownCrs(str(fault), crs=crs) from fault


def ground_of(district: District) -> Ground:
    units = find_current_dataset(district.code, DatasetKind.UNITS)
    return Ground(district.working_crs, find_extent(units) if units else None)


def unit_shapes(units: Dataset) -> Mapping[str, shapely.Geometry]:
    """Return the units in the working system by code: areas, or points where a unit has none."""
    areas = load_areas(units)
    shapes: dict[str, shapely.Geometry] = {code: shapely.from_wkb(area) for code, area in areas.items()}
    for code, point in list_units(units).filter(area=None).values_list("code", "point"):
        shapes[code] = shapely.Point(point.x, point.y)
    working = change_system(shape_array(list(shapes.values())), WGS84, to_epsg=units.district.working_crs)
    return dict(zip(shapes, working, strict=True))


def as_ewkb(shapes: Sequence[shapely.Geometry | None]) -> list[str | None]:
    """Return hexadecimal EWKB of EPSG:4326."""
    in_degrees = shapely.set_srid(shape_array(shapes), WGS84.epsg)
    return list(shapely.to_wkb(in_degrees, hex=True, include_srid=True))


def shape_array(shapes: Sequence[shapely.Geometry | None]) -> Shapes:
    holder: Shapes = np.empty(len(shapes), dtype=np.object_)
    holder[:] = shapes
    return holder
