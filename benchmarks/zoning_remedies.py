"""How often a small set of links or rules is found where no plan is lawful, how sure it is, and what it takes.

    python -m benchmarks.zoning_remedies --data ../shared/data/sap [--cases gy_37a ...] [--seeds 3] [--ways full ...]
    python -m benchmarks.zoning_remedies --units 10000 [--seeds 1]

Every case is made hopeless in several ways, by chance of the seed: `full` locks the units nearest to one, two or three
schools to it, beyond its seats; `scattered` locks a third of all units to any of their three nearest schools;
`forbidden` forbids a district around a unit the schools with room; `capped` caps ways at nine tenths of what a lawful
plan needs; `cut` cuts all links around the units nearest to a school, two fifths more than its seats.
"""

import argparse
import csv
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.generated import county
from zoning.engine.building import build_problem
from zoning.engine.files import Tables, read_tables
from zoning.engine.problem import FloatArray, Problem, Wishes
from zoning.engine.remedies import Kind, Remedy
from zoning.engine.solve import Options, solve
from zoning.engine.warm import warm

World = tuple[Tables, Wishes]


def full(tables: Tables, problem: Problem, chance: np.random.Generator) -> World:
    metres, locked = problem.distance_m(), {}
    for zone in chance.choice(problem.n_zones, chance.integers(1, 4), replace=False).tolist():
        seats = int(problem.seats[zone] * 1.05)
        for unit in np.argsort(metres[:, zone], kind="stable").tolist():
            own = {problem.zone_ids[problem.site_zone[s]] for s in np.flatnonzero(problem.site_unit == unit)}
            if own - {problem.zone_ids[zone]} or problem.unit_ids[unit] in locked:
                continue
            if seats < 0:
                break
            locked[problem.unit_ids[unit]] = problem.zone_ids[zone]
            seats -= int(problem.children[unit])
    return tables, Wishes(locked=locked)


def scattered(tables: Tables, problem: Problem, chance: np.random.Generator) -> World:
    nearest = np.argsort(problem.distance_m(), axis=1, kind="stable")[:, :3]
    free = np.setdiff1d(np.arange(problem.n_units), problem.site_unit)
    units = np.sort(chance.choice(free, len(free) // 3, replace=False)).tolist()
    picked = chance.integers(0, nearest.shape[1], len(units)).tolist()
    return tables, Wishes(
        locked={
            problem.unit_ids[u]: problem.zone_ids[nearest[u, p]] for u, p in zip(units, picked, strict=True)
        }
    )


def forbidden(tables: Tables, problem: Problem, chance: np.random.Generator) -> World:
    metres = problem.distance_m()
    zone = int(chance.integers(problem.n_zones))
    near = _around(problem, metres, zone, 1.3)
    pairs = [
        (problem.unit_ids[u], problem.zone_ids[z])
        for u in near
        if u not in problem.site_unit
        for z in range(problem.n_zones)
        if z != zone
    ]
    return tables, Wishes(forbidden=pairs)


def capped(tables: Tables, problem: Problem, chance: np.random.Generator) -> World:
    plan = solve(problem, Options(effort=1, prove=False), seed=int(chance.integers(100))).zone
    farthest = problem.distance_between(np.arange(problem.n_units), plan).max()
    return tables, Wishes(distance_cap_m=float(0.9 * farthest))


def cut(tables: Tables, problem: Problem, chance: np.random.Generator) -> World:
    zone = int(chance.integers(problem.n_zones))
    inside = {problem.unit_ids[u] for u in _around(problem, problem.distance_m(), zone, 1.4)}
    links = tuple((a, b) for a, b in tables.adjacency if (a in inside) == (b in inside))
    return Tables(tables.units, tables.schools, links), Wishes()


def _around(problem: Problem, metres: FloatArray, zone: int, share: float) -> list[int]:
    """Return the units nearest to a school that have `share` times the children it has seats for."""
    order = np.argsort(metres[:, zone], kind="stable")
    order = order[~np.isin(order, np.delete(problem.site_unit, np.flatnonzero(problem.site_zone == zone)))]
    count = int(np.searchsorted(np.cumsum(problem.children[order]), share * problem.seats[zone]))
    return [int(u) for u in order[: count + 1]]


WAYS: dict[str, Callable[[Tables, Problem, np.random.Generator], World]] = {
    one.__name__: one for one in (full, scattered, forbidden, capped, cut)
}


def told(remedy: Remedy) -> str:
    if remedy.untold:
        return f"{remedy.kind} {remedy.untold}"
    if remedy.zone is None:
        sure = "needed"
    elif remedy.is_smallest:
        sure = "smallest"
    else:
        sure = f"{'none to spare, ' if remedy.none_spare else ''}at least {remedy.least}"
    return f"{remedy.kind} {len(remedy.changes)} ({sure})"


def run(name: str, tables: Tables, way: str, seed: int) -> None:
    chance = np.random.default_rng(seed)
    problem = build_problem(tables.units, tables.schools, tables.adjacency)
    made, wishes = WAYS[way](tables, problem, chance)
    ruled = build_problem(made.units, made.schools, made.adjacency, wishes=wishes)
    began = time.process_time()
    plain = solve(ruled, Options(effort=1, prove=False), seed=seed)
    searched = time.process_time() - began
    if plain.lawful:
        print(f"{name:8} {way:10} {seed}  lawful", flush=True)
        return
    began = time.process_time()
    solution = solve(ruled, Options(effort=1), seed=seed)
    spent = time.process_time() - began - searched
    words = "; ".join(told(one) for one in solution.remedies if one.kind is not Kind.SEATS)
    print(f"{name:8} {way:10} {seed}  {spent:6.1f} s  {words or 'nothing but seats'}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--units", type=int)
    parser.add_argument("--cases", nargs="*")
    parser.add_argument("--ways", nargs="*", choices=sorted(WAYS), default=sorted(WAYS))
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    warm()
    worlds = {}
    if args.units:
        worlds[f"{args.units}"] = county(args.units, 1)
    if args.data:
        with (args.data / "reference.csv").open(newline="", encoding="utf-8-sig") as handle:
            cases = [row["instance"] for row in csv.DictReader(handle)]
        for case in args.cases or cases:
            folder, name = args.data / case.split("_")[0], case.split("_")[1]
            paths = folder / "units.csv", folder / f"schools_{name}.csv", folder / "adjacency.csv"
            worlds[case] = read_tables(*paths)
    for name, tables in worlds.items():
        for way in args.ways:
            for seed in range(1, args.seeds + 1):
                run(name, tables, way, seed)


if __name__ == "__main__":
    main()
