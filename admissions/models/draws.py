"""Entry lists, public values, draws and their outcomes: insert-only."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.insert_only import insert_only
from admissions.models.applications import Application
from admissions.models.rounds import AdmissionRound, PlanLine


class EntryList(models.Model):
    """The frozen list of a draw. Insert-only: a re-run is a new list with a reason, and both are kept.

    document           -- entry_list.json, canonical bytes
    plan_document      -- round.json, canonical bytes
    public_value_names -- named before any value exists, in the order in which they enter the seed
    ticket_algorithm, code_version -- as in the document; the version is empty in lists older than its record
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(AdmissionRound, on_delete=models.PROTECT, related_name="entry_lists")
    number = models.IntegerField()
    document = models.BinaryField()
    plan_document = models.BinaryField()
    digest = models.CharField(max_length=64)
    merkle_root = models.CharField(max_length=64)
    entry_count = models.IntegerField()
    public_value_names = models.JSONField()
    ticket_algorithm = models.CharField(max_length=20, default="HMAC-SHA-256")
    code_version = models.CharField(max_length=80, blank=True)
    reason = models.TextField(blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="entry_list_number_once", fields=["round", "number"]),
            models.CheckConstraint(
                name="entry_list_again_needs_reason", condition=Q(number=1) | ~Q(reason="")
            ),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.round_id} {self.number}"


class Entry(models.Model):
    """What stands behind one receipt on an entry list and is never published. Insert-only.

    is_drawn  -- False for special-needs cases, who are placed before the draw and are in no public list
    standings -- line id -> [category, tier, sort keys...], from which the published ranks were made
    locked    -- line id -> day: listed lines whose school the child's dwelling has used, and until when
    nearest   -- [line id, metres] within reach for coordinated placement, nearest first
    salt      -- opens the commitment to `nearest`
    """

    entry_list = models.ForeignKey(EntryList, on_delete=models.PROTECT, related_name="entries")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="entries")
    receipt = models.CharField(max_length=20)
    is_drawn = models.BooleanField()
    standings = models.JSONField()
    locked = models.JSONField(default=dict)
    nearest = models.JSONField()
    salt = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="entry_once", fields=["entry_list", "application"]),
            models.UniqueConstraint(name="entry_receipt_once", fields=["entry_list", "receipt"]),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return self.receipt


class PublicValue(models.Model):
    """A public value as one officer read it. Two officers enter each; the draw needs both to agree. Insert-only."""

    entry_list = models.ForeignKey(EntryList, on_delete=models.PROTECT, related_name="public_values")
    name = models.CharField(max_length=100)
    value = models.CharField(max_length=200)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="value_once_per_officer", fields=["entry_list", "name", "entered_by"]
            )
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return self.name


class DrawRecord(models.Model):
    """The one draw of an entry list. Insert-only.

    bundle -- the public bundle as published, a zip
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry_list = models.OneToOneField(EntryList, on_delete=models.PROTECT, related_name="draw")
    public_values = models.JSONField()
    seed = models.CharField(max_length=64)
    bundle = models.BinaryField()
    bundle_digest = models.CharField(max_length=64)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    drawn_at = models.DateTimeField()

    class Meta:
        triggers = insert_only()

    def __str__(self) -> str:
        return str(self.id)


class Placement(models.Model):
    """The outcome of one child in a draw. Insert-only.

    position -- place of the met choice in the family's list; None when coordinated or not placed
    nearest  -- when coordinated: 1 for the nearest line within reach
    """

    draw = models.ForeignKey(DrawRecord, on_delete=models.PROTECT, related_name="placements")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="placements")
    line = models.ForeignKey(PlanLine, null=True, on_delete=models.PROTECT, related_name="placements")
    reason = models.CharField(max_length=40)
    choice = models.PositiveSmallIntegerField(null=True)
    nearest = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="placement_once", fields=["draw", "application"])]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.application_id}: {self.reason}"


class ChoiceOutcome(models.Model):
    """Why a choice was or was not met. Insert-only."""

    draw = models.ForeignKey(DrawRecord, on_delete=models.PROTECT, related_name="outcomes")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="outcomes")
    line = models.ForeignKey(PlanLine, on_delete=models.PROTECT, related_name="outcomes")
    choice = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=40)
    waitlist_place = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="outcome_once", fields=["draw", "application", "line"])]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.application_id} {self.line_id}: {self.reason}"


class LineCutoff(models.Model):
    """Where the admission of a line ended. Insert-only.

    by_tier -- [tier, applicants] ascending; they add up to `applicants`; empty in draws older than its record
    """

    draw = models.ForeignKey(DrawRecord, on_delete=models.PROTECT, related_name="cutoffs")
    line = models.ForeignKey(PlanLine, on_delete=models.PROTECT, related_name="cutoffs")
    seats = models.IntegerField()
    applicants = models.IntegerField()
    by_tier = models.JSONField(default=list)
    admitted = models.IntegerField()
    tier = models.IntegerField(null=True)
    rank = models.IntegerField(null=True)
    ticket = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="cutoff_once", fields=["draw", "line"])]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.line_id}"
