"""Hard rules that speak of one unit and one zone; seats and connection are kept by the moves themselves.

Each function returns the pairs its rule allows, [n_units, n_zones]. The counterparts are in `verify.py`.
"""

import numpy as np
import numpy.typing as npt

from zoning.engine.problem import NOWHERE, BoolArray, Problem


def allowed_pairs(problem: Problem) -> BoolArray:
    """Return the (unit, zone) pairs that every hard rule allows."""
    return within_cap(problem) & not_forbidden(problem) & locked_stay(problem) & school_units_stay(problem)


def within_cap(problem: Problem) -> BoolArray:
    """Allow zones whose nearest school lies within the distance cap; a pair without a known way is never allowed."""
    metres = problem.distance_m()
    if problem.distance_cap_m is None:
        return np.isfinite(metres)
    return metres <= problem.distance_cap_m


def not_forbidden(problem: Problem) -> BoolArray:
    """Allow all but the forbidden pairs."""
    allowed = np.ones((problem.n_units, problem.n_zones), dtype=np.bool_)
    allowed[problem.forbidden[:, 0], problem.forbidden[:, 1]] = False
    return allowed


def locked_stay(problem: Problem) -> BoolArray:
    """Allow a locked unit its own zone only."""
    return _only(problem, problem.locked)


def school_units_stay(problem: Problem) -> BoolArray:
    """Allow the unit a school stands in that school's zone only: a zone holds the units of all its schools."""
    own = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    own[problem.site_unit] = problem.site_zone
    return _only(problem, own)


def _only(problem: Problem, zone_of: npt.NDArray[np.int64]) -> BoolArray:
    allowed = np.ones((problem.n_units, problem.n_zones), dtype=np.bool_)
    fixed = np.flatnonzero(zone_of != NOWHERE)
    allowed[fixed] = False
    allowed[fixed, zone_of[fixed]] = True
    return allowed
