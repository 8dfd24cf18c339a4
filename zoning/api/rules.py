"""The API of rules of drawing: list, state, withdraw."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.district_field import DistrictField
from accounts.permissions import Action, require
from geo_data.models import Stage
from geo_data.selectors.districts import find_only_district_code
from geo_data.tables.rule_table import LONGEST_CAP, LONGEST_REASON, stated
from zoning.api.serializers import DistrictQuery, ReasonRequest
from zoning.models import DrawingRule, DrawingRuleKind
from zoning.permissions import rule_for
from zoning.selectors.rules import list_rules_in_force
from zoning.services.rules import state_rule, withdraw_rule


class DrawingRuleSerializer(serializers.ModelSerializer[DrawingRule]):
    """A rule of drawing; codes are empty where it names none."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    rule = serializers.ChoiceField(source="kind", choices=DrawingRuleKind.choices)
    stated_by_name = serializers.CharField(source="stated_by.display_name", allow_null=True)

    class Meta:
        model = DrawingRule
        fields = (
            "id", "district", "stage", "rule", "unit_code", "other_unit_code", "school_code", "metres", "reason",
            "stated_at", "stated_by_name", "withdrawn_at", "withdrawn_reason",
        )  # fmt: skip
        read_only_fields = fields


class DrawingRuleRequest(serializers.Serializer[object]):
    """A rule to be stated. Locks, forbidden pairs and enclaves name a unit and a school, links and cuts two units.

    A cap that names a school holds for that school, instead of the general one.
    """

    district = DistrictField(find_only_district_code)
    stage = serializers.ChoiceField(choices=Stage.choices)
    rule = serializers.ChoiceField(choices=DrawingRuleKind.choices)
    unit = serializers.CharField(default="", allow_blank=True, max_length=40)
    other_unit = serializers.CharField(default="", allow_blank=True, max_length=40)
    school = serializers.CharField(default="", allow_blank=True, max_length=40)
    metres = serializers.IntegerField(default=None, allow_null=True, min_value=1, max_value=LONGEST_CAP)
    reason = serializers.CharField(max_length=LONGEST_REASON)


class DrawingRules(APIView):
    """The rules that drawing keeps to."""

    @extend_schema(
        operation_id="list_drawing_rules",
        parameters=[DistrictQuery],
        responses=OpenApiResponse(DrawingRuleSerializer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """Return the rules in force, by stage, kind and codes."""
        query = DistrictQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        district, stage = query.validated_data["district"], query.validated_data.get("stage")
        require(request.user, Action.READ_DISTRICT, district)
        rules = list_rules_in_force(district, Stage(stage) if stage else None)
        return Response(DrawingRuleSerializer(rules, many=True).data)

    @extend_schema(
        operation_id="state_drawing_rule", request=DrawingRuleRequest, responses={201: DrawingRuleSerializer}
    )
    def post(self, request: Request) -> Response:
        """Put a rule in force; plans drawn before stay as they are."""
        parsed = DrawingRuleRequest(data=request.data)
        parsed.is_valid(raise_exception=True)
        asked = parsed.validated_data
        rule = state_rule(
            actor=require(request.user, Action.EDIT_ZONES, asked["district"]),
            now=timezone.now(),
            district_code=asked["district"],
            stage=Stage(asked["stage"]),
            stated=stated(
                asked["rule"],
                asked["unit"],
                asked["other_unit"],
                asked["school"],
                asked["metres"],
                asked["reason"],
            ),
        )
        return Response(DrawingRuleSerializer(rule).data, status=status.HTTP_201_CREATED)


class DrawingRuleWithdrawn(APIView):
    """Rules of drawing taken back."""

    @extend_schema(
        operation_id="withdraw_drawing_rule", request=ReasonRequest, responses=DrawingRuleSerializer
    )
    def post(self, request: Request, rule_id: UUID) -> Response:
        """End a rule; plans drawn under it keep it on record."""
        rule = rule_for(request.user, Action.EDIT_ZONES, rule_id)
        asked = ReasonRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        ended = withdraw_rule(
            actor=require(request.user, Action.EDIT_ZONES, rule.district_id),
            now=timezone.now(),
            rule_id=rule.pk,
            reason=asked.validated_data["reason"],
        )
        return Response(DrawingRuleSerializer(ended).data)
