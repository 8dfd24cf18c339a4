"""The API of geo_data: districts, versions of data, units by name, maps."""

from typing import TypeVar

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.permissions import Action, may_read_district, require
from geo_data.api.serializers import (
    DatasetQuerySerializer,
    DatasetSerializer,
    DistrictQuerySerializer,
    DistrictSerializer,
    FeatureCollectionSerializer,
    SchoolQuerySerializer,
    SchoolSerializer,
    SeatsSerializer,
    UnitQuerySerializer,
    UnitSerializer,
)
from geo_data.models import Dataset, DatasetKind
from geo_data.permissions import may_see_map
from geo_data.selectors.datasets import NoSuchDataset, find_current_dataset, get_dataset, list_datasets
from geo_data.selectors.districts import get_district, list_districts
from geo_data.selectors.maps import (
    OFFICE_PROPERTIES,
    PUBLIC_PROPERTIES,
    map_features,
    units_geojson,
)
from geo_data.selectors.schools import list_schools, list_seats
from geo_data.selectors.units import search_units

SHOWN_UNITS = 20
Query = TypeVar("Query", bound=Serializer)  # type: ignore[type-arg]


class Districts(APIView):
    """The districts served here."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="list_districts", responses=DistrictSerializer(many=True), auth=[])
    def get(self, request: Request) -> Response:
        """Return them by code."""
        return Response(DistrictSerializer(list_districts(), many=True).data)


class Datasets(APIView):
    """The versions of a district's data, for its officers and auditors."""

    @extend_schema(
        operation_id="list_datasets",
        parameters=[DistrictQuerySerializer],
        responses=DatasetSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return them, newest first."""
        code = _asked(DistrictQuerySerializer, request)["district"]
        require(request.user, Action.READ_DISTRICT, str(code))
        return Response(DatasetSerializer(list_datasets(str(code)), many=True).data)


class Units(APIView):
    """Estates and villages by name, for everybody who looks for an address."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="search_units",
        parameters=[UnitQuerySerializer],
        responses=UnitSerializer(many=True),
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """Return up to 20 units: the same name first, then names that begin so, hold it, resemble it."""
        asked = _asked(UnitQuerySerializer, request)
        units = find_current_dataset(get_district(str(asked["district"])).code, DatasetKind.UNITS)
        found = list(search_units(units, str(asked["q"]))[:SHOWN_UNITS]) if units else []
        return Response(UnitSerializer(found, many=True).data)


class Schools(APIView):
    """The schools of a district with what families ask about: owner, campuses, feeders, boarding, buses."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="list_schools",
        parameters=[SchoolQuerySerializer],
        responses=SchoolSerializer(many=True),
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """Return them by code, of one stage or of both."""
        asked = _asked(SchoolQuerySerializer, request)
        schools = find_current_dataset(get_district(str(asked["district"])).code, DatasetKind.SCHOOLS)
        stage = str(asked["stage"]) if "stage" in asked else None
        return Response(SchoolSerializer(list_schools(schools, stage) if schools else [], many=True).data)


class Seats(APIView):
    """Seats, classes and pupils by school, year and grade, for officers and auditors of the district."""

    @extend_schema(
        operation_id="list_school_seats",
        parameters=[DistrictQuerySerializer],
        responses=SeatsSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return them by school, year and grade."""
        code = str(_asked(DistrictQuerySerializer, request)["district"])
        require(request.user, Action.READ_DISTRICT, code)
        seats = find_current_dataset(code, DatasetKind.SEATS)
        return Response(SeatsSerializer(list_seats(seats) if seats else [], many=True).data)


class UnitMap(APIView):
    """The areas of a dataset of units."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="get_unit_map",
        parameters=[DatasetQuerySerializer],
        responses=FeatureCollectionSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return GeoJSON for those who may see the map."""
        dataset = _mapped(request, DatasetKind.UNITS)
        is_reader = may_read_district(request.user, dataset.district_id)
        return Response(units_geojson(dataset, OFFICE_PROPERTIES if is_reader else PUBLIC_PROPERTIES))


class BaseMap(APIView):
    """Streets, main roads and rivers."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="get_base_map",
        parameters=[DatasetQuerySerializer],
        responses=FeatureCollectionSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return GeoJSON for those who may see the map."""
        return Response(map_features(_mapped(request, DatasetKind.BASE_MAP)))


def _asked(kind: type[Query], request: Request) -> dict[str, object]:
    query = kind(data=request.query_params)
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


def _mapped(request: Request, kind: DatasetKind) -> Dataset:
    """Return the dataset asked for; who may not see it learns nothing of it."""
    dataset = get_dataset(str(_asked(DatasetQuerySerializer, request)["dataset"]))
    if dataset.kind != kind or not may_see_map(request.user, dataset.district_id):
        raise NoSuchDataset("there is no such dataset", dataset=str(dataset.pk))
    return dataset
