"""How files handed in, proposals and what was found in them are printed, and what may be asked."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from geo_data.api.serializers import FindingSerializer
from geo_data.models import Dataset, DatasetFinding, DatasetKind, DatasetStatus, RowsKept, Stage
from geo_data.tables.coverage import Repair
from geo_data.tables.findings import Severity


class FindingQuerySerializer(serializers.Serializer[object]):
    """Which findings are asked for."""

    code = serializers.CharField(required=False, default="", max_length=60)
    severity = serializers.ChoiceField(required=False, default="", choices=["", *Severity])
    row = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=0)
    page = serializers.IntegerField(required=False, default=1, min_value=1)


class FindingPageSerializer(serializers.Serializer[object]):
    """A page of findings, severe ones first, then by row."""

    count = serializers.IntegerField(help_text="Of those asked for and kept.")
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="How often each code was found in the whole file."
    )
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    findings = FindingSerializer(many=True)


class KeyListSerializer(serializers.Serializer[object]):
    """How many rows, and the keys of the first of them."""

    count = serializers.IntegerField()
    keys = serializers.ListField(child=serializers.CharField())


class ChangedSerializer(KeyListSerializer):
    """How many rows differ, and in which columns."""

    columns = serializers.DictField(child=serializers.IntegerField())


class ComparisonSerializer(serializers.Serializer[object]):
    """What confirming changes, against the version that was current when this one was proposed."""

    compared_with = serializers.UUIDField(allow_null=True)
    same = serializers.IntegerField()
    added = KeyListSerializer()
    changed = ChangedSerializer()
    removed = KeyListSerializer()


class VersionSerializer(serializers.ModelSerializer[Dataset]):
    """A version and where it stands."""

    kind = serializers.ChoiceField(choices=DatasetKind.choices)
    status = serializers.ChoiceField(choices=DatasetStatus.choices)
    keep = serializers.ChoiceField(choices=RowsKept.choices)
    finding_counts = serializers.DictField(child=serializers.IntegerField())

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
            "keep",
            "row_count",
            "rows_left_out",
            "finding_counts",
            "imported_at",
            "decided_at",
            "current_until",
            "upload",
        )
        read_only_fields = fields


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class HeadersField(serializers.JSONField):
    """Header -> column, in a form as JSON text."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Refuse everything but texts by text."""
        said = super().to_internal_value(data)
        if not isinstance(said, dict) or not all(isinstance(column, str) for column in said.values()):
            raise serializers.ValidationError(_("Give an object: header, and the column that it means."))
        return said


class HandInSerializer(serializers.Serializer[object]):
    """A file handed in, and how it is to be read."""

    file = serializers.FileField()
    district = serializers.CharField(max_length=20)
    kind = serializers.ChoiceField(choices=DatasetKind.choices)
    keep = serializers.ChoiceField(choices=RowsKept.choices, default=RowsKept.ALL_OR_NOTHING)
    crs = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    stage = serializers.ChoiceField(choices=["", *Stage.values], required=False, default="")
    repairs = serializers.ListField(
        child=serializers.ChoiceField(choices=list(Repair)), required=False, default=list
    )
    tolerance_mm = serializers.IntegerField(required=False, default=1, min_value=1)
    headers = HeadersField(
        required=False, default=dict, help_text="Header in the file -> column; an empty column leaves it out."
    )
    borders = serializers.FileField(
        required=False, default=None, help_text="Table of adjoining units, for units that are points."
    )
    swap_axes = serializers.BooleanField(
        required=False,
        default=False,
        help_text="The file's first coordinate is the northing, the second one the easting.",
    )
    accept_offset = serializers.BooleanField(required=False, default=False)
    offset_reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    source_office = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    vintage_on = serializers.DateField(required=False, default=None, allow_null=True)


class HandedInSerializer(serializers.Serializer[object]):
    """The file handed in, and the job that reads it."""

    upload = serializers.UUIDField()
    job = serializers.UUIDField()


class FindingRowSerializer(serializers.Serializer[DatasetFinding]):
    """What a place on the map is about."""

    number = serializers.IntegerField()
    code = serializers.CharField()
    severity = serializers.SerializerMethodField()
    row = serializers.IntegerField()
    value = serializers.CharField()

    @extend_schema_field(serializers.ChoiceField(choices=list(Severity)))
    def get_severity(self, row: DatasetFinding) -> str:
        """Return the weight in words."""
        return str(list(Severity)[row.weight])


def comparison_data(dataset: Dataset) -> dict[str, Any]:
    """Return the comparison as printed; a kind that is not compared has none of anything."""
    nothing: dict[str, Any] = {"count": 0, "keys": []}
    empty: dict[str, Any] = {
        "same": 0,
        "added": nothing,
        "changed": {**nothing, "columns": {}},
        "removed": nothing,
    }
    return {"compared_with": dataset.compared_with_id, **(dataset.comparison or empty)}
