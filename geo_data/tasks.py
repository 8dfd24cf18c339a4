"""Work in the background: reading files, previewing repairs, painting error workbooks, reconciling, measuring."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task

from accounts.models import JobRun, User
from accounts.permissions import Action, require
from accounts.services.jobs import request_job, request_permitted_job, running
from common.canonical import CanonicalValue
from geo_data.models import Dataset, DatasetKind, DistanceMethod, Upload
from geo_data.selectors.datasets import find_current_dataset, get_current_dataset, get_dataset
from geo_data.selectors.uploads import get_upload
from geo_data.services.measures import WALKING, Manner, compute_measure
from geo_data.services.reconciling import NothingToReconcile, reconcile_district
from geo_data.services.repairs import preview_repairs
from geo_data.services.stored_files import delete_old_uploads
from geo_data.services.uploads import read_upload
from geo_data.services.workbooks import make_workbook
from geo_data.tables.coverage import Repair

READING, PREVIEWING, PAINTING = "read_upload", "preview_repairs", "make_workbook"
RECONCILING = "reconcile_district"
MEASURING = "measure_distances"
WORKERS = 2  # processes that compare, beside the one that stores


@task()
def read_upload_task(*, job_id: str, upload_id: str) -> None:
    """Read the file and propose it; the job's result names the version."""
    with running(job_id) as job, transaction.atomic():
        now, upload = timezone.now(), get_upload(upload_id)
        done = read_upload(actor=job.job.requested_by, now=now, upload=upload, report=job.report).dataset
        job.succeed(now=now, result={"dataset": str(done.pk), "status": done.status})
    delete_old_uploads(actor=None, now=now)


@task()
def preview_repairs_task(*, job_id: str, upload_id: str, repairs: list[str], tolerance_mm: int) -> None:
    """Preview repairs of the units of a file; the job's result names the preview."""
    with running(job_id) as job, transaction.atomic():
        now = timezone.now()
        preview = preview_repairs(
            actor=job.job.requested_by,
            now=now,
            upload=get_upload(upload_id),
            repairs=[Repair(word) for word in repairs],
            tolerance_mm=tolerance_mm,
            report=job.report,
        )
        job.succeed(now=now, result={"preview": preview.pk})


@task()
def make_workbook_task(*, job_id: str, dataset_id: str) -> None:
    """Paint the error workbook of a version."""
    with running(job_id) as job, transaction.atomic():
        now = timezone.now()
        dataset = get_dataset(UUID(dataset_id))
        make_workbook(actor=job.job.requested_by, now=now, dataset=dataset, report=job.report)
        job.succeed(now=now, result={"dataset": str(dataset.pk)})


def request_reading(*, actor: User | None, now: datetime, upload: Upload) -> JobRun:
    """Queue the reading of a file, or return the one that already waits or runs."""
    return _request(READING, read_upload_task, actor, now, upload, upload_id=str(upload.pk))


def request_repair_preview(
    *, actor: User | None, now: datetime, upload: Upload, repairs: list[Repair], tolerance_mm: int
) -> JobRun:
    """Queue a preview of repairs; one at a time for a file."""
    words: list[CanonicalValue] = [repair.value for repair in sorted(repairs)]
    return _request(
        PREVIEWING,
        preview_repairs_task,
        actor,
        now,
        upload,
        upload_id=str(upload.pk),
        repairs=words,
        tolerance_mm=tolerance_mm,
    )


def request_workbook(*, actor: User | None, now: datetime, dataset: Dataset) -> JobRun:
    """Queue the error workbook of a version."""
    return _request(PAINTING, make_workbook_task, actor, now, dataset, dataset_id=str(dataset.pk))


def _request(
    kind: str,
    task: Task[..., None],
    actor: User | None,
    now: datetime,
    subject: Upload | Dataset,
    **arguments: CanonicalValue,
) -> JobRun:
    """Queue what officers have done with a file or a version."""
    return request_permitted_job(
        actor=actor,
        now=now,
        needs=Action.IMPORT_DATA,
        kind=kind,
        subject=subject,
        district_code=subject.district_id,
        task=task,
        **arguments,
    )


@task()
def reconcile_task(*, job_id: str, district_code: str, as_of: str) -> None:
    """Compare and store; the job's success is part of the same transaction."""
    with running(job_id) as job:
        reconcile_district(
            actor=job.job.requested_by,
            now=timezone.now(),
            district_code=district_code,
            as_of=date.fromisoformat(as_of),
            workers=WORKERS,
            job=job,
            report=job.report,
        )


def request_reconciliation(*, actor: User | None, now: datetime, district_code: str, as_of: date) -> JobRun:
    """Queue a run, or return the one that already waits or runs for the district.

    Raises NotPermitted and NothingToReconcile at once; other refusals are the job's failure.
    """
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    if find_current_dataset(district_code, DatasetKind.CHILDREN) is None:
        raise NothingToReconcile("there is no current census", district_code=district_code)
    return request_job(
        actor=actor,
        now=now,
        kind=RECONCILING,
        subject=reconciliation_subject(district_code),
        district_code=district_code,
        task=reconcile_task,
        arguments={"district_code": district_code, "as_of": as_of.isoformat()},
    )


def reconciliation_subject(district_code: str) -> tuple[str, str]:
    """Return what a reconciliation job is about: one runs at a time for a district."""
    return "geo_data.reconciliation", district_code


@task()
def measure_distances_task(
    *, job_id: str, district_code: str, method: str, penalty_m: int, snap_limit_m: int, limit_m: int
) -> None:
    """Measure and store; the job's success is part of the same transaction."""
    with running(job_id) as job:
        compute_measure(
            actor=job.job.requested_by,
            now=timezone.now(),
            district_code=district_code,
            manner=Manner(DistanceMethod(method), penalty_m, snap_limit_m, limit_m),
            job=job,
            report=job.report,
        )


def request_measuring(
    *, actor: User | None, now: datetime, district_code: str, manner: Manner = WALKING
) -> JobRun:
    """Queue a measurement, or return the one that already waits or runs for the district.

    Raises NotPermitted and NoSuchDataset at once; other refusals are the job's failure.
    """
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    get_current_dataset(district_code, DatasetKind.STREETS)
    return request_job(
        actor=actor,
        now=now,
        kind=MEASURING,
        subject=measuring_subject(district_code),
        district_code=district_code,
        task=measure_distances_task,
        arguments={
            "district_code": district_code,
            "method": manner.method.value,
            "penalty_m": manner.penalty_m,
            "snap_limit_m": manner.snap_limit_m,
            "limit_m": manner.limit_m,
        },
    )


def measuring_subject(district_code: str) -> tuple[str, str]:
    """Return what a measuring job is about: one runs at a time for a district."""
    return "geo_data.measuring", district_code
