"""Where a place lies in the plans in force on a day, the period before and the one after: one statement.

It is written out because the plan matters: look-ups are public, and most of their time would be spent going to the
database and back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from common.periods import Period
from geo_data.models import CatchmentUnit, DistanceMeasure, DistanceMethod, District, School, Stage
from geo_data.selectors.measures import get_measure
from zoning.models import AttendanceZone, UnitAssignment, ZonePlan, ZonePublication

NEAR_EDGE_M = 30  # nearer to another zone than this, a point on a map does not settle the question
DEGREES_PER_METRE = 1 / 50_000  # enough for a box around a point anywhere up to 63 degrees of latitude
KEPT_ZONES = 4096
KEPT_MEASURES = 64

UNIT, DISTRICT, MEASURE, PLAN, ZONE, ASSIGNMENT, PUBLICATION = (
    model._meta.db_table
    for model in (
        CatchmentUnit,
        District,
        DistanceMeasure,
        ZonePlan,
        AttendanceZone,
        UnitAssignment,
        ZonePublication,
    )
)
# The walks told to families: those that the plan pins, else the newest for its versions.
WALKS = f"""
    CASE WHEN period.away = 0 THEN coalesce(period.measure_id, (
        SELECT id FROM {MEASURE} measure
        WHERE measure.units_dataset_id = period.units_dataset_id
          AND measure.schools_dataset_id = period.schools_dataset_id AND method = '{DistanceMethod.WALK}'
        ORDER BY number DESC LIMIT 1
    )) END
"""
PERIODS = f"""
WITH ranked AS (
    SELECT plan_id, district_id, in_force, document_number, in_force @> %(on)s::date AS is_now,
           row_number() OVER (ORDER BY lower(in_force)) AS nth
    FROM {PUBLICATION}
    WHERE district_id = %(district)s AND stage = %(stage)s AND withdrawn_at IS NULL
), period AS MATERIALIZED (
    SELECT every.*, every.nth - now.nth AS away, plan.number, plan.units_dataset_id,
           plan.schools_dataset_id, plan.measure_id, district.working_crs
    FROM ranked now
    JOIN ranked every ON every.nth BETWEEN now.nth - 1 AND now.nth + 1
    JOIN {PLAN} plan ON plan.id = every.plan_id
    JOIN {DISTRICT} district ON district.code = every.district_id
    WHERE now.is_now
)
SELECT period.away, period.plan_id, period.number, period.document_number, lower(period.in_force),
       upper(period.in_force), period.working_crs, {WALKS}, unit.code, unit.name, ST_X(unit.point), ST_Y(unit.point),
       zone.id, zone.code, zone.name, %(edge)s
FROM period
LEFT JOIN LATERAL (%(unit)s) unit ON true
LEFT JOIN {ASSIGNMENT} assignment ON assignment.plan_id = period.plan_id AND assignment.unit_id = unit.id
LEFT JOIN {ZONE} zone ON zone.id = assignment.zone_id
ORDER BY period.away
"""
POINT = "ST_SetSRID(ST_MakePoint(%(longitude)s, %(latitude)s), 4326)"
UNIT_AT = f"""
    SELECT id, code, name, point FROM {UNIT}
    WHERE dataset_id = period.units_dataset_id AND ST_Covers(area, {POINT}) ORDER BY code LIMIT 1
"""
UNIT_OF_CODE = f"""
    SELECT id, code, name, point FROM {UNIT} WHERE dataset_id = period.units_dataset_id AND code = %(code)s
"""
EDGE = f"""
    period.away = 0 AND EXISTS (
        SELECT FROM {UNIT} beside
        JOIN {ASSIGNMENT} other ON other.unit_id = beside.id AND other.plan_id = period.plan_id
        WHERE beside.area && ST_Expand({POINT}, %(reach)s) AND other.zone_id <> assignment.zone_id
          AND ST_DWithin(
              ST_Transform(beside.area, period.working_crs), ST_Transform({POINT}, period.working_crs), %(near)s
          )
    )
"""
AT_POINT = PERIODS.replace("%(unit)s", UNIT_AT).replace("%(edge)s", EDGE)
OF_UNIT = PERIODS.replace("%(unit)s", UNIT_OF_CODE).replace("%(edge)s", "false")
OF_UNIT_BY_POINT = PERIODS.replace("%(unit)s", UNIT_OF_CODE).replace("%(edge)s", EDGE)


@dataclass(frozen=True, slots=True)
class Placed:
    """A place in the plan of one period; without a zone where the plan's units do not know it.

    away       -- 0 in force on the day, -1 the period before, 1 the one after
    measure_id -- the walks told to families, of the period in force only; None where only straight lines are known
    """

    away: int
    plan_id: UUID
    plan_number: int
    document_number: str
    from_on: date
    until_on: date | None
    working_crs: int
    measure_id: UUID | None
    unit_code: str | None
    unit_name: str | None
    unit_longitude: float | None
    unit_latitude: float | None
    zone_id: int | None
    zone_code: str | None
    zone_name: str | None
    near_edge: bool

    @property
    def period(self) -> Period:
        """Return the days on which it is in force."""
        return Period(self.from_on, self.until_on)


def place_point(
    district_code: str, stage: Stage, longitude: float, latitude: float, on: date
) -> list[Placed]:
    """Return where a point lies in the periods around the day, in their order; none when nothing is in force."""
    return _placed(AT_POINT, district_code, stage, on, _edge_at(longitude, latitude))


def place_unit(district_code: str, stage: Stage, unit_code: str, on: date) -> list[Placed]:
    """Return where a unit lies in the periods around the day, in their order; none when nothing is in force."""
    return _placed(OF_UNIT, district_code, stage, on, {"code": unit_code})


def place_unit_by_point(
    district_code: str, stage: Stage, unit_code: str, longitude: float, latitude: float, on: date
) -> list[Placed]:
    """Return the same for a unit that was found by this point, which may be near the edge of another zone."""
    asked = {"code": unit_code, **_edge_at(longitude, latitude)}
    return _placed(OF_UNIT_BY_POINT, district_code, stage, on, asked)


def _edge_at(longitude: float, latitude: float) -> dict[str, Any]:
    reach = NEAR_EDGE_M * DEGREES_PER_METRE
    return {"longitude": longitude, "latitude": latitude, "reach": reach, "near": NEAR_EDGE_M}


def schools_of_zone(plan_id: UUID, zone_id: int) -> tuple[School, ...]:
    """Return the schools of a zone by code. Plans never change: read once in a process."""
    return _schools_of_zone(plan_id, zone_id)


@lru_cache(maxsize=KEPT_MEASURES)
def measure_of(measure_id: UUID) -> DistanceMeasure:
    """Return a measure. Measures never change: read once in a process."""
    return get_measure(measure_id)


@lru_cache(maxsize=KEPT_ZONES)
def _schools_of_zone(plan_id: UUID, zone_id: int) -> tuple[School, ...]:
    zone = AttendanceZone.objects.get(plan_id=plan_id, pk=zone_id)
    return tuple(zone.schools.order_by("code"))


def _placed(
    statement: str, district_code: str, stage: Stage, on: date, asked: Mapping[str, Any]
) -> list[Placed]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"district": district_code, "stage": stage.value, "on": on, **asked})
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return [Placed(*row) for row in rows]


def zones_of_units(district_code: str, stage: Stage, unit_codes: Sequence[str], on: date) -> dict[str, int]:
    """Return unit code -> key of its zone in the plan in force on the day, for the units it knows. One query."""
    if not unit_codes:
        return {}
    rows = UnitAssignment.objects.filter(
        plan__publications__district_id=district_code,
        plan__publications__stage=stage,
        plan__publications__withdrawn_at=None,
        plan__publications__in_force__contains=on,
        unit__dataset=F("plan__units_dataset"),
        unit__code__in=unit_codes,
    )
    return dict(rows.values_list("unit__code", "zone_id"))
