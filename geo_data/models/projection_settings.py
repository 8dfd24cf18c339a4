"""What a district states for its projections: when seats are short, and how many children new dwellings bring."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.insert_only import insert_only
from geo_data.models.datasets import District, Stage

REASON_LETTERS = 500


class ProjectionSettings(models.Model):
    """One version of what a district states for a stage; the newest holds. Rows are only ever added.

    number -- counts up within district and stage; without a row the initial values hold (projection/defaults.py)
    yellow, orange, red -- demand above so many thousandths of the seats has the colour
    warned_years -- how many years ahead a colour is a warning
    yields -- kind of dwelling -> {moved_in_percent, children_per_1000}, by full years since delivery
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="projection_settings")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    number = models.IntegerField()
    yellow = models.IntegerField()
    orange = models.IntegerField()
    red = models.IntegerField()
    warned_years = models.IntegerField()
    yields = models.JSONField()
    reason = models.CharField(max_length=REASON_LETTERS)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="projection_settings_number_once", fields=["district", "stage", "number"]
            ),
            models.CheckConstraint(
                name="projection_settings_stage_is_known", condition=Q(stage__in=Stage.values)
            ),
            models.CheckConstraint(
                name="projection_settings_in_order",
                condition=Q(number__gte=1, yellow__gte=1, orange__gte=F("yellow"), red__gte=F("orange")),
            ),
            models.CheckConstraint(
                name="projection_settings_years", condition=Q(warned_years__gte=1, warned_years__lte=6)
            ),
            models.CheckConstraint(name="projection_settings_have_a_reason", condition=~Q(reason="")),
        ]
        triggers = insert_only()

    def __str__(self) -> str:
        return f"{self.district_id} {self.stage} {self.number}"
