"""A stored version that a drawing starts from: its zones and where its units are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from common.errors import RulesSayNo
from geo_data.models import Stage
from zoning.engine.problem import NOWHERE, IntArray, Problem
from zoning.selectors.basis import current_datasets
from zoning.selectors.plans import get_plan_by_number, plan_content


class StartDoesNotFit(RulesSayNo):
    """The version to start from stands on other units or schools than those in use; the details say which."""

    code = "start_does_not_fit"


@dataclass(frozen=True, slots=True)
class Start:
    """number -- the version's; groups -- school codes by zone; school_of -- unit code -> a school of its zone."""

    number: int
    groups: Sequence[Sequence[str]]
    school_of: Mapping[str, str]

    def zones_in(self, problem: Problem) -> IntArray:
        """Return the zone index of every unit, [n_units], NOWHERE for one that the version does not place."""
        zone_at = dict(zip(problem.site_ids, problem.site_zone.tolist(), strict=True))
        zones = (zone_at.get(self.school_of.get(unit, ""), NOWHERE) for unit in problem.unit_ids)
        return np.fromiter(zones, dtype=np.int64, count=problem.n_units)


def load_start(district_code: str, stage: Stage, number: int) -> Start:
    """Return the version. Children, rules and distances may have changed since: its units and schools may not.

    Raises NoSuchPlan, StartDoesNotFit and what `current_datasets` raises.
    """
    plan, current = get_plan_by_number(district_code, stage, number), current_datasets(district_code)
    pinned = {"units": plan.units_dataset_id, "schools": plan.schools_dataset_id}
    in_use = {"units": current.units.pk, "schools": current.schools.pk}
    changed = [name for name, version in pinned.items() if version != in_use[name]]
    if changed:
        raise StartDoesNotFit("other versions of these are in use now", plan=number, changed=changed)
    content = plan_content(plan)
    groups = {code: [school.code for school in zone.schools] for code, zone in content.zones.items()}
    return Start(
        number, list(groups.values()), {unit: groups[zone][0] for unit, zone in content.zone_of.items()}
    )
