"""Neighbours, estates, townships, main roads and classes: by hand, by brute force, as strangers see it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import World, cheapest_lawful, facts_of, grid, sharing, street
from tests.pure.stranger import bound_verdict, write_table
from zoning.engine.bound import several_bound
from zoning.engine.building import build_problem
from zoning.engine.canonical import inverse, name_free_order, reordered
from zoning.engine.faults import ProblemFault
from zoning.engine.field import COST
from zoning.engine.groundwork import lay_ground
from zoning.engine.kernel import anneal
from zoning.engine.lane import new_state
from zoning.engine.objective import (
    FEWEST_CHANGES,
    HEAVIEST,
    HEAVIEST_M,
    Weights,
    cost_by_term,
    plan_cost,
)
from zoning.engine.problem import IntArray, Problem, Wishes
from zoning.engine.report import report
from zoning.engine.search import make_field
from zoning.engine.solve import Options, Solution, solve

Crossings = dict[tuple[str, str], int]

# u0 and u1 belong to town a, u3 and u4 to town b, u2 to no known one; u3 goes to school across the road.
units, schools, pairs = street([10, 4, 6, 3, 10], {0: 60, 4: 60})
TOWNS = dict(zip(("u0", "u1", "u3", "u4"), "aabb", strict=True))
ROW: World = ([replace(unit, township=TOWNS.get(unit.unit_id, "")) for unit in units], schools, pairs)
IN_FORCE = {"u0": "s0", "u1": "s0", "u2": "s0", "u3": "s4"}
ROADS: Crossings = {("u1", "s4"): 2, ("u3", "s0"): 1, ("u2", "s0"): 1}
KNOWN = Wishes(zones_in_force=IN_FORCE, class_size=10)


def problem_of(world: World = ROW, wishes: Wishes = KNOWN, crossings: Crossings | None = ROADS) -> Problem:
    return build_problem(*world, wishes=wishes, crossings=crossings)


@pytest.mark.parametrize(
    ("weights", "zone", "term", "mm"),
    [
        # u2 moves: one estate, whatever its children; two move, two estates
        (Weights(moved_unit_m=500), [0, 0, 1, 1, 1], "moved_units", 500_000),
        (Weights(moved_unit_m=500), [0, 1, 1, 1, 1], "moved_units", 1_000_000),
        # u4 is new, so it moves for nothing, and nobody stays for nothing
        (Weights(moved_unit_m=500), [0, 0, 0, 1, 1], "moved_units", 0),
        # u1 and u2 are parted: 4 children of the smaller one; u2 and u3 never were together
        (Weights(parted_child_m=100), [0, 0, 1, 1, 1], "parted", 400_000),
        # u0 and u1 are parted, u1 and u2 move together
        (Weights(parted_child_m=100), [0, 1, 1, 1, 1], "parted", 400_000),
        (Weights(parted_child_m=100), [0, 0, 0, 1, 1], "parted", 0),
        # u1's 4 children and u3's 3 leave their townships; u2's is not known
        (Weights(township_child_m=50), [0, 1, 1, 1, 1], "township", 200_000),
        (Weights(township_child_m=50), [0, 0, 0, 0, 1], "township", 150_000),
        (Weights(township_child_m=50), [0, 0, 0, 1, 1], "township", 0),
        # u2's 6 children cross one road, u1's 4 two
        (Weights(crossing_m=30), [0, 0, 0, 1, 1], "crossings", 180_000),
        (Weights(crossing_m=30), [0, 1, 1, 1, 1], "crossings", 240_000),
        # 20 and 13 children: two full classes, and two with 7 seats empty; then 14 and 19: 6 and 1
        (Weights(class_seat_m=20), [0, 0, 0, 1, 1], "classes", 140_000),
        (Weights(class_seat_m=20), [0, 0, 1, 1, 1], "classes", 140_000),
        # 10 and 23
        (Weights(class_seat_m=20), [0, 1, 1, 1, 1], "classes", 140_000),
    ],
)
def test_what_a_term_costs(weights: Weights, zone: list[int], term: str, mm: int) -> None:
    terms = cost_by_term(problem_of(), weights, np.array(zone))

    assert terms[term] == mm
    assert sum(terms.values()) - terms["walked"] == mm


def test_classes_of_two_zones_can_hold_more_empty_seats_than_one_would() -> None:
    problem = problem_of(street([11, 11], {0: 30, 1: 30}), Wishes(class_size=10), None)
    weights = Weights(class_seat_m=7)

    # two classes of ten for eleven children, twice; all together would need three
    assert cost_by_term(problem, weights, np.array([0, 1]))["classes"] == 18 * 7_000
    assert several_bound(problem, weights) == 8 * 7_000


def test_an_estate_without_children_moves_for_nothing() -> None:
    world = street([10, 0, 10], {0: 30, 2: 30})
    problem = problem_of(world, Wishes(zones_in_force={"u1": "s0"}), None)

    assert cost_by_term(problem, FEWEST_CHANGES, np.array([0, 1, 1]))["moved_units"] == 0


def test_the_road_on_the_way_to_the_nearest_school_counts_and_of_equal_ways_the_fewest() -> None:
    world = sharing(street([5, 5, 5, 5], {0: 20, 2: 20}), ["s0", "s2"])
    crossings = {("u0", "s2"): 9, ("u1", "s0"): 3, ("u1", "s2"): 2, ("u3", "s2"): 1}
    problem = problem_of(world, Wishes(), crossings)
    units, zones = name_free_order(problem)
    turned, none = reordered(problem, units[::-1].copy(), zones), np.zeros(4, dtype=np.int64)

    assert problem.crossings_between(np.arange(4), none).tolist() == [0, 2, 0, 1]
    assert turned.crossings_between(inverse(units[::-1].copy()), none).tolist() == [0, 2, 0, 1]


def test_a_benefit_below_the_least_moves_no_estate_and_one_above_does() -> None:
    # u2 would spare each of its ten children 100 m: 1,000 child-metres.
    world = street([1, 1, 10, 1], {0: 19, 3: 19})
    problem = problem_of(world, Wishes(zones_in_force={"u2": "s0"}), None)

    kept = solve(problem, Options(effort=1, weights=Weights(moved_unit_m=1001)), seed=1)
    moved = solve(problem, Options(effort=1, weights=Weights(moved_unit_m=999)), seed=1)

    assert (kept.zone[2], moved.zone[2]) == (0, 1)
    assert FEWEST_CHANGES.moved_unit_m > 0


def test_neighbours_stay_together_where_parting_them_costs() -> None:
    # Both middle estates have s0 in force; u2 alone is nearer to s3.
    world = street([5, 5, 5, 5], {0: 20, 3: 20})
    problem = problem_of(world, Wishes(zones_in_force={"u1": "s0", "u2": "s0"}), None)

    plans = [
        solve(problem, Options(effort=1, weights=Weights(parted_child_m=metres)), seed=1).zone.tolist()
        for metres in (99, 101)
    ]

    assert plans == [[0, 0, 1, 1], [0, 0, 0, 1]]


WEIGHTS = st.sampled_from(
    [
        Weights(moved_unit_m=700),
        Weights(moved_child_m=40, moved_unit_m=2000),
        Weights(parted_child_m=90),
        Weights(parted_child_m=90, border_m=130, moved_child_m=10),
        Weights(township_child_m=120),
        Weights(crossing_m=60),
        Weights(class_seat_m=50),
        Weights(walked_m=0, class_seat_m=50, township_child_m=1),
        Weights(
            moved_child_m=20,
            moved_unit_m=300,
            parted_child_m=50,
            township_child_m=40,
            crossing_m=30,
            class_seat_m=20,
            balance_m=10,
        ),
    ]
)
CELLS = list(product(range(4), range(2)))


@st.composite
def tiny(draw: st.DrawFn) -> tuple[World, Wishes, Crossings]:
    """Return eight estates and three schools, all that the terms speak of known.

    In force is the zone of the school fewest steps away, some schools counted farther than they are: the next unit on
    the way to that school is in its zone too, so no zone has an island, which could stay.
    """
    cells = draw(st.lists(st.sampled_from(CELLS), min_size=3, max_size=3, unique=True))
    seats = draw(st.lists(st.integers(8, 40), min_size=3, max_size=3))
    children = draw(st.lists(st.integers(0, 9), min_size=8, max_size=8))
    units, schools, pairs = grid(4, 2, np.array(children), dict(zip(cells, seats, strict=True)))
    towns = draw(st.lists(st.sampled_from(["", "a", "b"]), min_size=8, max_size=8))
    units = [replace(unit, township=town) for unit, town in zip(units, [*towns[:7], "a"], strict=True)]
    names = [school.school_id for school in schools]
    farther = draw(st.lists(st.integers(0, 4), min_size=3, max_size=3))
    steps = [
        [abs(x - a) + abs(y - b) + w for (a, b), w in zip(cells, farther, strict=True)] for x, y in CELLS
    ]
    now = [names[row.index(min(row))] for row in steps]
    roads = draw(st.lists(st.integers(0, 2), min_size=24, max_size=24))
    pairs_of = product((unit.unit_id for unit in units), names)
    return (
        (units, schools, pairs),
        Wishes(
            zones_in_force={unit.unit_id: zone for unit, zone in zip(units, now, strict=True)},
            class_size=draw(st.integers(1, 12)),
        ),
        dict(zip(pairs_of, roads, strict=True)),
    )


@settings(max_examples=60, deadline=None)
@given(given_world=tiny(), weights=WEIGHTS, seed=st.integers(0, 9))
def test_agrees_with_brute_force_on_tiny_worlds(
    given_world: tuple[World, Wishes, Crossings], weights: Weights, seed: int
) -> None:
    world, wishes, crossings = given_world
    problem = build_problem(*world, wishes=wishes, crossings=crossings)
    best = cheapest_lawful(problem, facts_of(world), weights)

    solution = solve(problem, Options(effort=3, weights=weights), seed=seed)

    assert solution.lawful == (best is not None)
    if best is not None:
        assert solution.lower_bound <= best
        assert solution.cost == plan_cost(problem, weights, solution.zone) == best


ALL = Weights(
    moved_child_m=20,
    moved_unit_m=300,
    parted_child_m=50,
    township_child_m=40,
    crossing_m=30,
    class_seat_m=20,
    border_m=15,
    filling_m=900,
)


def large() -> Problem:
    """Return 64 estates with children, all that the terms speak of known."""
    chance = np.random.default_rng(7)
    units, schools, pairs = grid(
        8, 8, chance.integers(1, 20, 64), {(1, 1): 220, (6, 1): 220, (1, 6): 220, (6, 6): 220}
    )
    units = [replace(unit, township="ab"[i % 16 // 8]) for i, unit in enumerate(units)]
    names = [school.school_id for school in schools]
    wishes = Wishes(
        zones_in_force={u.unit_id: names[i] for u, i in zip(units, chance.integers(0, 4, 64), strict=True)},
        class_size=9,
    )
    crossings = {(u.unit_id, name): int(chance.integers(0, 3)) for u in units for name in names}
    return build_problem(units, schools, pairs, wishes=wishes, crossings=crossings)


@pytest.mark.parametrize("weights", [ALL, Weights(parted_child_m=50), Weights(class_seat_m=3)])
def test_the_search_keeps_the_cost_it_is_told(weights: Weights) -> None:
    problem = large()
    ground = lay_ground(problem, weights)
    field = make_field(problem, weights, ground, ground.relaxed.prices)
    zone = solve(problem, Options(effort=1, weights=weights), seed=2).zone
    state = new_state(field, zone, 5, 0)
    heats, strains = np.full(40, 10**6), np.full(40, 10**6)

    anneal(field, state, heats, 500, strains, 200)

    assert not np.array_equal(state.zone, zone)
    assert state.total[COST] == plan_cost(problem, weights, state.zone)


def told_of(problem: Problem, weights: Weights) -> tuple[Solution, dict[str, Any]]:
    solution = solve(problem, Options(effort=2, weights=weights), seed=1)
    return solution, json.loads(json.dumps(report(problem, solution, seconds=0)))


def judged(problem: Problem, told: Mapping[str, Any], folder: Path, towns: list[str]) -> dict[str, Any]:
    """Return the verdict of the stand-alone checker, from files as a stranger gets them."""
    names, sites = problem.unit_ids, problem.site_ids
    units = zip(names, problem.x_m, problem.y_m, problem.children, towns, strict=True)
    schools = zip(sites, (names[u] for u in problem.site_unit), problem.site_seats, strict=True)
    assert problem.crossings is not None
    table: IntArray = problem.crossings
    roads = ((names[u], sites[s], n) for (u, s), n in np.ndenumerate(table))
    files = {
        "units": ("unit_id,x_m,y_m,children,township", units),
        "schools": ("school_id,unit_id,seats", schools),
        "adjacency": ("unit_a,unit_b", ((names[a], names[b]) for a, b in problem.pairs)),
        "crossings": ("unit_id,school_id,crossings", roads),
    }
    for name, (header, rows) in files.items():
        write_table(folder / f"{name}.csv", header, rows)
    return bound_verdict({name: folder / f"{name}.csv" for name in files}, told, folder)


TOWNS_OF_LARGE = ["ab"[i % 16 // 8] for i in range(64)]


@pytest.mark.parametrize(
    "weights",
    [
        FEWEST_CHANGES,
        Weights(moved_unit_m=4000),
        Weights(township_child_m=900),
        Weights(crossing_m=700),
        Weights(class_seat_m=400),
        ALL,
    ],
)
def test_a_stranger_recomputes_the_bound(tmp_path: Path, weights: Weights) -> None:
    problem = large()

    solution, told = told_of(problem, weights)

    verdict = judged(problem, told, tmp_path, TOWNS_OF_LARGE)
    assert verdict["proven"], verdict
    assert verdict["objective_mm"] == solution.lower_bound
    assert 0 < solution.lower_bound <= solution.cost
    assert told["objective"]["weights"] == asdict(weights)
    assert sum(told["objective"]["terms_mm"].values()) == told["objective"]["cost_mm"]
    for name in ("moved_unit_m", "township_child_m", "crossing_m", "class_seat_m"):
        if getattr(weights, name):
            forged = told["objective"] | {"weights": asdict(weights) | {name: 1}}
            assert not judged(problem, told | {"objective": forged}, tmp_path, TOWNS_OF_LARGE)["proven"]


@pytest.mark.parametrize(
    ("weights", "code"),
    [
        (Weights(township_child_m=1), "no_townships"),
        (Weights(crossing_m=1), "no_crossings"),
        (Weights(class_seat_m=1), "no_class_size"),
        (Weights(shape_m=1), "no_borders"),
    ],
)
def test_a_weight_of_what_is_not_known_is_refused(weights: Weights, code: str) -> None:
    problem = build_problem(*street([1, 1], {0: 2}))

    with pytest.raises(ProblemFault) as refusal:
        solve(problem, Options(effort=1, weights=weights), seed=1)

    assert [fault.code for fault in refusal.value.faults] == [code]


@pytest.mark.parametrize(
    ("wishes", "crossings", "code"),
    [
        (Wishes(class_size=-1), None, "class_size_wrong"),
        (Wishes(class_size=1001), None, "class_size_wrong"),
        (Wishes(), {("u9", "s0"): 1}, "crossings_unknown"),
        (Wishes(), {("u1", "s9"): 1}, "crossings_unknown"),
        (Wishes(), {("u1", "s0"): -1}, "crossings_not_usable"),
        (Wishes(), {("u1", "s0"): 101}, "crossings_not_usable"),
    ],
)
def test_what_cannot_be_is_refused(wishes: Wishes, crossings: Crossings | None, code: str) -> None:
    with pytest.raises(ProblemFault) as refusal:
        problem_of(street([1, 1], {0: 2}), wishes, crossings)

    assert [fault.code for fault in refusal.value.faults] == [code]


@pytest.mark.parametrize("name", sorted(asdict(Weights())))
def test_every_weight_is_bounded(name: str) -> None:
    most = HEAVIEST.get(name, HEAVIEST_M)

    assert asdict(Weights(**{name: most}))[name] == most
    for metres in (-1, most + 1):
        with pytest.raises(ValueError, match=name):
            Weights(**{name: metres})
