"""Quality and speed of the zoning engine on the published cases, judged by the independent check.

    python -m benchmarks.zoning --data ../shared/data/sap [--seconds 1 10 60 | --effort 4000] [--seeds 5]
                                [--cases gy_37a ...] [--clock wall|cpu]

Prints one line a case and one a budget. `cost gap` is against the best published plan, `proven gap` against the
engine's own lower bound. With `--clock cpu` a second is a second of processor time on each of two cores, which is
what the wall clock says on a machine that does nothing else. `rounds` is the effort that repeats the first seed's plan:
the plan after more rounds is never worse, so what a budget reached a greater effort reaches too.
"""

import argparse
import csv
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from zoning.engine.building import build_problem
from zoning.engine.course import LANES
from zoning.engine.files import read_tables
from zoning.engine.report import plan_rows
from zoning.engine.solve import Options, solve
from zoning.engine.verify import cost_km, violations
from zoning.engine.warm import warm

CLOCKS: dict[str, Callable[[], float]] = {
    "wall": time.monotonic,
    "cpu": lambda: time.process_time() / LANES,
}


def best_published(data: Path) -> dict[str, float]:
    with (data / "reference.csv").open(newline="", encoding="utf-8-sig") as handle:
        return {row["instance"]: float(row["best_published_km"]) for row in csv.DictReader(handle)}


@dataclass(frozen=True, slots=True)
class Run:
    """Cost in child-km; proven gap; whether the independent check finds the plan lawful; rounds of search."""

    cost: float
    gap: float
    lawful: bool
    rounds: int | None


def run_case(data: Path, case: str, options: Options, seed: int) -> Run:
    county, name = case.split("_")
    folder = data / county
    tables = read_tables(folder / "units.csv", folder / f"schools_{name}.csv", folder / "adjacency.csv")
    problem = build_problem(tables.units, tables.schools, tables.adjacency)
    solution = solve(problem, options, seed=seed)
    plan, facts = plan_rows(problem, solution), tables.facts()
    return Run(
        cost_km(facts, plan), solution.gap, not violations(facts, list(plan.items())), solution.effort_used
    )


def run_budget(args: argparse.Namespace, options: Options, budget: str) -> None:
    gaps: list[float] = []
    unlawful = reached = 0
    for case, best in best_published(args.data).items():
        if args.cases and case not in args.cases:
            continue
        runs = [run_case(args.data, case, options, seed) for seed in range(1, args.seeds + 1)]
        here = [100 * (run.cost / best - 1) for run in runs if run.lawful]
        unlawful += len(runs) - len(here)
        reached += bool(here) and min(here) < 1e-4
        gaps += here
        shown = " ".join(f"{gap:6.3f}" for gap in here)
        print(
            f"{budget}  {case:8} cost gap % {shown}   proven gap % {100 * min(run.gap for run in runs):.2f}"
            f"   rounds {runs[0].rounds}",
            flush=True,
        )
    print(
        f"{budget}  all      mean {mean(gaps):.3f} %  worst {max(gaps):.3f} %  unlawful {unlawful}"
        f"  best published reached in {reached} cases",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, nargs="+", default=[1, 10, 60])
    parser.add_argument("--effort", type=int, help="rounds, instead of --seconds")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cases", nargs="*")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall")
    args = parser.parse_args()
    warm()
    if args.effort:
        run_budget(args, Options(effort=args.effort), f"{args.effort:5} rounds")
        return
    for seconds in args.seconds:
        run_budget(args, Options(seconds=seconds, clock=CLOCKS[args.clock]), f"{seconds:4g} s")


if __name__ == "__main__":
    main()
