"""Questions about what was found in a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import QuerySet

from geo_data.models import Dataset, DatasetFinding
from geo_data.tables.findings import WEIGHTS, Finding, Severity

UNKNOWN_HEADER, MISSING_COLUMN = "column_unknown", "column_missing"


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings are asked for; empty means all."""

    code: str = ""
    severity: str = ""
    row: int | None = None


def list_findings(dataset: Dataset, asked: FindingFilter = FindingFilter()) -> QuerySet[DatasetFinding]:
    """Return the findings kept, severe ones first, then by row."""
    found = DatasetFinding.objects.filter(dataset=dataset).defer("place").order_by("number")
    if asked.code:
        found = found.filter(code=asked.code)
    if asked.severity:
        found = found.filter(weight=WEIGHTS[Severity(asked.severity)])
    return found if asked.row is None else found.filter(row=asked.row)


def finding_of(row: DatasetFinding) -> Finding:
    """Return the pure record, which knows its words."""
    return Finding(row.code, row.row, row.column, row.value)


def list_unknown_headers(dataset: Dataset) -> list[str]:
    """Return the headers of the file that no column claims, in the order of the file's findings."""
    unknown = DatasetFinding.objects.filter(dataset=dataset, code=UNKNOWN_HEADER).order_by("number")
    return list(dict.fromkeys(unknown.values_list("column", flat=True)))


def list_missing_columns(dataset: Dataset) -> list[str]:
    """Return the names of required columns that no header claims."""
    missing = DatasetFinding.objects.filter(dataset=dataset, code=MISSING_COLUMN).order_by("number")
    return [str(column).rsplit(" / ", 1)[-1] for column in missing.values_list("column", flat=True)]


def iter_places(dataset: Dataset) -> Iterator[tuple[DatasetFinding, str]]:
    """Yield findings with a place, and the place as GeoJSON text, in their order."""
    placed = DatasetFinding.objects.filter(dataset=dataset, place__isnull=False).order_by("number")
    for row in placed.annotate(geojson=AsGeoJSON("place", precision=7)).defer("place").iterator():
        yield row, row.geojson


def preview_features(dataset: Dataset) -> list[Mapping[str, Any]]:
    """Return where a layer that was stopped would lie, as GeoJSON features."""
    return [
        {
            "type": "Feature",
            "properties": {"role": shown["role"], "system": shown["system"]},
            "geometry": shown["geometry"],
        }
        for shown in dataset.preview
    ]
