"""Categories of the registration-and-dwelling example: each with its neighbours across the boundary."""

from datetime import date

import pytest

from admissions.rules.category import KEY_LAST, category_of_tier, classify
from admissions.rules.facts import FactName, Facts, FactSource
from admissions.rules.sentences import say
from admissions.rules.standing import Target
from tests.pure.rules_world import (
    AT_SCHOOL,
    ON,
    ZONES,
    fact,
    facts,
    migrant,
    registered_and_living,
    town_policy,
)

POLICY = town_policy()
AT_WEST = Target("zone", "west")


def category_of(known: Facts, target: Target = AT_SCHOOL) -> str | None:
    return classify(known, POLICY, target=target, on=ON, zone_schools=ZONES).category


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (registered_and_living(), "registered_and_living"),
        (registered_and_living(ownership_share_percent=51), "registered_and_living"),
        (registered_and_living(ownership_share_percent=50), "registered_only"),
        (registered_and_living(dwelling_is_residential=False), "registered_only"),
        (registered_and_living(lives_there=False), "registered_only"),
        (registered_and_living(dwelling_unit="bridge"), "registered_and_living"),
        (registered_and_living(dwelling_unit="hill"), "registered_only"),
        (registered_and_living(registration_unit="hill"), "living_only"),
        (registered_and_living(registration_kind="collective"), "collective_or_public_rental"),
        (registered_and_living(registration_unit="hill", dwelling_right="rented"), "county_mover"),
        (
            registered_and_living(registration_unit="hill", dwelling_right="public_rental"),
            "collective_or_public_rental",
        ),
        (registered_and_living(registration_unit="hill", dwelling_unit="hill"), None),
        (registered_and_living(registration_district="410105"), "city_mover"),
        (registered_and_living(registration_district="410105", lives_there=False), None),
        (migrant(), "migrant"),
        (migrant(registration_district="410302"), "migrant"),
        (migrant(dwelling_unit="hill"), None),
        (migrant(permit_endorsed_on=["2024-01-20"]), None),
    ],
)
def test_the_category_follows_from_the_facts(known: Facts, expected: str | None) -> None:
    assert category_of(known) == expected


@pytest.mark.parametrize(
    ("line", "tier", "expected"),
    [
        ("zone", 0, ""),
        ("zone", 1, "registered_and_living"),
        ("zone", 7, "migrant"),
        ("zone", 8, ""),
        ("zone", 1_000_000, ""),  # a child without a category stands behind all others
        ("private_open", 0, ""),
        ("private_open", 1, "private_open"),  # no categories: the line itself
        ("private_open", 2, ""),
    ],
)
def test_a_tier_names_its_category_and_a_tier_beside_the_line_names_none(
    line: str, tier: int, expected: str
) -> None:
    assert category_of_tier(POLICY.line(line), tier) == expected


def test_the_tier_is_the_place_of_the_category_on_the_line() -> None:
    classified = classify(migrant(), POLICY, target=AT_SCHOOL, on=ON, zone_schools=ZONES)
    assert (classified.category, classified.tier) == ("migrant", 7)


def test_a_child_has_one_category_for_each_school() -> None:
    known = registered_and_living(dwelling_unit="hill")
    assert category_of(known) == "registered_only"
    assert category_of(known, AT_WEST) == "living_only"


def test_a_line_without_categories_has_one_tier_and_no_keys() -> None:
    target = Target("private_open", "north")
    classified = classify(facts(), POLICY, target=target, on=ON, zone_schools=ZONES)
    assert (classified.tier, classified.keys, classified.open) == (1, (), ())


def test_an_unknown_fact_passes_the_category_over_and_is_named() -> None:
    known = registered_and_living(ownership_share_percent=None)
    classified = classify(known, POLICY, target=AT_SCHOOL, on=ON, zone_schools=ZONES)
    assert (classified.category, classified.tier) == ("registered_only", 3)
    assert classified.open == (FactName.OWNERSHIP_SHARE_PERCENT,)


def test_an_expired_fact_counts_as_unknown() -> None:
    visited = fact("lives_there", True, FactSource.OFFICER)
    expired = type(visited)(
        visited.name, True, FactSource.OFFICER, date(2025, 6, 1), "officer-3", date(2026, 6, 20)
    )
    known = registered_and_living(lives_there=None).with_facts(expired)
    assert category_of(known) == "registered_only"


def test_what_rests_on_the_familys_word_is_named() -> None:
    known = registered_and_living(lives_there=None).with_facts(fact("lives_there", True, FactSource.DECLARED))
    classified = classify(known, POLICY, target=AT_SCHOOL, on=ON, zone_schools=ZONES)
    assert classified.category == "registered_and_living"
    assert classified.declared == (FactName.LIVES_THERE,)


def test_keys_are_integers_with_the_better_one_smaller() -> None:
    def keys(known: Facts) -> tuple[int, ...]:
        return classify(known, POLICY, target=AT_SCHOOL, on=ON, zone_schools=ZONES).keys

    # date(2020, 4, 1) is day 737516 of the proleptic Gregorian calendar.
    assert keys(registered_and_living()) == (1, 737516)
    assert keys(registered_and_living(registration_since="2020-04-02")) == (1, 737517)
    assert keys(registered_and_living(sibling_school=["west", "east"])) == (0, 737516)
    assert keys(registered_and_living(sibling_school=["west"])) == (1, 737516)
    assert keys(registered_and_living(registration_since=None)) == (1, KEY_LAST)
    assert keys(migrant()) == (1, -3)


def test_a_permit_counts_the_half_year_before_it_as_residence() -> None:
    mover = migrant(registration_district="410105", residence_since=None, lives_there=True)
    classified = classify(mover, POLICY, target=AT_SCHOOL, on=ON, zone_schools=ZONES)
    # Permit since 2023-02-01: 40 full months on 2026-06-20, and the six that it proves.
    assert (classified.category, classified.keys) == ("city_mover", (1, -46))


def test_a_clerk_can_read_the_trace_in_both_languages() -> None:
    known = registered_and_living(ownership_share_percent=50)
    classified = classify(known, POLICY, target=AT_SCHOOL, on=ON, zone_schools=ZONES)
    assert [say(step, "zh") for step in classified.trace] == [
        "不属于“人户一致”",
        "产权份额（%）为50，不符合（不少于51）",
        "不属于“有房无户（本县户籍）”",
        "户籍范围为本学区，不符合（是本县（区）其他学区）",
        "属于“有户无房”",
        "户籍范围为本学区，符合（是本学区）",
        "户籍类型为家庭户，符合（是家庭户）",
    ]
    assert say(classified.trace[1], "en") == "share of ownership in percent: 50, not as wanted (at least 51)"


def test_the_order_of_facts_changes_nothing() -> None:
    known = list(registered_and_living().values())
    assert category_of(Facts(reversed(known))) == category_of(Facts(known))


def test_a_line_that_the_policy_has_not_is_a_fault() -> None:
    with pytest.raises(KeyError):
        classify(facts(), POLICY, target=Target("boarding", "east"), on=ON, zone_schools=ZONES)
