"""Why this estate: what would happen if a unit were in a neighbouring zone."""

import numpy as np

from geo_data.selectors.units import NoSuchUnit
from zoning.engine.explain import Consequence, consequences
from zoning.models import ZonePlan
from zoning.selectors.basis import load_pinned_basis
from zoning.selectors.plans import plan_content
from zoning.selectors.problem import problem_of, sites_of_groups


def list_consequences(plan: ZonePlan, unit_code: str) -> tuple[Consequence, ...]:
    """Return what each neighbouring zone would mean for the unit, nearest first; `school_id` is the zone's code.

    Counted with the children and seats of the plan. Raises NoSuchUnit and DistrictCannotBeZoned.
    """
    content = plan_content(plan)
    if unit_code not in content.zone_of:
        raise NoSuchUnit("the plan has no such unit", unit=unit_code)
    basis = load_pinned_basis(plan)
    sites = sites_of_groups(basis, [[s.code for s in zone.schools] for zone in content.zones.values()])
    problem = problem_of(basis, sites, {})
    index = {code: i for i, code in enumerate(problem.zone_ids)}
    zone = np.array([index[content.zone_of[unit]] for unit in problem.unit_ids], dtype=np.int64)
    return consequences(problem, zone, unit_code)
