"""From a place to its zone: the unit, the zone in force on a day, its schools, and the neighbouring years' answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from django.contrib.gis.geos import Point

from common.errors import MalformedInput, NotFound
from common.periods import Period
from geo_data.models import DistanceMeasure, School, Stage
from geo_data.selectors.measures import find_unit_distances
from geo_data.selectors.routes import find_walks, minutes_on_foot
from geo_data.tables.projecting import project
from zoning.selectors.placed import (
    Placed,
    measure_of,
    place_point,
    place_unit,
    place_unit_by_point,
    schools_of_zone,
)
from zoning.selectors.publications import NothingInForce


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


def zone_of_unit(
    district_code: str, stage: Stage, unit_code: str, on: date, place: Point | None = None
) -> ZoneAnswer:
    """Return the answer for a unit, with distances from `place` or else from the unit's point.

    One query, and some for walks and schools that this process has not met. Raises NothingInForce and
    NoZoneHere.
    """
    found = place_unit(district_code, stage, unit_code, on)
    now = _zoned(_now(found, district_code, stage, on), unit_code)
    here = place or Point(now.unit_longitude, now.unit_latitude, srid=4326)
    return _answer(now, found, on=on, place=here, unit_code="" if place else unit_code)


def zone_of_unit_by_point(
    district_code: str, stage: Stage, unit_code: str, on: date, place: Point
) -> ZoneAnswer:
    """Return the answer for a unit that was found by the place: near another zone, that must be asked for.

    Costs and raises the same as `zone_of_unit`.
    """
    found = place_unit_by_point(district_code, stage, unit_code, place.x, place.y, on)
    return _answer(_zoned(_now(found, district_code, stage, on), unit_code), found, on=on, place=place)


def zone_at_point(
    district_code: str, stage: Stage, longitude: float, latitude: float, on: date
) -> ZoneAnswer:
    """Return the answer for a point of EPSG:4326; on a border of units, of the one with the smaller code.

    One query, and some for walks and schools that this process has not met. Raises NotOnEarth, NothingInForce
    and NoZoneHere. Units without areas cannot answer: then the address must be looked up by its unit.
    """
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise NotOnEarth("longitude or latitude is out of range")
    found = place_point(district_code, stage, longitude, latitude, on)
    now = _now(found, district_code, stage, on)
    if now.zone_id is None:
        raise NoZoneHere("the place lies outside the zones in force: the education bureau finds a school")
    return _answer(now, found, on=on, place=Point(longitude, latitude, srid=4326))


def _now(found: Sequence[Placed], district_code: str, stage: Stage, on: date) -> Placed:
    for placed in found:
        if placed.away == 0:
            return placed
    raise NothingInForce(
        "no zones are in force on this day", district=district_code, stage=stage.value, on=on.isoformat()
    )


def _zoned(now: Placed, unit_code: str) -> Placed:
    if now.zone_id is None:
        raise NoZoneHere("the zones in force do not know this unit", unit=unit_code)
    return now


def _answer(
    now: Placed, found: Sequence[Placed], *, on: date, place: Point, unit_code: str = ""
) -> ZoneAnswer:
    """Return the answer; walks are those of the whole unit where its code is given, else those from the place."""
    schools = _schools_of(now)
    measure = measure_of(now.measure_id) if now.measure_id else None
    walks = _walks(measure, schools, place, unit_code) if measure else {}
    codes = {school.code for school in schools}
    differing = {
        other.away: _other_period(other)
        for other in found
        if other.zone_id is not None and {school.code for school in _schools_of(other)} != codes
    }
    return ZoneAnswer(
        on=on,
        unit_code=now.unit_code or "",
        unit_name=now.unit_name or "",
        zone_code=now.zone_code or "",
        zone_name=now.zone_name or "",
        schools=_near_schools(schools, place, now.working_crs, walks),
        plan_id=now.plan_id,
        plan_number=now.plan_number,
        document_number=now.document_number,
        period=now.period,
        near_edge=now.near_edge,
        before=differing.get(-1),
        after=differing.get(1),
        place=(place.x, place.y),
        measure=measure,
    )


def _schools_of(placed: Placed) -> tuple[School, ...]:
    return () if placed.zone_id is None else schools_of_zone(placed.plan_id, placed.zone_id)


def _other_period(placed: Placed) -> OtherPeriod:
    names = tuple(school.name for school in _schools_of(placed))
    return OtherPeriod(placed.period, placed.zone_name or "", names)


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
