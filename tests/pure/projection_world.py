"""Small sources for tests of projections."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from geo_data.projection.project import Projected
from geo_data.projection.records import AgeRule, Born, Estate, HousingYield, Method, PastClaim, Place, Source

RULE = AgeRule(entry_age=6)
FLAT = HousingYield((0, 50, 100), (100,))  # of 1,000 dwellings lived in, 100 children of the entry age
METHOD = Method(yields={"other": FLAT})
PLACES = (Place("A", "east"), Place("B", "east"), Place("C", "west"))


def source(**changes: object) -> Source:
    """Three units in two townships, the census of March 2026, entry years 2026 to 2031, nothing else known."""
    plain = Source(places=PLACES, rule=RULE, first_year=2026, as_of=date(2026, 3, 1), method=METHOD)
    return replace(plain, **changes)  # type: ignore[arg-type]  # tests name fields of the record


def cohort(unit: str, year: int, children: int, category: str = "registered") -> Born:
    """Children of a unit who enter in a year: born in May, six years before."""
    return Born(unit, date(year - 6, 5, 1), category, children)


def cohorts(unit: str, children: Sequence[int], category: str = "registered") -> tuple[Born, ...]:
    """Children of the entry years from 2026 on."""
    return tuple(cohort(unit, 2026 + place, number, category) for place, number in enumerate(children))


def claim(
    year: int, unit: str, children: int, enrolled: int, school: str = "S", category: str = "registered"
) -> PastClaim:
    """What became of a cohort."""
    return PastClaim(year, unit, category, school, children, enrolled)


def estate(unit: str, delivered_in: int, dwellings: int = 1000) -> Estate:
    """An estate whose dwellings will all be lived in."""
    return Estate(f"E-{unit}-{delivered_in}", unit, dwellings, "other", delivered_in)


def totals(found: Projected, unit: str | None = None) -> list[int]:
    """Claimants by year, of a unit or of all."""
    table = found.medium if unit is None else found.medium[:, [found.units.index(unit)]]
    return [int(number) for number in table.sum(axis=(1, 2))]


def children(found: Projected, unit: str) -> list[int]:
    """Children of a unit by year."""
    return [int(number) for number in found.children[:, found.units.index(unit)].sum(axis=1)]


def generated(seed: int, *, years: int, units: int = 60, spread: float = 0.0) -> tuple[PastClaim, ...]:
    """Past years of units whose true rate is 0.8, or spread around it in logits; ten units a school."""
    rng = np.random.default_rng(seed)
    logits = np.log(4) + spread * rng.standard_normal(units)
    rates = 1 / (1 + np.exp(-logits))
    found = []
    for year in range(2026 - years, 2026):
        number = rng.poisson(20, units)
        came = rng.binomial(number, rates)
        found += [claim(year, f"U{i:03d}", int(number[i]), int(came[i]), f"S{i // 10}") for i in range(units)]
    return tuple(found)


def many_places(units: int = 60) -> tuple[Place, ...]:
    """The places of `generated`, twenty units a township."""
    return tuple(Place(f"U{i:03d}", f"T{i // 20}") for i in range(units))
