"""How far the proven lower bound of the zoning engine lies below the best published plans.

    python -m benchmarks.zoning_bound --data ../shared/data/sap [--work 1e8 1e9 4e9] [--cases gy_37a ...]

Prints a line a case and a mean a county: the gap that the seat prices leave, and for every limit of work (table cells
and pairs looked at; the same result on every machine) the gap left and the processor seconds spent. A search gives its
proof `proof.CELLS` units of work for every move proposed on a lane, about a tenth of its time.
"""

import argparse
import time
from collections import defaultdict
from pathlib import Path
from statistics import mean

import numpy as np

from benchmarks.zoning import best_published
from zoning.engine.bound import least_spent, linear_bound
from zoning.engine.building import build_problem
from zoning.engine.constraints import allowed_pairs
from zoning.engine.files import read_tables
from zoning.engine.objective import NEAREST, child_cost
from zoning.engine.problem import Problem
from zoning.engine.proof import make_problem_shop
from zoning.engine.strengthen import strengthen
from zoning.engine.transport import relax
from zoning.engine.warm import warm
from zoning.engine.ways import find_ways

MM_PER_KM = 1_000_000


def read_case(data: Path, case: str) -> Problem:
    county, name = case.split("_")
    folder = data / county
    tables = read_tables(folder / "units.csv", folder / f"schools_{name}.csv", folder / "adjacency.csv")
    return build_problem(tables.units, tables.schools, tables.adjacency)


def run_case(problem: Problem, best_km: float, works: list[float]) -> list[tuple[float, float]]:
    """Return (gap in per cent, processor seconds) of the seat prices and of every limit of work."""
    began = time.process_time()
    allowed, cost = allowed_pairs(problem), child_cost(problem, NEAREST, find_ways(problem))
    prices = relax(cost, allowed, problem.demand, problem.supply).prices * problem.walks_a_seat
    spent = cost * problem.walkers[:, None]
    values = least_spent(spent, allowed, problem.demand, prices)
    least = linear_bound(spent, allowed, problem.demand, problem.supply, prices)
    best = int(np.ceil(best_km * MM_PER_KM))
    found = [(100 * (best - least) / least, time.process_time() - began)]
    for work in works:
        began = time.process_time()
        shop = make_problem_shop(problem, spent, allowed)
        proven = strengthen(shop, values, best, int(work), lambda: False)
        bound = least if proven is None else max(proven[0], least)
        found.append((100 * (best - bound) / bound, time.process_time() - began))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=float, nargs="+", default=[1e8, 1e9, 4e9])
    parser.add_argument("--cases", nargs="*")
    args = parser.parse_args()
    warm()
    by_county: dict[str, list[list[tuple[float, float]]]] = defaultdict(list)
    print("            prices   " + "   ".join(f"{work:14.0e}" for work in args.work))
    for case, best in best_published(args.data).items():
        if args.cases and case not in args.cases:
            continue
        found = run_case(read_case(args.data, case), best, args.work)
        by_county[case.split("_")[0]].append(found)
        print(f"{case:10}", *(f"{gap:7.3f} % {spent:5.1f} s" for gap, spent in found), flush=True)
    for county, rows in by_county.items():
        columns = zip(*rows, strict=True)
        print(f"{county:10}", *(f"{mean(g for g, _ in c):7.3f} %        " for c in columns))


if __name__ == "__main__":
    main()
