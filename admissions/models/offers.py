"""Offers and what became of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from admissions.models.applications import Application
from admissions.models.rounds import AdmissionRound, PlanLine
from admissions.offer_count import offer_count


class OfferStatus(models.TextChoices):
    """What became of an offer."""

    HELD = "held", _("held")
    CONFIRMED = "confirmed", _("confirmed")
    ENROLLED = "enrolled", _("enrolled")
    DECLINED = "declined", _("declined")
    LAPSED = "lapsed", _("lapsed")
    MOVED = "moved", _("moved to a higher choice")


LIVE_OFFERS = (OfferStatus.HELD, OfferStatus.CONFIRMED, OfferStatus.ENROLLED)


class Offer(models.Model):
    """A place offered to a child: one live offer per child and round, never more than planned at a line.

    answer_until -- excluded end of the family's time for an answer; None: the calendar's `confirm_until`
    reminded_at  -- when the family was reminded of the answer that is missing
    """

    round = models.ForeignKey(AdmissionRound, on_delete=models.PROTECT, related_name="offers")
    child_index = models.CharField(max_length=64)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="offers")
    line = models.ForeignKey(PlanLine, on_delete=models.PROTECT, related_name="offers")
    status = models.CharField(max_length=10, choices=OfferStatus.choices, default=OfferStatus.HELD)
    offered_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    answer_until = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="offer_one_held_per_child",
                fields=["round", "child_index"],
                condition=Q(status__in=LIVE_OFFERS),
            ),
            models.CheckConstraint(name="offer_status_is_known", condition=Q(status__in=OfferStatus.values)),
        ]
        triggers = offer_count()

    def __str__(self) -> str:
        return f"{self.application_id}: {self.line_id}"
