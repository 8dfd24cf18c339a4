"""Whose children a plan counts, and whether anything newer is known of them."""

from dataclasses import dataclass

from geo_data.models import Dataset, DatasetStatus, Projection, Reconciliation
from geo_data.selectors.reconciliation import find_newest_reconciliation, find_reconciliation_in_use
from zoning.models import ZonePlan


@dataclass(frozen=True, slots=True)
class DemandFacts:
    """What stands behind the children of a plan.

    demand    -- reconciled, census, units_file or projection
    children, without_unit -- that count, and that count for no unit
    run       -- the reconciliation whose children they are, or that the projection starts from
    newer     -- the newest run where that is another one, made since
    unused    -- for a plan on the census as it came: the run over the lists in use that it could have counted
    withdrawn -- lists of the run that were taken out of use since
    """

    demand: str
    children: int
    without_unit: int
    run: Reconciliation | None
    projection: Projection | None
    newer: Reconciliation | None
    unused: Reconciliation | None
    withdrawn: tuple[Dataset, ...]


def demand_facts(plan: ZonePlan) -> DemandFacts:
    """Return whose children the plan counts. Three queries at most."""
    told = plan.report["basis"]
    run = plan.reconciliation or (plan.projection.reconciliation if plan.projection else None)
    newest = find_newest_reconciliation(plan.district_id) if run else None
    return DemandFacts(
        demand=told["demand"],
        children=told["children"],
        without_unit=told["children_without_unit"],
        run=run,
        projection=plan.projection,
        newer=newest if run and newest and newest.number > run.number else None,
        unused=find_reconciliation_in_use(plan.district_id) if told["demand"] == "census" else None,
        withdrawn=tuple(_withdrawn(run)) if run else (),
    )


def _withdrawn(run: Reconciliation) -> list[Dataset]:
    return list(run.datasets.filter(status=DatasetStatus.WITHDRAWN).order_by("kind", "id"))
