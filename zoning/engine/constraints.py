"""Hard rules that speak of one unit and one zone; seats and connection are kept by the moves themselves.

Each function says of the pairs in `ways` whether its rule allows them, [r, k]. The counterparts are in `verify.py`.
"""

import numpy as np

from zoning.engine.problem import NOWHERE, BoolArray, IntArray, Problem
from zoning.engine.ways import Ways, whole_ways


def allowed_pairs(problem: Problem) -> BoolArray:
    """Return the (unit, zone) pairs that every hard rule allows, [n_units, n_zones]."""
    return allowed_ways(problem, whole_ways(problem, np.arange(problem.n_units)))


def allowed_ways(problem: Problem, ways: Ways) -> BoolArray:
    """Return the pairs that every hard rule allows; a column without a zone is never allowed."""
    return within_cap(problem, ways) & but_for_length(problem, ways)


def but_for_length(problem: Problem, ways: Ways) -> BoolArray:
    """Return the pairs that every hard rule but the distance cap allows, ways known or not."""
    return (
        not_forbidden(problem, ways)
        & locked_stay(problem, ways)
        & school_units_stay(problem, ways)
        & township_kept(problem, ways)
    )


def within_cap(problem: Problem, ways: Ways) -> BoolArray:
    """Allow zones with a school within its distance cap; a pair without a known way is never allowed."""
    if problem.own_cap_m is None:
        cap = np.inf if problem.distance_cap_m is None else problem.distance_cap_m
        return np.isfinite(ways.metres) & (ways.metres <= cap)
    units = np.broadcast_to(ways.unit[:, None], ways.zone.shape)
    found: BoolArray = (ways.zone != NOWHERE) & problem.within_cap(units, ways.zone)
    return found


def not_forbidden(problem: Problem, ways: Ways) -> BoolArray:
    """Allow all but the forbidden pairs."""
    if not len(problem.forbidden):
        return np.ones(ways.zone.shape, dtype=np.bool_)
    forbidden = problem.forbidden[:, 0] * problem.n_zones + problem.forbidden[:, 1]
    found: BoolArray = np.isin(ways.unit[:, None] * problem.n_zones + ways.zone, forbidden)
    allowed: BoolArray = ~found | (ways.zone == NOWHERE)
    return allowed


def locked_stay(problem: Problem, ways: Ways) -> BoolArray:
    """Allow a locked unit its own zone only."""
    return _only(problem.locked, ways)


def school_units_stay(problem: Problem, ways: Ways) -> BoolArray:
    """Allow the unit a school stands in that school's zone only: a zone holds the units of all its schools."""
    own = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    own[problem.site_unit] = problem.site_zone
    return _only(own, ways)


def township_kept(problem: Problem, ways: Ways) -> BoolArray:
    """Allow zones with a school in the unit's township where townships are kept."""
    if not problem.townships_kept:
        return np.ones(ways.zone.shape, dtype=np.bool_)
    return in_own_township(problem, ways)


def in_own_township(problem: Problem, ways: Ways) -> BoolArray:
    """Say of which pairs a school of the zone stands in the unit's township, or one of them is not known."""
    if problem.township is None:
        return np.ones(ways.zone.shape, dtype=np.bool_)
    has = np.zeros((problem.n_zones, int(problem.township.max(initial=0)) + 2), dtype=np.bool_)
    has[problem.site_zone, problem.township[problem.site_unit]] = True
    has[has[:, NOWHERE]] = True
    has[:, NOWHERE] = True
    found: BoolArray = has[ways.zone, problem.township[ways.unit][:, None]]
    return found


def _only(zone_of: IntArray, ways: Ways) -> BoolArray:
    own = zone_of[ways.unit][:, None]
    allowed: BoolArray = (own == NOWHERE) | (own == ways.zone)
    return allowed
