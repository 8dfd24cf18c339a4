"""Applications over the API: a guardian's own, another portal's file, an officer's review."""

import json
from dataclasses import fields
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Role
from accounts.permissions import Action, require
from admissions.api.choice_serializers import ListProofSerializer
from admissions.api.rounds import person
from admissions.api.serializers import (
    AmendmentSerializer,
    ApplicationSerializer,
    ApplicationViewSerializer,
    FiledSerializer,
    FormSerializer,
    FormsSerializer,
    ReviewSerializer,
)
from admissions.rules.status import Action as Step
from admissions.selectors.applications import (
    application_view,
    get_application,
    list_applications,
    list_applications_of,
)
from admissions.selectors.inclusion import inclusion_document
from admissions.selectors.rounds import get_round
from admissions.selectors.written_forms import read_form
from admissions.services.amending import amend_application
from admissions.services.applications import (
    ApplicationForm,
    file_application,
    file_applications,
)
from admissions.services.review import object_to_refusal, review_application, withdraw_application
from admissions.tasks import request_asking


def form_of(data: dict[str, Any]) -> ApplicationForm:
    """Return the form of validated data."""
    lists = {name: tuple(data[name]) for name in ("private_schools", "public_schools")}
    return ApplicationForm(**{**data, **lists})


def _form_data(form: ApplicationForm) -> dict[str, Any]:
    return {field.name: getattr(form, field.name) for field in fields(form)}


class MyApplications(APIView):
    """The applications of the guardian who asks."""

    @extend_schema(operation_id="list_my_applications", responses=ApplicationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return them, the newest first."""
        return Response(ApplicationSerializer(list_applications_of(person(request)), many=True).data)


class RoundApplications(APIView):
    """The applications of a round."""

    @extend_schema(
        operation_id="list_applications",
        parameters=[
            OpenApiParameter("status", str),
            OpenApiParameter("category", str),
            OpenApiParameter("limit", int),
            OpenApiParameter("offset", int),
        ],
        responses=ApplicationSerializer(many=True),
    )
    def get(self, request: Request, round_id: UUID) -> Response:
        """Return applications by receipt, for those who read the district."""
        admission_round = get_round(round_id)
        require(person(request), Action.READ_DISTRICT, admission_round.district_id)
        status, category = request.query_params.get("status", ""), request.query_params.get("category", "")
        rows = list_applications(admission_round, status=status, category=category)
        pages = LimitOffsetPagination()
        pages.default_limit, pages.max_limit = 100, 1000
        page = pages.paginate_queryset(rows, request)
        return Response(ApplicationSerializer(page, many=True).data)

    @extend_schema(
        operation_id="file_application", request=FormSerializer, responses={201: ApplicationSerializer}
    )
    def post(self, request: Request, round_id: UUID) -> Response:
        """File the one application of a child."""
        given = FormSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        actor = person(request)
        if actor.role == Role.GUARDIAN:
            require(actor, Action.APPLY, get_round(round_id).district_id)
        filed = file_application(
            actor=actor, now=timezone.now(), round_id=round_id, form=form_of(given.validated_data)
        )
        if filed.unanswered:  # a register was silent: the worker asks it again
            request_asking(now=timezone.now(), admission_round=filed.round)
        return Response(ApplicationSerializer(filed).data, status=201)


class ApplicationBatch(APIView):
    """The applications of another portal."""

    @extend_schema(
        operation_id="file_applications", request=FormsSerializer, responses={200: FiledSerializer}
    )
    def post(self, request: Request, round_id: UUID) -> Response:
        """Take the good ones and name the others."""
        given = FormsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        filed = file_applications(
            actor=person(request),
            now=timezone.now(),
            round_id=round_id,
            forms=[form_of(data) for data in given.validated_data["forms"]],
            source=given.validated_data["portal"],
        )
        if any(row.unanswered for row in filed.applications):
            request_asking(now=timezone.now(), admission_round=get_round(round_id))
        refused = [
            {"index": item.index, "code": item.problem.code, "message": item.problem.message}
            for item in filed.refused
        ]
        receipts = [row.receipt.receipt for row in filed.applications]
        return Response(FiledSerializer({"receipts": receipts, "refused": refused}).data)


class ApplicationDetail(APIView):
    """One application."""

    @extend_schema(operation_id="get_application", responses=ApplicationViewSerializer)
    def get(self, request: Request, application_id: UUID) -> Response:
        """Return it to its guardian or to those who read the district."""
        found = get_application(application_id, reader=person(request))
        return Response(ApplicationViewSerializer(application_view(found)).data)


class ApplicationForms(APIView):
    """The form that stands, to be read and to be changed."""

    @extend_schema(operation_id="get_application_form", responses=AmendmentSerializer)
    def get(self, request: Request, application_id: UUID) -> Response:
        """Return it as the guardian wrote it, with its version: what `put` takes back with the changes."""
        form, version = read_form(application_id, reader=person(request))
        return Response(AmendmentSerializer({**_form_data(form), "version": version}).data)

    @extend_schema(
        operation_id="amend_application", request=AmendmentSerializer, responses=ApplicationSerializer
    )
    def put(self, request: Request, application_id: UUID) -> Response:
        """Put another form in its place, while the round is open or after a return; the receipt stays."""
        given = AmendmentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        version = given.validated_data.pop("version")
        row = amend_application(
            actor=person(request),
            now=timezone.now(),
            application_id=application_id,
            version=version,
            form=form_of(given.validated_data),
        )
        if row.unanswered:  # a register was silent: the worker asks it again
            request_asking(now=timezone.now(), admission_round=row.round)
        return Response(ApplicationSerializer(row).data)


class WithdrawApplication(APIView):
    """Withdrawing."""

    @extend_schema(operation_id="withdraw_application", request=None, responses=ApplicationSerializer)
    def post(self, request: Request, application_id: UUID) -> Response:
        """Withdraw while the round is open; the child keeps its receipt."""
        row = withdraw_application(actor=person(request), now=timezone.now(), application_id=application_id)
        return Response(ApplicationSerializer(row).data)


class ObjectToRefusal(APIView):
    """Objecting to a refusal."""

    @extend_schema(operation_id="object_to_refusal", request=None, responses=ApplicationSerializer)
    def post(self, request: Request, application_id: UUID) -> Response:
        """Object while there is time for review; an officer looks at the application again."""
        row = object_to_refusal(actor=person(request), now=timezone.now(), application_id=application_id)
        return Response(ApplicationSerializer(row).data)


class ApplicationProof(APIView):
    """The proof that the child of an application is on the entry list."""

    @extend_schema(operation_id="get_list_proof", responses=ListProofSerializer)
    def get(self, request: Request, application_id: UUID) -> Response:
        """Return the proof, once the list is closed."""
        application = get_application(application_id, reader=person(request))
        return Response(ListProofSerializer(json.loads(inclusion_document(application))).data)


class ReviewApplication(APIView):
    """An officer's step."""

    @extend_schema(
        operation_id="review_application", request=ReviewSerializer, responses=ApplicationSerializer
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        """Accept, return, refuse or reopen."""
        given = ReviewSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        row = review_application(
            actor=person(request),
            now=timezone.now(),
            application_id=application_id,
            step=Step(given.validated_data["step"]),
            reason=given.validated_data["reason"],
            version=given.validated_data["version"],
        )
        return Response(ApplicationSerializer(row).data)
