"""Which distances a plan is drawn and judged by: straight lines, or the walks of a measure that it pins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from common.errors import RulesSayNo
from geo_data.models import Dataset, DistanceMeasure, DistanceMethod
from geo_data.selectors.measures import Distances, find_walk_measure, load_distances
from geo_data.selectors.schools import SchoolSite, load_school_sites
from geo_data.selectors.units import UnitPlace, load_unit_places
from geo_data.streets.graph import FloatArray
from zoning.engine.faults import MOST_CROSSINGS
from zoning.engine.walks import Detour, WalksById, indexed, make_walks

DETOUR = (
    2  # times the straight line: what counts where a measure knows no way, so that a plan can still be drawn
)


class MeasureMissing(RulesSayNo):
    """Walking distances were asked for, and none were measured for the current units and schools."""

    code = "measure_missing"


@dataclass(frozen=True, slots=True)
class Ways:
    """Whole metres of one measure from every unit to every school, by code.

    filled -- how many pairs have no way: for them twice the straight line counts
    crossings -- main roads crossed, pairs that cross none left out, and more than the engine reads counted as its
                 most; None where the measure does not count them
    """

    measure: DistanceMeasure
    metres: WalksById
    filled: int
    crossings: Mapping[tuple[str, str], int] | None = None

    def between(self, unit_code: str, school_code: str) -> int:
        """Return the metres. Raises KeyError for a unit or school that the measure does not know."""
        return int(self.metres[unit_code, school_code])

    def roads_between(self, unit_code: str, school_code: str) -> int:
        """Return the main roads crossed, 0 where they were not counted."""
        return (self.crossings or {}).get((unit_code, school_code), 0)

    def to_nearest(self, unit_code: str, school_codes: Iterable[str]) -> tuple[int, int]:
        """Return metres to the nearest of the schools and main roads crossed; of equal ways those with the fewest."""
        return min((self.between(unit_code, one), self.roads_between(unit_code, one)) for one in school_codes)


def choose_measure(units: Dataset, schools: Dataset, wish: DistanceMethod | None) -> DistanceMeasure | None:
    """Return the newest walks measured for these versions; None, for straight lines, when wished or none are known.

    Raises MeasureMissing when walks are wished and none are known.
    """
    if wish == DistanceMethod.STRAIGHT:
        return None
    found = find_walk_measure(units.pk, schools.pk)
    if found is None and wish == DistanceMethod.WALK:
        raise MeasureMissing(
            "no walks were measured for the current units and schools", district=units.district_id
        )
    return found


def load_ways(measure: DistanceMeasure) -> Ways:
    """Return metres and crossings of a measure; where it knows no way, twice the straight line counts."""
    known = load_distances(measure)
    shape = len(known.unit_codes), len(known.school_codes)
    filled = shape[0] * shape[1] - len(known.metres)
    detour = _detour(measure.units_dataset, measure.schools_dataset) if filled else None
    walks = make_walks(shape, known.unit, known.school, known.metres.astype(np.float64), detour)
    by_code = WalksById(indexed(known.unit_codes), indexed(known.school_codes), walks)
    return Ways(measure, by_code, filled, _crossings(known))


def _detour(units: Dataset, schools: Dataset) -> Detour:
    return Detour(DETOUR, *(_points(rows) for rows in (load_unit_places(units), load_school_sites(schools))))


def _points(rows: Sequence[UnitPlace] | Sequence[SchoolSite]) -> FloatArray:
    return np.array([(row.x_m, row.y_m) for row in rows])


def _crossings(known: Distances) -> dict[tuple[str, str], int] | None:
    if known.crossings is None:
        return None
    some = known.crossings > 0
    counts = np.minimum(known.crossings, MOST_CROSSINGS)
    rows = np.stack([known.unit, known.school, counts], axis=1)[some].tolist()
    return {(known.unit_codes[i], known.school_codes[j]): count for i, j, count in rows}


def straight_metres(units: Dataset, schools: Dataset) -> FloatArray:
    """Return straight lines from every unit's point to every school, [n_units, n_schools] metres, by code."""
    places, sites = load_unit_places(units), load_school_sites(schools)
    east = np.subtract.outer([place.x_m for place in places], [site.x_m for site in sites])
    north = np.subtract.outer([place.y_m for place in places], [site.y_m for site in sites])
    return np.asarray(np.hypot(east, north))
