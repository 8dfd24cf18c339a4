"""The past of an invented county: who entered where, how grades moved up, who moved, what is being built.

It fits the census: the cohort that entered k years ago is the one that is k years older today, before the moves of
those years; categories have the shares that families have; every school's pupils are its entrants, moved up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from geo_data.county.schools import ENTRY_AGE, GRADES
from geo_data.county.sketch import FIRST_AGE, LAST_AGE, County, IntArray, UnitKind, shares

PAST = 3  # the stream of chance, beside those of ground and families
YEARS = 6
CATEGORY_SHARES = {"registered": 0.50, "county_mover": 0.17, "city_mover": 0.08, "migrant": 0.25}
CAPTURE = {"registered": 0.94, "county_mover": 0.87, "city_mover": 0.80, "migrant": 0.74}
UNIT_SPREAD, YEAR_SPREAD = 0.25, 0.06  # of capture, in logits: between units, between years
GROWTH = 0.006  # a year, of a cohort at any age: slightly more families come than leave
GROWTH_SPREAD = 0.006
HOUSING = (  # kind, dwellings, years until delivery, occupied percent
    ("commercial", 820, -1, 85),
    ("commercial", 1240, 1, 80),
    ("resettlement", 560, 2, 95),
    ("public_rental", 430, 2, 90),
    ("commercial", 960, 3, 80),
    ("commercial", 1500, 5, 75),
)
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class PastFiles:
    """Rows under the English headers of the import files."""

    enrolments: tuple[Row, ...]
    grades: tuple[Row, ...]
    housing: tuple[Row, ...]
    moves: tuple[Row, ...]


def past_of_county(county: County) -> PastFiles:
    """Return the county's past and its building sites; same county, same rows.

    Source: docs/import.md (sample county).
    """
    rng = np.random.default_rng([county.seed, PAST])
    growth = {
        year: GROWTH + GROWTH_SPREAD * float(rng.standard_normal())
        for year in range(county.year - YEARS, county.year)
    }
    enrolments: list[Row] = []
    grades: list[Row] = []
    for stage in sorted(ENTRY_AGE):
        rows = list(_enrolments(rng, county, stage, growth))
        enrolments += rows
        grades += _grades(rng, county, stage, rows, growth)
    moves = tuple(_moves(county, growth))
    return PastFiles(tuple(enrolments), tuple(grades), tuple(_housing(rng, county)), moves)


def _enrolments(
    rng: np.random.Generator, county: County, stage: str, growth: Mapping[int, float]
) -> Iterator[Row]:
    categories = list(CATEGORY_SHARES)
    base = np.array([np.log(CAPTURE[name] / (1 - CAPTURE[name])) for name in categories])
    logits = base + UNIT_SPREAD * rng.standard_normal((len(county.units), 1))
    for year in range(county.year - YEARS, county.year):
        age_now = ENTRY_AGE[stage] + county.year - year
        if age_now > LAST_AGE:
            continue
        cohort = _at_entry(county.children[:, age_now - FIRST_AGE], year, growth)
        split = rng.multinomial(cohort, list(CATEGORY_SHARES.values()))
        rates = 1 / (1 + np.exp(-(logits + YEAR_SPREAD * rng.standard_normal())))
        enrolled = rng.binomial(split, rates)
        for u, c in zip(*np.nonzero(split), strict=True):
            yield {
                "year": year,
                "stage": stage,
                "unit_id": county.units[u].code,
                "category": categories[c],
                "school_id": county.schools[int(county.zones_last_year[stage][u])].code,
                "children": int(split[u, c]),
                "enrolled": int(enrolled[u, c]),
                "elsewhere": int(split[u, c] - enrolled[u, c]),
            }


def _at_entry(now: IntArray, entered: int, growth: Mapping[int, float]) -> IntArray:
    """Return the units' cohort as it was at entry, before the moves of the years since."""
    since = np.prod([1 + growth[year] for year in growth if year > entered])
    return shares(round(float(now.sum()) / float(since)), now.astype(np.float64))


def _grades(
    rng: np.random.Generator, county: County, stage: str, rows: list[Row], growth: Mapping[int, float]
) -> Iterator[Row]:
    entered: dict[tuple[str, int], int] = {}
    for row in rows:
        key = str(row["school_id"]), int(str(row["year"]))
        entered[key] = entered.get(key, 0) + int(str(row["enrolled"]))
    years = sorted({year for _, year in entered})
    first_grade = 1 if stage == "primary" else 7
    for school in (one for one in county.schools if one.stage == stage):
        for start in range(years[0] - GRADES[stage] + 1, years[-1] + 1):
            known = entered.get((school.code, max(start, years[0])), school.planned_intake)
            pupils = known if start >= years[0] else round(known * float(rng.uniform(0.97, 1.03)))
            for grade in range(GRADES[stage]):
                year = start + grade
                if grade:
                    pupils += round(
                        pupils * (growth.get(year, GROWTH) + 0.004 * float(rng.standard_normal()))
                    )
                if years[0] <= year <= years[-1]:
                    yield {
                        "year": year,
                        "school_id": school.code,
                        "grade": first_grade + grade,
                        "pupils": pupils,
                    }


def _housing(rng: np.random.Generator, county: County) -> Iterator[Row]:
    estates = [unit for unit in county.units if unit.kind is UnitKind.ESTATE]
    places = rng.permutation(len(estates))[: len(HOUSING)]
    for number, (place, estate) in enumerate(zip(places, HOUSING, strict=False), start=1):
        kind, dwellings, years, occupied = estate
        yield {
            "estate_id": f"E{number:03d}",
            "name": f"{estates[int(place)].name}新区",
            "unit_id": estates[int(place)].code,
            "dwellings": dwellings,
            "kind": kind,
            "delivered_in": county.year + years,
            "occupied_percent": occupied,
        }


def _moves(county: County, growth: Mapping[int, float]) -> Iterator[Row]:
    for year, share in growth.items():
        for age in range(FIRST_AGE, ENTRY_AGE["primary"]):
            now = min(age + county.year - year, LAST_AGE)
            children = int(county.children[:, now - FIRST_AGE].sum())
            yield {"year": year, "age": age, "children": children, "net": round(children * share)}
