"""Finds the jobs of killed workers and has them done again."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.models import JobRun, JobStatus, User
from accounts.services.audit import record_event
from accounts.services.jobs import lock_number
from common.canonical import CanonicalValue

MOST_ATTEMPTS = 3
SLOWEST_START = timedelta(seconds=60)  # from taking the task to claiming the job: imports, compiled kernels
LOST = "worker_lost"
LOST_MESSAGE = "The worker was lost three times while doing this."


def sweep_jobs(*, actor: User | None, now: datetime) -> tuple[UUID, ...]:
    """Queue the jobs of killed workers again, and return them; after three attempts a job has failed.

    A worker holds its job's advisory lock as long as it lives. So a job that runs while its lock is free
    belongs to nobody; likewise one that waits although its task was taken long ago.
    """
    suspects = list(_suspects(now).order_by("id").values_list("id", flat=True))
    return tuple(job_id for job_id in suspects if _sweep(job_id, actor=actor, now=now))


def _suspects(now: datetime) -> QuerySet[JobRun]:
    over = Q(status__in=(TaskResultStatus.FAILED, TaskResultStatus.SUCCESSFUL))
    stuck = Q(status=TaskResultStatus.RUNNING, started_at__lt=now - SLOWEST_START)
    taken = DBTaskResult.objects.filter(over | stuck, pk=OuterRef("task_id"))
    return JobRun.objects.filter(Q(status=JobStatus.RUNNING) | Q(Q(status=JobStatus.QUEUED) & Exists(taken)))


@transaction.atomic
def _sweep(job_id: UUID, *, actor: User | None, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(job_id)])
        if not cursor.fetchone()[0]:
            return False
    job = _suspects(now).select_for_update().filter(pk=job_id).first()
    if job is None:  # it ended between the two looks
        return False
    if job.status == JobStatus.QUEUED:
        job.attempts += 1
    task = DBTaskResult.objects.filter(pk=job.task_id)
    if job.attempts < MOST_ATTEMPTS and task.update(status=TaskResultStatus.READY, started_at=None):
        _end_attempt(job, JobStatus.QUEUED, actor=actor, now=now, action="job.queued_again")
    else:
        job.finished_at, job.failure_code, job.failure_message = now, LOST, LOST_MESSAGE
        _end_attempt(job, JobStatus.FAILED, actor=actor, now=now, action="job.given_up")
    return True


def _end_attempt(job: JobRun, status: JobStatus, *, actor: User | None, now: datetime, action: str) -> None:
    job.status = status
    job.save()
    details: dict[str, CanonicalValue] = {"kind": job.kind, "attempts": job.attempts}
    record_event(
        actor=actor, now=now, action=action, subject=job, district_code=job.district_code, details=details
    )
