"""The API of imports: hand a file in, look at what was found, confirm, discard, withdraw."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import Action, may_read_district, require
from geo_data.api.import_serializers import (
    ComparisonSerializer,
    FindingPageSerializer,
    FindingQuerySerializer,
    FindingRowSerializer,
    HandedInSerializer,
    HandInSerializer,
    VersionSerializer,
    comparison_data,
)
from geo_data.api.serializers import FeatureCollectionSerializer, FindingSerializer
from geo_data.models import Dataset, DatasetKind
from geo_data.selectors.datasets import NoSuchDataset, get_dataset
from geo_data.selectors.findings import (
    FindingFilter,
    finding_of,
    iter_places,
    list_findings,
    preview_features,
)
from geo_data.services.handing_in import receive_with_borders
from geo_data.services.kinds import KindNotImported
from geo_data.services.templates import template_of
from geo_data.services.terms import Origin
from geo_data.services.uploads import Choices
from geo_data.services.versions import (
    compare_again,
    confirm_dataset,
    discard_dataset,
    restore_dataset,
    withdraw_dataset,
)
from geo_data.tables.coverage import Repair
from geo_data.tables.findings import Keep
from geo_data.tasks import request_reading

FINDINGS_PER_PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Uploads(APIView):
    """Files handed in."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="hand_in_file",
        request={"multipart/form-data": HandInSerializer},
        responses={202: HandedInSerializer},
    )
    def post(self, request: Request) -> Response:
        """Keep the file sealed and queue its reading; the job's result names the version it became."""
        form = HandInSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked, now = form.validated_data, timezone.now()
        actor = require(request.user, Action.IMPORT_DATA, asked["district"])
        upload = receive_with_borders(
            actor=actor,
            now=now,
            district_code=asked["district"],
            kind=DatasetKind(asked["kind"]),
            file=asked["file"],
            borders=asked["borders"],
            origin=Origin(asked["source_office"], asked["vintage_on"]),
            choices=_choices(asked),
        )
        job = request_reading(actor=actor, now=now, upload=upload)
        return Response(HandedInSerializer({"upload": upload.pk, "job": job.pk}).data, status=202)


def _choices(asked: Mapping[str, Any]) -> Choices:
    return Choices(
        keep=Keep(asked["keep"]),
        crs=asked["crs"],
        stage=asked["stage"],
        repairs=tuple(Repair(word) for word in asked["repairs"]),
        tolerance_mm=asked["tolerance_mm"],
        headers=asked["headers"],
        swap_axes=asked["swap_axes"],
        accept_offset=asked["accept_offset"],
        offset_reason=asked["offset_reason"],
    )


class Version(APIView):
    """One version."""

    @extend_schema(operation_id="get_dataset", responses=VersionSerializer)
    def get(self, request: Request, dataset_id: UUID) -> Response:
        """Return where it stands."""
        return Response(VersionSerializer(_readable(request, dataset_id)).data)


class VersionFindings(APIView):
    """What was found in the file of a version."""

    @extend_schema(
        operation_id="list_findings", parameters=[FindingQuerySerializer], responses=FindingPageSerializer
    )
    def get(self, request: Request, dataset_id: UUID) -> Response:
        """Return a page of findings, severe ones first, then by row."""
        dataset = _readable(request, dataset_id)
        query = FindingQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        found = list_findings(dataset, FindingFilter(asked["code"], asked["severity"], asked["row"]))
        pages = Paginator(found, FINDINGS_PER_PAGE)
        page = pages.get_page(asked["page"])
        told = {
            "count": pages.count,
            "counts": dataset.finding_counts,
            "page": page.number,
            "pages": pages.num_pages,
            "findings": [FindingSerializer(finding_of(row)).data for row in page],
        }
        return Response(told)


class VersionPlaces(APIView):
    """Findings on the map."""

    @extend_schema(operation_id="get_finding_places", responses=FeatureCollectionSerializer)
    def get(self, request: Request, dataset_id: UUID) -> Response:
        """Return the findings that have a place, as GeoJSON."""
        features = [
            {
                "type": "Feature",
                "properties": dict(FindingRowSerializer(row).data),
                "geometry": json.loads(place),
            }
            for row, place in iter_places(_readable(request, dataset_id))
        ]
        return Response({"type": "FeatureCollection", "features": features})


class VersionPreview(APIView):
    """Where a layer that was stopped for its coordinates would lie."""

    @extend_schema(operation_id="get_placing_preview", responses=FeatureCollectionSerializer)
    def get(self, request: Request, dataset_id: UUID) -> Response:
        """Return the hull of the layer as declared and as is likely; none for a layer that lies well."""
        features = preview_features(_readable(request, dataset_id))
        return Response({"type": "FeatureCollection", "features": features})


class VersionComparison(APIView):
    """What confirming a version changes."""

    @extend_schema(operation_id="get_dataset_comparison", responses=ComparisonSerializer)
    def get(self, request: Request, dataset_id: UUID) -> Response:
        """Return rows added, changed and removed."""
        return Response(ComparisonSerializer(comparison_data(_readable(request, dataset_id))).data)


class _Decision(APIView):
    """Something an officer does with a version."""

    def decide(self, request: Request, dataset_id: UUID, service: Callable[..., Dataset]) -> Response:
        """Call the service and return the version as it is then."""
        dataset = _readable(request, dataset_id)
        actor = require(request.user, Action.IMPORT_DATA, dataset.district_id)
        return Response(VersionSerializer(service(actor=actor, now=timezone.now(), dataset=dataset)).data)


class Confirm(_Decision):
    """Confirms a proposed version."""

    @extend_schema(operation_id="confirm_dataset", request=None, responses=VersionSerializer)
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """Make it the current one."""
        return self.decide(request, dataset_id, confirm_dataset)


class Discard(_Decision):
    """Discards a proposed or refused version."""

    @extend_schema(operation_id="discard_dataset", request=None, responses=VersionSerializer)
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """Delete its rows."""
        return self.decide(request, dataset_id, discard_dataset)


class Withdraw(_Decision):
    """Takes a version out of use."""

    @extend_schema(operation_id="withdraw_dataset", request=None, responses=VersionSerializer)
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """Withdraw it; nothing takes its place by itself."""
        return self.decide(request, dataset_id, withdraw_dataset)


class Restore(_Decision):
    """Brings an earlier version back."""

    @extend_schema(operation_id="restore_dataset", request=None, responses=VersionSerializer)
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """Make it the current one again."""
        return self.decide(request, dataset_id, restore_dataset)


class Compare(_Decision):
    """Compares a proposed version again."""

    @extend_schema(operation_id="compare_dataset", request=None, responses=VersionSerializer)
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """Compare it with what is current now."""
        return self.decide(request, dataset_id, compare_again)


class Template(APIView):
    """Templates to fill in, for everybody."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="get_template",
        parameters=[OpenApiParameter("kind", OpenApiTypes.STR, OpenApiParameter.PATH)],
        responses={(200, XLSX): OpenApiTypes.BINARY},
        auth=[],
    )
    def get(self, request: Request, kind: str) -> HttpResponse:
        """Return the XLSX of a kind, with its column dictionary in both languages."""
        if kind not in DatasetKind.values:
            raise KindNotImported("files of this kind are not brought in here", kind=kind)
        answer = HttpResponse(template_of(DatasetKind(kind)), content_type=XLSX)
        answer["Content-Disposition"] = f'attachment; filename="{kind}.xlsx"'
        return answer


def _readable(request: Request, dataset_id: UUID) -> Dataset:
    """Return the version for those who read its district; nobody else learns that there is one."""
    dataset = get_dataset(dataset_id)
    if not may_read_district(request.user, dataset.district_id):
        raise NoSuchDataset("there is no such dataset", dataset=str(dataset_id))
    return dataset
