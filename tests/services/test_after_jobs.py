"""Giving places on and seeing to silence as background jobs: killed halfway, and at the end of the calendar."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import JobRun, JobStatus
from admissions.matching import verify_moves
from admissions.models import Offer, PlanLine, WaitlistMove, WaitlistRun
from admissions.selectors.waiting import bundle_after_results
from admissions.services.answers import decline_offer
from admissions.services.giving_on import give_places_on
from admissions.services.rounds import RoundMovedOn
from admissions.tasks import publish_and_settle, request_giving_on, request_settling
from tests.journeys.test_after_results_pages import results_out_now
from tests.services.after_world import PublishedRound, published_round
from tests.services.killing import work_until_idle
from tests.services.round_world import VALUES
from tests.services.test_admissions_jobs import killed_while_held, round_to_draw

pytestmark = pytest.mark.django_db(transaction=True)

# What another transaction holds that the job needs next, by the stage that it shows there.
IN_GIVING_ON = {
    "giving_on": "LOCK TABLE admissions_choiceoutcome IN ACCESS EXCLUSIVE MODE",
    "storing": "LOCK TABLE admissions_waitlistmove IN SHARE MODE",
}


def two_given_up() -> PublishedRound:
    found = published_round(seats={"A": (0, 2), "B": (3, 0)}, accepts_coordination=False)
    for gone in found.placed_at("A"):
        decline_offer(actor=found.world.officer, now=timezone.now(), application_id=gone.pk, reason="moved")
    return found


def undisturbed(found: PublishedRound) -> bytes:
    """The record of a run that nobody disturbs; nothing of that run is kept."""
    with transaction.atomic():
        run = give_places_on(actor=found.world.officer, now=timezone.now(), round_id=found.round.pk)
        transaction.set_rollback(True)
    assert run is not None
    return bytes(run.document)


@pytest.mark.parametrize("stage", IN_GIVING_ON)
def test_a_run_killed_in_the_middle_is_done_again_with_one_effect(stage: str) -> None:
    found = two_given_up()
    expected = undisturbed(found)
    job = request_giving_on(actor=found.world.officer, now=timezone.now(), admission_round=found.round)

    seen = killed_while_held(IN_GIVING_ON[stage])
    assert (seen.status, seen.stage) == (JobStatus.RUNNING, stage)
    assert not WaitlistRun.objects.exists()
    work_until_idle()

    job.refresh_from_db()
    assert (job.status, job.attempts, job.result) == (JobStatus.SUCCEEDED, 2, {"run": 1, "moves": 2})
    assert bytes(WaitlistRun.objects.get().document) == expected
    assert WaitlistMove.objects.count() == 2
    assert PlanLine.objects.get(line_id="A.zone").offers_live == 2
    assert verify_moves.faults(bundle_after_results(found.round, found.draw)) == []


def test_the_worker_lets_places_lapse_at_the_end_and_not_before() -> None:
    # given a round whose policy lets places lapse, and whose families still have days
    found = results_out_now(after_results={"public_silence": "lapses"})
    now = timezone.now()
    jobs = request_settling(actor=found.world.officer, now=now, admission_round=found.round)

    # when the worker works, then nothing is due yet
    work_until_idle()
    assert {job.status for job in JobRun.objects.all()} == {JobStatus.QUEUED}
    assert not Offer.objects.filter(status="lapsed").exists()

    # when the time has passed, then every place nobody answered for lapses, once
    Offer.objects.update(answer_until=now - timedelta(seconds=1))
    DBTaskResult.objects.update(run_after=now)
    work_until_idle()
    assert {job.status for job in JobRun.objects.filter(pk__in=[job.pk for job in jobs])} == {
        JobStatus.SUCCEEDED
    }
    assert not Offer.objects.exclude(status="lapsed").exists()


def test_run_round_queues_what_is_due_at_the_end_of_the_answers_as_the_task_does() -> None:
    # given a round that an officer of the command line takes to its results
    world, entry_list = round_to_draw()
    values = [part for name, value in VALUES.items() for part in ("--public-value", f"{name}={value}")]
    officers = [f"--officer={who.username}" for who in (world.officer, world.second_officer)]

    # when the command publishes
    call_command(
        "run_round",
        *values,
        *officers,
        district="410181",
        stage="primary",
        year=entry_list.round.year,
        stdout=StringIO(),
    )

    # then both moments of the calendar are queued
    jobs = JobRun.objects.filter(subject_id=str(entry_list.round_id)).order_by("kind")
    assert [(job.kind, job.status) for job in jobs] == [
        ("round.settle.end", JobStatus.QUEUED),
        ("round.settle.remind", JobStatus.QUEUED),
    ]
    work_until_idle()
    assert set(JobRun.objects.values_list("status", flat=True)) == {JobStatus.SUCCEEDED}


def test_publishing_that_is_refused_queues_nothing() -> None:
    world, entry_list = round_to_draw()

    with pytest.raises(RoundMovedOn):
        publish_and_settle(actor=world.officer, now=timezone.now(), round_id=entry_list.round_id)

    assert not JobRun.objects.exists()
