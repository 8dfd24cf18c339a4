"""Rounds over the API: made, opened, closed, drawn and published by officers; read by anybody."""

from typing import cast
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import JobSerializer
from accounts.models import User
from accounts.permissions import Action, may
from admissions.api.serializers import (
    ClosingSerializer,
    EntryListSerializer,
    NewRoundSerializer,
    OpenRoundSerializer,
    ReasonSerializer,
    ReceiptResultSerializer,
    ResultsSerializer,
    RoundDetailSerializer,
    RoundSerializer,
    ValueSerializer,
)
from admissions.models import AdmissionRound, RoundStatus
from admissions.selectors.results import (
    find_result,
    get_bundle,
    get_entry_list,
    list_entry_lists,
    public_results,
)
from admissions.selectors.rounds import NoSuchRound, get_round, list_lines, list_rounds
from admissions.services.draw import enter_public_value
from admissions.services.rounds import cancel_round, create_round, open_round
from admissions.tasks import request_closing, request_draw, request_publishing

PUBLIC = (RoundStatus.OPEN, RoundStatus.CLOSED, RoundStatus.DRAWN, RoundStatus.PUBLISHED)


def person(request: Request) -> User:
    """Return who asks; the endpoint is for signed-in people only."""
    return cast(User, request.user)


def readable_round(request: Request, round_id: UUID) -> AdmissionRound:
    """Return a round that is public or that the person may read. Raises NoSuchRound."""
    found = get_round(round_id)
    if found.status not in PUBLIC and not may(person(request), Action.READ_DISTRICT, found.district_id):
        raise NoSuchRound("there is no such round", round=str(round_id))
    return found


def detail(admission_round: AdmissionRound) -> dict[str, object]:
    """Return the round with its lines and its policy, printed."""
    shown = {"round": admission_round, "lines": list_lines(admission_round), "policy": admission_round.policy}
    return RoundDetailSerializer(shown, context={"now": timezone.now()}).data


class Rounds(APIView):
    """The rounds."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="list_rounds",
        parameters=[OpenApiParameter("district", str, description="District code.")],
        responses=RoundSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return public rounds, and drafts to those who read the district."""
        district_code = request.query_params.get("district", "")
        officer = bool(district_code) and may(person(request), Action.READ_DISTRICT, district_code)
        rows = list_rounds(district_code, statuses=() if officer else PUBLIC)
        return Response(RoundSerializer(rows, many=True, context={"now": timezone.now()}).data)

    @extend_schema(operation_id="create_round", request=NewRoundSerializer, responses={201: RoundSerializer})
    def post(self, request: Request) -> Response:
        """Make a draft round on a published policy."""
        given = NewRoundSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = create_round(
            actor=person(request),
            now=timezone.now(),
            policy_version_id=given.validated_data["policy_version"],
            name=given.validated_data["name"],
        )
        return Response(RoundSerializer(made, context={"now": timezone.now()}).data, status=201)


class RoundDetail(APIView):
    """One round."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_round", responses=RoundDetailSerializer)
    def get(self, request: Request, round_id: UUID) -> Response:
        """Return the round with its lines and its policy."""
        found = readable_round(request, round_id)
        return Response(detail(found))


class OpenRound(APIView):
    """Opening a round."""

    @extend_schema(operation_id="open_round", request=OpenRoundSerializer, responses=RoundDetailSerializer)
    def post(self, request: Request, round_id: UUID) -> Response:
        """Freeze policy, zones and seats."""
        given = OpenRoundSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seats = {(item["rule"], item["school"]): item["seats"] for item in given.validated_data["seats"]}
        opened = open_round(actor=person(request), now=timezone.now(), round_id=round_id, seats=seats)
        return Response(detail(opened))


class CancelRound(APIView):
    """Taking a round back."""

    @extend_schema(operation_id="cancel_round", request=ReasonSerializer, responses=RoundSerializer)
    def post(self, request: Request, round_id: UUID) -> Response:
        """Cancel the round; what was filed stays on record."""
        given = ReasonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        reason = given.validated_data["reason"]
        cancelled = cancel_round(actor=person(request), now=timezone.now(), round_id=round_id, reason=reason)
        return Response(RoundSerializer(cancelled, context={"now": timezone.now()}).data)


class EntryLists(APIView):
    """The frozen lists of a round."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="list_entry_lists", responses=EntryListSerializer(many=True))
    def get(self, request: Request, round_id: UUID) -> Response:
        """Return the lists, the newest first."""
        rows = list_entry_lists(readable_round(request, round_id))
        return Response(EntryListSerializer(rows, many=True).data)

    @extend_schema(operation_id="close_entries", request=ClosingSerializer, responses={202: JobSerializer})
    def post(self, request: Request, round_id: UUID) -> Response:
        """Close the entries in the background."""
        given = ClosingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        job = request_closing(
            actor=person(request),
            now=timezone.now(),
            admission_round=get_round(round_id),
            names=given.validated_data["public_value_names"],
            reason=given.validated_data["reason"],
        )
        return Response(JobSerializer(job).data, status=202)


class EntryListDocument(APIView):
    """The list itself."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_entry_list", responses={(200, "application/json"): OpenApiTypes.BINARY})
    def get(self, request: Request, entry_list_id: UUID) -> HttpResponse:
        """Return entry_list.json byte for byte as it was frozen."""
        found = get_entry_list(entry_list_id)
        readable_round(request, found.round_id)
        return HttpResponse(bytes(found.document), content_type="application/json")


class PublicValues(APIView):
    """Public values of an entry list."""

    @extend_schema(
        operation_id="enter_public_value", request=ValueSerializer, responses={201: ValueSerializer}
    )
    def post(self, request: Request, entry_list_id: UUID) -> Response:
        """Store a value as this officer read it."""
        given = ValueSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        entered = enter_public_value(
            actor=person(request),
            now=timezone.now(),
            entry_list_id=entry_list_id,
            name=given.validated_data["name"],
            value=given.validated_data["value"],
        )
        return Response(ValueSerializer(entered).data, status=201)


class Draw(APIView):
    """The draw from an entry list."""

    @extend_schema(operation_id="run_draw", request=None, responses={202: JobSerializer})
    def post(self, request: Request, entry_list_id: UUID) -> Response:
        """Draw and place in the background."""
        entry_list = get_entry_list(entry_list_id)
        job = request_draw(actor=person(request), now=timezone.now(), entry_list=entry_list)
        return Response(JobSerializer(job).data, status=202)


class Publish(APIView):
    """Publishing results."""

    @extend_schema(operation_id="publish_results", request=None, responses={202: JobSerializer})
    def post(self, request: Request, round_id: UUID) -> Response:
        """Check with both verifiers, make offers and publish, in the background."""
        job = request_publishing(
            actor=person(request), now=timezone.now(), admission_round=get_round(round_id)
        )
        return Response(JobSerializer(job).data, status=202)


class Results(APIView):
    """Published results."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_results", responses=ResultsSerializer)
    def get(self, request: Request, round_id: UUID) -> Response:
        """Return the table of lines."""
        return Response(ResultsSerializer(public_results(readable_round(request, round_id))).data)


class ReceiptResult(APIView):
    """The published result of one receipt."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_receipt_result", responses=ReceiptResultSerializer)
    def get(self, request: Request, round_id: UUID, receipt: str) -> Response:
        """Return what became of the receipt."""
        return Response(ReceiptResultSerializer(find_result(readable_round(request, round_id), receipt)).data)


class Bundle(APIView):
    """The public bundle of a draw."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="get_bundle", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, draw_id: UUID) -> HttpResponse:
        """Return the bundle, a zip."""
        record = get_bundle(draw_id)
        answer = HttpResponse(bytes(record.bundle), content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="bundle-{record.bundle_digest[:12]}.zip"'
        return answer
