"""The ground of an invented county: a town of blocks, villages around it, a river, a main road and streets.

Cells of a Voronoi diagram share their corners, so units tile exactly. Seeds beyond the last village bound the
outer cells and are dropped. Lengths in metres of the working system.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.spatial import Voronoi

from geo_data.county.names import estate_names, street_names, township_names, village_names
from geo_data.county.sketch import FloatArray, IntArray, LineSketch, Points, UnitKind, UnitSketch

BLOCK_M, VILLAGE_M = 420.0, 1250.0
EAST_M, NORTH_M = 500_000.0, 4_480_000.0
TOWN_SHARE = 0.62
UNITS_A_TOWNSHIP = 14
CORNER_DIGITS = 3  # a millimetre


def lay_out(
    rng: np.random.Generator, n_units: int
) -> tuple[tuple[UnitSketch, ...], IntArray, tuple[LineSketch, ...]]:
    """Return units by code, pairs of adjoining units as [k, 2] indexes, and the lines of the base map."""
    n_town = round(n_units * TOWN_SHARE)
    columns = int(np.ceil(np.sqrt(n_town * 1.3)))
    rows = -(-n_town // columns)
    seeds = np.concatenate(
        [_blocks(rng, n_town, columns, rows), *_villages(rng, n_units - n_town, columns, rows)]
    )
    diagram = Voronoi(seeds)
    corners = np.round(diagram.vertices + np.array([EAST_M, NORTH_M]), CORNER_DIGITS)
    rings = [_ring(corners, diagram.regions[diagram.point_region[i]]) for i in range(n_units)]
    inner = (diagram.ridge_points < n_units).all(axis=1)
    touching = inner & np.array([_is_border(corners, ridge) for ridge in diagram.ridge_vertices])
    pairs = np.unique(np.sort(diagram.ridge_points[touching], axis=1), axis=0).astype(np.int64)
    units = _units(rng, seeds[:n_units], rings, n_town)
    return units, pairs, _lines(rng, columns, rows, n_units)


def _blocks(rng: np.random.Generator, n_town: int, columns: int, rows: int) -> FloatArray:
    """Return the middles of blocks on a slightly uneven grid around the origin."""
    place = np.arange(n_town)
    grid = np.stack([place % columns - (columns - 1) / 2, place // columns - (rows - 1) / 2], axis=1)
    return np.asarray(grid * BLOCK_M + rng.uniform(-0.07, 0.07, (n_town, 2)) * BLOCK_M)


def _villages(
    rng: np.random.Generator, wanted: int, columns: int, rows: int
) -> tuple[FloatArray, FloatArray]:
    """Return the villages nearest to the town, and the seeds beyond them."""
    half = np.array([columns, rows]) * BLOCK_M / 2
    reach = int(np.ceil((max(half) + VILLAGE_M * (3 + np.sqrt(wanted))) / VILLAGE_M))
    across, up = np.meshgrid(np.arange(-reach, reach + 1.0), np.arange(-reach, reach + 1.0))
    spots = np.stack([(across + 0.5 * (up % 2)).ravel(), up.ravel()], axis=1) * VILLAGE_M
    spots += rng.uniform(-0.22, 0.22, spots.shape) * VILLAGE_M
    from_town = np.hypot(*np.maximum(np.abs(spots) - half, 0).T)
    outside = from_town > 0.45 * VILLAGE_M
    spots = spots[outside][np.argsort(from_town[outside], kind="stable")]
    return spots[:wanted], spots[wanted:]


def _ring(corners: FloatArray, region: Sequence[int]) -> Points:
    ring = [(float(corners[i, 0]), float(corners[i, 1])) for i in region]
    distinct = [ring[0], *(after for before, after in pairwise(ring) if after != before)]
    if distinct[-1] == distinct[0]:
        distinct.pop()
    return (*distinct, distinct[0])


def _is_border(corners: FloatArray, ridge: Sequence[int]) -> bool:
    return bool((corners[ridge[0]] != corners[ridge[1]]).any())


def _units(
    rng: np.random.Generator, middles: FloatArray, rings: Sequence[Points], n_town: int
) -> tuple[UnitSketch, ...]:
    n_units = len(middles)
    estates, villages = estate_names(), village_names()
    townships = _townships(middles, n_town)
    weights = rng.lognormal(0.0, 0.45, n_units) * np.where(np.arange(n_units) < n_town, 1.0, 0.45)
    return tuple(
        UnitSketch(
            code=f"U{i + 1:05d}",
            name=next(estates if i < n_town else villages),
            kind=UnitKind.ESTATE if i < n_town else UnitKind.VILLAGE,
            township=townships[i],
            ring=rings[i],
            x=float(middles[i, 0] + EAST_M),
            y=float(middles[i, 1] + NORTH_M),
            weight=float(weights[i]),
        )
        for i in range(n_units)
    )


def _townships(middles: FloatArray, n_town: int) -> list[str]:
    """Return a street office for every block, by strips, and a township for every village, by bearing."""
    town, country = middles[:n_town], middles[n_town:]
    names: list[str] = [""] * len(middles)
    bearing = np.arctan2(country[:, 1], country[:, 0])
    groups = (
        (np.argsort(town[:, 0], kind="stable"), "街道"),
        (np.argsort(bearing, kind="stable") + n_town, "镇"),
    )
    for order, suffix in groups:
        name_of = township_names(suffix)
        for part in np.array_split(order, max(1, round(len(order) / UNITS_A_TOWNSHIP))):
            name = next(name_of)
            for i in part:
                names[i] = name
    return names


def _lines(rng: np.random.Generator, columns: int, rows: int, n_units: int) -> tuple[LineSketch, ...]:
    width, height = columns * BLOCK_M / 2, rows * BLOCK_M / 2
    reach = max(width, height) + VILLAGE_M * (1 + np.sqrt(n_units) / 2)
    along, across = street_names("路"), street_names("街")
    lines = [
        LineSketch("street", next(along), _moved(((-width, y), (width, y))))
        for y in (np.arange(rows + 1) - rows / 2) * BLOCK_M
    ]
    lines += [
        LineSketch("street", next(across), _moved(((x, -height), (x, height))))
        for x in (np.arange(columns + 1) - columns / 2) * BLOCK_M
    ]
    slope = rng.uniform(-0.15, 0.15)
    lines.append(
        LineSketch(
            "main_road", "样例大道", _moved(((-reach, -reach * slope), (0, 0), (reach, reach * slope)))
        )
    )
    steps, phase = np.linspace(-reach, reach, 60), rng.uniform(0, 2 * np.pi)
    bends = 0.3 * width + 0.12 * reach * np.sin(steps / reach * 5 + phase)
    lines.append(LineSketch("river", "样河", _moved(tuple(zip(bends.tolist(), steps.tolist(), strict=True)))))
    return tuple(lines)


def _moved(points: Points) -> Points:
    return tuple((round(x + EAST_M, CORNER_DIGITS), round(y + NORTH_M, CORNER_DIGITS)) for x, y in points)
