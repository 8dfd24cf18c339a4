"""Rounds, applications and their facts, entry lists, draws, placements and offers."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.insert_only import insert_only
from admissions.offer_count import offer_count
from geo_data.models import District, School, Stage
from zoning.models import ZonePublication


class RoundStatus(models.TextChoices):
    """What the bureau has done so far; where the calendar stands is computed, never stored."""

    DRAFT = "draft", _("draft")
    OPEN = "open", _("open for applications")
    CLOSED = "closed", _("entries closed")
    DRAWN = "drawn", _("drawn and placed")
    PUBLISHED = "published", _("results published")
    CANCELLED = "cancelled", _("cancelled")


class AdmissionRound(models.Model):
    """One year's admission of one stage. Policy and zones are pinned and cannot change once it is open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="rounds")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    year = models.IntegerField()
    name = models.CharField(max_length=100)
    status = models.CharField(max_length=10, choices=RoundStatus.choices, default=RoundStatus.DRAFT)
    policy = models.JSONField()
    policy_digest = models.CharField(max_length=64)
    publication = models.ForeignKey(ZonePublication, on_delete=models.PROTECT, related_name="rounds")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="round_one_live_per_stage_and_year",
                fields=["district", "stage", "year"],
                condition=~Q(status=RoundStatus.CANCELLED),
            ),
            models.CheckConstraint(name="round_status_is_known", condition=Q(status__in=RoundStatus.values)),
            models.CheckConstraint(
                name="round_opened_when_past_draft",
                condition=Q(status__in=[RoundStatus.DRAFT, RoundStatus.CANCELLED])
                | Q(opened_at__isnull=False),
            ),
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
    group_code     -- shared by twins who apply together
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
    status = models.CharField(
        max_length=10, choices=ApplicationStatus.choices, default=ApplicationStatus.FILED
    )
    category = models.CharField(max_length=60, blank=True)
    tier = models.IntegerField(null=True, blank=True)
    group_code = models.CharField(max_length=40, blank=True)
    split_allowed = models.BooleanField(default=False)
    accepts_coordination = models.BooleanField(default=True)
    filed_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="application_one_live_per_child_and_round",
                fields=["round", "child_index"],
                condition=Q(status__in=LIVE_STATUSES),
            ),
            models.CheckConstraint(
                name="application_status_is_known", condition=Q(status__in=ApplicationStatus.values)
            ),
        ]
        indexes = [models.Index(name="application_by_status", fields=["round", "status"])]

    def __str__(self) -> str:
        return str(self.id)


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


class EntryList(models.Model):
    """The frozen list of a draw. Insert-only: a re-run is a new list with a reason, and both are kept.

    document           -- entry_list.json, canonical bytes
    plan_document      -- round.json, canonical bytes
    public_value_names -- named before any value exists, in the order in which they enter the seed
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
    nearest   -- [line id, metres] within reach for coordinated placement, nearest first
    salt      -- opens the commitment to `nearest`
    """

    entry_list = models.ForeignKey(EntryList, on_delete=models.PROTECT, related_name="entries")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="entries")
    receipt = models.CharField(max_length=20)
    is_drawn = models.BooleanField()
    standings = models.JSONField()
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
    """Where the admission of a line ended. Insert-only."""

    draw = models.ForeignKey(DrawRecord, on_delete=models.PROTECT, related_name="cutoffs")
    line = models.ForeignKey(PlanLine, on_delete=models.PROTECT, related_name="cutoffs")
    seats = models.IntegerField()
    applicants = models.IntegerField()
    admitted = models.IntegerField()
    tier = models.IntegerField(null=True)
    rank = models.IntegerField(null=True)
    ticket = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="cutoff_once", fields=["draw", "line"])]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.line_id}"


class OfferStatus(models.TextChoices):
    """What became of an offer."""

    HELD = "held", _("held")
    ENROLLED = "enrolled", _("enrolled")
    DECLINED = "declined", _("declined")
    LAPSED = "lapsed", _("lapsed")


class Offer(models.Model):
    """A place offered to a child: one live offer per child and round, never more than planned at a line."""

    round = models.ForeignKey(AdmissionRound, on_delete=models.PROTECT, related_name="offers")
    child_index = models.CharField(max_length=64)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="offers")
    line = models.ForeignKey(PlanLine, on_delete=models.PROTECT, related_name="offers")
    status = models.CharField(max_length=10, choices=OfferStatus.choices, default=OfferStatus.HELD)
    offered_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="offer_one_held_per_child",
                fields=["round", "child_index"],
                condition=Q(status__in=[OfferStatus.HELD, OfferStatus.ENROLLED]),
            ),
            models.CheckConstraint(name="offer_status_is_known", condition=Q(status__in=OfferStatus.values)),
        ]
        triggers = offer_count()

    def __str__(self) -> str:
        return f"{self.application_id}: {self.line_id}"
