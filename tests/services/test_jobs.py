"""Jobs: asked for once, done once, watched while they run."""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from accounts.models import AuditEvent, JobRun, JobStatus
from accounts.selectors.jobs import NoSuchJob, find_latest_job, get_job
from accounts.services.audit import NotInTransaction
from accounts.services.jobs import (
    JobAlreadyRunning,
    JobIsOver,
    JobTaken,
    ask_to_stop,
    cancel_job,
    lock_number,
    request_job,
    running,
)
from accounts.services.sweeper import sweep_jobs
from common.canonical import CanonicalValue
from tests.services import job_tasks
from tests.services.accounts_world import DISTRICT, NOON, officer

SUBJECT = ("admissions.round", "7")
LATER = NOON + timedelta(days=365 * 50)  # after whatever the database's clock says


def asked(
    task: Task[..., None] = job_tasks.count,
    subject: tuple[str, str] = SUBJECT,
    arguments: Mapping[str, CanonicalValue] | None = None,
) -> JobRun:
    return request_job(
        actor=None,
        now=NOON,
        kind="count",
        subject=subject,
        district_code=DISTRICT,
        task=task,
        arguments=arguments if arguments is not None else {"steps": 3},
    )


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def seen_by_others(job: JobRun) -> tuple[str, int, int]:
    with closing(connection.copy()) as line, line.cursor() as cursor:
        cursor.execute("SELECT stage, done, total FROM accounts_jobrun WHERE id = %s", [job.id])
        stage, done, total = cursor.fetchone()
    return stage, done, total


def at_once(*calls: Callable[[], object]) -> list[object]:
    barrier, results = Barrier(len(calls)), []

    def one(call: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            results.append(call())
        finally:
            connection.close()

    threads = [Thread(target=one, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


@pytest.mark.django_db
def test_asking_queues_job_and_task_and_is_recorded() -> None:
    job = asked()

    task = DBTaskResult.objects.get(pk=job.task_id)
    assert task.status == TaskResultStatus.READY
    assert task.args_kwargs == {"args": [], "kwargs": {"job_id": str(job.id), "steps": 3}}
    assert (job.status, job.attempts, job.requested_at) == (JobStatus.QUEUED, 0, NOON)
    assert actions() == ["job.requested"]


@pytest.mark.django_db
def test_asking_again_returns_the_live_job_and_writes_nothing() -> None:
    first = asked()

    again = asked()

    assert again == first
    assert (JobRun.objects.count(), DBTaskResult.objects.count(), len(actions())) == (1, 1, 1)


@pytest.mark.django_db
def test_another_subject_has_a_job_of_its_own() -> None:
    assert asked() != asked(subject=("admissions.round", "8"))


@pytest.mark.django_db(transaction=True)
def test_many_callers_at_once_get_one_job() -> None:
    jobs = at_once(*[asked] * 6)

    assert len(jobs) == 6
    assert len(set(jobs)) == 1
    assert (JobRun.objects.count(), DBTaskResult.objects.count(), len(actions())) == (1, 1, 1)


@pytest.mark.django_db
def test_two_live_jobs_of_a_subject_are_refused_by_the_database() -> None:
    job = asked()
    job.id, job.task_id = uuid4(), uuid4()

    with pytest.raises(IntegrityError, match="job_one_live_per_subject"):
        job.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_undone_request_leaves_no_task() -> None:
    with transaction.atomic():
        asked()
        transaction.set_rollback(True)

    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_job_that_runs_through_has_succeeded() -> None:
    job = asked()

    job_tasks.count.call(job_id=str(job.id), steps=3)

    job.refresh_from_db()
    assert (job.status, job.stage, job.done, job.total) == (JobStatus.SUCCEEDED, "counting", 3, 3)
    assert (job.attempts, job.result, job.failure_code) == (1, {}, "")
    assert job.finished_at
    assert actions() == ["job.requested", "job.succeeded"]


@pytest.mark.django_db(transaction=True)
def test_refusal_is_shown_and_its_changes_are_undone() -> None:
    job = asked(job_tasks.refuse, arguments={})

    job_tasks.refuse.call(job_id=str(job.id))

    job.refresh_from_db()
    assert (job.status, job.failure_code) == (JobStatus.FAILED, "seats_missing")
    assert job.failure_message == "12 seats are missing"
    assert actions() == ["job.requested", "job.failed"]


@pytest.mark.django_db(transaction=True)
def test_fault_is_raised_and_its_text_is_not_shown() -> None:
    job = asked(job_tasks.crash, arguments={})

    with pytest.raises(ZeroDivisionError):
        job_tasks.crash.call(job_id=str(job.id))

    job.refresh_from_db()
    assert (job.status, job.failure_code) == (JobStatus.FAILED, "fault")
    assert "Xiaoming" not in job.failure_message
    assert actions() == ["job.requested", "job.failed"]


@pytest.mark.django_db(transaction=True)
def test_reports_are_seen_while_a_transaction_is_open() -> None:
    job = asked()

    with running(str(job.id)) as mine, transaction.atomic():
        mine.report("placing", 10, 100)
        seen = seen_by_others(job)

    assert seen == ("placing", 10, 100)


@pytest.mark.django_db(transaction=True)
def test_quick_reports_are_thinned_out_but_never_the_end_of_a_stage() -> None:
    job = asked()

    with running(str(job.id)) as mine:
        seen = []
        for done in (0, 1, 2, 100):
            mine.report("placing", done, 100)
            seen.append(seen_by_others(job)[1])

    assert seen == [0, 0, 0, 100]


@pytest.mark.django_db(transaction=True)
def test_finished_job_does_not_run_again() -> None:
    job = asked()
    job_tasks.count.call(job_id=str(job.id), steps=3)

    with pytest.raises(JobTaken):
        job_tasks.count.call(job_id=str(job.id), steps=3)

    assert JobRun.objects.get().attempts == 1


@pytest.mark.django_db
def test_job_inside_a_transaction_is_a_fault() -> None:
    job = asked()

    with pytest.raises(NotInTransaction), running(str(job.id)):
        pytest.fail("the block must not run")


@pytest.mark.django_db(transaction=True)
def test_sweeper_leaves_a_job_alone_whose_worker_lives() -> None:
    job = asked()

    with running(str(job.id)):
        swept = at_once(lambda: sweep_jobs(actor=None, now=LATER))

    assert swept == [()]
    assert JobRun.objects.get().status == JobStatus.SUCCEEDED


def taken_and_lost(job: JobRun, status: JobStatus = JobStatus.RUNNING, attempts: int = 1) -> None:
    JobRun.objects.filter(pk=job.pk).update(status=status, attempts=attempts)
    DBTaskResult.objects.filter(pk=job.task_id).update(status=TaskResultStatus.RUNNING, started_at=NOON)


@pytest.mark.django_db
def test_sweeper_queues_the_job_of_a_lost_worker_again() -> None:
    job = asked()
    taken_and_lost(job)

    swept = sweep_jobs(actor=None, now=NOON)

    job.refresh_from_db()
    assert swept == (job.id,)
    assert (job.status, job.attempts) == (JobStatus.QUEUED, 1)
    assert DBTaskResult.objects.ready().get().pk == job.task_id
    assert actions() == ["job.requested", "job.queued_again"]


@pytest.mark.django_db
@pytest.mark.parametrize(("waited", "swept"), [(60, 0), (61, 1)])
def test_task_taken_a_minute_ago_without_its_job_is_lost(waited: int, swept: int) -> None:
    taken_and_lost(asked(), JobStatus.QUEUED, attempts=0)

    found = sweep_jobs(actor=None, now=NOON + timedelta(seconds=waited))

    assert len(found) == swept
    assert JobRun.objects.get().attempts == swept


@pytest.mark.django_db
def test_task_that_failed_before_its_job_began_is_tried_again() -> None:
    job = asked()
    DBTaskResult.objects.filter(pk=job.task_id).update(status=TaskResultStatus.FAILED)

    assert sweep_jobs(actor=None, now=NOON) == (job.id,)
    assert DBTaskResult.objects.ready().exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("attempts", "status"), [(2, JobStatus.QUEUED), (3, JobStatus.FAILED)])
def test_job_has_failed_after_three_attempts(attempts: int, status: JobStatus) -> None:
    job = asked()
    taken_and_lost(job, attempts=attempts)

    sweep_jobs(actor=None, now=NOON)

    job.refresh_from_db()
    assert job.status == status
    assert (job.failure_code == "worker_lost") == (status == JobStatus.FAILED)


@pytest.mark.django_db
def test_job_whose_task_is_gone_has_failed() -> None:
    job = asked()
    taken_and_lost(job)
    DBTaskResult.objects.all().delete()

    sweep_jobs(actor=None, now=NOON)

    assert JobRun.objects.get().status == JobStatus.FAILED


@pytest.mark.django_db(transaction=True)
def test_worker_told_to_stop_at_once_leaves_the_job_to_the_sweeper() -> None:
    job = asked(job_tasks.die, arguments={})

    with pytest.raises(SystemExit):
        job_tasks.die.call(job_id=str(job.id))

    assert JobRun.objects.get().status == JobStatus.RUNNING
    assert sweep_jobs(actor=None, now=LATER) == (job.id,)


@pytest.mark.django_db(transaction=True)
def test_worker_given_up_too_early_has_no_effect_beside_its_successor() -> None:
    job = asked(job_tasks.linger, arguments={"where": ""})

    def first_worker() -> None:
        with running(str(job.id)) as mine, transaction.atomic():
            job_tasks.effect(mine)
            with mine._line.cursor() as cursor:  # as if the lock's connection had broken
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_number(job.id)])
            at_once(lambda: sweep_jobs(actor=None, now=LATER))
            at_once(lambda: job_tasks.linger.call(job_id=str(job.id), where=""))
            mine.succeed(now=NOON, result={"attempt": 1})

    with pytest.raises(JobTaken):
        first_worker()

    assert JobRun.objects.get().result == {"attempt": 2}
    assert actions().count("test.effect") == 1


@pytest.mark.django_db
def test_waiting_job_can_be_cancelled() -> None:
    actor, job = officer(), asked()

    cancel_job(actor=actor, now=NOON, job_id=job.id)

    job.refresh_from_db()
    assert (job.status, job.finished_at) == (JobStatus.CANCELLED, NOON)
    assert not DBTaskResult.objects.exists()
    assert actions() == ["job.requested", "job.cancelled"]


@pytest.mark.django_db
def test_running_job_cannot_be_cancelled_and_nothing_is_written() -> None:
    actor, job = officer(), asked()
    taken_and_lost(job)

    with pytest.raises(JobAlreadyRunning):
        cancel_job(actor=actor, now=NOON, job_id=job.id)

    job.refresh_from_db()
    assert job.status == JobStatus.RUNNING
    assert actions() == ["job.requested"]


@pytest.mark.django_db
def test_a_waiting_job_asked_to_stop_is_cancelled() -> None:
    actor, job = officer(), asked()

    ask_to_stop(actor=actor, now=NOON, job_id=job.id)

    job.refresh_from_db()
    assert (job.status, job.finished_at) == (JobStatus.CANCELLED, NOON)
    assert actions() == ["job.requested", "job.cancelled"]


@pytest.mark.django_db(transaction=True)
def test_a_running_job_asked_to_stop_hears_of_it_when_it_reports_and_ends_without_effect() -> None:
    actor, job = officer(), asked()

    with running(str(job.id)) as mine:
        mine.report("counting", 1, 3)
        mine.stop_if_asked()
        ask_to_stop(actor=actor, now=NOON, job_id=job.id)
        ask_to_stop(actor=actor, now=NOON, job_id=job.id)
        assert not mine.is_asked_to_stop
        mine.report("storing", 0, 1)
        mine.stop_if_asked()
        pytest.fail("it went on")

    job.refresh_from_db()
    assert (job.status, job.stop_asked_at) == (JobStatus.CANCELLED, NOON)
    assert job.finished_at is not None
    assert actions() == ["job.requested", "job.stop_asked", "job.cancelled"]


@pytest.mark.django_db
@pytest.mark.parametrize("status", [JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED])
def test_a_job_that_is_over_cannot_be_asked_to_stop(status: JobStatus) -> None:
    actor, job = officer(), asked()
    JobRun.objects.filter(pk=job.pk).update(status=status, finished_at=NOON)

    with pytest.raises(JobIsOver):
        ask_to_stop(actor=actor, now=NOON, job_id=job.id)

    job.refresh_from_db()
    assert (job.status, job.stop_asked_at) == (status, None)
    assert actions() == ["job.requested"]


@pytest.mark.django_db
def test_unknown_job_cannot_be_read_or_cancelled() -> None:
    unknown = UUID(int=0)

    with pytest.raises(NoSuchJob):
        cancel_job(actor=officer(), now=NOON, job_id=unknown)
    with pytest.raises(NoSuchJob):
        get_job(unknown)
    with pytest.raises(NoSuchJob):
        ask_to_stop(actor=officer(), now=NOON, job_id=unknown)


@pytest.mark.django_db
def test_latest_job_is_the_live_one_else_the_one_asked_for_last() -> None:
    actor = officer()
    assert find_latest_job("count", SUBJECT) is None
    first = asked()
    cancel_job(actor=actor, now=NOON, job_id=first.id)
    assert find_latest_job("count", SUBJECT) == first

    second = asked()

    assert find_latest_job("count", SUBJECT) == second
    assert find_latest_job("other kind", SUBJECT) is None
