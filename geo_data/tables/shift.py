"""The shift of map services, found by places that are known: a layer declared wrongly lies beside itself.

Undeclared GCJ-02 or BD-09 stays inside the district, so only known places tell. Both directions are judged: points
that are shifted though declared plain, and plain points that are declared shifted.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo_data.tables.findings import Findings, Preview
from geo_data.tables.offsets import (
    FloatArray,
    bd09_from_wgs84,
    gcj02_from_wgs84,
    wgs84_from_bd09,
    wgs84_from_gcj02,
)
from geo_data.tables.projecting import DEGREES

FEWEST_MATCHES = 3
TOLERANCE_M = 100.0
LEAST_M = 50.0  # in a few places the shift itself is shorter: it does no harm there, and cannot be told from a survey
METRES_A_DEGREE = 111_320.0
PLAIN = "wgs84"
Change = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


def _unchanged(longitude: FloatArray, latitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    return longitude, latitude


# In this order: where two systems explain an offset equally well, the first is named.
INVERSE: Mapping[str, Change] = {"gcj02": wgs84_from_gcj02, "bd09": wgs84_from_bd09, PLAIN: _unchanged}
FORWARD: Mapping[str, Change] = {"gcj02": gcj02_from_wgs84, "bd09": bd09_from_wgs84, PLAIN: _unchanged}


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its code, its name or "", and its position in degrees of EPSG:4326."""

    code: str
    name: str
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class MovedPlace:
    """A place of the layer that is known, positions as (longitude, latitude), degrees of EPSG:4326.

    declared -- where the declared system puts it
    likely   -- where the likely system would put it
    known    -- where the current version has it
    """

    code: str
    declared: tuple[float, float]
    likely: tuple[float, float]
    known: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shift:
    """A layer that lies beside its known places as an undeclared system would have it.

    declared -- name of the declared system
    likely   -- gcj02, bd09 or wgs84 (plain: any system without a shift)
    offset_m -- median distance east and north from the known places
    places   -- every match, in the order of the layer, for a preview
    """

    declared: str
    likely: str
    offset_m: tuple[float, float]
    places: tuple[MovedPlace, ...]


def find_shift(layer: Sequence[Place], known: Sequence[Place], declared: str) -> Shift | None:
    """Return how the layer is shifted, None when it lies right, or when too few places are known.

    declared -- name of the declared system; everything but gcj02 and bd09 is plain
    1. Places are matched by code, else by a name that stands once in both.
    2. The median offset from the known places, east and north, is taken in metres.
    3. For every other system: the offset that it would cause here. It explains the layer when it comes within
       TOLERANCE_M of the median offset, and closer than no shift does. The closest is returned.
    An offset shorter than LEAST_M is none.
    Source: docs/import.md (coordinates).
    """
    pairs = _matches(layer, known)
    if len(pairs) < FEWEST_MATCHES:
        return None
    now = _positions([place for place, _ in pairs])
    before = _positions([place for _, place in pairs])
    offset = _median_m(now, before)
    stated = declared if declared in INVERSE else PLAIN
    raw = FORWARD[stated](now[:, 0], now[:, 1])
    best: tuple[float, str, FloatArray] | None = None
    if np.hypot(*offset) < LEAST_M:
        return None
    for name, inverse in INVERSE.items():
        if name == stated:
            continue
        likely = np.stack(inverse(*raw), axis=1)
        left = float(np.hypot(*(offset - _median_m(now, likely))))
        if left <= TOLERANCE_M and left < float(np.hypot(*offset)) and (best is None or left < best[0]):
            best = (left, name, likely)
    if best is None:
        return None
    places = tuple(
        MovedPlace(place.code, _pair(here), _pair(there), (old.longitude, old.latitude))
        for (place, old), here, there in zip(pairs, now, best[2], strict=True)
    )
    return Shift(declared, best[1], (float(offset[0]), float(offset[1])), places)


def note_shift(shift: Shift | None, findings: Findings, *, is_accepted: bool) -> None:
    """Note a shift and show both positions: severe, unless an officer said that the current version is wrong."""
    if shift is None:
        return
    east, north = shift.offset_m
    metres = round(float(np.hypot(east, north)))
    value = f"{shift.likely}: {len(shift.places)} × {metres} m ({east:+.0f}, {north:+.0f})"
    declared = shapely.MultiPoint([place.declared for place in shift.places])
    likely = shapely.MultiPoint([place.likely for place in shift.places])
    code = "shift_accepted" if is_accepted else "shifted_like"
    findings.add(code, value=value, place=declared, epsg=DEGREES)
    if not is_accepted:
        findings.show(Preview("declared", shift.declared, declared.convex_hull))
        findings.show(Preview("likely", shift.likely, likely.convex_hull))


def _matches(layer: Sequence[Place], known: Sequence[Place]) -> list[tuple[Place, Place]]:
    by_code = {place.code: place for place in known if place.code}
    by_name, names = _once(known), _once(layer)
    found = []
    for place in layer:
        old = by_code.get(place.code)
        if old is None and place.name in names:
            old = by_name.get(place.name)
        if old is not None:
            found.append((place, old))
    return found


def _once(places: Sequence[Place]) -> Mapping[str, Place]:
    times = Counter(place.name for place in places)
    return {place.name: place for place in places if place.name and times[place.name] == 1}


def _positions(places: Sequence[Place]) -> FloatArray:
    return np.array([(place.longitude, place.latitude) for place in places], dtype=np.float64)


def _median_m(here: FloatArray, there: FloatArray) -> FloatArray:
    """Return the median of here minus there, east and north, in metres; degrees are scaled at the latitude."""
    scale = np.stack(
        [METRES_A_DEGREE * np.cos(np.radians(there[:, 1])), np.full(len(there), METRES_A_DEGREE)], axis=1
    )
    return np.asarray(np.median((here - there) * scale, axis=0))


def _pair(point: FloatArray) -> tuple[float, float]:
    return float(point[0]), float(point[1])
