"""What was found in a file, kept with its version."""

from collections import Counter
from collections.abc import Iterator, Sequence

import shapely
from django.apps import apps
from django.db import connection
from django.db.models import Model

from accounts.copying import Value, copy_rows
from geo_data.models import Dataset, DatasetFinding
from geo_data.tables.findings import WEIGHTS, Finding, Findings
from geo_data.tables.systems import WGS84

KEPT_WITH_DATASET = 100  # of each code, in the row of the version itself
COLUMNS = ("dataset_id", "number", "code", "weight", "row", "column", "value", "place")
CHUNK = 20_000


def store_findings(dataset: Dataset, findings: Findings) -> None:
    """Replace the findings of the version by these; the version itself is not saved."""
    kept = findings.kept()
    DatasetFinding.objects.filter(dataset=dataset).delete()
    for start in range(0, len(kept), CHUNK):
        copy_rows(DatasetFinding, COLUMNS, _rows(dataset, kept[start : start + CHUNK], start))
    dataset.findings = _first_of_each_code(kept)
    dataset.finding_counts = dict(findings.counts())
    dataset.preview = [preview.as_data() for preview in findings.previews()]


def delete_rows(dataset: Dataset) -> None:
    """Delete all rows of the version but its findings: quicker than row by row; keys are checked at commit."""
    with connection.cursor() as cursor:
        for model in row_models():
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"DELETE FROM {table} WHERE dataset_id = %s", [dataset.pk])


def row_models() -> list[type[Model]]:
    """Return the models whose rows belong to one version, also those without a name on `Dataset`; not the findings."""
    return [
        model
        for model in apps.get_app_config(Dataset._meta.app_label).get_models()
        if model is not DatasetFinding
        and any(field.name == "dataset" and field.related_model is Dataset for field in model._meta.fields)
    ]


def _rows(dataset: Dataset, findings: Sequence[Finding], start: int) -> Iterator[Sequence[Value]]:
    for number, finding in enumerate(findings, start=start + 1):
        yield (
            str(dataset.pk),
            number,
            finding.code,
            WEIGHTS[finding.severity],
            finding.row,
            _clean(finding.column),
            _clean(finding.value),
            _ewkb(finding.place),
        )


def _clean(text: str) -> str:
    return text[:200].replace("\0", "\ufffd")  # which PostgreSQL cannot store


def _ewkb(place: shapely.Geometry | None) -> str | None:
    if place is None:
        return None
    return str(shapely.to_wkb(shapely.set_srid(place, WGS84.epsg), hex=True, include_srid=True))


def _first_of_each_code(kept: Sequence[Finding]) -> list[dict[str, str | int]]:
    seen: Counter[str] = Counter()
    first = []
    for finding in kept:
        seen[finding.code] += 1
        if seen[finding.code] <= KEPT_WITH_DATASET:
            first.append(
                {**finding.as_data(), "column": _clean(finding.column), "value": _clean(finding.value)}
            )
    return first
