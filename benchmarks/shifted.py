"""How long zones and streets are held against what is known: 10,000 units, 64 zones, 90,000 nodes.

python -m benchmarks.shifted
"""

import resource
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely

from geo_data.tables.findings import Findings
from geo_data.tables.fit import mistaken
from geo_data.tables.placing import Ground
from geo_data.tables.street_fit import Marks, note_street_fit
from geo_data.tables.street_network import StreetTable
from geo_data.tables.zone_fit import KnownGround, note_zone_fit
from geo_data.tables.zone_layer import ZoneArea

EPSG, EAST, NORTH = 4547, 480_000.0, 3_750_000.0
DECLARED, SYSTEMS = "EPSG:4326", ("wgs84", "gcj02", "bd09")
UNITS_ACROSS, NODES_ACROSS, ZONE_ACROSS = 100, 300, 13
GROUND = Ground(EPSG)
Floats = npt.NDArray[np.float64]


def main() -> None:
    rng = np.random.default_rng(1)
    units = _units(rng)
    label = [
        (i // ZONE_ACROSS) * 8 + j // ZONE_ACROSS for i in range(UNITS_ACROSS) for j in range(UNITS_ACROSS)
    ]
    zones = [shapely.union_all(units[np.array(label) == zone]) for zone in sorted(set(label))]
    print(f"{len(units)} units, {shapely.get_num_coordinates(units).sum()} vertices, {len(zones)} zones")
    for truly in SYSTEMS:
        shapes = mistaken(np.array(zones, dtype=object), truly=truly, read_as="wgs84", working_epsg=EPSG)
        areas = [ZoneArea((f"S{i}",), shape) for i, shape in enumerate(shapes)]
        known = KnownGround(units)
        _timed(f"zones in {truly}", lambda found: note_zone_fit(areas, known, DECLARED, GROUND, found))  # noqa: B023
    nodes = _grid(NODES_ACROSS, 100.0, 25.0, rng)
    for truly in SYSTEMS:
        points = np.asarray(shapely.points(nodes), dtype=object)
        moved = shapely.get_coordinates(mistaken(points, truly=truly, read_as="wgs84", working_epsg=EPSG))
        table, marks = _streets(moved), _marks(nodes)
        _timed(
            f"{len(nodes)} nodes in {truly}",
            lambda found: note_street_fit(table, marks, DECLARED, GROUND, found),  # noqa: B023
        )
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


def _timed(what: str, judge: Callable[[Findings], None]) -> None:
    findings, start = Findings(working_epsg=EPSG), time.process_time()
    judge(findings)
    said = [finding.value for finding in findings.kept()]
    print(f"{what}: {time.process_time() - start:.2f} s of processor, {said}")


def _grid(across: int, step: float, jitter: float, rng: np.random.Generator) -> Floats:
    lines = np.arange(across) * step
    corners = np.stack(np.meshgrid(lines, lines, indexing="ij"), -1).reshape(-1, 2)
    return np.asarray(corners + rng.uniform(-jitter, jitter, corners.shape) + (EAST, NORTH))


def _units(rng: np.random.Generator) -> npt.NDArray[np.object_]:
    side = UNITS_ACROSS + 1
    corners = _grid(side, 200.0, 40.0, rng).reshape(side, side, 2)
    rings = [
        (corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1])
        for i in range(UNITS_ACROSS)
        for j in range(UNITS_ACROSS)
    ]
    return np.array([shapely.segmentize(shapely.Polygon(ring), 40.0) for ring in rings], dtype=object)


def _ends() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    ids = np.arange(NODES_ACROSS**2, dtype=np.int64).reshape(NODES_ACROSS, NODES_ACROSS)
    return (
        np.concatenate([ids[:-1].ravel(), ids[:, :-1].ravel()]),
        np.concatenate([ids[1:].ravel(), ids[:, 1:].ravel()]),
    )


def _streets(nodes: Floats) -> StreetTable:
    a, b = _ends()
    ids = np.arange(len(nodes), dtype=np.int64)
    nameless = np.zeros(len(a), dtype=np.int64)
    return StreetTable(ids, nodes[:, 0], nodes[:, 1], a, b, nameless.astype(bool), nameless, ("",))


def _marks(nodes: Floats) -> Marks:
    a, b = _ends()
    picked = np.arange(0, len(a), len(a) // 2_000)
    points = shapely.points((nodes[a[picked]] + nodes[b[picked]]) / 2)
    return Marks(("",) * len(picked), np.asarray(points, dtype=object), lie_on_streets=True)


if __name__ == "__main__":
    main()
