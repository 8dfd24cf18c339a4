"""How soon one unit is told what the zones beside it would mean, in a county of any size.

    python -m benchmarks.zoning_why [--units 190000] [--asked 200] [--seed 1]

The plan puts every unit to the nearest school, so most zones are too full and room is looked for. The first answer
also lays out the county's neighbours, once for all that follow.
"""

import argparse
import time

import numpy as np

from benchmarks.generated import county
from zoning.engine.building import build_problem
from zoning.engine.explain import consequences
from zoning.engine.ways import nearest_ways


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=190_000)
    parser.add_argument("--asked", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    tables = county(args.units, args.seed)
    problem = build_problem(tables.units, tables.schools, tables.adjacency)
    zone = nearest_ways(problem, 1).zone[:, 0]
    indptr, near = problem.plain_graph
    at_border = np.unique(
        np.repeat(np.arange(problem.n_units), np.diff(indptr))[np.repeat(zone, np.diff(indptr)) != zone[near]]
    )
    picked = np.random.default_rng(args.seed).choice(at_border, args.asked, replace=False)
    spent = []
    for unit in picked.tolist():
        began = time.process_time()
        consequences(problem, zone, problem.unit_ids[unit])
        spent.append(1000 * (time.process_time() - began))
    rest = np.sort(spent[1:])
    print(
        f"{problem.n_units} units, {problem.n_zones} zones, {args.asked} units asked about: first"
        f" {spent[0]:.0f} ms, then median {np.median(rest):.1f} ms, 95 of 100 within {np.quantile(rest, 0.95):.1f} ms"
        " of processor"
    )


if __name__ == "__main__":
    main()
