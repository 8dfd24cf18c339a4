"""Files of addresses that officers asked about."""

from django.db.models import QuerySet

from zoning.models import AddressFile


def list_address_files(district_code: str) -> QuerySet[AddressFile]:
    """Return the files, newest first, without what is sealed in them. One query."""
    rows = AddressFile.objects.filter(district_id=district_code).select_related("asked_by")
    return rows.defer("upload_sealed", "answer_sealed").order_by("-asked_at", "id")
