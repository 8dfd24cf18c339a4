"""Large counties: a unit keeps its nearest zones only, and nothing that is claimed of the county changes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.generated import county
from tests.pure.engine_worlds import World, distance_mm, facts_of, grid, named, sharing, worlds
from zoning.engine import compiling, kernel, ways
from zoning.engine.bound import bound_km, linear_bound, seats_bound
from zoning.engine.building import build_problem
from zoning.engine.connection import joined_to_school
from zoning.engine.constraints import allowed_pairs, allowed_ways
from zoning.engine.groundwork import lay_ground
from zoning.engine.judge import crowded
from zoning.engine.objective import NEAREST, plan_cost
from zoning.engine.problem import NOWHERE, Problem, Wishes
from zoning.engine.report import report
from zoning.engine.solve import Options, solve
from zoning.engine.verify import violations
from zoning.engine.ways import find_ways, nearest_ways, whole_ways

# Nine schools in a town of 12 x 12, so that three columns leave most of them out.
TOWN = grid(
    12,
    12,
    np.arange(144) * 29 % 31,
    {(x, y): 260 for x in (1, 5, 10) for y in (2, 6, 10)},
)


@pytest.fixture
def sparse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every problem is a large one, and three zones are near."""
    monkeypatch.setattr(ways, "MOST_PAIRS", 0)
    monkeypatch.setattr(ways, "NEAREST", 3)


def town(wishes: Wishes | None = None) -> Problem:
    return build_problem(*TOWN, wishes=wishes)


def test_a_small_problem_keeps_every_pair() -> None:
    found = find_ways(town())

    assert found.is_whole
    assert found.zone[77].tolist() == list(range(9))
    assert np.array_equal(found.metres, town().distance_m())


@pytest.mark.usefixtures("sparse")
def test_a_large_one_keeps_the_nearest_zones_and_those_named_for_the_unit() -> None:
    # c0r0 is farthest from the school at (10, 10), and c11r11 holds none: its lock is to the opposite corner.
    wishes = Wishes(locked={"c11r11": "s-c1r2"}, zones_in_force={"c0r0": "s-c10r10"})
    problem = town(wishes)
    corner, locked = problem.unit_ids.index("c0r0"), problem.unit_ids.index("c11r11")

    found = find_ways(problem)

    kept = [[problem.zone_ids[z] for z in found.zone[u].tolist() if z != NOWHERE] for u in (corner, locked)]
    assert kept[0] == ["s-c10r10", "s-c1r2", "s-c1r6", "s-c5r2"]
    assert kept[1] == ["s-c10r10", "s-c10r6", "s-c1r2", "s-c5r10"]
    assert (found.column_of(problem.locked)[locked], found.zone[corner + 1, -1]) == (2, NOWHERE)
    left_out = np.ones((problem.n_units, problem.n_zones), dtype=bool)
    for u in range(problem.n_units):
        left_out[u, found.zone[u][found.zone[u] != NOWHERE]] = False
    assert (problem.distance_m() >= found.beyond_m[:, None])[left_out].all()
    assert allowed_ways(problem, found)[locked].tolist() == [False, False, True, False]


def test_schools_of_one_zone_stand_in_one_column() -> None:
    problem = build_problem(*sharing(TOWN, ("s-c1r2", "s-c1r6"), ("s-c5r2", "s-c5r6", "s-c5r10")))

    found = nearest_ways(problem, 4)

    for u in range(problem.n_units):
        zones = found.zone[u][found.zone[u] != NOWHERE].tolist()
        assert zones == sorted(set(zones))
        assert found.metres[u, : len(zones)].tolist() == problem.distance_m()[u, zones].tolist()
        assert np.isinf(found.metres[u, len(zones) :]).all()


@settings(max_examples=60, deadline=None)
@given(world=worlds(), near=st.integers(1, 4), dear=st.integers(0, 5_000_000), seed=st.integers(0, 99))
def test_the_bound_of_prices_speaks_of_the_zones_left_out_too(
    world: World, near: int, dear: int, seed: int
) -> None:
    problem = build_problem(*world)
    prices = np.random.default_rng(seed).integers(0, dear + 1, problem.n_zones)
    few, every = nearest_ways(problem, near), whole_ways(problem, np.arange(problem.n_units))

    spent = distance_mm(problem) * problem.walkers[:, None]
    whole = linear_bound(spent, allowed_pairs(problem), problem.demand, problem.supply, prices)

    assert seats_bound(problem, NEAREST, few, prices) == whole
    assert seats_bound(problem, NEAREST, every, prices) == whole
    assert bound_km(problem, few, prices) == bound_km(problem, every, prices)


@pytest.mark.usefixtures("sparse")
def test_a_large_county_is_drawn_lawfully_and_its_cost_and_bound_are_those_of_all_pairs() -> None:
    problem = town()

    solution = solve(problem, Options(effort=2), seed=1)

    assert solution.lawful
    assert violations(facts_of(TOWN), named(problem, solution.zone)) == ()
    spent = distance_mm(problem) * problem.walkers[:, None]
    assert (
        solution.cost
        == spent[np.arange(144), solution.zone].sum()
        == plan_cost(problem, NEAREST, solution.zone)
    )
    whole = linear_bound(spent, allowed_pairs(problem), problem.demand, problem.supply, solution.prices)
    assert solution.lower_bound == whole
    assert solution.gap < 0.02


@pytest.mark.usefixtures("sparse")
def test_the_report_of_a_large_county_states_the_bound_of_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    solution = solve(town(), Options(effort=1), seed=1)

    stated = report(town(), solution, seconds=1.0)
    monkeypatch.setattr(ways, "MOST_PAIRS", 10**9)

    assert report(town(), solution, seconds=1.0)["lower_bound"] == stated["lower_bound"]


@pytest.mark.usefixtures("sparse")
def test_children_who_find_no_seat_nearby_are_seated_farther_away() -> None:
    # The west has no seats at all: its nearest three zones are full or empty of seats, those in the east are not.
    units, schools, adjacency = TOWN
    west = [replace(one, seats=35 if "c10" not in one.school_id else 900) for one in schools]
    problem = build_problem(units, west, adjacency)

    ground = lay_ground(problem, NEAREST)

    assert find_ways(problem).zone.shape[1] == 3
    assert ground.ways.zone.shape[1] > 3
    assert not ground.relaxed.unseated.any()


@pytest.mark.usefixtures("sparse")
def test_units_that_only_full_schools_can_take_are_named_of_all_schools() -> None:
    # All but one school are forbidden to the first column of units, which has more children than that school seats.
    first = [f"c0r{y}" for y in range(1, 12)]  # c0r0 has no children
    ids = [school.school_id for school in TOWN[1]]
    wishes = Wishes(forbidden=[(unit, school) for unit in first for school in ids if school != "s-c10r10"])
    crowded = (
        TOWN[0],
        [replace(s, seats=100 if s.school_id == "s-c10r10" else 400) for s in TOWN[1]],
        TOWN[2],
    )

    solution = solve(build_problem(*crowded, wishes=wishes), Options(effort=1), seed=1)

    reasons = {trouble.code: trouble for trouble in solution.violations}
    assert not solution.lawful
    assert "no_school_allowed" not in reasons
    assert set(first) <= set(reasons["only_full_schools"].unit_ids)
    assert reasons["only_full_schools"].school_ids == ("s-c10r10",)
    assert reasons["only_full_schools"].children > reasons["only_full_schools"].seats == 100


@pytest.mark.usefixtures("sparse")
def test_children_of_a_county_without_seats_for_all_reach_every_school() -> None:
    # Forbidden pairs leave the first column of units seven schools, all full of them; the others go to the last two.
    first = [f"c0r{y}" for y in range(12)]
    ids = sorted(school.school_id for school in TOWN[1])
    wishes = Wishes(forbidden=[(unit, school) for unit in first for school in ids[:2]])
    seats = dict.fromkeys(ids[:2], 2000) | dict.fromkeys(ids[2:], 20)
    world = (TOWN[0], [replace(s, seats=seats[s.school_id]) for s in TOWN[1]], TOWN[2])

    ground = lay_ground(build_problem(*world, wishes=wishes), NEAREST)
    units, schools = crowded(build_problem(*world, wishes=wishes), ground)

    problem = build_problem(*world, wishes=wishes)
    assert ground.relaxed.unseated.any()
    assert [problem.zone_ids[z] for z in schools.tolist()] == ids[2:]
    assert problem.children[units].sum() > problem.seats[schools].sum() == 140


@pytest.mark.usefixtures("sparse")
def test_a_plan_to_start_from_may_use_zones_that_are_not_near() -> None:
    problem = town()
    start = solve(problem, Options(effort=1), seed=1).zone
    far = int(np.flatnonzero(distance_mm(problem)[:, 8] == distance_mm(problem)[:, 8].max())[0])
    start[far] = 8

    ground = lay_ground(problem, NEAREST, start)

    assert ground.ways.column_of(start).min() >= 0


@settings(max_examples=60, deadline=None)
@given(world=worlds(), seed=st.integers(0, 999))
def test_joined_units_are_those_that_a_walk_inside_the_zone_reaches(world: World, seed: int) -> None:
    problem = build_problem(*world)
    zone = np.random.default_rng(seed).integers(NOWHERE, problem.n_zones, problem.n_units)
    indptr, near = problem.graph

    found = joined_to_school(problem.graph, (problem.site_unit, problem.site_zone), zone)

    reached = {int(u) for u, s in zip(problem.site_unit, problem.site_zone, strict=True) if zone[u] == s}
    stack = list(reached)
    while stack:
        at = stack.pop()
        fresh = {int(v) for v in near[indptr[at] : indptr[at + 1]] if zone[v] == zone[at]} - reached
        reached |= fresh
        stack.extend(fresh)
    assert set(np.flatnonzero(found).tolist()) == reached


def test_a_generated_county_is_drawn_whole_and_its_best_plans_are_told() -> None:
    tables = county(800, 3)
    problem = build_problem(tables.units, tables.schools, tables.adjacency)
    told: list[int] = []

    solution = solve(problem, Options(effort=1), seed=1, watch=told.append)

    assert (len(tables.units), len(tables.schools)) == (800, 10)
    assert violations(tables.facts(), named(problem, solution.zone)) == ()
    # The search counts a thousandth of a child where none lives, so what it tells is a little more.
    assert 0 <= min(told) - solution.cost < solution.cost // 10_000


def test_the_cache_of_the_loops_is_renewed_with_every_file_that_holds_one() -> None:
    folder = Path(kernel.__file__).parent
    marks = ("@njit\n", "@woven\n")
    holding = [
        path for path in sorted(folder.glob("*.py")) if any(mark in path.read_text() for mark in marks)
    ]
    covered = {path.name for pattern in compiling.PATTERNS for path in folder.glob(pattern)}
    stamp = kernel.anneal._cache._cache_file._source_stamp  # type: ignore[attr-defined]  # Numba's own

    assert {path.name for path in holding} <= covered
    assert "field.py" in covered
    assert stamp == compiling.SOURCES
