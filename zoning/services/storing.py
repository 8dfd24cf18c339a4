"""Stores a plan as the next version: judged by the independent checker first, written in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import JobRun, User
from accounts.services.audit import record_event
from common.canonical import CanonicalValue, digest
from geo_data.models import DistanceMethod, District
from geo_data.selectors.schools import list_schools
from geo_data.selectors.units import list_units
from zoning.engine.report import Json
from zoning.models import AttendanceZone, PlanOrigin, PlanRule, UnitAssignment, ZonePlan, ZoneSchool
from zoning.selectors.basis import PlanBasis
from zoning.selectors.problem import ZoneSite, broken_rules

ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan that is not stored yet: the zone code of every unit, and where it comes from.

    report -- figures to keep with the plan; what the checker finds and what it is based on are added
    """

    basis: PlanBasis
    sites: Sequence[ZoneSite]
    zone_of: Mapping[str, str]
    origin: PlanOrigin
    report: Mapping[str, Json]
    name: str = ""
    based_on: ZonePlan | None = None
    details: Mapping[str, CanonicalValue] = field(default_factory=dict)


@transaction.atomic
def store_version(*, actor: User | None, now: datetime, draft: Draft, job: JobRun | None = None) -> ZonePlan:
    """Store the draft as the next version of its district and stage, lawful only if the checker finds nothing.

    The number is given under a lock on the district's row, so that two versions never ask for the same one.
    """
    basis = draft.basis
    found = broken_rules(basis, draft.sites, draft.zone_of)
    District.objects.select_for_update(no_key=True).get(pk=basis.district.pk)
    versions = ZonePlan.objects.filter(district=basis.district, stage=basis.stage)
    plan = ZonePlan(
        district=basis.district,
        stage=basis.stage,
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        name=draft.name,
        origin=draft.origin,
        based_on=draft.based_on,
        units_dataset=basis.datasets.units,
        schools_dataset=basis.datasets.schools,
        children_dataset=basis.datasets.children,
        measure=basis.ways.measure if basis.ways else None,
        projection=basis.datasets.projection,
        reconciliation=basis.datasets.reconciliation,
        entry_year=basis.entry_year,
        lawful=not found,
        report={
            **_reasons(draft, found),
            "lawful": not found,
            "violations": found,
            **_basis_facts(basis),
        },
        job=job,
        created_by=actor,
        created_at=now,
    )
    plan.save(force_insert=True)
    PlanRule.objects.bulk_create(PlanRule(plan=plan, rule=rule) for rule in basis.rules)
    _store_zones(plan, draft)
    details: dict[str, CanonicalValue] = {
        "stage": plan.stage,
        "number": plan.number,
        "origin": plan.origin,
        "lawful": plan.lawful,
        "assignment_digest": digest(dict(draft.zone_of)),
        **draft.details,
    }
    record_event(
        actor=actor,
        now=now,
        action="zone_plan.stored",
        subject=plan,
        district_code=basis.district.pk,
        details=details,
    )
    return plan


def _reasons(draft: Draft, found: list[Json]) -> dict[str, Json]:
    """Return the draft's report; a plan that breaks rules says why no lawful one was found, and has no gap."""
    if not found:
        return {**draft.report, "hopeless": [], "relax": []}
    return {"hopeless": [], "relax": [], **draft.report, "gap": None}


def _store_zones(plan: ZonePlan, draft: Draft) -> None:
    zones = AttendanceZone.objects.bulk_create(
        AttendanceZone(plan=plan, code=site.code, name=site.name[:100]) for site in draft.sites
    )
    by_code = {zone.code: zone for zone in zones}
    schools = dict(list_schools(plan.schools_dataset).values_list("code", "pk"))
    units = dict(list_units(plan.units_dataset).values_list("code", "pk"))
    ZoneSchool.objects.bulk_create(
        ZoneSchool(plan=plan, zone=by_code[site.code], school_id=schools[school.code])
        for site in draft.sites
        for school in site.schools
    )
    UnitAssignment.objects.bulk_create(
        (
            UnitAssignment(plan=plan, unit_id=units[unit], zone=by_code[zone])
            for unit, zone in sorted(draft.zone_of.items())
        ),
        batch_size=ROWS_AT_ONCE,
    )


def _distances_json(basis: PlanBasis) -> dict[str, Json]:
    if basis.ways is None:
        return {"distances": DistanceMethod.STRAIGHT.value}
    measure = basis.ways.measure
    return {
        "distances": measure.method,
        "measure": str(measure.pk),
        "measure_number": measure.number,
        "pairs_without_way": basis.ways.filled,
    }


def _basis_facts(basis: PlanBasis) -> dict[str, Json]:
    return {"basis": _basis_json(basis), "islands": [[unit, school] for unit, school in basis.islands]}


def _basis_json(basis: PlanBasis) -> dict[str, Json]:
    return {
        "demand": _demand(basis),
        "seats": "capacity" if basis.entry_year is None else "planned_intake",
        "children": sum(unit.children for unit in basis.units),
        "children_without_unit": basis.without_unit,
        "schools_without_seats": list(basis.closed),
        **_distances_json(basis),
        **({"later": basis.later.value, "later_years": list(basis.later_years)} if basis.later_years else {}),
    }


def _demand(basis: PlanBasis) -> str:
    if basis.datasets.projection is not None:
        return "projection"
    if basis.datasets.reconciliation is not None:
        return "reconciled"
    return "units_file" if basis.entry_year is None else "census"
