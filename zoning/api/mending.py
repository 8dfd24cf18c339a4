"""The API of making a plan lawful again: look first, then store."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.permissions import Action
from zoning.api.serializers import PlanOverviewSerializer
from zoning.permissions import plan_for
from zoning.selectors.mending import find_mending
from zoning.selectors.overview import plan_overview
from zoning.services.mending import mend_plan


class MovingSerializer(serializers.Serializer[object]):
    """A unit that changes its zone."""

    unit = serializers.CharField(source="code")
    name = serializers.CharField()
    children = serializers.IntegerField()
    from_zone = serializers.CharField()
    from_name = serializers.CharField()
    to_zone = serializers.CharField()
    to_name = serializers.CharField()
    metres_from = serializers.IntegerField(help_text="To the nearest school of the zone it leaves.")
    metres_to = serializers.IntegerField()


class FillingSerializer(serializers.Serializer[object]):
    """A zone that units leave or join."""

    zone = serializers.CharField(source="code")
    name = serializers.CharField()
    seats = serializers.IntegerField()
    children_before = serializers.IntegerField(help_text="In the plan that breaks rules.")
    children_after = serializers.IntegerField()


class MendingSerializer(serializers.Serializer[object]):
    """What makes a plan lawful."""

    base_number = serializers.IntegerField(
        source="base.number", help_text="What differs from this version was moved by hand, and stays."
    )
    held = MovingSerializer(many=True, help_text="What was moved by hand.")
    moving = MovingSerializer(many=True, help_text="What would move beside it.")
    children = serializers.IntegerField(help_text="Of the units that would move beside it.")
    fillings = FillingSerializer(many=True)
    is_fewest = serializers.BooleanField(help_text="All smaller numbers of moves were tried.")
    digest = serializers.CharField(help_text="Of the plan that results; hand it back to store just this one.")


class MendRequest(serializers.Serializer[object]):
    """Why, and which mending was seen."""

    reason = serializers.CharField(max_length=500)
    seen = serializers.CharField(
        max_length=64, required=False, allow_null=True, default=None, help_text="The digest that was shown."
    )


class PlanMending(APIView):
    """A plan that breaks rules, made lawful with the fewest changes."""

    @extend_schema(operation_id="get_zone_plan_mending", responses=MendingSerializer)
    def get(self, request: Request, plan_id: UUID) -> Response:
        """Return what would move; nothing is stored."""
        plan = plan_for(request.user, Action.EDIT_ZONES, plan_id)
        return Response(MendingSerializer(find_mending(plan)).data)

    @extend_schema(
        operation_id="mend_zone_plan", request=MendRequest, responses={201: PlanOverviewSerializer}
    )
    def post(self, request: Request, plan_id: UUID) -> Response:
        """Store the next version, lawful, with what was moved by hand where it is."""
        plan = plan_for(request.user, Action.EDIT_ZONES, plan_id)
        if not isinstance(request.user, User):
            raise TypeError("a permission was asked of this person before")
        asked = MendRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        wishes: dict[str, Any] = dict(asked.validated_data)
        new = mend_plan(actor=request.user, now=timezone.now(), plan_id=plan.pk, **wishes)
        answer = PlanOverviewSerializer(plan_overview(new, on=timezone.localdate()))
        return Response(answer.data, status=status.HTTP_201_CREATED)
