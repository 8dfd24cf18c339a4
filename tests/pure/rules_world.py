"""The smallest world for the admission rules: an example policy, one zone with one school, and facts."""

from datetime import date

from admissions.rules.facts import Fact, FactName, Facts, FactSource
from admissions.rules.policy import Policy, example_policy, load_policy
from admissions.rules.standing import Target
from admissions.rules.vocabulary import VOCABULARY

ON = date(2026, 6, 20)
AT_SCHOOL = Target(line="zone", school_id="east")
ZONES = {"willow": ["east"], "bridge": ["east"], "hill": ["west"]}


def town_policy() -> Policy:
    return load_policy(example_policy("registration_and_dwelling"))


def fact(name: str, value: object, source: FactSource = FactSource.LOOK_UP, as_of: date = ON) -> Fact:
    known = FactName(name)
    return Fact(known, VOCABULARY[known].from_data(value), source, as_of)


def facts(source: FactSource = FactSource.LOOK_UP, /, **values: object) -> Facts:
    """Return facts by name; days are written as ISO texts."""
    return Facts(fact(name, value, source) for name, value in values.items())


def registered_and_living(**changes: object) -> Facts:
    """A child who owns, is registered and lives in the zone of the east school."""
    stated: dict[str, object] = {
        "birth_date": "2020-03-04",
        "registration_district": "410181",
        "registration_unit": "willow",
        "registration_kind": "family",
        "registration_since": "2020-04-01",
        "dwelling_district": "410181",
        "dwelling_unit": "willow",
        "dwelling_right": "owned",
        "ownership_share_percent": 100,
        "dwelling_is_residential": True,
        "title_since": "2018-05-06",
        "lives_there": True,
    }
    return facts(**{name: value for name, value in {**stated, **changes}.items() if value is not None})


def migrant(**changes: object) -> Facts:
    """A child from another province whose guardian rents in the zone and holds a permit since 2023-02-01."""
    stated: dict[str, object] = {
        "birth_date": "2020-03-04",
        "registration_district": "340102",
        "registration_kind": "family",
        "dwelling_district": "410181",
        "dwelling_unit": "willow",
        "dwelling_right": "rented",
        "residence_since": "2022-07-01",
        "work_evidence": "contract",
        "permit_holder": "guardian",
        "permit_district": "410181",
        "permit_valid_from": "2023-02-01",
        "permit_endorsed_on": ["2024-01-20", "2025-01-20", "2026-01-20"],
    }
    return facts(**{name: value for name, value in {**stated, **changes}.items() if value is not None})
