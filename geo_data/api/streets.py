"""The API of distances: measures, the route from a place to a school, and the network for officers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.limits import limit_lookups
from accounts.permissions import may_read_district
from geo_data.api.serializers import DistrictQuerySerializer
from geo_data.api.street_serializers import (
    MeasureSerializer,
    RouteQuerySerializer,
    RouteSerializer,
    StreetMapQuerySerializer,
    StreetMapSerializer,
)
from geo_data.models import DatasetKind, DistanceMeasure
from geo_data.permissions import may_see_map
from geo_data.selectors.address_points import point_of_address
from geo_data.selectors.datasets import NoSuchDataset, get_current_dataset, get_dataset
from geo_data.selectors.districts import get_district
from geo_data.selectors.measures import NoSuchMeasure, find_walk_measure, get_measure, list_measures
from geo_data.selectors.routes import RouteAnswer, find_route
from geo_data.selectors.street_map import streets_geojson


@dataclass(frozen=True, slots=True)
class MappedRoute:
    """A route with what may be drawn of it."""

    answer: RouteAnswer
    may_be_drawn: bool
    map_review_number: str


class Measures(APIView):
    """The measures of a district, open to everybody: distances decide."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="list_measures",
        parameters=[DistrictQuerySerializer],
        responses=MeasureSerializer(many=True),
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """Return them, newest first."""
        query = DistrictQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        district = get_district(query.validated_data["district"])
        return Response(MeasureSerializer(list_measures(district.code), many=True).data)


class Routes(APIView):
    """The walk from a place to a school."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_route", parameters=[RouteQuerySerializer], responses=RouteSerializer)
    def get(self, request: Request) -> Response:
        """Return metres, minutes and crossings; the line only for those who may see the map."""
        query = RouteQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        if "address" in asked:
            limit_lookups(request._request, timezone.now())
        measure = _measure(asked["district"], asked.get("measure"))
        answer = find_route(measure, *_start(measure, asked), asked["school"])
        may_be_drawn = may_see_map(request.user, measure.district_id)
        shown = MappedRoute(answer, may_be_drawn, settings.MAP_REVIEW_NUMBER)
        return Response(RouteSerializer(shown).data)


class StreetMap(APIView):
    """The network with its edits, for officers and auditors."""

    @extend_schema(
        operation_id="get_street_map", parameters=[StreetMapQuerySerializer], responses=StreetMapSerializer
    )
    def get(self, request: Request) -> Response:
        """Return GeoJSON of a box; who does not read the district learns nothing of it."""
        query = StreetMapQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        dataset = get_dataset(asked["dataset"])
        if dataset.kind != DatasetKind.STREETS or not may_read_district(request.user, dataset.district_id):
            raise NoSuchDataset("there is no such dataset", dataset=str(dataset.pk))
        box = (asked["west"], asked["south"], asked["east"], asked["north"])
        return Response(streets_geojson(dataset, box))


def _start(measure: DistanceMeasure, asked: Mapping[str, Any]) -> tuple[float, float]:
    if "address" in asked:
        return point_of_address(measure.district_id, asked["address"], measure.units_dataset)
    return asked["lon"], asked["lat"]


def _measure(district_code: str, measure_id: object) -> DistanceMeasure:
    district = get_district(district_code)
    if measure_id:
        measure = get_measure(str(measure_id))
        if measure.district_id != district.code:
            raise NoSuchMeasure("there is no such measure", measure=str(measure_id))
        return measure
    units = get_current_dataset(district.code, DatasetKind.UNITS)
    schools = get_current_dataset(district.code, DatasetKind.SCHOOLS)
    found = find_walk_measure(units.pk, schools.pk)
    if found is None:
        raise NoSuchMeasure(
            "no walks were measured for the current units and schools", district=district.code
        )
    return found
