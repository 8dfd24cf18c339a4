"""What pairs lose by the stronger bound, and looking closely at the best plan with those that lose least."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import World, distance_mm, facts_of, grid, named, worlds
from zoning.engine.bound_kernel import FAR
from zoning.engine.building import build_problem
from zoning.engine.closing import Closing
from zoning.engine.constraints import allowed_pairs
from zoning.engine.course import LANES, STALE, Course
from zoning.engine.field import Field
from zoning.engine.groundwork import lay_ground
from zoning.engine.lane import Found, new_dice
from zoning.engine.losses import pair_losses
from zoning.engine.losses_kernel import zone_losses
from zoning.engine.objective import NEAREST, plan_cost
from zoning.engine.pairs import least_losses
from zoning.engine.problem import IntArray, Problem
from zoning.engine.proof import losses_of_pairs, make_problem_shop
from zoning.engine.search import make_field
from zoning.engine.solve import Options, solve
from zoning.engine.strengthen import Proof, Shop, proven_by, strengthen
from zoning.engine.transport import never
from zoning.engine.verify import violations

COUNTY = grid(6, 6, np.array([(7 * i) % 5 + 3 for i in range(36)]), {(1, 1): 62, (4, 1): 64, (2, 4): 66})

pairs_of_a_zone = st.lists(st.tuples(st.integers(-6, 20), st.integers(0, 14)), max_size=8)


@given(pairs_of_a_zone, st.integers(0, 30))
def test_what_a_zone_loses_by_a_pair_is_that_of_trying_all(pairs: list[tuple[int, int]], seats: int) -> None:
    gain = np.array([pair[0] for pair in pairs], dtype=np.int64)
    size = np.array([pair[1] for pair in pairs], dtype=np.int64)
    having, lacking = np.zeros_like(gain), np.zeros_like(gain)

    zone_losses(gain, size, seats, having, lacking)

    tried = [np.array(taken, dtype=np.bool_) for taken in product((False, True), repeat=len(pairs))]
    fitting = [(int(gain[taken].sum()), taken) for taken in tried if size[taken].sum() <= seats]
    most = max(gained for gained, _ in fitting)
    for k in range(len(pairs)):
        assert lacking[k] == most - max(gained for gained, taken in fitting if not taken[k])
        with_it = [gained for gained, taken in fitting if taken[k]]
        assert having[k] == (most - max(with_it) if with_it else FAR)


def proof_of(problem: Problem, work: int) -> tuple[Shop, Proof]:
    allowed, spent = allowed_pairs(problem), distance_mm(problem) * problem.children[:, None]
    shop = make_problem_shop(problem, spent, allowed)
    found = strengthen(shop, spent.min(axis=1), int(spent.max(axis=1).sum()), work, never)
    assert found is not None
    return shop, found[1]


@settings(max_examples=40)
@given(worlds(most_plans=600))
def test_no_lawful_plan_costs_less_than_the_bound_and_what_any_of_its_pairs_loses(world: World) -> None:
    problem, units = build_problem(*world), np.arange(len(world[0]))
    shop, proof = proof_of(problem, 20_000_000)
    bound, losses = proven_by(shop, proof), pair_losses(shop, proof)

    for choice in product(range(problem.n_zones), repeat=problem.n_units):
        zone = np.array(choice)
        if not violations(facts_of(world), named(problem, zone)):
            mine = losses[units, zone]
            assert plan_cost(problem, NEAREST, zone) >= bound + mine[mine < FAR].max(initial=0)


def test_a_pair_that_a_zone_cannot_have_is_not_among_those_that_lose_least() -> None:
    base, losses = np.array([0, 0, 1]), np.array([[0, 5], [7, FAR], [9, 0]])

    some = least_losses(base, losses, 4, None)
    everything = least_losses(base, losses, 9, None)

    assert list(some.at) == [(0, 0), (0, 1), (2, 0), (2, 1)]
    assert list(everything.at) == list(some.at)
    assert least_losses(base, losses, 3, None).unit.tolist() == [0, 0]


def test_by_chance_pairs_that_lose_more_come_before_others() -> None:
    base = np.zeros(200, dtype=np.int64)
    losses = np.stack([np.zeros(200, dtype=np.int64), 1000 + np.arange(200)], axis=1)

    true = least_losses(base, losses, 60, None)
    chance = least_losses(base, losses, 60, new_dice(1, 0))

    assert np.unique(true.unit).tolist() == list(range(30))
    assert len(chance.unit) == 60
    assert set(chance.unit.tolist()) - set(true.unit.tolist())


def field_of(problem: Problem) -> tuple[Field, IntArray]:
    ground = lay_ground(problem, NEAREST, None)
    zone = solve(problem, Options(effort=0), seed=1).zone
    field = make_field(problem, NEAREST, ground, ground.relaxed.prices)
    losses = losses_of_pairs(problem, ground.spent, ground.allowed, ground.relaxed.prices, zone, never)
    assert losses is not None
    return field, losses


def test_looking_closely_finds_a_cheaper_lawful_plan_that_no_other_plan_leads_to() -> None:
    problem = build_problem(*COUNTY)
    field, losses = field_of(problem)
    zone = solve(problem, Options(effort=0), seed=1).zone
    start = Found(0, plan_cost(problem, NEAREST, zone), zone)
    course = Course(start, start, start, [start] * LANES, rounds=STALE)
    closing = Closing(field, lambda zone, is_over: losses)

    found = closing.begin(course, new_dice(1, 2), never)()

    assert found is not None
    assert violations(facts_of(COUNTY), named(problem, found.zone)) == ()
    best = solve(problem, Options(effort=12), seed=1)
    assert best.cost <= found.cost == plan_cost(problem, NEAREST, found.zone) < start.cost


@pytest.mark.parametrize(
    ("rounds", "overload", "epochs", "is_due", "again"),
    [
        (STALE - 1, 0, 0, False, 1),
        (STALE, 0, 0, True, 1),
        (STALE, 3, 0, False, None),
        (0, 0, 1, True, 2),
        (0, 0, 5, True, 10),
    ],
)
def test_a_lawful_plan_that_has_stood_for_long_is_looked_at_and_again_after_twice_as_many_epochs(
    rounds: int, overload: int, epochs: int, is_due: bool, again: int | None
) -> None:
    field, losses = field_of(build_problem(*COUNTY))
    plan = Found(overload, 900, np.zeros(36, dtype=np.int64))
    course = Course(plan, plan, plan, [plan] * LANES, rounds=rounds, epochs=epochs)
    closing = Closing(field, lambda zone, is_over: losses)

    assert closing.is_due(course) is is_due

    closing.begin(course, new_dice(1, 2), never)
    due = [later for later in range(epochs, 12) if closing.is_due(replace(course, epochs=later))]
    assert due == ([] if again is None else list(range(again, 12)))


def test_where_no_bound_can_be_had_nothing_is_looked_at_again() -> None:
    field, _ = field_of(build_problem(*COUNTY))
    plan = Found(0, 900, np.zeros(36, dtype=np.int64))
    course = Course(plan, plan, plan, [plan] * LANES, rounds=STALE)
    closing = Closing(field, lambda zone, is_over: None)

    assert closing.begin(course, new_dice(1, 2), never)() is None
    course.epochs += 1
    assert not closing.is_due(course)


def test_a_search_that_looks_closely_gives_the_same_plan_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoning.engine.course.STALE", 2)
    monkeypatch.setattr("zoning.engine.course.EPOCH", 4)
    monkeypatch.setattr("zoning.engine.closing.FIRST_CLOSING_MOVES", 1)
    monkeypatch.setattr("zoning.engine.closing.CLOSING_MOVES", 1)
    looked: list[bool] = []
    begin = Closing.begin

    def seen(closing: Closing, *asked: Any) -> Any:
        looked.append(closing.plan is asked[0].best.zone)
        return begin(closing, *asked)

    monkeypatch.setattr(Closing, "begin", seen)
    problem = build_problem(*COUNTY)

    plans = [solve(problem, Options(effort=80), seed=3) for _ in range(2)]

    assert looked[: len(looked) // 2] == looked[len(looked) // 2 :]
    assert {True, False} <= set(looked)
    assert np.array_equal(plans[0].zone, plans[1].zone)
    assert plans[0].lawful
