"""A plan file to start a drawing from."""

from pathlib import Path

import numpy as np

from zoning.engine.files import FileFault, read_plan_lines
from zoning.engine.problem import NOWHERE, IntArray, Problem

SHOWN = 20


def start_of_file(path: Path, problem: Problem) -> IntArray:
    """Return the zone index of every unit, [n_units]; any school stands for its zone.

    Raises FileFault with every unit or school that is not known, unit that stands twice, and unit that is missing.
    """
    unit_at = {unit_id: i for i, unit_id in enumerate(problem.unit_ids)}
    zone_at = dict(zip(problem.site_ids, problem.site_zone.tolist(), strict=True))
    zone = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    faults, rows = [], read_plan_lines(path)
    for where, unit_id, school_id in rows:
        unit, goal = unit_at.get(unit_id), zone_at.get(school_id)
        if unit is None:
            faults.append(f"{where}: there is no unit {unit_id}")
        elif goal is None:
            faults.append(f"{where}: there is no school {school_id}")
        elif zone[unit] != NOWHERE:
            faults.append(f"{where}: unit {unit_id} stands there twice")
        else:
            zone[unit] = goal
    named = {unit_id for _, unit_id, _ in rows}
    missing = [unit_id for unit_id in problem.unit_ids if unit_id not in named]
    faults += [f"{path.name}: unit {unit_id} is missing" for unit_id in missing]
    if faults:
        more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise FileFault("\n".join([*faults[:SHOWN], *more]))
    return zone
