"""Questions about background jobs."""

from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.models import LIVE, JobRun
from accounts.selectors.audit import subject_of
from common.errors import NotFound


class NoSuchJob(NotFound):
    """There is no such job, or the person may not know of it."""

    code = "no_such_job"


def get_job(job_id: UUID) -> JobRun:
    """Return the job."""
    job = JobRun.objects.filter(pk=job_id).first()
    if job is None:
        raise NoSuchJob("there is no such job", job=str(job_id))
    return job


def find_latest_job(kind: str, subject: Model | tuple[str, str]) -> JobRun | None:
    """Return the live job of this kind for this subject, else the one asked for last."""
    jobs = _jobs_about(kind, subject)
    return jobs.filter(status__in=LIVE).first() or jobs.order_by("-requested_at", "-id").first()


def find_live_job(kind: str, subject: Model | tuple[str, str]) -> JobRun | None:
    """Return the job of this kind for this subject that waits or runs."""
    return _jobs_about(kind, subject).filter(status__in=LIVE).first()


def list_jobs(kind: str, subject: Model | tuple[str, str], *, status: str) -> QuerySet[JobRun]:
    """Return the jobs of this kind for this subject that stand so, the one asked for last first."""
    return _jobs_about(kind, subject).filter(status=status).order_by("-requested_at", "-id")


def _jobs_about(kind: str, subject: Model | tuple[str, str]) -> QuerySet[JobRun]:
    subject_type, subject_id = subject_of(subject)
    return JobRun.objects.filter(kind=kind, subject_type=subject_type, subject_id=subject_id)
