"""Which plans stand on a version of data."""

from django.db.models import Q, QuerySet

from geo_data.models import Dataset, Reconciliation
from zoning.models import ZonePlan


def list_plans_using(dataset: Dataset) -> QuerySet[ZonePlan]:
    """Return the plans that pin the dataset, newest first within each stage, with live publications. Two queries.

    A list that a reconciliation compared is pinned by the plans drawn on its children, and by those drawn on a
    projection that starts from them.
    """
    runs = Reconciliation.objects.filter(datasets=dataset).values("pk")
    pins = Q(units_dataset=dataset) | Q(schools_dataset=dataset) | Q(children_dataset=dataset)
    pins |= Q(reconciliation__in=runs) | Q(projection__reconciliation__in=runs)
    return ZonePlan.objects.filter(pins).order_by("stage", "-number").prefetch_related("publications")
