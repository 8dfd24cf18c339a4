"""Several entry years and parity: by brute force, by damage, and what is said when a year cannot fit."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import World, cheapest_lawful, facts_of, grid, named, sharing, street
from zoning.engine.building import build_problem
from zoning.engine.explain import consequences
from zoning.engine.faults import ProblemFault
from zoning.engine.objective import NEAREST, Weights, plan_cost, worst_year
from zoning.engine.problem import Problem, Wishes
from zoning.engine.report import report
from zoning.engine.solve import Options, Solution, solve
from zoning.engine.verify import Violation, violations

CELLS = list(product(range(4), range(2)))
COUNTS = st.lists(st.integers(0, 9), min_size=8, max_size=8)


def with_years(world: World, children: list[list[int]], seats: list[list[int]]) -> World:
    """Return the world with children of later years by unit, and seats by school, each [n][n_later]."""
    units, schools, pairs = world
    return (
        [replace(unit, later=tuple(later)) for unit, later in zip(units, children, strict=True)],
        [replace(school, later=tuple(later)) for school, later in zip(schools, seats, strict=True)],
        pairs,
    )


@settings(max_examples=20, deadline=None)
@given(
    first=COUNTS,
    second=COUNTS,
    third=COUNTS,
    cells=st.lists(st.sampled_from(CELLS), min_size=4, max_size=4, unique=True),
    seats=st.lists(st.integers(4, 25), min_size=12, max_size=12),
    every_year=st.booleans(),
    shared=st.booleans(),
    seed=st.integers(0, 9),
)
def test_agrees_with_brute_force_on_tiny_worlds(
    first: list[int],
    second: list[int],
    third: list[int],
    cells: list[tuple[int, int]],
    seats: list[int],
    every_year: bool,
    shared: bool,
    seed: int,
) -> None:
    names = [f"s-c{x}r{y}" for x, y in cells]
    plain = grid(4, 2, np.array(first), dict(zip(cells, seats[:4], strict=True)))
    world = with_years(
        plain,
        [list(pair) for pair in zip(second, third, strict=True)],
        [list(pair) for pair in zip(seats[4:8], seats[8:], strict=True)],
    )
    if shared:
        world = sharing(world, names[:2], names[2:])
    wishes = Wishes(later_years=(2027, 2028), every_year=every_year)
    weights = Weights(worst_year_m=50, parity_m=30, balance_m=20)
    problem = build_problem(*world, wishes=wishes)
    best = cheapest_lawful(problem, facts_of(world, wishes), weights)

    solution = solve(problem, Options(effort=3, weights=weights), seed=seed)

    assert solution.lawful == (best is not None)
    if best is not None:
        assert solution.cost == best
        assert solution.lower_bound <= best


# Enough seats in 2026; in 2027 the three estates in the middle have 10 children more than s0 alone can take.
GROWING = with_years(
    street([5, 5, 5, 5, 5], {0: 30, 4: 30}),
    [[0], [10], [10], [10], [0]],
    [[15], [20]],
)
NEAR_S0 = [("u0", "s0"), ("u1", "s0"), ("u2", "s0"), ("u3", "s4"), ("u4", "s4")]
NEAR_S4 = [("u0", "s0"), ("u1", "s0"), ("u2", "s4"), ("u3", "s4"), ("u4", "s4")]
EVERY = Wishes(later_years=(2027,), every_year=True)
WEIGHED = Wishes(later_years=(2027,))


def solved(world: World, wishes: Wishes, weights: Weights = NEAREST) -> tuple[Problem, Solution]:
    problem = build_problem(*world, wishes=wishes)
    return problem, solve(problem, Options(effort=1, weights=weights), seed=1)


def test_every_later_year_must_fit_where_asked() -> None:
    problem, solution = solved(GROWING, EVERY)

    assert solution.lawful
    assert named(problem, solution.zone) == NEAR_S4
    assert violations(facts_of(GROWING, EVERY), NEAR_S0) == (
        Violation("later_seats_exceeded", "s0", (), 5, 2027),
    )
    assert violations(facts_of(GROWING, EVERY), NEAR_S4) == ()


@pytest.mark.parametrize(
    ("seats", "found"), [(20, ()), (19, (Violation("later_seats_exceeded", "s4", (), 1, 2027),))]
)
def test_the_last_seat_of_a_later_year_may_be_used(seats: int, found: tuple[Violation, ...]) -> None:
    units, schools, pairs = GROWING
    world = units, [schools[0], replace(schools[1], later=(seats,))], pairs

    assert violations(facts_of(world, EVERY), NEAR_S4) == found


def test_what_another_zone_would_mean_counts_the_worst_of_the_years_that_must_fit() -> None:
    zone = np.array([0, 0, 1, 1, 1])

    (kept,) = consequences(build_problem(*GROWING, wishes=EVERY), zone, "u2")
    (weighed,) = consequences(build_problem(*GROWING, wishes=WEIGHED), zone, "u2")

    # s0 would have 20 children for 15 seats in 2027.
    assert (kept.too_many, kept.seats, kept.children_then) == (5, 30, 15)
    assert (weighed.too_many, weighed.instead) == (0, ())


def test_weighed_years_cost_and_break_no_rule() -> None:
    problem = build_problem(*GROWING, wishes=WEIGHED)
    near_s0, near_s4 = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])

    assert violations(facts_of(GROWING, WEIGHED), NEAR_S0) == ()
    assert worst_year(problem, Weights(worst_year_m=7), near_s0) == 5 * 7_000
    assert worst_year(problem, Weights(worst_year_m=7), near_s4) == 0
    assert worst_year(build_problem(*GROWING, wishes=EVERY), Weights(worst_year_m=7), near_s0) == 0


def test_children_of_later_years_walk_too() -> None:
    problem = build_problem(*GROWING, wishes=WEIGHED)

    # u1, u3: 15 children over 100 m each; u2: 15 children over 200 m.
    assert plan_cost(problem, Weights(), np.array([0, 0, 1, 1, 1])) == 6_000_000


def test_a_later_year_without_enough_seats_is_named() -> None:
    units, schools, pairs = GROWING
    short = units, [schools[0], replace(schools[1], later=(10,))], pairs

    _, solution = solved(short, EVERY)

    assert not solution.lawful
    assert "All schools together lack 5 seats in 2027." in [str(one) for one in solution.violations]
    assert "later_seats_short" in {one.code for one in solution.violations}


def test_the_report_tells_children_and_seats_by_year() -> None:
    problem, solution = solved(GROWING, EVERY)

    told = report(problem, solution, seconds=0)

    assert told["later"] == {"2027": {"loads": {"s0": 10, "s4": 20}, "seats": {"s0": 15, "s4": 20}}}
    assert told["cost_km"] == pytest.approx(6.0)
    assert told["lower_bound"] <= told["cost_km"]  # type: ignore[operator]


@pytest.mark.parametrize("wishes", [Wishes(), Wishes(later_years=(2027, 2028))])
def test_years_that_are_not_stated_for_all_are_refused(wishes: Wishes) -> None:
    with pytest.raises(ProblemFault) as caught:
        build_problem(*GROWING, wishes=wishes)

    assert [fault.code for fault in caught.value.faults] == ["later_years_unequal"]


def test_parity_is_nought_when_shared_zones_are_equally_full_and_grows_with_the_difference() -> None:
    # Seats 40 and 40; 50 children in all.
    problem = build_problem(
        *sharing(street([10, 10, 5, 5, 10, 10], {0: 30, 1: 10, 4: 10, 5: 30}), ["s0", "s1"], ["s4", "s5"])
    )

    def spread(zone: list[int]) -> int:
        plain, parity = (plan_cost(problem, Weights(parity_m=m), np.array(zone)) for m in (0, 1000))
        return parity - plain

    assert spread([0, 0, 0, 1, 1, 1]) == 0
    # 30^2 / 40 + 20^2 / 40 - 50^2 / 80 = 22.5 + 10 - 31.25 children, times 1000 m.
    assert spread([0, 0, 0, 0, 1, 1]) == 1_250_000


def test_parity_evens_out_shared_zones_only() -> None:
    children = [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]
    world = sharing(street(children, {0: 30, 1: 30, 4: 30, 5: 30, 11: 60}), ["s0", "s1"], ["s4", "s5"])

    _, plain = solved(world, Wishes())
    problem, even = solved(world, Wishes(), Weights(parity_m=3000))

    shared = problem.has_several_schools
    assert np.ptp(even.loads[shared]) < np.ptp(plain.loads[shared])
    assert even.lower_bound <= even.cost
