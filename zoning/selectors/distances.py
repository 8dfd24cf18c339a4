"""Which distances a plan is drawn and judged by: straight lines, or the walks of a measure that it pins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from common.errors import RulesSayNo
from geo_data.models import Dataset, DistanceMeasure, DistanceMethod
from geo_data.selectors.measures import find_walk_measure, load_distances
from geo_data.selectors.schools import SchoolSite, load_school_sites
from geo_data.selectors.units import UnitPlace, load_unit_places
from geo_data.streets.graph import FloatArray
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
    """

    measure: DistanceMeasure
    metres: WalksById
    filled: int

    def between(self, unit_code: str, school_code: str) -> int:
        """Return the metres. Raises KeyError for a unit or school that the measure does not know."""
        return int(self.metres[unit_code, school_code])


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
    """Return the metres of a measure; where it knows no way, twice the straight line counts."""
    known = load_distances(measure)
    shape = len(known.unit_codes), len(known.school_codes)
    filled = shape[0] * shape[1] - len(known.metres)
    detour = _detour(measure.units_dataset, measure.schools_dataset) if filled else None
    walks = make_walks(shape, known.unit, known.school, known.metres.astype(np.float64), detour)
    return Ways(measure, WalksById(indexed(known.unit_codes), indexed(known.school_codes), walks), filled)


def _detour(units: Dataset, schools: Dataset) -> Detour:
    return Detour(DETOUR, *(_points(rows) for rows in (load_unit_places(units), load_school_sites(schools))))


def _points(rows: Sequence[UnitPlace] | Sequence[SchoolSite]) -> FloatArray:
    return np.array([(row.x_m, row.y_m) for row in rows])


def straight_metres(units: Dataset, schools: Dataset) -> FloatArray:
    """Return straight lines from every unit's point to every school, [n_units, n_schools] metres, by code."""
    places, sites = load_unit_places(units), load_school_sites(schools)
    east = np.subtract.outer([place.x_m for place in places], [site.x_m for site in sites])
    north = np.subtract.outer([place.y_m for place in places], [site.y_m for site in sites])
    return np.asarray(np.hypot(east, north))
