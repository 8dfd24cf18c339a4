"""Islands of the zones in force may stay, new ones may not: engine and check, both sides."""

from dataclasses import replace

import numpy as np
import pytest

from tests.pure.engine_worlds import facts_of, named, street
from zoning.engine.building import build_problem
from zoning.engine.judge import broken
from zoning.engine.objective import FEWEST_CHANGES, NEAREST, Weights
from zoning.engine.problem import School, Unit, Wishes
from zoning.engine.solve import Options, solve
from zoning.engine.verify import Violation, islands_in_force, violations

WORLD = street([10] * 6, {0: 60, 5: 60})
# u2 is an island of the zone of s5, u3 one of the zone of s0.
IN_FORCE = {"u0": "s0", "u1": "s0", "u2": "s5", "u3": "s0", "u4": "s5", "u5": "s5"}
PROBLEM = build_problem(*WORLD, wishes=Wishes(zones_in_force=IN_FORCE))


def test_islands_are_the_pieces_without_a_school() -> None:
    facts = facts_of(WORLD)

    assert islands_in_force(facts, IN_FORCE) == (("u2", "s5"), ("u3", "s0"))
    assert islands_in_force(facts, {**IN_FORCE, "u3": "s5"}) == ()
    assert islands_in_force(facts, {**IN_FORCE, "u2": "s0"}) == ()
    assert islands_in_force(facts, {"u2": "s5", "gone": "s5", "u3": "closed"}) == (("u2", "s5"),)
    assert islands_in_force(facts, {}) == ()
    assert [(PROBLEM.unit_ids[u], PROBLEM.site_ids[s]) for u, s in PROBLEM.enclaves.tolist()] == [
        ("u2", "s5"),
        ("u3", "s0"),
    ]


@pytest.mark.parametrize(
    ("zones", "cut_off"),
    [
        ("000555", []),
        ("005055", []),  # as in force
        ("005555", []),
        ("050555", [("s0", "u2"), ("s5", "u1")]),  # u1 is no island today, and u2 is one of s5 only
        ("005505", [("s0", "u4"), ("s5", "u3")]),  # today u3 is an island of s0, u4 of none
    ],
)
def test_an_island_may_stay_and_a_new_one_may_not(zones: str, cut_off: list[tuple[str, str]]) -> None:
    facts = replace(facts_of(WORLD), in_force=IN_FORCE)
    zone = np.array([0 if at == "0" else 1 for at in zones])

    assert violations(facts, named(PROBLEM, zone)) == tuple(
        Violation("zone_cut", s, (u,)) for s, u in cut_off
    )
    assert [(one.school_id, *one.unit_ids) for one in broken(PROBLEM, zone)] == cut_off


def test_fewest_changes_keeps_an_island_and_nearest_gives_it_up() -> None:
    few = solve(PROBLEM, Options(effort=2, weights=FEWEST_CHANGES), seed=1)
    near = solve(PROBLEM, Options(effort=2, weights=NEAREST), seed=1)

    assert dict(named(PROBLEM, few.zone)) == IN_FORCE
    assert near.zone.tolist() == [0, 0, 0, 1, 1, 1]
    assert few.lawful
    assert near.lawful


def test_an_island_leads_nobody_on() -> None:
    # With u2 an island of s5, nothing but it joins u1 there, and s0 has seats for two units only.
    world = street([10] * 6, {0: 20, 5: 60})
    facts = replace(facts_of(world), in_force={"u2": "s5"})

    assert violations(
        facts, [("u0", "s0"), ("u1", "s5"), ("u2", "s5"), ("u3", "s0"), ("u4", "s5"), ("u5", "s5")]
    ) == (
        Violation("zone_cut", "s0", ("u3",)),
        Violation("zone_cut", "s5", ("u1",)),
    )


@pytest.mark.parametrize("first", ["a", "z"])
def test_an_island_of_a_zone_of_two_schools_is_no_border_whatever_they_are_called(first: str) -> None:
    # e is an island of the zone that the schools of A and B share; b is the other's name.
    units = [Unit("A", 1, 0, 0), Unit("m", 1, 100, 0), Unit("B", 1, 200, 0), Unit("e", 1, 300, 0)]
    schools = [School(first, "A", 10, "g"), School("b", "B", 10, "g"), School("t", "c", 10)]
    problem = build_problem(
        [*units, Unit("c", 1, 340, 0)],
        schools,
        [("A", "m"), ("m", "B"), ("B", "e"), ("e", "c")],
        wishes=Wishes(zones_in_force={"A": first, "m": first, "B": "t", "c": "t", "e": first}),
    )

    found = solve(problem, Options(effort=2, weights=Weights(border_m=70)), seed=1)

    # m walks 100 m and e 40; one border, from B to e.
    assert found.cost == 210_000
    assert [unit for unit, zone in named(problem, found.zone) if zone == "t"] == ["c", "e"]
