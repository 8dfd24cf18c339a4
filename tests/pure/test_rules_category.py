"""Categories of the registration-and-dwelling example: each with its neighbours across the boundary."""

from dataclasses import replace
from datetime import date

import pytest

from admissions.rules.category import KEY_LAST, Classified, category_of_tier, classify
from admissions.rules.facts import FactName, Facts, FactSource
from admissions.rules.policy_records import Area, Policy
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
        ("private_open", 1, "own_county_first"),  # no categories, and open to the prefecture
        ("private_open", 2, "other_counties"),
        ("private_open", 3, ""),
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


def private_in(area: Area) -> Policy:
    """The county's policy with its private schools open to an area."""
    lines = [replace(line, area=area) if line.code == "private_open" else line for line in POLICY.lines]
    return replace(POLICY, lines=tuple(lines))


def at_private(known: Facts, area: Area = Area.PREFECTURE) -> Classified:
    target = Target("private_open", "north")
    return classify(known, private_in(area), target=target, on=ON, zone_schools=ZONES)


def test_a_line_without_categories_has_one_tier_and_no_keys() -> None:
    classified = at_private(facts(), Area.DISTRICT)
    assert (classified.tier, classified.keys, classified.open) == (1, (), ())
    assert category_of_tier(private_in(Area.DISTRICT).line("private_open"), 1) == "private_open"
    assert category_of_tier(private_in(Area.DISTRICT).line("private_open"), 2) == ""


HOME_FACTS = (FactName.DWELLING_DISTRICT, FactName.REGISTRATION_DISTRICT)


@pytest.mark.parametrize(
    ("registered", "lives", "tier", "category", "still_open"),
    [
        ("410181", "410181", 1, "own_county_first", ()),
        ("410181", "410182", 1, "own_county_first", ()),  # registered here, lives in the next county
        ("410182", "410181", 1, "own_county_first", ()),  # lives here, registered in the next county
        ("340102", "410181", 1, "own_county_first", ()),  # a migrant child that lives here
        ("410181", None, 1, "own_county_first", ()),
        ("410182", "410182", 2, "other_counties", ()),
        ("410182", "410105", 2, "other_counties", ()),
        ("410182", None, 2, "other_counties", (FactName.DWELLING_DISTRICT,)),
        (None, "410182", 2, "other_counties", (FactName.REGISTRATION_DISTRICT,)),
        (None, None, 2, "other_counties", HOME_FACTS),
    ],
)
def test_a_private_school_open_to_the_prefecture_takes_its_own_county_first(
    registered: str | None, lives: str | None, tier: int, category: str, still_open: tuple[FactName, ...]
) -> None:
    stated = {"registration_district": registered, "dwelling_district": lives}
    classified = at_private(facts(**{name: value for name, value in stated.items() if value}))
    assert (classified.tier, classified.category, classified.open) == (tier, category, still_open)
    assert (classified.keys, classified.declared) == ((), ())


def test_at_a_private_school_of_the_county_alone_all_children_stand_in_one_tier() -> None:
    for district in ("410181", "410182"):
        classified = at_private(facts(registration_district=district), Area.DISTRICT)
        assert (classified.tier, classified.category, classified.open) == (1, "private_open", ())


def test_the_home_that_makes_a_child_one_of_the_county_is_proved_by_one_fact() -> None:
    declared = facts(FactSource.DECLARED, registration_district="410181", dwelling_district="410181")
    assert at_private(declared).declared == (FactName.REGISTRATION_DISTRICT,)
    either = declared.with_facts(fact("dwelling_district", "410181"))
    assert (at_private(either).tier, at_private(either).declared) == (1, ())
    moved = facts(FactSource.DECLARED, registration_district="410182", dwelling_district="410182")
    assert at_private(moved).declared == ()


def test_a_clerk_reads_which_county_decided() -> None:
    own, other = facts(registration_district="410181"), facts(registration_district="410182")
    assert [say(line, "zh") for line in at_private(own).trace] == [
        "户籍或居住在本县（市、区）：民办学校先招本县孩子，本县孩子之间按派位号排序"
    ]
    assert [say(line, "en") for line in at_private(other).trace] == [
        "Neither registered nor living in the county: children of the county come first; then tickets decide"
    ]


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
