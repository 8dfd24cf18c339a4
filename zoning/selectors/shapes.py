"""Zones and units as GeoJSON, for maps. Plans never change, so their shapes are computed once per process."""

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely

from geo_data.selectors.maps import units_geojson
from geo_data.selectors.units import load_areas, load_unit_places
from zoning.models import ZonePlan
from zoning.selectors.basis import count_demand
from zoning.selectors.metres import DIGITS, Shapes, in_degrees, in_metres
from zoning.selectors.plans import PlanContent, get_plan, plan_content

DISPLAY_M = 5.0  # what a line may lose of its wiggles on a map
KEPT_PLANS = 16


def zones_geojson(plan: ZonePlan) -> bytes:
    """Return a feature per zone with code, name and schools: its area, else the points of its units."""
    return _zones_geojson(plan.pk)


def plan_units_geojson(plan: ZonePlan) -> bytes:
    """Return a feature per unit with code, name, zone, schools and the children that count for the plan."""
    return _units_geojson(plan.pk)


def find_zone_area(plan: ZonePlan, zone_code: str) -> Mapping[str, object] | None:
    """Return the area of one zone as a GeoJSON geometry, None where its units are points."""
    return find_zone_area_of(plan.pk, zone_code)


def find_zone_area_of(plan_id: UUID, zone_code: str) -> Mapping[str, object] | None:
    """Return the area of one zone of the plan with this key; no query once the process has drawn the plan."""
    return _areas_of_zones(plan_id).get(zone_code)


@lru_cache(maxsize=KEPT_PLANS)
def _areas_of_zones(plan_id: UUID) -> Mapping[str, Mapping[str, object]]:
    features = json.loads(_zones_geojson(plan_id))["features"]
    found = {feature["id"]: feature["geometry"] for feature in features}
    return {code: shape for code, shape in found.items() if shape["type"] != "MultiPoint"}


@lru_cache(maxsize=KEPT_PLANS)
def _zones_geojson(plan_id: UUID) -> bytes:
    plan = get_plan(plan_id)
    content = plan_content(plan)
    areas = load_areas(plan.units_dataset)
    codes = [code for code in content.zone_of if code in areas]
    shapes = shapely.from_wkb([areas[code] for code in codes])
    epsg = plan.district.working_crs
    zones = dissolve(in_metres(shapes, epsg=epsg), np.array([content.zone_of[code] for code in codes]))
    zones |= _points_of_zones(plan, content, without=zones)
    outlines = in_degrees(np.array(list(zones.values()), dtype=object), epsg=epsg)
    features = [
        _feature(code, _zone_properties(content, code), outline)
        for code, outline in zip(zones, outlines, strict=True)
    ]
    return _collection(features)


def _points_of_zones(
    plan: ZonePlan, content: PlanContent, *, without: Collection[str]
) -> dict[str, shapely.Geometry]:
    """Return the points of each zone's units in metres, by zone code, but for the zones of `without`."""
    points: dict[str, list[tuple[float, float]]] = {}
    for place in load_unit_places(plan.units_dataset):
        zone = content.zone_of.get(place.code)
        if zone is not None and zone not in without:
            points.setdefault(zone, []).append((place.x_m, place.y_m))
    return {code: shapely.MultiPoint(points[code]) for code in sorted(points)}


def dissolve(units: Shapes, zones: npt.NDArray[np.str_]) -> dict[str, shapely.Geometry]:
    """Return the area of each zone by code, simplified for display; the borders of neighbours stay the same line.

    units -- [n] polygons in metres; zones -- [n] zone codes
    Units that overlap or gape cannot be joined along their borders: they are united as they are, unsimplified.
    """
    codes = sorted(set(zones.tolist()))
    if not codes:
        return {}
    if shapely.coverage_is_valid(units):
        whole = [shapely.coverage_union_all(units[zones == code]) for code in codes]
        return dict(zip(codes, shapely.coverage_simplify(whole, DISPLAY_M), strict=True))
    return {code: shapely.union_all(units[zones == code]) for code in codes}


@lru_cache(maxsize=KEPT_PLANS)
def _units_geojson(plan_id: UUID) -> bytes:
    plan = get_plan(plan_id)
    content = plan_content(plan)
    demand = count_demand(plan, load_unit_places(plan.units_dataset))
    collection = units_geojson(plan.units_dataset)
    features = collection["features"]
    if not isinstance(features, list):
        raise TypeError("a collection holds a list of features")
    for feature in features:
        code = feature["properties"]["code"]
        zone = content.zone_of[code]
        feature["properties"] |= {
            "zone": zone,
            "schools": [school.code for school in content.zones[zone].schools],
            "children": demand[code],
        }
    return _collection(features)


def _zone_properties(content: PlanContent, code: str) -> dict[str, object]:
    zone = content.zones[code]
    schools = [
        {
            "code": school.code,
            "name": school.name,
            "longitude": round(school.point.x, DIGITS),
            "latitude": round(school.point.y, DIGITS),
        }
        for school in zone.schools
    ]
    return {"code": code, "name": zone.name, "schools": schools}


def _feature(identifier: str, properties: dict[str, object], shape: shapely.Geometry) -> dict[str, object]:
    geometry = json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "id": identifier, "properties": properties, "geometry": geometry}


def _collection(features: list[dict[str, object]]) -> bytes:
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
