"""Receipts, applications with their facts, and choices."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.insert_only import insert_only, kept_but_for_sealing
from admissions.models.rounds import AdmissionRound, PlanLine


class ChildReceipt(models.Model):
    """The receipt number of a child in a round: given once, whatever happens to the form. Insert-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(AdmissionRound, on_delete=models.PROTECT, related_name="receipts")
    child_index = models.CharField(max_length=64)
    receipt = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="receipt_one_per_child_and_round", fields=["round", "child_index"]),
            models.UniqueConstraint(name="receipt_number_once_per_round", fields=["round", "receipt"]),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return self.receipt


class ApplicationStatus(models.TextChoices):
    """Changes only along the table in admissions/rules/status.py."""

    FILED = "filed", _("filed")
    RETURNED = "returned", _("returned for correction")
    ACCEPTED = "accepted", _("facts verified")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


LIVE_STATUSES = (ApplicationStatus.FILED, ApplicationStatus.RETURNED, ApplicationStatus.ACCEPTED)


class Application(models.Model):
    """One child's application in one round. Names, numbers and address are sealed.

    facts          -- list of {name, value, source, as_of, verifier, expires_on} in the closed vocabulary
    category, tier -- computed from the facts, never chosen: at the first public school of the list
    group_code     -- of the twin group, once it is proved; what a family only states is among the facts
    accepts_adjustment -- the child takes another private school with seats left, should it lose its private draws
    answers        -- {register, outcome, asked_at} of the last time each register was asked
    unanswered     -- registers without an answer so far; the worker asks them again
    review_reason  -- why it was returned or refused, in the words that the family reads; empty otherwise
    contradictory  -- facts on which registers disagree, as `facts`; such names are left open in `facts`
    version        -- how many times the family wrote it: 1, and one more for every change; earlier ones are kept
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(AdmissionRound, on_delete=models.PROTECT, related_name="applications")
    receipt = models.ForeignKey(ChildReceipt, on_delete=models.PROTECT, related_name="applications")
    child_index = models.CharField(max_length=64)
    guardian = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="applications"
    )
    source = models.CharField(max_length=40, blank=True)
    name_sealed = models.BinaryField()
    identity_sealed = models.BinaryField()
    guardian_name_sealed = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    address_sealed = models.BinaryField(null=True)
    birth_on = models.DateField()
    sex = models.CharField(max_length=6)
    unit_code = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=list)
    answers = models.JSONField(default=list)
    unanswered = models.JSONField(default=list)
    contradictory = models.JSONField(default=list)
    status = models.CharField(
        max_length=10, choices=ApplicationStatus.choices, default=ApplicationStatus.FILED
    )
    review_reason = models.CharField(max_length=500, blank=True, default="")
    category = models.CharField(max_length=60, blank=True)
    tier = models.IntegerField(null=True, blank=True)
    group_code = models.CharField(max_length=40, blank=True)
    split_allowed = models.BooleanField(default=False)
    accepts_coordination = models.BooleanField(default=True)
    accepts_adjustment = models.BooleanField(default=False)
    version = models.PositiveSmallIntegerField(default=1)
    filed_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="application_version_from_one", condition=Q(version__gte=1)),
            models.UniqueConstraint(
                name="application_one_live_per_child_and_round",
                fields=["round", "child_index"],
                condition=Q(status__in=LIVE_STATUSES),
            ),
            models.CheckConstraint(
                name="application_status_is_known", condition=Q(status__in=ApplicationStatus.values)
            ),
        ]
        indexes = [
            models.Index(name="application_by_status", fields=["round", "status"]),
            models.Index(name="application_unanswered", fields=["round"], condition=~Q(unanswered=[])),
            models.Index(name="application_contradictory", fields=["round"], condition=~Q(contradictory=[])),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ApplicationVersion(models.Model):
    """An application as it stood before its family changed it. Kept as it was; only its sealing may be renewed.

    number         -- as of Application.version
    written_sealed -- JSON of the form as it was written, names and address included: one sealed value
    line_ids       -- the lines listed, in their order; facts, status, category and tier as of Application
    replaced_by    -- the family, or who changed it for the family
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    written_sealed = models.BinaryField()
    line_ids = models.JSONField(default=list)
    facts = models.JSONField(default=list)
    status = models.CharField(max_length=10, choices=ApplicationStatus.choices)
    review_reason = models.CharField(max_length=500, blank=True, default="")
    category = models.CharField(max_length=60, blank=True)
    tier = models.IntegerField(null=True, blank=True)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="version_once_per_application", fields=["application", "number"]),
            models.CheckConstraint(name="version_from_one", condition=Q(number__gte=1)),
        ]
        triggers = kept_but_for_sealing("written_sealed")

    def __str__(self) -> str:
        return f"{self.application_id}: {self.number}"


class ApplicationChoice(models.Model):
    """A line that a family listed. Lines of one school share `choice`; `position` orders the whole list."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="choices")
    line = models.ForeignKey(PlanLine, on_delete=models.PROTECT, related_name="choices")
    choice = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="choice_line_once", fields=["application", "line"]),
            models.UniqueConstraint(name="choice_position_once", fields=["application", "position"]),
            models.CheckConstraint(name="choice_from_one", condition=Q(choice__gte=1, position__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.line_id}"
