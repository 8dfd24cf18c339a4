"""Which distances a plan is drawn and judged by: straight lines, or the walks of a measure that it pins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from common.errors import RulesSayNo
from geo_data.models import Dataset, DistanceMeasure, DistanceMethod
from geo_data.selectors.measures import NO_WAY, find_walk_measure, load_distances
from geo_data.selectors.schools import load_school_sites
from geo_data.selectors.units import load_unit_places
from geo_data.streets.graph import FloatArray, IntArray
from zoning.engine.faults import MOST_CROSSINGS

DETOUR = (
    2  # times the straight line: what counts where a measure knows no way, so that a plan can still be drawn
)


class MeasureMissing(RulesSayNo):
    """Walking distances were asked for, and none were measured for the current units and schools."""

    code = "measure_missing"


@dataclass(frozen=True, slots=True)
class Ways:
    """Whole metres of one measure from every unit to every school, pairs without a way filled up.

    metres -- [n_units, n_schools]; filled -- how many pairs stand for twice the straight line
    crossings -- [n_units, n_schools] main roads crossed, 0 where there is no way, and more than the engine reads
                 counted as its most; None where the measure does not count them
    """

    measure: DistanceMeasure
    unit_index: Mapping[str, int]
    school_index: Mapping[str, int]
    metres: IntArray
    filled: int
    crossings: IntArray | None = None

    def between(self, unit_code: str, school_code: str) -> int:
        """Return the metres. Raises KeyError for a unit or school that the measure does not know."""
        return int(self.metres[self.unit_index[unit_code], self.school_index[school_code]])

    def roads_between(self, unit_code: str, school_code: str) -> int:
        """Return the main roads crossed, 0 where they were not counted. Raises KeyError like `between`."""
        if self.crossings is None:
            return 0
        return int(self.crossings[self.unit_index[unit_code], self.school_index[school_code]])

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
    missing = known.metres == NO_WAY
    metres = known.metres
    if missing.any():
        straight = straight_metres(measure.units_dataset, measure.schools_dataset)
        metres = np.where(missing, np.floor(straight * DETOUR).astype(np.int64), metres)
    return Ways(
        measure,
        {code: i for i, code in enumerate(known.unit_codes)},
        {code: i for i, code in enumerate(known.school_codes)},
        metres,
        int(missing.sum()),
        None if known.crossings is None else np.minimum(known.crossings, MOST_CROSSINGS),
    )


def straight_metres(units: Dataset, schools: Dataset) -> FloatArray:
    """Return straight lines from every unit's point to every school, [n_units, n_schools] metres, by code."""
    places, sites = load_unit_places(units), load_school_sites(schools)
    east = np.subtract.outer([place.x_m for place in places], [site.x_m for site in sites])
    north = np.subtract.outer([place.y_m for place in places], [site.y_m for site in sites])
    return np.asarray(np.hypot(east, north))
