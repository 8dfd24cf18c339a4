"""Eligibility: every reason at once, and what is never a reason."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from admissions.rules.eligibility import choice_reasons, reasons_against, window_reasons
from admissions.rules.facts import Facts
from admissions.rules.policy import example_policy, load_policy
from admissions.rules.policy_records import Area, Policy, Window
from admissions.rules.sentences import say
from admissions.rules.standing import Target
from tests.pure.rules_world import AT_SCHOOL, ON, ZONES, facts, migrant, registered_and_living, town_policy

POLICY = town_policy()
PRIVATE = Target("private_open", "north")
CHINA = timezone(timedelta(hours=8))


def reasons(known: Facts, target: Target = AT_SCHOOL, policy: Policy = POLICY) -> list[str]:
    found = reasons_against(known, policy, target=target, on=ON, zone_schools=ZONES)
    assert all(say(reason.sentence, "zh") and say(reason.sentence, "en") for reason in found)
    return [reason.code for reason in found]


@pytest.mark.parametrize(
    ("known", "target", "expected"),
    [
        (registered_and_living(), AT_SCHOOL, []),
        (registered_and_living(birth_date="2020-09-01"), AT_SCHOOL, ["too_young"]),
        (registered_and_living(birth_date="2010-09-01"), AT_SCHOOL, []),
        (registered_and_living(enrolled_school="west"), AT_SCHOOL, ["already_enrolled"]),
        (
            registered_and_living(birth_date="2020-09-01", enrolled_school="west", dwelling_unit="hill",
                                  registration_unit="hill"),
            AT_SCHOOL,
            ["too_young", "already_enrolled", "no_category"],
        ),
        (facts(birth_date="2020-01-01"), AT_SCHOOL, ["category_not_decided"]),
        (migrant(), PRIVATE, []),
        (migrant(dwelling_district="410302", registration_district="410302"), PRIVATE, ["outside_area"]),
        (migrant(dwelling_district="410105", registration_district="340102"), PRIVATE, []),
        (migrant(dwelling_district="340102", registration_district="410105"), PRIVATE, []),
        (registered_and_living(special_needs=True), Target("special_needs", "east"), []),
        (registered_and_living(preferential_kind="martyr"), Target("preferential", "east"), []),
        (
            registered_and_living(preferential_kind="none"),
            Target("preferential", "east"),
            ["no_preferential_group", "no_category"],
        ),
        (
            registered_and_living(),
            Target("special_needs", "east"),
            ["no_special_needs", "no_category"],
        ),
    ],
)  # fmt: skip
def test_every_reason_is_told_at_once(known: Facts, target: Target, expected: list[str]) -> None:
    assert reasons(known, target) == expected


def test_a_line_of_the_county_turns_away_who_lives_and_is_registered_elsewhere() -> None:
    lines = tuple(replace(line, area=Area.DISTRICT) for line in POLICY.lines)
    policy = replace(POLICY, lines=lines)
    stranger = facts(birth_date="2020-01-01", registration_district="410105", dwelling_district="410105")
    assert reasons(stranger, PRIVATE, policy) == ["outside_area"]
    resident = facts(birth_date="2020-01-01", registration_district="410105", dwelling_district="410181")
    assert reasons(resident, PRIVATE, policy) == []


def test_an_own_pupil_line_is_for_own_pupils() -> None:
    policy = load_policy(example_policy("multi_school_draw"))
    target = Target("own_pupils", "north")
    base = {"birth_date": "2014-01-01", "registration_district": "110199", "feeder_school": "north_primary"}
    assert reasons(facts(**base, own_pupil_school="north"), target, policy) == []
    assert "not_own_pupil" in reasons(facts(**base, own_pupil_school="south"), target, policy)
    assert "not_own_pupil" in reasons(facts(**base), target, policy)


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ([AT_SCHOOL], []),
        ([AT_SCHOOL, PRIVATE], []),
        ([AT_SCHOOL, AT_SCHOOL], ["listed_twice", "too_many_choices"]),
        ([Target("multi_school", school) for school in "abc"], []),
        ([Target("multi_school", school) for school in "abcd"], ["too_many_choices"]),
        (
            [PRIVATE, Target("private_open", "south")],
            ["too_many_choices", "private_choices_exceeded"],
        ),
    ],
)
def test_a_list_of_choices_keeps_to_the_numbers(choices: list[Target], expected: list[str]) -> None:
    assert [reason.code for reason in choice_reasons(choices, POLICY)] == expected


def test_exclusive_policies_allow_one_kind_of_school() -> None:
    policy = replace(POLICY, private=replace(POLICY.private, exclusive=True))
    assert [r.code for r in choice_reasons([AT_SCHOOL, PRIVATE], policy)] == ["private_and_public"]
    assert choice_reasons([AT_SCHOOL], policy) == ()
    assert choice_reasons([PRIVATE], policy) == ()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 6, 16, 7, 59, 59, tzinfo=CHINA), ["line_not_open"]),
        (datetime(2026, 6, 16, 8, 0, tzinfo=CHINA), []),
        (datetime(2026, 6, 20, 17, 59, 59, tzinfo=CHINA), []),
        (datetime(2026, 6, 20, 18, 0, tzinfo=CHINA), ["line_not_open"]),
    ],
)
def test_a_line_with_a_window_of_its_own_is_listed_within_it_only(now: datetime, expected: list[str]) -> None:
    window = Window(datetime(2026, 6, 16, 8, tzinfo=CHINA), datetime(2026, 6, 20, 18, tzinfo=CHINA))
    lines = tuple(
        replace(line, window=window) if line.code == "private_open" else line for line in POLICY.lines
    )
    policy = replace(POLICY, lines=lines)
    assert [reason.code for reason in window_reasons([AT_SCHOOL, PRIVATE], policy, now)] == expected
    assert window_reasons([AT_SCHOOL], policy, now) == ()
    assert window_reasons([AT_SCHOOL, PRIVATE], POLICY, now) == ()
