"""Units and base map as GeoJSON features, for pages that draw them."""

import json
from collections.abc import Iterable, Mapping, Sequence

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models.functions import Coalesce

from geo_data.models import Dataset
from geo_data.selectors.datasets import list_map_features
from geo_data.selectors.units import list_units

Json = Mapping[str, object]
DIGITS = 6  # of a degree: about 0.1 m


PUBLIC_PROPERTIES = ("code", "name", "kind", "township")
OFFICE_PROPERTIES = (*PUBLIC_PROPERTIES, "children")


def units_geojson(dataset: Dataset, properties: Sequence[str] = OFFICE_PROPERTIES) -> Json:
    """Return the areas (points where a unit has none) with these properties, `code` first. One query."""
    rows = list_units(dataset).annotate(
        shape=Coalesce(AsGeoJSON("area", precision=DIGITS), AsGeoJSON("point"))
    )
    return _collection(
        {
            "properties": dict(zip(properties, row[1:], strict=True)),
            "geometry": json.loads(row[0]),
            "id": row[1],
        }
        for row in rows.values_list("shape", *properties)
    )


def map_features(dataset: Dataset) -> Json:
    """Return streets, main roads and rivers with kind and name. One query."""
    rows = list_map_features(dataset).annotate(shape=AsGeoJSON("line", precision=DIGITS))
    return _collection(
        {"properties": {"kind": kind, "name": name}, "geometry": json.loads(shape)}
        for shape, kind, name in rows.values_list("shape", "kind", "name")
    )


def _collection(features: Iterable[Json]) -> Json:
    return {"type": "FeatureCollection", "features": [{"type": "Feature", **feature} for feature in features]}
