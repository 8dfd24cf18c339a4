"""Placement: worked cases, the plain oracle, brute force, order, and a fresh process."""

import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admissions.matching.chances import chances
from admissions.matching.checks import MalformedRound
from admissions.matching.plain import place_plainly
from admissions.matching.ranks import dense_ranks, dense_ranks_with_losers
from admissions.matching.records import (
    Applicant,
    Bid,
    Coordination,
    CoordinationRule,
    Fallback,
    Line,
    LoserRule,
    Mechanism,
    Reason,
    RoundInput,
    RoundPlan,
    RoundResult,
    Stage,
)
from admissions.matching.stages import place
from tests.cases.matching_rounds import drawn, drawn_applicants, random_world
from tests.pure.stage_layouts import stages_for

ROOT = Path(__file__).parents[2]
R = Reason


def one_stage(*lines: Line, mechanism: Mechanism = Mechanism.DEFERRED_ACCEPTANCE) -> RoundPlan:
    return RoundPlan("round", lines, (Stage("all", mechanism, tuple(line.line_id for line in lines)),))


def child(receipt: str, *bids: tuple[str, int, int], group: str | None = None) -> Applicant:
    """A child whose bids are (line, rank, ticket)."""
    made = tuple(
        Bid(line, n, rank, ticket, tier=rank) for n, (line, rank, ticket) in enumerate(bids, start=1)
    )
    return Applicant(receipt, made, group_id=group)


def places(result: RoundResult) -> dict[str, str | None]:
    return {placement.receipt: placement.line_id for placement in result.placements}


def reasons(result: RoundResult, receipt: str) -> list[Reason]:
    return [outcome.reason for outcome in result.outcomes if outcome.receipt == receipt]


def test_line_with_seats_for_all_who_listed_it_admits_all() -> None:
    result = place(
        RoundInput(one_stage(Line("P", 2, "private")), (child("a", ("P", 1, 9)), child("b", ("P", 1, 5))))
    )
    assert places(result) == {"a": "P", "b": "P"}


def test_smaller_rank_then_smaller_ticket_goes_first_and_the_cutoff_says_so() -> None:
    plan = one_stage(Line("A", 2))
    result = place(
        RoundInput(plan, (child("a", ("A", 2, 1)), child("b", ("A", 1, 9)), child("c", ("A", 2, 3))))
    )
    assert places(result) == {"a": "A", "b": "A", "c": None}
    (cutoff,) = result.cutoffs
    assert (cutoff.seats, cutoff.applicants, cutoff.admitted, cutoff.rank, cutoff.ticket) == (2, 3, 2, 2, 1)
    assert reasons(result, "c") == [R.SAME_CATEGORY_TICKET]
    assert result.waitlists == {"A": ("c",)}


def test_child_that_lists_a_line_lower_is_not_passed_over_for_it() -> None:
    # Given a first choice lost; then its better ticket counts in full at its second choice.
    plan = one_stage(Line("A", 1), Line("B", 1))
    result = place(
        RoundInput(
            plan,
            (
                child("a", ("A", 1, 1)),
                child("b", ("A", 1, 2), ("B", 1, 2)),
                child("c", ("B", 1, 3)),
            ),
        )
    )
    assert places(result) == {"a": "A", "b": "B", "c": None}
    assert reasons(result, "b") == [R.SAME_CATEGORY_TICKET, R.ADMITTED]


def test_every_reason_is_told() -> None:
    lines = (Line("A", 1), Line("A-reserve", 1, reserve_of="A"), Line("B", 0), Line("C", 1))
    applicants = (
        child("a", ("A", 1, 1), ("C", 1, 1)),
        child("b", ("A-reserve", 1, 9), ("A", 2, 9)),
        child("c", ("A", 2, 5), ("B", 1, 5), ("C", 2, 5)),
        child("d", ("C", 1, 7)),
        Applicant("e", (Bid("A", 1, 0, 0, refused=R.NOT_ELIGIBLE), Bid("C", 2, 1, 8, tier=2))),
        Applicant("f", (Bid("A", 1, 1, 0),), withdrawn=True),
        Applicant("g", (Bid("C", 1, 3, 3, tier=1),)),
    )
    result = place(RoundInput(one_stage(*lines), applicants))
    assert reasons(result, "a") == [R.ADMITTED, R.HIGHER_CHOICE_WON]
    assert reasons(result, "b") == [R.ADMITTED, R.HIGHER_CHOICE_WON]
    # b sits on a seat set aside from A; in A's open order c (2, 5) stands before b (2, 9).
    assert reasons(result, "c") == [R.FILLED_BY_RESERVE, R.NO_SEATS, R.CATEGORY_BELOW_CUTOFF]
    assert reasons(result, "d") == [R.ADMITTED]
    assert reasons(result, "e") == [R.NOT_ELIGIBLE, R.SAME_CATEGORY_TICKET]
    assert reasons(result, "f") == [R.WITHDRAWN]
    assert reasons(result, "g") == [R.SAME_CATEGORY_KEY_BELOW]
    assert next(p for p in result.placements if p.receipt == "e").reason is R.SAME_CATEGORY_TICKET


def test_seat_set_aside_for_a_child_further_back_is_named_as_the_reason() -> None:
    plan = RoundPlan(
        "round",
        (Line("A", 1), Line("A-reserve", 1, reserve_of="A")),
        (
            Stage("open", Mechanism.DEFERRED_ACCEPTANCE, ("A",)),
            Stage("reserve", Mechanism.DEFERRED_ACCEPTANCE, ("A-reserve",)),
        ),
    )
    applicants = (
        child("a", ("A", 1, 1)),
        child("b", ("A", 1, 2)),
        child("c", ("A", 1, 3), ("A-reserve", 1, 3)),
    )
    result = place(RoundInput(plan, applicants))
    assert places(result) == {"a": "A", "b": None, "c": "A-reserve"}
    assert reasons(result, "b") == [R.FILLED_BY_RESERVE]


def loser_round(rule: LoserRule, *, seats: int, rivals: tuple[str, ...]) -> RoundResult:
    """w wins the private seat, x loses it; x has the best public ticket of tier 1, z is of tier 2."""
    plan = RoundPlan(
        "round",
        (Line("P", 1, "private"), Line("S", seats)),
        stages_for(rule, private_line_ids=["P"], public_line_ids=["S"]),
    )
    everybody = {
        "w": Applicant("w", (Bid("P", 1, 1, 1),)),
        "x": Applicant("x", (Bid("P", 1, 1, 2), Bid("S", 2, 1, 3, loser_rank=2, tier=1))),
        "y": Applicant("y", (Bid("S", 1, 1, 4, loser_rank=2, tier=1),)),
        "z": Applicant("z", (Bid("S", 1, 3, 5, loser_rank=4, tier=2),)),
    }
    return place(RoundInput(plan, tuple(everybody[name] for name in ("w", "x", *rivals))))


def test_losing_the_private_draw_costs_nothing_where_the_class_is_kept() -> None:
    result = loser_round(LoserRule.CLASS_KEPT, seats=1, rivals=("y", "z"))
    assert places(result) == {"w": "P", "x": "S", "y": None, "z": None}


def test_loser_comes_last_in_its_class_but_before_the_next_class() -> None:
    assert places(loser_round(LoserRule.SAME_CLASS_LAST, seats=1, rivals=("y",)))["x"] is None
    assert places(loser_round(LoserRule.SAME_CLASS_LAST, seats=1, rivals=("z",)))["x"] == "S"


def test_loser_comes_after_all_others_and_is_told_so() -> None:
    result = loser_round(LoserRule.AFTER_ALL, seats=1, rivals=("z",))
    assert places(result) == {"w": "P", "x": None, "z": "S"}
    assert reasons(result, "x") == [R.SAME_CATEGORY_TICKET, R.PRIVATE_DRAW_LOST]
    assert places(loser_round(LoserRule.AFTER_ALL, seats=2, rivals=("z",)))["x"] == "S"


def test_twins_split_by_the_last_seat_go_on_together() -> None:
    plan = one_stage(Line("A", 1), Line("B", 2))
    twins = tuple(child(name, ("A", 1, 1), ("B", 1, 1), group="g") for name in ("t1", "t2"))
    single = child("s", ("A", 1, 5))
    result = place(RoundInput(plan, (*twins, single)))
    assert places(result) == {"s": "A", "t1": "B", "t2": "B"}
    assert result.struck == (("g", "A"),)
    assert reasons(result, "t1") == [R.GROUP_KEPT_TOGETHER, R.ADMITTED]


def test_twins_whose_family_allows_it_may_be_split() -> None:
    plan = one_stage(Line("A", 1), Line("B", 2))
    twins = tuple(
        replace(child(name, ("A", 1, 1), ("B", 1, 1), group="g"), split_allowed=True) for name in ("t1", "t2")
    )
    assert places(place(RoundInput(plan, twins))) == {"t1": "A", "t2": "B"}


MALFORMED = {
    "a line in no stage": (RoundPlan("r", (Line("A", 1),), ()), ()),
    "a line in two stages": (
        RoundPlan("r", (Line("A", 1),), one_stage(Line("A", 1)).stages * 2),
        (),
    ),
    "an unknown line": (one_stage(Line("A", 1)), (child("a", ("B", 1, 1)),)),
    "a receipt twice": (one_stage(Line("A", 1)), (child("a"), child("a"))),
    "a line listed twice": (one_stage(Line("A", 1)), (child("a", ("A", 1, 1), ("A", 1, 1)),)),
    "negative seats": (one_stage(Line("A", -1)), ()),
    "a ticket out of range": (one_stage(Line("A", 1)), (child("a", ("A", 1, 1 << 256)),)),
    "two lines in a direct stage": (
        one_stage(Line("A", 1), Line("B", 1), mechanism=Mechanism.DIRECT),
        (child("a", ("A", 1, 1), ("B", 1, 1)),),
    ),
    "ranks in one random order": (
        one_stage(Line("A", 1), mechanism=Mechanism.RANKED_DRAW),
        (child("a", ("A", 1, 1)), child("b", ("A", 2, 2))),
    ),
    "points that differ by line": (
        one_stage(Line("A", 1), Line("B", 1), mechanism=Mechanism.POINTS_FIRST),
        (child("a", ("A", 1, 1), ("B", 2, 1)),),
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_round_is_refused_for(name: str) -> None:
    plan, applicants = MALFORMED[name]
    with pytest.raises(MalformedRound):
        place(RoundInput(plan, applicants))


def drawn_round(seed: int, children: int = 40, twins: int = 6) -> RoundInput:
    world = random_world(seed, children=children, twins=twins)
    return RoundInput(world.plan, drawn_applicants(world, drawn(world), world.entry_list.entries))


@pytest.mark.parametrize("seed", range(60))
def test_arrays_give_the_same_result_as_plain_python(seed: int) -> None:
    round_input = drawn_round(1000 + seed, twins=seed % 15)
    assert place(round_input) == place_plainly(round_input)


@pytest.mark.parametrize("mechanism", [Mechanism.RANKED_DRAW, Mechanism.POINTS_FIRST])
@pytest.mark.parametrize("seed", range(10))
def test_choosing_one_after_another_is_deferred_acceptance_in_one_order(
    seed: int, mechanism: Mechanism
) -> None:
    # Given one rank and ticket per child at all lines; plain Python lets the children choose in turn.
    round_input = drawn_round(2000 + seed)
    ids = tuple(line.line_id for line in round_input.plan.lines)
    plan = replace(round_input.plan, stages=(Stage("all", mechanism, ids),))
    applicants = []
    for number, applicant in enumerate(round_input.applicants):
        rank = 1 if mechanism is Mechanism.RANKED_DRAW else number % 3 + 1
        ticket = max((bid.ticket for bid in applicant.bids), default=0)
        bids = tuple(replace(bid, rank=rank, loser_rank=None, ticket=ticket) for bid in applicant.bids)
        applicants.append(replace(applicant, bids=bids))
    changed = RoundInput(plan, tuple(applicants))
    assert place(changed) == place_plainly(changed)


@pytest.mark.parametrize("seed", range(5))
def test_order_of_input_changes_nothing(seed: int) -> None:
    round_input = drawn_round(3000 + seed)
    plan = replace(round_input.plan, lines=round_input.plan.lines[::-1])
    assert place(RoundInput(plan, round_input.applicants[::-1])) == place(round_input)


def test_fresh_process_gives_the_same_result() -> None:
    program = (
        "from tests.pure.test_matching_place import drawn_round; from admissions.matching.stages import place;"
        "print(repr(place(drawn_round(4000))))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == repr(place(drawn_round(4000)))


@st.composite
def tiny_rounds(draw: st.DrawFn) -> RoundInput:
    names = ["A", "B", "C"][: draw(st.integers(1, 3))]
    lines = tuple(Line(name, draw(st.integers(0, 2))) for name in names)
    applicants = []
    for number in range(draw(st.integers(1, 5))):
        listed = draw(st.permutations(names))[: draw(st.integers(0, len(names)))]
        bids = [(name, draw(st.integers(1, 2)), draw(st.integers(0, 3))) for name in listed]
        applicants.append(child(f"r{number}", *bids))
    return RoundInput(one_stage(*lines), tuple(applicants))


def stable_placements(round_input: RoundInput) -> list[dict[str, str | None]]:
    """Return every placement within seats in which nobody is passed over, by trying all."""
    seats = {line.line_id: line.seats for line in round_input.plan.lines}
    options = [[None, *(bid.line_id for bid in a.bids)] for a in round_input.applicants]
    found = []
    for got in product(*options):
        fits = all(got.count(name) <= count for name, count in seats.items())
        if fits and not passed_over(round_input, got, seats):
            found.append({a.receipt: name for a, name in zip(round_input.applicants, got, strict=True)})
    return found


def passed_over(round_input: RoundInput, got: tuple[str | None, ...], seats: dict[str, int]) -> bool:
    on: dict[str, list[tuple[int, int, str]]] = {name: [] for name in seats}
    for applicant, name in zip(round_input.applicants, got, strict=True):
        on |= {
            b.line_id: [*on[b.line_id], (b.rank, b.ticket, applicant.receipt)]
            for b in applicant.bids
            if b.line_id == name
        }
    for applicant, name in zip(round_input.applicants, got, strict=True):
        for bid in applicant.bids:
            if bid.line_id == name:
                break
            free = len(on[bid.line_id]) < seats[bid.line_id]
            if free or any((bid.rank, bid.ticket, applicant.receipt) < other for other in on[bid.line_id]):
                return True
    return False


@settings(max_examples=150, deadline=None)
@given(tiny_rounds())
def test_nobody_is_passed_over_and_every_child_has_its_best_stable_place(round_input: RoundInput) -> None:
    stable = stable_placements(round_input)
    result = places(place(round_input))
    assert result in stable
    for applicant in round_input.applicants:
        order = [*(bid.line_id for bid in applicant.bids), None]
        best = min(order.index(other[applicant.receipt]) for other in stable)
        assert order.index(result[applicant.receipt]) == best


@st.composite
def tiny_leftovers(draw: st.DrawFn) -> RoundInput:
    names = ["A", "B", "C"]
    lines = tuple(Line(name, draw(st.integers(0, 2))) for name in names)
    applicants = []
    for number in range(draw(st.integers(1, 5))):
        reach = tuple(draw(st.permutations(names))[: draw(st.integers(0, 3))])
        metres = tuple(sorted(draw(st.integers(1, 9)) for _ in reach))
        fallback = Fallback(draw(st.integers(1, 2)), draw(st.integers(0, 9)), reach, metres)
        applicants.append(Applicant(f"r{number}", (), fallback=fallback))
    coordination = Coordination(draw(st.sampled_from(CoordinationRule)), tuple(names))
    plan = RoundPlan("r", lines, (Stage("all", Mechanism.DEFERRED_ACCEPTANCE, tuple(names)),), coordination)
    return RoundInput(plan, tuple(applicants))


@settings(max_examples=150, deadline=None)
@given(tiny_leftovers())
def test_as_many_as_can_be_are_coordinated_each_in_turn_to_the_nearest(round_input: RoundInput) -> None:
    # Given every way of seating the children within reach
    seats = {line.line_id: line.seats for line in round_input.plan.lines}
    waiting = [(a.fallback, a.receipt) for a in round_input.applicants if a.fallback]
    waiting.sort(key=lambda pair: (pair[0].rank, pair[0].ticket, pair[1]))
    options = [[*range(len(fallback.line_ids)), 99] for fallback, _ in waiting]
    ways = []
    for way in product(*options):
        got = [f.line_ids[i] if i < 99 else None for i, (f, _) in zip(way, waiting, strict=True)]
        if all(got.count(name) <= count for name, count in seats.items()):
            ways.append((way, got))
    most = max(sum(i < 99 for i in way) for way, _ in ways)
    full = [(way, got) for way, got in ways if sum(i < 99 for i in way) == most]
    # When
    result = places(place(round_input))
    found = [result[receipt] for _, receipt in waiting]
    # Then
    coordination = round_input.plan.coordination
    assert coordination is not None
    if coordination.rule is CoordinationRule.LEAST_TOTAL_WALK:
        walks = {
            tuple(got): sum(f.walk_metres[i] for i, (f, _) in zip(way, waiting, strict=True) if i < 99)
            for way, got in full
        }
        assert walks[tuple(found)] == min(walks.values())
    else:
        # Who is seated is decided first, earlier children first; then each in turn gets the nearest.
        seated = max(tuple(i < 99 for i in way) for way, _ in full)
        best = min(way for way, _ in full if tuple(i < 99 for i in way) == seated)
        assert found == next(got for way, got in full if way == best)


def test_dense_ranks_keep_the_order_and_nothing_else() -> None:
    assert dense_ranks([(2, 500), (1, 20230901), (2, -3), (2, 500)]) == (3, 1, 2, 3)
    assert dense_ranks([]) == ()
    # One scale: tier 1, tier 1 after a lost draw, tier 2, tier 2 after a lost draw.
    assert dense_ranks_with_losers([(1,), (2,)]) == ((1, 2), (3, 4))


def test_chances_are_those_of_the_draw() -> None:
    # Given two seats, one child of rank 1 and four of rank 2: each of the four wins one draw in four.
    first = child("a", ("A", 1, 1))
    rest = [child(f"b{i}", ("A", 2, 2 + i)) for i in range(4)]
    found = chances(RoundInput(one_stage(Line("A", 2)), (first, *rest)), draws=400, seed=1)
    assert [(c.order, c.children, c.share, c.low, c.high) for c in found] == [
        (1, 1, 100, 100, 100),
        (2, 4, 25, 25, 25),
    ]
