"""Projecting in the background: the request, and what the worker does with it."""

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from accounts.models import JobRun, User
from accounts.services.jobs import request_job, running
from geo_data.models import Stage
from geo_data.selectors.projection_source import current_basis
from geo_data.services.projecting import project_district

PROJECTING = "project_district"


@task()
def project_district_task(*, job_id: str, district_code: str, stage: str, first_year: int | None) -> None:
    """Project and store; the job's success is part of the same transaction."""
    with running(job_id) as job:
        project_district(
            actor=job.job.requested_by,
            now=timezone.now(),
            district_code=district_code,
            stage=Stage(stage),
            first_year=first_year,
            job=job,
            report=job.report,
        )


def request_projection(
    *, actor: User | None, now: datetime, district_code: str, stage: Stage, first_year: int | None = None
) -> JobRun:
    """Queue a projection, or return the one that already waits or runs for the district and stage.

    Raises NoSuchDistrict and NothingToProjectFrom at once; other refusals are the job's failure.
    """
    current_basis(district_code, stage)
    return request_job(
        actor=actor,
        now=now,
        kind=PROJECTING,
        subject=projection_subject(district_code, stage),
        district_code=district_code,
        task=project_district_task,
        arguments={"district_code": district_code, "stage": stage.value, "first_year": first_year},
    )


def projection_subject(district_code: str, stage: Stage) -> tuple[str, str]:
    """Return what a projection job is about: one runs at a time for a district and stage."""
    return "geo_data.projecting", f"{district_code}/{stage.value}"
