"""Zones of several schools: by brute force, by damage, and that names change nothing."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from tests.pure.engine_worlds import (
    World,
    cheapest_by_brute_force,
    distance_mm,
    facts_of,
    grid,
    named,
    sharing,
    street,
)
from zoning.engine.building import build_problem
from zoning.engine.explain import consequences
from zoning.engine.faults import ProblemFault
from zoning.engine.mend import mend
from zoning.engine.problem import IntArray, Problem, School, Unit, Wishes
from zoning.engine.report import report
from zoning.engine.solve import Options, Solution, solve
from zoning.engine.verify import Violation, cost_km, violations

# s0 and s5 share a zone that lies in two parts, s3 stands between them.
APART = sharing(street([10, 10, 10, 10, 10, 10], {0: 20, 3: 30, 5: 20}), ["s0", "s5"])
PLAN = [("u0", "s0"), ("u1", "s0"), ("u2", "s3"), ("u3", "s3"), ("u4", "s0"), ("u5", "s0")]
TOWN = sharing(
    grid(8, 8, np.arange(64) % 13 + 1, {(1, 1): 100, (6, 1): 120, (1, 6): 112, (6, 6): 115, (4, 4): 20}),
    ["s-c1r1", "s-c6r6"],
    ["s-c1r6", "s-c4r4"],
)


def solved(world: World, wishes: Wishes | None = None, effort: int = 1) -> Solution:
    return solve(build_problem(*world, wishes=wishes), Options(effort=effort), seed=1)


def changed(unit: str, zone: str) -> list[tuple[str, str]]:
    return [(u, zone if u == unit else z) for u, z in PLAN]


@settings(max_examples=15, deadline=None)
@given(
    children=st.lists(st.integers(0, 9), min_size=8, max_size=8),
    cells=st.lists(st.sampled_from(list(product(range(4), range(2)))), min_size=3, max_size=3, unique=True),
    seats=st.integers(8, 30),
    seed=st.integers(0, 9),
)
def test_agrees_with_brute_force_on_tiny_worlds(
    children: list[int], cells: list[tuple[int, int]], seats: int, seed: int
) -> None:
    world = grid(4, 2, np.array(children), dict.fromkeys(cells, seats))
    shared = sharing(world, [school.school_id for school in world[1][:2]])
    best = cheapest_by_brute_force(shared)

    solution = solve(build_problem(*shared), Options(effort=3), seed=seed)

    assert solution.lawful == (best is not None)
    if best is not None:
        assert solution.cost == best
        assert solution.lower_bound <= best


def test_a_zone_has_the_seats_of_all_its_schools_and_the_way_to_the_nearest() -> None:
    problem = build_problem(*APART)

    solution = solved(APART)

    assert problem.zone_ids == ("s0", "s3")
    assert problem.seats.tolist() == [40, 30]
    assert (distance_mm(problem)[4] // 1000).tolist() == [100, 100]
    assert named(problem, solution.zone) in (PLAN, changed("u2", "s0"), changed("u4", "s3"))
    assert solution.lawful
    assert solution.cost == 3 * 10 * 100_000
    assert solution.lower_bound == solution.cost


def test_the_report_tells_each_school_of_a_shared_zone() -> None:
    wishes = Wishes(locked={"u1": "s0", "u2": "s3", "u4": "s3"})
    problem = build_problem(*APART, wishes=wishes)

    told = report(problem, solved(APART, wishes), seconds=0)

    assert told["loads"] == {"s0": 30, "s3": 30}
    assert told["shared_zones"] == {
        "s0": {"s0": {"seats": 20, "children_nearest": 20}, "s5": {"seats": 20, "children_nearest": 10}}
    }


def test_a_walking_matrix_counts_the_nearest_school_too() -> None:
    units, schools, pairs = street([1, 1, 1], {0: 9, 2: 9})
    metres = {
        (u.unit_id, s.school_id): 50.0 + 10 * i + k
        for i, u in enumerate(units)
        for k, s in enumerate(schools)
    }
    metres["u1", "s2"] = 7.0
    del metres["u2", "s0"]
    world = sharing((units, schools, pairs), ["s0", "s2"])

    problem = build_problem(*world, matrix_m=metres)

    assert problem.distance_m()[:, 0].tolist() == [50.0, 7.0, 71.0]


def test_two_schools_of_one_zone_may_stand_in_one_unit_and_of_two_zones_not() -> None:
    units, schools, pairs = street([5, 5], {0: 4})
    second = School("t0", "u0", 6)

    solution = solved(sharing((units, [*schools, second], pairs), ["s0", "t0"]))

    assert solution.lawful
    assert solution.loads.tolist() == [10]
    with pytest.raises(ProblemFault) as caught:
        build_problem(units, [*schools, second], pairs)
    assert [fault.code for fault in caught.value.faults] == ["unit_has_two_schools"]


@pytest.mark.parametrize("named_school", ["s0", "s5"])
def test_any_school_stands_for_its_zone_in_locks_and_forbidden_pairs(named_school: str) -> None:
    locked, kept_out = Wishes(locked={"u2": named_school}), Wishes(forbidden=[("u4", named_school)])

    assert solved(APART, locked).zone[2] == 0
    assert solved(APART, kept_out).zone[4] == 1
    assert violations(facts_of(APART, locked), PLAN) == (Violation("lock_broken", named_school, ("u2",)),)
    assert violations(facts_of(APART, kept_out), PLAN) == (
        Violation("forbidden_used", named_school, ("u4",)),
    )
    both = Wishes(locked={"u2": "s0"}, forbidden=[("u2", "s5")])
    with pytest.raises(ProblemFault) as caught:
        build_problem(*APART, wishes=both)
    assert [fault.code for fault in caught.value.faults] == ["lock_forbidden"]


def test_a_lawful_plan_may_lie_in_parts_that_each_hold_a_school() -> None:
    assert violations(facts_of(APART), PLAN) == ()
    assert cost_km(facts_of(APART), dict(PLAN)) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (changed("u5", "s3"), (Violation("school_outside_zone", "s0", ("u5",)), Violation("zone_cut", "s3", ("u5",)))),
        (
            changed("u3", "s0"),
            (Violation("seats_exceeded", "s0", (), 10), Violation("school_outside_zone", "s3", ("u3",))),
        ),
        ([(u, "s5" if z == "s0" else z) for u, z in PLAN], None),
    ],
)  # fmt: skip
def test_damaged_plans_are_caught(
    rows: list[tuple[str, str]], expected: tuple[Violation, ...] | None
) -> None:
    found = violations(facts_of(APART), rows)

    if expected is None:
        assert {one.code for one in found} == {"school_unknown"}
    else:
        assert found == expected


def test_a_part_without_a_school_is_caught() -> None:
    world = sharing(street([1] * 7, {0: 9, 2: 9, 6: 9}), ["s0", "s6"])
    plan = [("u0", "s0"), ("u1", "s0"), ("u2", "s2"), ("u3", "s2"), ("u4", "s0"), ("u5", "s2"), ("u6", "s0")]

    found = violations(facts_of(world), plan)

    assert found == (Violation("zone_cut", "s0", ("u4",)), Violation("zone_cut", "s2", ("u5",)))


@pytest.mark.parametrize(("cap_m", "too_far"), [(100.0, ()), (99.9, ("u1", "u2", "u4"))])
def test_the_distance_cap_counts_the_nearest_school(cap_m: float, too_far: tuple[str, ...]) -> None:
    found = violations(facts_of(APART, Wishes(distance_cap_m=cap_m)), PLAN)

    assert tuple(one.unit_ids[0] for one in found) == too_far


def test_the_lesser_zone_is_explained_with_what_it_cuts_off() -> None:
    problem = build_problem(*APART)

    (other,) = consequences(problem, np.array([0, 0, 1, 1, 0, 0]), "u4")

    assert (other.school_id, other.children_then, other.metres_then, other.cut_off) == ("s3", 30, 100, ())
    (other,) = consequences(problem, np.array([0, 0, 1, 1, 0, 0]), "u2")
    assert (other.school_id, other.children_then, other.metres_then) == ("s0", 50, 200)


def test_a_town_with_shared_zones_is_lawful_and_bounded() -> None:
    problem = build_problem(*TOWN)

    solution = solved(TOWN, effort=2)

    assert solution.lawful, [str(trouble) for trouble in solution.violations]
    assert violations(facts_of(TOWN), named(problem, solution.zone)) == ()
    assert solution.gap < 0.05


def test_renaming_and_turning_change_nothing() -> None:
    units, schools, pairs = TOWN
    unit_name = {unit.unit_id: f"{(7 * i) % 64:03}" for i, unit in enumerate(units)}
    school_name = {school.school_id: f"z{9 - i}" for i, school in enumerate(schools)}
    renamed = (
        [Unit(unit_name[u.unit_id], u.children, u.x_m, u.y_m) for u in units[::-1]],
        [
            School(school_name[s.school_id], unit_name[s.unit_id], s.seats, s.group and f"x{s.group}")
            for s in schools
        ],
        [(unit_name[a], unit_name[b]) for a, b in pairs],
    )
    turned = ([Unit(u.unit_id, u.children, -u.y_m, u.x_m) for u in units], schools, pairs)

    before, after, quarter = (build_problem(*world) for world in (TOWN, renamed, turned))
    plain, other, aside = (solved(world, effort=2) for world in (TOWN, renamed, turned))

    def members(rows: list[tuple[str, str]]) -> set[frozenset[str]]:
        zones = {zone for _, zone in rows}
        return {frozenset(unit for unit, z in rows if z == zone) for zone in zones}

    assert members(named(after, other.zone)) == {
        frozenset(unit_name[unit] for unit in zone) for zone in members(named(before, plain.zone))
    }
    assert other.cost == plain.cost
    assert aside.lawful
    assert violations(facts_of(turned), named(quarter, aside.zone)) == ()
    assert aside.lower_bound == plain.lower_bound


def test_a_group_of_one_is_a_school_alone() -> None:
    units, schools, pairs = street([4, 4, 4, 4], {0: 9, 3: 9})

    grouped = build_problem(units, [School("s0", "u0", 9, "alone"), schools[1]], pairs)

    plain = build_problem(units, schools, pairs)
    assert grouped.zone_ids == plain.zone_ids
    assert np.array_equal(
        solve(grouped, Options(effort=1), seed=1).zone, solve(plain, Options(effort=1), seed=1).zone
    )


def county(n_units: int, n_zones: int) -> World:
    """Units denser in the middle, adjoining as their Voronoi cells do; every tenth zone has two schools."""
    rng = np.random.default_rng(4)
    points = 4000 * rng.normal(size=(n_units, 2))
    units = [
        Unit(f"u{i:04}", int(n), round(x, 3), round(y, 3))
        for i, ((x, y), n) in enumerate(zip(points, rng.integers(0, 40, n_units), strict=True))
    ]
    corners = Delaunay(points).simplices.tolist()
    pairs = [(f"u{a:04}", f"u{b:04}") for cell in corners for a, b in combinations(cell, 2)]
    shared = n_zones // 10
    at = rng.choice(n_units, n_zones + shared, replace=False).tolist()
    room = [1 + int(n) for n in rng.integers(8, 12, len(at))]
    children = sum(unit.children for unit in units)
    seats = [1 + int(1.05 * children * part / sum(room)) for part in room]
    groups = [f"g{k % n_zones}" if k % n_zones < shared else "" for k in range(len(at))]
    schools = [School(f"s{u:04}", f"u{u:04}", n, g) for u, n, g in zip(at, seats, groups, strict=True)]
    return units, schools, pairs


def test_a_generated_county_with_a_tenth_of_its_zones_shared_is_lawful_and_mended_after_an_edit() -> None:
    world = county(400, 20)
    problem, facts = build_problem(*world), facts_of(world)

    solution = solved(world)

    assert problem.has_several_schools.sum() == 2
    assert solution.lawful, [str(trouble) for trouble in solution.violations]
    assert violations(facts, named(problem, solution.zone)) == ()
    assert solution.gap < 0.06

    zone = solution.zone.copy()
    unit = next(
        u
        for u in np.flatnonzero(zone == np.flatnonzero(problem.has_several_schools)[0]).tolist()
        if u not in problem.site_unit and (zone[near_of(problem, u)] != zone[u]).any()
    )
    zone[unit] = next(z for z in zone[near_of(problem, unit)].tolist() if z != zone[unit])
    mended = mend(problem, zone, [unit], seed=1)

    assert mended.lawful
    assert mended.zone[unit] == zone[unit]
    assert violations(facts, named(problem, mended.zone)) == ()


def near_of(problem: Problem, unit: int) -> IntArray:
    indptr, near = problem.graph
    return near[indptr[unit] : indptr[unit + 1]]
