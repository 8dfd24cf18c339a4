"""Sums at the edge of 64 bits: right below it by reckoning without bounds, refused in words above it."""

from argparse import Namespace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import World, facts_of, grid, sharing, street
from zoning.engine import verify, verify_bound, verify_figures, verify_files
from zoning.engine.building import build_problem
from zoning.engine.faults import FARTHEST_WAY_M, MOST, ProblemFault
from zoning.engine.objective import MOST_EVEN_MM, Weights
from zoning.engine.problem import Problem, School, Unit
from zoning.engine.report import plan_rows, report
from zoning.engine.shapes import land_faults
from zoning.engine.solve import Options, solve

HEAVIEST = Weights(moved_child_m=100_000, border_m=100_000, worst_year_m=100_000, filling_m=10_000_000)
Told = dict[str, Any]


@st.composite
def huge_worlds(draw: st.DrawFn) -> tuple[World, dict[tuple[str, str], float], Weights]:
    """As many children and as long ways as are allowed, few enough plans to try them all, the heaviest weights."""
    n = 6
    shares = draw(st.lists(st.integers(1, 1000), min_size=n, max_size=n))
    children = [MOST * share // sum(shares) for share in shares]
    full = draw(st.sampled_from([0.4, 1.0]))
    seats = int(MOST * full)
    world = grid(3, 2, np.array(children), {(0, 0): seats, (2, 1): MOST - seats})
    ways = {
        (unit.unit_id, school.school_id): draw(st.floats(0.5, 1)) * FARTHEST_WAY_M
        for unit in world[0]
        for school in world[1]
    }
    balance = draw(st.sampled_from([0, MOST_EVEN_MM // MOST**2 // 1000]))
    weights = HEAVIEST if not balance else Weights(balance_m=balance, border_m=100_000)
    return world, ways, weights


def exact_mm(world: World, ways: dict[tuple[str, str], float], weights: Told, zone_of: dict[str, str]) -> int:
    """Return a plan's cost in Python's whole numbers, which have no edge."""
    facts = facts_of(world)
    drawn = verify_figures.Drawn(
        facts,
        verify.zones_of(facts),
        zone_of,
        {unit: [ways[unit, zone]] for unit, zone in zone_of.items()},
        None,
        {unit: [0] for unit in zone_of},
    )
    return sum(verify_figures.terms_mm(drawn, weights, {}, 1).values())


@given(huge_worlds())
@settings(max_examples=12, deadline=None)
def test_the_largest_sums_are_right_and_the_best_of_all_plans_is_found(
    huge: tuple[World, dict[tuple[str, str], float], Weights],
) -> None:
    world, ways, weights = huge
    problem = build_problem(*world, matrix_m=ways)

    solution = solve(problem, Options(effort=1, weights=weights), seed=1)

    told = report(problem, solution, seconds=0)
    stated: Any = told["objective"]
    plan = plan_rows(problem, solution)
    assert solution.cost == exact_mm(world, ways, stated["weights"], plan)
    facts = facts_of(world)
    lawful = [
        exact_mm(world, ways, stated["weights"], zone_of)
        for choice in product(problem.zone_ids, repeat=problem.n_units)
        if not verify.violations(
            facts, [*(zone_of := dict(zip(problem.unit_ids, choice, strict=True))).items()]
        )
    ]
    assert solution.lawful is bool(lawful)
    if lawful:
        assert solution.cost == min(lawful)
        assert solution.lower_bound <= min(lawful)


def test_bounds_of_the_largest_sums_are_proven_without_an_edge(tmp_path: Path) -> None:
    children = np.array([MOST // 8, MOST // 4, MOST // 8, MOST // 8, MOST // 4, MOST // 8])
    world = grid(3, 2, children, {(0, 0): MOST // 2, (2, 1): MOST // 2})
    far = [(u.unit_id, s.school_id, 7e7 + 1e6 * i) for i, u in enumerate(world[0]) for s in world[1]]
    weights = Weights(balance_m=MOST_EVEN_MM // MOST**2 // 1000, border_m=100_000)
    problem = build_problem(*world, matrix_m={(unit, school): metres for unit, school, metres in far})
    solution = solve(problem, Options(effort=2, weights=weights), seed=1)
    told = report(problem, solution, seconds=0)

    for name, header, rows in (
        ("units", "unit_id,x_m,y_m,children", [(u.unit_id, u.x_m, u.y_m, u.children) for u in world[0]]),
        ("schools", "school_id,unit_id,seats", [(s.school_id, s.unit_id, s.seats) for s in world[1]]),
        ("adjacency", "unit_a,unit_b", world[2]),
        ("distances", "unit_id,school_id,metres", far),
    ):
        lines = [header, *(",".join(map(str, row)) for row in rows)]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    paths = {name: str(tmp_path / f"{name}.csv") for name in ("units", "schools", "adjacency", "distances")}
    args = Namespace(**paths, rules=None, crossings=None, in_force=None, every_year=False)
    data, _ = verify_bound.read_input(verify_files, args, told)

    assert solution.lawful
    assert verify_bound.judge(told, data)["faults"] == []


ONE = street([0, 0], {0: MOST - 1, 1: 1})
BOTH = sharing(ONE, ["s0", "s1"])


def with_children(world: World, children: int) -> Problem:
    units, schools, pairs = world
    return build_problem([Unit("u0", children, 0, 0), *units[1:]], schools, pairs)


@pytest.mark.parametrize(
    ("world", "weights", "most"),
    [
        (ONE, Weights(balance_m=100_000), 214_748),
        (ONE, Weights(balance_m=3000, parity_m=3000), 1_239_850),  # no zone is shared: parity does not count
        (BOTH, Weights(balance_m=3000, parity_m=3000), 876_706),
        (BOTH, Weights(parity_m=100_000), 214_748),
    ],
)
def test_squares_that_would_not_fit_are_refused_at_the_first_child_too_many(
    world: World, weights: Weights, most: int
) -> None:
    fits = solve(with_children(world, most), Options(effort=1, weights=weights), seed=1)
    with pytest.raises(ProblemFault, match="too heavy for so many children") as refused:
        solve(with_children(world, most + 1), Options(effort=1, weights=weights), seed=1)

    assert [fault.code for fault in refused.value.faults] == ["too_many_to_even"]
    assert fits.lawful
    if world is ONE:
        assert fits.cost == 1000 * weights.balance_m * most**2 // (MOST - 1)
    else:  # one zone: parity costs as much as it is less than the mean of the shared zones, nothing
        both, shared = 1000 * (weights.balance_m + weights.parity_m), 1000 * weights.parity_m
        assert fits.cost == both * most**2 // MOST - shared * most**2 // MOST


def test_a_child_more_than_can_be_reckoned_with_is_refused_whatever_the_weights() -> None:
    one_school = street([0, 0], {0: MOST})

    assert solve(with_children(one_school, MOST), Options(effort=1), seed=1).lawful
    with pytest.raises(ProblemFault, match="more than 5,000,000 children"):
        with_children(one_school, MOST + 1)


@pytest.mark.parametrize(
    ("area_m2", "outline_m", "codes"),
    [
        (4e10, 1.5e8, []),
        (4.1e10, 1.0, ["land_too_large"]),
        (1.0, 1.6e8, ["land_too_large"]),
    ],
)
def test_land_that_cannot_be_reckoned_with_is_refused(
    area_m2: float, outline_m: float, codes: list[str]
) -> None:
    units = [Unit(name, 1, 0, 0, (), area_m2, outline_m) for name in ("a", "b")]

    assert [code for code, _ in land_faults(units, [("a", "b")], {})] == codes


def test_the_largest_land_is_measured_right() -> None:
    units = [Unit("a", 1, 0, 0, (), 4e10, 1e6), Unit("b", 1, 1, 0, (), 4e10, 1e6)]
    schools = [School("s", "a", 2)]
    problem = build_problem(units, schools, [("a", "b")], borders_m={("a", "b"): 2e5})

    weights = Weights(walked_m=0, shape_m=10_000_000)
    solution = solve(problem, Options(effort=1, weights=weights), seed=1)

    told: Any = report(problem, solution, seconds=0)["roundness"]
    assert told == {"s": 3926}  # 4 pi x 8e10 / 1.6e6^2 = 0.3927, in parts of 10,000 rounded down
