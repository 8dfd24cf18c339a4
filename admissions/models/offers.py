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
