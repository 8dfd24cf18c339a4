"""A plan in figures: how full each zone is, how far its children walk, what changes against the zones in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from geo_data.models import DistanceMeasure, School, Stage
from geo_data.selectors.units import UnitPlace, load_unit_places
from geo_data.tables.projecting import project
from zoning.models import ZonePlan
from zoning.selectors.basis import count_demand
from zoning.selectors.distances import load_ways
from zoning.selectors.drawn_for import DrawnFor, drawn_for
from zoning.selectors.plans import Changes, PlanContent, ZoneRecord, changes_between, plan_content
from zoning.selectors.publications import find_publication

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

RADII_M = (500, 1000)  # check: service radius of primary and of junior schools in planning codes


@dataclass(frozen=True, slots=True)
class Walk:
    """How far children live from their school, in whole metres; all zero without children.

    As the crow flies, or on foot where the plan pins a measure of walks.

    The way is from the unit's point to the nearest school of the zone, every child of the unit alike.
    p90    -- nine of ten children live no farther
    beyond -- share of children farther than each of RADII_M
    """

    mean: int
    p90: int
    longest: int
    beyond: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Crossings:
    """Main roads on the children's ways to school.

    children  -- who cross at least one; roads -- crossed by all children together, once each way
    penalty_m -- metres that the walks count for each crossing already
    """

    children: int
    roads: int
    penalty_m: int


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    """One zone. utilization -- children per seat, None without seats."""

    zone: ZoneRecord
    units: int
    children: int
    seats: int
    utilization: float | None
    walk: Walk


@dataclass(frozen=True, slots=True)
class PlanOverview:
    """A whole plan. `changes` compares it with the zones in force on the day, None where none are or it is them.

    crossings -- None by straight lines, and by walks measured before crossings were counted
    """

    plan: ZonePlan
    zones: tuple[ZoneFigures, ...]
    children: int
    seats: int
    walk: Walk
    crossings: Crossings | None
    changes: Changes | None
    drawn_for: DrawnFor | None
    assignments: Mapping[str, str]


def plan_overview(plan: ZonePlan, *, on: date) -> PlanOverview:
    """Return the figures of a plan, in a fixed number of queries; `on` says which zones are in force."""
    content = plan_content(plan)
    places = load_unit_places(plan.units_dataset)
    demand = count_demand(plan, places)
    metres, roads = _ways_to_school(plan, content, places)
    children = np.array([demand[place.code] for place in places], dtype=np.int64)
    zone_codes = np.array([content.zone_of[place.code] for place in places])
    seats: Mapping[str, int] = plan.report.get("seats", {})
    zones = tuple(
        _zone_figures(zone, seats.get(code, 0), metres[zone_codes == code], children[zone_codes == code])
        for code, zone in content.zones.items()
    )
    return PlanOverview(
        plan=plan,
        zones=zones,
        children=int(children.sum()),
        seats=sum(zone.seats for zone in zones),
        walk=walk_figures(metres, children),
        crossings=_crossings(plan.measure, roads, children),
        changes=_changes_in_force(plan, content, demand, on),
        drawn_for=drawn_for(plan),
        assignments=content.zone_of,
    )


def walk_figures(metres: FloatArray, children: IntArray) -> Walk:
    """Return the figures of units with so many metres to school and so many children, both [n]."""
    total = int(children.sum())
    if not total:
        return Walk(0, 0, 0, dict.fromkeys(RADII_M, 0.0))
    order = np.argsort(metres, kind="stable")
    counted = np.cumsum(children[order])
    p90 = metres[order][int(np.searchsorted(counted, -(-9 * total // 10)))]
    return Walk(
        mean=round(float((metres * children).sum()) / total),
        p90=int(p90),
        longest=int(metres[children > 0].max()),
        beyond={radius: int(children[metres > radius].sum()) / total for radius in RADII_M},
    )


def _zone_figures(zone: ZoneRecord, seats: int, metres: FloatArray, children: IntArray) -> ZoneFigures:
    total = int(children.sum())
    return ZoneFigures(
        zone=zone,
        units=len(children),
        children=total,
        seats=seats,
        utilization=total / seats if seats else None,
        walk=walk_figures(metres, children),
    )


def _crossings(measure: DistanceMeasure | None, roads: IntArray, children: IntArray) -> Crossings | None:
    if measure is None or not measure.counts_crossings:
        return None
    return Crossings(int(children[roads > 0].sum()), int((roads * children).sum()), measure.penalty_m)


def _ways_to_school(
    plan: ZonePlan, content: PlanContent, places: Sequence[UnitPlace]
) -> tuple[FloatArray, IntArray]:
    """Return metres from each unit to the nearest school of its zone, and main roads crossed, both [n_units].

    By the plan's measure; of equally near schools the one with the fewest crossings; 0 where they were not counted.
    """
    if plan.measure:
        return _walked_to_school(plan.measure, content, places)
    gates = {
        code: _projected(zone.schools, plan.district.working_crs) for code, zone in content.zones.items()
    }
    found = np.zeros(len(places))
    for i, place in enumerate(places):
        x, y = gates[content.zone_of[place.code]]
        found[i] = np.hypot(x - place.x_m, y - place.y_m).min()
    return found, np.zeros(len(places), dtype=np.int64)


def _walked_to_school(
    measure: DistanceMeasure, content: PlanContent, places: Sequence[UnitPlace]
) -> tuple[FloatArray, IntArray]:
    ways = load_ways(measure)
    schools = {code: [school.code for school in zone.schools] for code, zone in content.zones.items()}
    nearest = [ways.to_nearest(place.code, schools[content.zone_of[place.code]]) for place in places]
    metres, roads = np.array(nearest, dtype=np.int64).reshape(-1, 2).T
    return metres.astype(np.float64), roads


def _projected(schools: Sequence[School], working_crs: int) -> tuple[FloatArray, FloatArray]:
    return project(
        [school.point.x for school in schools], [school.point.y for school in schools], epsg=working_crs
    )


def _changes_in_force(
    plan: ZonePlan, content: PlanContent, demand: Mapping[str, int], on: date
) -> Changes | None:
    publication = find_publication(plan.district_id, Stage(plan.stage), on)
    if publication is None or publication.plan_id == plan.pk:
        return None
    return changes_between(publication.plan, plan_content(publication.plan), content, demand)
