"""The order that knows no names: alike units are told apart by what they have to do with; renaming changes nothing."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import Ruled, ruled_worlds
from zoning.engine.building import build_problem
from zoning.engine.canonical import name_free_order, reordered
from zoning.engine.problem import Problem, School, Unit, Wishes
from zoning.engine.solve import Options, solve

NAMES = {"unit_ids", "zone_ids", "site_ids"}


def twins(one: str, other: str, how: str) -> Problem:
    """Return two units at one point, between two schools, that differ in one thing."""
    place = {"A": 0.0, one: 100.0, other: 100.0, "B": 200.0}
    town = {one: "东", other: "西"} if how == "township" else {}
    links = [("A", one), ("A", other), ("B", one), ("B", other)]
    wishes = {
        "in_force": Wishes(zones_in_force={one: "s", other: "t"}),
        "locked": Wishes(locked={one: "s"}),
        "forbidden": Wishes(forbidden=[(one, "s")]),
        "enclave": Wishes(enclaves=[(one, "s")]),
    }
    metres = {(unit, school): 100.0 for unit in place for school in "st"}
    return build_problem(
        [Unit(name, 3, x, 0.0, township=town.get(name, "")) for name, x in place.items()],
        [School("s", "A", 6), School("t", "B", 6)],
        links[:-1] if how == "neighbours" else links,
        wishes=wishes.get(how),
        matrix_m={**metres, (one, "s"): 90.0} if how == "walks" else None,
        crossings={(one, "s"): 1} if how == "crossings" else None,
    )


@pytest.mark.parametrize(
    "how", ["township", "in_force", "locked", "forbidden", "enclave", "neighbours", "walks", "crossings"]
)
def test_units_at_one_point_are_told_apart_by_one_thing(how: str) -> None:
    def place_of_one(one: str, other: str) -> int:
        problem = twins(one, other, how)
        units, _ = name_free_order(problem)
        return [problem.unit_ids[unit] for unit in units.tolist()].index(one)

    assert place_of_one("p", "q") == place_of_one("q", "p")


def test_units_alike_in_everything_keep_the_order_of_their_names_and_their_neighbours_follow() -> None:
    # p and q lie at one point, and so do the ends of their blind alleys.
    def order_of(ends: Mapping[str, str]) -> list[str]:
        place = {"A": 0.0, "p": 1.0, "q": 1.0, ends["p"]: 2.0, ends["q"]: 2.0}
        problem = build_problem(
            [Unit(name, 3, x, 0.0) for name, x in place.items()],
            [School("s", "A", 20)],
            [("A", "p"), ("A", "q"), *ends.items()],
        )
        return [problem.unit_ids[unit] for unit in name_free_order(problem)[0].tolist()]

    assert order_of({"p": "x", "q": "y"}) == ["A", "p", "q", "x", "y"]
    assert order_of({"p": "y", "q": "x"}) == ["A", "p", "q", "y", "x"]


def test_renaming_units_at_one_point_gives_nobody_another_zone() -> None:
    def zone_of_one(one: str, other: str) -> int:
        problem = twins(one, other, "township")
        found = solve(problem, Options(effort=1), seed=1)
        return int(found.zone[problem.unit_ids.index(one)])

    assert zone_of_one("p", "q") == zone_of_one("q", "p")


@settings(max_examples=150, deadline=None)
@given(ruled=ruled_worlds(), data=st.data())
def test_renaming_leaves_the_problem_that_is_solved_as_it_is(ruled: Ruled, data: st.DataObject) -> None:
    # Three columns fall on one, and children are few: many units are alike.
    units, schools, pairs = ruled.world
    units = [replace(u, children=u.children % 2, later=(0,) * len(u.later), x_m=u.x_m // 300) for u in units]
    names, sites = [unit.unit_id for unit in units], [school.school_id for school in schools]
    today = st.dictionaries(st.sampled_from(names), st.sampled_from(sites))
    table = data.draw(st.lists(st.integers(1, 2), min_size=len(names) * len(sites)))
    ways = dict(zip([(u, s) for u in names for s in sites], map(float, table), strict=False))
    wishes = replace(ruled.wishes, zones_in_force=data.draw(today))
    unit = dict(zip(names, data.draw(st.permutations([f"x{i}" for i in range(len(names))])), strict=True))
    site = dict(zip(sites, data.draw(st.permutations([f"y{i}" for i in range(len(sites))])), strict=True))
    renamed = (
        [replace(one, unit_id=unit[one.unit_id]) for one in units],
        [replace(one, school_id=site[one.school_id], unit_id=unit[one.unit_id]) for one in schools],
        [(unit[a], unit[b]) for a, b in pairs],
    )
    other = replace(
        wishes,
        locked={unit[u]: site[s] for u, s in wishes.locked.items()},
        forbidden=[(unit[u], site[s]) for u, s in wishes.forbidden],
        enclaves=[(unit[u], site[s]) for u, s in wishes.enclaves],
        zones_in_force={unit[u]: site[s] for u, s in wishes.zones_in_force.items()},
        school_caps_m={site[s]: cap for s, cap in wishes.school_caps_m.items()},
    )
    matrix = data.draw(st.sampled_from([None, ways]))
    moved = matrix and {(unit[u], site[s]): metres for (u, s), metres in matrix.items()}

    before = nameless(build_problem(units, schools, pairs, wishes=wishes, matrix_m=matrix))
    after = nameless(build_problem(*renamed, wishes=other, matrix_m=moved))

    np.testing.assert_equal(after, before)


def nameless(problem: Problem) -> dict[str, Any]:
    """Return all that is known of the reordered problem but for the names."""
    own = reordered(problem, *name_free_order(problem))
    known = {one.name: getattr(own, one.name) for one in fields(own) if one.name not in NAMES}
    return {**known, "walks": own.walks and (own.walks.pair, own.walks.metres)}
