"""Questions about files handed in."""

from uuid import UUID

from django.db.models import QuerySet

from common.errors import NotFound
from geo_data.models import RepairPreview, Upload


class NoSuchUpload(NotFound):
    """There is no such file handed in."""

    code = "no_such_upload"


def get_upload(upload_id: UUID | str) -> Upload:
    """Return the upload with its district and its table of borders."""
    upload = Upload.objects.select_related("district", "borders").filter(pk=upload_id).first()
    if upload is None:
        raise NoSuchUpload("there is no such file", upload=str(upload_id))
    return upload


def list_uploads(district_code: str) -> QuerySet[Upload]:
    """Return what a district handed in, newest first."""
    return Upload.objects.filter(district_id=district_code).order_by("-uploaded_at", "id")


def list_repair_previews(upload: Upload) -> QuerySet[RepairPreview]:
    """Return the previews of repairs of a file, newest first."""
    return RepairPreview.objects.filter(upload=upload).order_by("-made_at", "id")
