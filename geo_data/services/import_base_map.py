"""Lines of the base map of a file."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.copying import copy_rows
from accounts.models import User
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue
from geo_data.models import Dataset, DatasetKind, MapFeature
from geo_data.services.bringing_in import Import, as_ewkb, begin_import, bring_in, declared_system, ground_of
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.terms import AT_ONCE, Terms
from geo_data.tables.base_map_table import MapLine, read_base_map
from geo_data.tables.findings import Findings


@transaction.atomic
def import_base_map(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    crs: str = "",
    swap_axes: bool = False,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store streets, main roads and rivers. Raises ImportRefused with all findings."""
    district = begin_import(actor, district_code)
    ground, declared = replace(ground_of(district), swap_axes=swap_axes), declared_system(crs)
    options: dict[str, CanonicalValue] = {"swap_axes": True} if swap_axes else {}

    def read(findings: Findings) -> Sequence[MapLine]:
        return read_base_map(path, ground=ground, declared=declared, findings=findings)

    job = Import(
        actor,
        now,
        district,
        DatasetKind.BASE_MAP,
        path,
        crs,
        origin,
        report,
        options,
        terms=terms,
        takes_good_rows=True,
    )
    return bring_in(job, read, _store_lines)


def _store_lines(dataset: Dataset, lines: Sequence[MapLine]) -> int:
    shapes = as_ewkb([line.line for line in lines])
    rows = ((str(dataset.pk), line.kind, line.name, shape) for line, shape in zip(lines, shapes, strict=True))
    return copy_rows(MapFeature, ("dataset_id", "kind", "name", "line"), rows)
