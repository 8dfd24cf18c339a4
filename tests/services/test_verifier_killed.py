"""Publishing while the draw is verified in a process of its own; that process, its parent or the database is killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import AuditEvent, JobRun, JobStatus
from admissions.models import AdmissionRound, Offer, RoundStatus
from admissions.tasks import request_publishing
from config.paths import BASE
from tests.databases import database_url
from tests.services.killing import children_of, wait_until_gone, work_until_idle
from tests.services.test_admissions_jobs import CONNECTIONS, round_to_draw
from tests.services.test_jobs_killed import wait_until
from tests.services.test_round_killed import Snapshot, draw, publish, published, undisturbed

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def lingering_worker(wait_for: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker whose verifier of the draw, a process beside it, waits until the file is gone."""
    wait_for.touch()
    command = [sys.executable, "-m", "tests.services.lingering_verifier", str(wait_for)]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "JIUJIN_SIDE_BY_SIDE_CHILDREN": "0",
    }
    process = subprocess.Popen([*command, *options], cwd=BASE, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def publishing_asked() -> tuple[JobRun, AdmissionRound, Snapshot]:
    """A drawn round whose results are asked for, and what they would be if nobody disturbed them."""
    world, entry_list = round_to_draw()
    found = entry_list.round
    draw(world, entry_list)
    expected = undisturbed(lambda: publish(world, found), found)
    job = request_publishing(actor=world.officer, now=timezone.now(), admission_round=found)
    return job, found, expected


def verifier_of(process: subprocess.Popen[bytes]) -> int:
    """Wait for the process that verifies the draw, and return its number."""
    wait_until(lambda: bool(children_of(process.pid)))
    (child,) = children_of(process.pid)
    return child


def nothing_is_published(found: AdmissionRound) -> bool:
    found.refresh_from_db()
    return found.status == RoundStatus.DRAWN and not Offer.objects.exists()


def published_once(job: JobRun, found: AdmissionRound, expected: Snapshot, *, attempts: int) -> None:
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, attempts)
    assert published(found) == expected
    assert AuditEvent.objects.filter(action="results.published").count() == 1


def test_a_killed_verifier_takes_nothing_with_it_the_draw_is_verified_by_its_parent(tmp_path: Path) -> None:
    job, found, expected = publishing_asked()

    with lingering_worker(tmp_path / "wait") as first:
        verifier = verifier_of(first)
        assert nothing_is_published(found)
        (tmp_path / "wait").unlink()
        os.kill(verifier, SIGKILL)
        wait_until(lambda: JobRun.objects.get(pk=job.pk).finished_at is not None)

    published_once(job, found, expected, attempts=1)


def test_verifier_ends_with_a_killed_worker_and_the_next_one_publishes_the_same(tmp_path: Path) -> None:
    job, found, expected = publishing_asked()

    with lingering_worker(tmp_path / "wait") as first:
        verifier = verifier_of(first)
        first.send_signal(SIGKILL)
        first.wait()
    wait_until_gone({verifier})  # it would wait for ever: the file is there
    assert nothing_is_published(found)
    work_until_idle()

    published_once(job, found, expected, attempts=2)


@pytest.mark.parametrize("which", ["hold", "work"])
def test_verifier_ends_when_the_database_is_lost_meanwhile_and_the_same_is_published(
    which: str, tmp_path: Path
) -> None:
    job, found, expected = publishing_asked()

    with lingering_worker(tmp_path / "wait", "--sweep-seconds", "600") as first:
        verifier = verifier_of(first)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(pg_terminate_backend(pid)) FROM ({BACKENDS[which]}) AS theirs")
            assert cursor.fetchone() == (1,)
        (tmp_path / "wait").unlink()
        wait_until_gone({verifier})
        wait_until(lambda: first.poll() is not None or DBTaskResult.objects.get().status == "FAILED")
    assert nothing_is_published(found)
    work_until_idle()

    published_once(job, found, expected, attempts=2)


# The two connections of a job: the one that holds the job, and the one whose transaction publishes.
BACKENDS = {
    "hold": CONNECTIONS["hold"],
    "work": "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
}
