"""Messages to families about their places: what was to be said, and whether the gateway took it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from admissions.models.offers import Offer


class MessageKind(models.TextChoices):
    """What a family is told; the text is made when it is sent."""

    PLACE_GIVEN = "place_given", _("a place was given to your child")
    PLACE_MOVED = "place_moved", _("your child moved to a school higher on its list")
    ANSWER_REMINDER = "answer_reminder", _("the time for your answer ends soon")


class MessageStatus(models.TextChoices):
    """What became of a message."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    NEEDLESS = "needless", _("no longer needed")
    NO_PHONE = "no_phone", _("no telephone number")
    GIVEN_UP = "given_up", _("given up")


class FamilyMessage(models.Model):
    """One message about one offer. Telephone and text are not stored here: they are opened and made when it is sent.

    attempts     -- how often the gateway was asked; failure_code what it last answered
    next_at      -- not before this moment is it tried again
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="family_messages")
    kind = models.CharField(max_length=20, choices=MessageKind.choices)
    status = models.CharField(max_length=10, choices=MessageStatus.choices, default=MessageStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure_code = models.CharField(max_length=80, blank=True)
    queued_at = models.DateTimeField()
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="family_message_once_per_offer", fields=["offer", "kind"]),
            models.CheckConstraint(
                name="family_message_kind_is_known", condition=Q(kind__in=MessageKind.values)
            ),
            models.CheckConstraint(
                name="family_message_status_is_known", condition=Q(status__in=MessageStatus.values)
            ),
            models.CheckConstraint(
                name="family_message_sent_has_moment",
                condition=Q(status=MessageStatus.SENT, sent_at__isnull=False)
                | (~Q(status=MessageStatus.SENT) & Q(sent_at=None)),
            ),
        ]
        indexes = [
            models.Index(
                name="family_message_waiting", fields=["next_at"], condition=Q(status=MessageStatus.WAITING)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"
