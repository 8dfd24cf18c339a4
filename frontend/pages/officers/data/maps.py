"""What a page hands to its map of places; frontend/src/places/data.ts names the same fields."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from frontend.pages.officers.data.findings import WEIGHTS, rule_in_words
from geo_data.models import Dataset, DatasetFinding, DatasetKind
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.schools import list_schools

Role = Literal["ground", "known", "before", "after", "wrong", "likely", "findings"]
Json = Mapping[str, Any]
MOST_ON_MAP = 2000
DIGITS = 6  # of a degree: about 0.1 m


def findings_map(dataset: Dataset, rows: QuerySet[DatasetFinding]) -> Json | None:
    """Return the map of these findings over the units, None where none of them has a place. Two queries."""
    features = _finding_features(rows)
    if not features:
        return None
    return {"layers": [*_ground_of(dataset), given("findings", _("findings"), features)]}


def fetched(role: Role, label: str, address: str, *, shown: bool = True) -> Json:
    """Return a layer whose shapes the map fetches."""
    return {"role": role, "label": label, "shown": shown, "address": address}


def given(role: Role, label: str, features: Iterable[Json], *, shown: bool = True) -> Json:
    """Return a layer that comes with the page."""
    collection = {"type": "FeatureCollection", "features": list(features)}
    return {"role": role, "label": label, "shown": shown, "features": collection}


def feature(geometry: Json, key: str, words: str, **properties: object) -> Json:
    """Return a shape that belongs to the row `key` of the list; `words` are said when it is chosen."""
    return {"type": "Feature", "geometry": geometry, "properties": {"key": key, "words": words, **properties}}


def units_layer(district_code: str, role: Role = "ground") -> list[Json]:
    """Return the layer of the units in use, or nothing where the district has none."""
    units = find_current_dataset(district_code, DatasetKind.UNITS)
    return [fetched(role, _("units in use"), _units_address(units))] if units else []


def schools_layer(district_code: str) -> list[Json]:
    """Return the layer of the schools in use, or nothing where the district has none. Two queries."""
    schools = find_current_dataset(district_code, DatasetKind.SCHOOLS)
    if schools is None:
        return []
    shapes = [
        feature(json.loads(school.point.geojson), f"school-{school.code}", school.name)
        for school in list_schools(schools)
    ]
    return [given("known", _("schools in use"), shapes)]


def _ground_of(dataset: Dataset) -> list[Json]:
    if dataset.kind == DatasetKind.UNITS and dataset.row_count:
        return [fetched("ground", _("units of the file"), _units_address(dataset))]
    return units_layer(dataset.district_id)


def _units_address(units: Dataset) -> str:
    return f"{reverse('unit-map')}?dataset={units.pk}"


def _finding_features(rows: QuerySet[DatasetFinding]) -> list[Json]:
    placed = rows.filter(place__isnull=False).annotate(shape=AsGeoJSON("place", precision=DIGITS + 1))
    found = placed.values_list("number", "code", "weight", "row", "value", "shape")[:MOST_ON_MAP]
    return [
        feature(
            json.loads(shape),
            f"f{number}",
            _in_words(number, code, row, value),
            number=number,
            severity=WEIGHTS[weight].value,
        )
        for number, code, weight, row, value, shape in found
    ]


def _in_words(number: int, code: str, row: int, value: str) -> str:
    at = _(" (row %(row)s)") % {"row": row} if row else ""
    return f"{number}{at}: {rule_in_words(code)}{' · ' + value if value else ''}"
