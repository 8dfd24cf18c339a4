"""The search itself: rounds that start anew, units that are forced or kept out of a zone."""

import numpy as np
import pytest

from tests.pure.engine_worlds import facts_of, grid, named
from zoning.engine.building import build_problem
from zoning.engine.course import AGE_OF_PATIENCE, EPOCH, HOPELESS, LANES, PATIENCE, STEP, Course
from zoning.engine.field import Field
from zoning.engine.groundwork import lay_ground
from zoning.engine.kernel import force
from zoning.engine.lane import Found, Lane, fill, new_lane
from zoning.engine.objective import NEAREST, plan_cost
from zoning.engine.problem import Problem
from zoning.engine.search import doubtful_lump, make_field
from zoning.engine.solve import Options, solve
from zoning.engine.verify import violations

# One unit in nine has many children: where it lies decides where its neighbours can.
LUMPY = grid(
    8, 8, np.where(np.arange(64) % 9 == 4, 40, 3), {(1, 1): 120, (6, 1): 125, (1, 6): 115, (6, 6): 118}
)


def lane_of(problem: Problem) -> tuple[Field, Lane, Found]:
    """Return a lane with the field it shares and a lawful plan."""
    ground = lay_ground(problem, NEAREST, None)
    field = make_field(problem, NEAREST, ground, ground.relaxed.prices)
    zone = solve(problem, Options(effort=1), seed=1).zone
    return field, new_lane(field, zone, 1, 0, 1.0), Found(0, plan_cost(problem, NEAREST, zone), zone)


def plan_of(cost: int, overload: int = 0) -> Found:
    return Found(overload, cost, np.full(4, cost % 7))


def course_of(start: Found, best: Found) -> Course:
    return Course(start, best, best, [start] * LANES)


@pytest.fixture(scope="module")
def field() -> Field:
    return lane_of(build_problem(*LUMPY))[0]


def test_a_forced_unit_changes_its_zone_and_cuts_none() -> None:
    problem = build_problem(*LUMPY)
    field, lane, plan = lane_of(problem)
    forced = 0
    for unit in range(problem.n_units):
        fill(field, lane.state, plan.zone)

        is_forced = force(field, lane.state, unit)

        assert is_forced == (lane.state.zone[unit] != plan.zone[unit])
        found = violations(facts_of(LUMPY), named(problem, lane.state.zone))
        assert {one.code for one in found} <= {"seats_exceeded"}
        forced += is_forced
    assert forced > 10


def test_a_unit_kept_out_of_a_zone_lies_elsewhere_in_a_lawful_plan() -> None:
    problem = build_problem(*LUMPY)
    field, lane, plan = lane_of(problem)
    shared = field.cost.copy()
    kept_out = 0
    for unit in np.flatnonzero((problem.children == 40) & (field.fixed == 0)).tolist():
        lane.ban((unit, int(plan.zone[unit])), field)

        found = lane.run_round(Found(10**6, 0, plan.zone), 0, lambda: False, lambda cost: None)

        if found.overload == 0 and found.cost < int(field.beyond[unit]):
            assert found.zone[unit] != plan.zone[unit]
            assert found.cost == plan_cost(problem, NEAREST, found.zone)
            assert violations(facts_of(LUMPY), named(problem, found.zone)) == ()
            kept_out += 1
    assert kept_out > 2
    assert np.array_equal(field.cost, shared)
    lane.ban(None, field)
    assert np.array_equal(lane.field.cost, shared)


def test_the_largest_unit_that_may_lie_elsewhere_is_kept_out_first() -> None:
    problem = build_problem(*LUMPY)
    field, _, plan = lane_of(problem)
    course = course_of(plan, plan)
    course.starts = 2

    lump = doubtful_lump(field, course, 0)

    assert lump is not None
    assert problem.children[lump[0]] == 40
    assert lump[1] == plan.zone[lump[0]]
    assert doubtful_lump(field, course, plan.cost + 1) is None
    assert doubtful_lump(field, course_of(plan, plan_of(5, overload=1)), 0) is None


def test_more_effort_never_costs_more() -> None:
    problem = build_problem(*LUMPY)

    plans = [solve(problem, Options(effort=effort), seed=2) for effort in (1, 3, 5, 8, 13, 20)]

    assert all(plan.lawful for plan in plans)
    costs = [plan.cost for plan in plans]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize(
    ("age", "overload", "patience"),
    [(0, 0, 1), (7, 0, 1), (8, 0, 2), (15, 0, 2), (16, 0, 3), (0, 4, PATIENCE), (40, 4, PATIENCE)],
)
def test_patience_grows_with_a_start_and_is_fixed_without_a_lawful_plan(
    age: int, overload: int, patience: int
) -> None:
    course = course_of(plan_of(9, overload=9), plan_of(5, overload=overload))
    course.age = age

    assert course.patience() == patience


def test_a_search_without_a_better_plan_starts_anew_and_keeps_the_best(field: Field) -> None:
    start, best = plan_of(2_000_000, overload=3), plan_of(1_000_000)
    course = course_of(start, start)
    course.go_on(field, [best] * LANES)
    assert (course.starts, course.idle, course.age) == (1, 0, 1)

    course.go_on(field, [best] * LANES)

    assert (course.starts, course.idle, course.age) == (2, 0, 0)
    assert course.origins == [start] * LANES
    assert course.best is best
    assert course.plans() == [best]


def test_a_search_without_a_lawful_plan_is_patient(field: Field) -> None:
    start = plan_of(2_000_000, overload=3)
    course = course_of(start, start)

    for idle in range(1, PATIENCE):
        course.go_on(field, [start] * LANES)
        assert (course.starts, course.idle) == (1, idle)
    course.go_on(field, [start] * LANES)

    assert (course.starts, course.idle, course.age) == (2, 0, 0)
    assert course.plans() == []


@pytest.mark.parametrize(("cost", "starts"), [(999, 2), (1000, 1), (1001, 1)])
def test_the_search_goes_on_from_a_merged_plan_that_is_better_than_the_best(cost: int, starts: int) -> None:
    start, best, merged = plan_of(5000), plan_of(1000), plan_of(cost)
    course = course_of(start, best)

    course.go_on_from(merged)

    assert course.starts == starts
    assert course.best is min(best, merged, key=Found.rank)
    assert all(origin is (merged if starts == 2 else start) for origin in course.origins)


@pytest.mark.parametrize(("saved", "idle"), [(0, 1), (10**6 // STEP, 1), (10**6 // STEP + 1, 0)])
def test_a_plan_counts_as_better_when_it_saves_more_than_its_step(
    field: Field, saved: int, idle: int
) -> None:
    origin = plan_of(10**6)
    course = course_of(origin, origin)
    course.age = AGE_OF_PATIENCE

    course.go_on(field, [plan_of(10**6 - saved)] * LANES)

    assert course.idle == idle
    assert course.best.cost == 10**6 - saved


@pytest.mark.parametrize(
    ("cost", "overload", "starts"), [(1_010_000, 0, 1), (1_010_001, 0, 2), (900_000, 1, 2), (999_999, 0, 1)]
)
def test_a_later_start_far_behind_the_best_is_given_up(
    field: Field, cost: int, overload: int, starts: int
) -> None:
    course = course_of(plan_of(5_000_000), plan_of(1_000_000))
    course.age = HOPELESS

    course.go_on(field, [plan_of(cost, overload)] * LANES)

    assert course.starts == starts


def test_whoever_watches_is_told_of_the_best_plan_of_all_starts() -> None:
    told: list[int] = []
    watch = course_of(plan_of(9), plan_of(5)).watched(told.append)
    watch(7)
    watch(4)
    first = course_of(plan_of(9, overload=2), plan_of(3, overload=2)).watched(told.append)
    first(8)

    assert told == [5, 4, 8]


@pytest.mark.parametrize(("led", "ends"), [(0, EPOCH + 1), (7, EPOCH + 15)])
def test_an_epoch_ends_after_twice_the_rounds_that_its_best_plan_took_and_some_more(
    field: Field, led: int, ends: int
) -> None:
    start, best = plan_of(900), plan_of(500)
    course = course_of(start, start)
    rounds = 0
    while not course.past and rounds < 10 * EPOCH:
        rounds += 1
        course.go_on(field, [best if rounds > led else start] * LANES)

    assert rounds == ends
    assert [plans[0] for plans in course.past] == [best]
    assert (course.best, course.leader, course.plans()) == (best, start, [start])
    assert course.plans_of_all_epochs() == [best, start]


def test_a_plan_made_of_all_epochs_is_kept_for_others_and_unknown_to_the_epoch(field: Field) -> None:
    start, old, wide = plan_of(900), plan_of(500), plan_of(400)
    course = course_of(start, start)
    course.past = [[old]]

    course.keep(wide)

    assert (course.best, course.leader) == (wide, start)
    assert course.past == [[wide, old]]
    assert course.plans() == [start]
