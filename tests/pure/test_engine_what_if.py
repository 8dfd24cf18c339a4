"""What if: more seats, a new school, another side of a border. Everything against the plain way of finding it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import World, distance_mm, grid, sharing, street, worlds
from zoning.engine import siting
from zoning.engine.borders import Border, Doubt, uncertain_borders
from zoning.engine.building import build_problem
from zoning.engine.constraints import allowed_pairs
from zoning.engine.problem import Problem, School, Wishes
from zoning.engine.siting import Gain, best_units_for_school, best_zones_for_seats
from zoning.engine.transport import relax

# Schools at both ends of a street of estates 100 m apart. The west school is full: u2, u3 and half of u1 go east.
STREET = street([10, 10, 10, 10, 10, 10], {0: 15, 5: 60})


def relaxed(world: World, wishes: Wishes | None = None) -> tuple[int, int]:
    """Return (children without a seat, child-millimetres of the others), the relaxation over all pairs."""
    problem = build_problem(*world, wishes=wishes)
    allowed = allowed_pairs(problem)
    cost = np.where(allowed, distance_mm(problem), 0)
    found = relax(cost, allowed, problem.children, problem.seats)
    return int(found.unseated.sum()), int((found.flow * cost).sum())


def gained(world: World, changed: World, place: str) -> Gain:
    before, after = relaxed(world), relaxed(changed)
    return Gain(place, before[0] - after[0], (before[1] - after[1]) // 1000)


def ranked(gains: list[Gain]) -> tuple[Gain, ...]:
    """Return the gains worth anything: more children seated first, then more metres saved, then the id."""
    order = sorted(gains, key=lambda gain: (-gain.seated_more, -gain.child_metres, gain.place_id))
    return tuple(gain for gain in order if (gain.seated_more, gain.child_metres) > (0, 0))


@pytest.mark.parametrize(
    ("seats", "expected"),
    [
        # u1 is 100 m from u0 and 400 m from u5; u2 is 200 m and 300 m from them.
        (1, (Gain("s0", 0, 300),)),
        (5, (Gain("s0", 0, 1500),)),
        (6, (Gain("s0", 0, 1600),)),
        (15, (Gain("s0", 0, 2500),)),
        # Nobody else would rather go west.
        (100, (Gain("s0", 0, 2500),)),
    ],
)
def test_more_seats_save_what_children_then_walk_less(seats: int, expected: tuple[Gain, ...]) -> None:
    assert best_zones_for_seats(build_problem(*STREET), seats, shown=5) == expected


def test_seats_for_children_without_any_come_before_shorter_ways() -> None:
    # 20 children, 12 seats; 8 have none. Seats at s3 seat as many as seats at s0 do, and nearer to u2's children.
    world = street([10, 0, 10, 0], {0: 6, 3: 6})

    found = best_zones_for_seats(build_problem(*world), 4, shown=5)

    assert found == (Gain("s0", 4, 0), Gain("s3", 4, -400))


def test_a_new_school_saves_the_ways_of_those_who_go_there() -> None:
    # At u1 it seats u1, and five of u2 find room in the west: 2,500 m and 500 m less. At u2 it saves u2 its 3,000 m.
    found = best_units_for_school(build_problem(*STREET), 10, shown=2)

    assert found == (Gain("u1", 0, 3000), Gain("u2", 0, 3000))


@pytest.mark.parametrize(
    ("wishes", "among", "left"),
    [
        (Wishes(), None, {"u1", "u2", "u3", "u4"}),
        (Wishes(), ("u4", "u3"), {"u3", "u4"}),
        (Wishes(locked={"u2": "s5"}), None, {"u1", "u3", "u4"}),
    ],
)
def test_sites_are_units_without_a_school_and_a_lock(
    wishes: Wishes, among: tuple[str, ...] | None, left: set[str]
) -> None:
    found = best_units_for_school(build_problem(*STREET, wishes=wishes), 10, shown=9, among=among)

    assert {gain.place_id for gain in found} == left


def test_what_cannot_be_asked_is_refused() -> None:
    walks = {(f"u{i}", school): 10.0 for i in range(6) for school in ("s0", "s5")}

    with pytest.raises(ValueError, match="at least one seat"):
        best_zones_for_seats(build_problem(*STREET), 0, shown=5)
    with pytest.raises(ValueError, match="at least one seat"):
        best_units_for_school(build_problem(*STREET), 0, shown=5)
    with pytest.raises(ValueError, match="matrix"):
        best_units_for_school(build_problem(*STREET, matrix_m=walks), 1, shown=5)


@settings(max_examples=60, deadline=None)
@given(world=worlds(largest=18), seats=st.integers(1, 60), shown=st.integers(1, 4))
def test_the_best_zones_are_those_of_trying_each(world: World, seats: int, shown: int) -> None:
    units, schools, adjacency = world

    found = best_zones_for_seats(build_problem(*world), seats, shown=shown)

    each = [
        gained(
            world,
            (units, [replace(s, seats=s.seats + seats * (s is one)) for s in schools], adjacency),
            one.school_id,
        )
        for one in schools
    ]
    assert found == ranked(each)[:shown]


@settings(max_examples=60, deadline=None)
@given(world=worlds(largest=18), seats=st.integers(1, 60), shown=st.integers(1, 4))
def test_the_best_sites_are_those_of_trying_each(world: World, seats: int, shown: int) -> None:
    units, schools, adjacency = world
    taken = {school.unit_id for school in schools}

    found = best_units_for_school(build_problem(*world), seats, shown=shown)

    each = [
        gained(world, (units, [*schools, School("new", unit.unit_id, seats)], adjacency), unit.unit_id)
        for unit in units
        if unit.unit_id not in taken
    ]
    assert found == ranked(each)[:shown]


def test_places_that_cannot_win_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    real = siting.with_school

    def counted(problem: Problem, unit: int, seats: int) -> Problem:
        tried.append(unit)
        return real(problem, unit, seats)

    monkeypatch.setattr(siting, "with_school", counted)

    found = best_units_for_school(build_problem(*grid(12, 12, np.full(144, 5), {(0, 0): 800})), 100, shown=1)

    assert len(found) == 1
    assert len(tried) < 20


def border(zone: str, other: str, *doubts: tuple[str, Doubt]) -> Border:
    return Border((zone, other), doubts, sum(doubt.children for _, doubt in doubts))


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        # u2 is 200 m from its own school and 300 m from the other: half as much again. u3 the other way round.
        (49, ()),
        (
            50,
            (
                border(
                    "s0",
                    "s5",
                    ("s0", Doubt("u2", 10, 500, fits=True)),
                    ("s5", Doubt("u3", 10, 500, fits=False)),
                ),
            ),
        ),
    ],
)
def test_a_unit_is_in_doubt_up_to_so_many_per_cent(percent: int, expected: tuple[Border, ...]) -> None:
    problem = build_problem(*street([10, 10, 10, 10, 10, 10], {0: 30, 5: 60}))
    zone = np.array([0, 0, 0, 1, 1, 1])

    assert uncertain_borders(problem, zone, [0, 0], percent=percent) == expected


def test_seats_that_others_need_more_count() -> None:
    # A seat at s0 is worth 100 m a child: u3 costs 10 x (300 + 100) m there and 10 x 200 m at its own school, u2 the
    # same at both; so only u2 is in doubt.
    problem = build_problem(*street([10, 10, 10, 10, 10, 10], {0: 30, 5: 60}))

    found = uncertain_borders(problem, np.array([0, 0, 0, 1, 1, 1]), [100_000, 0], percent=10)

    assert found == (border("s0", "s5", ("s0", Doubt("u2", 10, 0, fits=True))),)


@pytest.mark.parametrize(
    "wishes",
    [Wishes(locked={"u2": "s0"}), Wishes(forbidden=[("u2", "s5")]), Wishes(distance_cap_m=250)],
    ids=["locked", "forbidden", "beyond the cap"],
)
def test_a_rule_leaves_no_doubt(wishes: Wishes) -> None:
    problem = build_problem(*street([10, 10, 10, 10, 10, 10], {0: 30, 5: 60}), wishes=wishes)

    found = uncertain_borders(problem, np.array([0, 0, 0, 1, 1, 1]), [100_000, 0], percent=10)

    assert found == ()


def test_nobody_is_in_doubt_without_children_or_with_a_school() -> None:
    empty = build_problem(*street([10, 0, 0, 10], {0: 30, 3: 60}))
    beside = build_problem(*street([10, 10], {0: 30, 1: 60}))

    assert uncertain_borders(empty, np.array([0, 0, 1, 1]), [0, 0], percent=1000) == ()
    assert uncertain_borders(beside, np.array([0, 1]), [0, 0], percent=1000) == ()


def test_borders_with_most_children_in_doubt_come_first_and_schools_of_one_zone_are_one_side() -> None:
    # Three schools along the street; the last two share a zone.
    world = sharing(street([1, 5, 5, 1, 9, 9, 1, 4, 1], {0: 99, 3: 99, 6: 99, 8: 99}), ("s6", "s8"))
    problem = build_problem(*world)
    zone = np.array([0, 0, 1, 1, 1, 2, 2, 2, 2])

    found = uncertain_borders(problem, zone, [0, 0, 0], percent=100)

    assert [(one.zone_ids, one.children) for one in found] == [(("s3", "s6"), 18), (("s0", "s3"), 10)]


def test_less_than_nothing_is_no_margin() -> None:
    with pytest.raises(ValueError, match="not negative"):
        uncertain_borders(build_problem(*STREET), np.zeros(6, dtype=np.int64), [0, 0], percent=-1)
