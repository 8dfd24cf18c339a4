"""Stated walks are stored pair by pair, and nothing shows but the memory: the plan is that of the whole table."""

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.generated import county, with_walks
from tests.pure.engine_worlds import World, distance_mm, facts_of, grid, named, street, worlds
from zoning.engine import walks as walking
from zoning.engine import ways
from zoning.engine.building import build_problem
from zoning.engine.canonical import name_free_order, reordered
from zoning.engine.constraints import allowed_pairs
from zoning.engine.faults import ProblemFault
from zoning.engine.problem import FloatArray, Wishes
from zoning.engine.solve import Options, solve
from zoning.engine.verify import violations
from zoning.engine.walks import Detour, Walks, WalksById, indexed, make_walks
from zoning.engine.ways import find_ways, whole_ways
from zoning.engine.window import part_of

Table = dict[tuple[str, str], float]
# Three schools on a street of six; the walk from u1 to s0 leads round, that from u4 to s0 is not known.
STREET = street([5, 4, 3, 6, 2, 5], {0: 12, 2: 12, 5: 12})
KNOWN: Table = {
    **{(f"u{i}", "s2"): abs(i - 2) * 110.0 for i in range(6)},
    **{("u0", "s0"): 0.0, ("u1", "s0"): 410.5, ("u3", "s5"): 230.0, ("u4", "s5"): 120.0, ("u5", "s5"): 0.0},
}


def as_walks(world: World, table: Mapping[tuple[str, str], float], *, times: int = 0) -> WalksById:
    """Return the table as arrays, ids not in their order; `times` the straight line counts for what is left out."""
    units = indexed(unit.unit_id for unit in reversed(world[0]))
    sites = indexed(school.school_id for school in reversed(world[1]))
    at = {unit.unit_id: (unit.x_m, unit.y_m) for unit in world[0]}
    home = {school.school_id: at[school.unit_id] for school in world[1]}
    detour = Detour(times, np.array([at[u] for u in units]), np.array([home[s] for s in sites]))
    return WalksById(
        units,
        sites,
        make_walks(
            (len(units), len(sites)),
            np.array([units[u] for u, _ in table], dtype=np.int64),
            np.array([sites[s] for _, s in table], dtype=np.int64),
            np.array([*table.values()], dtype=np.float64),
            detour if times else None,
        ),
    )


def filled(world: World, table: Table, times: int) -> Table:
    """Return the table with what counts for the pairs left out written into it."""
    at = {unit.unit_id: (unit.x_m, unit.y_m) for unit in world[0]}
    straight = {
        (u, s.school_id): math.dist(point, at[s.unit_id]) for u, point in at.items() for s in world[1]
    }
    return {pair: table.get(pair, math.floor(times * metres)) for pair, metres in straight.items()}


@st.composite
def walked(draw: st.DrawFn) -> tuple[World, Table]:
    """Return a random world and walks of some of its pairs, all of a school's own unit among them."""
    world = draw(worlds())
    chance = np.random.default_rng(draw(st.integers(0, 999)))
    share = draw(st.sampled_from([0.0, 0.3, 0.7, 1.0]))
    pairs = [(u.unit_id, s.school_id) for u, s in product(world[0], world[1]) if chance.random() < share]
    table = {pair: float(chance.integers(0, 5000)) / 4 for pair in pairs}
    return world, table | {(s.unit_id, s.school_id): 0.0 for s in world[1]}


@settings(max_examples=60, deadline=None)
@given(case=walked(), times=st.sampled_from([1, 2]))
def test_lengths_are_those_of_the_whole_table(case: tuple[World, Table], times: int) -> None:
    world, table = case
    for stored, whole in (
        (as_walks(world, table), {pair: table.get(pair, math.inf) for pair in filled(world, table, 1)}),
        (as_walks(world, table, times=times), filled(world, table, times)),
    ):
        problem = build_problem(*world, matrix_m=stored)
        dense = np.array([[whole[u, s] for s in problem.site_ids] for u in problem.unit_ids])
        units, sites = np.divmod(np.arange(dense.size).reshape(dense.shape), dense.shape[1])
        walks = problem.walks

        assert walks is not None
        assert np.array_equal(walks.between(units, sites), dense)
        assert np.array_equal(walks.rows(np.arange(len(dense))[::-1]), dense[::-1])
        for count in range(1, len(problem.site_ids) + 1):
            near, farthest = walks.nearest(count)
            found = np.sort(np.take_along_axis(dense, near, axis=1), axis=1)
            assert np.array_equal(found, np.sort(dense, axis=1)[:, :count])
            assert farthest.tolist() == found[:, -1].tolist()
        assert dict(stored) == {pair: metres for pair, metres in whole.items() if metres < math.inf}
        assert len(stored) == len(list(stored))


@settings(max_examples=60, deadline=None)
@given(case=walked(), seed=st.integers(0, 999))
def test_a_part_has_the_lengths_of_its_units_and_schools_in_their_order(
    case: tuple[World, Table], seed: int
) -> None:
    world, table = case
    chance = np.random.default_rng(seed)
    for times in (0, 2):
        walks = as_walks(world, table, times=times).walks
        dense = walks.rows(np.arange(walks.n_units))
        units = chance.permutation(walks.n_units)[: int(chance.integers(1, walks.n_units + 1))]
        sites = chance.permutation(walks.n_sites)[: int(chance.integers(1, walks.n_sites + 1))]

        part = walks.part(units, sites)

        assert np.array_equal(part.rows(np.arange(len(units))), dense[np.ix_(units, sites)])
        assert (np.diff(part.pair) > 0).all()


@settings(max_examples=25, deadline=None)
@given(case=walked())
def test_a_plan_by_stored_walks_is_the_plan_by_the_whole_table(case: tuple[World, Table]) -> None:
    world, table = case
    detoured = as_walks(world, table, times=2), filled(world, table, 2)
    for stored, whole in ((as_walks(world, table), table), detoured):
        one, other = (
            solve(build_problem(*world, matrix_m=ways), Options(effort=1), seed=1) for ways in (stored, whole)
        )

        assert one.zone.tolist() == other.zone.tolist()
        assert (one.lawful, one.cost, one.lower_bound) == (other.lawful, other.cost, other.lower_bound)
        assert one.prices.tolist() == other.prices.tolist()


@settings(max_examples=25, deadline=None)
@given(case=walked())
def test_the_same_holds_of_a_large_county(case: tuple[World, Table]) -> None:
    world, table = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ways, "MOST_PAIRS", 0)
        patch.setattr(ways, "NEAREST", 1)
        patch.setattr(walking, "ROWS", 2)
        problem = build_problem(*world, matrix_m=as_walks(world, table, times=2))
        found = find_ways(problem)
        solution = solve(problem, Options(effort=1), seed=1)
    whole = build_problem(*world, matrix_m=filled(world, table, 2))

    nearest = whole.distance_m().min(axis=1)
    assert found.metres.min(axis=1).tolist() == nearest.tolist()
    assert whole_ways(problem, np.arange(2)).metres.tolist() == whole.distance_m()[:2].tolist()
    if solution.lawful:
        spent = distance_mm(whole) * whole.walkers[:, None]
        assert solution.cost == spent[np.arange(whole.n_units), solution.zone].sum()
        assert solution.lower_bound <= solution.cost


def test_pairs_left_out_are_beyond_reach_or_a_detour() -> None:
    beyond = build_problem(*STREET, matrix_m=as_walks(STREET, KNOWN))
    detour = build_problem(*STREET, matrix_m=as_walks(STREET, KNOWN, times=2))

    inf = math.inf
    assert beyond.distance_m().tolist() == [
        [0.0, 220.0, inf],
        [410.5, 110.0, inf],
        [inf, 0.0, inf],
        [inf, 110.0, 230.0],
        [inf, 220.0, 120.0],
        [inf, 330.0, 0.0],
    ]
    assert detour.distance_m().tolist() == [
        [0.0, 220.0, 1000.0],
        [410.5, 110.0, 800.0],
        [400.0, 0.0, 600.0],
        [600.0, 110.0, 230.0],
        [800.0, 220.0, 120.0],
        [1000.0, 330.0, 0.0],
    ]
    assert allowed_pairs(beyond)[4].tolist() == [False, True, True]
    assert allowed_pairs(detour)[4].tolist() == [True, True, True]


def test_a_detour_is_rounded_down_to_whole_metres() -> None:
    # Straight 100 x sqrt(2) = 141.42 m.
    world = grid(2, 2, np.array([1, 1, 1, 1]), {(0, 0): 9})
    walks = as_walks(world, {}, times=2)

    assert [walks[f"c{x}r{y}", "s-c0r0"] for x, y in product(range(2), range(2))] == [
        0.0,
        200.0,
        200.0,
        282.0,
    ]


@pytest.mark.parametrize(("cap", "allowed"), [(410.4, False), (410.5, True), (799.9, True)])
def test_a_stored_walk_at_the_cap_is_within_it(cap: float, allowed: bool) -> None:
    problem = build_problem(*STREET, matrix_m=as_walks(STREET, KNOWN), wishes=Wishes(distance_cap_m=cap))

    assert bool(allowed_pairs(problem)[1, 0]) is allowed


@pytest.mark.parametrize(("cap", "allowed"), [(799.0, False), (800.0, True)])
@pytest.mark.parametrize("own", [False, True])
def test_a_detour_at_the_cap_is_within_it(cap: float, allowed: bool, own: bool) -> None:
    wishes = Wishes(school_caps_m={"s5": cap}) if own else Wishes(distance_cap_m=cap)

    problem = build_problem(*STREET, matrix_m=as_walks(STREET, KNOWN, times=2), wishes=wishes)

    assert bool(allowed_pairs(problem)[1, 2]) is allowed


def test_the_problem_of_some_zones_and_the_one_in_another_order_keep_their_walks() -> None:
    problem = build_problem(*STREET, matrix_m=as_walks(STREET, KNOWN, times=2))
    units, zones = np.array([2, 3, 4, 5]), np.array([1, 2])

    part = part_of(problem, units, zones)
    turned = reordered(problem, np.arange(6)[::-1], np.array([2, 0, 1]))

    assert part.distance_m().tolist() == [[0.0, 600.0], [110.0, 230.0], [220.0, 120.0], [330.0, 0.0]]
    assert turned.distance_m()[4].tolist() == [800.0, 410.5, 110.0]
    whole: FloatArray = problem.distance_m()
    by_place = name_free_order(problem)
    assert np.array_equal(reordered(problem, *by_place).distance_m(), whole[np.ix_(*by_place)])


def test_arrays_of_strangers_and_of_no_lengths_are_refused() -> None:
    more = street([5, 4, 3, 6, 2, 5, 1], {0: 12, 2: 12, 5: 12, 6: 1})

    with pytest.raises(ProblemFault) as strange:
        build_problem(*STREET, matrix_m=as_walks(more, KNOWN))
    with pytest.raises(ProblemFault) as wrong:
        build_problem(*STREET, matrix_m=as_walks(STREET, KNOWN | {("u3", "s0"): -1.0, ("u1", "s5"): 8.1e7}))

    assert [(one.code, one.ids) for one in strange.value.faults] == [("distance_unknown", ("s6", "u6"))]
    assert [(one.code, one.ids) for one in wrong.value.faults] == [("distance_not_usable", ("u1", "u3"))]


def test_a_pair_stated_twice_is_refused() -> None:
    two = np.array([0, 0])

    with pytest.raises(ValueError, match="twice"):
        make_walks((1, 1), two, two, np.array([1.0, 2.0]))


def test_a_part_of_unknown_ids_is_none() -> None:
    walks = as_walks(STREET, KNOWN, times=2)

    assert dict(walks.part(["u4", "u1"], ["s5"])) == {("u4", "s5"): 120.0, ("u1", "s5"): 800.0}
    with pytest.raises(KeyError):
        walks.part(["u9"], ["s5"])


def test_no_walk_at_all_is_stored_and_all_count() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    at = np.array([[0.0, 0.0], [30.0, 40.0]])

    walks = Walks(2, 1, nothing, nothing.astype(np.float64), Detour(2, at, at[:1]))

    assert walks.rows(np.arange(2)).tolist() == [[0.0], [100.0]]
    assert walks.between(np.array([1]), np.array([0])).tolist() == [100.0]


def test_a_generated_county_with_walks_to_its_near_schools_is_drawn_and_judged_by_them() -> None:
    tables = with_walks(county(800, 3), 3)
    problem = build_problem(tables.units, tables.schools, tables.adjacency, matrix_m=tables.metres)

    solution = solve(problem, Options(effort=1), seed=1)

    assert violations(tables.facts(), named(problem, solution.zone)) == ()
    straight = build_problem(tables.units, tables.schools, tables.adjacency).distance_m()
    known = problem.distance_m()
    # Whole metres, rounded down, of at least 1.1 and at most 1.7 times the straight line.
    assert ((known > 1.1 * straight - 1) & (known <= 1.7 * straight)).all()


def test_facts_with_arrays_are_judged_as_with_a_mapping() -> None:
    plan = [("u0", "s0"), ("u1", "s0"), ("u2", "s2"), ("u3", "s0"), ("u4", "s5"), ("u5", "s5")]
    one, other = (
        violations(replace(facts_of(STREET), metres=metres), plan)
        for metres in (KNOWN, as_walks(STREET, KNOWN))
    )

    assert one == other
    assert "too_far" in {found.code for found in one}
