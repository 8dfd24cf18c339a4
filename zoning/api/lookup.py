"""The API behind "which school is my address zoned to"."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.limits import limit_lookups
from geo_data.models import Stage
from zoning.api.address_serializers import SchoolZoneQuery, SchoolZoneSerializer
from zoning.api.lookup_serializers import ZoneAnswerSerializer, ZoneAtQuery
from zoning.selectors.by_address import AddressAnswer, zone_of_address
from zoning.selectors.in_words import zone_of_school
from zoning.selectors.lookup import ZoneAnswer, zone_at_point, zone_of_unit
from zoning.selectors.shapes import find_zone_area_of


@dataclass(frozen=True, slots=True)
class MappedAnswer:
    """An answer with the address it is for, and what may be drawn of it: a GeoJSON geometry, or None."""

    answer: ZoneAnswer
    address: AddressAnswer | None
    zone_area: Mapping[str, object] | None
    map_review_number: str


# Made once: a serializer copies all its fields when it is made, which took longer than the look-up itself.
PRINTED = ZoneAnswerSerializer()


class ZoneAt(APIView):
    """The zone of a place on a day."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_zone_at", parameters=[ZoneAtQuery], responses=ZoneAnswerSerializer)
    def get(self, request: Request) -> Response:
        """Return unit, zone, all its schools, the period in force and what other periods say, in words.

        An address that several places fit is refused with the choices (409 address_not_settled); one that the
        register does not have, with 404 address_not_in_register: tell the bureau with POST /api/address-requests/.
        The zone's area comes with the answer only where the bureau has a map review number (审图号).
        """
        now = timezone.now()
        limit_lookups(request._request, now)
        query = ZoneAtQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        found = _answer(asked, asked.get("on") or timezone.localdate(now))
        answer = found.answer
        review_number = settings.MAP_REVIEW_NUMBER
        area = find_zone_area_of(answer.plan_id, answer.zone_code) if review_number else None
        shown = MappedAnswer(answer, found if found.address else None, area, review_number)
        return Response(PRINTED.to_representation(shown))


class SchoolZoneInWords(APIView):
    """What belongs to a school."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="get_zone_of_school",
        parameters=[SchoolZoneQuery],
        responses=SchoolZoneSerializer,
        auth=[],
    )
    def get(self, request: Request, school_code: str) -> Response:
        """Return the estates, villages and roads of its zone, with odd and even numbers, and its period."""
        now = timezone.now()
        limit_lookups(request._request, now)
        query = SchoolZoneQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        found = zone_of_school(asked["district"], school_code, asked.get("on") or timezone.localdate(now))
        return Response(SchoolZoneSerializer(found).data)


def _answer(asked: dict[str, Any], on: date) -> AddressAnswer:
    district, stage = asked["district"], Stage(asked["stage"])
    point = (asked["lon"], asked["lat"]) if "lon" in asked and "lat" in asked else None
    if "address" in asked:
        return zone_of_address(district, stage, asked["address"], on, point)
    if "unit" in asked:
        return AddressAnswer(zone_of_unit(district, stage, asked["unit"], on), None)
    return AddressAnswer(zone_at_point(district, stage, asked["lon"], asked["lat"], on), None)
