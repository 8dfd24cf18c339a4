"""A round disturbed by SIGKILL at random moments: its published result is byte for byte what an undisturbed one is."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from signal import SIGKILL
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import JobRun, JobStatus
from admissions.models import AdmissionRound, ChoiceOutcome, EntryList, LineCutoff, Offer, Placement
from admissions.services.closing import close_entries
from admissions.services.draw import enter_public_value, run_draw
from admissions.services.results import publish_results
from admissions.tasks import request_closing, request_draw, request_publishing
from config.paths import socket_folder
from tests.services.killing import children_of, somebody_waits, wait_until_gone, work_until_idle
from tests.services.round_world import NAMES, VALUES, RoundWorld
from tests.services.test_admissions_jobs import IN_CLOSING, IN_DRAW, round_to_close
from tests.services.test_jobs_killed import wait_until, worker

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

RUNS, CHILDREN = 50, 200
LONGEST_SECONDS_AFTER = 0.2

# Every stage of every job, and what another transaction holds that the job needs there. Verifying needs nothing.
STAGES: dict[tuple[str, str], str] = {
    **{("close", stage): lock for stage, lock in IN_CLOSING.items()},
    **{("draw", stage): lock for stage, lock in IN_DRAW.items()},
    ("publish", "verifying"): "",
    ("publish", "offering"): "LOCK TABLE admissions_offer IN SHARE MODE",
}
OTHERS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> ALL(%s) ORDER BY pid
"""
Snapshot = tuple[object, ...]
End = Callable[[subprocess.Popen[bytes], np.random.Generator, set[int]], None]


def kill_worker(process: subprocess.Popen[bytes], chance: np.random.Generator, ours: set[int]) -> None:
    """Kill the worker; what it had started, such as the draw's verifier, ends with it."""
    started = children_of(process.pid)
    os.kill(process.pid, SIGKILL)
    process.wait()
    wait_until_gone(started)


def kill_backend(process: subprocess.Popen[bytes], chance: np.random.Generator, ours: set[int]) -> None:
    """Kill the database process behind one of the worker's connections: the whole server starts anew, from its log."""
    with connection.cursor() as cursor:
        cursor.execute(OTHERS, [list(ours)])
        theirs = [pid for (pid,) in cursor.fetchall()]
    if theirs:  # none when the job was over by then
        os.kill(int(chance.choice(theirs)), SIGKILL)
        wait_until(
            lambda: not somebody_lives({*theirs, *ours})
        )  # the server ends all others, then starts anew
    wait_until(database_answers)


def somebody_lives(processes: set[int]) -> bool:
    return any(os.path.exists(f"/proc/{process}") for process in processes)


def database_answers() -> bool:
    with suppress(OperationalError, InterfaceError):
        connection.close()
        connection.ensure_connection()
        return True
    return False


@contextmanager
def held_or_lost(statement: str) -> Iterator[int]:
    """Hold what a job needs, until the block ends or the server does; gives the process that holds it."""
    with closing(connection.copy()) as line:
        line.set_autocommit(False)
        with line.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            ours = int(cursor.fetchone()[0])
            cursor.execute(statement or "SELECT 1")
        yield ours
        with suppress(DatabaseError, InterfaceError):
            line.rollback()


def own_process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def stage_is(job: JobRun, stage: str) -> bool:
    job.refresh_from_db()
    return job.stage == stage or job.finished_at is not None


def disturb(
    job: JobRun, stage: str, lock: str, end: End, chance: np.random.Generator, side_by_side_from: str
) -> None:
    """Let a worker come to the stage, and end it there or at a random moment after it may go on."""
    ours = {own_process()}
    with worker(JIUJIN_SIDE_BY_SIDE_CHILDREN=side_by_side_from) as first:
        with held_or_lost(lock) as holder:
            ours.add(holder)
            wait_until(lambda: stage_is(job, stage) and (not lock or somebody_waits()))
            if there := bool(chance.integers(2)):
                end(first, chance, ours)
        if not there:
            time.sleep(chance.uniform(0, LONGEST_SECONDS_AFTER))
            end(first, chance, ours)
    work_until_idle()
    job.refresh_from_db()
    print(
        f"{job.kind} {stage}: {end.__name__} {'there' if there else 'after'}, {job.attempts} attempts", end=""
    )
    print(f", side by side from {side_by_side_from} children on")
    assert (job.status, job.stage) == (JobStatus.SUCCEEDED, list(STAGES_OF[job.kind])[-1])
    if there and lock:
        assert job.attempts > 1


STAGES_OF = {
    f"round.{kind}": [stage for of_kind, stage in STAGES if of_kind == kind]
    for kind in ("close", "draw", "publish")
}


def close(world: RoundWorld, found: AdmissionRound) -> EntryList:
    return close_entries(actor=world.officer, now=timezone.now(), round_id=found.pk, public_value_names=NAMES)


def enter_values(world: RoundWorld, entry_list: EntryList) -> None:
    for name, value in VALUES.items():
        for reader in (world.officer, world.second_officer):
            enter_public_value(
                actor=reader, now=timezone.now(), entry_list_id=entry_list.pk, name=name, value=value
            )


def draw(world: RoundWorld, entry_list: EntryList) -> None:
    run_draw(actor=world.officer, now=timezone.now(), entry_list_id=entry_list.pk)


def publish(world: RoundWorld, found: AdmissionRound) -> None:
    publish_results(actor=world.officer, now=timezone.now(), round_id=found.pk)


def published(found: AdmissionRound) -> Snapshot:
    """All that a family or a stranger can read of the results, keys and moments of rows left out."""
    found.refresh_from_db()
    child, line = "application__receipt__receipt", "line__line_id"
    return (
        found.status,
        [bytes(row.draw.bundle) for row in EntryList.objects.filter(round=found)],
        [*Placement.objects.order_by(child).values_list(child, line, "reason", "choice", "nearest")],
        [
            *ChoiceOutcome.objects.order_by(child, line).values_list(
                child, line, "choice", "reason", "waitlist_place"
            )
        ],
        [*LineCutoff.objects.order_by(line).values_list(line, "seats", "admitted", "rank", "ticket")],
        [*Offer.objects.order_by(child).values_list(child, line, "status")],
    )


def undisturbed(steps: Callable[[], None], found: AdmissionRound) -> Snapshot:
    """What the steps lead to when nobody disturbs them; nothing of it is kept."""
    with transaction.atomic():
        steps()
        seen = published(found)
        transaction.set_rollback(True)
    return seen


def without_salt(entry_list: EntryList) -> Any:
    """The list without the commitments, which hang on fresh salts."""
    listed = json.loads(bytes(entry_list.document))
    return [{**entry, "fallback_commitment": None} for entry in listed["entries"]]


@pytest.mark.parametrize("end", [kill_worker, kill_backend])
@pytest.mark.parametrize("run", range(RUNS // 2))
def test_round_disturbed_at_any_moment_publishes_what_an_undisturbed_one_would(run: int, end: End) -> None:
    if end is kill_backend and connection.settings_dict["HOST"] != str(socket_folder()):
        pytest.skip(
            "database processes are killed on the private cluster only (python -m setup.cluster start)"
        )
    chance = np.random.default_rng([run, end is kill_backend])
    (kind, stage), lock = list(STAGES.items())[run % len(STAGES)]
    side_by_side_from = "0" if run // len(STAGES) % 2 == 0 else str(CHILDREN + 1)
    how = (stage, lock, end, chance, side_by_side_from)
    world, found = round_to_close(CHILDREN)
    asked: dict[str, Any] = {"actor": world.officer, "now": timezone.now()}

    if kind == "close":
        with transaction.atomic():
            expected_list = without_salt(close(world, found))
            transaction.set_rollback(True)
        disturb(request_closing(**asked, admission_round=found, names=NAMES), *how)
        assert without_salt(EntryList.objects.get()) == expected_list
    else:
        close(world, found)
    entry_list = EntryList.objects.get()
    enter_values(world, entry_list)

    def all_that_is_left() -> None:
        draw(world, entry_list)
        publish(world, found)

    expected = undisturbed(all_that_is_left, found)
    if kind == "draw":
        disturb(request_draw(**asked, entry_list=entry_list), *how)
    else:
        draw(world, entry_list)
    if kind == "publish":
        disturb(request_publishing(**asked, admission_round=found), *how)
    else:
        publish(world, found)

    assert published(found) == expected


def test_the_runs_disturb_every_stage_that_a_job_reports() -> None:
    seen: dict[str, None] = {}

    def report(stage: str, done: int, total: int) -> None:
        seen[stage] = None

    world, found = round_to_close()
    run: dict[str, Any] = {"actor": world.officer, "now": timezone.now(), "report": report}
    entry_list = close_entries(**run, round_id=found.pk, public_value_names=NAMES)
    enter_values(world, entry_list)
    run_draw(**run, entry_list_id=entry_list.pk)
    publish_results(**run, round_id=found.pk)

    assert list(seen) == [stage for _, stage in STAGES]
    assert len(STAGES) <= RUNS // 2  # in both ways
