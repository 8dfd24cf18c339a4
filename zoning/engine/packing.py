"""Whether whole units fit the seats at all: an integer program that knows every rule but that zones connect.

Of connection it knows that a unit is in no zone to whose schools even the lightest way holds more children than seats.
"""

from collections.abc import Callable
from typing import Any

import highspy
import numpy as np

from zoning.engine.bound_kernel import lightest_ways
from zoning.engine.choosing import model_of, new_solver
from zoning.engine.constraints import allowed_pairs
from zoning.engine.problem import BoolArray, Problem

MOST_PAIRS = 40_000
NODES = 500


def surely_does_not_fit(problem: Problem, should_stop: Callable[[], bool]) -> bool:
    """Say whether it is proven that no lawful plan exists, because units cannot be divided.

    False says nothing: the proof was not found within NODES nodes or before `should_stop` said yes, or the problem has
    more than MOST_PAIRS pairs.
    """
    if problem.n_units * problem.n_zones > MOST_PAIRS:
        return False
    units, zones = np.nonzero(_reachable(problem))
    if len(np.unique(units)) < problem.n_units:
        return True
    return bool(_status(problem, units, zones, should_stop) == highspy.HighsModelStatus.kInfeasible)


def _reachable(problem: Problem) -> BoolArray:
    """Return the pairs that every rule allows and a way within the seats leads to, [n_units, n_zones]."""
    allowed = allowed_pairs(problem)
    for zone in range(problem.n_zones):
        roots = problem.site_unit[problem.site_zone == zone]
        for year in range(problem.kept_seats.shape[1]):
            weight = np.ascontiguousarray(problem.kept_children[:, year])
            is_open, most = np.ascontiguousarray(allowed[:, zone]), int(problem.kept_seats[zone, year])
            allowed[:, zone] &= lightest_ways(*problem.graph, roots, is_open, weight, most)
    return allowed


def _status(problem: Problem, units: Any, zones: Any, should_stop: Callable[[], bool]) -> Any:
    """Return what the solver makes of giving every unit one of its zones within the seats of every year."""
    solver = new_solver(NODES, should_stop)
    free = np.zeros(len(units))
    solver.passModel(model_of(units, zones, free, problem.kept_children[units], problem.kept_seats))
    solver.run()
    return solver.getModelStatus()
