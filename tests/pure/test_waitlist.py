"""Places given on: worked chains, a plain oracle, and a checker that notices every damage."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from admissions.lottery import verify as lottery_verify
from admissions.matching import verify as matching_verify
from admissions.matching import verify_moves
from admissions.matching.bundle import manifest
from admissions.matching.left_off import LateChoice, LateEntry, late_place
from admissions.matching.waitlist import Move, Waiting, moves
from tests.cases.matching_rounds import random_world
from tests.cases.waitlist_rounds import AfterResults, after_results, one_day, random_story

BASE = Waiting(
    orders={"A": ("b", "c"), "B": ("d",), "C": ()},
    wishes={"b": ("A",), "c": ("A",), "d": ("B",)},
    held={"b": "B"},
    free={"A": 1, "B": 0, "C": 0},
)


def test_the_next_child_without_a_place_gets_the_seat() -> None:
    assert moves(BASE) == (Move("c", None, "A"),)


def test_a_child_that_asked_moves_up_and_its_place_goes_on() -> None:
    chain = moves(replace(BASE, asking=frozenset({"b"})))
    assert chain == (Move("b", "B", "A"), Move("d", None, "B"))


def test_the_place_of_a_child_that_moves_up_stays_empty_where_the_line_is_closed() -> None:
    chain = moves(replace(BASE, asking=frozenset({"b"}), closed=frozenset({"B"})))
    assert chain == (Move("b", "B", "A"),)


def test_a_seat_at_a_closed_line_goes_to_nobody() -> None:
    assert moves(replace(BASE, closed=frozenset({"A"}))) == ()


def test_a_child_that_gave_up_asks_for_nothing() -> None:
    assert moves(replace(BASE, out=frozenset({"c"}))) == ()


def test_a_child_with_a_place_does_not_go_back_to_one_it_wants_less() -> None:
    waiting = Waiting(
        orders={"A": ("a",), "B": ("a",)},
        wishes={"a": ("A", "B")},
        held={"a": "A"},
        free={"A": 0, "B": 1},
        asking=frozenset({"a"}),
    )
    assert moves(waiting) == ()


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        (1, (Move("c", None, "A"),)),
        (2, (Move("t1", None, "A"), Move("t2", None, "A"))),
        (3, (Move("t1", None, "A"), Move("t2", None, "A"), Move("c", None, "A"))),
    ],
)
def test_twins_take_seats_together_or_the_next_child_is_asked(free: int, expected: tuple[Move, ...]) -> None:
    waiting = Waiting(
        orders={"A": ("t1", "t2", "c")},
        wishes={"t1": ("A",), "t2": ("A",), "c": ("A",)},
        held={},
        free={"A": free},
        groups={"t1": "t", "t2": "t"},
    )
    assert moves(waiting) == expected


def plain_rule(waiting: Waiting, chance: np.random.Generator) -> dict[str, str]:
    """The rule in the simplest words, taking freed seats in any order whatever."""
    held, free = dict(waiting.held), dict(waiting.free)

    def wants(child: str, line: str) -> bool:
        if child in waiting.out or (child in waiting.held and child not in waiting.asking):
            return False
        wishes = list(waiting.wishes[child])
        return held.get(child) not in wishes or wishes.index(line) < wishes.index(held[child])

    while True:
        seats = [
            (line, next(child for child in order if wants(child, line)))
            for line, order in sorted(waiting.orders.items())
            if line not in waiting.closed and free[line] > 0 and any(wants(child, line) for child in order)
        ]
        if not seats:
            return held
        line, child = seats[chance.integers(len(seats))]
        if child in held:
            free[held[child]] += 1
        held[child], free[line] = line, free[line] - 1


@pytest.mark.parametrize("seed", range(120))
def test_after_any_declines_the_outcome_is_that_of_the_plain_rule_in_any_order(seed: int) -> None:
    chance = np.random.default_rng(seed)
    state = after_results(random_world(seed, twins=0, children=40, lines=6, seats=6))
    for _ in range(3):
        one_day(state, chance)
        outcomes = [plain_rule(state.waiting(), np.random.default_rng(order)) for order in range(5)]
        state.give_on()
        assert all(outcome == state.held for outcome in outcomes)


@pytest.mark.parametrize("seed", range(60))
def test_nobody_loses_a_place_nobody_moves_unasked_and_no_line_is_above_its_plan(seed: int) -> None:
    chance = np.random.default_rng(seed)
    state = after_results(random_world(seed, children=40, lines=6, seats=6))
    for _ in range(3):
        one_day(state, chance)
        before, waiting = dict(state.held), state.waiting()
        state.give_on()
        for receipt, line in before.items():
            now = state.held[receipt]
            if now != line:
                wishes = state.wishes[receipt]
                assert receipt in waiting.asking
                assert line not in wishes or wishes.index(now) < wishes.index(line)
        for line, seats in state.seats.items():
            assert sum(held == line for held in state.held.values()) <= seats


@pytest.mark.parametrize("seed", range(40))
def test_running_again_moves_nobody(seed: int) -> None:
    state = random_story(seed, twins=5)
    assert state.give_on() == ()


@pytest.mark.parametrize("seed", range(60))
def test_the_independent_checkers_accept_every_story(seed: int) -> None:
    bundle = random_story(seed, twins=5).bundle()
    assert verify_moves.faults(bundle) == []
    assert lottery_verify.faults(bundle) == []
    assert matching_verify.faults(bundle) == []


@pytest.mark.parametrize("seed", range(60))
def test_a_child_left_off_takes_its_place_in_the_order_and_nobody_loses_one(seed: int) -> None:
    chance = np.random.default_rng(seed)
    state = after_results(random_world(seed, children=40, lines=6, seats=6))
    one_day(state, chance)
    before = dict(state.held)
    state.give_on([late_entry(state, chance)])
    assert set(before) <= set(state.held)
    assert verify_moves.faults(state.bundle()) == []


def late_entry(state: AfterResults, chance: np.random.Generator) -> LateEntry:
    lines = [line.line_id for line in state.world.plan.lines]
    choices = (
        LateChoice(str(line), number, (rank, int(chance.integers(2))), (rank + 1, int(chance.integers(2))))
        for number, line in enumerate(chance.permutation(lines)[:3], start=1)
        for rank in [int(chance.integers(1, 4))]
    )
    return LateEntry("R99999", tuple(choices))


@pytest.mark.parametrize(
    ("key", "expected"),
    [((1, 5), (1, 1)), ((1, 6), (2, 0)), ((0, 9), (1, 0)), ((2, 0), (2, 1)), ((2, 1), (3, 0))],
)
def test_a_late_key_falls_on_a_rank_or_before_the_next(
    key: tuple[int, ...], expected: tuple[int, int]
) -> None:
    assert late_place(key, {(1, 5): 1, (2, 0): 2}) == expected


Damage = Callable[[dict[str, object]], None]


def _first_move_goes_elsewhere(run: dict[str, object]) -> None:
    run["moves"][0][2] = "S1" if run["moves"][0][2] != "S1" else "S0"  # type: ignore[index]  # JSON


def _one_move_fewer(run: dict[str, object]) -> None:
    run["moves"].pop()  # type: ignore[attr-defined]  # JSON


def _a_decline_unrecorded(run: dict[str, object]) -> None:
    run["gave_up"].pop()  # type: ignore[attr-defined]  # JSON


def _a_wish_invented(run: dict[str, object]) -> None:
    run["asks"] = []


def _a_seat_more(run: dict[str, object]) -> None:
    run["seats"] = {"S0": 1}


def _a_run_missing(run: dict[str, object]) -> None:
    run["number"] = 7


@pytest.mark.parametrize(
    "damage",
    [
        _first_move_goes_elsewhere,
        _one_move_fewer,
        _a_decline_unrecorded,
        _a_wish_invented,
        _a_seat_more,
        _a_run_missing,
    ],
)
def test_the_checker_notices_damage(damage: Damage) -> None:
    bundle = story_with_a_chain().bundle()
    data = json.loads(bundle["moves.json"])
    damage(data["runs"][0])
    forged = {**bundle, "moves.json": json.dumps(data).encode()}
    assert verify_moves.faults({**forged, "MANIFEST.json": manifest(forged)})


def test_the_checker_notices_a_place_that_no_move_leads_to() -> None:
    bundle = story_with_a_chain().bundle()
    forged = {**bundle, "places.csv": bundle["places.csv"] + b"R77777,S0\n"}
    assert verify_moves.faults({**forged, "MANIFEST.json": manifest(forged)})
    assert verify_moves.faults(forged)


def story_with_a_chain() -> AfterResults:
    """A story whose first run moves a child that held a place."""
    for seed in range(200):
        state = random_story(seed, runs=1)
        (run,) = (json.loads(document) for document in state.runs)
        if any(move[1] and move[0] in run["asks"] for move in run["moves"]) and run["gave_up"]:
            return state
    raise AssertionError("no chain in 200 stories")
