"""Large generated counties: seconds to the first lawful plan, gap to the proven bound over time, peak memory.

    python -m benchmarks.zoning_large --units 10000 50000 200000 --seconds 40 90 150
                                      [--seed 1] [--clock wall|cpu] [--walks] [--csv FILE] [--check]

One process for each county, so that its memory is its own. Time counts from the tables in memory to the plan: the
problem's arrays, the relaxation, the search. With `--check` the plan is judged by the independent check. With
`--clock cpu` a second is a second of processor time on each of two cores, which is what the wall clock says on a
machine that does nothing else. With `--walks` the ways are not straight lines but stated: those of every unit to its 40
nearest schools. `benchmarks.zoning_plot` draws the rows of the CSV.
"""

import argparse
import csv
import resource
from dataclasses import asdict, dataclass, fields
from multiprocessing import get_context
from pathlib import Path

from benchmarks.generated import county, with_walks
from benchmarks.zoning import CLOCKS
from zoning.engine.building import build_problem
from zoning.engine.report import plan_rows
from zoning.engine.solve import Options, Solution, solve
from zoning.engine.verify import violations
from zoning.engine.warm import warm

KIB_A_GIB = 2**20
GROWTH = 1.3


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one county; first_s is None where no lawful plan was found, gaps -- (second, per cent) on the way."""

    units: int
    schools: int
    arrays_s: float
    first_s: float | None
    whole_s: float
    gap_percent: float
    lawful: bool
    effort: int | None
    peak_gib: float
    gaps: str


def run(n_units: int, seconds: float, args: argparse.Namespace) -> Row:
    tables = county(n_units, args.seed)
    if args.walks:
        tables = with_walks(tables, args.seed)
    warm()
    now = CLOCKS[args.clock]
    began = now()
    problem = build_problem(tables.units, tables.schools, tables.adjacency, matrix_m=tables.metres)
    built = now() - began
    seen: list[tuple[float, int]] = []

    def watch(cost: int) -> None:
        if not seen or cost < seen[-1][1]:
            seen.append((now() - began, cost))

    solution = solve(problem, Options(seconds=seconds - built, clock=now), seed=1, watch=watch)
    whole, peak = now() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_A_GIB
    if args.check and violations(tables.facts(), list(plan_rows(problem, solution).items())):
        raise SystemExit("the independent check refuses the plan")
    return Row(
        units=n_units,
        schools=problem.n_zones,
        arrays_s=round(built, 1),
        first_s=round(seen[0][0], 1) if seen else None,
        whole_s=round(whole, 1),
        gap_percent=round(100 * solution.gap, 3),
        lawful=solution.lawful,
        effort=solution.effort_used,
        peak_gib=round(peak, 2),
        gaps=_told(seen, solution),
    )


def _told(seen: list[tuple[float, int]], solution: Solution) -> str:
    """Return the gap at the first lawful plan and then at seconds that grow by GROWTH."""
    shown: list[str] = []
    after = 0.0
    for second, cost in seen:
        if second >= after:
            shown.append(f"{second:.1f} s {100 * (cost / solution.lower_bound - 1):.3f} %")
            after = second * GROWTH
    return ", ".join(shown)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--units", type=int, nargs="+", default=[10_000, 50_000, 200_000])
    parser.add_argument("--seconds", type=float, nargs="+", default=[40, 90, 150])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall")
    parser.add_argument("--walks", action="store_true")
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    rows = []
    for units, seconds in zip(args.units, args.seconds, strict=True):
        with get_context("spawn").Pool(1) as pool:
            rows.append(pool.apply(run, (units, seconds, args)))
        print("\n".join(f"{name}: {value}" for name, value in asdict(rows[-1]).items()), flush=True)
    if args.csv:
        with args.csv.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, [field.name for field in fields(Row)])
            writer.writeheader()
            writer.writerows(asdict(row) for row in rows)


if __name__ == "__main__":
    main()
