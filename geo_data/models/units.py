"""Catchment units and what adjoins what."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex
from django.db.models import F, Q

from geo_data.models.datasets import Dataset


class CatchmentUnit(models.Model):
    """The smallest area never split in zoning: housing estate, village or block. EPSG:4326.

    children -- school-age children as the file states them, where there is no household census
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="units")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, blank=True)
    township = models.CharField(max_length=100, blank=True)
    children = models.IntegerField(null=True, blank=True)
    point = models.PointField(srid=4326)
    area = models.MultiPolygonField(srid=4326, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="unit_code_once_per_dataset", fields=["dataset", "code"]),
            models.CheckConstraint(
                name="unit_children_not_negative", condition=Q(children=None) | Q(children__gte=0)
            ),
        ]
        indexes = [GinIndex(name="unit_by_name_part", fields=["name"], opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.name


class UnitBorder(models.Model):
    """Two units that touch: `unit_a` has the smaller code.

    metres -- length of the shared border in the working system; 0 where the pair was declared without one
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="borders")
    unit_a = models.ForeignKey(CatchmentUnit, on_delete=models.CASCADE, related_name="+")
    unit_b = models.ForeignKey(CatchmentUnit, on_delete=models.CASCADE, related_name="+")
    metres = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="border_once", fields=["unit_a", "unit_b"]),
            models.CheckConstraint(name="border_of_two_units", condition=~Q(unit_a=F("unit_b"))),
        ]

    def __str__(self) -> str:
        return f"{self.unit_a_id}-{self.unit_b_id}"
