"""The children of an invented county, and one year's entrants of a county whose units have only counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from geo_data.county.addresses import buildings_of
from geo_data.county.families import Register, Row, Surroundings, ages_of, families_of_unit, unit_stream
from geo_data.county.kinds import FamilyPlace
from geo_data.county.sketch import FIRST_AGE, County, UnitKind, shares


@dataclass(frozen=True, slots=True)
class CountedUnit:
    """A unit of a real county of which only the number of school-age children is known."""

    code: str
    name: str
    township: str
    children: int


def children_of_county(county: County) -> Iterator[Row]:
    """Yield one row a child, unit by unit; keys are the English headers of the census.

    Source: docs/import.md (sample county).
    """
    register = Register()
    codes = tuple(unit.code for unit in county.units)
    townships = tuple(sorted({unit.township for unit in county.units}))
    for i, unit in enumerate(county.units):
        is_estate = unit.kind is UnitKind.ESTATE
        buildings = buildings_of(county.seed, unit, i)
        place = FamilyPlace(
            county.district, unit.code, unit.name, unit.township, is_estate, codes, townships, buildings
        )
        schools = {
            stage: county.schools[int(zones[i])].code for stage, zones in county.zones_last_year.items()
        }
        around = Surroundings(county.year, place, schools["primary"], schools["junior"])
        ages = ages_of(county.children[i], FIRST_AGE)
        yield from families_of_unit(unit_stream(county.seed, i), ages, around, register)


def entrants_of_units(
    units: Sequence[CountedUnit], *, seed: int, year: int, district: str, age: int, cohorts: int
) -> Iterator[Row]:
    """Yield one year's entrants, one row a child: children divided by `cohorts`, in the units' proportions.

    units -- sorted by code; age -- on 31 August of the year: 6 for primary, 12 for junior schools
    Source: docs/import.md (sample children).
    """
    register = Register()
    codes = tuple(unit.code for unit in units)
    townships = tuple(sorted({unit.township for unit in units if unit.township})) or ("",)
    counts = np.array([unit.children for unit in units], dtype=np.float64)
    if not counts.sum():
        raise ValueError("no unit states any children")
    entrants = shares(round(float(counts.sum()) / cohorts), counts)
    for i, (unit, count) in enumerate(zip(units, entrants, strict=True)):
        place = FamilyPlace(district, unit.code, unit.name, unit.township, False, codes, townships)
        around = Surroundings(year, place)
        yield from families_of_unit(unit_stream(seed, i), {age: int(count)}, around, register)
