"""Schools and campuses."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo_data.models.datasets import Dataset, Stage


class Ownership(models.TextChoices):
    """Who runs a school."""

    PUBLIC = "public", _("public")
    PRIVATE = "private", _("private")


class School(models.Model):
    """A school or campus of one stage; a nine-year school is two rows that share `group_code`.

    capacity       -- places the building allows over all grades of the stage
    planned_intake -- places of the entry grade in the coming round
    classes        -- classes of the entry grade
    feeds          -- codes of the schools that its pupils may move up to (feeder chain)
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="schools")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    ownership = models.CharField(max_length=10, choices=Ownership.choices, default=Ownership.PUBLIC)
    address = models.CharField(max_length=200, blank=True)
    unit_code = models.CharField(max_length=40, blank=True)
    point = models.PointField(srid=4326)
    capacity = models.IntegerField()
    planned_intake = models.IntegerField()
    classes = models.IntegerField()
    group_code = models.CharField(max_length=40, blank=True)
    feeds = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="school_code_once_per_dataset", fields=["dataset", "code"]),
            models.CheckConstraint(
                name="school_seats_not_negative",
                condition=Q(capacity__gte=0, planned_intake__gte=0, classes__gte=0),
            ),
            models.CheckConstraint(name="school_stage_is_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="school_ownership_is_known", condition=Q(ownership__in=Ownership.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name
