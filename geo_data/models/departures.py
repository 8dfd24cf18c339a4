"""Children who are gone by the newest visit, and what officers learnt: they claim no seat, and are not lost."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo_data.models.children import Child, Sex
from geo_data.models.datasets import District
from geo_data.models.reconciliation import Reconciliation
from geo_data.models.registers import RegisterEntry, SelfRegistration
from geo_data.reconciliation.words import Answer, LeftHow

LEFT_LABELS = {
    LeftHow.MOVED_AWAY: _("moved out of the county"),
    LeftHow.ABROAD: _("went abroad"),
    LeftHow.DECEASED: _("died"),
}
LEFT_CHOICES = [(how.value, label) for how, label in LEFT_LABELS.items()]


class DepartureState(models.TextChoices):
    """Whether an officer has recorded what settles the matter."""

    AWAITED = "awaited", _("answer awaited")
    ANSWERED = "answered", _("answered")


class Departure(models.Model):
    """A child of a run who died, moved away or went abroad by the newest visit. `state` repeats the newest answer.

    child_key -- keyed; finds the same child in another run: of its number, else of its leading record
    found_on  -- the day of that visit
    unit_code -- where it lived last, else where it is registered
    census_child, entry, self_registration -- the leading record, as of ReconciledChild
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reconciliation = models.ForeignKey(
        Reconciliation, on_delete=models.CASCADE, related_name="departures", db_index=False
    )
    census_child = models.ForeignKey(Child, null=True, on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(
        RegisterEntry, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    self_registration = models.ForeignKey(
        SelfRegistration, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    child_key = models.CharField(max_length=64)
    birth_on = models.DateField()
    sex = models.CharField(max_length=6, choices=Sex.choices, blank=True)
    unit_code = models.CharField(max_length=40, blank=True)
    how = models.CharField(max_length=20, choices=LEFT_CHOICES)
    found_on = models.DateField()
    state = models.CharField(max_length=10, choices=DepartureState.choices)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="departure_how_is_known", condition=Q(how__in=[how.value for how in LeftHow])
            ),
            models.CheckConstraint(
                name="departure_state_is_known", condition=Q(state__in=DepartureState.values)
            ),
            models.CheckConstraint(
                name="departure_has_one_leading_record",
                condition=Q(census_child__isnull=False, entry=None, self_registration=None)
                | Q(census_child=None, entry__isnull=False, self_registration=None)
                | Q(census_child=None, entry=None, self_registration__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="departure_by_state", fields=["reconciliation", "state", "how"]),
            models.Index(name="departure_by_child", fields=["reconciliation", "child_key"]),
            # Whoever deletes a list or a registration looks for its children; hardly a child has one.
            models.Index(name="departure_by_entry", fields=["entry"], condition=Q(entry__isnull=False)),
            models.Index(
                name="departure_by_declared",
                fields=["self_registration"],
                condition=Q(self_registration__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.how} {self.id}"


class DepartureAnswer(models.Model):
    """What an officer recorded about a child who is gone. Insert-only; a later one takes an earlier one's place.

    how, found_on -- of the departure that it answers
    county        -- of RECEIVED: the county that received the child
    happened_on   -- the day of reception, of the proof or record, or of the return
    document      -- number of the reply, proof or record; no personal data
    """

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="departure_answers")
    child_key = models.CharField(max_length=64)
    how = models.CharField(max_length=20, choices=LEFT_CHOICES)
    found_on = models.DateField()
    answer = models.CharField(max_length=20, choices=[(a.value, a.value) for a in Answer])
    county = models.CharField(max_length=100, blank=True)
    happened_on = models.DateField(null=True)
    document = models.CharField(max_length=200, blank=True)
    reason = models.TextField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="departure_answer_is_known", condition=Q(answer__in=[a.value for a in Answer])
            ),
            models.CheckConstraint(name="departure_answer_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="departure_answer_has_a_day",
                condition=Q(answer=Answer.REOPENED.value) | Q(happened_on__isnull=False),
            ),
            models.CheckConstraint(
                name="departure_received_by_a_county",
                condition=~Q(answer=Answer.RECEIVED.value) | ~Q(county=""),
            ),
            models.CheckConstraint(
                name="departure_proved_by_a_document",
                condition=~Q(answer__in=[Answer.PROVED_ABROAD.value, Answer.DEATH_CONFIRMED.value])
                | ~Q(document=""),
            ),
        ]
        indexes = [models.Index(name="departure_answer_by_child", fields=["district", "child_key", "id"])]
        triggers = [
            pgtrigger.Protect(
                name="departure_answers_insert_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer} {self.child_key}"
