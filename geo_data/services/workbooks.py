"""The error workbook of a version: the sheet that was handed in, painted, kept sealed as long as the file itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.core.files.base import File
from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.services.audit import record_event
from accounts.services.jobs import Report, not_reported
from common.errors import NotFound, RulesSayNo
from geo_data.apart.limits import limits_of_settings
from geo_data.apart.reading import read_apart
from geo_data.models import Dataset, DatasetFinding
from geo_data.selectors.findings import finding_of
from geo_data.services.stored_files import open_upload, upload_storage
from geo_data.tables.error_workbook import remarks_of, write_error_workbook
from geo_data.tables.findings import Finding, Findings
from geo_data.tables.layers import sheet_of_file

LARGEST_WORKBOOK = 2 << 30


class NoUpload(NotFound):
    """The version came from a file named by a path, which is not kept here."""

    code = "no_upload"


class WorkbookNotMade(NotFound):
    """There is no error workbook of the version yet, or it went with the file."""

    code = "workbook_not_made"


class WorkbookFailed(RulesSayNo):
    """The file cannot be read, so there is no sheet to paint."""

    code = "workbook_failed"


@transaction.atomic
def make_workbook(
    *, actor: User | None, now: datetime, dataset: Dataset, report: Report = not_reported
) -> Dataset:
    """Paint the sheet and keep it. Raises NoUpload, UploadIsDeleted and WorkbookFailed."""
    with painted(dataset, actor=actor, report=report) as path, path.open("rb") as plain:
        name = upload_storage().save(f"{uuid4()}.sealed", File(plain))
    old, dataset.workbook = dataset.workbook, name
    dataset.save(update_fields=["workbook"])
    if old:
        transaction.on_commit(lambda: upload_storage().delete(old))
    _record(dataset, actor=actor, now=now, action="workbook.made")
    return dataset


@transaction.atomic
def open_workbook(*, actor: User | None, now: datetime, dataset: Dataset) -> "File[bytes]":
    """Return the workbook to be sent; it holds what was handed in, so it is for those who may import."""
    if actor is not None:
        require(actor, Action.IMPORT_DATA, dataset.district_id)
    if not dataset.workbook:
        raise WorkbookNotMade("there is no error workbook yet", dataset=str(dataset.pk))
    _record(dataset, actor=actor, now=now, action="workbook.opened")
    return upload_storage().open(dataset.workbook)


@contextmanager
def painted(dataset: Dataset, *, actor: User | None, report: Report = not_reported) -> Iterator[Path]:
    """Hold the painted workbook as a file while the block runs. Reads the file apart, as every stranger's file."""
    if actor is not None:
        require(actor, Action.IMPORT_DATA, dataset.district_id)
    if dataset.upload is None:
        raise NoUpload("the file of this version is not kept here", dataset=str(dataset.pk))
    remarks = remarks_of(_findings(dataset))
    epsg = dataset.district.working_crs
    limits = replace(limits_of_settings(), file_bytes=LARGEST_WORKBOOK)
    with open_upload(dataset.upload) as path:
        target = path.with_name("errors.xlsx")

        def paint(found: Findings) -> int:
            return write_error_workbook(sheet_of_file(path, working_epsg=epsg), remarks, target)

        found = Findings()
        read_apart(paint, found, lambda rows: rows, report=report, limits=limits)
        if found.refuses or not target.exists():
            raise WorkbookFailed("the file cannot be read", counts=dict(found.counts()))
        yield target


def _findings(dataset: Dataset) -> Sequence[Finding]:
    rows = DatasetFinding.objects.filter(dataset=dataset).defer("place").order_by("number")
    return [finding_of(row) for row in rows.iterator(chunk_size=5000)]


def _record(dataset: Dataset, *, actor: User | None, now: datetime, action: str) -> None:
    record_event(
        actor=actor, now=now, action=action, subject=dataset, district_code=dataset.district_id, details={}
    )
