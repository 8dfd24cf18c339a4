"""Questions about distances: which measure counts, how far a unit or a point is from a school, and along what way."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from common.errors import NotFound
from geo_data.models import DistanceMeasure, DistanceMethod, UnitDistances
from geo_data.selectors.schools import list_schools
from geo_data.selectors.units import list_units
from geo_data.streets.graph import IntArray


class NoSuchMeasure(NotFound):
    """There is no such measure of distances, or none has been made for these versions."""

    code = "no_such_measure"


@dataclass(frozen=True, slots=True)
class Distances:
    """Whole metres of one measure, of the pairs that have a way.

    unit, school, metres -- [n_pairs] indices of units and schools, by code, and the way between them
    crossings -- [n_pairs] main roads crossed; None where they were not counted
    """

    unit_codes: tuple[str, ...]
    school_codes: tuple[str, ...]
    unit: IntArray
    school: IntArray
    metres: IntArray
    crossings: IntArray | None

    def between(self) -> Mapping[tuple[str, str], int]:
        """Return metres by (unit code, school code)."""
        rows = np.stack([self.unit, self.school, self.metres], axis=1).tolist()
        return {(self.unit_codes[i], self.school_codes[j]): metres for i, j, metres in rows}


def list_measures(district_code: str) -> QuerySet[DistanceMeasure]:
    """Return all measures of a district, newest first, with the versions they used."""
    rows = DistanceMeasure.objects.filter(district_id=district_code)
    return rows.select_related("made_by", "units_dataset", "schools_dataset", "streets_dataset").order_by(
        "-number"
    )


def get_measure(measure_id: UUID | str) -> DistanceMeasure:
    """Return the measure with its versions. Raises NoSuchMeasure."""
    found = _measures().filter(pk=measure_id).first()
    if found is None:
        raise NoSuchMeasure("there is no such measure", measure=str(measure_id))
    return found


def find_walk_measure(units_id: UUID, schools_id: UUID) -> DistanceMeasure | None:
    """Return the newest walks measured for these versions, None when there are none. One query."""
    rows = _measures().filter(units_dataset=units_id, schools_dataset=schools_id, method=DistanceMethod.WALK)
    return rows.order_by("-number").first()


def load_distances(measure: DistanceMeasure) -> Distances:
    """Return metres and crossings, no more in memory than the pairs with a way. Three queries."""
    units = dict(list_units(measure.units_dataset).values_list("pk", "code"))
    schools = dict(list_schools(measure.schools_dataset).values_list("pk", "code"))
    row_of, column_of = ({key: i for i, key in enumerate(keys)} for keys in (units, schools))
    unit, school, metres, crossings = array("q"), array("q"), array("q"), array("q")
    rows = UnitDistances.objects.filter(measure=measure).values_list(
        "unit_id", "schools", "metres", "crossings"
    )
    for key, keys, values, crossed in rows.iterator(chunk_size=5000):
        unit.extend(repeat(row_of[key], len(keys)))
        school.extend(column_of[one] for one in keys)
        metres.extend(values)
        crossings.extend(crossed or repeat(0, len(keys)))
    return Distances(
        tuple(units.values()),
        tuple(schools.values()),
        np.array(unit),
        np.array(school),
        np.array(metres),
        np.array(crossings) if measure.counts_crossings else None,
    )


def find_unit_distances(measure: DistanceMeasure, unit_code: str, schools: Sequence[int]) -> dict[int, int]:
    """Return metres from the unit by key of these schools; those without a way are left out. One query."""
    row = UnitDistances.objects.filter(
        measure=measure, unit__dataset=measure.units_dataset_id, unit__code=unit_code
    ).first()
    if row is None:
        return {}
    found = dict(zip(row.schools, row.metres, strict=True))
    return {key: found[key] for key in schools if key in found}


def _measures() -> QuerySet[DistanceMeasure]:
    return DistanceMeasure.objects.select_related(
        "district", "units_dataset", "schools_dataset", "streets_dataset__district", "addresses_dataset"
    )
