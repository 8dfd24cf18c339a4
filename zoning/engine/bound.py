"""The lower bound that prices prove.

For any seat prices p >= 0 no lawful plan costs less than

    sum over units of  children x min over allowed schools (metres + p[school])  -  sum over schools of seats x p

because the seats a plan uses never exceed the seats there are.
"""

import math

import numpy as np
import numpy.typing as npt

from zoning.engine.objective import Weights, balance
from zoning.engine.problem import MM_PER_METRE, IntArray, Problem


def linear_bound(
    cost: IntArray, allowed: npt.NDArray[np.bool_], children: IntArray, seats: IntArray, prices: IntArray
) -> int:
    """Return the bound for a per-child cost [n_units, n_zones], exact; units without a way count nothing."""
    reachable = allowed.any(axis=1)
    dearest = np.iinfo(np.int64).max // 4
    least = np.where(allowed, cost + prices[None, :], dearest).min(axis=1)
    return int((least * children)[reachable].sum() - (prices * seats).sum())


def balance_bound(problem: Problem, weights: Weights) -> int:
    """Return what the balance term costs at least: all zones filled to the same share (Cauchy-Schwarz).

    Each school's term is rounded down in `plan_cost`, so one unit a school is given back.
    """
    everyone = int(problem.children.sum())
    factor = int(balance(problem, weights).max(initial=0))
    seats = max(int(np.maximum(problem.seats, 1).sum()), 1)
    return max(factor * everyone * everyone // seats - problem.n_zones, 0)


def bound_km(problem: Problem, allowed: npt.NDArray[np.bool_], prices: IntArray) -> float:
    """Return the bound on child-kilometres from unrounded distances, as `verify_bound` recomputes it."""
    metres = np.where(allowed, problem.distance_m() + prices[None, :] / MM_PER_METRE, np.inf).min(axis=1)
    reachable = np.isfinite(metres)
    walked = math.fsum((metres * problem.children)[reachable].tolist())
    return (walked - math.fsum((prices * problem.seats).tolist()) / MM_PER_METRE) / 1000
