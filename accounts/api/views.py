"""The API of accounts: who I am, my jobs, the audit log."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import EventSerializer, JobSerializer, PersonSerializer, ProofSerializer
from accounts.models import AuditEvent, Role, User
from accounts.permissions import ALLOWED, Action, may_see_job, require
from accounts.selectors.audit import get_event, get_inclusion_proof, list_events
from accounts.selectors.jobs import NoSuchJob, get_job


class Me(APIView):
    """Who is signed in."""

    @extend_schema(operation_id="get_me", responses=PersonSerializer)
    def get(self, request: Request) -> Response:
        """Return the person of this session."""
        person = request.user
        if not isinstance(person, User):
            raise TypeError("a session belongs to a User")
        actions = sorted(action.value for action in ALLOWED[Role(person.role)])
        fields = ("id", "role", "display_name", "district_code", "school_code")
        shown = {name: getattr(person, name) for name in fields}
        return Response(PersonSerializer({**shown, "actions": actions}).data)


class JobDetail(APIView):
    """A background job."""

    @extend_schema(operation_id="get_job", responses=JobSerializer)
    def get(self, request: Request, job_id: UUID) -> Response:
        """Return how far the job is."""
        job = get_job(job_id)
        if not may_see_job(request.user, job):
            raise NoSuchJob("there is no such job", job=str(job_id))
        return Response(JobSerializer(job).data)


class NewestFirst(CursorPagination):
    """Pages of the log stay where they are while it grows."""

    page_size = 100
    ordering = "-id"


class Events(ListAPIView[AuditEvent]):
    """The audit log of a district, for its auditors."""

    serializer_class = EventSerializer
    pagination_class = NewestFirst
    queryset = AuditEvent.objects.none()  # which district's is known when asked

    @extend_schema(
        operation_id="list_audit_events",
        parameters=[OpenApiParameter("district", str, required=True, description="District code.")],
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Return events, newest first."""
        district_code = request.query_params.get("district", "")
        require(request.user, Action.READ_AUDIT, district_code)
        self.queryset = list_events(district_code)
        return self.list(request)


class EventProof(APIView):
    """The proof that an event is in the log."""

    @extend_schema(operation_id="get_audit_proof", responses=ProofSerializer)
    def get(self, request: Request, event_id: int) -> Response:
        """Return the proof under the last published head."""
        require(request.user, Action.READ_AUDIT, get_event(event_id).district_code)
        return Response(ProofSerializer(get_inclusion_proof(event_id)).data)
