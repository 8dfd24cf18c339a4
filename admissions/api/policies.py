"""Policies over the API: saved by officers; what is published is read by anybody."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import Action, may
from admissions.api.rounds import person
from admissions.api.serializers import NewPolicySerializer, PolicyDetailSerializer, PolicySerializer
from admissions.models import PUBLIC_STATUSES
from admissions.selectors.policies import (
    NoSuchPolicy,
    get_policy_version,
    list_policy_versions,
    list_public_policies,
)
from admissions.services.policies import save_policy


class Policies(APIView):
    """The policies of a district, or what is published everywhere."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="list_policies",
        parameters=[OpenApiParameter("district", str, description="District code.")],
        responses=PolicySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return published versions, and all of them to those who read the district."""
        district_code = request.query_params.get("district", "")
        if district_code and may(person(request), Action.READ_DISTRICT, district_code):
            rows = list_policy_versions(district_code)
        else:
            rows = list_public_policies()
            rows = rows.filter(district_id=district_code) if district_code else rows
        return Response(PolicySerializer(rows, many=True).data)

    @extend_schema(
        operation_id="save_policy", request=NewPolicySerializer, responses={201: PolicyDetailSerializer}
    )
    def post(self, request: Request) -> Response:
        """Save a draft."""
        given = NewPolicySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        saved = save_policy(
            actor=person(request),
            now=timezone.now(),
            district_code=given.validated_data["district"],
            text=given.validated_data["text"],
            remark=given.validated_data["remark"],
        )
        return Response(PolicyDetailSerializer(saved).data, status=201)


class PolicyDetail(APIView):
    """One policy version."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_policy", responses=PolicyDetailSerializer)
    def get(self, request: Request, version_id: UUID) -> Response:
        """Return the version with its text."""
        found = get_policy_version(version_id)
        is_public = found.status in PUBLIC_STATUSES
        if not is_public and not may(person(request), Action.READ_DISTRICT, found.district_id):
            raise NoSuchPolicy("there is no such policy version")
        return Response(PolicyDetailSerializer(found).data)
