"""People, what they did, the jobs they started and the messages sent to them."""

import uuid
from typing import ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.insert_only import insert_only


class Role(models.TextChoices):
    """What a person is to the bureau; accounts/permissions.py says what each may do."""

    GUARDIAN = "guardian", _("guardian")
    SCHOOL_OFFICER = "school_officer", _("school officer")
    DISTRICT_OFFICER = "district_officer", _("district officer")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")
    PORTAL = "portal", _("portal")


DISTRICT_ROLES = (Role.SCHOOL_OFFICER, Role.DISTRICT_OFFICER, Role.AUDITOR, Role.PORTAL)


class UserManager(BaseUserManager["User"]):
    """Finds people by user name at sign-in."""


class User(AbstractBaseUser):
    """A person who signs in: a guardian by phone, anybody else by user name.

    Django's own permissions are left out on purpose: the role is the only thing that grants anything.
    A guardian has no name here; names are sealed in the application. A portal is no person: another platform that
    hands applications in by token; `portal_code` is that of its mapping.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(_("user name"), max_length=150, unique=True, null=True, blank=True)
    display_name = models.CharField(_("display name"), max_length=100, blank=True)
    phone_sealed = models.BinaryField(null=True, blank=True)
    phone_index = models.CharField(max_length=64, unique=True, null=True, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    district_code = models.CharField(max_length=20, blank=True)
    school_code = models.CharField(max_length=40, blank=True)
    portal_code = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_role_is_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="user_guardian_has_phone_only",
                condition=~Q(role=Role.GUARDIAN)
                | Q(username=None, phone_index__isnull=False, display_name="", district_code=""),
            ),
            models.CheckConstraint(
                name="user_staff_has_username",
                condition=Q(role=Role.GUARDIAN) | Q(username__isnull=False, phone_index=None),
            ),
            models.CheckConstraint(
                name="user_username_is_lower_case", condition=Q(username=Lower(F("username")))
            ),
            models.CheckConstraint(
                name="user_district_role_has_district",
                condition=~Q(role__in=DISTRICT_ROLES) | ~Q(district_code=""),
            ),
            models.CheckConstraint(
                name="user_only_school_officer_has_school",
                condition=(Q(role=Role.SCHOOL_OFFICER) & ~Q(school_code=""))
                | (~Q(role=Role.SCHOOL_OFFICER) & Q(school_code="")),
            ),
            models.CheckConstraint(
                name="user_only_portal_has_portal_code",
                condition=(Q(role=Role.PORTAL) & ~Q(portal_code=""))
                | (~Q(role=Role.PORTAL) & Q(portal_code="")),
            ),
            models.CheckConstraint(
                name="user_phone_is_sealed_and_indexed",
                condition=Q(phone_index=None, phone_sealed=None)
                | Q(phone_index__isnull=False, phone_sealed__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.username or str(self.pk)


class ServiceToken(models.Model):
    """What a portal shows instead of a password. Only the digest is kept; the token was shown once.

    expires_at -- excluded end; revoked_at is set once, and nothing else ever changes
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="token_expires_after_issue", condition=Q(expires_at__gt=F("issued_at"))
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="token_stays", fields=["account", "digest", "issued_by", "issued_at", "expires_at"]
            ),
            pgtrigger.Protect(
                name="token_revoked_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False),
            ),
            pgtrigger.Protect(name="token_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} until {self.expires_at:%Y-%m-%d}"


class AuditEvent(models.Model):
    """What somebody did. Insert-only. Holds no personal data."""

    at = models.DateTimeField()
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    actor_role = models.CharField(max_length=20, blank=True)
    action = models.CharField(max_length=80)
    district_code = models.CharField(max_length=20, blank=True)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=80)
    details = models.JSONField(default=dict)
    leaf = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(name="audit_by_subject", fields=["subject_type", "subject_id", "id"]),
            models.Index(name="audit_by_district", fields=["district_code", "id"]),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.id} {self.action}"


class AuditLeaf(models.Model):
    """The place of an event in the tree, given when a tree head is published. Insert-only."""

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(AuditEvent, on_delete=models.PROTECT, related_name="place")

    class Meta:
        constraints = [models.CheckConstraint(name="audit_leaf_position", condition=Q(position__gte=0))]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.position}: {self.event_id}"


class AuditTreeHead(models.Model):
    """The RFC 6962 root over the first `size` events, as published. Insert-only."""

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    at = models.DateTimeField()
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    frontier = models.JSONField(default=list)

    class Meta:
        constraints = [models.CheckConstraint(name="audit_head_size", condition=Q(size__gte=1))]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.size} {self.root}"


class JobStatus(models.TextChoices):
    """Where a background job stands."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


LIVE = (JobStatus.QUEUED, JobStatus.RUNNING)


class JobRun(models.Model):
    """A background job as people see it: who asked, how far it is, how it ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    district_code = models.CharField(max_length=20, blank=True)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=80)
    status = models.CharField(max_length=10, choices=JobStatus.choices, default=JobStatus.QUEUED)
    stage = models.CharField(max_length=80, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    attempts = models.SmallIntegerField(default=0)
    result = models.JSONField(default=dict)
    failure_code = models.CharField(max_length=80, blank=True)
    failure_message = models.TextField(blank=True)
    requested_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    task_id = models.UUIDField(unique=True)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    progress_at = models.DateTimeField(null=True)
    stop_asked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="job_one_live_per_subject",
                fields=["kind", "subject_type", "subject_id"],
                condition=Q(status__in=LIVE),
            ),
            models.CheckConstraint(name="job_status_is_known", condition=Q(status__in=JobStatus.values)),
            models.CheckConstraint(
                name="job_counts", condition=Q(done__gte=0, total__gte=0, attempts__gte=0)
            ),
            models.CheckConstraint(
                name="job_finished_when_over",
                condition=Q(status__in=LIVE, finished_at=None)
                | (~Q(status__in=LIVE) & Q(finished_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="job_by_subject", fields=["kind", "subject_type", "subject_id", "-requested_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"


class OutboxMessage(models.Model):
    """A text message kept by the local gateway; recipient and text are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient_index = models.CharField(max_length=64)
    recipient_sealed = models.BinaryField()
    text_sealed = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(name="outbox_by_recipient", fields=["recipient_index", "-created_at"]),
            models.Index(name="outbox_by_age", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return str(self.id)
