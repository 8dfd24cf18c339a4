"""Merging plans: the cheapest plan of their pairs, lawful, and by brute force no cheaper one."""

from itertools import product

import numpy as np
import pytest

from tests.pure.engine_worlds import facts_of, grid, named
from zoning.engine.building import build_problem
from zoning.engine.connection import pieces_cut_off
from zoning.engine.enclaves import settled
from zoning.engine.field import Field
from zoning.engine.groundwork import lay_ground
from zoning.engine.merge import merged
from zoning.engine.objective import BALANCED, NEAREST, Weights, plan_cost
from zoning.engine.pairs import Pairs, cheap_pairs, open_pairs, pairs_around
from zoning.engine.problem import NOWHERE, IntArray, Problem, Unit, Wishes
from zoning.engine.search import make_field
from zoning.engine.solve import Options, solve
from zoning.engine.transport import never
from zoning.engine.verify import violations

CHILDREN = np.array([(7 * i) % 5 + 3 for i in range(36)])
COUNTY = grid(6, 6, CHILDREN, {(1, 1): 62, (4, 1): 64, (2, 4): 66})


def field_of(problem: Problem, weights: Weights) -> Field:
    ground = lay_ground(problem, weights, None)
    return make_field(problem, weights, ground, ground.relaxed.prices)


def opened(plans: list[IntArray]) -> Pairs:
    return open_pairs(plans, 3, 150)


def worse(problem: Problem, zone: IntArray, units: list[int]) -> list[IntArray]:
    """Return the plan with each of the units moved to a zone beside it, where that is lawful."""
    plans = []
    indptr, near = problem.graph
    for unit in units:
        for other in set(zone[near[indptr[unit] : indptr[unit + 1]]].tolist()) - {int(zone[unit])}:
            plan = zone.copy()
            plan[unit] = other
            if violations(facts_of(COUNTY), named(problem, plan)) == ():
                plans.append(plan)
    return plans


def spoilt(problem: Problem, weights: Weights) -> list[IntArray]:
    """Return nine plans, each a good one with one unit where it costs more, the best first."""
    good = solve(problem, Options(effort=6, weights=weights), seed=1).zone
    others = worse(problem, good, list(range(problem.n_units)))
    dearer = [
        plan for plan in others if plan_cost(problem, weights, plan) > plan_cost(problem, weights, good)
    ]
    return sorted(dearer[:9], key=lambda plan: plan_cost(problem, weights, plan))


def cheapest_by_hand(problem: Problem, plans: list[IntArray]) -> int:
    """Return the cost of the cheapest lawful plan of the plans' pairs, by trying all."""
    choices = [sorted({int(plan[unit]) for plan in plans}) for unit in range(problem.n_units)]
    costs = []
    for zones in product(*choices):
        plan = np.array(zones)
        if violations(facts_of(COUNTY), named(problem, plan)) == ():
            costs.append(plan_cost(problem, NEAREST, plan))
    return min(costs)


def test_merging_finds_the_cheapest_lawful_plan_of_all_pairs() -> None:
    problem = build_problem(*COUNTY)
    field = field_of(problem, NEAREST)
    plans = spoilt(problem, NEAREST)
    least = cheapest_by_hand(problem, plans)
    assert least < plan_cost(problem, NEAREST, plans[0])

    found = merged(field, opened(plans), never)

    assert found is not None
    assert found.cost == plan_cost(problem, NEAREST, found.zone) == least
    assert violations(facts_of(COUNTY), named(problem, found.zone)) == ()


@pytest.mark.parametrize("weights", [NEAREST, BALANCED])
def test_a_merged_plan_is_lawful_cheaper_and_made_of_the_plans_pairs(weights: Weights) -> None:
    problem = build_problem(*COUNTY)
    plans = spoilt(problem, weights)

    found = merged(field_of(problem, weights), opened(plans), never)

    assert found is not None
    assert found.cost < plan_cost(problem, weights, plans[0])
    assert found.cost == plan_cost(problem, weights, found.zone)
    assert (np.array(plans) == found.zone).any(axis=0).all()
    assert violations(facts_of(COUNTY), named(problem, found.zone)) == ()


def test_an_enclave_that_nothing_joins_does_not_hinder_merging() -> None:
    units, schools, adjacency = COUNTY
    wishes = Wishes(enclaves=[("far", "s-c1r1")])
    problem = build_problem([*units, Unit("far", 3, 900.0, 900.0)], schools, adjacency, wishes=wishes)
    apart = settled(problem, np.full(problem.n_units, NOWHERE))
    inland = spoilt(build_problem(*COUNTY), NEAREST)
    zone_of_far = problem.site_zone[problem.site_ids.index("s-c1r1")]
    plans = [np.append(plan, zone_of_far) for plan in inland]

    found = merged(field_of(apart, NEAREST), opened(plans), never)

    assert found is not None
    assert found.zone[-1] == zone_of_far
    assert found.cost < plan_cost(problem, NEAREST, plans[0])


def test_nothing_is_merged_of_one_plan_or_where_the_best_is_the_best_of_all() -> None:
    problem = build_problem(*COUNTY)
    field = field_of(problem, NEAREST)
    best = solve(problem, Options(effort=12), seed=1).zone

    assert merged(field, opened([best, best.copy()]), never) is None
    assert merged(field, opened([best, *worse(problem, best, [8, 9, 14])]), never) is None


def test_the_same_plans_give_the_same_plan() -> None:
    problem = build_problem(*COUNTY)
    field = field_of(problem, NEAREST)
    plans = spoilt(problem, NEAREST)

    first, second = merged(field, opened(plans), never), merged(field, opened(plans), never)

    assert first is not None
    assert second is not None
    assert np.array_equal(first.zone, second.zone)


@pytest.mark.parametrize(
    ("most", "opened"), [(1, []), (2, [2]), (3, [2]), (4, [0, 1]), (5, [0, 1]), (6, [0, 1, 2])]
)
def test_pairs_are_opened_plan_by_plan_while_there_is_room(most: int, opened: list[int]) -> None:
    plans = [np.array([0, 0, 1, 1]), np.array([1, 1, 1, 1]), np.array([0, 0, 0, 1])]

    pairs = open_pairs(plans, 2, most)

    assert sorted(set(pairs.unit.tolist())) == opened
    assert len(pairs.unit) == len(pairs.at) <= most
    assert all(
        pairs.at[unit, zone] == i for i, (unit, zone) in enumerate(zip(pairs.unit, pairs.zone, strict=True))
    )


def test_around_a_unit_the_pairs_of_all_plans_are_opened_nearest_first() -> None:
    problem = build_problem(*COUNTY)
    field = field_of(problem, NEAREST)
    plans = spoilt(problem, NEAREST)
    centre = problem.unit_ids.index("c2r2")
    wide = pairs_around(field, plans, np.zeros(0, dtype=np.int64), centre, 10_000)
    two = pairs_around(field, plans, np.zeros(0, dtype=np.int64), centre, 4)

    differing = np.flatnonzero((np.array(plans) != plans[0]).any(axis=0))
    away = np.hypot(problem.x_m - problem.x_m[centre], problem.y_m - problem.y_m[centre])
    assert sorted(set(wide.unit.tolist())) == differing.tolist()
    assert set(wide.at) == {(unit, int(plan[unit])) for unit in differing.tolist() for plan in plans}
    assert 0 < len(two.unit) <= 4
    assert max(away[two.unit]) <= min(away[np.setdiff1d(differing, two.unit)]) * np.sqrt(2)


def test_cheap_pairs_are_those_that_cost_least_beyond_the_cheapest_of_their_unit() -> None:
    units, schools, adjacency = COUNTY
    problem = build_problem(units, schools, adjacency, wishes=Wishes(forbidden=[("c2r2", "s-c1r1")]))
    field = field_of(problem, NEAREST)
    reduced = field.cost + field.price * field.demand[:, None]
    loss = reduced - reduced.min(axis=1, keepdims=True)

    unit, zone = np.divmod(cheap_pairs(field), problem.n_zones)

    others = np.ones(loss.shape, dtype=bool)
    others[unit, zone] = False
    others[problem.site_unit] = False
    assert len(unit) == 2 * problem.n_units
    assert not field.fixed[unit].any()
    assert (problem.unit_ids.index("c2r2"), problem.zone_ids.index("s-c1r1")) not in set(
        zip(unit, zone, strict=True)
    )
    assert loss[unit, zone].max() <= loss[others].min()


def test_cheap_pairs_better_a_plan_where_there_is_no_other_plan() -> None:
    problem = build_problem(*COUNTY)
    field = field_of(problem, NEAREST)
    dear = spoilt(problem, NEAREST)[-1]

    found = merged(field, pairs_around(field, [dear], cheap_pairs(field), 0, 10_000), never)

    assert found is not None
    assert found.cost < plan_cost(problem, NEAREST, dear)
    assert violations(facts_of(COUNTY), named(problem, found.zone)) == ()


@pytest.mark.parametrize(
    ("zone", "pieces"),
    [([0, 0, 1, 1], []), ([0, 1, 0, 1], [[1], [2]]), ([0, 1, 1, 0], [[1, 2]]), ([0, 0, 0, 1], [])],
)
def test_pieces_without_a_school_are_told(zone: list[int], pieces: list[list[int]]) -> None:
    in_a_row = np.array([0, 1, 3, 5, 6]), np.array([1, 0, 2, 1, 3, 2])

    assert pieces_cut_off(in_a_row, np.array([0, 3]), np.array(zone)) == pieces
