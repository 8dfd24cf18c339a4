"""Questions about what unknown headers mean."""

from django.db.models import QuerySet

from geo_data.models import DatasetKind, HeaderMapping


def list_header_mappings(district_code: str) -> QuerySet[HeaderMapping]:
    """Return what a district remembers of headers, by kind and header."""
    return HeaderMapping.objects.filter(district_id=district_code).order_by("kind", "header", "id")


def remembered_headers(district_code: str, kind: DatasetKind) -> dict[str, str]:
    """Return plain header -> column, "" where it is left out. One query."""
    found = HeaderMapping.objects.filter(district_id=district_code, kind=kind).order_by("plain")
    return {str(plain): str(column) for plain, column in found.values_list("plain", "column")}
