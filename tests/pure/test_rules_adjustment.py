"""Adjustment: who may be asked about it, where it stands on the list, and who is placed by it."""

from dataclasses import replace

import pytest

from admissions.matching import records as placing
from admissions.matching.stages import place
from admissions.rules.adjustment import (
    comes_before_public,
    reasons_against_adjustment,
    standing_by_adjustment,
    with_adjustment,
)
from admissions.rules.policy import example_policy, load_policy
from admissions.rules.policy_records import LoserRule, Policy
from admissions.rules.reserves import tier_codes, tier_titles
from tests.pure.rules_world import town_policy

RULES = {
    "north.private_open": "private_open",
    "lotus.private_open": "private_open",
    "fern.private_open": "private_open",
    "east.zone": "zone",
}
NORTH, LOTUS, FERN, EAST = RULES


def town(*, adjustment: bool = True, loser: LoserRule = LoserRule.SAME_CLASS_LAST) -> Policy:
    policy = town_policy()
    return replace(policy, private=replace(policy.private, adjustment=adjustment, loser=loser))


@pytest.mark.parametrize(
    ("adjustment", "private_schools", "codes"),
    [
        (True, ("north",), []),
        (True, (), ["adjustment_without_private"]),
        (False, ("north",), ["adjustment_not_offered"]),
        (False, (), ["adjustment_not_offered"]),
    ],
)
def test_adjustment_is_taken_where_offered_from_who_lists_a_private_school(
    adjustment: bool, private_schools: tuple[str, ...], codes: list[str]
) -> None:
    found = reasons_against_adjustment(town(adjustment=adjustment), private_schools=private_schools)
    assert [reason.code for reason in found] == codes


@pytest.mark.parametrize(
    ("loser", "before"),
    [(LoserRule.SAME_CLASS_LAST, True), (LoserRule.AFTER_ALL, True), (LoserRule.CLASS_KEPT, False)],
)
def test_it_comes_before_public_schools_where_private_ones_are_placed_first(
    loser: LoserRule, before: bool
) -> None:
    assert comes_before_public(town(loser=loser)) is before


@pytest.mark.parametrize(
    ("listed", "near", "expected"),
    [
        # Other private schools, nearest first, as one more choice behind the whole list.
        ([(NORTH, 1), (EAST, 2)], [FERN, NORTH, LOTUS], [(NORTH, 1), (EAST, 2), (FERN, 3), (LOTUS, 3)]),
        ([(NORTH, 1)], [LOTUS], [(NORTH, 1), (LOTUS, 2)]),
        # Nothing is left that it did not list, nothing is within reach.
        ([(NORTH, 1), (LOTUS, 2)], [LOTUS, NORTH], [(NORTH, 1), (LOTUS, 2)]),
        ([(NORTH, 1)], [], [(NORTH, 1)]),
        # Who competes at no private school of its own cannot lose there.
        ([(EAST, 1)], [LOTUS, FERN], [(EAST, 1)]),
        ([], [LOTUS], []),
    ],
)
def test_the_schools_of_adjustment_are_one_more_choice(
    listed: list[tuple[str, int]], near: list[str], expected: list[tuple[str, int]]
) -> None:
    standings = {line: (1,) for line, _ in listed}
    found, where = with_adjustment(town(), RULES, tuple(listed), standings, near)
    assert found == tuple(expected)
    assert where == {line: (1,) if line in standings else (3,) for line, _ in expected}


def test_an_adjusted_child_stands_behind_everybody_who_listed_the_line() -> None:
    policy = town()
    assert standing_by_adjustment(policy.line("private_open")) == (3,)
    assert tier_codes(policy, "private_open", None) == ("own_county_first", "other_counties", "adjustment")
    assert [title.zh for title in tier_titles(policy, "private_open", None)] == [
        "本县（市、区）孩子",
        "其他县（市、区）孩子",
        "服从调剂",
    ]
    without = tier_codes(town(adjustment=False), "private_open", None)
    assert without == ("own_county_first", "other_counties")


def test_a_line_for_its_county_alone_has_one_tier_before_adjustment() -> None:
    policy = load_policy(example_policy("exclusive_with_adjustment"))
    assert standing_by_adjustment(policy.line("private_open")) == (2,)
    assert tier_codes(policy, "private_open", None) == ("private_open", "adjustment")
    titles = [title.zh for title in tier_titles(policy, "private_open", None)]
    assert titles == ["民办学校电脑派位", "服从调剂"]


def placed(
    accepting: dict[str, list[str]], listed: dict[str, list[str]], tickets: dict[str, int]
) -> dict[str, str | None]:
    """Place the children of the table of the page: lotus has 2 seats, fern 3."""
    applicants = []
    for name, lines in listed.items():
        choices = tuple((line, number) for number, line in enumerate(lines, start=1))
        standings: dict[str, tuple[int, ...]] = dict.fromkeys(lines, (1,))
        if name in accepting:
            choices, standings = with_adjustment(town(), RULES, choices, standings, accepting[name])
        bids = (placing.Bid(line, number, standings[line][0], tickets[name]) for line, number in choices)
        applicants.append(placing.Applicant(name, tuple(bids)))
    seats = (placing.Line(LOTUS, 2, "private"), placing.Line(FERN, 3, "private"))
    stage = placing.Stage("private", placing.Mechanism.DEFERRED_ACCEPTANCE, (LOTUS, FERN))
    result = place(placing.RoundInput(placing.RoundPlan("r", seats, (stage,)), tuple(applicants)))
    return {item.receipt: item.line_id for item in result.placements}


LISTED = {
    "first": [LOTUS], "second": [LOTUS], "jia": [LOTUS], "yi": [LOTUS], "bing": [LOTUS], "ding": [LOTUS],
    "own": [FERN],
}  # fmt: skip
TICKETS = {"first": 1, "second": 2, "jia": 40, "yi": 44, "bing": 48, "ding": 30, "own": 99}


def test_the_table_of_the_page() -> None:
    found = placed({name: [FERN] for name in ("jia", "yi", "bing")}, LISTED, TICKETS)
    assert found == {
        "first": LOTUS, "second": LOTUS, "jia": FERN, "yi": FERN, "bing": None, "ding": None, "own": FERN
    }  # fmt: skip


def test_one_seat_more_or_one_answer_less_and_the_next_ticket_is_in() -> None:
    found = placed({name: [FERN] for name in ("yi", "bing")}, LISTED, TICKETS)
    assert (found["jia"], found["yi"], found["bing"]) == (None, FERN, FERN)


def test_a_school_filled_by_who_listed_it_takes_nobody_by_adjustment() -> None:
    full = {**LISTED, "own2": [FERN], "own3": [FERN]}
    tickets = {**TICKETS, "own2": 98, "own3": 97}
    found = placed({name: [FERN] for name in ("jia", "yi", "bing")}, full, tickets)
    assert [found[name] for name in ("own", "own2", "own3", "jia", "yi", "bing")] == [FERN] * 3 + [None] * 3
