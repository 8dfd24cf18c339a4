"""Real workers, killed in the middle of real tasks."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from accounts.management.commands.worker import new_worker
from accounts.models import AuditEvent, JobRun, JobStatus
from accounts.services.jobs import request_job
from config.paths import BASE
from tests.databases import database_url
from tests.services import job_tasks
from tests.services.accounts_world import DISTRICT, NOON

PATIENCE = 300.0  # a worker starts in two seconds, but not on a busy machine


@contextmanager
def worker(*options: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker on the test database, and see that it is gone afterwards."""
    command = [sys.executable, "manage.py", "worker", "--sweep-seconds", "0.3", *options]
    environment = {**os.environ, "DATABASE_URL": database_url(), **settings}
    process = subprocess.Popen(command, cwd=BASE, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(claim: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def asked(where: str) -> JobRun:
    return request_job(
        actor=None,
        now=NOON,
        kind="linger",
        subject=("test", where),
        district_code=DISTRICT,
        task=job_tasks.linger,
        arguments={"where": where},
    )


def effects() -> int:
    return AuditEvent.objects.filter(action="test.effect").count()


def stage_is(stage: str) -> Callable[[], bool]:
    return lambda: JobRun.objects.get().stage == stage


def job_has_succeeded() -> bool:
    return JobRun.objects.get().status == JobStatus.SUCCEEDED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["before", "inside"])
def test_job_of_a_killed_worker_is_finished_exactly_once(where: str) -> None:
    asked(where)

    with worker() as first:
        wait_until(stage_is(where))
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert (JobRun.objects.get().status, effects()) == (JobStatus.RUNNING, 0)
    with worker("--until-idle") as second:
        assert second.wait(PATIENCE) == 0

    job = JobRun.objects.get()
    assert (job.status, job.attempts, job.result) == (JobStatus.SUCCEEDED, 2, {"attempt": 2})
    assert effects() == 1
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


@pytest.mark.django_db(transaction=True)
def test_job_whose_effect_is_committed_is_not_done_again() -> None:
    asked("after")

    with worker() as first:
        wait_until(job_has_succeeded)
        first.send_signal(signal.SIGKILL)
        first.wait()
    with worker("--until-idle") as second:
        assert second.wait(PATIENCE) == 0

    job = JobRun.objects.get()
    assert (job.status, job.attempts, job.result) == (JobStatus.SUCCEEDED, 1, {"attempt": 1})
    assert effects() == 1


@pytest.mark.django_db(transaction=True)
def test_worker_that_lives_takes_over_from_one_that_was_killed() -> None:
    asked("before")

    with ExitStack() as stack:
        first = stack.enter_context(worker())
        wait_until(stage_is("before"))
        stack.enter_context(worker())
        time.sleep(3)  # the second looks and sweeps meanwhile, and must leave the job alone
        assert JobRun.objects.get().attempts == 1
        first.send_signal(signal.SIGKILL)
        wait_until(job_has_succeeded)

    assert (JobRun.objects.get().attempts, effects()) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_worker_asked_to_stop_finishes_its_job_first() -> None:
    request_job(
        actor=None,
        now=NOON,
        kind="nap",
        subject=("test", "nap"),
        district_code=DISTRICT,
        task=job_tasks.nap,
        arguments={"seconds": 2},
    )

    with worker() as only:
        wait_until(stage_is("asleep"))
        only.send_signal(signal.SIGTERM)
        assert only.wait(PATIENCE) == 0

    job = JobRun.objects.get()
    assert (job.status, job.stage, job.attempts) == (JobStatus.SUCCEEDED, "awake", 1)


@pytest.mark.django_db(transaction=True)
def test_idle_worker_stops_at_once_when_asked() -> None:
    asked("")

    with worker() as only:
        wait_until(job_has_succeeded)
        only.send_signal(signal.SIGTERM)
        assert only.wait(PATIENCE) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ["SELECT", "UPDATE"])
def test_worker_asked_to_stop_while_it_takes_a_job_does_the_job_first(statement: str) -> None:
    asked("")
    only = new_worker(until_idle=False)

    def stop_in_the_middle(execute: Callable[..., object], sql: str, *rest: object) -> object:
        if only.running and sql.startswith(statement) and DBTaskResult._meta.db_table in sql:
            only.shutdown(signal.SIGTERM, None)
        return execute(sql, *rest)

    with connection.execute_wrapper(stop_in_the_middle):
        only.run()

    assert not only.running
    assert job_has_succeeded()
