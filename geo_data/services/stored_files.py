"""Files handed in: kept sealed, laid open while they are read, deleted when they are old or dropped."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from common.errors import WrongMoment
from geo_data.models import Upload
from geo_data.services.scratch import scratch_folder, sweep_scratch

PART = 1 << 20


class UploadIsDeleted(WrongMoment):
    """The file handed in was deleted; hand it in again."""

    code = "upload_is_deleted"


def upload_storage() -> Storage:
    """Return where files handed in are kept."""
    return storages["uploads"]


@contextmanager
def open_upload(upload: Upload) -> Iterator[Path]:
    """Lay the file open in the scratch folder while the block runs. Raises UploadIsDeleted."""
    require_file(upload)
    with scratch_folder() as folder:
        path = folder / f"file{Path(upload.file_name).suffix.casefold()}"
        with upload_storage().open(upload.stored_name) as sealed, path.open("wb") as plain:
            shutil.copyfileobj(sealed, plain, PART)
        yield path


@transaction.atomic
def delete_upload(*, actor: User | None, now: datetime, upload: Upload) -> Upload:
    """Delete the file; its line and the versions read from it stay."""
    if actor is not None:
        require(actor, Action.IMPORT_DATA, upload.district_id)
    upload = Upload.objects.select_for_update(no_key=True).get(pk=upload.pk)
    if upload.deleted_at is None:
        name, upload.stored_name, upload.deleted_at = upload.stored_name, "", now
        upload.save(update_fields=["stored_name", "deleted_at"])
        painted = list(upload.datasets.exclude(workbook="").order_by("id").values_list("workbook", flat=True))
        upload.datasets.exclude(workbook="").update(workbook="")
        transaction.on_commit(lambda: _delete_files([name, *painted]))
        record_event(
            actor=actor,
            now=now,
            action="upload.deleted",
            subject=upload,
            district_code=upload.district_id,
        )
    return upload


def delete_old_uploads(*, actor: User | None, now: datetime) -> int:
    """Delete files older than the settings allow, and what a killed worker left open; return how many files."""
    sweep_scratch()
    old = Upload.objects.filter(deleted_at=None, uploaded_at__lt=now - timedelta(days=settings.UPLOAD_DAYS))
    uploads = list(old.order_by("uploaded_at", "id"))
    for upload in uploads:
        delete_upload(actor=actor, now=now, upload=upload)
    return len(uploads)


def require_file(upload: Upload) -> None:
    """Raise UploadIsDeleted when the file is gone."""
    if upload.deleted_at is not None:
        raise UploadIsDeleted("the file was deleted; hand it in again", upload=str(upload.pk))


def _delete_files(names: Sequence[str]) -> None:
    for name in names:
        upload_storage().delete(name)
