"""Invented schools: sites where children are, seats a little above the children, and last year's zones."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from geo_data.county.names import school_names
from geo_data.county.sketch import (
    FIRST_AGE,
    JUNIOR_AGE,
    PRIMARY_AGE,
    FloatArray,
    IntArray,
    SchoolSketch,
    UnitSketch,
)

ENTRY_AGE = {"primary": PRIMARY_AGE, "junior": JUNIOR_AGE}
GRADES = {"primary": 6, "junior": 3}
CLASS_SIZE = {"primary": 45, "junior": 50}
MARGIN = 1.05  # public seats to children: the file of an officer who planned with some care
SPLIT = (
    ("primary", "public", 0.45),
    ("junior", "public", 0.30),
    ("primary", "private", 0.13),
    ("junior", "private", 0.12),
)
SUFFIX = {
    ("primary", "public"): "小学",
    ("junior", "public"): "中学",
    ("primary", "private"): "学校小学部",
    ("junior", "private"): "学校初中部",
}
PRIVATE_SHARE = 0.12  # private places to children of the entry age


def build_schools(
    units: Sequence[UnitSketch], children: IntArray, pairs: IntArray, n_schools: int
) -> tuple[tuple[SchoolSketch, ...], Mapping[str, IntArray]]:
    """Return schools by code, and for each stage the index of each unit's public school last year.

    children -- [n_units, n_ages]; seats are whole classes, in all 5 % above the children of the entry age
    """
    counts = _counts(n_schools)
    middles = np.array([(unit.x, unit.y) for unit in units])
    schools: list[SchoolSketch] = []
    zones: dict[str, IntArray] = {}
    taken: set[int] = set()
    for (stage, ownership), count in counts.items():
        entrants = children[:, ENTRY_AGE[stage] - FIRST_AGE]
        sites = _sites(middles, entrants.astype(np.float64) + 1e-6, count, taken)
        taken.update(sites)
        first = len(schools)
        if ownership == "public":
            nearest = grown_zones(middles, pairs, sites)
            zones[stage] = nearest + first
            load = np.bincount(nearest, weights=entrants, minlength=count).astype(np.float64)
            classes = _classes(load, CLASS_SIZE[stage])
        else:
            each = round(PRIVATE_SHARE * int(entrants.sum()) / CLASS_SIZE[stage] / count)
            classes = np.full(count, max(1, each))
        names = school_names(SUFFIX[stage, ownership])
        schools += [
            _school(units[site], site, stage, ownership, next(names), number, int(size))
            for number, (site, size) in enumerate(zip(sites, classes, strict=True), start=1)
        ]
    return tuple(schools), zones


def grown_zones(middles: FloatArray, pairs: IntArray, sites: Sequence[int]) -> IntArray:
    """Return for every unit the position of its nearest site along adjoining units: each zone is connected."""
    metres = np.hypot(*(middles[pairs[:, 0]] - middles[pairs[:, 1]]).T)
    graph = coo_array((metres, (pairs[:, 0], pairs[:, 1])), shape=(len(middles), len(middles)))
    distance, _, source = dijkstra(
        graph, directed=False, indices=np.array(sites), return_predecessors=True, min_only=True
    )
    place = {site: i for i, site in enumerate(sites)}
    if not np.isfinite(distance).all():
        raise ValueError("the units do not hang together")
    return np.array([place[int(site)] for site in source], dtype=np.int64)


def _counts(n_schools: int) -> dict[tuple[str, str], int]:
    """Return schools by stage and ownership, at least two public and one private of each."""
    wanted = {
        (stage, owner): max(2 if owner == "public" else 1, round(n_schools * share))
        for stage, owner, share in SPLIT
    }
    wanted["primary", "public"] += n_schools - sum(wanted.values())
    if wanted["primary", "public"] < 2:
        raise ValueError("a county has at least 6 schools")
    return wanted


def _sites(middles: FloatArray, weights: FloatArray, count: int, taken: set[int]) -> list[int]:
    """Return units, none twice, in the middle of parts of the county that hold equally many children."""
    sites: list[int] = []
    for part in _parts(np.arange(len(middles)), middles, weights, count):
        centre = np.average(middles[part], axis=0, weights=weights[part])
        by_distance = np.argsort(((middles - centre) ** 2).sum(axis=1), kind="stable")
        sites.append(next(int(i) for i in by_distance if int(i) not in taken and int(i) not in sites))
    return sites


def _parts(units: IntArray, middles: FloatArray, weights: FloatArray, count: int) -> list[IntArray]:
    """Return the units in `count` parts of about equal weight, halved again and again across the longer side."""
    if count == 1:
        return [units]
    longer = int(np.argmax(np.ptp(middles[units], axis=0)))
    order = units[np.argsort(middles[units, longer], kind="stable")]
    few = count // 2
    reached = np.cumsum(weights[order]) / weights[order].sum()
    cut = int(np.clip(np.searchsorted(reached, few / count) + 1, few, len(order) - (count - few)))
    return [
        *_parts(order[:cut], middles, weights, few),
        *_parts(order[cut:], middles, weights, count - few),
    ]


def _classes(children: FloatArray, size: int) -> IntArray:
    """Return whole classes by school: enough for `MARGIN` in all, added where seats are shortest."""
    classes = np.maximum(1, np.floor(children / size)).astype(np.int64)
    while classes.sum() * size < MARGIN * children.sum():
        classes[int(np.argmax(children - classes * size))] += 1
    return classes


def _school(
    unit: UnitSketch, site: int, stage: str, ownership: str, name: str, number: int, classes: int
) -> SchoolSketch:
    letter = {"primary": "P", "junior": "J"}[stage]
    intake = classes * CLASS_SIZE[stage]
    is_private = ownership == "private"
    return SchoolSketch(
        code=f"{letter}{'M' if is_private else ''}{number:03d}",
        name=name,
        stage=stage,
        ownership=ownership,
        address=f"{unit.township}{unit.name}旁",
        unit=site,
        x=unit.x,
        y=unit.y,
        capacity=intake * GRADES[stage],
        planned_intake=intake,
        classes=classes,
        group_code=f"M{number:03d}" if is_private else "",
    )
