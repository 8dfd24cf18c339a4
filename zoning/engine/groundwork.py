"""What is worked out before the search: the pairs that come into question, what they cost, and the relaxation."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zoning.engine.bound import NO_WAY
from zoning.engine.constraints import allowed_ways
from zoning.engine.objective import Weights, child_cost, unit_cost, with_unit_share
from zoning.engine.problem import NOWHERE, BoolArray, IntArray, Problem
from zoning.engine.transport import UNSEATED_MM, Relaxation, never, relax
from zoning.engine.ways import Ways, find_ways, whole_rows, with_pairs


@dataclass(frozen=True, slots=True)
class Groundwork:
    """Pairs, what they cost and whether every rule allows them, [n_units, k], and the relaxation.

    cost -- of one child, a part of what the unit costs as one included; spent -- of the whole unit, exact
    """

    ways: Ways
    cost: IntArray
    spent: IntArray
    allowed: BoolArray
    relaxed: Relaxation


def lay_ground(
    problem: Problem,
    weights: Weights,
    start: IntArray | None = None,
    should_stop: Callable[[], bool] = never,
) -> Groundwork:
    """Return the groundwork; start -- [n_units] zones to be among the pairs, NOWHERE where open.

    Where children are left without a seat by the pairs looked at, though there are seats enough, pairs that would be
    cheaper at the prices found are added until all sit or none is left: only then nobody else can have them.
    """
    ways = find_ways(problem)
    if start is not None:
        units = np.flatnonzero(start != NOWHERE)
        ways = with_pairs(problem, ways, units, start[units])
    while True:
        ground = _relaxed(problem, weights, ways, should_stop)
        if not ground.relaxed.unseated.any() or problem.demand.sum() > problem.supply.sum():
            return ground
        wider = _with_cheaper_pairs(problem, weights, ground)
        if wider is ways:
            return ground
        ways = wider


def _relaxed(problem: Problem, weights: Weights, ways: Ways, should_stop: Callable[[], bool]) -> Groundwork:
    child, allowed = child_cost(problem, weights, ways), allowed_ways(problem, ways)
    cost = with_unit_share(problem, weights, ways, child)
    relaxed = relax(cost, allowed, problem.demand, problem.supply, ways.zone, should_stop)
    return Groundwork(ways, cost, unit_cost(problem, weights, ways, child), allowed, relaxed)


def _with_cheaper_pairs(problem: Problem, weights: Weights, ground: Groundwork) -> Ways:
    """Return the ways and, for every unit, the cheapest zone left out, if it is cheaper at the prices."""
    if ground.ways.is_whole:
        return ground.ways
    prices = ground.relaxed.prices
    priced = np.where(ground.allowed, ground.cost + prices[ground.ways.zone], UNSEATED_MM)
    least = np.minimum(priced.min(axis=1), UNSEATED_MM)
    best = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    for rows in whole_rows(problem, np.flatnonzero(problem.demand > 0)):
        child = child_cost(problem, weights, rows)
        paid = with_unit_share(problem, weights, rows, child) + prices[rows.zone]
        paid = np.where(allowed_ways(problem, rows), paid, NO_WAY)
        best[rows.unit] = np.where(paid.min(axis=1) < least[rows.unit], paid.argmin(axis=1), NOWHERE)
    units = np.flatnonzero(best != NOWHERE)
    return with_pairs(problem, ground.ways, units, best[units])
