"""The report: bound and gap of every preset, with zones in force and without, as a stranger recomputes them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.pure.engine_worlds import World, grid, sharing, street
from tests.pure.stranger import bound_verdict, write_table
from zoning.engine.building import build_problem
from zoning.engine.objective import PRESETS, Weights
from zoning.engine.problem import Wishes
from zoning.engine.report import report
from zoning.engine.solve import Options, solve

TOWN = grid(8, 8, np.arange(64) % 13 + 1, {(1, 1): 100, (6, 1): 120, (1, 6): 112, (6, 6): 115})
TIGHT = grid(8, 8, np.arange(64) % 13 + 1, {(1, 1): 60, (6, 1): 140, (1, 6): 125, (6, 6): 130})
# By columns and rows: 125 children are not where the nearest plan has them.
IN_FORCE = {f"c{x}r{y}": f"s-c{1 if x < 3 else 6}r{1 if y < 5 else 6}" for x in range(8) for y in range(8)}
Told = dict[str, Any]


def told_of(world: World, weights: Weights, wishes: Wishes | None = None, effort: int = 1) -> Told:
    problem = build_problem(*world, wishes=wishes)
    solution = solve(problem, Options(effort=effort, weights=weights), seed=1)
    found: Told = json.loads(json.dumps(report(problem, solution, seconds=0)))
    return found


def judged(world: World, told: Mapping[str, Any], folder: Path, years: tuple[int, ...] = ()) -> Told:
    """Return the verdict of the stand-alone checker on the report, files written as a stranger gets them."""
    units, schools, adjacency = world
    write_table(
        folder / "units.csv",
        ",".join(["unit_id,x_m,y_m,children", *(f"children_{y}" for y in years)]),
        [(u.unit_id, u.x_m, u.y_m, u.children, *u.later) for u in units],
    )
    write_table(
        folder / "schools.csv",
        ",".join(["school_id,unit_id,seats,group", *(f"seats_{y}" for y in years)]),
        [(s.school_id, s.unit_id, s.seats, s.group, *s.later) for s in schools],
    )
    write_table(folder / "adjacency.csv", "unit_a,unit_b", adjacency)
    names = ("units", "schools", "adjacency")
    return bound_verdict({name: folder / f"{name}.csv" for name in names}, told, folder)


@pytest.mark.parametrize("world", [TOWN, TIGHT, sharing(TOWN, ["s-c1r1", "s-c6r6"], ["s-c6r1", "s-c1r6"])])
@pytest.mark.parametrize("preset", list(PRESETS))
def test_bounds_and_gaps_of_every_preset_with_zones_in_force_are_proven(
    tmp_path: Path, preset: str, world: World
) -> None:
    told = told_of(world, PRESETS[preset], Wishes(zones_in_force=IN_FORCE))

    assert told["lawful"]
    assert 0 < told["lower_bound"] <= told["cost_km"]
    assert 0 <= told["gap"] < 0.6
    assert 0 <= told["objective"]["gap"] < 0.25
    assert judged(world, told, tmp_path) == {
        "proven": True,
        "faults": [],
        "lower_bound": pytest.approx(told["lower_bound"], rel=1e-12),
        "stated": told["lower_bound"],
        "objective_mm": told["objective"]["lower_bound_mm"],
    }


def test_few_changes_have_the_bound_on_ways_of_the_nearest_plan() -> None:
    wishes = Wishes(zones_in_force=IN_FORCE)

    nearest, few = (told_of(TIGHT, PRESETS[name], wishes) for name in ("nearest", "fewest_changes"))

    assert few["prices_mm"] == nearest["prices_mm"]
    assert few["lower_bound"] == pytest.approx(nearest["lower_bound"], rel=0.05)
    assert few["objective"]["prices_mm"] != few["prices_mm"]
    assert few["moved_children"] < nearest["moved_children"]


def test_the_report_says_what_was_optimized_and_what_moved() -> None:
    world = street([10, 1, 10, 10], {0: 21, 3: 21})
    in_force = {"u0": "s0", "u1": "s0", "u2": "s0", "u3": "s3"}

    told = told_of(world, Weights(moved_child_m=50), Wishes(zones_in_force=in_force))

    # u2 saves 100 m a child and costs 50; u1 would save nothing.
    assert told["moved_units"] == ["u2"]
    assert told["moved_children"] == 10
    assert told["zones_in_force"] == in_force
    assert told["objective"]["preset"] is None
    assert told["objective"]["weights"]["moved_child_m"] == 50
    assert told["objective"]["terms_mm"] == {
        "walked": 1_100_000,
        "moved": 500_000,
        "township": 0,
        "crossings": 0,
        "moved_units": 0,
        "parted": 0,
        "classes": 0,
        "even": 0,
        "border": 0,
        "filling": 0,
        "shape": 0,
        "worst_year": 0,
    }
    assert told["objective"]["cost_mm"] == 1_600_000


@pytest.mark.parametrize("every_year", [False, True])
@pytest.mark.parametrize(
    "weights", [PRESETS["fewest_changes"], Weights(balance_m=50, worst_year_m=700, filling_m=9)]
)
def test_bounds_with_later_years_are_proven(tmp_path: Path, *, every_year: bool, weights: Weights) -> None:
    units, schools, adjacency = street([5, 6, 7, 8], {0: 20, 3: 20})
    world = (
        [replace(unit, later=(unit.children + 1, 2)) for unit in units],
        [replace(school, later=(20 if every_year else 12, 30)) for school in schools],
        adjacency,
    )
    wishes = Wishes(later_years=(2027, 2028), every_year=every_year, zones_in_force={"u1": "s3", "u2": "s3"})

    told = told_of(world, weights, wishes)

    verdict = judged(world, told, tmp_path, (2027, 2028))
    assert verdict["proven"], verdict
    # 30 children and 24 seats in 2027.
    assert (told["objective"]["terms_mm"]["worst_year"] >= 6 * 700_000) is not every_year


@pytest.mark.parametrize(
    ("seats", "lawful"), [(435, True), (434, False)], ids=["as many seats as children", "one seat lacks"]
)
def test_an_unlawful_plan_has_no_gap_and_a_hopeless_district_no_bound(
    tmp_path: Path, seats: int, lawful: bool
) -> None:
    ones = grid(8, 8, np.full(64, 1), {(1, 1): 20, (6, 6): seats - 391})

    told = told_of(ones, PRESETS["nearest"])

    assert told["lawful"] is lawful
    assert (told["gap"] is not None, told["lower_bound"] is not None, "prices_mm" in told) == (lawful,) * 3
    assert (told["objective"]["gap"] is not None) is lawful
    verdict = judged(ones, told, tmp_path)
    assert verdict["proven"] is lawful
    if not lawful:
        assert verdict["faults"] == ["这个方案没有下界 / this plan has no bound"]


def test_a_gap_of_a_plan_that_breaks_rules_is_refused(tmp_path: Path) -> None:
    told = told_of(TOWN, PRESETS["nearest"])

    with_gap = judged(TOWN, told | {"lawful": False}, tmp_path)
    without = told | {"lawful": False, "gap": None, "objective": told["objective"] | {"gap": None}}

    assert not with_gap["proven"]
    assert judged(TOWN, without, tmp_path)["proven"]


def test_a_report_without_bound_or_rules_is_told_so(tmp_path: Path) -> None:
    assert judged(TOWN, {"cost_km": 3.0, "violations": []}, tmp_path) == {
        "proven": False,
        "faults": ["这个方案没有下界 / this plan has no bound"],
    }
    told = told_of(TOWN, PRESETS["nearest"])
    assert (
        "没有下界却报了差距 / a gap without a bound"
        in judged(TOWN, told | {"lower_bound": None}, tmp_path)["faults"]
    )


@pytest.mark.parametrize(
    "damage",
    [
        {"gap": 0.5},
        {"gap": None},
        {"lower_bound_mm": 1},
        {"lower_bound_mm": None},
        {"prices_mm": {}},
        {"weights": {"moved_child_m": 999}},
        {"weights": {"moved_child_m": -1}},
    ],
)
def test_a_damaged_objective_fails(tmp_path: Path, damage: Told) -> None:
    told = told_of(TIGHT, PRESETS["fewest_changes"], Wishes(zones_in_force=IN_FORCE))
    damaged = told["objective"] | damage
    damaged["weights"] = told["objective"]["weights"] | damage.get("weights", {})

    assert judged(TIGHT, told, tmp_path)["proven"]
    assert not judged(TIGHT, told | {"objective": damaged}, tmp_path)["proven"]


def test_other_zones_in_force_prove_another_bound(tmp_path: Path) -> None:
    told = told_of(TIGHT, PRESETS["fewest_changes"], Wishes(zones_in_force=IN_FORCE))

    forged = told["zones_in_force"] | {"c0r0": "s-c6r6"}

    assert not judged(TIGHT, told | {"zones_in_force": forged}, tmp_path)["proven"]
