"""Zones of an earlier year become a plan, after somebody saw what was matched and confirmed it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from common.errors import RulesSayNo, WrongMoment
from geo_data.models import Stage
from zoning.engine.report import Json
from zoning.engine.shares import Standing
from zoning.models import ZonePlan
from zoning.selectors.earlier_zones import EarlierZones
from zoning.services.plans import import_plan

SHOWN = 20


class UnitsUndecided(RulesSayNo):
    """Some units lie in no zone, or in several; nobody decided where they go."""

    code = "units_undecided"


class ZonesChanged(WrongMoment):
    """What was confirmed is not what the zones come to now: units or texts changed meanwhile."""

    code = "zones_changed"


@transaction.atomic
def import_earlier_zones(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    stage: Stage,
    zones: EarlierZones,
    confirmed: str,
    source: str,
    decided: Mapping[str, str] | None = None,
    offset_reason: str = "",
    swap_axes: bool = False,
    entry_year: int | None = None,
    name: str = "",
) -> ZonePlan:
    """Store the zones as an imported plan; units without a zone need a decision.

    confirmed -- digest of the report that the person saw
    source    -- polygons or texts
    decided   -- unit -> zone code, where the officer decides; it wins over what was matched
    offset_reason -- why zones that look shifted are right and the units in use are not; kept with the plan
    swap_axes     -- the two coordinates of the file were exchanged; kept with the plan
    Raises NotPermitted, ZonesChanged, UnitsUndecided, and what `import_plan` raises.
    """
    if actor is not None:
        require(actor, Action.EDIT_ZONES, district_code)
    if confirmed != zones.digest:
        raise ZonesChanged("units, texts or files changed since the report was shown")
    chosen = dict(decided or {})
    zone_of = {one.unit_id: chosen.get(one.unit_id, one.zone) for one in zones.standings}
    missing = sorted(unit for unit, zone in zone_of.items() if zone is None)
    if missing:
        raise UnitsUndecided(
            "these units have no zone or several", number=len(missing), units=missing[:SHOWN]
        )
    rows = [(unit, zones.schools.get(zone or "", ())) for unit, zone in zone_of.items()]
    return import_plan(
        actor=actor,
        now=now,
        district_code=district_code,
        stage=stage,
        rows=rows,
        entry_year=entry_year,
        name=name,
        details={"matched": _figures(zones, chosen, source) | _said(offset_reason, swap_axes)},
    )


def _said(offset_reason: str, swap_axes: bool) -> dict[str, Json]:
    """Return what an officer said of the file, as far as it differs from what nearly all need."""
    said: dict[str, Json] = {"swap_axes": True} if swap_axes else {}
    return said | ({"accept_offset": True, "offset_reason": offset_reason} if offset_reason else {})


def _figures(zones: EarlierZones, chosen: Mapping[str, str], source: str) -> dict[str, Json]:
    """Return what the plan keeps of how it was matched."""
    split = [one for one in zones.standings if one.standing is not Standing.CLEAN]
    by_majority: list[Json] = [one.unit_id for one in split if one.zone and one.unit_id not in chosen]
    by_hand: list[Json] = [*sorted(chosen)]
    return {
        "source": source,
        **zones.counts,
        "by_majority": by_majority,
        "by_hand": by_hand,
    }
