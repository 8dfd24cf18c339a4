"""The search itself: rounds that start anew, units that are forced or kept out, zones that are mixed."""

import math

import numpy as np
import pytest

from tests.pure.engine_worlds import facts_of, grid, named
from zoning.engine.groundwork import lay_ground
from zoning.engine.lane import Found, Lane, fill, new_lane
from zoning.engine.kernel import force
from zoning.engine.objective import NEAREST, plan_cost
from zoning.engine.problem import Problem, build_problem
from zoning.engine.search import LANES, PATIENCE, Budget, Course, improve, make_field
from zoning.engine.partition import no_zones
from zoning.engine.solve import Options, solve
from zoning.engine.verify import violations

# One unit in nine has many children: where it lies decides where its neighbours can.
LUMPY = grid(8, 8, np.where(np.arange(64) % 9 == 4, 40, 3), {(1, 1): 120, (6, 1): 125, (1, 6): 115, (6, 6): 118})


def lane_of(problem: Problem) -> tuple[Lane, Found]:
    """Return a lane with a lawful plan."""
    ground = lay_ground(problem, NEAREST, None)
    field = make_field(problem, NEAREST, ground, ground.relaxed.prices)
    zone = solve(problem, Options(effort=1), seed=1).zone
    return new_lane(field, zone, 1, 0, 1.0), Found(0, plan_cost(problem, NEAREST, zone), zone)
