"""Small sets of links and rules for counties too large to choose for exactly: known smallest ones, and brute force."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.pure.engine_worlds import (
    Ruled,
    World,
    changed,
    facts_of,
    fewest_rules,
    named,
    ruled_worlds,
    street,
)
from zoning.engine import explaining
from zoning.engine.building import build_problem
from zoning.engine.explaining import by_their_kind
from zoning.engine.problem import IntArray, Problem, School, Unit, Wishes
from zoning.engine.remedies import Change, Kind, Remedy, Untold, changes_of
from zoning.engine.report import report
from zoning.engine.solve import Options, Solution, solve
from zoning.engine.trying import Tried, few_changes
from zoning.engine.verify import violations

ROAD = street([1] * 80, {0: 20, 39: 20, 40: 20, 79: 20})


def solved(world: World, wishes: Wishes | None = None) -> Solution:
    return solve(build_problem(*world, wishes=wishes), Options(effort=1), seed=1)


def remedy(solution: Solution, kind: Kind) -> Remedy | None:
    return next((one for one in solution.remedies if one.kind is kind), None)


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        # Two shortages that have nothing to do with each other.
        (Wishes(locked={"u19": "s39", "u60": "s40"}), {("lock", "u19"), ("lock", "u60")}),
        # Neither of two locks helps by itself: the one is behind the other.
        (Wishes(locked={"u18": "s39", "u19": "s39"}), {("lock", "u18"), ("lock", "u19")}),
        # A lock that is in nobody's way stays.
        (Wishes(locked={"u19": "s39", "u30": "s39", "u5": "s0"}), {("lock", "u19")}),
        # A lock and a forbidden pair.
        (Wishes(locked={"u19": "s39"}, forbidden=[("u60", "s79")]), {("lock", "u19"), ("forbid", "u60")}),
        # One cap for all instead of many pairs.
        (Wishes(distance_cap_m=1850), {("cap", "")}),
    ],
)
def test_the_smallest_set_of_rules_is_found_and_proven(wishes: Wishes, told: set[tuple[str, str]]) -> None:
    found = remedy(solved(ROAD, wishes), Kind.RULES)

    assert found is not None
    assert {(change.code, "".join(change.unit_ids)) for change in found.changes} == told
    assert (found.least, found.is_smallest, found.none_spare) == (len(told), True, True)
    assert found.zone is not None


def parts_without_links(count: int) -> World:
    """A street with seats to spare and parts beside it that nothing joins, each five seats short."""
    units, schools, links = street([1] * 60, {0: 60, 59: 60})
    for part in range(count):
        names = [f"p{part}-{i}" for i in range(10)]
        units += [Unit(name, 1, 2000.0 * part + 100 * i, 300.0) for i, name in enumerate(names)]
        schools.append(School(f"s{names[0]}", names[0], 5))
        links += list(pairwise(names))
    return units, schools, links


@pytest.mark.parametrize("count", [1, 3])
def test_every_part_short_of_seats_is_told_a_link_of_its_own(count: int) -> None:
    world = parts_without_links(count)

    found = remedy(solved(world), Kind.LINKS)

    assert found is not None
    assert (len(found.changes), found.least, found.is_smallest) == (count, count, True)
    assert found.zone is not None
    linked = (*world[:2], [*world[2], *((a, b) for a, b in (change.unit_ids for change in found.changes))])
    assert violations(facts_of(linked), named(build_problem(*world), found.zone)) == ()


def test_seats_and_a_lock_are_told_together_where_neither_alone_is_enough() -> None:
    # u79 is locked to a school that it cannot reach, and the road has fewer seats than children.
    world = street([1] * 80, {0: 20, 39: 20, 40: 20, 79: 15})

    solution = solved(world, Wishes(locked={"u70": "s0"}))

    (found,) = (one for one in solution.remedies if one.zone is not None)
    assert (found.kind, found.is_smallest) == (Kind.ALL, True)
    assert [change.code for change in found.changes if change.code != "seats"] == ["lock"]
    assert sum(change.seats for change in found.changes) == 5


def test_rules_and_links_are_not_told_where_all_schools_together_lack_seats() -> None:
    world = street([1] * 80, {0: 20, 39: 20, 40: 20, 79: 15})

    solution = solved(world, Wishes(locked={"u60": "s40"}))

    assert [one.kind for one in solution.remedies if one.zone is not None] == [Kind.SEATS]
    assert remedy(solution, Kind.LINKS) is None
    assert remedy(solution, Kind.RULES) is None


def test_what_is_too_large_to_try_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "MOST_PAIRS", 100)
    wishes = Wishes(locked={"u19": "s39"})
    problem = build_problem(*ROAD, wishes=wishes)

    solution = solve(problem, Options(effort=1), seed=1)

    assert [(one.kind, one.untold) for one in solution.remedies if one.untold] == [
        (Kind.LINKS, "too_large"),
        (Kind.RULES, "too_large"),
    ]
    told: Any = report(problem, solution, seconds=0.0)["relax"]
    assert [one["untold"] for one in told] == ["too_large", "too_large"]
    assert str(solution.remedies[-1]) == (
        "Rules to lift: not tried, the county has too many units and schools for it."
    )


def tried(problem: Problem, plan: IntArray, kind: Kind) -> Tried:
    def search(then: Problem, start: IntArray) -> IntArray:
        return solve(then, Options(effort=1, start=start, prove=False), seed=1).zone

    return few_changes(problem, plan, kind, search, lambda: False)


def test_it_stops_when_asked_to() -> None:
    problem = build_problem(*ROAD, wishes=Wishes(locked={"u19": "s39"}))
    plan = np.zeros(80, dtype=np.int64)

    found = few_changes(problem, plan, Kind.RULES, lambda _, start: start, lambda: True)

    assert (found.zone, found.untold) == (None, Untold.STOPPED)


def test_the_unit_of_a_school_that_may_not_have_it_needs_that_rule_lifted_and_no_way() -> None:
    units = [Unit(f"c{x}", min(x, 1), 100.0 * x, 0) for x in range(3)]
    schools = [School("s0", "c0", 1, "g"), School("s1", "c1", 1, "g"), School("s2", "c2", 1)]
    problem = build_problem(units, schools, [], wishes=Wishes(forbidden=[("c1", "s0")]))

    found = tried(problem, np.array([0, 1, 1]), Kind.RULES)

    assert found.relief is not None
    assert found.relief.forbidden.tolist() == [[1, 0]]
    assert found.is_smallest


@settings(max_examples=40, deadline=None)
@given(ruled_worlds(most_plans=130))
def test_what_is_said_of_rules_agrees_with_brute_force(ruled: Ruled) -> None:
    problem = ruled.problem()
    if ruled.least_overload() == 0:
        return
    plan = solve(problem, Options(effort=1, prove=False), seed=1).zone

    found = tried(problem, plan, Kind.RULES)

    fewest = fewest_rules(ruled)
    if found.untold is Untold.NONE_ENOUGH:
        assert fewest is None
    if fewest is not None:
        assert found.least <= fewest
    if found.relief is not None:
        assert fewest is not None
        changes = changes_of(problem, found.relief)
        assert len(changes) == found.relief.size() >= fewest
        assert not found.is_smallest or len(changes) == fewest
        told = Remedy(Kind.RULES, changes, zone=found.zone)
        assert found.zone is not None
        assert violations(changed(ruled, told), named(problem, found.zone)) == ()


@settings(max_examples=30, deadline=None)
@given(ruled_worlds(most_plans=130))
def test_with_links_or_everything_the_plan_told_is_lawful(ruled: Ruled) -> None:
    problem = ruled.problem()
    if ruled.least_overload() == 0:
        return
    plan = solve(problem, Options(effort=1, prove=False), seed=1).zone

    for kind in (Kind.LINKS, Kind.ALL):
        found = tried(problem, plan, kind)

        if found.relief is not None:
            told = Remedy(kind, changes_of(problem, found.relief), zone=found.zone)
            assert found.zone is not None
            assert violations(changed(ruled, told), named(problem, found.zone)) == ()


LIFTED, LINKED, SEATED = (
    Change("lock", "A", ("u",)),
    Change("link", unit_ids=("u", "v")),
    Change("seats", "A"),
)
NO_RULES = Remedy(Kind.RULES, (), 2, untold=Untold.NONE_FOUND.value)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ((LIFTED,), [(Kind.LINKS, 0), (Kind.RULES, 1)]),
        ((LINKED,), [(Kind.RULES, 0), (Kind.LINKS, 1)]),
        ((LIFTED, LINKED), [(Kind.LINKS, 0), (Kind.RULES, 0), (Kind.ALL, 2)]),
        ((LIFTED, SEATED), [(Kind.LINKS, 0), (Kind.RULES, 0), (Kind.ALL, 2)]),
        ((), [(Kind.LINKS, 0), (Kind.RULES, 0), (Kind.ALL, 0)]),
    ],
)
def test_rules_alone_found_where_seats_were_free_too_are_told_as_rules(
    changes: tuple[Change, ...], told: list[tuple[Kind, int]]
) -> None:
    no_links = Remedy(Kind.LINKS, (), 1, untold=Untold.NONE_FOUND.value)

    remedies = by_their_kind([no_links, NO_RULES], [Remedy(Kind.ALL, changes)])

    assert [(one.kind, len(one.changes)) for one in remedies] == told
