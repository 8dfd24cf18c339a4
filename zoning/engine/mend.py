"""Make a plan lawful again after an edit by hand, with as few other units touched as can be."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from zoning.engine.objective import Weights
from zoning.engine.problem import NOWHERE, IntArray, Problem
from zoning.engine.solve import Options, Solution, solve

# Leaving the plan costs a child so much that nothing moves only to be nearer.
STAY_M = 20_000
STAY_CLOSE = 0.02
# Where the first try finds no lawful plan, another is so many times as long.
LONGER = 8


def mend(
    problem: Problem,
    zone: IntArray,
    edited: Sequence[int],
    *,
    seed: int,
    effort: int = 1,
    should_stop: Callable[[], bool] | None = None,
) -> Solution:
    """Return the plan with the edited units where `zone` has them and all rules kept again.

    zone   -- [n_units] the plan after the edit, lawful or not
    edited -- unit indices that must stay as they are; units that hold a school keep it in any case
    The cost in the solution counts STAY_M metres for every child of another unit that moved.
    """
    locked = problem.locked.copy()
    locked[list(edited)] = zone[list(edited)]
    locked[problem.site_unit] = NOWHERE
    kept = replace(problem, locked=locked, in_force=zone)
    options = Options(
        effort=effort, weights=Weights(moved_child_m=STAY_M), start=zone, heat=STAY_CLOSE, prove=False
    )
    mended = solve(kept, options, seed=seed, should_stop=should_stop)
    if mended.lawful or (should_stop is not None and should_stop()):
        return mended
    return solve(kept, replace(options, effort=effort * LONGER), seed=seed, should_stop=should_stop)
