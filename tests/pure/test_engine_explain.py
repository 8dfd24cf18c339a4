"""What would happen to an estate in the zone beside it."""

import numpy as np
import pytest

from tests.pure.engine_worlds import street
from zoning.engine.building import build_problem
from zoning.engine.explain import Relief, consequences
from zoning.engine.problem import Wishes

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
