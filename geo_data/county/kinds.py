"""Kinds of families of a county town, how frequent they are, and what is known about each."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

import numpy as np

Row = dict[str, object]


MOST_BUILDINGS = 24


@dataclass(frozen=True, slots=True)
class FamilyPlace:
    """Where a family lives; `units` are the codes of the district's units, `townships` its townships.

    buildings -- how many buildings or groups the unit has
    """

    district: str
    unit: str
    name: str
    township: str
    is_estate: bool
    units: tuple[str, ...]
    townships: tuple[str, ...]
    buildings: int = MOST_BUILDINGS


class FamilyKind(Enum):
    """The value is the share in a hundred families; the last two, a third of all, come from elsewhere."""

    REGISTERED_AND_LIVING = ("registered_and_living", 39)
    LIVING_ONLY = ("living_only", 8)
    REGISTERED_ONLY = ("registered_only", 7)
    COLLECTIVE = ("collective", 4)
    COUNTY_MOVER = ("county_mover", 9)
    CITY_MOVER = ("city_mover", 8)
    MIGRANT = ("migrant", 25)

    @staticmethod
    def draw(rng: np.random.Generator) -> "FamilyKind":
        """Return a kind by its share."""
        left = int(rng.integers(sum(kind.value[1] for kind in FamilyKind)))
        for kind in FamilyKind:
            left -= kind.value[1]
            if left < 0:
                return kind
        raise AssertionError("unreachable: shares add up")


def facts_of_family(
    rng: np.random.Generator, kind: FamilyKind, place: FamilyPlace, year: int, number: int, oldest: int
) -> Row:
    """Return what all children of the household share, by fact name, as texts of the census file."""
    years = int(rng.integers(1, 16))
    here_since = _some_day(rng, year - years)
    facts: Row = {
        "relation_shown": "是" if rng.random() < 0.96 else None,
        "registered_with": "grandparents" if rng.random() < 0.06 else "parents",
        "lives_there": "是",
        "residence_since": here_since.isoformat(),
        **_dwelling(rng, kind, place, here_since, number),
        **_registration(rng, kind, place, here_since, oldest, year),
    }
    if kind in (FamilyKind.CITY_MOVER, FamilyKind.MIGRANT):
        facts |= _work(rng, years)
    if kind is FamilyKind.MIGRANT:
        facts |= _permit(rng, place, here_since, year)
    if kind is FamilyKind.REGISTERED_ONLY and rng.random() < 0.5:
        facts["lives_there"] = "否"
    return facts


def _registration(
    rng: np.random.Generator, kind: FamilyKind, place: FamilyPlace, here_since: date, oldest: int, year: int
) -> Row:
    other_unit = place.units[int(rng.integers(len(place.units)))]
    since = min(here_since, date(year - min(oldest, 3), 1, 1))
    home: Row = {"registration_kind": "family", "registration_since": since.isoformat()}
    match kind:
        case FamilyKind.REGISTERED_AND_LIVING | FamilyKind.REGISTERED_ONLY:
            return home | _registered_at(place.district, place.township, place.unit)
        case FamilyKind.LIVING_ONLY:
            return home | _registered_at(place.district, "", other_unit)
        case FamilyKind.COLLECTIVE:
            where = _registered_at(place.district, place.township, place.unit)
            return home | where | {"registration_kind": "collective"}
        case FamilyKind.COUNTY_MOVER:
            township = place.townships[int(rng.integers(len(place.townships)))]
            return home | _registered_at(place.district, township, other_unit)
        case FamilyKind.CITY_MOVER:
            return home | _registered_at(f"{place.district[:4]}{int(rng.integers(21, 27)):02d}", "", "")
        case FamilyKind.MIGRANT:
            away = f"98{int(rng.integers(1, 10)):02d}{int(rng.integers(21, 30)):02d}"
            same_province = f"{place.district[:2]}{int(rng.integers(31, 40)):02d}21"
            return home | _registered_at(same_province if rng.random() < 0.45 else away, "", "")


def _registered_at(district: str, township: str, unit: str) -> Row:
    return {
        "registration_district": district,
        "registration_township": township,
        "registration_unit": unit,
    }


def _dwelling(
    rng: np.random.Generator, kind: FamilyKind, place: FamilyPlace, here_since: date, number: int
) -> Row:
    owns = {
        FamilyKind.REGISTERED_AND_LIVING: 0.94,
        FamilyKind.LIVING_ONLY: 1.0,
        FamilyKind.COUNTY_MOVER: 0.0,
        FamilyKind.CITY_MOVER: 0.3,
        FamilyKind.MIGRANT: 0.15,
    }.get(kind, 0.0)
    facts: Row = {
        "dwelling_township": place.township,
        "dwelling_key": f"{place.district}{number:08d}F0001",
        "dwelling_is_residential": "否" if rng.random() < 0.02 else "是",
    }
    if rng.random() < owns:
        share = 100 if rng.random() < 0.9 else int(rng.integers(1, 10)) * 10
        title = {"title_since": here_since.isoformat(), "ownership_share_percent": str(share)}
        return facts | {"dwelling_right": "owned"} | title
    if kind is FamilyKind.REGISTERED_ONLY:
        return facts | {"dwelling_right": "relatives"}
    if kind is FamilyKind.COLLECTIVE:
        return facts | {"dwelling_right": "public_rental" if rng.random() < 0.6 else "employer"}
    return facts | {"dwelling_right": "rented", "rental_since": here_since.isoformat()}


def _work(rng: np.random.Generator, years: int) -> Row:
    evidence = ("contract", "contract", "business_licence", "flexible_work")[int(rng.integers(4))]
    months = int(rng.integers(0, 12 * years + 1))
    return {
        "work_evidence": evidence,
        "insurance_months": str(months),
        "declared": "work_evidence" if evidence == "flexible_work" else "",
    }


def _permit(rng: np.random.Generator, place: FamilyPlace, here_since: date, year: int) -> Row:
    """Return a permit endorsed every year; one in eight families has none, one in twelve let it lapse."""
    chance = rng.random()
    if chance < 0.125:
        return {}
    half_a_year = here_since + timedelta(days=200)
    # Issued and endorsed in January or February: a survey of 1 March knows this year's endorsement.
    issued = date(max(half_a_year.year + 1, year - 5), 1 + half_a_year.month % 2, min(half_a_year.day, 28))
    if issued >= date(year, 2, 1):
        return {}
    endorsed = [
        day for y in range(issued.year + 1, year + 1) if (day := _same_day(issued, y)) < date(year, 3, 1)
    ]
    if chance < 0.21:
        endorsed = endorsed[:-1]
    until = _same_day(endorsed[-1] if endorsed else issued, (endorsed[-1] if endorsed else issued).year + 1)
    return {
        "permit_holder": "guardian",
        "permit_district": place.district,
        "permit_valid_from": issued.isoformat(),
        "permit_valid_until": until.isoformat(),
        "permit_endorsed_on": ";".join(day.isoformat() for day in endorsed) or None,
    }


def _same_day(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, 28))


def _some_day(rng: np.random.Generator, year: int) -> date:
    return date(year, 1, 1) + timedelta(days=int(rng.integers(365)))
