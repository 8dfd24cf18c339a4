"""Why no plan is lawful where units cannot be split: every proof is true, and one seat or link more ends it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import World, cheapest_by_brute_force, sharing, street, worlds
from zoning.engine.building import build_problem
from zoning.engine.judge import PROOFS, Trouble, broken
from zoning.engine.problem import School, Unit, Wishes
from zoning.engine.solve import Options, Solution, solve


def solved(world: World, wishes: Wishes | None = None) -> Solution:
    return solve(build_problem(*world, wishes=wishes), Options(effort=1), seed=1)


def proofs(solution: Solution) -> list[Trouble]:
    return [trouble for trouble in solution.violations if trouble.code in PROOFS]


def without(world: World, *links: tuple[str, str]) -> World:
    units, schools, adjacency = world
    return units, schools, [pair for pair in adjacency if pair not in links]


LARGE = street([10, 50, 10], {0: 40, 2: 40})
PARTS = without(street([5, 5, 6, 5], {0: 20, 3: 9}), ("u1", "u2"))
BEHIND = street([5, 5, 5, 20], {0: 60, 2: 8})
NAMES = {"z": 0, "a": 3, "b": 3, "c": 3, "y": 0}


def beside_both(*, seats: int) -> World:
    """Three units of 3 children, each beside both schools: sy has 4 seats."""
    units = [Unit(name, count, 100.0 * i, 0.0) for i, (name, count) in enumerate(NAMES.items())]
    links = [(school, unit) for school in "zy" for unit in "abc"]
    return units, [School("sz", "z", seats), School("sy", "y", 4)], links


SPLIT = beside_both(seats=5)


@pytest.mark.parametrize(
    ("world", "words"),
    [
        (LARGE, "u1 has 50 children, and no school that it may have has more than 40 seats."),
        (
            PARTS,
            "These units are joined to no others and have 11 children; the schools there (s3) have 9 seats: u2, u3.",
        ),
        (
            BEHIND,
            "u3 can be in no zone: the one of s2 comes nearest, but with the lightest way there it has 25 children"
            " and 8 seats.",
        ),
        (SPLIT, "No plan gives every unit, undivided, a seat within reach."),
    ],
    ids=["a unit larger than any school", "a part too small", "a unit behind a school", "whole units"],
)
def test_what_stands_in_the_way_is_said_first(world: World, words: str) -> None:
    solution = solved(world)

    assert not solution.lawful
    assert str(solution.violations[0]) == words
    assert "none_found" not in {trouble.code for trouble in solution.violations}
    assert solution.is_hopeless


@pytest.mark.parametrize(
    "world",
    [
        street([10, 50, 10], {0: 60, 2: 40}),
        without(street([5, 5, 6, 5], {0: 20, 3: 11}), ("u1", "u2")),
        street([5, 5, 5, 20], {0: 60, 2: 25}),
        beside_both(seats=6),
    ],
    ids=["a unit as large as the school", "a part as large", "a unit that just fits", "whole units that fit"],
)
def test_with_just_enough_seats_the_plan_is_lawful(world: World) -> None:
    assert solved(world).lawful


ALL_WAYS = {(f"u{i}", school): 100.0 * i for i in range(4) for school in ("s0", "s3")}


@pytest.mark.parametrize(
    ("gone", "wishes", "reasons"),
    [
        ((), Wishes(), []),
        ((("u1", "s0"),), Wishes(), [("not_allowed", ("u1",))]),
        ((("u1", "s0"), ("u1", "s3")), Wishes(), [("no_way_stated", ("u1",))]),
        (
            (("u1", "s0"), ("u1", "s3"), ("u2", "s0"), ("u2", "s3")),
            Wishes(distance_cap_m=400.0),
            [("no_way_stated", ("u1", "u2"))],
        ),
        ((("u3", "s3"),), Wishes(), [("no_way_stated", ("u3",))]),
        ((("u1", "s3"),), Wishes(locked={"u1": "s3"}), [("no_way_stated", ("u1",))]),
        ((("u1", "s3"),), Wishes(forbidden=[("u1", "s0")]), [("no_way_stated", ("u1",))]),
        (
            (("u2", "s3"),),
            Wishes(distance_cap_m=150.0),
            [("no_school_allowed", ("u2",)), ("no_school_allowed", ("u3",))],
        ),
        (
            (("u1", "s3"), ("u1", "s0")),
            Wishes(forbidden=[("u1", "s0"), ("u1", "s3")]),
            [("no_school_allowed", ("u1",))],
        ),
    ],
)
def test_ways_that_are_not_stated_are_told_apart_from_rules(
    gone: tuple[tuple[str, str], ...], wishes: Wishes, reasons: list[tuple[str, tuple[str, ...]]]
) -> None:
    ways = {pair: metres for pair, metres in ALL_WAYS.items() if pair not in gone}
    problem = build_problem(*street([5, 5, 5, 5], {0: 20, 3: 20}), wishes=wishes, matrix_m=ways)

    told = broken(problem, np.array([0, 0, 1, 1]))

    assert [(one.code, one.unit_ids) for one in told] == reasons


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (
            Trouble("unit_too_large", "", ("d",), 40, (), 12, 2027),
            "d has 40 children, and no school that it may have has more than 12 seats (2027).",
        ),
        (
            Trouble("part_short", "", ("a", "b"), 9, ("S",), 8, 2027),
            "These units are joined to no others and have 9 children; the schools there (S) have 8 seats: a, b (2027).",
        ),
        (
            Trouble("later_seats_short", "S", (), 3, year=2027),
            "3 children more than seats in the zone of S in 2027.",
        ),
    ],
)
def test_the_year_stands_before_the_full_stop(trouble: Trouble, words: str) -> None:
    assert str(trouble) == words


def test_a_unit_whose_schools_all_lie_behind_others_is_shut_in() -> None:
    world = street([5, 5, 5, 5], {0: 60, 2: 60})

    solution = solved(world, Wishes(locked={"u3": "s0"}))

    assert [(one.code, one.unit_ids) for one in proofs(solution)] == [("shut_in", ("u3",))]


def test_schools_of_one_zone_hold_the_units_of_both() -> None:
    # The zone of s0 and s3 has 12 seats; u0, u3 and u1 or u2 have 13.
    world = sharing(street([4, 5, 5, 4, 1], {0: 6, 3: 6, 4: 20}), ["s0", "s3"])

    solution = solved(world)

    assert [(one.code, one.children, one.seats) for one in proofs(solution)][:1] == [("out_of_reach", 13, 12)]
    assert cheapest_by_brute_force(world) is None


def test_a_later_year_that_must_fit_is_named() -> None:
    units, schools, links = street([5, 5], {0: 10, 1: 10})
    grown = [
        type(unit)(unit.unit_id, unit.children, unit.x_m, unit.y_m, (12 if i else 5,))
        for i, unit in enumerate(units)
    ]
    seated = [type(one)(one.school_id, one.unit_id, one.seats, one.group, (10,)) for one in schools]

    solution = solved((grown, seated, links), Wishes(later_years=(2028,), every_year=True))

    assert str(solution.violations[0]) == (
        "u1 has 12 children, and no school that it may have has more than 10 seats (2028)."
    )


@settings(max_examples=60, deadline=None)
@given(worlds(largest=8, most_plans=7000), st.sets(st.integers(0, 12), max_size=3), st.booleans())
def test_no_lawful_plan_exists_where_one_is_said_to_be_impossible(
    world: World, cut: set[int], locks: bool
) -> None:
    units, schools, adjacency = world
    adjacency = [pair for i, pair in enumerate(adjacency) if i not in cut]
    locked = {units[-1].unit_id: schools[0].school_id} if locks else {}
    own = {school.unit_id: school.school_id for school in schools}
    wishes = Wishes(
        locked={unit: school for unit, school in locked.items() if own.get(unit, school) == school}
    )
    try:
        solution = solved((units, schools, adjacency), wishes)
    except ValueError:  # units that no chain joins to a school
        return

    cheapest = cheapest_by_brute_force((units, schools, adjacency), wishes)
    if solution.is_hopeless:
        assert cheapest is None, [str(one) for one in solution.violations]
