"""The lower bound that prices prove.

For any seat prices p >= 0 no lawful plan costs less than

    sum over units of  min over allowed zones (walkers x metres + children x p[zone])  -  sum over zones of seats x p

because the seats a plan uses never exceed the seats there are. Walkers are the children of all entry years; children
and seats are those of the first year, or of all years together where all must fit.
"""

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from zoning.engine.constraints import allowed_ways
from zoning.engine.objective import Weights, balance, child_cost, classes, parity, unit_cost
from zoning.engine.problem import MM_PER_METRE, BoolArray, FloatArray, IntArray, Problem
from zoning.engine.ways import Ways, whole_rows

Numbers = TypeVar("Numbers", IntArray, FloatArray)

NO_WAY = np.iinfo(np.int64).max // 4


def linear_bound(
    spent: IntArray, allowed: BoolArray, demand: IntArray, supply: IntArray, prices: IntArray
) -> int:
    """Return the bound for the cost of whole units [n_units, n_zones], exact; units without a way count nothing.

    demand, supply, prices -- [n_units] children and [n_zones] seats that the prices are for
    """
    return int(least_spent(spent, allowed, demand, prices).sum() - (prices * supply).sum())


def least_spent(spent: IntArray, allowed: BoolArray, demand: IntArray, prices: IntArray) -> IntArray:
    """Return what each unit costs at least with its seats, [n_units], 0 without a way."""
    least = np.where(allowed, spent + prices[None, :] * demand[:, None], NO_WAY).min(axis=1)
    return np.where(allowed.any(axis=1), least, 0)


def seats_bound(problem: Problem, weights: Weights, ways: Ways, prices: IntArray) -> int:
    """Return what the prices of seats prove of all pairs, also of those that `ways` leaves out; exact."""

    def spent(rows: Ways) -> IntArray:
        paid = unit_cost(problem, weights, rows, child_cost(problem, weights, rows))
        paid += prices[rows.zone] * problem.demand[rows.unit][:, None]
        least: IntArray = np.where(allowed_ways(problem, rows), paid, NO_WAY).min(axis=1)
        return least

    floor = np.rint(_beyond_m(ways) * MM_PER_METRE).astype(np.int64) * weights.walked_m
    least = all_looked_up(problem, ways, spent, floor * problem.walkers)
    return int(least[least < NO_WAY].sum() - (prices * problem.supply).sum())


def all_looked_up(
    problem: Problem, ways: Ways, least_of: Callable[[Ways], Numbers], floor: Numbers
) -> Numbers:
    """Return the least over all zones, [n_units], where `least_of` rows is the least over their columns.

    floor -- [n_units] what a zone that `ways` leaves out costs at least; a unit that has less in no column of its own
             is looked up among all zones
    """
    least = least_of(ways)
    doubtful = np.flatnonzero(np.isfinite(ways.beyond_m) & (floor < least))
    for rows in whole_rows(problem, doubtful):
        least[rows.unit] = np.minimum(least[rows.unit], least_of(rows))
    return least


def _beyond_m(ways: Ways) -> FloatArray:
    """Return `ways.beyond_m`, 0 where nothing is left out: such a unit is never looked up."""
    return np.where(np.isfinite(ways.beyond_m), ways.beyond_m, 0)


def worst_year_bound(problem: Problem, weights: Weights) -> int:
    """Return what later years cost at least: the seats that the whole county lacks in the worst of them."""
    if problem.every_year:
        return 0
    short = problem.later_children.sum(axis=0) - problem.later_seats.sum(axis=0)
    return weights.worst_year_m * MM_PER_METRE * int(np.maximum(short, 0).max(initial=0))


def parity_bound(problem: Problem, weights: Weights) -> int:
    """Return what parity costs at least: nothing, but each zone's term is rounded down and one unit given back."""
    return -problem.n_zones if parity(problem, weights).any() else 0


def filling_bound(problem: Problem, weights: Weights) -> int:
    """Return what empty seats cost at least: all of them in the largest zones, where each weighs least.

    Each zone's term is rounded down in `plan_cost`, so one unit a zone is given back. A plan that lacks seats is not
    lawful, and no bound is asked of it.
    """
    seats = np.sort(problem.seats)[::-1]
    before = np.cumsum(seats) - seats
    empty = np.clip(int(problem.seats.sum() - problem.children.sum()) - before, 0, seats)
    least = weights.filling_m * MM_PER_METRE * empty // np.maximum(seats, 1)
    return max(int(least.sum()) - problem.n_zones, 0)


def balance_bound(problem: Problem, weights: Weights) -> int:
    """Return what the balance term costs at least: all zones filled to the same share (Cauchy-Schwarz).

    Each school's term is rounded down in `plan_cost`, so one unit a school is given back.
    """
    everyone = int(problem.children.sum())
    factor = int(balance(problem, weights).max(initial=0))
    seats = max(int(np.maximum(problem.seats, 1).sum()), 1)
    return max(factor * everyone * everyone // seats - problem.n_zones, 0)


def class_bound(problem: Problem, weights: Weights) -> int:
    """Return what empty seats in classes cost at least: one class not full, were all children in one zone."""
    return int(classes(problem, weights, problem.children.sum(keepdims=True))[0])


def several_bound(problem: Problem, weights: Weights) -> int:
    """Return what all terms together cost at least that no single pair of unit and zone costs.

    Borders, neighbours parted and shapes count nothing.
    """
    even = parity_bound(problem, weights) + balance_bound(problem, weights)
    filled = filling_bound(problem, weights) + class_bound(problem, weights)
    return even + worst_year_bound(problem, weights) + filled


def bound_km(problem: Problem, ways: Ways, prices: IntArray) -> float:
    """Return the bound on child-kilometres from unrounded distances, as `verify_bound` recomputes it."""

    def spent(rows: Ways) -> FloatArray:
        walked = np.where(np.isfinite(rows.metres), rows.metres, 0) * problem.walkers[rows.unit][:, None]
        seated = prices[rows.zone] / MM_PER_METRE * problem.demand[rows.unit][:, None]
        least: FloatArray = np.where(allowed_ways(problem, rows), walked + seated, np.inf).min(axis=1)
        return least

    least = all_looked_up(problem, ways, spent, _beyond_m(ways) * problem.walkers)
    walked = math.fsum(least[np.isfinite(least)].tolist())
    return (walked - math.fsum((prices * problem.supply).tolist()) / MM_PER_METRE) / 1000
