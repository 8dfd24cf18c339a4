"""What all imports share: read and check a file, and store it as a version, or nothing at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import shapely

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.jobs import Report
from common.canonical import CanonicalValue
from common.errors import MalformedInput
from geo_data.models import Dataset, DatasetKind, District
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.units import find_extent, list_units, load_areas
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
from geo_data.tables.findings import Findings
from geo_data.tables.placing import Ground
from geo_data.tables.reading import UnreadableFile
from geo_data.tables.systems import WGS84, Shapes, System, UnknownSystem, change_system, parse_system

Rows = TypeVar("Rows")


class UnknownCrs(MalformedInput):
    """The declared coordinate system is not known."""

    code = "unknown_crs"


@dataclass(frozen=True, slots=True)
class Import:
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


def bring_in(
    job: Import, read: Callable[[Findings], Rows], store: Callable[[Dataset, Rows], int]
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


def begin_import(actor: User | None, district_code: str) -> District:
    """Whoever runs the server imports without an account; everybody else must be an officer of the district."""
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    return lock_district(district_code)


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
