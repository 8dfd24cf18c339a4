"""How a question for the zone of a place is read, and its answer printed."""

from typing import Any

from rest_framework import serializers

from accounts.api.district_field import DistrictField
from geo_data.models import DistanceMeasure, Stage
from geo_data.selectors.districts import find_only_district_code
from zoning.api.address_serializers import AnsweredAddressSerializer
from zoning.api.serializers import PeriodSerializer


class ZoneAtQuery(serializers.Serializer[object]):
    """A place, by address, by unit or by point, and a day."""

    district = DistrictField(find_only_district_code)
    stage = serializers.ChoiceField(choices=Stage.choices)
    address = serializers.CharField(
        required=False,
        max_length=100,
        help_text="Code of a place of the register, or an address as typed; goes before unit and point. "
        "With lon and lat the point answers for an address that the register does not know.",
    )
    unit = serializers.CharField(required=False, help_text="Code of the unit; goes before the point.")
    lon = serializers.FloatField(required=False, min_value=-180, max_value=180)
    lat = serializers.FloatField(required=False, min_value=-90, max_value=90)
    on = serializers.DateField(required=False, help_text="The day asked about; today by default.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a question without a place."""
        if not {"unit", "address"} & set(attrs) and not {"lon", "lat"} <= set(attrs):
            raise serializers.ValidationError("Give an address, a unit, or both lon and lat.")
        return attrs


class NearSchoolSerializer(serializers.Serializer[object]):
    """A school of the zone."""

    code = serializers.CharField()
    name = serializers.CharField()
    address = serializers.CharField()
    metres = serializers.IntegerField(help_text="As the crow flies.")
    walk_metres = serializers.IntegerField(
        allow_null=True, help_text="On foot, by the measure named; null without one, or without a way."
    )
    walk_minutes = serializers.IntegerField(allow_null=True, help_text="At 60 metres a minute.")


class MeasureNameSerializer(serializers.ModelSerializer[DistanceMeasure]):
    """Which measure of walks was used."""

    class Meta:
        model = DistanceMeasure
        fields = ("id", "number", "penalty_m")
        read_only_fields = fields


class OtherPeriodSerializer(serializers.Serializer[object]):
    """What another period says of the same place."""

    period = PeriodSerializer()
    zone_name = serializers.CharField()
    school_names = serializers.ListField(child=serializers.CharField())


class ZoneAnswerSerializer(serializers.Serializer[object]):
    """Which zone a place belongs to on a day."""

    address = AnsweredAddressSerializer(
        allow_null=True, help_text="The address of the register; null where a unit or a point was asked for."
    )
    on = serializers.DateField(source="answer.on")
    unit_code = serializers.CharField(source="answer.unit_code")
    unit_name = serializers.CharField(source="answer.unit_name")
    zone_code = serializers.CharField(source="answer.zone_code")
    zone_name = serializers.CharField(source="answer.zone_name")
    schools = NearSchoolSerializer(
        many=True, source="answer.schools", help_text="All schools of the zone, nearest first."
    )
    plan = serializers.UUIDField(source="answer.plan_id")
    plan_number = serializers.IntegerField(source="answer.plan_number")
    document_number = serializers.CharField(source="answer.document_number")
    period = PeriodSerializer(source="answer.period")
    near_edge = serializers.BooleanField(
        source="answer.near_edge", help_text="So near to another zone that the address must be asked for."
    )
    measure = MeasureNameSerializer(
        source="answer.measure",
        allow_null=True,
        help_text="Whose walks these are; null with straight lines only.",
    )
    before = OtherPeriodSerializer(
        source="answer.before", allow_null=True, help_text="The period before, where it answers differently."
    )
    after = OtherPeriodSerializer(
        source="answer.after", allow_null=True, help_text="The period after, where it answers differently."
    )
    zone_area = serializers.DictField(
        allow_null=True,
        help_text="GeoJSON geometry of the zone; null unless the bureau has a map review number.",
    )
    map_review_number = serializers.CharField(help_text="To be shown with every map.")
