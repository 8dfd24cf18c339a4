"""The streets of the small county: a street past all estates, a way round, a main road to cross, and an island.

Schools stand in the middles of the first (A) and the last estate (B). Estates' middles are about 923 m apart.
"""

import json
from pathlib import Path

from geo_data.models import DistanceMeasure
from geo_data.services.datasets import ImportResult
from geo_data.services.import_streets import import_streets
from geo_data.services.measures import WALKING, Manner, compute_measure
from tests.services.worlds import DISTRICT, NOON, SIDE, SOUTH, WEST

MIDDLE = SOUTH + SIDE / 2
AT = [WEST + (i + 0.5) * SIDE for i in range(4)]  # longitudes of the estates' middles
HIGHWAY = AT[3] - SIDE / 2
LINES = (
    ("支路", "长街", [(AT[0], MIDDLE), (AT[1], MIDDLE), (AT[2], MIDDLE), (HIGHWAY, MIDDLE), (AT[3], MIDDLE)]),
    ("支路", "环路", [(AT[1], MIDDLE), (AT[1], MIDDLE + 0.002), (AT[2], MIDDLE + 0.002), (AT[2], MIDDLE)]),
    ("主干路", "大道", [(HIGHWAY, SOUTH), (HIGHWAY, MIDDLE), (HIGHWAY, SOUTH + SIDE)]),
    ("小路", "孤路", [(WEST + 0.0301, MIDDLE + 0.003), (WEST + 0.0312, MIDDLE + 0.003)]),
)


def streets_file(folder: Path, lines: object = LINES) -> Path:
    """Write the streets as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"道路等级": kind, "名称": name},
            "geometry": {"type": "LineString", "coordinates": points},
        }
        for kind, name, points in lines  # type: ignore[attr-defined]  # rows of three
    ]
    path = folder / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def with_streets(folder: Path) -> ImportResult:
    """Import the streets."""
    return import_streets(actor=None, now=NOON, district_code=DISTRICT, path=streets_file(folder))


def measured(manner: Manner = WALKING) -> DistanceMeasure:
    """Measure the current versions."""
    return compute_measure(actor=None, now=NOON, district_code=DISTRICT, manner=manner)
