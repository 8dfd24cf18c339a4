"""Closing and drawing as background jobs: real workers, killed at known places."""

from datetime import date, datetime
from signal import SIGKILL
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import AuditEvent, JobRun, JobStatus, User
from admissions.models import AdmissionRound, DrawRecord, Entry, EntryList, Placement, RoundStatus
from admissions.services.applications import file_applications
from admissions.services.closing import close_entries
from admissions.services.draw import enter_public_value, run_draw
from admissions.tasks import request_closing, request_draw
from common.canonical import digest_bytes
from common.errors import NotPermitted
from geo_data.models import Stage
from tests.services.accounts_world import OTHER_DISTRICT, officer
from tests.services.killing import LOCKS_HERE, held, somebody_waits, work_until_idle
from tests.services.round_world import (
    CHINA,
    NAMES,
    VALUES,
    RoundWorld,
    add_children,
    county_with_zones,
    form,
    round_open,
)
from tests.services.test_jobs_killed import PATIENCE, wait_until, worker
from zoning.models import ZonePublication

pytestmark = pytest.mark.django_db(transaction=True)

# Jobs read the clock, so this round's summer lies before any day on which the tests run.
SUMMER = 2025
DAYS = {"opens_at": (6, 15), "closes_at": (6, 22), "review_until": (7, 6), "draw_at": (7, 10)}
DAYS |= {"results_at": (7, 12), "confirm_until": (7, 20)}
CALENDAR = {name: datetime(SUMMER, *day, 8, tzinfo=CHINA).isoformat() for name, day in DAYS.items()}
FILED_AT = datetime(SUMMER, 6, 16, 8, tzinfo=CHINA)
CHILDREN = 12

# Where a job can be stopped: what it shows there, and what another transaction holds that it needs next.
IN_CLOSING = {
    "judging": "LOCK TABLE admissions_applicationchoice IN ACCESS EXCLUSIVE MODE",
    "writing": "LOCK TABLE admissions_entry IN SHARE MODE",
}
IN_DRAW = {
    "drawing": "LOCK TABLE admissions_planline IN ACCESS EXCLUSIVE MODE",
    "placing": "LOCK TABLE admissions_entry IN ACCESS EXCLUSIVE MODE",
    "bundling": "SELECT 1 FROM admissions_admissionround FOR UPDATE",
    "storing": "LOCK TABLE admissions_placement IN SHARE MODE",
}


def round_to_close(children: int = CHILDREN) -> tuple[RoundWorld, AdmissionRound]:
    """A round whose applications are all accepted; there are fewer seats than children, so the draw decides."""
    world = county_with_zones({"A": (0, 4), "B": (3, 4)})
    ZonePublication.objects.create(
        plan=world.publication.plan,
        district=world.county.district,
        stage=Stage.PRIMARY,
        in_force=DateRange(date(SUMMER, 3, 1), date(SUMMER + 1, 3, 1)),
        published_at=FILED_AT,
    )
    admission_round = round_open(world, calendar={"published_on": f"{SUMMER}-05-20", **CALENDAR})
    homes = [f"u{place % 4}" for place in range(children)]
    numbers = add_children(world, homes)
    forms = [
        form(number, home, private_schools=("P",) if place % 3 == 0 else ())
        for place, (number, home) in enumerate(zip(numbers, homes, strict=True))
    ]
    filed = file_applications(
        actor=world.officer, now=FILED_AT, round_id=admission_round.pk, forms=forms, source="test"
    )
    assert (len(filed.applications), filed.refused) == (children, ())
    return world, admission_round


def closing_asked(world: RoundWorld, admission_round: AdmissionRound) -> JobRun:
    return request_closing(
        actor=world.officer, now=timezone.now(), admission_round=admission_round, names=NAMES
    )


def round_to_draw(children: int = CHILDREN) -> tuple[RoundWorld, EntryList]:
    """A closed round whose public values both officers have entered."""
    world, admission_round = round_to_close(children)
    entry_list = close_entries(
        actor=world.officer, now=timezone.now(), round_id=admission_round.pk, public_value_names=NAMES
    )
    for name, value in VALUES.items():
        for reader in (world.officer, world.second_officer):
            enter_public_value(
                actor=reader, now=timezone.now(), entry_list_id=entry_list.pk, name=name, value=value
            )
    return world, entry_list


def undisturbed_bundle(world: RoundWorld, entry_list: EntryList) -> bytes:
    """The bundle of a draw that nobody disturbs; nothing of that draw is kept."""
    with transaction.atomic():
        drawn = run_draw(actor=world.officer, now=timezone.now(), entry_list_id=entry_list.pk)
        transaction.set_rollback(True)
    return bytes(drawn.bundle)


def killed_while_held(statement: str) -> JobRun:
    """Kill a worker that waits for what is held; return the job as others see it at that moment."""
    with held(statement), worker() as first:
        wait_until(somebody_waits)
        seen = JobRun.objects.order_by("requested_at").last()
        first.send_signal(SIGKILL)
        first.wait()
    assert seen is not None
    return seen


def times(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


@pytest.mark.parametrize("stage", IN_CLOSING)
def test_closing_killed_in_the_middle_is_done_again_with_one_effect(stage: str) -> None:
    world, admission_round = round_to_close()
    job = closing_asked(world, admission_round)

    seen = killed_while_held(IN_CLOSING[stage])
    assert (seen.status, seen.stage, seen.attempts) == (JobStatus.RUNNING, stage, 1)
    assert not EntryList.objects.exists()
    work_until_idle()

    job.refresh_from_db()
    stored = EntryList.objects.get()
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 2)
    assert job.result == {"entry_list": str(stored.pk), "entries": CHILDREN}
    assert (stored.number, stored.closed_by, Entry.objects.count()) == (1, world.officer, CHILDREN)
    assert stored.digest == digest_bytes(bytes(stored.document))
    admission_round.refresh_from_db()
    assert admission_round.status == RoundStatus.CLOSED
    assert (times("entries.closed"), times("job.queued_again")) == (1, 1)


@pytest.mark.parametrize("stage", IN_DRAW)
def test_draw_killed_in_the_middle_publishes_what_an_undisturbed_one_would(stage: str) -> None:
    world, entry_list = round_to_draw()
    expected = undisturbed_bundle(world, entry_list)
    job = request_draw(actor=world.officer, now=timezone.now(), entry_list=entry_list)

    seen = killed_while_held(IN_DRAW[stage])
    assert (seen.status, seen.stage, seen.total) == (JobStatus.RUNNING, stage, CHILDREN)
    assert not DrawRecord.objects.exists()
    work_until_idle()

    job.refresh_from_db()
    record = drawn_once(entry_list, expected)
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 2)
    assert job.result == {"draw": str(record.pk), "seed": record.seed}


def drawn_once(entry_list: EntryList, expected: bytes) -> DrawRecord:
    """Check that there is one draw with every child's outcome in it, and that its bundle is as expected."""
    record = DrawRecord.objects.get()
    assert (record.entry_list_id, record.bundle_digest) == (entry_list.pk, digest_bytes(expected))
    assert bytes(record.bundle) == expected
    assert Placement.objects.count() == entry_list.entry_count
    assert AdmissionRound.objects.get().status == RoundStatus.DRAWN
    assert times("round.drawn") == 1
    return record


# The two connections of a job at the server: the one that does the work and waits, the one that holds the job.
CONNECTIONS = {
    "work": f"SELECT pid FROM {LOCKS_HERE} WHERE NOT granted AND locktype <> 'advisory'",
    "hold": f"SELECT pid FROM {LOCKS_HERE} WHERE granted AND locktype = 'advisory' AND pid <> pg_backend_pid()",
}


@pytest.mark.parametrize("which", CONNECTIONS)
def test_draw_whose_connection_is_lost_publishes_what_an_undisturbed_one_would(which: str) -> None:
    world, entry_list = round_to_draw()
    expected = undisturbed_bundle(world, entry_list)
    job = request_draw(actor=world.officer, now=timezone.now(), entry_list=entry_list)

    with worker("--sweep-seconds", "600") as first:
        with held(IN_DRAW["placing"]):
            wait_until(somebody_waits)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_terminate_backend(pid) FROM ({CONNECTIONS[which]}) AS theirs")
                assert cursor.fetchall() == [(True,)]
        wait_until(lambda: first.poll() is not None or DBTaskResult.objects.get().status == "FAILED")
    work_until_idle()

    job.refresh_from_db()
    drawn_once(entry_list, expected)
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 2)


def test_draw_asked_for_again_finds_the_first_one() -> None:
    world, entry_list = round_to_draw()
    for _ in range(2):
        request_draw(actor=world.officer, now=timezone.now(), entry_list=entry_list)
        work_until_idle()

    record = DrawRecord.objects.get()
    jobs = JobRun.objects.filter(kind="round.draw")
    assert [job.result for job in jobs] == [{"draw": str(record.pk), "seed": record.seed}] * 2
    assert times("round.drawn") == 1


def test_closing_asked_for_again_is_refused_without_a_reason() -> None:
    world, admission_round = round_to_close()
    for _ in range(2):
        closing_asked(world, admission_round)
        work_until_idle()

    first, second = JobRun.objects.order_by("requested_at")
    assert (first.status, second.status, second.failure_code) == (
        JobStatus.SUCCEEDED,
        JobStatus.FAILED,
        "already_closed",
    )
    assert EntryList.objects.count() == 1


def test_two_officers_who_ask_at_once_get_one_job() -> None:
    world, admission_round = round_to_close()
    barrier, jobs = Barrier(2), []

    def ask(who: User) -> None:
        try:
            barrier.wait(10)
            jobs.append(
                request_closing(
                    actor=who, now=timezone.now(), admission_round=admission_round, names=NAMES
                ).pk
            )
        finally:
            connection.close()

    threads = [Thread(target=ask, args=(who,)) for who in (world.officer, world.second_officer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert len(jobs) == 2
    assert len(set(jobs)) == 1
    assert (JobRun.objects.count(), DBTaskResult.objects.count()) == (1, 1)


def test_officer_of_another_authority_can_ask_for_neither() -> None:
    _, admission_round = round_to_close()
    stranger = officer(OTHER_DISTRICT)

    with pytest.raises(NotPermitted):
        request_closing(actor=stranger, now=timezone.now(), admission_round=admission_round, names=NAMES)

    assert not JobRun.objects.exists()
    assert not DBTaskResult.objects.exists()
