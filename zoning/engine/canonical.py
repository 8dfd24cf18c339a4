"""An order of units and schools that does not know their names, so that renaming changes no plan."""

from dataclasses import replace

import numpy as np

from zoning.engine.problem import NOWHERE, IntArray, Problem


def name_free_order(problem: Problem) -> tuple[IntArray, IntArray]:
    """Return units by place (x, then y), children and seats, and schools in the order of their units.

    Only units alike in all of these keep the order of their names.
    """
    seats = np.zeros(problem.n_units, dtype=np.int64)
    seats[problem.school_unit] = problem.seats + 1
    units = np.lexsort((seats, problem.children, problem.y_m, problem.x_m)).astype(np.int64)
    schools = np.argsort(inverse(units)[problem.school_unit], kind="stable").astype(np.int64)
    return units, schools


def inverse(order: IntArray) -> IntArray:
    """Return where each index went."""
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return back


def reordered(problem: Problem, units: IntArray, schools: IntArray) -> Problem:
    """Return the same problem with unit i of the result being unit `units[i]`, and schools alike."""
    unit_at, school_at = inverse(units), inverse(schools)
    pairs = np.sort(unit_at[problem.pairs], axis=1)
    return replace(
        problem,
        unit_ids=tuple(problem.unit_ids[i] for i in units.tolist()),
        children=problem.children[units],
        x_m=problem.x_m[units],
        y_m=problem.y_m[units],
        school_ids=tuple(problem.school_ids[j] for j in schools.tolist()),
        school_unit=unit_at[problem.school_unit[schools]],
        seats=problem.seats[schools],
        pairs=pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))],
        locked=renumbered(problem.locked[units], school_at),
        in_force=renumbered(problem.in_force[units], school_at),
        forbidden=_both(problem.forbidden, unit_at, school_at),
        enclaves=_both(problem.enclaves, unit_at, school_at),
        matrix_m=None if problem.matrix_m is None else problem.matrix_m[np.ix_(units, schools)],
    )


def renumbered(school_of: IntArray, school_at: IntArray) -> IntArray:
    """Return the same schools under their new numbers; NOWHERE stays."""
    return np.where(school_of == NOWHERE, NOWHERE, school_at[school_of])


def _both(pairs: IntArray, unit_at: IntArray, school_at: IntArray) -> IntArray:
    moved = np.stack([unit_at[pairs[:, 0]], school_at[pairs[:, 1]]], axis=1)
    return moved[np.lexsort((moved[:, 1], moved[:, 0]))]
