"""Tasks that only tests run; the worker imports them by this path."""

import time

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from accounts.services.audit import record_event
from accounts.services.jobs import RunningJob, running
from common.errors import RulesSayNo

LONG = 60.0


class SeatsMissing(RulesSayNo):
    """A refusal."""

    code = "seats_missing"


def effect(job: RunningJob) -> None:
    """Write something that must be there exactly once."""
    record_event(actor=None, now=timezone.now(), action="test.effect", subject=job.job)


@task()
def linger(job_id: str, where: str) -> None:
    """Do the work; the first attempt never gets past `where`."""
    with running(job_id) as job:

        def pass_by(stage: str) -> None:
            if not job.is_over:
                job.report(stage, 1, 2)
            if where == stage and job.job.attempts == 1:
                time.sleep(LONG)

        pass_by("before")
        with transaction.atomic():
            effect(job)
            pass_by("inside")
            job.succeed(now=timezone.now(), result={"attempt": job.job.attempts})
        pass_by("after")


@task()
def count(job_id: str, steps: int) -> None:
    """Report step after step."""
    with running(job_id) as job:
        for step in range(1, steps + 1):
            job.report("counting", step, steps)


@task()
def refuse(job_id: str) -> None:
    """Change something and refuse afterwards."""
    with running(job_id) as job, transaction.atomic():
        effect(job)
        raise SeatsMissing("12 seats are missing", seats=12)


@task()
def crash(job_id: str) -> None:
    """Change something and meet a fault of the program."""
    with running(job_id) as job, transaction.atomic():
        effect(job)
        raise ZeroDivisionError("Li Xiaoming, 41018120150102003X")


@task()
def die(job_id: str) -> None:
    """Be told to stop at once."""
    with running(job_id):
        raise SystemExit(1)


@task()
def nap(job_id: str, seconds: int) -> None:
    """Take a while."""
    with running(job_id) as job:
        job.report("asleep", 0, 1)
        time.sleep(seconds)
        job.report("awake", 1, 1)
