"""What would make a lawful plan possible, and the plan with the least overload, against brute force over all plans."""

from typing import Any

import pytest
from hypothesis import given, settings

from tests.pure.engine_worlds import (
    Ruled,
    changed,
    facts_of,
    fewest_rules,
    named,
    overload,
    ruled_worlds,
    street,
)
from zoning.engine.building import build_problem
from zoning.engine.problem import Wishes
from zoning.engine.remedies import Kind, Remedy
from zoning.engine.report import report
from zoning.engine.solve import Options, Solution, solve
from zoning.engine.switches import near_pairs
from zoning.engine.verify import violations


def solved(ruled: Ruled) -> Solution:
    return solve(ruled.problem(), Options(effort=1), seed=1)


def remedy(solution: Solution, kind: Kind) -> Remedy | None:
    return next((one for one in solution.remedies if one.kind is kind), None)


@settings(max_examples=40, deadline=None)
@given(ruled_worlds(most_plans=300))
def test_the_plan_has_the_least_overload_and_no_fewer_seats_would_do(ruled: Ruled) -> None:
    least = ruled.least_overload()

    solution = solved(ruled)

    assert solution.lawful == (least == 0)
    assert solution.is_hopeless == (least != 0)
    assert not solution.lawful or solution.lower_bound <= solution.cost
    seats = remedy(solution, Kind.SEATS)
    if least is not None:
        assert overload(ruled.facts(), named(ruled.problem(), solution.zone)) == least
    if not least:
        assert seats is None
    else:
        assert seats is not None
        assert (sum(change.seats for change in seats.changes), seats.is_smallest) == (least, True)


@settings(max_examples=25, deadline=None)
@given(ruled_worlds(most_plans=130))
def test_no_fewer_rules_would_do(ruled: Ruled) -> None:
    solution = solved(ruled)
    if solution.lawful:
        return

    found = remedy(solution, Kind.RULES)

    fewest = fewest_rules(ruled)
    assert (None if found is None else len(found.changes)) == fewest
    if found is not None:
        assert found.is_smallest
        assert len(found.changes) == found.least


@settings(max_examples=25, deadline=None)
@given(ruled_worlds(most_plans=130))
def test_one_link_is_not_enough_where_more_or_none_are_told(ruled: Ruled) -> None:
    solution = solved(ruled)
    if solution.lawful:
        return
    problem, found = ruled.problem(), remedy(solution, Kind.LINKS)
    units, schools, links = ruled.world
    one_each = (
        Ruled((units, schools, [*links, (problem.unit_ids[a], problem.unit_ids[b])]), ruled.wishes)
        for a, b in near_pairs(problem).tolist()
    )

    is_one_enough = any(world.least_overload() == 0 for world in one_each)

    assert is_one_enough == (found is not None and len(found.changes) == 1)


@settings(max_examples=40, deadline=None)
@given(ruled_worlds(most_plans=300))
def test_with_the_changes_the_plan_of_every_remedy_is_lawful(ruled: Ruled) -> None:
    problem = ruled.problem()

    for one in solved(ruled).remedies:
        assert one.zone is not None
        assert violations(changed(ruled, one), named(problem, one.zone)) == ()


ROAD = street([5, 5, 5], {0: 15})


@pytest.mark.parametrize(
    ("world", "wishes", "told"),
    [
        (
            street([5, 5, 5, 5], {0: 60, 2: 10}),
            Wishes(locked={"u3": "s0"}),
            ["u3 need not be in the zone of s0"],
        ),
        (
            street([5, 5, 5], {0: 15, 2: 5}),
            Wishes(forbidden=[("u1", "s0")]),
            ["u1 may be in the zone of s0"],
        ),
        (ROAD, Wishes(distance_cap_m=150), ["a distance cap of 200 m"]),
        (ROAD, Wishes(school_caps_m={"s0": 150.0}), ["a distance cap of 200 m for s0"]),
    ],
)
def test_the_rule_in_the_way_is_named(world: Any, wishes: Wishes, told: list[str]) -> None:
    solution = solve(build_problem(*world, wishes=wishes), Options(effort=1), seed=1)

    found = remedy(solution, Kind.RULES)

    assert found is not None
    assert [str(change) for change in found.changes] == told


def test_a_part_with_too_few_seats_is_told_seats_or_a_link() -> None:
    units, schools, links = street([5, 5, 6, 5], {0: 20, 3: 9})
    world = units, schools, [pair for pair in links if pair != ("u1", "u2")]
    problem = build_problem(*world)

    solution = solve(problem, Options(effort=1), seed=1)

    assert [str(one) for one in solution.remedies] == [
        "Enough, and nothing less of the kind: 2 more seats in the zone of s3.",
        "Enough, and nothing less of the kind: u1 and u2 count as adjoining.",
    ]
    told: Any = report(problem, solution, seconds=0.0)["relax"]
    assert told[1] == {
        "kind": "links",
        "changes": [{"code": "link", "zone": "", "units": ["u1", "u2"], "seats": 0, "metres": 0, "year": 0}],
        "least": 1,
        "is_smallest": True,
        "none_spare": True,
        "plan_found": True,
        "untold": "",
    }


def test_what_no_single_kind_of_change_would_mend_is_told_together() -> None:
    # u3 is locked to a school that it cannot reach over the other, and both have too few seats.
    world = street([5, 5, 5, 5], {0: 5, 2: 10})

    solution = solve(build_problem(*world, wishes=Wishes(locked={"u3": "s0"})), Options(effort=1), seed=1)

    (found,) = solution.remedies
    assert (found.kind, found.least, found.is_smallest) == (Kind.ALL, 1, True)
    assert sum(change.seats for change in found.changes) == 5


def test_a_lock_in_the_way_of_a_county_too_large_to_choose_for_is_found() -> None:
    world = street([1] * 40, {0: 20, 39: 20})
    wishes = Wishes(locked={"u19": "s39"})
    problem = build_problem(*world, wishes=wishes)

    solution = solve(problem, Options(effort=1), seed=1)

    rules = remedy(solution, Kind.RULES)
    assert not solution.lawful
    assert rules is not None
    assert [str(change) for change in rules.changes] == ["u19 need not be in the zone of s39"]
    assert rules.zone is not None
    assert violations(facts_of(world), named(problem, rules.zone)) == ()
    assert [str(one) for one in solution.remedies if one.kind is Kind.SEATS] == [
        "Enough, and nothing less of the kind: 1 more seats in the zone of s39."
    ]
