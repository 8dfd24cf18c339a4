"""Files in, versions of data out: each import is one transaction with its audit event, or nothing."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import shapely
from django.contrib.gis.geos import Point
from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue
from common.errors import MalformedInput
from geo_data.models import (
    CatchmentUnit,
    Dataset,
    DatasetKind,
    District,
    MapFeature,
    School,
    UnitBorder,
)
from geo_data.selectors.datasets import find_current_dataset, get_current_dataset
from geo_data.selectors.units import find_extent, list_units, load_areas
from geo_data.services.copying import Value, copy_rows
from geo_data.services.datasets import (
    ImportRefused,
    ImportResult,
    Origin,
    begin_dataset,
    digest_of_import,
    find_same_import,
    finish_dataset,
    lock_district,
    repeated,
)
from geo_data.tables.base_map_table import MapLine, read_base_map
from geo_data.tables.coverage import SNAP_METRES, Repair
from geo_data.tables.findings import Findings
from geo_data.tables.placing import Ground
from geo_data.tables.reading import UnreadableFile
from geo_data.tables.school_table import SchoolRow, read_schools
from geo_data.tables.systems import WGS84, Shapes, System, UnknownSystem, change_system, parse_system
from geo_data.tables.unit_table import UnitTable, read_units

Rows = TypeVar("Rows")


class UnknownCrs(MalformedInput):
    """The declared coordinate system is not known."""

    code = "unknown_crs"


@dataclass(frozen=True, slots=True)
class _Import:
    """One import: whose, when, of what, and the options that make it this import and no other."""

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


@transaction.atomic
def import_units(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    crs: str = "",
    repairs: Collection[Repair] = (),
    tolerance_m: float = SNAP_METRES,
    borders_path: Path | None = None,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
) -> ImportResult:
    """Store the catchment units of a file and what adjoins what. Raises ImportRefused with all findings."""
    district = _begin(actor, district_code)
    asked = sorted(repair.value for repair in repairs)
    options: Mapping[str, CanonicalValue] = {
        "repairs": asked,
        "tolerance_mm": str(tolerance_m * 1000),
        "working_crs": district.working_crs,
        "borders": digest_of_import(borders_path, {}) if borders_path else "",
    }

    def read(findings: Findings) -> UnitTable:
        return read_units(
            path,
            ground=Ground(district.working_crs),
            declared=_system(crs),
            repairs=repairs,
            findings=findings,
            borders_path=borders_path,
            tolerance_m=tolerance_m,
        )

    job = _Import(actor, now, district, DatasetKind.UNITS, path, crs, origin, report, options, asked)
    return _bring_in(job, read, _store_units)


@transaction.atomic
def import_schools(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    crs: str = "",
    stage: str | None = None,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
) -> ImportResult:
    """Store the schools of a file; they stand in the current units. Raises ImportRefused with all findings."""
    district = _begin(actor, district_code)
    units = get_current_dataset(district_code, DatasetKind.UNITS)
    options: Mapping[str, CanonicalValue] = {"stage": stage, "units": units.file_digest}

    def read(findings: Findings) -> Sequence[SchoolRow]:
        return read_schools(
            path,
            ground=_ground(district),
            declared=_system(crs),
            units=_unit_shapes(units),
            stage=stage,
            findings=findings,
        )

    job = _Import(actor, now, district, DatasetKind.SCHOOLS, path, crs, origin, report, options)
    return _bring_in(job, read, _store_schools)


@transaction.atomic
def import_base_map(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    crs: str = "",
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
) -> ImportResult:
    """Store streets, main roads and rivers. Raises ImportRefused with all findings."""
    district = _begin(actor, district_code)

    def read(findings: Findings) -> Sequence[MapLine]:
        return read_base_map(path, ground=_ground(district), declared=_system(crs), findings=findings)

    job = _Import(actor, now, district, DatasetKind.BASE_MAP, path, crs, origin, report)
    return _bring_in(job, read, _store_lines)


def _bring_in(
    job: _Import, read: Callable[[Findings], Rows], store: Callable[[Dataset, Rows], int]
) -> ImportResult:
    """Read, check and store, unless this very import was done before. Inside the caller's transaction."""
    options = {"kind": job.kind.value, "crs": job.crs, **job.options}
    whose: dict[str, Any] = {"actor": job.actor, "now": job.now}
    what: dict[str, Any] = {"district": job.district, "kind": job.kind}
    what["file_digest"] = digest_of_import(job.path, options)
    same = find_same_import(**whose, **what)
    if same:
        return repeated(same)
    findings = Findings()
    job.report("reading", 0, 0)
    try:
        rows = read(findings)
    except UnreadableFile as fault:
        findings.add("file_unreadable", value=str(fault))
        raise ImportRefused(findings) from fault
    if findings.refuses:
        raise ImportRefused(findings)
    job.report("storing", 0, 0)
    dataset = begin_dataset(
        **whose, **what, path=job.path, origin=job.origin, declared_crs=job.crs, repairs=job.repairs
    )
    return finish_dataset(**whose, dataset=dataset, row_count=store(dataset, rows), findings=findings)


def _begin(actor: User | None, district_code: str) -> District:
    """Whoever runs the server imports without an account; everybody else must be an officer of the district."""
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    return lock_district(district_code)


def _system(crs: str) -> System | None:
    try:
        return parse_system(crs) if crs else None
    except UnknownSystem as fault:
        raise UnknownCrs(str(fault), crs=crs) from fault


def _ground(district: District) -> Ground:
    units = find_current_dataset(district.code, DatasetKind.UNITS)
    return Ground(district.working_crs, find_extent(units) if units else None)


def _unit_shapes(units: Dataset) -> Mapping[str, shapely.Geometry]:
    """Return the units in the working system by code: areas, or points where a unit has none."""
    areas = load_areas(units)
    shapes: dict[str, shapely.Geometry] = {code: shapely.from_wkb(area) for code, area in areas.items()}
    for code, point in list_units(units).filter(area=None).values_list("code", "point"):
        shapes[code] = shapely.Point(point.x, point.y)
    working = change_system(_array(list(shapes.values())), WGS84, to_epsg=units.district.working_crs)
    return dict(zip(shapes, working, strict=True))


def _store_units(dataset: Dataset, table: UnitTable) -> int:
    points = _hex([unit.point for unit in table.units])
    areas = _hex([unit.area for unit in table.units])
    columns = ("dataset_id", "code", "name", "kind", "township", "children", "point", "area")
    rows = (
        (str(dataset.pk), unit.code, unit.name, unit.kind, unit.township, unit.children, point, area)
        for unit, point, area in zip(table.units, points, areas, strict=True)
    )
    copy_rows(CatchmentUnit, columns, rows)
    ids = dict(list_units(dataset).values_list("code", "id"))
    codes = [unit.code for unit in table.units]
    borders: Iterator[Sequence[Value]] = (
        (str(dataset.pk), *(ids[code] for code in sorted((codes[a], codes[b]))), _metres(metres))
        for (a, b), metres in table.borders.items()
    )
    copy_rows(UnitBorder, ("dataset_id", "unit_a_id", "unit_b_id", "metres"), borders)
    return len(table.units)


def _metres(metres: float) -> int:
    """A border that exists is never 0: that means declared without one."""
    return max(1, round(metres)) if metres else 0


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
                capacity=school.capacity,
                planned_intake=school.planned_intake,
                classes=school.classes,
                group_code=school.group_code,
                feeds=list(school.feeds),
            )
            for school in schools
        ],
        batch_size=1000,
    )
    return len(schools)


def _store_lines(dataset: Dataset, lines: Sequence[MapLine]) -> int:
    shapes = _hex([line.line for line in lines])
    rows = ((str(dataset.pk), line.kind, line.name, shape) for line, shape in zip(lines, shapes, strict=True))
    return copy_rows(MapFeature, ("dataset_id", "kind", "name", "line"), rows)


def _hex(shapes: Sequence[shapely.Geometry | None]) -> list[str | None]:
    """Return hexadecimal EWKB of EPSG:4326."""
    in_degrees = shapely.set_srid(_array(shapes), WGS84.epsg)
    return list(shapely.to_wkb(in_degrees, hex=True, include_srid=True))


def _array(shapes: Sequence[shapely.Geometry | None]) -> Shapes:
    holder: Shapes = np.empty(len(shapes), dtype=np.object_)
    holder[:] = shapes
    return holder
