"""A drawing that starts from a plan: never worse than a lawful one; a plan that breaks rules is repaired."""

from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import World, drawn_worlds, facts_of, grid, named
from zoning.engine.building import build_problem
from zoning.engine.files import plan_csv, read_plan
from zoning.engine.objective import PRESETS, plan_cost
from zoning.engine.problem import IntArray
from zoning.engine.solve import Options, solve
from zoning.engine.verify import cost_km, violations

WORLD = grid(8, 8, np.arange(64) % 13 + 1, {(1, 1): 100, (6, 1): 120, (1, 6): 112, (6, 6): 115})


@settings(max_examples=25, deadline=None)
@given(world=drawn_worlds(), preset=st.sampled_from(sorted(PRESETS)), seed=st.integers(0, 99))
def test_the_result_is_never_worse_than_a_lawful_start(
    world: tuple[World, IntArray], preset: str, seed: int
) -> None:
    problem, weights = build_problem(*world[0]), PRESETS[preset]

    found = solve(problem, Options(effort=1, weights=weights, start=world[1], prove=False), seed=seed)

    assert found.cost <= plan_cost(problem, weights, world[1])
    assert violations(facts_of(world[0]), named(problem, found.zone)) == ()


def test_a_lawful_start_that_is_best_is_kept_though_the_search_is_stopped_at_once() -> None:
    problem = build_problem(*WORLD)
    best = solve(problem, Options(effort=4, prove=False), seed=3)

    again = solve(problem, Options(effort=1, start=best.zone), seed=5, should_stop=lambda: True)

    assert again.cost == best.cost


def written(folder: Path, plan: dict[str, str] | None = None, text: str = "") -> tuple[str, ...]:
    """Write the world's files and the plan to start from; return the options of the command."""
    units, schools, pairs = WORLD
    tables = {
        "units": ["unit_id,x_m,y_m,children", *(f"{u.unit_id},{u.x_m},{u.y_m},{u.children}" for u in units)],
        "schools": ["school_id,unit_id,seats", *(f"{s.school_id},{s.unit_id},{s.seats}" for s in schools)],
        "adjacency": ["unit_a,unit_b", *(f"{a},{b}" for a, b in pairs)],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "start.csv").write_bytes(plan_csv(plan) if plan is not None else text.encode())
    files = [f"--{name}={folder / name}.csv" for name in ("units", "schools", "adjacency", "start")]
    return *files, f"--out={folder / 'plan.csv'}", "--effort=1"


def test_the_command_starts_from_a_file_and_does_not_lose_what_it_had(tmp_path: Path) -> None:
    problem = build_problem(*WORLD)
    best = solve(problem, Options(effort=6, prove=False), seed=3)

    call_command("draw_zones", *written(tmp_path, dict(named(problem, best.zone))), verbosity=0)

    facts = facts_of(WORLD)
    plan = dict(read_plan(tmp_path / "plan.csv"))
    assert violations(facts, list(plan.items())) == ()
    assert cost_km(facts, plan) <= cost_km(facts, dict(named(problem, best.zone))) + 1e-6


def test_the_command_repairs_a_start_that_breaks_rules(tmp_path: Path) -> None:
    everybody = {unit.unit_id: "s-c1r1" for unit in WORLD[0]}

    call_command("draw_zones", *written(tmp_path, everybody), verbosity=0)

    assert violations(facts_of(WORLD), list(read_plan(tmp_path / "plan.csv"))) == ()


def test_what_is_unknown_twice_or_missing_in_the_start_is_named_with_its_line(tmp_path: Path) -> None:
    text = "unit_id,school_id\nc0r0,s-c1r1\nnowhere,s-c1r1\nc0r1,nobody\nc0r0,s-c6r6\n"

    with pytest.raises(CommandError) as refusal:
        call_command("draw_zones", *written(tmp_path, text=text), verbosity=0)

    lines = str(refusal.value).splitlines()
    assert lines[:4] == [
        "start.csv, line 3: there is no unit nowhere",
        "start.csv, line 4: there is no school nobody",
        "start.csv, line 5: unit c0r0 stands there twice",
        "start.csv: unit c0r2 is missing",
    ]
    assert lines[-1] == "and 45 more"
    assert not (tmp_path / "plan.csv").exists()
