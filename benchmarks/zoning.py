"""Quality and speed of the zoning engine on the published cases, judged by the independent check.

    python -m benchmarks.zoning --data ../shared/data/sap [--seconds 1 10 60] [--seeds 5] [--cases gy_37a ...]
                                [--clock wall|cpu]

Prints one line a case and one a budget. `cost gap` is against the best published plan, `proven gap` against the
engine's own lower bound. With `--clock cpu` a second is a second of processor time on each of two cores, which is
what the wall clock says on a machine that does nothing else.
"""

import argparse
import csv
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean

from zoning.engine.building import build_problem
from zoning.engine.files import read_tables
from zoning.engine.report import plan_rows
from zoning.engine.search import LANES
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


def run_case(data: Path, case: str, seconds: float, seed: int, clock: str) -> tuple[float, float, bool]:
    """Return cost in child-km, proven gap, and whether the independent check finds the plan lawful."""
    county, name = case.split("_")
    folder = data / county
    tables = read_tables(folder / "units.csv", folder / f"schools_{name}.csv", folder / "adjacency.csv")
    problem = build_problem(tables.units, tables.schools, tables.adjacency)
    solution = solve(problem, Options(seconds=seconds, clock=CLOCKS[clock]), seed=seed)
    plan, facts = plan_rows(problem, solution), tables.facts()
    return cost_km(facts, plan), solution.gap, not violations(facts, list(plan.items()))


def run_budget(args: argparse.Namespace, seconds: float) -> None:
    gaps: list[float] = []
    unlawful = reached = 0
    for case, best in best_published(args.data).items():
        if args.cases and case not in args.cases:
            continue
        runs = [run_case(args.data, case, seconds, seed, args.clock) for seed in range(1, args.seeds + 1)]
        here = [100 * (cost / best - 1) for cost, _, lawful in runs if lawful]
        unlawful += len(runs) - len(here)
        reached += bool(here) and min(here) < 1e-4
        gaps += here
        shown = " ".join(f"{gap:6.3f}" for gap in here)
        print(
            f"{seconds:4g} s  {case:8} cost gap % {shown}   proven gap % {100 * min(r[1] for r in runs):.2f}",
            flush=True,
        )
    print(
        f"{seconds:4g} s  all      mean {mean(gaps):.3f} %  worst {max(gaps):.3f} %  unlawful {unlawful}"
        f"  best published reached in {reached} cases",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, nargs="+", default=[1, 10, 60])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cases", nargs="*")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall")
    args = parser.parse_args()
    warm()
    for seconds in args.seconds:
        run_budget(args, seconds)


if __name__ == "__main__":
    main()
