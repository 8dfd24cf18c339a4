"""Invented households and children, with what registers and surveys would say about them.

Every unit has a stream of chance of its own, so that a county of any size is made unit by unit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from geo_data.county.guardians import guardians_of_household
from geo_data.county.kinds import FamilyKind, FamilyPlace, facts_of_family
from geo_data.county.names import GIVEN_FIRST, GIVEN_LAST, SURNAMES, child_name
from geo_data.county.sketch import IntArray
from geo_data.tables.identity import check_digit

FAMILIES = 2  # the stream of chance, beside that of the ground
NUMBER_PREFIX = 990101  # of identity numbers; no province has the digits 99
PHONE_PREFIX = "100"  # no operator has numbers that begin so
SIBLING_CHANCE, TWIN_CHANCE, LARGEST_FAMILY = 0.38, 0.012, 3
YEARS_BETWEEN = 2
PRIMARY_AGES, JUNIOR_AGES = range(7, 13), range(13, 16)
OFTEN = 400  # numbers given out for one birth date and sex before the next prefix is used
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the families of a unit know: the year, their place, the schools of the zones they lived in."""

    year: int
    place: FamilyPlace
    primary_school: str = ""
    junior_school: str = ""


@dataclass
class Register:
    """Hands out identity numbers and household codes, none twice; `prefix` is the first of the numbers' beginnings."""

    prefix: int = NUMBER_PREFIX
    given: dict[tuple[int, int], int] = field(default_factory=dict)
    households: int = 0

    def number(self, born: date, is_male: bool) -> str:
        """Return a number with the right check digit that no real person can have."""
        key = (born.toordinal(), int(is_male))
        nth = self.given.get(key, 0)
        self.given[key] = nth + 1
        prefix, order = self.prefix + nth // OFTEN, 2 * (nth % OFTEN) + int(is_male)
        body = f"{prefix}{born:%Y%m%d}{order:03d}"
        return body + check_digit(body)

    def household(self) -> int:
        """Return the next household's number."""
        self.households += 1
        return self.households


def families_of_unit(
    rng: np.random.Generator,
    ages: Mapping[int, int],
    around: Surroundings,
    register: Register,
) -> Iterator[Row]:
    """Yield one row a child, by household; keys are the English headers of the census, values are texts.

    ages -- children by age on 31 August of the year
    """
    for household_ages in _households(rng, ages):
        yield from _family(rng, household_ages, around, register)


def _households(rng: np.random.Generator, ages: Mapping[int, int]) -> Iterator[tuple[int, ...]]:
    """Yield the ages of the children of each household; twins have the same age."""
    waiting = np.repeat(list(ages), list(ages.values()))
    rng.shuffle(waiting)
    chances = rng.random(len(waiting))
    twin_chance = min(1.0, TWIN_CHANCE * sum(1 for count in ages.values() if count))
    family: list[int] = []
    for age, chance in zip(waiting.tolist(), chances.tolist(), strict=True):
        if family and _joins(family, age, chance, twin_chance):
            family.append(age)
            continue
        if family:
            yield tuple(family)
        family = [age]
    if family:
        yield tuple(family)


def _joins(family: Sequence[int], age: int, chance: float, twin_chance: float) -> bool:
    if len(family) == LARGEST_FAMILY:
        return False
    if age in family:
        return len(family) == 1 and chance < twin_chance
    return chance < SIBLING_CHANCE and min(abs(age - other) for other in family) >= YEARS_BETWEEN


def _family(
    rng: np.random.Generator, ages: tuple[int, ...], around: Surroundings, register: Register
) -> Iterator[Row]:
    number = register.household()
    kind = FamilyKind.draw(rng)
    shared = _household_row(rng, number, around.place)
    facts = facts_of_family(rng, kind, around.place, around.year, number, max(ages))
    facts |= guardians_of_household(
        number, kind=facts["registration_kind"], district=facts["registration_district"]
    )
    born_of = {age: _birth_date(rng, age, around.year) for age in set(ages)}
    attends = {age: _school(rng, age, around) for age in ages}
    surname, given = number % len(SURNAMES), int(rng.integers(len(GIVEN_FIRST) * len(GIVEN_LAST)))
    for nth, age in enumerate(ages):
        is_male = bool(rng.random() < 0.52)
        yield {
            **shared,
            "name": child_name(surname, (given + 7 * nth) % (len(GIVEN_FIRST) * len(GIVEN_LAST))),
            "identity": register.number(born_of[age], is_male),
            "birth_on": born_of[age].isoformat(),
            "sex": "male" if is_male else "female",
            "school_now": attends[age],
            **facts,
            **_own_facts(rng, age, ages, attends, around, number),
        }


def _household_row(rng: np.random.Generator, number: int, place: FamilyPlace) -> Row:
    drawn, room = int(rng.integers(1, 25)), int(rng.integers(1, 19)) * 100 + int(rng.integers(1, 5))
    building = (drawn - 1) % place.buildings + 1
    where = f"{building}号楼{room}室" if place.is_estate else f"{building}组{room}号"
    return {
        "household_code": f"H{number:08d}",
        "unit_id": place.unit,
        "address": f"{place.township}{place.name}{where}",
        "phone": f"{PHONE_PREFIX}{number:08d}",
    }


def _birth_date(rng: np.random.Generator, age: int, year: int) -> date:
    """Return a day on which a child was born who has this age on 31 August of the year, that day included."""
    first = date(year - age - 1, 9, 1)
    days = (date(year - age, 9, 1) - first).days
    return first + timedelta(days=int(rng.integers(days)))


def _school(rng: np.random.Generator, age: int, around: Surroundings) -> str:
    if age in PRIMARY_AGES:
        return around.primary_school
    return around.junior_school if age in JUNIOR_AGES else ""


def _own_facts(
    rng: np.random.Generator,
    age: int,
    ages: Sequence[int],
    attends: Mapping[int, str],
    around: Surroundings,
    number: int,
) -> Row:
    staying = range(age + 1, PRIMARY_AGES.stop - 1) if age < JUNIOR_AGES.start - 1 else JUNIOR_AGES
    elders = sorted({attends[other] for other in ages if other > age and other in staying and attends[other]})
    preferential, special = rng.random(2)
    facts: Row = {}
    if elders:
        facts["sibling_school"] = ";".join(elders)
    if ages.count(age) > 1:
        facts["twin_group"] = f"T{number:08d}"
    if age == PRIMARY_AGES.stop - 1 and around.primary_school:
        facts["feeder_school"] = around.primary_school
    if preferential < 0.01:
        facts["preferential_kind"] = ("service_member", "fire_and_rescue", "police", "martyr")[number % 4]
    if special < 0.006:
        facts["special_needs"] = "是"
    return facts


def unit_stream(seed: int, unit: int) -> np.random.Generator:
    """Return the stream of chance of one unit's families."""
    return np.random.default_rng([seed, FAMILIES, unit])


def ages_of(children: IntArray, first_age: int) -> dict[int, int]:
    """Return children by age from a row of counts."""
    return {first_age + i: int(count) for i, count in enumerate(children)}
