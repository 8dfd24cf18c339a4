"""From a place to its zone: the unit, the zone in force on a day, its schools, and the neighbouring years' answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.contrib.gis.geos import Point, Polygon

from common.errors import MalformedInput, NotFound
from common.periods import Period
from geo_data.models import DistanceMeasure, School, Stage
from geo_data.selectors.measures import find_unit_distances
from geo_data.selectors.routes import find_walks, minutes_on_foot
from geo_data.selectors.units import find_unit_at
from geo_data.tables.projecting import project
from zoning.models import UnitAssignment, ZonePlan, ZonePublication
from zoning.selectors.distances import find_plan_measure
from zoning.selectors.metres import in_metres
from zoning.selectors.publications import (
    find_publication_after,
    find_publication_before,
    get_publication_in_force,
    period_of,
)

NEAR_EDGE_M = 30  # nearer to another zone than this, a point on a map does not settle the question
DEGREES_PER_METRE = 1 / 50_000  # enough for a box around a point anywhere up to 63 degrees of latitude


class NoZoneHere(NotFound):
    """The place lies in no unit of the zones in force: the bureau finds a school for it."""

    code = "no_zone_here"


class NotOnEarth(MalformedInput):
    """Longitude or latitude is out of range."""

    code = "not_on_earth"


@dataclass(frozen=True, slots=True)
class NearSchool:
    """A school of the zone; whole metres, rounded down.

    metres      -- as the crow flies from the point, or from the unit's point
    walk_metres -- on foot by the measure that the answer names; for a unit the mean of its dwellings. None without a
                   measure, or without a way
    """

    code: str
    name: str
    address: str
    metres: int
    longitude: float
    latitude: float
    walk_metres: int | None = None

    @property
    def walk_minutes(self) -> int | None:
        """Return whole minutes on foot at the stated pace."""
        return None if self.walk_metres is None else minutes_on_foot(self.walk_metres)


@dataclass(frozen=True, slots=True)
class OtherPeriod:
    """What another period says of the same place: only told where its schools differ."""

    period: Period
    zone_name: str
    school_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZoneAnswer:
    """Which zone a place belongs to on a day, and on what grounds.

    schools   -- all schools of the zone, nearest first, on foot where walks are known; equally near ones by code
    place     -- longitude and latitude that distances are told from
    measure   -- the walks that were used, None where only straight lines are known
    near_edge -- the point lies within NEAR_EDGE_M of another zone, so that the address must be asked for
    before, after -- the answer of the periods before and after, where it differs
    """

    on: date
    unit_code: str
    unit_name: str
    zone_code: str
    zone_name: str
    schools: tuple[NearSchool, ...]
    plan_id: UUID
    plan_number: int
    document_number: str
    period: Period
    near_edge: bool
    before: OtherPeriod | None
    after: OtherPeriod | None
    place: tuple[float, float]
    measure: DistanceMeasure | None


def zone_of_unit(district_code: str, stage: Stage, unit_code: str, on: date) -> ZoneAnswer:
    """Return the answer for a whole unit. Raises NothingInForce and NoZoneHere."""
    publication = get_publication_in_force(district_code, stage, on)
    assignment = _assignment_of_code(publication.plan, unit_code)
    if assignment is None:
        raise NoZoneHere("the zones in force do not know this unit", unit=unit_code)
    place = assignment.unit.point
    others = [
        (other, _assignment_of_code(other.plan, unit_code)) for other in _neighbour_periods(publication)
    ]
    return _answer(publication, assignment, others, on=on, unit_code=unit_code, place=place, near_edge=False)


def zone_at_point(
    district_code: str, stage: Stage, longitude: float, latitude: float, on: date
) -> ZoneAnswer:
    """Return the answer for a point of EPSG:4326. Raises NotOnEarth, NothingInForce and NoZoneHere."""
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise NotOnEarth("longitude or latitude is out of range")
    publication = get_publication_in_force(district_code, stage, on)
    place = Point(longitude, latitude, srid=4326)
    assignment = _assignment_at(publication.plan, place)
    if assignment is None:
        raise NoZoneHere("the place lies outside the zones in force: the education bureau finds a school")
    others = [(other, _assignment_at(other.plan, place)) for other in _neighbour_periods(publication)]
    near_edge = _is_near_edge(assignment, place, publication.district.working_crs)
    return _answer(publication, assignment, others, on=on, place=place, near_edge=near_edge)


def _neighbour_periods(publication: ZonePublication) -> list[ZonePublication]:
    found = (find_publication_before(publication), find_publication_after(publication))
    return [other for other in found if other is not None]


def _assignment_of_code(plan: ZonePlan, unit_code: str) -> UnitAssignment | None:
    rows = UnitAssignment.objects.select_related("unit", "zone").defer("unit__area")
    return rows.filter(plan=plan, unit__code=unit_code).first()


def _assignment_at(plan: ZonePlan, place: Point) -> UnitAssignment | None:
    """Return the assignment of the unit that covers the point.

    Units without areas cannot answer: then the address must be looked up by its unit.
    """
    unit = find_unit_at(plan.units_dataset, place.x, place.y)
    if unit is None:
        return None
    return UnitAssignment.objects.select_related("unit", "zone").filter(plan=plan, unit=unit).first()


def _is_near_edge(assignment: UnitAssignment, place: Point, working_crs: int) -> bool:
    reach = NEAR_EDGE_M * DEGREES_PER_METRE
    box = Polygon.from_bbox((place.x - reach, place.y - reach, place.x + reach, place.y + reach))
    box.srid = 4326
    rows = UnitAssignment.objects.filter(plan_id=assignment.plan_id, unit__area__bboverlaps=box)
    others = rows.exclude(zone_id=assignment.zone_id).annotate(wkb=AsWKB("unit__area"))
    areas = [bytes(wkb) for wkb in others.values_list("wkb", flat=True)]
    if not areas:
        return False
    here = shapely.Point(place.x, place.y)
    shapes = in_metres(np.array([here, *shapely.from_wkb(areas)], dtype=object), epsg=working_crs)
    return bool(shapely.distance(shapes[1:], shapes[0]).min() <= NEAR_EDGE_M)


def _answer(
    publication: ZonePublication,
    assignment: UnitAssignment,
    others: Sequence[tuple[ZonePublication, UnitAssignment | None]],
    *,
    on: date,
    place: Point,
    near_edge: bool,
    unit_code: str = "",
) -> ZoneAnswer:
    """Return the answer; walks are those of the whole unit where its code is given, else those from the place."""
    schools = _schools_of(assignment)
    measure = find_plan_measure(publication.plan)
    walks = _walks(measure, schools, place, unit_code) if measure else {}
    codes = {school.code for school in schools}
    began = publication.in_force.lower
    differing = {
        other.in_force.lower < began: _other_period(other, found)
        for other, found in others
        if found is not None and {school.code for school in _schools_of(found)} != codes
    }
    return ZoneAnswer(
        on=on,
        unit_code=assignment.unit.code,
        unit_name=assignment.unit.name,
        zone_code=assignment.zone.code,
        zone_name=assignment.zone.name,
        schools=_near_schools(schools, place, publication.district.working_crs, walks),
        plan_id=publication.plan_id,
        plan_number=publication.plan.number,
        document_number=publication.document_number,
        period=period_of(publication),
        near_edge=near_edge,
        before=differing.get(True),
        after=differing.get(False),
        place=(place.x, place.y),
        measure=measure,
    )


def _schools_of(assignment: UnitAssignment) -> list[School]:
    return list(assignment.zone.schools.order_by("code"))


def _other_period(publication: ZonePublication, assignment: UnitAssignment) -> OtherPeriod:
    names = tuple(school.name for school in _schools_of(assignment))
    return OtherPeriod(period_of(publication), assignment.zone.name, names)


def _walks(
    measure: DistanceMeasure, schools: Sequence[School], place: Point, unit_code: str
) -> dict[str, int]:
    """Return metres on foot by school code."""
    if not unit_code:
        return find_walks(measure, place.x, place.y, [school.code for school in schools])
    found = find_unit_distances(measure, unit_code, [school.pk for school in schools])
    return {school.code: found[school.pk] for school in schools if school.pk in found}


def _near_schools(
    schools: Sequence[School], place: Point, working_crs: int, walks: Mapping[str, int]
) -> tuple[NearSchool, ...]:
    x, y = project(
        [place.x, *(school.point.x for school in schools)],
        [place.y, *(school.point.y for school in schools)],
        epsg=working_crs,
    )
    metres = np.floor(np.hypot(x[1:] - x[0], y[1:] - y[0])).astype(int).tolist()
    found = (
        NearSchool(
            school.code,
            school.name,
            school.address,
            length,
            school.point.x,
            school.point.y,
            walks.get(school.code),
        )
        for school, length in zip(schools, metres, strict=True)
    )
    return tuple(sorted(found, key=_nearness))


def _nearness(school: NearSchool) -> tuple[bool, int, int, str]:
    """Schools with a walk come first, by its length; where none is known the straight line decides."""
    walk = school.walk_metres
    return walk is None, walk or 0, school.metres, school.code
