"""Background jobs: asked for once, done once, watched by anybody who may.

A job's effect and its success are one transaction (`RunningJob.succeed`), guarded by the number of the attempt. So
a worker that was killed, or that was given up for dead too early, can never have its effect beside that of another.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Model
from django.db.models.functions import Now
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from accounts.models import JobRun, JobStatus, User
from accounts.permissions import Action, require
from accounts.selectors.audit import subject_of
from accounts.selectors.jobs import NoSuchJob, find_latest_job, find_live_job
from accounts.services.audit import NotInTransaction, record_event
from common.canonical import CanonicalValue
from common.errors import DomainError, WrongMoment

Report = Callable[[str, int, int], None]
Result = Mapping[str, CanonicalValue]

SECONDS_BETWEEN_REPORTS = 0.25
FAULT = "fault"
FAULT_MESSAGE = "The job failed because of a fault in the program; it is in the worker's log."


class JobTaken(WrongMoment):
    """Another worker has the job, or it is over."""

    code = "job_taken"


class JobAlreadyRunning(WrongMoment):
    """A job that runs cannot be cancelled."""

    code = "job_already_running"


class JobIsOver(WrongMoment):
    """A job that is over cannot be stopped."""

    code = "job_is_over"


class JobStopped(Exception):
    """The job was asked to stop, and does, without any effect."""


def not_reported(stage: str, done: int, total: int) -> None:
    """Report to nobody: the default of services that can be run without a job."""


@transaction.atomic
def request_job(
    *,
    actor: User | None,
    now: datetime,
    kind: str,
    subject: Model | tuple[str, str],
    district_code: str,
    task: Task[..., None],
    arguments: Mapping[str, CanonicalValue],
) -> JobRun:
    """Queue the task, or return the live job that already does this for the subject.

    The task is called with `job_id` and the arguments. The queue is in the database, so job and task are
    committed together with whatever else the caller's transaction holds. The caller has checked permission.
    """
    live = find_live_job(kind, subject)
    if live:
        return live
    job = JobRun(
        kind=kind, district_code=district_code, requested_by=actor, requested_at=now, id=uuid.uuid4()
    )
    job.subject_type, job.subject_id = subject_of(subject)
    try:
        with transaction.atomic():
            job.task_id = UUID(task.enqueue(job_id=str(job.id), **arguments).id)
            job.save(force_insert=True)
    except IntegrityError:
        first = find_latest_job(kind, subject)  # somebody asked at the same moment
        if first is None:
            raise
        return first
    _record(job, actor=actor, now=now, action="job.requested")
    return job


def request_permitted_job(
    *,
    actor: User | None,
    now: datetime,
    needs: Action,
    kind: str,
    subject: Model | tuple[str, str],
    district_code: str,
    task: Task[..., None],
    **arguments: CanonicalValue,
) -> JobRun:
    """Queue the task as `request_job` does, if the actor may do so in the district (None: the program).

    Raises NotPermitted.
    """
    if actor is not None:
        require(actor, needs, district_code)
    return request_job(
        actor=actor,
        now=now,
        kind=kind,
        subject=subject,
        district_code=district_code,
        task=task,
        arguments=arguments,
    )


@transaction.atomic
def cancel_job(*, actor: User, now: datetime, job_id: UUID) -> JobRun:
    """Take a waiting job out of the queue."""
    job = JobRun.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NoSuchJob("there is no such job", job=str(job_id))
    if job.status != JobStatus.QUEUED:
        raise JobAlreadyRunning("the job runs or is over", job=str(job_id), status=job.status)
    job.status, job.finished_at = JobStatus.CANCELLED, now
    job.save(update_fields=["status", "finished_at"])
    DBTaskResult.objects.filter(pk=job.task_id).delete()
    _record(job, actor=actor, now=now, action="job.cancelled")
    return job


@transaction.atomic
def ask_to_stop(*, actor: User, now: datetime, job_id: UUID) -> JobRun:
    """Take a waiting job out of the queue; ask a running one to stop, which it does when it next reports.

    The caller has checked permission, and that jobs of this kind ask (`RunningJob.stop_if_asked`). Raises JobIsOver.
    """
    job = JobRun.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NoSuchJob("there is no such job", job=str(job_id))
    if job.status == JobStatus.QUEUED:
        return cancel_job(actor=actor, now=now, job_id=job_id)
    if job.status != JobStatus.RUNNING:
        raise JobIsOver("the job is over", job=str(job_id), status=job.status)
    if job.stop_asked_at is None:
        job.stop_asked_at = now
        job.save(update_fields=["stop_asked_at"])
        _record(job, actor=actor, now=now, action="job.stop_asked")
    return job


class RunningJob:
    """A job in the hands of this worker: reports how far it is, and records success.

    is_asked_to_stop -- somebody asked this job to stop, as known at the last report; read from any thread
    """

    def __init__(self, job: JobRun, line: BaseDatabaseWrapper) -> None:
        self.job = job
        self.is_over = False
        self.is_asked_to_stop = False
        self._line = line
        self._stage = ""
        self._reported_at = float("-inf")

    def report(self, stage: str, done: int, total: int) -> None:
        """Show others the stage and `done` of `total`, at once, whatever transaction is open here.

        At most four times a second, except that a new stage and the end of one are always shown.
        """
        moment = time.monotonic()
        is_news = stage != self._stage or done == total
        if not is_news and moment < self._reported_at + SECONDS_BETWEEN_REPORTS:
            return
        if self.is_over:
            raise RuntimeError("a job reports nothing after its success was recorded")
        self._stage, self._reported_at = stage, moment
        with self._line.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_jobrun SET stage = %s, done = %s, total = %s, progress_at = statement_timestamp()"
                " WHERE id = %s AND status = %s AND attempts = %s RETURNING stop_asked_at IS NOT NULL",
                [stage, done, total, self.job.id, JobStatus.RUNNING.value, self.job.attempts],
            )
            row = cursor.fetchone()
        if row is None:
            raise JobTaken("the job was given to another worker", job=str(self.job.id))
        self.is_asked_to_stop = row[0]

    def stop_if_asked(self) -> None:
        """End the job here, without any effect, if somebody asked for it by the last report. Raises JobStopped."""
        if self.is_asked_to_stop:
            raise JobStopped

    def succeed(self, *, now: datetime, result: Result) -> None:
        """Record success in the caller's transaction, the one that holds the job's effect.

        Raises JobTaken, and so undoes the effect, when the job was given to another worker meanwhile.
        """
        with transaction.atomic():
            self._end(JobStatus.SUCCEEDED, result=dict(result))
            _record(self.job, actor=None, now=now, action="job.succeeded")
        self.is_over = True

    def fail(self, *, now: datetime, code: str, message: str) -> None:
        """Record failure."""
        with transaction.atomic():
            self._end(JobStatus.FAILED, failure_code=code, failure_message=message)
            _record(self.job, actor=None, now=now, action="job.failed", details={"code": code})
        self.is_over = True

    def cancel(self, *, now: datetime) -> None:
        """Record that the job stopped because somebody asked for it."""
        with transaction.atomic():
            self._end(JobStatus.CANCELLED)
            _record(self.job, actor=None, now=now, action="job.cancelled")
        self.is_over = True

    def _end(self, status: JobStatus, **changes: object) -> None:
        mine = JobRun.objects.filter(pk=self.job.pk, status=JobStatus.RUNNING, attempts=self.job.attempts)
        if not mine.update(status=status, finished_at=Now(), **changes):
            raise JobTaken("the job was given to another worker", job=str(self.job.id))


@contextmanager
def running(job_id: str) -> Iterator[RunningJob]:
    """Hold the job while the block runs, and record how it ends.

    1. On a connection of its own, lock the job until this process lets go or dies; reports go the same way.
    2. Claim it: only a waiting job can be claimed.
    3. A job that stops because it was asked to is cancelled. A refusal is recorded as the job's failure; a fault too,
       and raised again. A block that ends without any of these and without `succeed` has succeeded. A process told
       to stop at once leaves the job to the sweeper; so does one whose database went away, for that is nobody's fault.
    """
    if connection.in_atomic_block:
        raise NotInTransaction("a job is run outside any transaction, or nobody could watch it")
    with closing(connection.copy()) as line:
        _lock(line, job_id)
        job = RunningJob(_claim(job_id), line)
        try:
            yield job
            if not job.is_over:
                job.succeed(now=_database_moment(), result={})
        except (JobTaken, InterfaceError, OperationalError):
            raise
        except JobStopped:
            job.cancel(now=_database_moment())
        except DomainError as refusal:
            job.fail(now=_database_moment(), code=refusal.code, message=refusal.message)
        except Exception:
            with suppress(JobTaken):  # the fault itself is what must be seen
                job.fail(now=_database_moment(), code=FAULT, message=FAULT_MESSAGE)
            raise


def _database_moment() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def lock_number(job_id: UUID) -> int:
    """Return the number of the job's advisory lock."""
    return int.from_bytes(job_id.bytes[:8], signed=True)


def _lock(line: BaseDatabaseWrapper, job_id: str) -> None:
    # The sweeper holds the lock for a moment, so a short wait tells it from a worker.
    try:
        with line.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
            cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number(UUID(job_id))])
    except OperationalError:
        raise JobTaken("another worker has the job", job=job_id) from None


def _claim(job_id: str) -> JobRun:
    waiting = JobRun.objects.filter(pk=job_id, status=JobStatus.QUEUED)
    claimed = waiting.update(
        status=JobStatus.RUNNING, attempts=F("attempts") + 1, started_at=Now(), stage="", done=0, total=0
    )
    if not claimed:
        raise JobTaken("the job does not wait", job=job_id)
    return JobRun.objects.get(pk=job_id)


def _record(
    job: JobRun, *, actor: User | None, now: datetime, action: str, details: Result | None = None
) -> None:
    about = {
        "kind": job.kind,
        "subject_type": job.subject_type,
        "subject_id": job.subject_id,
        **(details or {}),
    }
    record_event(
        actor=actor, now=now, action=action, subject=job, district_code=job.district_code, details=about
    )
