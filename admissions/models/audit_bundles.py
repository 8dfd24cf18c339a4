"""Auditor's bundles that were made and can be downloaded for some days."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from admissions.models.rounds import AdmissionRound


class AuditBundle(models.Model):
    """One bundle as it was made; the file lies sealed in the storage `uploads` and goes when its time is over.

    digest           -- SHA-256 of the zip, which the audit log holds too
    stored_name      -- its name in the storage, which says nothing; empty once deleted
    with_preferences -- whether it tells to which preferential group a child belongs
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(AdmissionRound, on_delete=models.PROTECT, related_name="audit_bundles")
    digest = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    stored_name = models.CharField(max_length=100, blank=True)
    with_preferences = models.BooleanField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="audit_bundle_size", condition=Q(size_bytes__gt=0)),
            models.CheckConstraint(
                name="audit_bundle_expires_later", condition=Q(expires_at__gt=F("made_at"))
            ),
        ]
        indexes = [
            models.Index(name="audit_bundle_by_round", fields=["round", "-made_at"]),
            models.Index(name="audit_bundle_by_age", fields=["expires_at"], condition=~Q(stored_name="")),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.digest[:12]}"
