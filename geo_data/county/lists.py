"""The lists that other offices of the invented county keep, mostly agreeing with its census.

Shares of disagreement are stated in `SHARES`, in thousandths of the children who could be concerned; chance is one
stream over the children in the order of the census. Source: docs/registers.md (sample lists).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from geo_data.county.families import Register, Row
from geo_data.county.guardians import guardian_of
from geo_data.county.names import GIVEN_FIRST, GIVEN_LAST, child_name

LISTS = 3  # the stream of chance, beside those of the ground and of the families
STRANGER_PREFIX = 990171  # of identity numbers; the children's begin with 990101, the guardians' with 990151
SHARES: Mapping[str, int] = {
    "not_registered": 4,
    "registered_elsewhere_in_county": 6,
    "registered_under_other_name": 3,
    "registered_twice": 1,
    "registered_with_other_number": 2,
    "registered_stranger": 8,
    "no_pupil": 3,
    "pupil_of_other_school": 5,
    "pupil_without_number": 6,
    "pupil_misspelled": 2,
    "pupil_twice": 1,
    "pupil_stranger": 3,
    "not_attending": 4,
    "attending_other_school": 2,
    "permit_differs": 20,
    "kindergarten_without_number": 300,
    "kindergarten_misspelled": 20,
    "born_stranger": 5,
}
KNOWN_TO_CIVIL_AFFAIRS, MISSING_PREFERENCE = 2, 10  # every how manyth household
KINDERGARTEN_AGES, BIRTH_AGES, FIRST_GRADE_AGE, LAST_GRADE_AGE = (5, 6), (3, 4, 5), 7, 15
Entry = tuple[str, Row]


@dataclass
class Offices:
    """Derives what each office would have on a child; call `entries_of` once for each row of the census, in order.

    school_codes -- of the county's public schools, by stage
    """

    seed: int
    year: int
    district: str
    units: tuple[str, ...]
    school_codes: Mapping[str, tuple[str, ...]]
    strangers: int = 0
    numbers: Register = field(default_factory=lambda: Register(prefix=STRANGER_PREFIX))
    seen_households: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng([self.seed, LISTS])

    def entries_of(self, child: Row) -> Iterator[Entry]:
        """Yield (list, row) for every list that knows the child or its household; keys are English headers."""
        luck = _Luck(self.rng)
        born = date.fromisoformat(str(child["birth_on"]))
        age = self.year - born.year - ((born.month, born.day) > (8, 31))
        number = int(str(child["household_code"])[1:])
        family = _family_of(child, number)
        yield from self._registrations(child, family, luck)
        yield from self._schooling(child, family, age, luck)
        yield from self._early_years(child, family, age, luck)
        yield from _of_other_offices(child, family, number)
        if child["household_code"] not in self.seen_households:
            self.seen_households.add(str(child["household_code"]))
            yield from self._papers(child, family, luck)

    def _registrations(self, child: Row, family: Row, luck: "_Luck") -> Iterator[Entry]:
        if child.get("registration_district") != self.district or luck.strikes("not_registered"):
            return
        row = {**_who(child), **family, **_shared(child, REGISTRATION_NAMES)}
        row |= {"household_code": f"R{child['household_code']}", "unit_id": child["registration_unit"]}
        if luck.strikes("registered_elsewhere_in_county"):
            row["unit_id"] = self._other_unit(str(row["unit_id"]))
        if luck.strikes("registered_under_other_name"):
            row["name"] = _misspelled(str(child["name"]))
        if luck.strikes("registered_with_other_number"):
            row["identity"] = self._new_number(child)
        yield "registrations", row
        if luck.strikes("registered_twice"):
            yield "registrations", {**row, "household_code": f"S{child['household_code']}"}
        if luck.strikes("registered_stranger"):
            yield (
                "registrations",
                {**row, **self._stranger(child), "household_code": f"X{self.strangers:07d}"},
            )

    def _schooling(self, child: Row, family: Row, age: int, luck: "_Luck") -> Iterator[Entry]:
        school = str(child["school_now"] or "")
        if not FIRST_GRADE_AGE <= age <= LAST_GRADE_AGE or not school:
            return
        grade = age - FIRST_GRADE_AGE + 1
        row: Row = {**_who(child), **family, "school_id": school, "grade": grade, "pupil_state": "on_roll"}
        row |= {"class_name": f"{grade}({1 + luck.number % 6})班", "pupil_number": f"G{child['identity']}"}
        if not luck.strikes("no_pupil"):
            yield from self._pupils(row, school, luck)
        if not luck.strikes("not_attending"):
            seen = self._other_school(school) if luck.strikes("attending_other_school") else school
            absent = luck.number % 500 == 0
            yield (
                "attendance",
                {
                    **_who(child),
                    **{"school_id": seen, "grade": grade, "class_name": row["class_name"]},
                    "attendance_state": "absent" if absent else "present",
                    "days_expected": 95,
                    "days_present": 0 if absent else 95 - luck.number % 7,
                },
            )

    def _pupils(self, row: Row, school: str, luck: "_Luck") -> Iterator[Entry]:
        row = dict(row)
        if luck.strikes("pupil_of_other_school"):
            row["school_id"] = self._other_school(school)
        if luck.strikes("pupil_without_number"):
            row["identity"] = ""
        if luck.strikes("pupil_misspelled"):
            row |= {"identity": "", "name": _misspelled(str(row["name"]))}
        yield "pupils", row
        if luck.strikes("pupil_twice"):
            yield "pupils", {**row, "school_id": self._other_school(str(row["school_id"]))}
        if luck.strikes("pupil_stranger"):
            yield "pupils", {**row, **self._stranger(row), "pupil_number": ""}

    def _early_years(self, child: Row, family: Row, age: int, luck: "_Luck") -> Iterator[Entry]:
        place = {"unit_id": child["unit_id"]}
        if age in KINDERGARTEN_AGES:
            row = {**_who(child), **family, **place, "class_name": f"大{1 + luck.number % 4}班"}
            row["kindergarten_id"] = f"K{int(str(child['household_code'])[1:]) % 40:03d}"
            if luck.strikes("kindergarten_without_number"):
                row["identity"] = ""
                if luck.strikes("kindergarten_misspelled"):
                    row["name"] = _misspelled(str(row["name"]))
            yield "kindergartens", row
        if age in BIRTH_AGES and child.get("registration_district") == self.district:
            yield "births", {**_who(child), **family, **place}
            if luck.strikes("born_stranger"):
                yield "births", {**_who(child), **family, **place, **self._stranger(child)}

    def _papers(self, child: Row, family: Row, luck: "_Luck") -> Iterator[Entry]:
        holder = {"name": family["guardian"], "identity": family["guardian_identity"]}
        place = {
            "unit_id": child["unit_id"],
            "address": child["address"],
            "property_key": child["dwelling_key"],
        }
        if child.get("insurance_months"):
            evidence = child.get("work_evidence")
            employed = {"work_evidence": evidence} if evidence == "contract" else {}
            yield "insurances", {**holder, "insurance_months": child["insurance_months"], **employed}
        if child.get("permit_valid_until"):
            permit = {**holder, **_shared(child, PERMIT_NAMES), "unit_id": child["unit_id"]}
            if luck.strikes("permit_differs"):
                until = date.fromisoformat(str(permit["permit_valid_until"]))
                permit["permit_valid_until"] = (until + timedelta(days=365)).isoformat()
            yield "permits", permit
        match child.get("dwelling_right"):
            case "owned":
                yield "titles", {**holder, **place, **_shared(child, TITLE_NAMES)}
            case "rented" | "public_rental" as right:
                since = child.get("rental_since") or child.get("residence_since")
                yield "rentals", {**holder, **place, "rental_since": since, "dwelling_right": right}

    def _stranger(self, child: Row) -> Row:
        """Return somebody born on the same day of whom the census knows nothing."""
        self.strangers += 1
        guardian = 500_000_000 + self.strangers
        return {
            "name": child_name(self.strangers, 37 * self.strangers % (len(GIVEN_FIRST) * len(GIVEN_LAST))),
            "identity": self._new_number(child),
            "phone": "",
            "address": "",
            **_guardian(guardian),
        }

    def _new_number(self, child: Row) -> str:
        born = date.fromisoformat(str(child["birth_on"]))
        return self.numbers.number(born, child["sex"] == "male")

    def _other_unit(self, unit: str) -> str:
        return self.units[(self.units.index(unit) + 1) % len(self.units)] if unit in self.units else unit

    def _other_school(self, school: str) -> str:
        for codes in self.school_codes.values():
            if school in codes and len(codes) > 1:
                return codes[(codes.index(school) + 1) % len(codes)]
        return school


def _of_other_offices(child: Row, family: Row, number: int) -> Iterator[Entry]:
    """Yield what civil affairs and the competent offices have on a child, by its household's number and not by chance.

    Civil affairs know the guardians of every second child whose registration does not show the relation; one in ten
    of the preferential group is missing from the office's list.
    """
    if not child.get("relation_shown") and number % KNOWN_TO_CIVIL_AFFAIRS == 0:
        guardian = {name: family[name] for name in ("guardian", "guardian_identity")}
        yield "civil_affairs", {**_who(child), **guardian, "relation_shown": "是"}
    if child.get("preferential_kind") and number % MISSING_PREFERENCE != 0:
        yield "preferences", {**_who(child), "preferential_kind": child["preferential_kind"]}


class _Luck:
    """One child's chances: a number for each kind of disagreement, drawn at once."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._thousandths = rng.integers(1000, size=len(SHARES) + 1).tolist()
        self.number: int = self._thousandths[-1]

    def strikes(self, kind: str) -> bool:
        return bool(self._thousandths[PLACES[kind]] < SHARES[kind])


PLACES = {kind: place for place, kind in enumerate(SHARES)}
REGISTRATION_NAMES = (
    "registration_kind",
    "registration_township",
    "registration_since",
    "registered_with",
    "relation_shown",
)
PERMIT_NAMES = ("permit_valid_from", "permit_valid_until", "permit_endorsed_on")
TITLE_NAMES = ("title_since", "ownership_share_percent", "dwelling_is_residential")


def _who(child: Row) -> Row:
    return {name: child[name] for name in ("name", "identity", "birth_on", "sex")}


def _shared(child: Row, names: tuple[str, ...]) -> Row:
    return {name: child.get(name) for name in names}


def _family_of(child: Row, number: int) -> Row:
    return {**_guardian(number), "phone": child["phone"], "address": child["address"]}


def _guardian(number: int) -> Row:
    name, identity = guardian_of(number)
    return {"guardian": name, "guardian_identity": identity}


def _misspelled(name: str) -> str:
    """Return the name with another last letter."""
    place = GIVEN_LAST.index(name[-1]) if name[-1] in GIVEN_LAST else 0
    return name[:-1] + GIVEN_LAST[(place + 3) % len(GIVEN_LAST)]
