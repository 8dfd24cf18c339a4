"""Work on data in the background: the request, and what the worker does with it."""

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from accounts.models import JobRun, User
from accounts.permissions import Action, require
from accounts.services.jobs import request_job, running
from geo_data.models import DatasetKind, DistanceMethod
from geo_data.selectors.datasets import get_current_dataset
from geo_data.services.measures import WALKING, Manner, compute_measure

MEASURING = "measure_distances"


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
