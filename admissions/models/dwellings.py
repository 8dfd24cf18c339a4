"""Places once taken with a dwelling."""

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.insert_only import insert_only
from admissions.models.applications import Application
from geo_data.models import District


class DwellingUse(models.Model):
    """A child enrolled at a school with a dwelling. Insert-only.

    dwelling_index -- keyed index of the property unit number or address, which itself is not stored here
    guardians      -- keyed indexes of the child's guardians, sorted; empty where nobody stated them
    application    -- of the round that brought it; None for imported years, told apart by `source`. Such a use counts
                      only while the child is enrolled at that school: an enrolment taken back leaves the record
    """

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="dwelling_uses")
    dwelling_index = models.CharField(max_length=64)
    school_code = models.CharField(max_length=40)
    enrolled_on = models.DateField()
    guardians = models.JSONField(default=list)
    application = models.ForeignKey(
        Application, null=True, on_delete=models.PROTECT, related_name="dwelling_uses"
    )
    source = models.CharField(max_length=100)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="dwelling_use_indexed", condition=~Q(dwelling_index="")),
            models.UniqueConstraint(
                name="dwelling_use_once_per_child_and_school", fields=["application", "school_code"]
            ),
            models.UniqueConstraint(
                name="dwelling_use_imported_once",
                fields=["district", "dwelling_index", "school_code", "enrolled_on", "guardians"],
                condition=Q(application=None),
            ),
        ]
        indexes = [models.Index(name="dwelling_use_by_day", fields=["district", "enrolled_on"])]
        triggers: list[pgtrigger.Trigger] = insert_only()

    def __str__(self) -> str:
        return f"{self.school_code} {self.enrolled_on}"
