"""The solver against brute force, random worlds, renaming, fresh processes and sudden stops."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import (
    World,
    cheapest_by_brute_force,
    facts_of,
    grid,
    named,
    street,
    worlds,
)
from zoning.engine.building import build_problem
from zoning.engine.objective import BALANCED, FEWEST_CHANGES, NEAREST, PRESETS, Weights, plan_cost
from zoning.engine.problem import NOWHERE, School, Unit, Wishes
from zoning.engine.solve import Options, Solution, solve
from zoning.engine.verify import violations

TOWN = grid(8, 8, np.arange(64) % 13 + 1, {(1, 1): 100, (6, 1): 120, (1, 6): 112, (6, 6): 115})


def solved(world: World, wishes: Wishes | None = None, effort: int = 2, seed: int = 1) -> Solution:
    return solve(build_problem(*world, wishes=wishes), Options(effort=effort), seed=seed)


@settings(max_examples=30, deadline=None)
@given(world=worlds(largest=12, most_plans=2200), seed=st.integers(0, 9))
def test_agrees_with_brute_force_on_tiny_worlds(world: World, seed: int) -> None:
    best = cheapest_by_brute_force(world)

    solution = solved(world, effort=4, seed=seed)

    assert solution.lawful == (best is not None)
    if best is not None:
        assert solution.cost == best
        assert solution.lower_bound <= best


@settings(max_examples=40, deadline=None)
@given(world=worlds(), seed=st.integers(0, 9))
def test_random_worlds_are_lawful_or_honestly_refused(world: World, seed: int) -> None:
    problem = build_problem(*world)

    solution = solve(problem, Options(effort=1), seed=seed)

    found = violations(facts_of(world), named(problem, solution.zone))
    assert solution.lawful == (not found)
    assert bool(solution.violations) == (not solution.lawful)
    assert solution.loads.sum() == problem.children.sum()
    if solution.lawful:
        assert solution.lower_bound <= solution.cost == plan_cost(problem, NEAREST, solution.zone)


def test_the_order_of_the_input_changes_nothing() -> None:
    units, schools, pairs = TOWN

    other = solved((units[::-1], schools[::-1], pairs[::-1]))

    assert np.array_equal(other.zone, solved(TOWN).zone)


def test_renaming_changes_nothing() -> None:
    units, schools, pairs = TOWN
    new = {unit.unit_id: f"{(7 * i) % 64:03}" for i, unit in enumerate(units)}
    renamed = (
        [Unit(new[u.unit_id], u.children, u.x_m, u.y_m) for u in units],
        [School(f"z{9 - i}", new[s.unit_id], s.seats) for i, s in enumerate(schools)],
        [(new[a], new[b]) for a, b in pairs],
    )
    school_name = {s.school_id: f"z{9 - i}" for i, s in enumerate(schools)}

    before = named(build_problem(*TOWN), solved(TOWN).zone)
    after = named(build_problem(*renamed), solved(renamed).zone)

    assert dict(after) == {new[unit]: school_name[school] for unit, school in before}


PRINT_PLAN = """
from tests.pure.test_engine_solve import TOWN, solved
print(solved(TOWN, seed=5).zone.tolist())
"""


def test_same_seed_and_effort_give_the_same_plan_in_a_fresh_process() -> None:
    printed = subprocess.run([sys.executable, "-c", PRINT_PLAN], capture_output=True, text=True, check=True)

    assert printed.stdout.strip() == str(solved(TOWN, seed=5).zone.tolist())


def test_seconds_report_the_effort_that_repeats_the_plan() -> None:
    problem = build_problem(*TOWN)

    timed = solve(problem, ticking(200), seed=3)

    assert timed.effort_used is not None
    assert timed.effort_used >= 1
    again = solve(problem, Options(effort=timed.effort_used), seed=3)
    assert np.array_equal(again.zone, timed.zone)


def ticking(seconds: float) -> Options:
    """Return options by a clock that goes a second on whenever it is looked at."""
    ticks = iter(range(10**9))
    return Options(seconds=seconds, clock=lambda: float(next(ticks)))


def test_where_no_round_has_time_the_start_is_repeated_by_an_effort_of_nought() -> None:
    problem = build_problem(*TOWN)

    timed, start = solve(problem, ticking(0), seed=3), solve(problem, Options(effort=0), seed=3)

    assert timed.effort_used == start.effort_used == 0
    assert np.array_equal(timed.zone, start.zone)
    assert not start.lawful
    with pytest.raises(ValueError, match="effort is not below zero"):
        Options(effort=-1)


def test_no_effort_repeats_what_a_part_of_the_first_round_gave() -> None:
    timed = solve(build_problem(*TOWN), ticking(10), seed=3)

    assert timed.lawful
    assert timed.effort_used is None
    assert timed.rounds == 0


def test_a_stop_within_a_later_round_keeps_the_best_plan_where_none_is_lawful() -> None:
    # Seven schools have a seat for every child and hardly one more: whole units do not fit.
    children = np.random.default_rng(3).integers(5, 60, 64)
    problem = build_problem(*grid(8, 8, children, {(i, i): -(-int(children.sum()) // 7) for i in range(7)}))
    told: list[int] = []
    asked: list[None] = []

    def stop() -> bool:
        """Say yes within the third round: asked for the second time after two, first by the search, then by a lane."""
        asked.extend([None] * (told[-1:] == [2]))
        return len(asked) > 1

    cut = solve(
        problem,
        Options(effort=50, prove=False),
        seed=1,
        progress=lambda stage, done, total: told.append(done),
        should_stop=stop,
    )

    whole = solve(problem, Options(effort=2, prove=False), seed=1)
    assert not whole.lawful
    assert cut.effort_used == 2
    assert np.array_equal(cut.zone, whole.zone)


@settings(max_examples=20, deadline=None)
@given(moment=st.integers(0, 200))
def test_a_stop_at_any_moment_returns_the_best_lawful_plan_so_far(moment: int) -> None:
    world = grid(8, 8, np.arange(64) % 13 + 1, {(1, 1): 400, (6, 1): 400, (1, 6): 400, (6, 6): 400})
    asked: list[None] = []

    def stop() -> bool:
        asked.append(None)
        return len(asked) > moment

    problem = build_problem(*world)
    solution = solve(problem, Options(effort=50), seed=1, should_stop=stop)

    assert solution.lawful
    assert violations(facts_of(world), named(problem, solution.zone)) == ()
    assert len(asked) <= moment + 8


def test_progress_is_told_by_stage() -> None:
    told: list[tuple[str, int, int]] = []

    solve(build_problem(*TOWN), Options(effort=2), seed=1, progress=lambda *step: told.append(step))

    assert [stage for stage, _, _ in told] == ["relaxing", "starting", "improving", "improving", "proving"]
    assert told[-2:] == [("improving", 2, 2), ("proving", 0, 1)]


def test_wishes_are_kept() -> None:
    units, schools, pairs = TOWN
    wishes = Wishes(
        locked={"c3r3": "s-c6r6", "c4r4": "s-c1r1"},
        forbidden=[("c0r0", "s-c1r1"), ("c7r7", "s-c6r6")],
        distance_cap_m=900.0,
    )
    world = (units, [School(s.school_id, s.unit_id, 300) for s in schools], pairs)

    problem = build_problem(*world, wishes=wishes)
    solution = solve(problem, Options(effort=4), seed=1)

    assert solution.lawful, [str(trouble) for trouble in solution.violations]
    assert violations(facts_of(world, wishes), named(problem, solution.zone)) == ()


def test_an_enclave_is_used_where_it_is_approved() -> None:
    # u3 lies behind u2, which holds a school without room for it.
    world = street([1, 1, 5, 5], {0: 50, 2: 5})

    refused, approved = solved(world), solved(world, Wishes(enclaves=[("u3", "s0")]))

    assert not refused.lawful
    assert approved.lawful
    assert approved.zone.tolist() == [0, 0, 1, 0]


def test_too_few_seats_everywhere_are_told_with_their_number() -> None:
    solution = solved(street([10, 10, 10], {0: 10, 2: 13}))

    assert "All schools together lack 7 seats." in [str(trouble) for trouble in solution.violations]


def test_units_that_reach_only_full_schools_are_named() -> None:
    # Within 150 m u0, u1, u2 can only go to s0.
    world = street([10, 10, 10, 1, 1, 1], {1: 25, 5: 100})

    solution = solved(world, Wishes(distance_cap_m=150.0, forbidden=[("u3", "s1")]))

    reasons = {trouble.code: trouble for trouble in solution.violations}
    assert reasons["only_full_schools"].unit_ids == ("u0", "u1", "u2")
    assert reasons["only_full_schools"].school_ids == ("s1",)
    assert (reasons["only_full_schools"].children, reasons["only_full_schools"].seats) == (30, 25)
    assert reasons["no_school_allowed"].unit_ids == ("u3",)


def test_zones_that_cannot_join_are_proven_not_to() -> None:
    # Only a2 and b2 fill the 6 seats of sz, and a1 and b1 the 4 of sy; but sz reaches a2 and b2 over a1 and b1.
    children = {"z": 0, "a1": 2, "a2": 3, "b1": 2, "b2": 3, "y": 0}
    units = [Unit(name, count, 100.0 * i, 0.0) for i, (name, count) in enumerate(children.items())]
    links = [
        ("z", "a1"),
        ("a1", "a2"),
        ("z", "b1"),
        ("b1", "b2"),
        *(("y", end) for end in ("a1", "a2", "b1", "b2")),
    ]
    world = units, [School("sz", "z", 6), School("sy", "y", 4)], links

    solution = solved(world)

    assert cheapest_by_brute_force(world) is None
    assert not solution.lawful
    assert solution.violations[0].code == "zones_do_not_join"
    assert solution.is_hopeless


def test_a_school_without_seats_keeps_its_own_empty_unit() -> None:
    solution = solved(street([0, 5, 5], {0: 0, 2: 20}))

    assert solution.lawful
    assert solution.zone.tolist() == [0, 1, 1]
    assert solution.cost == 500_000


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_gives_a_lawful_plan_and_a_bound(name: str) -> None:
    problem = build_problem(*TOWN)
    solution = solve(problem, Options(effort=2, weights=PRESETS[name]), seed=1)

    assert solution.lawful
    assert solution.lower_bound <= solution.cost == plan_cost(problem, PRESETS[name], solution.zone)


def test_fewest_changes_moves_a_unit_only_for_the_stated_benefit() -> None:
    # u2 would save 100 m for each child in the other zone.
    world = street([1, 1, 1, 1], {0: 9, 3: 9})
    in_force = Wishes(zones_in_force={"u0": "s0", "u1": "s0", "u2": "s0", "u3": "s3"})
    problem = build_problem(*world, wishes=in_force)

    kept = solve(problem, Options(effort=1, weights=Weights(moved_child_m=101)), seed=1)
    moved = solve(problem, Options(effort=1, weights=Weights(moved_child_m=99)), seed=1)

    assert kept.zone.tolist() == [0, 0, 0, 1]
    assert moved.zone.tolist() == [0, 0, 1, 1]
    assert FEWEST_CHANGES.moved_child_m > 0


def test_balance_evens_out_what_nearness_would_not() -> None:
    world = street([4, 4, 4, 4, 4, 4], {0: 40, 3: 40})
    problem = build_problem(*world)

    nearest = solve(problem, Options(effort=1), seed=1)
    balanced = solve(problem, Options(effort=1, weights=BALANCED), seed=1)

    assert nearest.loads.tolist() == [8, 16]
    assert balanced.loads.tolist() == [12, 12]


def test_a_border_weight_gives_shorter_borders() -> None:
    problem = build_problem(*TOWN)

    def parted(zone: np.ndarray) -> int:
        return int((zone[problem.pairs[:, 0]] != zone[problem.pairs[:, 1]]).sum())

    plain = solve(problem, Options(effort=2), seed=1)
    compact = solve(problem, Options(effort=2, weights=Weights(border_m=5000)), seed=1)

    assert parted(compact.zone) < parted(plain.zone)


def test_a_warm_start_in_any_state_ends_lawful() -> None:
    problem = build_problem(*TOWN)
    broken = np.full(problem.n_units, NOWHERE)
    broken[::2] = 0

    solution = solve(problem, Options(effort=2, start=broken), seed=1)

    assert solution.lawful


def test_no_plan_is_called_lawful_whose_unit_has_no_school_it_may_have() -> None:
    units, schools, pairs = grid(4, 1, np.full(4, 5), {(0, 0): 20, (3, 0): 20})
    wishes = Wishes(forbidden=[("c1r0", "s-c0r0"), ("c1r0", "s-c3r0")])
    told: list[int] = []

    solution = solve(
        build_problem(units, schools, pairs, wishes=wishes), Options(effort=1), seed=1, watch=told.append
    )

    assert (solution.lawful, told) == (False, [])
