"""Compile and cache the engine's inner loops, so that no command spends its time on it.

python -m zoning.engine.warm
"""

import numpy as np

from zoning.engine.building import build_problem
from zoning.engine.groundwork import lay_ground
from zoning.engine.mend import mend
from zoning.engine.objective import BALANCED, NEAREST
from zoning.engine.problem import Problem, School, Unit
from zoning.engine.proof import losses_of_pairs
from zoning.engine.solve import Options, solve
from zoning.engine.transport import never


def small_problem() -> Problem:
    """Return a three by three grid with two schools, in which every kind of move can occur."""
    units = [Unit(f"{x}{y}", 1 + x + y, 100.0 * x, 100.0 * y) for x in range(3) for y in range(3)]
    sides = [(f"{x}{y}", f"{x + 1}{y}") for x in range(2) for y in range(3)]
    sides += [(f"{x}{y}", f"{x}{y + 1}") for x in range(3) for y in range(2)]
    return build_problem(units, [School("a", "00", 20), School("b", "22", 20)], sides)


def warm() -> None:
    """Run every compiled function once.

    Balance has a bound of its own which no plan meets here: else the start would be proven best, and the search,
    which takes longest to compile, would not begin. Mending begins with a zone that is too full. Nothing is looked at
    closely in so short a search.
    """
    problem = small_problem()
    plan = solve(problem, Options(effort=4, weights=BALANCED), seed=1).zone
    ground = lay_ground(problem, NEAREST)
    losses_of_pairs(problem, ground.spent, ground.allowed, ground.relaxed.prices, plan, never)
    mend(problem, np.zeros(problem.n_units, dtype=np.int64), [], seed=1)


if __name__ == "__main__":
    warm()
