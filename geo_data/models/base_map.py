"""Lines of the base map."""

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo_data.models.datasets import Dataset


class MapFeatureKind(models.TextChoices):
    """What the base map draws."""

    STREET = "street", _("street")
    MAIN_ROAD = "main_road", _("main road")
    RIVER = "river", _("river")


class MapFeature(models.Model):
    """A line of the base map: street, main road or river."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="features")
    kind = models.CharField(max_length=12, choices=MapFeatureKind.choices)
    name = models.CharField(max_length=100, blank=True)
    line = models.MultiLineStringField(srid=4326)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="map_feature_kind_is_known", condition=Q(kind__in=MapFeatureKind.values)
            )
        ]

    def __str__(self) -> str:
        return self.name or self.kind
