"""Cases not seen: published units turned, renamed, in another order and with other seats; every plan by the checker.

The engine was tuned to none of these. Seats move by chance between schools, so that their sum stays what it was.
"""

import csv
import json
import math
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zoning.engine.building import build_problem
from zoning.engine.files import Tables, read_tables
from zoning.engine.report import plan_rows
from zoning.engine.solve import Options, Solution, solve

SHARED = Path(__file__).resolve().parents[3] / "shared"
SAP = SHARED / "data" / "sap"
pytestmark = pytest.mark.skipif(
    not SAP.exists(), reason="published cases (../shared) are not on this machine"
)
QUICK = ["zy/15a", "gy/38a"]
MORE = ["zy/13a", "zy/17a", "gy/37a", "gy/41a", "gy2/18a", "gy2/22a"]
CASES = [*QUICK, *(pytest.param(case, marks=pytest.mark.slow) for case in MORE)]
EFFORT, LONGER = 6, 20
BEST_KNOWN = SAP / "reference.csv"
FARTHEST_FROM_BEST = 1.015
# In the mean of a county's cases.
PROVEN_GAP = {"zy": 0.010, "gy": 0.030, "gy2": 0.003}


def published(case: str) -> Tables:
    county, name = case.split("/")
    return read_tables(
        SAP / county / "units.csv", SAP / county / f"schools_{name}.csv", SAP / county / "adjacency.csv"
    )


def best_known(case: str) -> float:
    with BEST_KNOWN.open(newline="", encoding="utf-8") as handle:
        rows = {row["instance"]: row for row in csv.DictReader(handle)}
    return float(rows[case.replace("/", "_")]["best_published_km"])


def turned(tables: Tables, seed: int) -> Tables:
    """Turn by any angle, and shift by up to a thousand kilometres."""
    luck = np.random.default_rng(seed)
    angle, (east, north) = luck.uniform(0, 2 * math.pi), luck.uniform(-1e6, 1e6, 2)
    cos, sin = math.cos(angle), math.sin(angle)
    units = [
        replace(unit, x_m=cos * unit.x_m - sin * unit.y_m + east, y_m=sin * unit.x_m + cos * unit.y_m + north)
        for unit in tables.units
    ]
    return replace(tables, units=tuple(units))


def renamed(tables: Tables, seed: int) -> tuple[Tables, Mapping[str, str]]:
    """Give units and schools other names and put all in another order; also return the old name of each new one."""
    luck = np.random.default_rng(seed)
    new = {
        unit.unit_id: f"甲{i}"
        for unit, i in zip(tables.units, luck.permutation(len(tables.units)), strict=True)
    }
    schools = {
        s.school_id: f"校{i}"
        for s, i in zip(tables.schools, luck.permutation(len(tables.schools)), strict=True)
    }
    units = [replace(unit, unit_id=new[unit.unit_id]) for unit in tables.units]
    sites = [replace(s, school_id=schools[s.school_id], unit_id=new[s.unit_id]) for s in tables.schools]
    links = [(new[b], new[a]) for a, b in tables.adjacency]
    other = Tables(
        units=tuple(units[i] for i in luck.permutation(len(units))),
        schools=tuple(sites[i] for i in luck.permutation(len(sites))),
        adjacency=tuple(links[i] for i in luck.permutation(len(links))),
    )
    return other, {after: before for before, after in [*new.items(), *schools.items()]}


def reseated(tables: Tables, seed: int) -> Tables:
    """Move up to a twentieth of the seats of a third of the schools to as many others; own units keep theirs."""
    own = {unit.unit_id: unit.children for unit in tables.units}
    luck = np.random.default_rng(seed)
    seats, order = [school.seats for school in tables.schools], luck.permutation(len(tables.schools))
    third = len(order) // 3
    for giver, taker in zip(order[:third].tolist(), order[third : 2 * third].tolist(), strict=True):
        moved = max(min(seats[giver] // 20, seats[giver] - own[tables.schools[giver].unit_id]), 0)
        seats[giver] -= moved
        seats[taker] += moved
    schools = [replace(school, seats=n) for school, n in zip(tables.schools, seats, strict=True)]
    return replace(tables, schools=tuple(schools))


def drawn(tables: Tables, effort: int) -> tuple[Solution, dict[str, str]]:
    problem = build_problem(tables.units, tables.schools, tables.adjacency)
    solution = solve(problem, Options(effort=effort), seed=1)
    return solution, plan_rows(problem, solution)


def checked(folder: Path, tables: Tables, plan: Mapping[str, str]) -> dict[str, Any]:
    """Return what the checker that shares no code with us says of the plan."""
    rows: dict[str, list[tuple[object, ...]]] = {
        "units": [
            ("unit_id", "x_m", "y_m", "children"),
            *((u.unit_id, u.x_m, u.y_m, u.children) for u in tables.units),
        ],
        "schools": [
            ("school_id", "unit_id", "seats"),
            *((s.school_id, s.unit_id, s.seats) for s in tables.schools),
        ],
        "adjacency": [("unit_a", "unit_b"), *tables.adjacency],
        "plan": [("unit_id", "school_id"), *plan.items()],
    }
    for name, table in rows.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows(table)
    files = [f"--{name}={folder / name}.csv" for name in rows]
    command = [sys.executable, str(SHARED / "bench" / "check_plan.py"), *files]
    verdict: dict[str, Any] = json.loads(
        subprocess.run(command, capture_output=True, text=True, check=False).stdout
    )
    return verdict


@pytest.mark.parametrize("case", CASES)
def test_a_turned_county_is_drawn_as_well(case: str, tmp_path: Path) -> None:
    tables = turned(published(case), seed=11)

    _, plan = drawn(tables, EFFORT)

    verdict = checked(tmp_path, tables, plan)
    assert verdict["lawful"]
    assert verdict["cost_km"] <= best_known(case) * FARTHEST_FROM_BEST


@pytest.mark.parametrize("case", CASES)
def test_other_names_and_another_order_change_no_plan(case: str) -> None:
    tables = published(case)
    other, old = renamed(tables, seed=12)

    _, before = drawn(tables, 2)
    _, after = drawn(other, 2)

    assert {old[unit]: old[zone] for unit, zone in after.items()} == before


@pytest.mark.parametrize("case", QUICK)
def test_with_other_seats_the_plan_is_lawful_and_proven_near_the_best(case: str, tmp_path: Path) -> None:
    tables = reseated(published(case), seed=13)

    solution, plan = drawn(tables, EFFORT)

    assert checked(tmp_path, tables, plan)["lawful"]
    assert solution.gap <= PROVEN_GAP[case.split("/")[0]]


@pytest.mark.slow
@pytest.mark.parametrize("county", PROVEN_GAP)
def test_with_other_seats_a_whole_family_is_proven_near_the_best_in_the_mean(
    county: str, tmp_path: Path
) -> None:
    names = sorted(path.stem.removeprefix("schools_") for path in (SAP / county).glob("schools_*.csv"))
    gaps = []
    for name in names:
        tables = reseated(published(f"{county}/{name}"), seed=13)
        solution, plan = drawn(tables, LONGER)
        assert checked(tmp_path, tables, plan)["lawful"]
        gaps.append(solution.gap)

    assert sum(gaps) / len(gaps) <= PROVEN_GAP[county]
