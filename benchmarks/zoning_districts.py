"""Ten districts of together a million children, side by side on Dask: python -m benchmarks.zoning_districts

    python -m benchmarks.zoning_districts [--workers 1 2] [--effort 1] [--units 1250] [--children 100000]

Generated districts: units denser in the middle, adjoining as their Voronoi cells do, one school for every 80 units,
seats 5 % above the children. Every worker is held to a core of its own, so that cores are compared and not threads.
Prints a line for every number of workers: wall seconds, processor seconds of all tasks and of the busiest worker (what
the wall clock says on a machine that does nothing else), lawful plans, whether the plans are those of the first line.
"""

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np
from distributed import Client, LocalCluster
from scipy.spatial import Delaunay, cKDTree

from config import settings
from zoning.engine.files import Tables
from zoning.engine.problem import School, Unit
from zoning.engine.warm import warm
from zoning.management.districts import Drawn, Order, draw_districts

UNITS_A_SCHOOL = 80


def generated(number: int, n_units: int, n_children: int) -> Tables:
    """Return district `number`: always the same for the same sizes."""
    chance = np.random.default_rng(number)
    angle, away = chance.uniform(0, 2 * np.pi, n_units), 12_000 * chance.uniform(0, 1, n_units) ** 0.8
    points = np.round(np.stack([away * np.cos(angle), away * np.sin(angle)], axis=1), 1)
    children = chance.multinomial(n_children, chance.dirichlet(np.full(n_units, 4.0)))
    triangles = Delaunay(points).simplices
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    pairs = np.unique(np.sort(sides, axis=1), axis=0)
    n_schools = n_units // UNITS_A_SCHOOL
    sites = chance.choice(n_units, n_schools, replace=False, p=children / children.sum())
    nearest = np.bincount(cKDTree(points[sites]).query(points)[1], children, n_schools)
    seats = np.ceil(1.05 * (0.5 * nearest + 0.5 * n_children / n_schools)).astype(int)
    return Tables(
        units=tuple(
            Unit(f"u{i:06}", int(count), float(x), float(y))
            for i, (count, (x, y)) in enumerate(zip(children, points, strict=True))
        ),
        schools=tuple(
            School(f"s{unit:06}", f"u{unit:06}", int(count))
            for unit, count in zip(sites.tolist(), seats.tolist(), strict=True)
        ),
        adjacency=tuple((f"u{a:06}", f"u{b:06}") for a, b in pairs.tolist()),
    )


def hold_to_core(cores: Mapping[str, int], dask_worker: Any) -> None:
    """Let all threads of this worker run on one core; Dask names the worker."""
    core = {cores[dask_worker.address]}
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), core)


def run(workers: int, districts: Mapping[str, Tables], order: Order) -> tuple[str, str]:
    """Return the cells of one line, and a digest of all plans."""
    make_cluster: Any = LocalCluster
    make_client: Any = Client
    with (
        make_cluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        make_client(cluster) as client,
    ):
        addresses = sorted(client.scheduler_info()["workers"])
        cores = sorted(os.sched_getaffinity(0))
        client.run(hold_to_core, {address: cores[i % len(cores)] for i, address in enumerate(addresses)})
        client.run(warm)
        began = time.monotonic()
        found = dict(draw_districts(client, f"run-{workers}", districts, order))
        wall = time.monotonic() - began
    drawn = {name: one for name, one in found.items() if isinstance(one, Drawn)}
    lawful = sum(not one.broken for one in drawn.values())
    by_worker: dict[str, float] = defaultdict(float)
    for one in drawn.values():
        by_worker[one.worker] += one.cpu_seconds
    digest = sha256(b"".join(drawn[name].plan for name in sorted(drawn))).hexdigest()
    gap = np.mean([float(str(one.report["gap"])) for one in drawn.values()])
    cells = (
        f"{workers} | {wall:.1f} | {sum(by_worker.values()):.1f} | {max(by_worker.values()):.1f} |"
        f" {lawful} of {len(districts)} | {100 * gap:.2f} %"
    )
    return cells, digest


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--effort", type=int, default=1)
    parser.add_argument("--districts", type=int, default=10)
    parser.add_argument("--units", type=int, default=1250)
    parser.add_argument("--children", type=int, default=100_000)
    args = parser.parse_args()
    assert os.environ["NUMBA_CACHE_DIR"], f"{settings.__file__} names the folder of compiled kernels"
    districts = {
        f"district-{number:02}": generated(number, args.units, args.children)
        for number in range(args.districts)
    }
    children = sum(unit.children for tables in districts.values() for unit in tables.units)
    print(
        f"{len(districts)} districts, {children:,} children, {args.units} units each, effort {args.effort}\n"
    )
    print("| workers | wall s | processor s | busiest worker, processor s | lawful | mean gap | plans |")
    print("| ---: | ---: | ---: | ---: | --- | ---: | --- |")
    warm()
    first = ""
    for workers in args.workers:
        cells, digest = run(workers, districts, Order(seed=1, effort=args.effort))
        first = first or digest
        print(f"| {cells} | {'the same' if digest == first else 'DIFFERENT'} |", flush=True)


if __name__ == "__main__":
    main()
