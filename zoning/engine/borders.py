"""Which zone borders are uncertain: where another zone would cost a unit hardly more than its own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zoning.engine.constraints import allowed_ways
from zoning.engine.objective import child_distance, kept_loads
from zoning.engine.problem import NOWHERE, IntArray, Problem
from zoning.engine.ways import pair_ways


@dataclass(frozen=True, slots=True)
class Doubt:
    """A unit for which the zone beside it costs hardly more than its own.

    permille -- how much more its children's way and seats cost there, in thousandths, rounded up; below zero where
                they cost less
    fits     -- the other zone has free seats for its children, in every year that must fit
    """

    unit_id: str
    children: int
    permille: int
    fits: bool


@dataclass(frozen=True, slots=True)
class Border:
    """The border of two zones, the smaller id first, with the units in doubt on both sides.

    doubts -- (zone the unit is in, doubt), the least difference first, ties by unit id; children -- of all of them
    """

    zone_ids: tuple[str, str]
    doubts: tuple[tuple[str, Doubt], ...]
    children: int


def zones_beside(problem: Problem, zone: IntArray, units: IntArray) -> tuple[IntArray, IntArray]:
    """Return units and zones beside them that are not their own, each pair once, by unit, then zone.

    zone -- [n_units]; units -- those asked about
    """
    indptr, near = problem.graph
    count = indptr[units + 1] - indptr[units]
    owner = np.repeat(units, count)
    here = np.arange(len(owner)) + np.repeat(indptr[units] - np.cumsum(count) + count, count)
    parted = zone[owner] != zone[near[here]]
    pairs = np.unique(owner[parted] * problem.n_zones + zone[near[here][parted]])
    unit, other = np.divmod(pairs, problem.n_zones)
    return unit, other


def uncertain_borders(
    problem: Problem, zone: IntArray, prices: Sequence[int], *, percent: int
) -> tuple[Border, ...]:
    """Return the borders with units in doubt, those with most children in doubt first, ties by zone ids.

    zone    -- [n_units] zone index of every unit in the plan in question
    prices  -- [n_zones] millimetres that a child would save by one more seat, as in Solution.prices
    percent -- a unit is in doubt where its children's metres and the price of their seats come to at most so many
               per cent more in a zone beside it; exactly so many are in doubt
    Without prices a unit would be in doubt wherever the other school is near, even where that school's seats are
    worth far more to others. Units without children, with a school, or with one allowed zone are in no doubt. Each
    unit is judged for itself: two moves that fit one by one may not fit together.
    Source: docs/zoning.md (what if).
    """
    if percent < 0:
        raise ValueError("percent is not negative")
    unit, other = zones_beside(problem, zone, np.flatnonzero(problem.walkers > 0))
    own, there = _cost(problem, unit, zone[unit], prices), _cost(problem, unit, other, prices)
    near = (there != NOWHERE) & (own != NOWHERE) & (100 * there <= (100 + percent) * own)
    found: dict[tuple[int, int], list[tuple[str, Doubt]]] = defaultdict(list)
    for u, t, before, after in zip(*(part[near].tolist() for part in (unit, other, own, there)), strict=True):
        border = (min(t, int(zone[u])), max(t, int(zone[u])))
        found[border].append((problem.zone_ids[zone[u]], _doubt(problem, zone, u, t, after - before, before)))
    borders = (_border(problem, pair, doubts) for pair, doubts in found.items())
    return tuple(sorted(borders, key=lambda border: (-border.children, border.zone_ids)))


def _cost(problem: Problem, unit: IntArray, zone: IntArray, prices: Sequence[int]) -> IntArray:
    """Return child-millimetres of way and seats pair by pair, NOWHERE where a rule denies the pair."""
    ways = pair_ways(problem, unit, zone)
    walked = child_distance(ways)[:, 0] * problem.walkers[unit]
    cost = walked + np.array(prices, dtype=np.int64)[zone] * problem.demand[unit]
    return np.where(allowed_ways(problem, ways)[:, 0], cost, NOWHERE)


def _doubt(problem: Problem, zone: IntArray, unit: int, other: int, more: int, own: int) -> Doubt:
    free = problem.kept_seats[other] - kept_loads(problem, zone)[other]
    return Doubt(
        unit_id=problem.unit_ids[unit],
        children=int(problem.children[unit]),
        permille=-(-1000 * more // max(own, 1)),
        fits=bool((problem.kept_children[unit] <= free).all()),
    )


def _border(problem: Problem, pair: tuple[int, int], doubts: list[tuple[str, Doubt]]) -> Border:
    names = sorted(problem.zone_ids[zone] for zone in pair)
    children = {doubt.unit_id: doubt.children for _, doubt in doubts}
    return Border(
        zone_ids=(names[0], names[1]),
        doubts=tuple(sorted(doubts, key=lambda one: (one[1].permille, one[1].unit_id))),
        children=sum(children.values()),
    )
