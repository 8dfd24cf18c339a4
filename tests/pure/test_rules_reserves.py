"""Reserves as a policy states them: read, checked, told, and asked in order, with both sides of every boundary."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from admissions.matching import records as placing
from admissions.matching.ranks import dense_ranks_with_losers
from admissions.matching.stages import place
from admissions.rules.authority import authority_table
from admissions.rules.listing import SchoolLine
from admissions.rules.policy import PolicyFault, parse_policy, policy_as_data, policy_digest
from admissions.rules.policy_differences import policy_differences
from admissions.rules.policy_records import (
    Mechanism,
    Policy,
    Precedence,
    ReserveRules,
    TicketScope,
)
from admissions.rules.reserves import (
    SeatsAside,
    open_lines_of,
    own_tiers,
    seats_aside,
    share_of,
    tier_codes,
    tier_titles,
)
from admissions.rules.stages import stage_layout
from tests.pure.reserve_oracle import Reserve, bids_at
from tests.pure.rules_world import town_policy

Data = dict[str, Any]
RESERVE = 1  # the place of the preferential line among the town's lines
FIRST, LAST = Precedence.RESERVE_FIRST, Precedence.OPEN_FIRST


def town_with(reserve: ReserveRules | None, **changes: Any) -> Policy:
    policy = town_policy()
    lines = tuple(
        replace(line, reserve=reserve) if line.code == "preferential" else line for line in policy.lines
    )
    return replace(policy, lines=lines, **changes)


def town_data() -> Data:
    return copy.deepcopy(dict(policy_as_data(town_policy())))


def faults_after(change: Callable[[Data], object]) -> list[tuple[str, str]]:
    data = town_data()
    change(data)
    with pytest.raises(PolicyFault) as caught:
        parse_policy(data)
    return [(fault.path, fault.message) for fault in caught.value.faults]


def stating(**reserve: object) -> Callable[[Data], object]:
    def change(data: Data) -> None:
        data["lines"][RESERVE]["reserve"] = reserve

    return change


def stating_at(place_of_line: int, **reserve: object) -> Callable[[Data], object]:
    def change(data: Data) -> None:
        data["lines"][place_of_line]["reserve"] = reserve

    return change


def both(*changes: Callable[[Data], object]) -> Callable[[Data], object]:
    def change(data: Data) -> None:
        for one in changes:
            one(data)

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (stating(spill=True), ("lines[1].reserve.spill", "is not a known key")),
        (stating(spills="yes"), ("lines[1].reserve.spills", "expected true or false")),
        (
            stating(precedence="first"),
            ("lines[1].reserve.precedence", "expected one of reserve_first, open_first"),
        ),
        (
            stating(share_percent=0),
            ("lines[1].reserve.share_percent", "expected a whole number from 1 to 100"),
        ),
        (
            stating(share_percent=101),
            ("lines[1].reserve.share_percent", "expected a whole number from 1 to 100"),
        ),
        (stating(of="zone"), ("lines[1].reserve.of", "expected a list")),
        (stating(of=["zones"]), ("lines[1].reserve.of[0]", "zones is not a line of this policy")),
        (
            stating(of=["zone", "special_needs"]),
            ("lines[1].reserve.of[1]", "special_needs is not an open line"),
        ),
        (
            stating(of=["private_open"]),
            ("lines[1].reserve.of[0]", "private_open is of the other track, public or private"),
        ),
        (stating(of=["zone", "zone"]), ("lines[1].reserve.of[1]", "zone is named twice")),
        (
            both(stating(spills=True), lambda data: data.update(tickets="line")),
            (
                "lines[1].reserve.spills",
                "needs one ticket for the reserve and the open line, but tickets is line",
            ),
        ),
        (
            stating_at(0, spills=True),
            ("lines[0].reserve", "places for special needs are given before and outside the draw"),
        ),
        (stating_at(3, spills=True), ("lines[3].reserve", "an open line is not set aside from another")),
    ],
)
def test_what_is_wrong_with_a_reserve_is_told_at_its_path(
    change: Callable[[Data], object], expected: tuple[str, str]
) -> None:
    assert faults_after(change) == [expected]


def test_a_reserve_of_special_needs_is_refused_with_the_clause() -> None:
    data = town_data()
    stating_at(0, spills=True)(data)
    with pytest.raises(PolicyFault) as caught:
        parse_policy(data)
    assert [fault.clause for fault in caught.value.faults] == ["Compulsory Education Law, art. 19"]


@pytest.mark.parametrize(("second", "found"), [(40, []), (41, ["the shares taken from zone come to 101"])])
def test_shares_of_one_open_line_may_come_to_all_of_it_and_no_more(second: int, found: list[str]) -> None:
    data = town_data()
    stating(of=["zone"], share_percent=60)(data)
    staff = {**data["lines"][RESERVE], "code": "staff", "kind": "staff"}
    data["lines"].append({**staff, "reserve": {"of": ["zone"], "share_percent": second}})
    told = []
    try:
        parse_policy(data)
    except PolicyFault as fault:
        told = [(item.path, item.message) for item in fault.faults]
    assert told == [("lines[5].reserve.share_percent", f"{text} percent") for text in found]


def test_a_policy_without_open_lines_of_the_track_has_nothing_to_set_aside_from() -> None:
    def only_private(data: Data) -> None:
        stating(spills=True)(data)
        data["lines"] = [line for line in data["lines"] if line["kind"] not in ("zone", "multi_school")]

    assert faults_after(only_private) == [
        ("lines[1].reserve.of", "the policy has no open line of the same track")
    ]


def test_what_a_reserve_does_not_say_is_reserved_first_without_spill() -> None:
    data = town_data()
    data["lines"][RESERVE]["reserve"] = {"share_percent": 5}
    assert parse_policy(data).lines[RESERVE].reserve == ReserveRules((), 5, FIRST, False)


def test_a_stated_reserve_comes_back_from_the_canonical_form_and_changes_the_digest() -> None:
    stated = town_with(ReserveRules(("zone",), 5, LAST, True))
    assert parse_policy(policy_as_data(stated)) == stated
    digests = {
        policy_digest(town_with(reserve))
        for reserve in (None, ReserveRules(), ReserveRules(spills=True), ReserveRules(precedence=LAST))
    }
    assert len(digests) == 4


def test_a_policy_that_states_no_reserve_says_nothing_of_it_in_its_canonical_form() -> None:
    lines = policy_as_data(town_with(None))["lines"]
    assert isinstance(lines, list)
    assert "reserve" not in dict(lines[RESERVE])


def test_differences_name_the_part_of_the_reserve_that_changed() -> None:
    before, after = (
        town_with(ReserveRules(("zone",))),
        town_with(ReserveRules(("zone",), precedence=LAST, spills=True)),
    )
    found = [(item.path, item.before, item.after) for item in policy_differences(before, after)]
    assert found == [
        ("lines[preferential].reserve.precedence", "reserve_first", "open_first"),
        ("lines[preferential].reserve.spills", "false", "true"),
    ]


def test_the_policy_page_says_in_both_languages_how_the_reserve_is_asked() -> None:
    rows = {row.path: row for row in authority_table(town_with(ReserveRules(("zone",), 5, LAST, True)))}
    title = rows["lines[1].reserve"].title
    assert title.zh == (
        "优抚优待学位：从公办单校划片中预留，计划的 5%（不足一人舍去）；先用公开学位，再用预留学位；"
        "没有用完的给其他孩子"
    )
    assert title.en == (
        "Places for preferential groups: set aside from Public single-school zones, 5 percent of the plan, rounded"
        " down; open seats are asked for first; seats left free go to the others"
    )
    assert "lines[1].reserve" not in {row.path for row in authority_table(town_with(None))}


@pytest.mark.parametrize(("intake", "seats"), [(0, 0), (19, 0), (20, 1), (39, 1), (40, 2)])
def test_a_share_is_rounded_down(intake: int, seats: int) -> None:
    assert share_of(5, intake) == seats


def test_a_reserve_belongs_to_the_open_lines_named_else_to_all_of_its_track() -> None:
    named, unnamed = town_with(ReserveRules(("multi_school",))), town_with(ReserveRules())
    assert open_lines_of(named, named.lines[RESERVE]) == ("multi_school",)
    assert open_lines_of(unnamed, unnamed.lines[RESERVE]) == ("zone", "multi_school")


def test_a_stage_with_a_stated_reserve_is_not_published_as_direct() -> None:
    lines = tuple(line for line in town_policy().lines if line.code in ("preferential", "zone"))
    plain = replace(town_policy(), lines=tuple(replace(line, reserve=None) for line in lines))
    stated = replace(plain, lines=(replace(lines[0], reserve=ReserveRules()), lines[1]))
    assert [stage.mechanism for stage in stage_layout(plain)] == [Mechanism.DIRECT]
    assert [stage.mechanism for stage in stage_layout(stated)] == [Mechanism.DEFERRED_ACCEPTANCE]


# --- who is asked when: east has an open line and a reserve --------------------------------------------------------

OPEN, ASIDE = "east.zone", "east.preferential"
LINES = {
    OPEN: SchoolLine(OPEN, "zone", "east"),
    ASIDE: SchoolLine(ASIDE, "preferential", "east"),
    "west.zone": SchoolLine("west.zone", "zone", "west"),
}


def aside_of(policy: Policy) -> SeatsAside:
    return seats_aside(policy, LINES)


def asked(policy: Policy, *, member: bool, listed: tuple[str, ...] = (OPEN,)) -> tuple[tuple[str, int], ...]:
    aside = aside_of(policy)
    stated: dict[str, tuple[int, ...]] = {OPEN: (3, 7)} if OPEN in listed else {}
    stated |= {ASIDE: (1,)} if ASIDE in listed else {}
    standings = aside.with_spilled(stated, lambda line: (1,) if member and line == ASIDE else None)
    return aside.in_order([(line, 1) for line in listed], standings)


@pytest.mark.parametrize(
    ("precedence", "spills", "member", "listed", "expected"),
    [
        (FIRST, False, True, (ASIDE, OPEN), [ASIDE, OPEN]),
        (FIRST, True, True, (ASIDE, OPEN), [ASIDE, OPEN]),
        (LAST, False, True, (ASIDE, OPEN), [OPEN, ASIDE]),
        (LAST, True, True, (ASIDE, OPEN), [OPEN, ASIDE]),
        # The others ask the reserve last, and only where it spills.
        (FIRST, False, False, (OPEN,), [OPEN]),
        (FIRST, True, False, (OPEN,), [OPEN, ASIDE]),
        (LAST, True, False, (OPEN,), [OPEN, ASIDE]),
        # A claim that was proved after the school was listed counts at closing.
        (FIRST, True, True, (OPEN,), [ASIDE, OPEN]),
        # Without a claim at the open line nothing spills.
        (FIRST, True, True, (ASIDE,), [ASIDE]),
    ],
)
def test_lines_of_a_school_are_asked_in_the_stated_order(
    precedence: Precedence, spills: bool, member: bool, listed: tuple[str, ...], expected: list[str]
) -> None:
    policy = town_with(ReserveRules((), None, precedence, spills))
    assert [line for line, _ in asked(policy, member=member, listed=listed)] == expected


def test_a_policy_that_states_nothing_leaves_every_list_as_written() -> None:
    aside = aside_of(town_with(None))
    standings = {OPEN: (1,), ASIDE: (1,)}
    assert aside.with_spilled(standings, lambda line: None) == standings
    assert aside.in_order([(OPEN, 2), (ASIDE, 2), ("west.zone", 3)], standings) == ((OPEN, 2), (ASIDE, 2))


def test_nothing_spills_to_a_school_without_the_reserve_or_of_another_open_line() -> None:
    assert aside_of(town_with(ReserveRules(("zone",), spills=True))).spilling == {OPEN: (ASIDE,)}
    assert aside_of(town_with(ReserveRules(("multi_school",), spills=True))).spilling == {}
    assert aside_of(town_with(ReserveRules(spills=False))).spilling == {}


def test_others_stand_behind_every_tier_of_the_reserve_in_the_order_of_the_open_line() -> None:
    policy = town_with(ReserveRules(spills=True))
    aside = aside_of(policy)
    found = aside.with_spilled({OPEN: (3, 7, -2)}, lambda line: None)
    assert found == {OPEN: (3, 7, -2), ASIDE: (4, 7, -2)}
    assert own_tiers(policy.line("preferential")) == 1
    assert (aside.is_other(ASIDE, (1,)), aside.is_other(ASIDE, (2, 7))) == (False, True)


def test_tiers_of_a_reserve_that_spills_are_its_own_and_then_those_of_the_open_line() -> None:
    spilling, kept = town_with(ReserveRules(spills=True)), town_with(ReserveRules())
    open_tiers = spilling.line("zone").categories
    assert tier_codes(spilling, "preferential", "zone") == ("preferential", *open_tiers)
    assert tier_codes(kept, "preferential", "zone") == ("preferential",)
    assert tier_codes(spilling, "zone", None) == open_tiers
    assert tier_codes(spilling, "private_open", None)[0] == "own_county_first"
    assert [title.en for title in tier_titles(spilling, "preferential", "zone")][:2] == [
        "Preferential groups",
        "Registered and living in the zone",
    ]


# A school of 4 seats, 2 reserved: the table of docs/rules/reserves.md. (reserved seats, open seats)
CASES = [
    (FIRST, False, "m1 o2 m3 o4 m5 m6", "m1 m3", "o2 o4"),
    (LAST, False, "m1 o2 m3 o4 m5 m6", "m3 m5", "m1 o2"),
    (FIRST, False, "m1 o2 o3 o4", "m1", "o2 o3"),
    (FIRST, True, "m1 o2 o3 o4 o5", "m1 o4", "o2 o3"),
    (FIRST, True, "m1 m2 o3 o4 o5", "m1 m2", "o3 o4"),
    (LAST, True, "m1 o2 o3 o4 o5", "o3 o4", "m1 o2"),
    (FIRST, True, "o1 o2 o3 o4 m8 m9", "m8 m9", "o1 o2"),
]


def placed(policy: Policy, names: list[str]) -> Mapping[str, str | None]:
    aside = aside_of(policy)
    standings: dict[str, Mapping[str, tuple[int, ...]]] = {}
    lists = {}
    for name in names:
        stated: dict[str, tuple[int, ...]] = {OPEN: (1,)}
        if name[0] == "m":
            stated[ASIDE] = (1,)
        standings[name] = aside.with_spilled(stated, lambda line: None)
        lists[name] = aside.in_order([(line, 1) for line in stated], standings[name])
    ranks: dict[tuple[str, str], int] = {}
    for line in (OPEN, ASIDE):
        there = {name: keys[line] for name, keys in standings.items() if line in keys}
        pairs = dense_ranks_with_losers(list(there.values()))
        ranks |= {(name, line): rank for name, (rank, _) in zip(there, pairs, strict=True)}
    applicants = tuple(
        placing.Applicant(
            name,
            tuple(placing.Bid(line, choice, ranks[name, line], int(name[1])) for line, choice in lists[name]),
        )
        for name in names
    )
    lines = (placing.Line(OPEN, 2), placing.Line(ASIDE, 2, reserve_of=OPEN))
    stage = placing.Stage("all", placing.Mechanism.DEFERRED_ACCEPTANCE, (OPEN, ASIDE))
    result = place(placing.RoundInput(placing.RoundPlan("r", lines, (stage,)), applicants))
    return {item.receipt: item.line_id for item in result.placements}


@pytest.mark.parametrize(("precedence", "spills", "children", "reserved", "opened"), CASES)
def test_the_table_of_the_page(
    precedence: Precedence, spills: bool, children: str, reserved: str, opened: str
) -> None:
    policy = town_with(ReserveRules(precedence=precedence, spills=spills))
    for names in (children.split(), children.split()[::-1]):
        found = placed(policy, names)
        assert sorted(name for name, line in found.items() if line == ASIDE) == reserved.split()
        assert sorted(name for name, line in found.items() if line == OPEN) == opened.split()


@pytest.mark.parametrize(("precedence", "spills", "children", "reserved", "opened"), CASES)
def test_the_lists_are_those_of_choice_by_slots(
    precedence: Precedence, spills: bool, children: str, reserved: str, opened: str
) -> None:
    policy = town_with(ReserveRules(precedence=precedence, spills=spills))
    reserve = Reserve(ASIDE, 2, placing.Precedence(precedence.value), spills)
    for is_member in (True, False):
        listed = (ASIDE, OPEN) if is_member else (OPEN,)
        by_slots = bids_at(placing.Bid(OPEN, 1, 1, 1), reserve, member=is_member, last_rank=1)
        assert [line for line, _ in asked(policy, member=is_member, listed=listed)] == [
            bid.line_id for bid in by_slots
        ]


def test_every_scope_of_tickets_but_the_line_lets_a_seat_spill() -> None:
    for scope in (TicketScope.TRACK, TicketScope.ROUND):
        policy = town_with(ReserveRules(spills=True), tickets=scope)
        assert parse_policy(policy_as_data(policy)) == policy
