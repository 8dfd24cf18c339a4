"""Walking distances: python -m benchmarks.streets [--nodes 90000] [--schools 60] [--units 10000] [--osm FILE.pbf].

A generated street network: nodes on an uneven grid of about 60 m, a quarter of the pieces missing, every twentieth
row a main road. No database. Wall and processor time of each step, and the largest memory of the process.
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np

from geo_data.streets.graph import StreetGraph, islands_of, make_graph
from geo_data.streets.packing import pack, unpack
from geo_data.streets.paths import fields_from, mean_walks, walks
from geo_data.streets.routes import route
from geo_data.streets.sides import walking_graph
from geo_data.streets.snapping import Snapper
from geo_data.streets.stretches import stretches_of
from geo_data.streets.ways import NO_WAY
from geo_data.tables.findings import Findings
from geo_data.tables.placing import Ground
from geo_data.tables.street_table import read_streets

STEP_M, UNEVEN_M = 60.0, 20.0
KEPT_SHARE, MAIN_EVERY = 0.75, 20
PENALTY_M, SNAP_LIMIT_M = 50, 500
ROUTES = 2000


class Watch:
    """Tells each step's wall and processor seconds."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def lap(self, what: str) -> None:
        """Print the step since the last one."""
        wall, cpu = time.perf_counter(), time.process_time()
        print(f"{what:<52} {wall - self._wall:7.3f} s wall {cpu - self._cpu:7.3f} s cpu")
        self._wall, self._cpu = time.perf_counter(), time.process_time()


def generated(n_nodes: int, rng: np.random.Generator) -> StreetGraph:
    """Return a network of about so many nodes."""
    side = round(n_nodes**0.5)
    columns, rows = np.meshgrid(np.arange(side) * STEP_M, np.arange(side) * STEP_M)
    x = (columns + rng.uniform(-UNEVEN_M, UNEVEN_M, columns.shape)).ravel()
    y = (rows + rng.uniform(-UNEVEN_M, UNEVEN_M, rows.shape)).ravel()
    ids = np.arange(side * side).reshape(side, side)
    a = np.concatenate([ids[:, :-1].ravel(), ids[:-1].ravel()])
    b = np.concatenate([ids[:, 1:].ravel(), ids[1:].ravel()])
    main = np.concatenate(
        [np.repeat(np.arange(side) % MAIN_EVERY == 0, side - 1), np.zeros(side * (side - 1), bool)]
    )
    kept = main | (rng.random(len(a)) < KEPT_SHARE)
    street = np.zeros(int(kept.sum()), dtype=np.int64)
    return make_graph((ids.ravel(), x, y), (a[kept], b[kept]), main=main[kept], street=street, names=("",))


def measure(n_nodes: int, n_schools: int, n_units: int) -> None:
    """Run every step once."""
    rng = np.random.default_rng(1)
    watch = Watch()
    graph = generated(n_nodes, rng)
    watch.lap(f"generate {graph.n_nodes} nodes, {graph.n_edges} edges")
    packed = pack(graph)
    watch.lap(f"pack to {len(packed) / 1e6:.1f} MB")
    unpack(packed)
    watch.lap("load: unpack")
    walking = walking_graph(graph, penalty_m=PENALTY_M)
    watch.lap(f"sides of main roads: {walking.n_spots} spots")
    snapper = Snapper(graph)
    watch.lap("index the edges")
    width = STEP_M * round(n_nodes**0.5)
    units = snapper.snap(*rng.uniform(0, width, (2, n_units)), limit_m=SNAP_LIMIT_M)
    schools = snapper.snap(*rng.uniform(0, width, (2, n_schools)), limit_m=SNAP_LIMIT_M)
    watch.lap(f"snap {n_units} units and {n_schools} schools")
    found = walks(walking, units, schools)
    watch.lap(f"walks {n_units} x {n_schools}, {int((found == NO_WAY).sum())} without a way")
    means = mean_walks(found, np.arange(n_units), np.ones(n_units, dtype=np.int64), n_units)
    watch.lap(f"means of units, {means.crossings[means.mm != NO_WAY].mean():.1f} main roads crossed a way")
    islands_of(graph)
    stretches_of(graph)
    watch.lap("islands and stretches")
    field = fields_from(walking, schools.one(0))[0]
    watch.lap("ways from one school to everywhere")
    seconds = []
    for x, y in rng.uniform(0, width, (ROUTES, 2)):
        began = time.perf_counter()
        route(
            walking, field, schools.one(0), snapper.snap(np.array([x]), np.array([y]), limit_m=SNAP_LIMIT_M)
        )
        seconds.append(time.perf_counter() - began)
    p50, p99 = np.percentile(np.array(seconds) * 1000, [50, 99])
    watch.lap(f"{ROUTES} routes: p50 {p50:.1f} ms, p99 {p99:.1f} ms each")
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def read_osm(path: Path) -> None:
    """Read an extract twice: the first time loads PROJ."""
    watch = Watch()
    for _ in range(2):
        table = read_streets(path, ground=Ground(3067), declared=None, findings=Findings())
        watch.lap(f"read {path.name}: {len(table.node_ids)} nodes, {len(table.edge_a)} edges")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=90_000)
    parser.add_argument("--schools", type=int, default=60)
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--osm", type=Path, action="append", default=[])
    asked = parser.parse_args()
    measure(asked.nodes, asked.schools, asked.units)
    for path in asked.osm:
        read_osm(path)


if __name__ == "__main__":
    main()
