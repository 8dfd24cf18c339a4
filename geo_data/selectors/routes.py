"""The walk from a point of the map to a school, on the network of one measure. Measures never change, so what is
computed for one is kept in memory: the walking graph, and for every school asked about its ways to all places."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import numpy as np

from common.errors import RulesSayNo
from geo_data.models import DistanceMeasure, DistanceMethod
from geo_data.selectors.measures import NoSuchMeasure, get_measure
from geo_data.selectors.schools import get_school, load_school_sites
from geo_data.selectors.streets import edits_from_data, load_network
from geo_data.streets.edits import edited
from geo_data.streets.graph import MM_PER_METRE, IntArray
from geo_data.streets.paths import fields_from, walks_from_fields
from geo_data.streets.routes import Route, route
from geo_data.streets.sides import WalkingGraph, walking_graph
from geo_data.streets.snapping import Snapper, Snaps
from geo_data.streets.ways import NO_WAY, lengths_mm
from geo_data.tables.projecting import project, unproject

KEPT_MEASURES, KEPT_SCHOOLS = 2, 96
PACE_M_A_MINUTE = 60  # of a child at school age, told with every answer: 3.6 km an hour


class NoWayOnFoot(RulesSayNo):
    """The streets known here do not lead from the place to the school."""

    code = "no_way_on_foot"


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """A walk in metres; `metres` counts penalties of crossings, `way_metres` does not. line -- degrees, lon and lat."""

    measure: DistanceMeasure
    school_code: str
    school_name: str
    metres: int
    way_metres: int
    crossings: int
    straight_metres: int
    minutes: int
    line: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the walks of one measure are computed on."""

    walking: WalkingGraph
    snapper: Snapper
    epsg: int
    snap_limit_m: int
    limit_m: int

    def snap(self, longitude: Sequence[float], latitude: Sequence[float]) -> Snaps:
        x_m, y_m = project(longitude, latitude, epsg=self.epsg)
        return self.snapper.snap(x_m, y_m, limit_m=self.snap_limit_m)


def find_route(measure: DistanceMeasure, longitude: float, latitude: float, school_code: str) -> RouteAnswer:
    """Return the shortest walk from a point of EPSG:4326 to a school.

    Raises NoSuchSchool, NoWayOnFoot, and NoSuchMeasure for a measure of straight lines.
    """
    ground = _ground(_walked(measure))
    school = get_school(measure.schools_dataset, school_code)
    target, field = _school(measure.pk, school_code)
    found = route(ground.walking, field, target, ground.snap([longitude], [latitude]))
    if found is None or found.walk_mm > ground.limit_m * MM_PER_METRE:
        raise NoWayOnFoot("the streets known here do not lead to the school", school=school_code)
    return _answer(measure, school_code, school.name, found, ground.epsg)


def find_walks(
    measure: DistanceMeasure, longitude: float, latitude: float, school_codes: Sequence[str]
) -> dict[str, int]:
    """Return whole metres from a point of EPSG:4326 by school code, rounded down; no way, no entry."""
    ground = _ground(_walked(measure))
    point = ground.snap([longitude], [latitude])
    found: dict[str, int] = {}
    for code in school_codes:
        target, field = _school(measure.pk, code)
        walk = int(lengths_mm(walks_from_fields(ground.walking, field[None, :], target, point))[0, 0])
        if walk != NO_WAY and walk <= ground.limit_m * MM_PER_METRE:
            found[code] = walk // MM_PER_METRE
    return found


def minutes_on_foot(metres: int) -> int:
    """Return whole minutes at the stated pace, rounded up."""
    return -(-metres // PACE_M_A_MINUTE)


def _walked(measure: DistanceMeasure) -> UUID:
    if measure.method != DistanceMethod.WALK:
        raise NoSuchMeasure("this measure knows straight lines only", measure=str(measure.pk))
    return measure.pk


@lru_cache(maxsize=KEPT_MEASURES)
def _ground(measure_id: UUID) -> _Ground:
    measure = get_measure(measure_id)
    if measure.streets_dataset is None:
        raise NoSuchMeasure("this measure knows no streets", measure=str(measure_id))
    graph = edited(load_network(measure.streets_dataset), edits_from_data(measure.edits)).graph
    walking = walking_graph(graph, penalty_m=measure.penalty_m)
    epsg = measure.district.working_crs
    return _Ground(walking, Snapper(graph), epsg, measure.snap_limit_m, measure.limit_m)


@lru_cache(maxsize=KEPT_SCHOOLS)
def _school(measure_id: UUID, code: str) -> tuple[Snaps, IntArray]:
    ground, measure = _ground(measure_id), get_measure(measure_id)
    site = next(site for site in load_school_sites(measure.schools_dataset) if site.code == code)
    at = ground.snapper.snap(np.array([site.x_m]), np.array([site.y_m]), limit_m=ground.snap_limit_m)
    return at, fields_from(ground.walking, at, limit_m=ground.limit_m)[0]


def _answer(measure: DistanceMeasure, code: str, name: str, found: Route, epsg: int) -> RouteAnswer:
    longitude, latitude = unproject([x for x, _ in found.line], [y for _, y in found.line], epsg=epsg)
    metres = found.walk_mm // MM_PER_METRE
    return RouteAnswer(
        measure=measure,
        school_code=code,
        school_name=name,
        metres=metres,
        way_metres=found.way_mm // MM_PER_METRE,
        crossings=found.crossings,
        straight_metres=found.straight_mm // MM_PER_METRE,
        minutes=minutes_on_foot(found.way_mm // MM_PER_METRE),
        line=tuple(zip(longitude.round(6).tolist(), latitude.round(6).tolist(), strict=True)),
    )
