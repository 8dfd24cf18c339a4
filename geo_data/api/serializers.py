"""How districts, datasets and units are printed, and what may be asked."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.district_field import DistrictField
from geo_data.models import (
    CatchmentUnit,
    Dataset,
    DatasetKind,
    DatasetStatus,
    District,
    Ownership,
    School,
    SchoolSeats,
    Site,
    Stage,
)
from geo_data.selectors.districts import find_only_district_code
from geo_data.tables.findings import Finding


class DistrictSerializer(serializers.ModelSerializer[District]):
    """A district served here."""

    class Meta:
        model = District
        fields = ("code", "name", "name_en", "working_crs")
        read_only_fields = fields


class DistrictQuerySerializer(serializers.Serializer[object]):
    """Which district is asked about."""

    district = DistrictField(find_only_district_code)


class UnitQuerySerializer(DistrictQuerySerializer):
    """Which unit is looked for."""

    q = serializers.CharField(max_length=100, help_text="Name of an estate or village, or part of it.")


class DatasetQuerySerializer(serializers.Serializer[object]):
    """Which dataset is asked for."""

    dataset = serializers.UUIDField(help_text="Dataset id.")


class FindingSerializer(serializers.Serializer[Finding]):
    """What an import found, with its words in both languages."""

    code = serializers.CharField()
    severity = serializers.CharField()
    row = serializers.IntegerField(help_text="As the spreadsheet counts; 0 for the whole file.")
    column = serializers.CharField()
    value = serializers.CharField()
    zh = serializers.SerializerMethodField()
    en = serializers.SerializerMethodField()

    def get_zh(self, finding: Finding) -> str:
        """Return the Chinese sentence."""
        return finding.sentence("zh")

    def get_en(self, finding: Finding) -> str:
        """Return the English sentence."""
        return finding.sentence("en")


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    """One version of one kind of data."""

    kind = serializers.ChoiceField(choices=DatasetKind.choices)
    status = serializers.ChoiceField(choices=DatasetStatus.choices)
    findings = serializers.SerializerMethodField()

    class Meta:
        model = Dataset
        fields = (
            "id",
            "district",
            "kind",
            "status",
            "file_name",
            "file_digest",
            "source_office",
            "vintage_on",
            "declared_crs",
            "repairs",
            "row_count",
            "imported_at",
            "findings",
        )
        read_only_fields = fields

    @extend_schema_field(FindingSerializer(many=True))
    def get_findings(self, dataset: Dataset) -> list[dict[str, object]]:
        """Return the findings in words."""
        return [dict(FindingSerializer(Finding(**data)).data) for data in dataset.findings]


class UnitSerializer(serializers.ModelSerializer[CatchmentUnit]):
    """A unit found by name."""

    class Meta:
        model = CatchmentUnit
        fields = ("code", "name", "kind", "township")
        read_only_fields = fields


class SchoolQuerySerializer(DistrictQuerySerializer):
    """Which schools are asked for."""

    stage = serializers.ChoiceField(choices=Stage.choices, required=False)


class SchoolSerializer(serializers.ModelSerializer[School]):
    """A site of a school in one stage, as published."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    ownership = serializers.ChoiceField(choices=Ownership.choices)
    site = serializers.ChoiceField(choices=Site.choices)

    class Meta:
        model = School
        fields = (
            "code",
            "name",
            "stage",
            "ownership",
            "site",
            "main_code",
            "nine_year_code",
            "group_code",
            "address",
            "unit_code",
            "planned_intake",
            "classes",
            "purchased_places",
            "boarding",
            "bus_lines",
            "feeds",
        )
        read_only_fields = fields


class SeatsSerializer(serializers.ModelSerializer[SchoolSeats]):
    """Seats, classes and pupils of a grade."""

    class Meta:
        model = SchoolSeats
        fields = ("school_code", "year", "grade", "seats", "classes", "enrolled", "planned_intake")
        read_only_fields = fields


class GeometrySerializer(serializers.Serializer[object]):
    """A GeoJSON geometry, EPSG:4326."""

    type = serializers.CharField()
    coordinates = serializers.ListField()


class FeatureSerializer(serializers.Serializer[object]):
    """A GeoJSON feature."""

    type = serializers.CharField()
    id = serializers.CharField(required=False)
    properties = serializers.DictField()
    geometry = GeometrySerializer()


class FeatureCollectionSerializer(serializers.Serializer[object]):
    """A GeoJSON feature collection."""

    type = serializers.CharField()
    features = FeatureSerializer(many=True)
