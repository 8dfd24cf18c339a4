"""Versions made by people: imported from a list, edited by hand, brought back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from common.errors import MalformedInput, RulesSayNo
from geo_data.models import Stage
from zoning.engine.report import Json, gap_above
from zoning.engine.verify import cost_km
from zoning.models import PlanOrigin, ZonePlan
from zoning.selectors.basis import PlanBasis, load_current_basis, load_pinned_basis
from zoning.selectors.islands import load_zones_in_force, with_islands
from zoning.selectors.plans import PlanContent, get_plan, plan_content
from zoning.selectors.problem import ZoneSite, facts_of, loads_of, sites_of_groups
from zoning.services.storing import Draft, store_version

SHOWN = 20
SHARED = ("preset", "zones_in_force")
# What holds for every plan of the same units, seats, rules and islands; a bound does, and why no plan is lawful.
PROVEN = ("lower_bound", "prices_mm", "prices_sha256", "proof", "proof_sha256", "rules", "hopeless", "relax")


class PlanRowsDoNotFit(MalformedInput):
    """The rows name units twice, name unknown ones, or leave some out."""

    code = "plan_rows_do_not_fit"


class MovesDoNotFit(MalformedInput):
    """The moves name units or zones that the plan does not have."""

    code = "moves_do_not_fit"


class NothingMoved(RulesSayNo):
    """Every unit is already where the moves would put it."""

    code = "nothing_moved"


class ReasonMissing(MalformedInput):
    """Zones are changed with a reason."""

    code = "reason_missing"


def import_plan(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    stage: Stage,
    rows: Sequence[tuple[str, Sequence[str]]],
    entry_year: int | None = None,
    name: str = "",
    details: Mapping[str, Json] | None = None,
) -> ZonePlan:
    """Store a plan decided elsewhere: rows of a unit's code and the codes of its schools, one or several.

    details -- what the report keeps of where it comes from
    Units with the same schools make a zone. Every current unit stands there once. Seats and connection are
    judged and recorded, not required. Raises PlanRowsDoNotFit, UnknownSchools, SchoolInTwoZones, and what
    `load_current_basis` raises.
    """
    basis = load_current_basis(district_code, stage, entry_year, on=timezone.localtime(now).date())
    _refuse_misfits(basis, rows)
    sites = sites_of_groups(basis, [schools for _, schools in rows])
    basis = _with_islands_today(basis, sites, now)
    zone_of = {unit: min(schools) for unit, schools in rows}
    draft = Draft(
        basis=basis,
        sites=sites,
        zone_of=zone_of,
        origin=PlanOrigin.IMPORTED,
        report={**(details or {}), **_figures(basis, sites, zone_of)},
        name=name,
    )
    return store_version(actor=actor, now=now, draft=draft)


def move_units(
    *, actor: User | None, now: datetime, plan_id: UUID, moves: Mapping[str, str], reason: str
) -> ZonePlan:
    """Store the next version: the plan with some units (by code) in other zones (by code).

    It is judged at once. Where it breaks rules it is kept as a draft, `lawful` is false and the report's
    `violations` say why. Raises NoSuchPlan, ReasonMissing, MovesDoNotFit and NothingMoved.
    """
    refuse_without_reason(reason)
    plan = get_plan(plan_id)
    content = plan_content(plan)
    _refuse_unknown_moves(content, moves)
    changed = {unit: zone for unit, zone in moves.items() if content.zone_of[unit] != zone}
    if not changed:
        raise NothingMoved("every unit is already in this zone", plan=str(plan_id))
    return store_edit(
        actor=actor,
        now=now,
        base=plan,
        content=content,
        zone_of={**content.zone_of, **changed},
        details={"reason": reason, "moved": len(changed)},
    )


def restore_plan(*, actor: User | None, now: datetime, plan_id: UUID, reason: str) -> ZonePlan:
    """Store the next version, equal to an older one: nothing is ever taken back, only added.

    Raises NoSuchPlan and ReasonMissing.
    """
    refuse_without_reason(reason)
    plan = get_plan(plan_id)
    content = plan_content(plan)
    return store_edit(
        actor=actor,
        now=now,
        base=plan,
        content=content,
        zone_of=content.zone_of,
        details={"reason": reason, "restored": plan.number},
    )


def store_edit(
    *,
    actor: User | None,
    now: datetime,
    base: ZonePlan,
    content: PlanContent,
    zone_of: Mapping[str, str],
    details: Mapping[str, str | int | list[str]],
) -> ZonePlan:
    """Store the next version after `base`, with its zones, these units in them, and its bound.

    Where islands of the zones in force today may stay beside those of the base, the bound speaks of fewer plans than
    there are now, and is left out.
    """
    pinned = load_pinned_basis(base)
    sites = sites_of_groups(pinned, [[s.code for s in zone.schools] for zone in content.zones.values()])
    basis = _with_islands_today(pinned, sites, now)
    told: dict[str, Json] = {
        name: [*value] if isinstance(value, list) else value for name, value in details.items()
    }
    kept = (*SHARED, *PROVEN) if set(basis.islands) == set(pinned.islands) else SHARED
    shared = {name: base.report[name] for name in kept if name in base.report}
    draft = Draft(
        basis=basis,
        sites=sites,
        zone_of=zone_of,
        origin=PlanOrigin.EDITED,
        report={**shared, **_figures(basis, sites, zone_of, shared.get("lower_bound")), **told},
        based_on=base,
        details={**details, "based_on": base.number},
    )
    return store_version(actor=actor, now=now, draft=draft)


def _with_islands_today(basis: PlanBasis, sites: Sequence[ZoneSite], now: datetime) -> PlanBasis:
    """Return the basis with the islands that it pins and those of the zones in force today: they may stay."""
    return with_islands(basis, sites, load_zones_in_force(basis, sites, timezone.localtime(now).date()))


def _figures(
    basis: PlanBasis,
    sites: Sequence[ZoneSite],
    zone_of: Mapping[str, str],
    lower_bound: float | None = None,
) -> dict[str, Json]:
    """Return cost, loads and gap of a plan that the engine did not draw; a gap only where a bound is known."""
    cost = cost_km(facts_of(basis, sites), zone_of)
    loads = loads_of(basis, zone_of)
    return {
        "cost_km": cost,
        "gap": gap_above(cost, lower_bound, lawful=True),
        "loads": {site.code: loads.get(site.code, 0) for site in sites},
        "seats": {site.code: site.seats for site in sites},
    }


def _refuse_misfits(basis: PlanBasis, rows: Sequence[tuple[str, Sequence[str]]]) -> None:
    times = Counter(unit for unit, _ in rows)
    known = {unit.unit_id for unit in basis.units}
    faults = {
        "unknown": sorted(set(times) - known),
        "missing": sorted(known - set(times)),
        "repeated": sorted(unit for unit, count in times.items() if count > 1),
        "without_school": sorted(unit for unit, schools in rows if not schools),
    }
    found = {name: units[:SHOWN] for name, units in faults.items() if units}
    if found:
        raise PlanRowsDoNotFit("the rows do not fit the district's units", **found)


def _refuse_unknown_moves(content: PlanContent, moves: Mapping[str, str]) -> None:
    units = sorted(set(moves) - set(content.zone_of))
    zones = sorted(set(moves.values()) - set(content.zones))
    if units or zones:
        message = "the plan has no such units or zones"
        raise MovesDoNotFit(message, units=units[:SHOWN], zones=zones[:SHOWN])


def refuse_without_reason(reason: str) -> None:
    """Raise ReasonMissing where nothing is written."""
    if not reason.strip():
        raise ReasonMissing("say why the zones are changed")
