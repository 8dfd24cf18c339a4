"""Other portals: their mappings, what they handed in and when, and which application is whose."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.insert_only import insert_only
from admissions.models.applications import Application
from admissions.models.rounds import AdmissionRound
from geo_data.models import District


class PortalMappingVersion(models.Model):
    """One text of a portal's mapping in a district; the newest holds. Insert-only: a changed word is another version.

    text -- YAML as written; data is what it says, and digest the SHA-256 of that
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="portal_mappings")
    portal = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    text = models.TextField()
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="portal_mapping_number_once", fields=["district", "portal", "number"]
            ),
            models.CheckConstraint(name="portal_mapping_from_one", condition=Q(number__gte=1)),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.portal} {self.number}"


class BatchKind(models.TextChoices):
    """How applications came in."""

    FILE = "file", _("file")
    REQUEST = "request", _("request")


class PortalBatch(models.Model):
    """One file or request of a portal that was taken: what it changed. Insert-only; holds no personal data.

    key     -- the file's digest with its options, or the idempotency key of the request
    digest  -- of what was handed in; the same key with another digest is refused
    outcome -- of a request: what was answered
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(AdmissionRound, on_delete=models.PROTECT, related_name="portal_batches")
    mapping = models.ForeignKey(PortalMappingVersion, on_delete=models.PROTECT, related_name="batches")
    portal = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=BatchKind.choices)
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    withdrawn = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    outcome = models.JSONField(default=list)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="portal_batch_once", fields=["round", "portal", "kind", "key"]),
            models.CheckConstraint(name="portal_batch_kind_is_known", condition=Q(kind__in=BatchKind.values)),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.portal} {self.kind} {self.taken_at:%Y-%m-%d %H:%M}"


class PortalApplication(models.Model):
    """A portal's own number and the application that stands for it now.

    content      -- keyed digest of what the portal stated: tells whether it changed, and nothing else
    is_withdrawn -- at the portal; the application may be withdrawn here alone
    batch        -- the last that changed it
    """

    round = models.ForeignKey(AdmissionRound, on_delete=models.PROTECT, related_name="portal_applications")
    portal = models.CharField(max_length=20)
    number = models.CharField(max_length=60)
    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="portal_application"
    )
    content = models.CharField(max_length=64)
    is_withdrawn = models.BooleanField(default=False)
    batch = models.ForeignKey(PortalBatch, on_delete=models.PROTECT, related_name="applications")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="portal_number_once", fields=["round", "portal", "number"])
        ]

    def __str__(self) -> str:
        return f"{self.portal} {self.number}"
