"""Invented addresses: buildings of estates, houses of villages, doors of streets, aliases and old names.

Every unit has a stream of chance of its own, as families do; doors of a street are where the street passes.
"""

from collections.abc import Iterator

import numpy as np
import shapely

from geo_data.county.names import numeral
from geo_data.county.sketch import County, FloatArray, LineSketch, UnitKind, UnitSketch

ADDRESSES = 3  # the stream of chance, beside those of ground and families
BUILDINGS, HOMES_A_BUILDING = range(6, 25), range(24, 97)
GROUPS, HOMES_A_GROUP = range(2, 7), range(12, 45)
METRES_A_DOOR, SET_BACK_M = 18.0, 12.0
HOMES_A_DOOR = range(1, 9)
ALIAS_SHARE, OLD_NAME_SHARE = 0.15, 0.1
SUFFIX_SHARE = 0.03
TRADES = ("棉纺厂", "机械厂", "粮站", "供销社", "化肥厂", "印刷厂", "食品厂", "运输公司", "农机站", "酒厂")
Row = dict[str, object]


def addresses_of_county(county: County) -> Iterator[Row]:
    """Yield one row an address, by unit and then by street; keys are the English headers, x_m and y_m metres.

    Source: docs/addresses.md (the sample county).
    """
    for place, unit in enumerate(county.units):
        yield from _of_unit(np.random.default_rng([county.seed, ADDRESSES, place]), unit, place)
    streets = [line for line in county.lines if line.kind in ("street", "main_road")]
    tree = shapely.STRtree([shapely.Polygon(unit.ring) for unit in county.units])
    for order, street in enumerate(streets):
        rng = np.random.default_rng([county.seed, ADDRESSES, len(county.units) + order])
        yield from _of_street(rng, street, county, tree)


def buildings_of(seed: int, unit: UnitSketch, place: int) -> int:
    """Return how many buildings or groups the register has of the unit at this place of the county, at least 2."""
    rng = np.random.default_rng([seed, ADDRESSES, place])
    is_estate = unit.kind == UnitKind.ESTATE
    if is_estate:
        _other_names(rng, unit, place)
    return _buildings(rng, is_estate)


def _buildings(rng: np.random.Generator, is_estate: bool) -> int:
    return int(rng.integers(*_bounds(BUILDINGS if is_estate else GROUPS)))


def _of_unit(rng: np.random.Generator, unit: UnitSketch, place: int) -> Iterator[Row]:
    """An estate has numbered buildings, a village numbered groups; the name itself is an address too."""
    is_estate = unit.kind == UnitKind.ESTATE
    shared: Row = {"township": unit.township, "estate": unit.name, "unit_id": unit.code}
    names = _other_names(rng, unit, place) if is_estate else {}
    yield {**shared, **names, "x_m": unit.x, "y_m": unit.y, "dwellings": 0}
    count = _buildings(rng, is_estate)
    homes = rng.integers(*_bounds(HOMES_A_BUILDING if is_estate else HOMES_A_GROUP), count)
    for nth, (x, y) in enumerate(_spots(rng, unit, count)):
        word = f"{nth + 1}号楼" if is_estate else f"{nth + 1}组"
        yield {**shared, "building": word, "x_m": x, "y_m": y, "dwellings": int(homes[nth])}


def _other_names(rng: np.random.Generator, unit: UnitSketch, place: int) -> Row:
    """Some estates stand where a works was: people still call them after it."""
    works = f"{unit.township.removesuffix('街道')}{TRADES[place % len(TRADES)]}"
    round_ = place // len(TRADES)
    called = f"{works}{f'第{numeral(round_ + 1)}' if round_ else ''}家属院"
    chance = rng.random()
    if chance < ALIAS_SHARE:
        return {"aliases": called}
    return {"old_names": called} if chance < ALIAS_SHARE + OLD_NAME_SHARE else {}


def _spots(rng: np.random.Generator, unit: UnitSketch, count: int) -> FloatArray:
    """Return points between middle and corners of a unit, [count, 2] metres: inside, for cells are convex."""
    corners = np.array(unit.ring[:-1])
    towards = corners[rng.integers(len(corners), size=count)]
    share = rng.uniform(0.1, 0.85, (count, 1))
    middle = corners.mean(axis=0)
    return np.asarray(np.round(middle + share * (towards - middle), 2))


def _of_street(
    rng: np.random.Generator, street: LineSketch, county: County, tree: shapely.STRtree
) -> Iterator[Row]:
    """Odd numbers on the left, even ones on the right, as the line goes; doors outside every unit are left out."""
    line = shapely.LineString(street.points)
    count = int(line.length // METRES_A_DOOR)
    along = (np.arange(count) + 0.5) * METRES_A_DOOR
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, along + 1.0))
    left = np.stack([here[:, 1] - ahead[:, 1], ahead[:, 0] - here[:, 0]], axis=1)
    for parity, sign in ((1, 1.0), (2, -1.0)):
        points = np.round(here + sign * SET_BACK_M * left, 2)
        point, unit = tree.query(shapely.points(points), predicate="intersects")
        first = {int(p): int(u) for p, u in sorted(zip(point, unit, strict=True), reverse=True)}
        kept = rng.random(count) < 0.9
        for nth in sorted(first):
            if kept[nth]:
                yield from _doors(rng, street, county.units[first[nth]], 2 * nth + parity, points[nth])


def _doors(
    rng: np.random.Generator, street: LineSketch, unit: UnitSketch, number: int, point: FloatArray
) -> Iterator[Row]:
    homes = int(rng.integers(*_bounds(HOMES_A_DOOR)))
    shared: Row = {"township": unit.township, "road": street.name, "unit_id": unit.code}
    yield {**shared, "door_number": f"{number}号", "x_m": point[0], "y_m": point[1], "dwellings": homes}
    if rng.random() < SUFFIX_SHARE:
        yield {**shared, "door_number": f"{number}号附1", "x_m": point[0], "y_m": point[1], "dwellings": 1}


def _bounds(numbers: range) -> tuple[int, int]:
    return numbers.start, numbers.stop
