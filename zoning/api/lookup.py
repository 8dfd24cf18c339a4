"""The API behind "which school is my address zoned to"."""

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

from geo_data.models import Stage
from zoning.api.serializers import ZoneAnswerSerializer, ZoneAtQuery
from zoning.selectors.lookup import ZoneAnswer, zone_at_point, zone_of_unit
from zoning.selectors.plans import get_plan
from zoning.selectors.shapes import find_zone_area


@dataclass(frozen=True, slots=True)
class MappedAnswer:
    """An answer with what may be drawn of it: a GeoJSON geometry, or None."""

    answer: ZoneAnswer
    zone_area: Mapping[str, object] | None
    map_review_number: str


class ZoneAt(APIView):
    """The zone of a place on a day."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_zone_at", parameters=[ZoneAtQuery], responses=ZoneAnswerSerializer)
    def get(self, request: Request) -> Response:
        """Return unit, zone, all its schools, the period in force and what other periods say, in words.

        The zone's area comes with it only where the bureau has a map review number (审图号).
        """
        query = ZoneAtQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        answer = _answer(query.validated_data)
        review_number = settings.MAP_REVIEW_NUMBER
        area = find_zone_area(get_plan(answer.plan_id), answer.zone_code) if review_number else None
        shown = MappedAnswer(answer, area, review_number)
        return Response(ZoneAnswerSerializer(shown).data)


def _answer(asked: dict[str, Any]) -> ZoneAnswer:
    on = asked.get("on") or timezone.localdate()
    district, stage = asked["district"], Stage(asked["stage"])
    if "unit" in asked:
        return zone_of_unit(district, stage, asked["unit"], on)
    return zone_at_point(district, stage, asked["lon"], asked["lat"], on)
