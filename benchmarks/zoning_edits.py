"""After an edit by hand: how soon the plan is lawful again, and how many other units move.

    python -m benchmarks.zoning_edits --data ../shared/data/sap [--edits 20] [--seed 1]

On each published case a plan is drawn; then a random unit at the border of two zones is put into the other zone, and
the plan is mended. Every edit begins from the drawn plan. Lawful is what the independent check finds.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.zoning import best_published
from zoning.engine.building import build_problem
from zoning.engine.files import Tables, read_tables
from zoning.engine.mend import mend
from zoning.engine.problem import IntArray, Problem
from zoning.engine.solve import Options, solve
from zoning.engine.verify import violations
from zoning.engine.warm import warm


class Edit(NamedTuple):
    """seconds, busy -- by the clock, of the processor; touched -- other units that moved, None where not mended

    fewest -- all smaller numbers were tried; why -- what keeps it from being mended
    proven -- no lawful plan has the edit
    """

    seconds: float
    busy: float
    touched: int | None
    fewest: bool
    why: tuple[str, ...]
    proven: bool


def edits_of(problem: Problem, tables: Tables, zone: IntArray, count: int, seed: int) -> Iterator[Edit]:
    chance = np.random.default_rng(seed)
    indptr, near = problem.graph
    sites = set(problem.site_unit.tolist())
    at_border = [
        (u, int(t))
        for u in range(problem.n_units)
        if u not in sites
        for t in np.unique(zone[near[indptr[u] : indptr[u + 1]]])
        if t != zone[u]
    ]
    for pick in chance.choice(len(at_border), size=count, replace=False).tolist():
        unit, goal = at_border[pick]
        edited = zone.copy()
        edited[unit] = goal
        began, busy = time.perf_counter(), time.process_time()
        mended = mend(problem, edited, [unit], seed=seed)
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        is_mended = mended.zone[unit] == goal and is_lawful(problem, tables, mended.zone)
        touched = len(mended.moved) if is_mended else None
        why = tuple(str(trouble) for trouble in mended.violations)
        yield Edit(seconds, busy, touched, mended.is_fewest, why, mended.is_hopeless)


def is_lawful(problem: Problem, tables: Tables, zone: IntArray) -> bool:
    plan = zip(problem.unit_ids, (problem.zone_ids[s] for s in zone.tolist()), strict=True)
    return not violations(tables.facts(), list(plan))


def run_case(data: Path, case: str, count: int, seed: int) -> list[Edit]:
    county, name = case.split("_")
    folder = data / county
    tables = read_tables(folder / "units.csv", folder / f"schools_{name}.csv", folder / "adjacency.csv")
    problem = build_problem(tables.units, tables.schools, tables.adjacency)
    zone = solve(problem, Options(effort=6, prove=False), seed=seed).zone
    return list(edits_of(problem, tables, zone, count, seed))


def show(name: str, edits: list[Edit]) -> None:
    touched = [edit.touched for edit in edits if edit.touched is not None]
    p50, p95, most = np.percentile([edit.seconds for edit in edits], (50, 95, 100))
    busy = np.percentile([edit.busy for edit in edits], (50, 95, 100))
    print(
        f"{name:8} lawful again {len(touched)} of {len(edits)}, {sum(edit.proven for edit in edits)} proven "
        f"impossible; p50 {p50:.3f} s, p95 {p95:.3f} s, longest {most:.3f} s "
        f"(processor {busy[0]:.3f}, {busy[1]:.3f}, {busy[2]:.3f}); "
        f"others touched: median {np.median(touched):.0f}, p95 {np.percentile(touched, 95):.0f}, "
        f"{sum(edit.fewest for edit in edits)} surely fewest",
        flush=True,
    )


def show_failures(name: str, edits: list[Edit]) -> None:
    for number, edit in enumerate(edits):
        if edit.touched is None:
            print(f"    {name} edit {number}: {' '.join(edit.why)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    warm()
    edits = []
    for case in best_published(args.data):
        edits.append(run_case(args.data, case, args.edits, args.seed))
        show(case, edits[-1])
        show_failures(case, edits[-1])
    show("all", [edit for case in edits for edit in case])


if __name__ == "__main__":
    main()
