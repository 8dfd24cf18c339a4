"""What is recorded after results: answers, wishes to move, places given on, children left off. All insert-only."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.insert_only import insert_only
from admissions.models.applications import Application
from admissions.models.draws import DrawRecord
from admissions.models.offers import Offer, OfferStatus
from admissions.models.rounds import PlanLine


class OfferStep(models.Model):
    """A step of an offer: who took it, and why. Insert-only."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="steps")
    action = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=OfferStatus.choices)
    reason = models.TextField(blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField()

    class Meta:
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.offer_id}: {self.action}"


class WaitingWish(models.Model):
    """Whether a child with a place waits for a choice higher on its list; the newest row counts. Insert-only."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="waiting_wishes")
    waits = models.BooleanField()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    said_at = models.DateTimeField()

    class Meta:
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.application_id}: {self.waits}"


class LeftOff(models.Model):
    """A child with a receipt who was left off the list by mistake and draws from the same seed. Insert-only.

    entry     -- what the waiting lists need of it, in the form of moves.json
    standings -- line id -> [tier, sort keys...], from which its ranks were made; never published
    """

    draw = models.ForeignKey(DrawRecord, on_delete=models.PROTECT, related_name="left_off")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="left_off")
    receipt = models.CharField(max_length=20)
    entry = models.JSONField()
    standings = models.JSONField()
    reason = models.TextField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="left_off_once", fields=["draw", "application"]),
            models.CheckConstraint(name="left_off_needs_reason", condition=~Q(reason="")),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return self.receipt


class WaitlistRun(models.Model):
    """One time that freed places were given on. Insert-only.

    document -- the run as published in moves.json, canonical bytes
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draw = models.ForeignKey(DrawRecord, on_delete=models.PROTECT, related_name="waitlist_runs")
    number = models.IntegerField()
    document = models.BinaryField()
    digest = models.CharField(max_length=64)
    run_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    run_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="waitlist_run_number_once", fields=["draw", "number"]),
            models.CheckConstraint(name="waitlist_run_from_one", condition=Q(number__gte=1)),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.draw_id} {self.number}"


class WaitlistMove(models.Model):
    """One child that was given a freed place. Insert-only.

    rule      -- waitlist: next in the order of the draw; left_off: stood before the cut-off
    from_line -- what it held until then; None for a child without a place
    """

    run = models.ForeignKey(WaitlistRun, on_delete=models.PROTECT, related_name="moves")
    position = models.PositiveIntegerField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="waitlist_moves")
    rule = models.CharField(max_length=10)
    from_line = models.ForeignKey(PlanLine, null=True, on_delete=models.PROTECT, related_name="+")
    to_line = models.ForeignKey(PlanLine, on_delete=models.PROTECT, related_name="waitlist_moves")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="waitlist_move_position_once", fields=["run", "position"]),
            models.CheckConstraint(
                name="waitlist_move_rule_is_known", condition=Q(rule__in=["waitlist", "left_off"])
            ),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.application_id}: {self.to_line_id}"
