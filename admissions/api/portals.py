"""Another portal over the API: it hands in applications by token, and fetches statuses and results in its own form."""

from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.tokens import BearerToken
from accounts.limits import limit_portal
from admissions.api.portal_serializers import (
    PortalFileSerializer,
    PortalItemsSerializer,
    PortalTakenSerializer,
)
from admissions.api.rounds import person
from admissions.selectors.rounds import get_round
from admissions.services.portal_exchange import Taken, take_portal_items
from admissions.services.portal_handing import Told, hand_over
from admissions.tasks import request_asking
from common.canonical import digest_bytes
from common.errors import MalformedInput

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="Chosen by the portal for each request; sent again with it, a request is answered as the first time.",
)


class PortalBatchTooLarge(MalformedInput):
    """A request holds more applications or bytes than one may; details name the limit."""

    code = "portal_batch_too_large"


class ShallowJSON(JSONParser):
    """Refuses what is nested deeper than it can be read, which else would be a fault of ours."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the body. Raises ParseError."""
        try:
            body: dict[str, Any] = super().parse(stream, media_type, parser_context)
        except RecursionError as fault:
            raise ParseError("the request is nested too deeply") from fault
        return body


class PortalView(APIView):
    """What only a portal's account, by token, or an officer of the district may ask."""

    authentication_classes = (BearerToken, SessionAuthentication)
    parser_classes = (ShallowJSON,)


class PortalApplications(PortalView):
    """The applications of another portal."""

    @extend_schema(
        operation_id="take_portal_applications",
        parameters=[IDEMPOTENCY_KEY],
        request=PortalItemsSerializer,
        responses={200: PortalTakenSerializer},
    )
    def post(self, request: Request, round_id: UUID, portal: str) -> Response:
        """Take the good ones and name what became of each: added, changed, withdrawn, unchanged or refused.

        Fields have the names that the portal's mapping states. Entries must be open, but for what changes nothing.
        """
        _limit(request)
        given = PortalItemsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        items = given.validated_data["items"]
        if len(items) > settings.PORTAL_BATCH_ITEMS:
            raise PortalBatchTooLarge(
                f"send at most {settings.PORTAL_BATCH_ITEMS} applications in a request",
                most=settings.PORTAL_BATCH_ITEMS,
            )
        now = timezone.now()
        taken = take_portal_items(
            actor=person(request),
            now=now,
            round_id=round_id,
            portal=portal,
            key=request.headers.get("Idempotency-Key", ""),
            items=items,
            is_trial=given.validated_data["trial"],
        )
        if taken.has_unanswered:  # a register was silent: the worker asks it again
            request_asking(now=now, admission_round=get_round(round_id))
        return Response(PortalTakenSerializer(_answer(taken)).data)


class PortalStatuses(PortalView):
    """Where a portal's applications stand."""

    @extend_schema(operation_id="get_portal_statuses", responses=PortalFileSerializer)
    def get(self, request: Request, round_id: UUID, portal: str) -> Response:
        """Return the statuses in the portal's form; that they were handed over is recorded."""
        return _told(request, round_id, portal, Told.STATUSES)


class PortalResults(PortalView):
    """What became of a portal's applications."""

    @extend_schema(operation_id="get_portal_results", responses=PortalFileSerializer)
    def get(self, request: Request, round_id: UUID, portal: str) -> Response:
        """Return the results in the portal's form once they are published; that they were handed over is recorded."""
        return _told(request, round_id, portal, Told.RESULTS)


class PortalResultFile(PortalView):
    """The file of a portal's results."""

    @extend_schema(
        operation_id="get_portal_result_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, round_id: UUID, portal: str) -> HttpResponse:
        """Return the results as the file that `export_results` writes."""
        _limit(request)
        file = hand_over(
            actor=person(request), now=timezone.now(), round_id=round_id, portal=portal, told=Told.RESULTS
        )
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
        return HttpResponse(file.data, content_type="application/octet-stream", headers=headers)


def _told(request: Request, round_id: UUID, portal: str, told: Told) -> Response:
    _limit(request)
    file = hand_over(actor=person(request), now=timezone.now(), round_id=round_id, portal=portal, told=told)
    shown = {
        "file": file.name,
        "digest": digest_bytes(file.data),
        "rows": [dict(zip(file.headers, row, strict=True)) for row in file.rows],
    }
    return Response(PortalFileSerializer(shown).data)


def _answer(taken: Taken) -> dict[str, object]:
    batch, changes = taken.batch, taken.changes
    counts = (
        {name: getattr(batch, name) for name in ("added", "changed", "withdrawn", "unchanged", "refused")}
        if batch
        else {
            "added": len(changes.added),
            "changed": len(changes.changed),
            "withdrawn": len(changes.withdrawn),
            "unchanged": len(changes.unchanged),
            "refused": taken.findings.bad_rows,
        }
    )
    return {
        "batch": batch.pk if batch else None,
        "repeated": taken.is_repeated,
        **counts,
        "items": taken.answer,
    }


def _limit(request: Request) -> None:
    """Refuse a request that is too large before it is read, and one too many of the account."""
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if size > settings.PORTAL_BATCH_BYTES:
        raise PortalBatchTooLarge(
            f"send at most {settings.PORTAL_BATCH_BYTES} bytes in a request", most=settings.PORTAL_BATCH_BYTES
        )
    limit_portal(request, person(request), timezone.now())
