"""Reconciliation in the background: the request, and what the worker does with it."""

from datetime import date, datetime

from django.utils import timezone
from django_tasks import task

from accounts.models import JobRun, User
from accounts.permissions import Action, require
from accounts.services.jobs import request_job, running
from geo_data.models import DatasetKind
from geo_data.selectors.datasets import find_current_dataset
from geo_data.services.reconciling import NothingToReconcile, reconcile_district

RECONCILING = "reconcile_district"
WORKERS = 2


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
