"""An invented county of any size: same seed and sizes, same county."""

import numpy as np

from geo_data.county.layout import lay_out
from geo_data.county.schools import build_schools
from geo_data.county.sketch import DISTRICT, FIRST_AGE, LAST_AGE, County, IntArray, UnitSketch, shares

CHILDREN_A_APPLICANT = 8  # thirteen cohorts; some children study elsewhere or move up without applying
OLDEST_COHORT = 1.35  # to the youngest: births have been falling
APPLICANTS_A_UNIT, APPLICANTS_A_SCHOOL = 50, 250
LAYOUT = 1  # streams of chance: one for the ground, one for every unit's families


def make_county(
    *,
    seed: int,
    year: int,
    applicants: int = 5000,
    n_units: int | None = None,
    n_schools: int | None = None,
    district: str = DISTRICT,
) -> County:
    """Return an invented county without its children's names.

    applicants -- a year, of both stages; children aged 3 to 15 are eight times as many
    Raises ValueError for fewer than 20 units, 6 schools or more schools than units.
    Source: docs/import.md (sample county).
    """
    n_units = n_units if n_units is not None else max(80, round(applicants / APPLICANTS_A_UNIT))
    n_schools = n_schools if n_schools is not None else max(12, round(applicants / APPLICANTS_A_SCHOOL))
    if n_units < 20 or not 6 <= n_schools <= n_units or applicants < n_units:
        raise ValueError(
            "at least 20 units, 6 schools, no more schools than units, an applicant for each unit"
        )
    units, pairs, lines = lay_out(np.random.default_rng([seed, LAYOUT]), n_units)
    children = _children(units, CHILDREN_A_APPLICANT * applicants)
    schools, zones = build_schools(units, children, pairs, n_schools)
    return County(seed, year, district, units, pairs, schools, lines, children, zones)


def _children(units: tuple[UnitSketch, ...], total: int) -> IntArray:
    """Return children by unit and age, [n_units, n_ages], `total` in all."""
    by_age = shares(total, np.linspace(1.0, OLDEST_COHORT, LAST_AGE - FIRST_AGE + 1))
    weights = np.array([unit.weight for unit in units])
    return np.stack([shares(int(count), weights) for count in by_age], axis=1)
