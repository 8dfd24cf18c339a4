"""What a plan means for admission: the schools of every unit's zone, and how far each school is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo_data.selectors.schools import load_school_sites
from geo_data.selectors.units import load_unit_places
from zoning.models import UnitAssignment, ZonePlan, ZoneSchool
from zoning.selectors.distances import load_ways, straight_metres

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Walks:
    """Metres, rounded down: the walks of the measure that the plan pins, straight lines where it pins none.

    metres -- [n_units, n_schools]
    """

    unit_index: Mapping[str, int]
    school_index: Mapping[str, int]
    metres: IntArray

    def between(self, unit_code: str, school_code: str) -> int | None:
        """Return the metres, or None for a unit or school that the datasets do not hold."""
        unit, school = self.unit_index.get(unit_code), self.school_index.get(school_code)
        return None if unit is None or school is None else int(self.metres[unit, school])


def load_zone_schools(plan: ZonePlan) -> dict[str, tuple[str, ...]]:
    """Return the codes of the schools of every unit's zone, by unit code, in alphabetical order."""
    schools: dict[int, list[str]] = {}
    rows = ZoneSchool.objects.filter(plan=plan).order_by("school__code")
    for zone_id, code in rows.values_list("zone_id", "school__code"):
        schools.setdefault(zone_id, []).append(code)
    assigned = UnitAssignment.objects.filter(plan=plan).order_by("unit__code")
    return {
        code: tuple(schools.get(zone_id, ()))
        for code, zone_id in assigned.values_list("unit__code", "zone_id")
    }


def load_walks(plan: ZonePlan) -> Walks:
    """Return the metres from every unit to every school of the plan's datasets, by the plan's own measure."""
    if plan.measure:
        known = load_ways(plan.measure).metres
        metres = known.walks.rows(np.arange(known.walks.n_units)).astype(np.int64)
        return Walks(known.unit_index, known.site_index, metres)
    units, schools = load_unit_places(plan.units_dataset), load_school_sites(plan.schools_dataset)
    return Walks(
        {unit.code: index for index, unit in enumerate(units)},
        {school.code: index for index, school in enumerate(schools)},
        np.floor(straight_metres(plan.units_dataset, plan.schools_dataset)).astype(np.int64),
    )
