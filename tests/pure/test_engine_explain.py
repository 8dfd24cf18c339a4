"""What would happen to an estate in the zone beside it."""

import numpy as np
import pytest
from hypothesis import given

from tests.pure.engine_worlds import World, drawn_worlds, facts_of, named, street
from zoning.engine.building import build_problem
from zoning.engine.explain import Relief, consequences
from zoning.engine.problem import IntArray, Wishes
from zoning.engine.verify import violations

# u0 u1 u2 | u3 u4 u5: s0 has room for two more, s5 for none.
PROBLEM = build_problem(*street([10, 10, 10, 10, 2, 10], {0: 32, 5: 22}))
PLAN = np.array([0, 0, 0, 0, 1, 1])


def test_a_unit_on_the_border_is_told_seats_and_ways() -> None:
    (told,) = consequences(PROBLEM, PLAN, "u4")

    assert (told.school_id, told.metres_now, told.metres_then) == ("s0", 100, 400)
    assert (told.child_metres_more, told.children_then, told.seats, told.too_many) == (600, 42, 32, 10)
    assert told.cut_off == ()
    assert told.is_allowed


def test_who_would_have_to_move_instead() -> None:
    (told,) = consequences(PROBLEM, PLAN, "u4")

    # Only u3 lies beside the other zone, and once u4 has left s5 has 12 seats free, but u4 lies between them.
    assert told.instead == ()
    line = build_problem(*street([10, 10, 10], {0: 20, 2: 20}))
    assert consequences(line, np.array([0, 0, 1]), "u1")[0].instead == ()


def test_room_can_be_made_by_a_unit_that_lies_beside_a_third_zone() -> None:
    problem = build_problem(*street([5, 5, 5, 5, 5, 5, 5], {0: 10, 3: 15, 6: 15}))

    told = {c.school_id: c for c in consequences(problem, np.array([0, 0, 1, 1, 1, 2, 2]), "u1")}

    assert told["s3"].too_many == 5
    assert told["s3"].instead == (Relief("u4", "s6", 5, 500),)


def test_a_unit_that_others_hang_on_names_them() -> None:
    problem = build_problem(*street([1, 1, 1, 1], {0: 9, 3: 9}))

    told = consequences(problem, np.array([0, 0, 0, 1]), "u2")

    assert told[0].cut_off == ()
    problem = build_problem(*street([1, 1, 1, 1], {1: 9, 3: 9}))
    assert consequences(problem, np.array([0, 0, 0, 1]), "u2")[0].cut_off == ()


def test_inner_units_have_no_neighbouring_zone() -> None:
    assert consequences(PROBLEM, PLAN, "u1") == ()


def test_a_forbidden_neighbour_is_said_to_be_so() -> None:
    problem = build_problem(
        *street([1, 1, 1, 1], {0: 9, 3: 9}), wishes=Wishes(forbidden=[("u1", "s3"), ("u2", "s0")])
    )

    assert not consequences(problem, np.array([0, 0, 1, 1]), "u1")[0].is_allowed


def test_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError):
        consequences(PROBLEM, PLAN, "elsewhere")


def test_a_zone_without_a_way_has_no_metres() -> None:
    units, schools, adjacency = street([1, 1, 1, 1], {0: 9, 3: 9})
    known = {(f"u{i}", "s0"): 10.0 * i for i in range(4)} | {("u3", "s3"): 0.0}
    problem = build_problem(units, schools, adjacency, matrix_m=known)

    (told,) = consequences(problem, np.array([0, 0, 0, 1]), "u2")

    assert (told.metres_now, told.metres_then, told.child_metres_more) == (20, None, None)
    assert told.against == ("too_far",)
    assert not told.is_allowed


def test_every_rule_that_speaks_against_is_named() -> None:
    world = street([1, 1, 1, 1], {0: 9, 2: 9})
    wishes = Wishes(locked={"u1": "s0"}, forbidden=[("u1", "s2")], distance_cap_m=50.0)

    told = consequences(build_problem(*world, wishes=wishes), np.array([0, 0, 1, 1]), "u1")
    site = consequences(build_problem(*world), np.array([0, 0, 1, 1]), "u2")

    assert told[0].against == ("locked", "forbidden", "too_far")
    assert site[0].against == ("holds_a_school",)
    assert site[0].cut_off == ("u3",)


def test_behind_an_approved_enclave_nothing_is_joined() -> None:
    # u3 lies apart in the zone of s0, approved; u4 behind it is not.
    problem = build_problem(*street([1, 1, 1, 1, 1, 1], {0: 9, 5: 9}), wishes=Wishes(enclaves=[("u3", "s0")]))

    (told,) = consequences(problem, np.array([0, 1, 1, 0, 1, 1]), "u4")

    assert told.school_id == "s0"
    assert not told.is_joined
    assert told.is_allowed


@given(world=drawn_worlds())
def test_what_is_told_is_what_the_independent_check_finds(world: tuple[World, IntArray]) -> None:
    problem, facts = build_problem(*world[0]), facts_of(world[0])

    for unit, unit_id in enumerate(problem.unit_ids):
        for told in consequences(problem, world[1], unit_id):
            then = world[1].copy()
            then[unit] = problem.zone_ids.index(told.school_id)
            stays_joined = told.is_allowed and told.is_joined and not told.cut_off
            assert (not violations(facts, named(problem, then))) == (stays_joined and not told.too_many)
            for relief in told.instead:
                relieved = then.copy()
                relieved[problem.unit_ids.index(relief.unit_id)] = problem.zone_ids.index(relief.school_id)
                assert (not violations(facts, named(problem, relieved))) == stays_joined
