"""Zone plans: versions, their zones and units, what changes between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from common.errors import NotFound
from geo_data.models import School, Stage
from geo_data.selectors.units import list_units
from zoning.models import AttendanceZone, UnitAssignment, ZonePlan, ZonePublication, ZoneSchool


class NoSuchPlan(NotFound):
    """There is no such plan, or not for this person."""

    code = "no_such_plan"


@dataclass(frozen=True, slots=True)
class ZoneRecord:
    """A zone with its schools in the order of their codes; the first one comes first."""

    code: str
    name: str
    schools: tuple[School, ...]


@dataclass(frozen=True, slots=True)
class PlanContent:
    """A plan read whole: its zones by code, and unit code -> zone code in the order of unit codes."""

    zones: Mapping[str, ZoneRecord]
    zone_of: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Changes:
    """How a plan differs from another one, for units that both know.

    A unit changes when the set of its schools does. children -- of the changed units, by the new plan's count
    """

    plan_id: UUID
    plan_number: int
    units: tuple[str, ...]
    children: int


def get_plan(plan_id: UUID) -> ZonePlan:
    """Return the plan with its district, datasets and origin. Raises NoSuchPlan."""
    found = _plans().filter(pk=plan_id).first()
    if found is None:
        raise NoSuchPlan("there is no such plan", plan=str(plan_id))
    return found


def get_plan_by_number(district_code: str, stage: Stage, number: int) -> ZonePlan:
    """Return a version of the district by its number. Raises NoSuchPlan."""
    found = _plans().filter(district_id=district_code, stage=stage, number=number).first()
    if found is None:
        raise NoSuchPlan("there is no such plan", district=district_code, stage=stage.value, number=number)
    return found


def get_latest_lawful_plan(district_code: str, stage: Stage) -> ZonePlan:
    """Return the newest lawful version. Raises NoSuchPlan."""
    rows = _plans().filter(district_id=district_code, stage=stage, lawful=True)
    found = rows.order_by("-number").first()
    if found is None:
        raise NoSuchPlan("there is no lawful plan", district=district_code, stage=stage.value)
    return found


def list_plans(district_code: str, stage: Stage | None = None) -> QuerySet[ZonePlan]:
    """Return versions, newest first, with live publications in `live_publications`; two queries."""
    live = ZonePublication.objects.filter(withdrawn_at=None).order_by("-in_force__startswith")
    rows = ZonePlan.objects.filter(district_id=district_code).select_related(
        "based_on", "created_by", "measure", "reconciliation"
    )
    if stage is not None:
        rows = rows.filter(stage=stage)
    return rows.prefetch_related(Prefetch("publications", live, to_attr="live_publications")).order_by(
        "-created_at", "-number"
    )


def has_later_version(plan: ZonePlan) -> bool:
    """Say whether the district has a newer version for the stage."""
    rows = ZonePlan.objects.filter(district_id=plan.district_id, stage=plan.stage)
    return rows.filter(number__gt=plan.number).exists()


def plan_content(plan: ZonePlan) -> PlanContent:
    """Return zones and assignments; three queries."""
    links = ZoneSchool.objects.filter(plan=plan).select_related("school").order_by("school__code")
    schools: dict[int, list[School]] = {}
    for link in links:
        schools.setdefault(link.zone_id, []).append(link.school)
    zones = {
        zone.code: ZoneRecord(zone.code, zone.name, tuple(schools.get(zone.pk, ())))
        for zone in AttendanceZone.objects.filter(plan=plan).order_by("code")
    }
    rows = UnitAssignment.objects.filter(plan=plan).order_by("unit__code")
    return PlanContent(zones, dict(rows.values_list("unit__code", "zone__code")))


def zone_names(plan: ZonePlan) -> dict[str, str]:
    """Return the zones' names by code; one query."""
    return dict(AttendanceZone.objects.filter(plan=plan).order_by("code").values_list("code", "name"))


def unit_names(plan: ZonePlan) -> dict[str, str]:
    """Return the names of the plan's units by code; one query."""
    return dict(list_units(plan.units_dataset).values_list("code", "name"))


def schools_by_unit(content: PlanContent) -> dict[str, frozenset[str]]:
    """Return the codes of each unit's schools."""
    codes = {zone.code: frozenset(school.code for school in zone.schools) for zone in content.zones.values()}
    return {unit: codes[zone] for unit, zone in content.zone_of.items()}


def changes_between(
    old: ZonePlan, old_content: PlanContent, new_content: PlanContent, children: Mapping[str, int]
) -> Changes:
    """Return which units change schools between the old plan and the new content."""
    before = schools_by_unit(old_content)
    after = schools_by_unit(new_content)
    moved = tuple(unit for unit, schools in after.items() if before.get(unit, schools) != schools)
    return Changes(old.pk, old.number, moved, sum(children.get(unit, 0) for unit in moved))


def _plans() -> QuerySet[ZonePlan]:
    return ZonePlan.objects.select_related(
        "district",
        "based_on",
        "created_by",
        "units_dataset__district",
        "schools_dataset",
        "children_dataset",
        "measure__units_dataset__district",
        "measure__schools_dataset__district",
        "projection__units_dataset",
        "projection__reconciliation",
        "reconciliation",
    )


def list_zone_schools(plan_id: UUID) -> QuerySet[School]:
    """Return the schools that have a zone in the plan, by name and code. One query."""
    return School.objects.filter(zones__plan_id=plan_id).order_by("name", "code").distinct()
