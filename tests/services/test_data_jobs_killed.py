"""Jobs about data whose worker is killed: done again with one effect, no half data, nobody left behind."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGKILL

import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, JobRun, JobStatus
from accounts.services.sweeper import sweep_jobs
from config.paths import BASE
from geo_data.models import (
    CatchmentUnit,
    Child,
    Dataset,
    DatasetFinding,
    DatasetKind,
    DatasetStatus,
    Household,
    Projection,
    ProjectionRow,
    ReconciledChild,
    Reconciliation,
    ReconciliationCase,
    Stage,
    Upload,
)
from geo_data.projection_tasks import request_projection
from geo_data.services.import_units import import_units
from geo_data.services.terms import Settle, Terms
from geo_data.services.versions import confirm_dataset
from geo_data.tasks import request_reading, request_reconciliation
from tests.databases import database_url
from tests.services import geo_world as world
from tests.services.accounts_world import officer
from tests.services.census_rows import census_rows
from tests.services.killing import (
    children_of,
    held,
    somebody_waits,
    wait_until_gone,
    work_until_idle,
)
from tests.services.projection_world import FIRST, counted
from tests.services.registers_world import ON, with_lists
from tests.services.test_jobs_killed import PATIENCE, wait_until, worker
from tests.services.upload_world import hand_in, own_storage
from tests.services.worlds import DISTRICT

pytestmark = pytest.mark.django_db(transaction=True)

# Three times what a reader hands back at once: it waits with the second part while the first is stored.
MANY = 12_000
STORING_CHILDREN = "LOCK TABLE geo_data_child IN SHARE MODE"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A storage and a scratch folder that this test and its workers share."""
    monkeypatch.setenv("JIUJIN_UPLOADS", str(tmp_path / "uploads"))
    monkeypatch.setenv("JIUJIN_SCRATCH", str(tmp_path / "scratch"))
    with own_storage(tmp_path) as folder:
        yield folder


def reading_asked(folder: Path, count: int = MANY) -> tuple[Upload, JobRun]:
    """A census that was handed in and waits for a worker, in a district with units."""
    world.district()
    world.with_units(folder)
    path = world.children_file(folder, *census_rows(count))
    upload = hand_in(path, DatasetKind.CHILDREN)
    Upload.objects.update(uploaded_at=timezone.now())  # workers read the clock, and delete what is old
    return upload, request_reading(actor=officer(world.CODE), now=timezone.now(), upload=upload)


def census_versions() -> list[Dataset]:
    return list(Dataset.objects.filter(kind=DatasetKind.CHILDREN))


def propose_units(path: Path) -> Dataset:
    return import_units(
        actor=None, now=world.NOW, district_code=world.CODE, path=path, terms=Terms(settle=Settle.PROPOSE)
    ).dataset


def files_laid_open(folder: Path) -> list[Path]:
    return [path for path in (folder / "scratch").rglob("*") if path.is_file()]


def kill_while(statement: str, reached: Callable[[], bool] = somebody_waits) -> set[int]:
    """Kill a worker that waits for what is held; return the processes it had started, which end by themselves."""
    with held(statement), worker() as first:
        wait_until(reached)
        started = children_of(first.pid)
        first.send_signal(SIGKILL)
        first.wait()
        wait_until_gone(started)
    return started


def check_read_once(upload: Upload, job: JobRun, count: int) -> None:
    """One version with every row, one finished job, and the file still as it was handed in."""
    job.refresh_from_db()
    [version] = census_versions()
    assert job.status == JobStatus.SUCCEEDED
    assert job.result == {"dataset": str(version.pk), "status": "proposed"}
    assert (version.status, version.row_count, version.upload) == (DatasetStatus.PROPOSED, count, upload)
    assert Child.objects.filter(dataset=version).count() == Child.objects.count() == count
    assert Household.objects.count() == count
    assert AuditEvent.objects.filter(action="dataset.proposed").count() == 1


def test_reading_killed_in_the_middle_is_done_again_and_leaves_no_reader_and_no_open_file(
    tmp_path: Path, kept: Path
) -> None:
    upload, job = reading_asked(tmp_path)
    stored = [path.read_bytes() for path in kept.iterdir()]

    readers = kill_while(STORING_CHILDREN)

    assert len(readers) == 1
    job.refresh_from_db()
    assert (job.status, job.attempts, job.stage) == (JobStatus.RUNNING, 1, "reading")
    assert (census_versions(), Child.objects.count(), Household.objects.count()) == ([], 0, 0)
    assert len(files_laid_open(tmp_path)) == 1  # what was killed could not tidy up
    work_until_idle()
    check_read_once(upload, job, MANY)
    assert job.attempts == 2
    assert files_laid_open(tmp_path) == []
    assert [path.read_bytes() for path in kept.iterdir()] == stored


@pytest.mark.parametrize(("attempts", "told"), [(1, "重新开始"), (2, "重新开始"), (3, "再试一次")])
def test_the_page_says_that_the_work_begins_again_and_after_three_times_what_to_do(
    attempts: int, told: str, tmp_path: Path, kept: Path
) -> None:
    upload, job = reading_asked(tmp_path, count=1)
    JobRun.objects.filter(pk=job.pk).update(status=JobStatus.RUNNING, attempts=attempts)
    assert sweep_jobs(actor=None, now=timezone.now()) == (job.pk,)  # nobody holds it

    desk = Client()
    desk.force_login(officer(world.CODE))
    page = desk.get(reverse("data-file", args=[upload.pk])).content.decode()

    assert told in page
    assert (reverse("data-file-again", args=[upload.pk]) in page) == (attempts == 3)


def test_a_reader_killed_alone_refuses_the_file_which_is_taken_when_read_again(
    tmp_path: Path, kept: Path
) -> None:
    upload, job = reading_asked(tmp_path)

    with worker("--until-idle") as only:
        with held(STORING_CHILDREN):
            wait_until(somebody_waits)
            [reader] = children_of(only.pid)
            os.kill(reader, SIGKILL)
            wait_until_gone({reader})
        assert only.wait(PATIENCE) == 0

    job.refresh_from_db()
    [refused] = census_versions()
    assert (job.status, job.attempts, job.result["status"]) == (JobStatus.SUCCEEDED, 1, "refused")
    assert (refused.status, refused.finding_counts) == (DatasetStatus.REFUSED, {"file_too_heavy": 1})
    assert (Child.objects.count(), Household.objects.count()) == (0, 0)
    assert files_laid_open(tmp_path) == []

    again = request_reading(actor=officer(world.CODE), now=timezone.now(), upload=upload)
    work_until_idle()
    check_read_once(upload, again, MANY)
    assert not DatasetFinding.objects.filter(code="file_too_heavy").exists()


RECONCILING = {
    "comparing": "LOCK TABLE geo_data_household IN ACCESS EXCLUSIVE MODE",
    "storing": "LOCK TABLE geo_data_reconciledchild IN SHARE MODE",
}


def reconciliation_asked(folder: Path) -> JobRun:
    world.district()
    with_lists(folder)
    return request_reconciliation(
        actor=officer(world.CODE), now=timezone.now(), district_code=world.CODE, as_of=ON
    )


def check_reconciled_once(job: JobRun) -> None:
    """One run with the four children of the lists."""
    job.refresh_from_db()
    run = Reconciliation.objects.get()
    assert (job.status, job.result) == (JobStatus.SUCCEEDED, {"reconciliation": str(run.pk), "number": 1})
    assert ReconciledChild.objects.count() == run.report["children"] == 4
    assert ReconciliationCase.objects.count() == sum(run.report["cases"].values()) > 0
    assert AuditEvent.objects.filter(action="reconciliation.made").count() == 1


@pytest.mark.parametrize("where", RECONCILING)
def test_reconciliation_killed_in_the_middle_is_done_again_and_leaves_no_process(
    where: str, tmp_path: Path
) -> None:
    job = reconciliation_asked(tmp_path)

    comparers = kill_while(RECONCILING[where])

    assert len(comparers) == 2
    job.refresh_from_db()
    assert (job.status, job.attempts) == (JobStatus.RUNNING, 1)
    assert (Reconciliation.objects.count(), ReconciledChild.objects.count()) == (0, 0)
    work_until_idle()
    check_reconciled_once(job)
    assert job.attempts == 2


def test_projection_killed_in_the_middle_is_done_again_with_one_effect() -> None:
    counted()
    asked_at = timezone.now()
    job = request_projection(
        actor=officer(DISTRICT), now=asked_at, district_code=DISTRICT, stage=Stage.PRIMARY, first_year=FIRST
    )

    kill_while("LOCK TABLE geo_data_projectionrow IN SHARE MODE")

    job.refresh_from_db()
    assert (job.status, job.attempts, job.stage) == (JobStatus.RUNNING, 1, "storing")
    assert (Projection.objects.count(), ProjectionRow.objects.count()) == (0, 0)
    work_until_idle()
    job.refresh_from_db()
    stored = Projection.objects.get()
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 2)
    assert job.result == {"projection": str(stored.pk), "number": 1}
    assert ProjectionRow.objects.filter(projection=stored).count() == 4 * 6
    assert AuditEvent.objects.filter(action="projection.stored").count() == 1


# Who is killed below is no worker: the web process that confirms, and the command that brings in and confirms at once.

CONFIRM = """
from uuid import UUID
from django.utils import timezone
from geo_data.selectors.datasets import get_dataset
from geo_data.services.versions import confirm_dataset
confirm_dataset(actor=None, now=timezone.now(), dataset=get_dataset(UUID("{dataset}")))
"""


def kill_command(*words: str) -> None:
    """Kill a command when all but its audit event is written."""
    command = [sys.executable, "manage.py", *words]
    with held("LOCK TABLE accounts_auditevent IN SHARE MODE"):
        process = subprocess.Popen(command, cwd=BASE, env={**os.environ, "DATABASE_URL": database_url()})
        try:
            wait_until(lambda: somebody_waits() or process.poll() is not None)
            assert process.poll() is None
        finally:
            process.kill()
            process.wait()


def test_confirming_killed_in_the_middle_changes_nothing_and_can_be_done_again(tmp_path: Path) -> None:
    world.district()
    before = world.with_units(tmp_path).dataset
    (tmp_path / "next").mkdir()
    path = world.write_features(tmp_path / "next" / "units.geojson", world.blocks()[:3])
    proposed = propose_units(path)

    kill_command("shell", "--command", CONFIRM.format(dataset=proposed.pk))

    before.refresh_from_db()
    proposed.refresh_from_db()
    assert (before.status, proposed.status) == (DatasetStatus.CURRENT, DatasetStatus.PROPOSED)
    assert (before.current_until, proposed.decided_at) == (None, None)
    assert not AuditEvent.objects.filter(action="dataset.confirmed").exists()
    confirm_dataset(actor=officer(world.CODE), now=world.NOW, dataset=proposed)
    before.refresh_from_db()
    assert (before.status, proposed.status) == (DatasetStatus.SUPERSEDED, DatasetStatus.CURRENT)


def test_import_command_killed_before_its_end_leaves_nothing_and_can_be_given_again(tmp_path: Path) -> None:
    world.district()
    path = world.write_features(tmp_path / "units.geojson", world.blocks())
    words = ("import_units", str(path), "--district", world.CODE)

    kill_command(*words)

    assert (Dataset.objects.count(), CatchmentUnit.objects.count()) == (0, 0)
    call_command(*words)
    assert Dataset.objects.get().status == DatasetStatus.CURRENT
    assert CatchmentUnit.objects.count() == 4


# At any moment


def kill_at_random(job: JobRun, chance: np.random.Generator, longest: float) -> None:
    """Kill a worker some time after it has begun the job, perhaps when it is over; nobody is left behind."""
    with worker() as first:
        wait_until(lambda: JobRun.objects.get(pk=job.pk).started_at is not None)
        time.sleep(chance.uniform(0, longest))
        started = children_of(first.pid)
        first.send_signal(SIGKILL)
        first.wait()
        wait_until_gone(started)


@pytest.mark.slow
@pytest.mark.parametrize("run", range(20))
def test_reading_killed_at_any_moment_is_done_once(run: int, tmp_path: Path, kept: Path) -> None:
    upload, job = reading_asked(tmp_path)
    stored = [path.read_bytes() for path in kept.iterdir()]

    kill_at_random(job, np.random.default_rng(run), longest=2.0)
    work_until_idle()

    check_read_once(upload, job, MANY)
    assert files_laid_open(tmp_path) == []
    assert [path.read_bytes() for path in kept.iterdir()] == stored


@pytest.mark.slow
@pytest.mark.parametrize("run", range(20))
def test_reconciliation_killed_at_any_moment_is_done_once(run: int, tmp_path: Path) -> None:
    job = reconciliation_asked(tmp_path)

    kill_at_random(job, np.random.default_rng(run), longest=1.0)
    work_until_idle()

    check_reconciled_once(job)
