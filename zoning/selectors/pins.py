"""Which plans stand on a version of data."""

from django.db.models import Q, QuerySet

from geo_data.models import Dataset
from zoning.models import ZonePlan


def list_plans_using(dataset: Dataset) -> QuerySet[ZonePlan]:
    """Return the plans that pin the dataset, newest first within each stage, with live publications. Two queries."""
    pins = Q(units_dataset=dataset) | Q(schools_dataset=dataset) | Q(children_dataset=dataset)
    return ZonePlan.objects.filter(pins).order_by("stage", "-number").prefetch_related("publications")
