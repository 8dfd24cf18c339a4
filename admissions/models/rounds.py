"""Rounds and their plan lines."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from admissions.models.policies import PolicyVersion
from geo_data.models import District, School, Stage
from zoning.models import ZonePublication

ON_FROZEN_POLICY = """
IF NOT EXISTS (
    SELECT 1 FROM admissions_policyversion AS version
    WHERE version.id = NEW.policy_version_id AND version.status = 'frozen' AND version.digest = NEW.policy_digest
      AND (version.district_id, version.stage, version.year) = (NEW.district_id, NEW.stage, NEW.year)
) THEN
    RAISE EXCEPTION 'a round opens on a frozen policy version of its district, stage and year';
END IF;
RETURN NEW;
"""


class RoundStatus(models.TextChoices):
    """What the bureau has done so far; where the calendar stands is computed, never stored."""

    DRAFT = "draft", _("draft")
    OPEN = "open", _("open for applications")
    CLOSED = "closed", _("entries closed")
    DRAWN = "drawn", _("drawn and placed")
    PUBLISHED = "published", _("results published")
    CANCELLED = "cancelled", _("cancelled")


class AdmissionRound(models.Model):
    """One year's admission of one stage. Policy and zones are pinned and cannot change once it is open.

    refill_of, refill_number -- a refill round offers what the round before it left, and is numbered from 1; 0 is
                                the round of the year
    policy_version -- the published text it rests on; None only in rounds older than policy versions
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="rounds")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    year = models.IntegerField()
    name = models.CharField(max_length=100)
    status = models.CharField(max_length=10, choices=RoundStatus.choices, default=RoundStatus.DRAFT)
    policy = models.JSONField()
    policy_digest = models.CharField(max_length=64)
    policy_version = models.ForeignKey(
        PolicyVersion, null=True, on_delete=models.PROTECT, related_name="rounds"
    )
    publication = models.ForeignKey(ZonePublication, on_delete=models.PROTECT, related_name="rounds")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    refill_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="refills")
    refill_number = models.PositiveSmallIntegerField(default=0)
    refill_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="round_one_live_per_stage_and_year",
                fields=["district", "stage", "year", "refill_number"],
                condition=~Q(status=RoundStatus.CANCELLED),
            ),
            models.CheckConstraint(
                name="round_refill_has_number_and_reason",
                condition=Q(refill_of=None, refill_number=0)
                | Q(refill_of__isnull=False, refill_number__gte=1) & ~Q(refill_reason=""),
            ),
            models.CheckConstraint(name="round_status_is_known", condition=Q(status__in=RoundStatus.values)),
            models.CheckConstraint(
                name="round_opened_when_past_draft",
                condition=Q(status__in=[RoundStatus.DRAFT, RoundStatus.CANCELLED])
                | Q(opened_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="round_opens_on_frozen_policy",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status=RoundStatus.DRAFT, new__status=RoundStatus.OPEN),
                func=ON_FROZEN_POLICY,
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlanLine(models.Model):
    """Seats of one school filled in one order; the planned intake of a round is the sum of a school's lines.

    rule        -- code of the line in the policy
    offers_live -- offers held or enrolled, counted by triggers; never above `seats`
    """

    round = models.ForeignKey(AdmissionRound, on_delete=models.PROTECT, related_name="lines")
    line_id = models.CharField(max_length=60)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=60)
    track = models.CharField(max_length=10)
    seats = models.IntegerField()
    reserve_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reserves"
    )
    offers_live = models.IntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="line_id_once_per_round", fields=["round", "line_id"]),
            models.CheckConstraint(name="offers_never_above_plan", condition=Q(offers_live__lte=F("seats"))),
            models.CheckConstraint(name="offers_live_not_negative", condition=Q(offers_live__gte=0)),
            models.CheckConstraint(name="line_track_is_known", condition=Q(track__in=["public", "private"])),
        ]

    def __str__(self) -> str:
        return self.line_id
