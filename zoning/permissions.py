"""Who may reach which plan. Objects are reached through here, never by id alone."""

from uuid import UUID

from accounts.permissions import Action, Person, may_read_district, require
from zoning.models import DrawingRule, ZonePlan, ZonePublication
from zoning.selectors.plans import NoSuchPlan, get_plan
from zoning.selectors.publications import NoSuchPublication, get_publication
from zoning.selectors.rules import NoSuchRule, get_rule


def plan_for_reading(person: Person | None, plan_id: UUID) -> ZonePlan:
    """Return the plan for somebody who reads its district. Raises NoSuchPlan, also for everybody else."""
    plan = get_plan(plan_id)
    if not may_read_district(person, plan.district_id):
        raise NoSuchPlan("there is no such plan", plan=str(plan_id))
    return plan


def plan_for(person: Person | None, action: Action, plan_id: UUID) -> ZonePlan:
    """Return the plan for somebody who may do this with it. Raises NoSuchPlan and NotPermitted."""
    plan = plan_for_reading(person, plan_id)
    require(person, action, plan.district_id)
    return plan


def plan_for_map(person: Person | None, plan_id: UUID, *, map_review_number: str) -> ZonePlan:
    """Return the plan for a map: readers of the district see every one, the public what was published.

    Maps shown to the public carry a review number (审图号) or are not shown. Raises NoSuchPlan.
    """
    plan = get_plan(plan_id)
    if may_read_district(person, plan.district_id):
        return plan
    if map_review_number and plan.publications.filter(withdrawn_at=None).exists():
        return plan
    raise NoSuchPlan("there is no such map for you", plan=str(plan_id))


def plan_for_files(
    person: Person | None, plan_id: UUID, *, map_review_number: str, are_public: bool
) -> ZonePlan:
    """Return the plan for the files that check it: readers of the district get those of every one.

    They hold the points and the children of all units: the public gets them where it may see the map, and the bureau
    has decided that they are public. Raises NoSuchPlan.
    """
    return plan_for_map(person, plan_id, map_review_number=map_review_number if are_public else "")


def publication_for(person: Person | None, action: Action, publication_id: UUID) -> ZonePublication:
    """Return the publication for somebody who may do this. Raises NoSuchPublication and NotPermitted."""
    publication = get_publication(publication_id)
    if not may_read_district(person, publication.district_id):
        raise NoSuchPublication("there is no such publication", publication=str(publication_id))
    require(person, action, publication.district_id)
    return publication


def rule_for(person: Person | None, action: Action, rule_id: UUID) -> DrawingRule:
    """Return the rule of drawing for somebody who may do this. Raises NoSuchRule and NotPermitted."""
    rule = get_rule(rule_id)
    if not may_read_district(person, rule.district_id):
        raise NoSuchRule("there is no such rule of drawing", rule=str(rule_id))
    require(person, action, rule.district_id)
    return rule
