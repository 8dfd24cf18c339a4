"""Enclaves approved by name: what is joined, what the search makes of them, and agreement with the check."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import World, cheapest_by_brute_force, facts_of, grid, named, street, worlds
from zoning.engine.building import build_problem
from zoning.engine.enclaves import settled
from zoning.engine.faults import Fault, ProblemFault
from zoning.engine.judge import broken
from zoning.engine.mend import mend
from zoning.engine.problem import NOWHERE, Problem, Wishes
from zoning.engine.solve import Options, Solution, solve
from zoning.engine.verify import violations

# u2 and u3 lie behind u1, which holds a school with room for itself only.
BEHIND = street([1, 5, 3, 4], {0: 50, 1: 5})


def drawn(world: World, wishes: Wishes) -> Solution:
    return solve(build_problem(*world, wishes=wishes), Options(effort=2), seed=1)


@pytest.mark.parametrize(
    ("approved", "lawful"),
    [
        (["u2", "u3"], True),
        (["u2"], False),  # u3 is not reached through u2
        (["u3"], False),
        ([], False),
    ],
)
def test_a_quarter_lies_apart_only_where_every_unit_is_approved(approved: list[str], lawful: bool) -> None:
    wishes = Wishes(enclaves=[(unit, "s0") for unit in approved])

    found = drawn(BEHIND, wishes)

    assert found.lawful == lawful
    assert (found.zone.tolist() == [0, 1, 0, 0]) == lawful


def test_an_enclave_that_no_chain_joins_leads_nobody_on() -> None:
    # A river between u1 and u2.
    units, schools, pairs = street([1, 1, 3, 4], {0: 50})
    pairs = [pair for pair in pairs if pair != ("u1", "u2")]

    with pytest.raises(ProblemFault) as refused:
        build_problem(units, schools, pairs, wishes=Wishes(enclaves=[("u2", "s0")]))
    both = build_problem(units, schools, pairs, wishes=Wishes(enclaves=[("u2", "s0"), ("u3", "s0")]))

    assert refused.value.faults == (Fault("joined_to_no_school", ("u3",)),)
    assert solve(both, Options(effort=1), seed=1).lawful


def test_an_approval_forces_nothing() -> None:
    # u2 may lie apart in the zone of s0, and is nearer to s3, which has room.
    world = street([5, 5, 5, 5], {0: 50, 3: 50})

    assert drawn(world, Wishes(enclaves=[("u2", "s0")])).zone.tolist() == [0, 0, 1, 1]


def test_an_approved_unit_may_still_lead_on_to_others_where_it_is_joined() -> None:
    # Only through u1 does u2 reach s0, and only s0 has seats for it.
    world = street([5, 5, 5, 5], {0: 15, 3: 5})

    found = drawn(world, Wishes(enclaves=[("u1", "s0")]))

    assert (found.lawful, found.zone.tolist()) == (True, [0, 0, 0, 1])


def test_a_unit_on_the_only_way_of_another_is_not_settled_apart() -> None:
    # u1 is wanted by s2, which nothing joins to it; without u1 no chain leads from u0 to any school.
    units, schools, pairs = street([1, 1, 1, 1], {2: 9, 3: 9})
    problem = build_problem(units, schools, pairs, wishes=Wishes(enclaves=[("u1", "s3"), ("u0", "s3")]))

    alone = settled(problem, np.array([0, 1, 0, 1]))
    both = settled(problem, np.array([1, 1, 0, 1]))

    assert alone.locked.tolist() == [NOWHERE] * 4
    assert both.locked.tolist() == [1, 1, NOWHERE, NOWHERE]
    assert both.pairs.tolist() == [[2, 3]]


def test_a_plan_is_mended_without_a_way_through_an_enclave() -> None:
    # u3 lies apart by name. u5 is put there by hand, where nothing but u3 and u4 could join it.
    world = street([1] * 8, {0: 20, 7: 20})
    wishes = Wishes(enclaves=[("u4", "s0"), ("u5", "s0")])
    problem = build_problem(*world, wishes=wishes)
    zone = np.array([0, 0, 1, 1, 0, 0, 1, 1])

    mended = mend(problem, zone, [5], seed=1)

    assert mended.lawful
    assert mended.zone[5] == 0
    assert violations(facts_of(world, wishes), named(problem, mended.zone)) == ()


@st.composite
def wished_worlds(draw: st.DrawFn, most_plans: int | None = None, largest: int = 36) -> tuple[World, Wishes]:
    world = draw(worlds(most_plans=most_plans, largest=largest))
    units, schools, _ = world
    pairs = [(unit.unit_id, school.school_id) for unit in units for school in schools]
    return world, Wishes(enclaves=draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True)))


@settings(max_examples=25, deadline=None)
@given(wished_worlds(most_plans=5000, largest=12))
def test_engine_and_check_agree_on_every_plan(wished: tuple[World, Wishes]) -> None:
    world, wishes = wished
    problem, facts = build_problem(*world, wishes=wishes), facts_of(world, wishes)

    for choice in list(product(range(problem.n_zones), repeat=problem.n_units))[::7]:
        zone = np.array(choice)
        assert bool(broken(problem, zone)) == bool(violations(facts, named(problem, zone)))


@settings(max_examples=40, deadline=None)
@given(wished_worlds())
def test_what_the_engine_calls_lawful_is_lawful(wished: tuple[World, Wishes]) -> None:
    world, wishes = wished
    problem = build_problem(*world, wishes=wishes)

    found = solve(problem, Options(effort=1), seed=1)

    assert found.lawful == (not violations(facts_of(world, wishes), named(problem, found.zone)))


@settings(max_examples=40, deadline=None)
@given(wished_worlds(most_plans=5000, largest=12))
def test_with_enclaves_the_cheapest_plan_is_found_and_the_bound_holds(wished: tuple[World, Wishes]) -> None:
    world, wishes = wished
    cheapest = cheapest_by_brute_force(world, wishes)

    found = drawn(world, wishes)

    if cheapest is None:
        assert not found.lawful
    else:
        assert found.lawful
        assert found.lower_bound <= cheapest <= found.cost <= cheapest * 1.25


def test_names_change_nothing() -> None:
    world = grid(5, 4, np.arange(20) % 7 + 1, {(0, 0): 40, (4, 3): 45})
    wishes = Wishes(enclaves=[("c3r3", "s-c0r0"), ("c2r3", "s-c0r0"), ("c1r0", "s-c4r3")])
    units, schools, pairs = world
    new = {unit.unit_id: f"x{99 - i:02}" for i, unit in enumerate(units)}
    renamed = build_problem(
        [type(u)(new[u.unit_id], u.children, u.x_m, u.y_m) for u in units],
        [type(s)(s.school_id, new[s.unit_id], s.seats) for s in schools],
        [(new[a], new[b]) for a, b in pairs],
        wishes=Wishes(enclaves=[(new[u], s) for u, s in wishes.enclaves]),
    )

    one, other = (
        _by_unit(problem, solve(problem, Options(effort=2), seed=1))
        for problem in (build_problem(*world, wishes=wishes), renamed)
    )

    assert {new[unit]: zone for unit, zone in one.items()} == other


def _by_unit(problem: Problem, found: Solution) -> dict[str, str]:
    return dict(named(problem, found.zone))
