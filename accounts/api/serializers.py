"""How people, jobs and events are printed."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import AuditEvent, JobRun, JobStatus, Role


class PersonSerializer(serializers.Serializer[object]):
    """Who is signed in, and what they may do."""

    id = serializers.UUIDField()
    role = serializers.ChoiceField(choices=Role.choices)
    display_name = serializers.CharField(help_text="Empty for guardians, whose names are sealed.")
    district_code = serializers.CharField()
    school_code = serializers.CharField()
    actions = serializers.ListField(child=serializers.CharField(), help_text="What the role allows.")


class FailureSerializer(serializers.Serializer[object]):
    """Why a job failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class JobSerializer(serializers.ModelSerializer[JobRun]):
    """A background job, as far as it is."""

    status = serializers.ChoiceField(choices=JobStatus.choices)
    percent = serializers.SerializerMethodField()
    result = serializers.DictField(help_text="What the job found, once it has succeeded.")
    failure = serializers.SerializerMethodField()

    class Meta:
        model = JobRun
        fields = (
            "id",
            "kind",
            "subject_type",
            "subject_id",
            "district_code",
            "status",
            "stage",
            "done",
            "total",
            "percent",
            "attempts",
            "requested_at",
            "started_at",
            "finished_at",
            "result",
            "failure",
        )
        read_only_fields = fields

    def get_percent(self, job: JobRun) -> int | None:
        """Return whole percent of the stage, or None where there is nothing to count."""
        return min(100, job.done * 100 // job.total) if job.total else None

    @extend_schema_field(FailureSerializer(allow_null=True))
    def get_failure(self, job: JobRun) -> dict[str, str] | None:
        """Return why the job failed."""
        if job.status != JobStatus.FAILED:
            return None
        return {"code": job.failure_code, "message": job.failure_message}


class EventSerializer(serializers.ModelSerializer[AuditEvent]):
    """An event of the audit log."""

    position = serializers.SerializerMethodField()

    class Meta:
        model = AuditEvent
        fields = (
            "id",
            "at",
            "actor",
            "actor_role",
            "action",
            "district_code",
            "subject_type",
            "subject_id",
            "details",
            "leaf",
            "position",
        )
        read_only_fields = fields

    def get_position(self, event: AuditEvent) -> int | None:
        """Return the event's place in the tree, or None before the next head."""
        place = getattr(event, "place", None)
        return place.position if place else None


class ProofSerializer(serializers.Serializer[object]):
    """What shows that an event is under the last published head: RFC 6962, 2.1.1."""

    leaf = serializers.CharField(help_text="The entry: 32 bytes, hexadecimal.")
    position = serializers.IntegerField()
    size = serializers.IntegerField()
    tree_root = serializers.CharField(source="root")
    path = serializers.ListField(child=serializers.CharField())
