"""Chances of past rounds over the API: made by officers, read by anybody once the results are published."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import JobSerializer
from accounts.limits import limit_lookups
from admissions.api.rounds import person, readable_round
from admissions.models.chances import MOST_DRAWS
from admissions.replay_tasks import request_chances
from admissions.selectors.chances import get_public_chances
from admissions.selectors.rounds import get_round
from admissions.services.chances import DRAWS, LEAST_DRAWS


class AskedChancesSerializer(serializers.Serializer[Any]):
    """How often to draw again, and the number that makes the tickets."""

    draws = serializers.IntegerField(default=DRAWS, min_value=LEAST_DRAWS, max_value=MOST_DRAWS)
    luck = serializers.IntegerField(default=1, min_value=0, max_value=2**31 - 1)


class GroupChanceSerializer(serializers.Serializer[Any]):
    """What became of a group of children at a line, in whole percent."""

    choice = serializers.IntegerField(help_text="The family's choice that it was; 0: any.")
    category = serializers.CharField(help_text="Code in the round's policy; empty: any.")
    children = serializers.IntegerField(
        help_text="Children who listed it; groups of fewer than 5 are not told."
    )
    came = serializers.IntegerField(help_text="Of them without a place higher on their list, on average.")
    share = serializers.IntegerField(help_text="Of a hundred who came, admitted here on average.")
    low = serializers.IntegerField(help_text="The same in a bad draw: 5 of 100 draws lie below.")
    high = serializers.IntegerField(help_text="The same in a good draw: 95 of 100 draws lie below.")


class LineChancesSerializer(serializers.Serializer[Any]):
    """A line and its groups."""

    line_id = serializers.CharField()
    school_code = serializers.CharField()
    school = serializers.CharField()
    rule = serializers.CharField(help_text="Code of the line in the round's policy.")
    track = serializers.CharField()
    seats = serializers.IntegerField()
    groups = GroupChanceSerializer(many=True)


class RoundChancesSerializer(serializers.Serializer[Any]):
    """The newest chances of a round; luck and draws make them again from the published list."""

    round = serializers.UUIDField(source="round.pk")
    year = serializers.IntegerField(source="round.year")
    number = serializers.IntegerField(source="table.number")
    draws = serializers.IntegerField(source="table.draws")
    luck = serializers.IntegerField(source="table.luck")
    digest = serializers.CharField(source="table.digest")
    made_at = serializers.DateTimeField(source="table.made_at")
    lines = LineChancesSerializer(many=True)


class RoundChances(APIView):
    """Chances of a closed round, drawn again and again."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_chances", responses=RoundChancesSerializer)
    def get(self, request: Request, round_id: UUID) -> Response:
        """Return the chances of a round whose results are published."""
        limit_lookups(request._request, timezone.now())
        found = get_public_chances(readable_round(request, round_id))
        return Response(RoundChancesSerializer(found).data)

    @extend_schema(
        operation_id="make_chances", request=AskedChancesSerializer, responses={202: JobSerializer}
    )
    def post(self, request: Request, round_id: UUID) -> Response:
        """Draw the round again and again in the background; the result is the next version."""
        given = AskedChancesSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        job = request_chances(
            actor=person(request),
            now=timezone.now(),
            admission_round=get_round(round_id),
            **given.validated_data,
        )
        return Response(JobSerializer(job).data, status=202)
