"""Catchment units of a file."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import transaction

from accounts.copying import Value, copy_rows
from accounts.models import User
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue
from geo_data.models import CatchmentUnit, Dataset, DatasetKind, UnitBorder
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.known_places import load_known_places
from geo_data.selectors.streets import load_edited_network
from geo_data.selectors.units import list_units
from geo_data.services.bringing_in import Import, as_ewkb, begin_import, bring_in, declared_system
from geo_data.services.datasets import ImportResult, Origin, digest_of_import
from geo_data.services.terms import AT_ONCE, Terms
from geo_data.streets.neighbours import street_neighbours
from geo_data.tables.coverage import SNAP_METRES, Repair
from geo_data.tables.findings import Findings
from geo_data.tables.placing import Ground
from geo_data.tables.unit_table import UnitTable, read_units


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
    swap_axes: bool = False,
    accept_offset: bool = False,
    offset_reason: str = "",
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store the catchment units of a file and what adjoins what. Raises ImportRefused with all findings.

    Points without a table of neighbours adjoin as the streets in use say, else as their triangulation does.
    """
    district = begin_import(actor, district_code)
    asked = sorted(repair.value for repair in repairs)
    options: dict[str, CanonicalValue] = {
        "repairs": asked,
        "tolerance_mm": str(tolerance_m * 1000),
        "working_crs": district.working_crs,
        "borders": digest_of_import(borders_path, {}) if borders_path else "",
    }
    if swap_axes:
        options["swap_axes"] = True
    if accept_offset:
        options |= {"accept_offset": True} | ({"offset_reason": offset_reason} if offset_reason else {})
    streets = None if borders_path else _streets_for_points(district_code)
    if streets is not None:
        options["streets"] = str(streets.pk)
    near = partial(street_neighbours, load_edited_network(streets)) if streets else None
    known = load_known_places(district_code, DatasetKind.UNITS)
    ground = Ground(district.working_crs, known=known, accept_offset=accept_offset, swap_axes=swap_axes)
    declared = declared_system(crs)

    def read(findings: Findings) -> UnitTable:
        return read_units(
            path,
            ground=ground,
            declared=declared,
            repairs=repairs,
            findings=findings,
            borders_path=borders_path,
            tolerance_m=tolerance_m,
            near=near,
        )

    job = Import(actor, now, district, DatasetKind.UNITS, path, crs, origin, report, options, asked, terms)
    return bring_in(job, read, _store_units)


def _streets_for_points(district_code: str) -> Dataset | None:
    """Return the streets in use, by which points find their neighbours; None where the units in use are polygons."""
    units = find_current_dataset(district_code, DatasetKind.UNITS)
    if units is not None and list_units(units).exclude(area=None).exists():
        return None
    return find_current_dataset(district_code, DatasetKind.STREETS)


def _store_units(dataset: Dataset, table: UnitTable) -> int:
    points = as_ewkb([unit.point for unit in table.units])
    areas = as_ewkb([unit.area for unit in table.units])
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
