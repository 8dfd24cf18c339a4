"""Questions about distances: which measure counts, how far a unit or a point is from a school, and along what way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from common.errors import NotFound
from geo_data.models import DistanceMeasure, DistanceMethod, UnitDistances
from geo_data.selectors.schools import list_schools
from geo_data.selectors.units import list_units
from geo_data.streets.graph import IntArray

NO_WAY = -1


class NoSuchMeasure(NotFound):
    """There is no such measure of distances, or none has been made for these versions."""

    code = "no_such_measure"


@dataclass(frozen=True, slots=True)
class Distances:
    """Whole metres of one measure.

    metres -- [n_units, n_schools], NO_WAY where there is no way; units and schools by code
    crossings -- [n_units, n_schools] main roads crossed, 0 where there is no way; None where they were not counted
    """

    unit_codes: tuple[str, ...]
    school_codes: tuple[str, ...]
    metres: IntArray
    crossings: IntArray | None

    def between(self) -> Mapping[tuple[str, str], int]:
        """Return metres by (unit code, school code), pairs without a way left out."""
        i, j = np.nonzero(self.metres != NO_WAY)
        values = self.metres[i, j].tolist()
        return {
            (self.unit_codes[a], self.school_codes[b]): metres
            for a, b, metres in zip(i.tolist(), j.tolist(), values, strict=True)
        }


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
    """Return metres and crossings from all units to all schools. Three queries."""
    units = dict(list_units(measure.units_dataset).values_list("pk", "code"))
    schools = dict(list_schools(measure.schools_dataset).values_list("pk", "code"))
    row_of, column_of = ({key: i for i, key in enumerate(keys)} for keys in (units, schools))
    metres = np.full((len(units), len(schools)), NO_WAY, dtype=np.int64)
    crossings = np.zeros_like(metres) if measure.counts_crossings else None
    rows = UnitDistances.objects.filter(measure=measure).values_list(
        "unit_id", "schools", "metres", "crossings"
    )
    for unit, keys, values, crossed in rows.iterator(chunk_size=5000):
        columns = [column_of[key] for key in keys]
        metres[row_of[unit], columns] = values
        if crossings is not None and crossed is not None:
            crossings[row_of[unit], columns] = crossed
    return Distances(tuple(units.values()), tuple(schools.values()), metres, crossings)


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
