"""How measures, routes and streets are printed, and what may be asked."""

import math
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.district_field import DistrictField
from geo_data.api.serializers import DatasetQuerySerializer, FeatureCollectionSerializer, GeometrySerializer
from geo_data.models import DistanceMeasure, DistanceMethod
from geo_data.selectors.districts import find_only_district_code
from geo_data.selectors.routes import PACE_M_A_MINUTE


class MeasureSerializer(serializers.ModelSerializer[DistanceMeasure]):
    """A measure of distances from all units to all schools."""

    method = serializers.ChoiceField(choices=DistanceMethod.choices)

    class Meta:
        model = DistanceMeasure
        fields = (
            "id",
            "district",
            "number",
            "method",
            "units_dataset",
            "schools_dataset",
            "streets_dataset",
            "addresses_dataset",
            "edits_digest",
            "penalty_m",
            "counts_crossings",
            "snap_limit_m",
            "limit_m",
            "made_at",
        )
        read_only_fields = fields


class DegreeField(serializers.FloatField):
    """A finite number of degrees."""

    def to_internal_value(self, data: Any) -> float:
        """Refuse what is no number, such as NaN."""
        value = float(super().to_internal_value(data))
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class RouteQuerySerializer(serializers.Serializer[object]):
    """From where to which school."""

    district = DistrictField(find_only_district_code)
    address = serializers.CharField(
        required=False,
        max_length=100,
        help_text="Code of a place of the register, or an address as typed; goes before lon and lat. "
        "The walk begins at its point, or at that of its unit.",
    )
    lon = DegreeField(
        required=False,
        min_value=-180,
        max_value=180,
        help_text="Longitude, EPSG:4326; with lat, without address.",
    )
    lat = DegreeField(required=False, min_value=-90, max_value=90, help_text="Latitude, EPSG:4326.")
    school = serializers.CharField(max_length=40, help_text="School code.")
    measure = serializers.UUIDField(
        required=False, help_text="Measure id; without it the newest walks of the current versions."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a question without a place."""
        if "address" not in attrs and not {"lon", "lat"} <= set(attrs):
            raise serializers.ValidationError("Give an address, or both lon and lat.")
        return attrs


class RouteSerializer(serializers.Serializer[Any]):
    """A walk to a school."""

    measure = serializers.UUIDField(source="answer.measure.pk")
    measure_number = serializers.IntegerField(source="answer.measure.number")
    school_code = serializers.CharField(source="answer.school_code")
    school_name = serializers.CharField(source="answer.school_name")
    metres = serializers.IntegerField(
        source="answer.metres", help_text="What counts: the way, and the penalty of every crossing."
    )
    way_metres = serializers.IntegerField(source="answer.way_metres", help_text="The way alone.")
    crossings = serializers.IntegerField(source="answer.crossings", help_text="Crossings of main roads.")
    straight_metres = serializers.IntegerField(
        source="answer.straight_metres", help_text="As the crow flies."
    )
    minutes = serializers.IntegerField(source="answer.minutes", help_text="For the way alone, rounded up.")
    pace_metres_a_minute = serializers.SerializerMethodField()
    line = serializers.SerializerMethodField(
        help_text="GeoJSON; null unless the bureau has a map review number or an officer asks."
    )
    map_review_number = serializers.CharField(help_text="To be shown with every map.")

    def get_pace_metres_a_minute(self, _route: Any) -> int:
        """Return the pace."""
        return PACE_M_A_MINUTE

    @extend_schema_field(GeometrySerializer(allow_null=True))
    def get_line(self, route: Any) -> dict[str, object] | None:
        """Return the line where it may be shown."""
        if not route.may_be_drawn:
            return None
        return {"type": "LineString", "coordinates": [list(point) for point in route.answer.line]}


class StreetMapQuerySerializer(DatasetQuerySerializer):
    """Which part of which network."""

    west = DegreeField(min_value=-180, max_value=180)
    south = DegreeField(min_value=-90, max_value=90)
    east = DegreeField(min_value=-180, max_value=180)
    north = DegreeField(min_value=-90, max_value=90)


class StreetMapSerializer(FeatureCollectionSerializer):
    """Stretches of street: edge, name, metres and state (main, open, island, closed, link)."""

    truncated = serializers.BooleanField(help_text="More are in the box than are drawn: come nearer.")
