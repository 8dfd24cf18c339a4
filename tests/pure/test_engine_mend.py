"""A plan edited by hand becomes lawful again, and as little else moves as can be."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import World, drawn_worlds, facts_of, grid, named, sharing, street
from zoning.engine.building import build_problem
from zoning.engine.mend import Mended, mend
from zoning.engine.objective import zone_loads
from zoning.engine.problem import IntArray, Problem, Wishes
from zoning.engine.solve import Options, solve
from zoning.engine.verify import violations
from zoning.engine.window import find_wrong, open_window

WORLD = grid(8, 8, np.arange(64) % 13 + 1, {(1, 1): 115, (6, 1): 120, (1, 6): 120, (6, 6): 120})
PROBLEM = build_problem(*WORLD)
DRAWN = solve(PROBLEM, Options(effort=2), seed=1)
MOST_BY_BRUTE_FORCE = 2


def border_of(problem: Problem, zone: IntArray) -> list[tuple[int, int]]:
    """Return units without a school and the zones beside them."""
    indptr, near = problem.graph
    return [
        (unit, int(other))
        for unit in range(problem.n_units)
        for other in np.unique(zone[near[indptr[unit] : indptr[unit + 1]]])
        if zone[unit] != other and unit not in problem.site_unit
    ]


def edit(problem: Problem, zone: IntArray, unit: str, school: str) -> tuple[IntArray, int]:
    edited = zone.copy()
    edited[problem.unit_ids.index(unit)] = problem.zone_ids.index(school)
    return edited, problem.unit_ids.index(unit)


def fewest_by_brute_force(world: World, problem: Problem, zone: IntArray, held: int) -> int | None:
    """Return the least number of other units that must move, None if more than MOST_BY_BRUTE_FORCE."""
    facts, free = facts_of(world), [u for u in range(problem.n_units) if u != held]
    for count in range(MOST_BY_BRUTE_FORCE + 1):
        for units in combinations(free, count):
            for goals in product(range(problem.n_zones), repeat=count):
                plan = zone.copy()
                plan[list(units)] = goals
                if (plan != zone).sum() == count and not violations(facts, named(problem, plan)):
                    return count
    return None


def codes(mended: Mended) -> list[str]:
    return [trouble.code for trouble in mended.violations]


@pytest.mark.parametrize(("unit", "school"), border_of(PROBLEM, DRAWN.zone)[::4])
def test_the_edit_stays_and_the_plan_is_lawful_again(unit: int, school: int) -> None:
    edited = DRAWN.zone.copy()
    edited[unit] = school

    mended = mend(PROBLEM, edited, [unit], seed=1)

    assert mended.lawful, [str(trouble) for trouble in mended.violations]
    assert mended.zone[unit] == school
    assert violations(facts_of(WORLD), named(PROBLEM, mended.zone)) == ()
    assert np.array_equal(mended.moved, np.flatnonzero(mended.zone != edited))
    assert len(mended.moved) <= 4


@settings(max_examples=30, deadline=None)
@given(drawn_worlds(largest=12), st.data())
def test_no_plan_of_a_small_county_is_mended_with_fewer_moves(
    drawn: tuple[World, IntArray], data: st.DataObject
) -> None:
    world, zone = drawn
    problem = build_problem(*world)
    unit = data.draw(st.sampled_from([u for u in range(problem.n_units) if u not in problem.site_unit]))
    school = data.draw(st.sampled_from([z for z in range(problem.n_zones) if z != zone[unit]]))
    edited = zone.copy()
    edited[unit] = school

    mended = mend(problem, edited, [unit], seed=1)
    fewest = fewest_by_brute_force(world, problem, edited, unit)

    if mended.lawful:
        assert mended.zone[unit] == school
        assert violations(facts_of(world), named(problem, mended.zone)) == ()
    if mended.is_hopeless or not mended.lawful:
        assert fewest is None
    elif fewest is not None or len(mended.moved) <= MOST_BY_BRUTE_FORCE:
        assert len(mended.moved) == fewest
        assert mended.is_fewest


def test_an_edit_that_breaks_nothing_moves_nothing_else() -> None:
    roomy = grid(8, 8, np.arange(64) % 13 + 1, {(1, 1): 300, (6, 1): 300, (1, 6): 300, (6, 6): 300})
    problem = build_problem(*roomy)
    plan = np.array([(0 if y < 4 else 1) + (0 if x < 4 else 2) for x in range(8) for y in range(8)])
    named_schools = [problem.zone_ids.index(s) for s in ("s-c1r1", "s-c1r6", "s-c6r1", "s-c6r6")]
    zone, unit = edit(problem, np.array(named_schools)[plan], "c3r2", "s-c6r1")

    mended = mend(problem, zone, [unit], seed=1)

    assert np.array_equal(mended.zone, zone)
    assert mended.is_fewest


def test_of_equally_many_moves_those_of_fewest_children_are_made() -> None:
    # 5 too many in the second zone: u3 (9 children) or u4 (6) alone would do, and both could leave.
    world = grid(3, 3, np.array([1, 6, 1, 1, 7, 9, 1, 1, 1]), {(0, 0): 13, (2, 2): 19})
    problem = build_problem(*world)
    first, second = (problem.zone_ids.index(s) for s in ("s-c0r0", "s-c2r2"))
    zone = np.full(9, first)
    for unit in ("c1r1", "c1r2", "c2r0", "c2r1", "c2r2", "c0r1"):
        zone[problem.unit_ids.index(unit)] = second

    mended = mend(problem, zone, [problem.unit_ids.index("c1r1")], seed=1)

    assert zone_loads(problem, zone)[second] == 25
    assert mended.lawful
    assert [problem.unit_ids[u] for u in mended.moved] == ["c0r1"]


def test_what_an_edit_cut_off_joins_the_zone_around_it() -> None:
    world = street([1, 1, 1, 1, 1, 1], {0: 6, 5: 6})
    problem = build_problem(*world)
    zone, unit = edit(problem, np.array([0, 0, 0, 0, 1, 1]), "u1", "s5")

    mended = mend(problem, zone, [unit], seed=1)

    assert mended.zone.tolist() == [0, 1, 1, 1, 1, 1]
    assert (mended.moved.tolist(), mended.is_fewest) == ([2, 3], True)


def test_an_edit_far_from_its_zone_gets_a_corridor() -> None:
    world = grid(4, 2, np.ones(8, dtype=np.int64), {(0, 0): 8, (3, 0): 8})
    problem = build_problem(*world)
    plan = np.array([problem.zone_ids.index("s-c0r0" if u[1] < "2" else "s-c3r0") for u in problem.unit_ids])
    zone, unit = edit(problem, plan, "c0r1", "s-c3r0")

    mended = mend(problem, zone, [unit], seed=1)

    assert mended.lawful
    assert [problem.unit_ids[u] for u in mended.moved] == ["c1r1"]


def test_later_years_that_must_fit_are_mended_too() -> None:
    units, schools, adjacency = street([5, 5, 5, 5], {0: 20, 3: 20})
    later = [(5,), (5,), (9,), (5,)]
    world = (
        [
            type(one)(one.unit_id, one.children, one.x_m, one.y_m, years)
            for one, years in zip(units, later, strict=True)
        ],
        [type(one)(one.school_id, one.unit_id, one.seats, "", (15,)) for one in schools],
        adjacency,
    )
    problem = build_problem(*world, wishes=Wishes(later_years=(2028,), every_year=True))
    zone, unit = edit(problem, np.array([0, 0, 1, 1]), "u2", "s0")

    mended = mend(problem, zone, [unit], seed=1)

    # u0 to u2 have 19 children in 2028 for 15 seats, and none of them can leave: u1 lies between.
    assert codes(mended) == ["way_too_full"]
    assert mended.is_hopeless
    assert mended.violations[0].year == 2028


def test_zones_of_several_schools_may_stay_in_parts() -> None:
    world = sharing(street([1, 1, 1, 1, 1], {0: 5, 2: 5, 4: 5}), ["s0", "s4"])
    problem = build_problem(*world)
    zone, unit = edit(problem, np.array([0, 0, 1, 0, 0]), "u1", "s2")

    mended = mend(problem, zone, [unit], seed=1)

    assert mended.zone.tolist() == [0, 1, 1, 0, 0]
    assert mended.lawful


@pytest.mark.parametrize(
    ("children", "seats", "found"),
    [
        ([5, 5, 5, 5], (15, 15), []),
        ([5, 5, 5, 5], (15, 14), ["way_too_full"]),
        ([9, 5, 5, 5], (15, 9), ["held_too_full"]),
    ],
)
def test_an_edit_too_much_for_its_zone_is_said_to_be_so(
    children: list[int], seats: tuple[int, int], found: list[str]
) -> None:
    problem = build_problem(*street(children, {0: seats[0], 3: seats[1]}))
    zone, unit = edit(problem, np.array([0, 0, 1, 1]), "u1", "s3")

    mended = mend(problem, zone, [unit], seed=1)

    assert (codes(mended), mended.is_hopeless) == (found, bool(found))
    assert all(str(trouble) for trouble in mended.violations)


def test_an_edit_behind_another_school_is_said_to_have_no_way() -> None:
    problem = build_problem(*street([1, 1, 1, 1], {1: 9, 3: 9}))
    zone, unit = edit(problem, np.array([0, 0, 1, 1]), "u0", "s3")

    mended = mend(problem, zone, [unit], seed=1)

    assert codes(mended) == ["no_way_there"]


def test_a_school_cannot_be_moved_out_of_its_zone() -> None:
    zone, unit = edit(PROBLEM, DRAWN.zone, "c1r1", "s-c6r6")

    mended = mend(PROBLEM, zone, [unit], seed=1)

    assert (codes(mended), mended.is_hopeless) == (["school_moved"], True)
    assert "s-c1r1" in str(mended.violations[0])


def test_an_edit_against_a_lock_is_said_to_be_so() -> None:
    wishes = Wishes(forbidden=[("c3r3", "s-c6r6")])
    problem = build_problem(*WORLD, wishes=wishes)
    zone, unit = edit(problem, DRAWN.zone, "c3r3", "s-c6r6")

    mended = mend(problem, zone, [unit], seed=1)

    assert (codes(mended), mended.is_hopeless) == (["not_allowed"], True)


@pytest.mark.parametrize(("longest", "most_zones"), [(0, 64), (0, 1), (12, 1)])
def test_the_search_and_a_small_window_mend_as_well(
    monkeypatch: pytest.MonkeyPatch, longest: int, most_zones: int
) -> None:
    monkeypatch.setattr("zoning.engine.mend.LONGEST", longest)
    monkeypatch.setattr("zoning.engine.window.MOST_ZONES", most_zones)
    wishes = Wishes(enclaves=[("c7r7", "s-c1r1")], forbidden=[("c7r0", "s-c1r1")])
    problem = build_problem(*WORLD, wishes=wishes)
    for unit, school in border_of(problem, DRAWN.zone)[::11]:
        edited = DRAWN.zone.copy()
        edited[unit] = school
        is_fine = not violations(facts_of(WORLD, wishes), named(problem, edited))

        mended = mend(problem, edited, [unit], seed=1)

        assert mended.lawful
        assert violations(facts_of(WORLD, wishes), named(problem, mended.zone)) == ()
        assert mended.zone[unit] == school
        assert mended.is_fewest or not (is_fine or longest)
        assert is_fine or longest or not mended.is_fewest


@pytest.mark.parametrize(("most_zones", "zones", "reach"), [(3, 3, 1), (4, 3, 1), (5, 5, 2), (64, 6, None)])
def test_a_window_knows_how_long_chains_stay_inside(
    monkeypatch: pytest.MonkeyPatch, most_zones: int, zones: int, reach: int | None
) -> None:
    monkeypatch.setattr("zoning.engine.window.MOST_ZONES", most_zones)
    problem = build_problem(*street([1] * 12, {place: 1 if place == 4 else 9 for place in range(0, 12, 2)}))
    zone = np.array([problem.zone_ids.index(f"s{2 * (int(unit[1:]) // 2)}") for unit in problem.unit_ids])

    window = open_window(problem, zone, find_wrong(problem, zone))

    assert (len(window.zones), len(window.units), window.reach) == (zones, 2 * zones, reach)


def test_whole_units_that_do_not_fit_are_a_proof() -> None:
    # After the edit three units of ten are left for the 25 seats of the last school.
    problem = build_problem(*street([10] * 6, {0: 25, 2: 25, 5: 25}))
    zone, unit = edit(problem, np.array([0, 0, 1, 1, 2, 2]), "u1", "s2")
    roomy = build_problem(*street([10] * 6, {0: 25, 2: 25, 5: 30}))

    mended = mend(problem, zone, [unit], seed=1)

    assert (codes(mended)[0], mended.is_hopeless) == ("whole_units_do_not_fit", True)
    assert mend(roomy, zone, [unit], seed=1).zone.tolist() == [0, 1, 1, 2, 2, 2]


def test_names_and_order_of_the_input_change_nothing() -> None:
    units, schools, adjacency = WORLD
    renamed = {unit.unit_id: f"x{i:02}" for i, unit in enumerate(reversed(units))}
    other = build_problem(
        [type(one)(renamed[one.unit_id], one.children, one.x_m, one.y_m) for one in reversed(units)],
        [type(one)("z" + one.school_id, renamed[one.unit_id], one.seats) for one in schools],
        [(renamed[b], renamed[a]) for a, b in reversed(adjacency)],
    )
    to_other = np.array([other.unit_ids.index(renamed[u]) for u in PROBLEM.unit_ids])
    zone_there = np.array([other.zone_ids.index("z" + z) for z in PROBLEM.zone_ids])

    for unit, school in border_of(PROBLEM, DRAWN.zone)[::9]:
        edited = DRAWN.zone.copy()
        edited[unit] = school
        there = np.empty_like(edited)
        there[to_other] = zone_there[edited]

        mended = mend(PROBLEM, edited, [unit], seed=1)
        mended_there = mend(other, there, [int(to_other[unit])], seed=1)

        assert np.array_equal(zone_there[mended.zone], mended_there.zone[to_other])
