"""A plan edited by hand becomes lawful again, and little else moves."""

import numpy as np
import pytest

from tests.pure.engine_worlds import facts_of, grid, named
from zoning.engine.mend import mend
from zoning.engine.building import build_problem
from zoning.engine.solve import Options, solve
from zoning.engine.verify import violations

WORLD = grid(8, 8, np.arange(64) % 13 + 1, {(1, 1): 115, (6, 1): 120, (1, 6): 120, (6, 6): 120})
PROBLEM = build_problem(*WORLD)
DRAWN = solve(PROBLEM, Options(effort=2), seed=1)
NEAR = PROBLEM.graph[1]
START = PROBLEM.graph[0]
BORDER = [
    (unit, int(DRAWN.zone[other]))
    for unit in range(PROBLEM.n_units)
    for other in NEAR[START[unit] : START[unit + 1]].tolist()
    if DRAWN.zone[unit] != DRAWN.zone[other] and unit not in PROBLEM.site_unit
]


@pytest.mark.parametrize(("unit", "school"), BORDER[::4])
def test_the_edit_stays_and_the_plan_is_lawful_again(unit: int, school: int) -> None:
    edited = DRAWN.zone.copy()
    edited[unit] = school

    mended = mend(PROBLEM, edited, [unit], seed=1)

    assert mended.lawful, [str(trouble) for trouble in mended.violations]
    assert mended.zone[unit] == school
    assert violations(facts_of(WORLD), named(PROBLEM, mended.zone)) == ()
    assert (mended.zone != edited).sum() <= 6


def test_an_edit_that_breaks_nothing_moves_nothing_else() -> None:
    roomy = grid(8, 8, np.arange(64) % 13 + 1, {(1, 1): 300, (6, 1): 300, (1, 6): 300, (6, 6): 300})
    problem = build_problem(*roomy)
    plan = np.array([(0 if y < 4 else 1) + (0 if x < 4 else 2) for x in range(8) for y in range(8)])
    named_schools = [problem.zone_ids.index(s) for s in ("s-c1r1", "s-c1r6", "s-c6r1", "s-c6r6")]
    zone = np.array(named_schools)[plan]
    unit = problem.unit_ids.index("c3r2")
    zone[unit] = problem.zone_ids.index("s-c6r1")

    mended = mend(problem, zone, [unit], seed=1)

    assert np.array_equal(mended.zone, zone)


def test_an_edit_that_cannot_be_is_said_to_be_so() -> None:
    # c0r0 cannot have a school that nothing joins it to once its neighbours are locked to another.
    edited = DRAWN.zone.copy()
    corner, beside = PROBLEM.unit_ids.index("c0r0"), [PROBLEM.unit_ids.index(u) for u in ("c1r0", "c0r1")]
    here, far = PROBLEM.zone_ids.index("s-c1r1"), PROBLEM.zone_ids.index("s-c6r6")
    edited[corner], edited[beside] = far, here

    mended = mend(PROBLEM, edited, [corner, *beside], seed=1)

    assert not mended.lawful
    assert "not_allowed" in {trouble.code for trouble in mended.violations}
