"""The API of zone plans: list, draw, look at, edit, bring back, publish, withdraw."""

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.api.serializers import JobSerializer
from accounts.models import User
from accounts.permissions import Action, require
from geo_data.models import DistanceMethod, Stage
from zoning.api.features import UnitFeatures, ZoneFeatures
from zoning.api.serializers import (
    ConsequenceSerializer,
    DistrictQuery,
    DrawingRequest,
    ListedPlanSerializer,
    MovesRequest,
    PlanOverviewSerializer,
    PlanSerializer,
    PublicationSerializer,
    PublishRequest,
    ReasonRequest,
)
from zoning.models import ZonePlan
from zoning.permissions import plan_for, plan_for_map, plan_for_reading, publication_for
from zoning.selectors.choices import Demand, Later
from zoning.selectors.overview import plan_overview
from zoning.selectors.plans import list_plans
from zoning.selectors.publications import list_publications
from zoning.selectors.shapes import plan_units_geojson, zones_geojson
from zoning.selectors.why import explain_in_plan
from zoning.services.plans import move_units, restore_plan
from zoning.services.publications import publish_plan, withdraw_publication
from zoning.tasks import request_drawing

GEOJSON = "application/geo+json"


class NewestFirst(CursorPagination):
    """Pages of versions stay where they are while new ones come."""

    page_size = 50
    ordering = ("-created_at", "-number")


class Plans(GenericAPIView[ZonePlan]):
    """The versions of a district's zones."""

    serializer_class = ListedPlanSerializer
    pagination_class = NewestFirst
    queryset = ZonePlan.objects.none()  # which district's is known when asked

    @extend_schema(
        operation_id="list_zone_plans", parameters=[DistrictQuery], responses=ListedPlanSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Return versions, newest first."""
        district, stage = _district_and_stage(request)
        require(request.user, Action.READ_DISTRICT, district)
        page = self.paginate_queryset(list_plans(district, stage))
        return self.get_paginated_response(ListedPlanSerializer(page, many=True).data)

    @extend_schema(operation_id="draw_zone_plan", request=DrawingRequest, responses={202: JobSerializer})
    def post(self, request: Request) -> Response:
        """Ask for a drawing; the job's result names the plan."""
        asked = _parsed(DrawingRequest, request)
        actor = require(request.user, Action.DRAW_ZONES, asked["district"])
        district, stage = asked.pop("district"), Stage(asked.pop("stage"))
        method = DistanceMethod(asked["method"]) if asked["method"] else None
        demand = Demand(asked["demand"]) if asked["demand"] else None
        wishes = {**asked, "method": method, "demand": demand, "later": Later(asked["later"])}
        job = request_drawing(actor=actor, now=timezone.now(), district_code=district, stage=stage, **wishes)
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)


class PlanDetail(APIView):
    """A version of a district's zones."""

    @extend_schema(operation_id="get_zone_plan", responses=PlanOverviewSerializer)
    def get(self, request: Request, plan_id: UUID) -> Response:
        """Return figures, broken rules and the zone of every unit."""
        plan = plan_for_reading(request.user, plan_id)
        return Response(PlanOverviewSerializer(plan_overview(plan, on=_today())).data)


class PlanZones(APIView):
    """The zones of a plan on a map."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_zone_plan_zones", responses={(200, GEOJSON): ZoneFeatures})
    def get(self, request: Request, plan_id: UUID) -> HttpResponse:
        """Return zones as GeoJSON; to the public only published ones, under a map review number."""
        plan = plan_for_map(request.user, plan_id, map_review_number=settings.MAP_REVIEW_NUMBER)
        return _geojson(zones_geojson(plan))


class PlanUnits(APIView):
    """The units of a plan on a map."""

    @extend_schema(operation_id="get_zone_plan_units", responses={(200, GEOJSON): UnitFeatures})
    def get(self, request: Request, plan_id: UUID) -> HttpResponse:
        """Return units as GeoJSON, with zone and children."""
        return _geojson(plan_units_geojson(plan_for_reading(request.user, plan_id)))


class PlanUnitWhy(APIView):
    """Why an estate is in its zone."""

    @extend_schema(operation_id="list_zone_plan_consequences", responses=ConsequenceSerializer(many=True))
    def get(self, request: Request, plan_id: UUID, unit_code: str) -> Response:
        """Return what each neighbouring zone would mean for the unit, nearest first."""
        why = explain_in_plan(plan_for_reading(request.user, plan_id), unit_code)
        return Response(ConsequenceSerializer(why.beside, many=True, context={"why": why}).data)


class PlanMoves(APIView):
    """Edits of a plan."""

    @extend_schema(
        operation_id="move_zone_plan_units", request=MovesRequest, responses={201: PlanOverviewSerializer}
    )
    def post(self, request: Request, plan_id: UUID) -> Response:
        """Store the next version with some units in other zones; broken rules are in the answer."""
        plan = plan_for(request.user, Action.EDIT_ZONES, plan_id)
        asked = _parsed(MovesRequest, request)
        new = move_units(actor=_user(request), now=timezone.now(), plan_id=plan.pk, **asked)
        answer = PlanOverviewSerializer(plan_overview(new, on=_today()))
        return Response(answer.data, status=status.HTTP_201_CREATED)


class PlanRestored(APIView):
    """Older versions brought back."""

    @extend_schema(operation_id="restore_zone_plan", request=ReasonRequest, responses={201: PlanSerializer})
    def post(self, request: Request, plan_id: UUID) -> Response:
        """Store the next version, equal to this one."""
        plan = plan_for(request.user, Action.EDIT_ZONES, plan_id)
        asked = _parsed(ReasonRequest, request)
        new = restore_plan(actor=_user(request), now=timezone.now(), plan_id=plan.pk, **asked)
        return Response(PlanSerializer(new).data, status=status.HTTP_201_CREATED)


class PlanPublication(APIView):
    """Plans put in force."""

    @extend_schema(
        operation_id="publish_zone_plan", request=PublishRequest, responses={201: PublicationSerializer}
    )
    def post(self, request: Request, plan_id: UUID) -> Response:
        """Put the plan in force for a period."""
        plan = plan_for(request.user, Action.PUBLISH_ZONES, plan_id)
        asked = _parsed(PublishRequest, request)
        publication = publish_plan(actor=_user(request), now=timezone.now(), plan_id=plan.pk, **asked)
        return Response(PublicationSerializer(publication).data, status=status.HTTP_201_CREATED)


class Publications(APIView):
    """Which zones are, were and will be in force: anybody may know."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="list_zone_publications",
        parameters=[DistrictQuery],
        responses=OpenApiResponse(PublicationSerializer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """Return publications, newest period first, withdrawn ones too."""
        district, stage = _district_and_stage(request)
        return Response(PublicationSerializer(list_publications(district, stage), many=True).data)


class PublicationWithdrawn(APIView):
    """Publications taken back."""

    @extend_schema(
        operation_id="withdraw_zone_publication", request=ReasonRequest, responses=PublicationSerializer
    )
    def post(self, request: Request, publication_id: UUID) -> Response:
        """Take back a publication that nothing is built on."""
        publication = publication_for(request.user, Action.PUBLISH_ZONES, publication_id)
        asked = _parsed(ReasonRequest, request)
        actor, now = _user(request), timezone.now()
        withdrawn = withdraw_publication(actor=actor, now=now, publication_id=publication.pk, **asked)
        return Response(PublicationSerializer(withdrawn).data)


def _district_and_stage(request: Request) -> tuple[str, Stage | None]:
    query = DistrictQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    stage = query.validated_data.get("stage")
    return query.validated_data["district"], Stage(stage) if stage else None


def _parsed(serializer: type[Serializer[object]], request: Request) -> dict[str, Any]:
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _user(request: Request) -> User:
    if not isinstance(request.user, User):
        raise TypeError("a permission was asked of this person before")
    return request.user


def _today() -> date:
    return timezone.localdate()


def _geojson(body: bytes) -> HttpResponse:
    # A plan never changes, but who may see it does: only the asker's own browser keeps it, for a while.
    return HttpResponse(body, content_type=GEOJSON, headers={"Cache-Control": "private, max-age=3600"})
