"""Policies: every text that was ever saved, the steps of its approval, and what became of it."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.insert_only import insert_only
from geo_data.models import District, Stage


class PolicyStatus(models.TextChoices):
    """Changes only along TRANSITIONS, which the database holds."""

    DRAFT = "draft", _("draft")
    CHECKED = "checked", _("legal check passed")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    FROZEN = "frozen", _("frozen: a round rests on it")
    WITHDRAWN = "withdrawn", _("withdrawn")


TRANSITIONS = [
    (PolicyStatus.DRAFT, PolicyStatus.CHECKED),
    (PolicyStatus.CHECKED, PolicyStatus.DRAFT),  # checked again on another day, and refused
    (PolicyStatus.CHECKED, PolicyStatus.APPROVED),
    (PolicyStatus.APPROVED, PolicyStatus.PUBLISHED),
    (PolicyStatus.PUBLISHED, PolicyStatus.FROZEN),
    *(
        (status, PolicyStatus.WITHDRAWN)
        for status in (
            PolicyStatus.DRAFT,
            PolicyStatus.CHECKED,
            PolicyStatus.APPROVED,
            PolicyStatus.PUBLISHED,
        )
    ),
]
PUBLIC_STATUSES = (PolicyStatus.PUBLISHED, PolicyStatus.FROZEN)
WRITTEN_ONCE = ["district", "stage", "year", "number", "text", "data", "digest", "writer", "saved_at"]

NOT_THE_WRITER = """
IF EXISTS (SELECT 1 FROM admissions_policyversion WHERE id = NEW.version_id AND writer_id = NEW.approver_id) THEN
    RAISE EXCEPTION 'the writer of a policy cannot approve it';
END IF;
RETURN NEW;
"""
TWO_APPROVED = """
IF (SELECT count(*) FROM admissions_policyapproval WHERE version_id = NEW.id) < 2 THEN
    RAISE EXCEPTION 'a policy is approved by two people other than its writer';
END IF;
RETURN NEW;
"""


class PolicyVersion(models.Model):
    """One text of a district's policy for a stage and year. A changed word is another version.

    text     -- YAML as written; data is what it says, in canonical form, and digest the SHA-256 of that
    remark   -- what the writer changed and why
    findings -- what the last legal check found: code, path, severity, zh, en
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="policies")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    year = models.IntegerField()
    number = models.IntegerField()
    text = models.TextField()
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    remark = models.CharField(max_length=300, blank=True)
    writer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=PolicyStatus.choices, default=PolicyStatus.DRAFT)
    findings = models.JSONField(default=list)
    saved_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="policy_number_once", fields=["district", "stage", "year", "number"]
            ),
            models.UniqueConstraint(
                name="policy_text_once",
                fields=["district", "stage", "year", "digest"],
                condition=~Q(status=PolicyStatus.WITHDRAWN),
            ),
            models.UniqueConstraint(
                name="policy_one_published",
                fields=["district", "stage", "year"],
                condition=Q(status=PolicyStatus.PUBLISHED),
            ),
            models.CheckConstraint(
                name="policy_status_is_known", condition=Q(status__in=PolicyStatus.values)
            ),
            models.CheckConstraint(
                name="policy_moments_fit_status",
                condition=Q(status__in=[PolicyStatus.DRAFT, PolicyStatus.WITHDRAWN])
                | Q(status=PolicyStatus.CHECKED, checked_at__isnull=False)
                | Q(status=PolicyStatus.APPROVED, checked_at__isnull=False, approved_at__isnull=False)
                | Q(status=PolicyStatus.PUBLISHED, approved_at__isnull=False, published_at__isnull=False)
                | Q(status=PolicyStatus.FROZEN, published_at__isnull=False, frozen_at__isnull=False),
            ),
            models.CheckConstraint(
                name="policy_withdrawn_with_reason",
                condition=~Q(status=PolicyStatus.WITHDRAWN)
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="policy_text_stays", fields=WRITTEN_ONCE),
            pgtrigger.Protect(name="policy_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="policy_frozen_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=[PolicyStatus.FROZEN, PolicyStatus.WITHDRAWN]),
            ),
            pgtrigger.FSM(
                name="policy_status_steps",
                field="status",
                transitions=[(before.value, after.value) for before, after in TRANSITIONS],
            ),
            pgtrigger.Trigger(
                name="policy_two_approved",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__status=PolicyStatus.APPROVED)
                & ~pgtrigger.Q(old__status=PolicyStatus.APPROVED),
                func=TWO_APPROVED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.district_id} {self.stage} {self.year} {self.number}"


class PolicyStep(models.Model):
    """A step that the bureau took for a version, with its day and number. Insert-only; the newest of a step counts."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=20)
    done_on = models.DateField()
    reference = models.CharField(max_length=200)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="policy_step_has_reference", condition=~Q(reference="")),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.version_id} {self.step}"


class PolicyApproval(models.Model):
    """One person's approval of one text: never the writer's, once a person. Insert-only."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="approvals")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="policy_approved_once_per_person", fields=["version", "approver"])
        ]
        triggers = [
            *insert_only(),
            pgtrigger.Trigger(
                name="not_the_writer",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=NOT_THE_WRITER,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.approver_id}"
