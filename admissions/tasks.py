"""Background tasks of a round. A killed task is run again and has its effect once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task

from accounts.models import JobRun, User
from accounts.permissions import Action
from accounts.services.jobs import Report, RunningJob, not_reported, request_permitted_job, running
from admissions.message_tasks import request_sending
from admissions.models import AdmissionRound, DrawRecord, EntryList
from admissions.rules.after_results import REMINDED_BEFORE, settling_moments
from admissions.selectors.offers import list_late_answers
from admissions.selectors.rounds import get_round, policy_of
from admissions.services.answers import settle_unanswered
from admissions.services.asking import ask_silent_registers
from admissions.services.closing import check_closing, close_entries
from admissions.services.draw import run_draw
from admissions.services.giving_on import give_places_on
from admissions.services.results import publish_results
from common.canonical import CanonicalValue

ASK = "round.ask"
ASK_AFTER = timedelta(minutes=10)
CLOSE = "round.close"
DRAW = "round.draw"
PUBLISH = "round.publish"
GIVE_ON = "round.give_on"
SETTLE = "round.settle"


@task
def ask_again_task(job_id: str, round_id: str) -> None:
    """Ask the registers that were silent; what is silent still is asked again later."""
    admission_round = get_round(round_id)
    with running(job_id) as job, transaction.atomic():
        silent = ask_silent_registers(
            actor=job.job.requested_by, now=timezone.now(), admission_round=admission_round
        )
        job.succeed(now=timezone.now(), result={"silent": silent})
    if silent:
        request_asking(now=timezone.now(), admission_round=admission_round)


@task
def close_entries_task(job_id: str, round_id: str, names: list[str], reason: str) -> None:
    """Close the entries of a round."""
    with running(job_id) as job:
        close_entries(
            actor=job.job.requested_by,
            now=timezone.now(),
            round_id=UUID(round_id),
            public_value_names=names,
            reason=reason,
            report=job.report,
            job=job,
        )


@task
def run_draw_task(job_id: str, entry_list_id: str) -> None:
    """Draw and place from an entry list."""
    with running(job_id) as job:
        run_draw(
            actor=job.job.requested_by,
            now=timezone.now(),
            entry_list_id=UUID(entry_list_id),
            report=job.report,
            job=job,
        )


@task
def publish_results_task(job_id: str, round_id: str) -> None:
    """Check the newest draw of a round and publish its results."""
    with running(job_id) as job:
        publish_and_settle(
            actor=job.job.requested_by,
            now=timezone.now(),
            round_id=UUID(round_id),
            report=job.report,
            job=job,
        )


@task
def give_places_on_task(job_id: str, round_id: str) -> None:
    """Give freed places of a round on."""
    with running(job_id) as job:
        give_places_on(
            actor=job.job.requested_by,
            now=timezone.now(),
            round_id=UUID(round_id),
            report=job.report,
            job=job,
        )
    see_to_new_places(now=timezone.now(), admission_round=get_round(round_id))


@task
def settle_unanswered_task(job_id: str, round_id: str) -> None:
    """Remind families, and let lapse what the policy lets lapse."""
    with running(job_id) as job:
        settle_unanswered(actor=job.job.requested_by, now=timezone.now(), round_id=UUID(round_id), job=job)
    request_sending(now=timezone.now(), admission_round=get_round(round_id))


@transaction.atomic
def publish_and_settle(
    *,
    actor: User | None,
    now: datetime,
    round_id: UUID,
    report: Report = not_reported,
    job: RunningJob | None = None,
) -> DrawRecord:
    """Publish the results of a round and queue what is due at the end of the answers: both stand or fall together."""
    record = publish_results(actor=actor, now=now, round_id=round_id, report=report, job=job)
    request_settling(actor=actor, now=now, admission_round=get_round(round_id))
    return record


def request_asking(*, now: datetime, admission_round: AdmissionRound) -> JobRun:
    """Queue the asking of silent registers, some minutes from now; one at a time for a round."""
    task = ask_again_task.using(run_after=now + ASK_AFTER)
    return _request(ASK, task, None, now, admission_round, round_id=str(admission_round.pk))


def request_closing(
    *, actor: User, now: datetime, admission_round: AdmissionRound, names: Sequence[str], reason: str = ""
) -> JobRun:
    """Queue the closing of a round's entries; one at a time. What stands against it now is said now."""
    check_closing(actor=actor, now=now, admission_round=admission_round)
    round_id = str(admission_round.pk)
    return _request(
        CLOSE,
        close_entries_task,
        actor,
        now,
        admission_round,
        round_id=round_id,
        names=list(names),
        reason=reason,
    )


def request_draw(*, actor: User, now: datetime, entry_list: EntryList) -> JobRun:
    """Queue the draw from an entry list; one at a time."""
    return _request(DRAW, run_draw_task, actor, now, entry_list.round, entry_list_id=str(entry_list.pk))


def request_publishing(*, actor: User, now: datetime, admission_round: AdmissionRound) -> JobRun:
    """Queue the publication of a round's results; one at a time."""
    return _request(
        PUBLISH, publish_results_task, actor, now, admission_round, round_id=str(admission_round.pk)
    )


def request_giving_on(*, actor: User, now: datetime, admission_round: AdmissionRound) -> JobRun:
    """Queue a run of a round's waiting lists; one at a time."""
    return _request(
        GIVE_ON, give_places_on_task, actor, now, admission_round, round_id=str(admission_round.pk)
    )


def request_settling(*, actor: User | None, now: datetime, admission_round: AdmissionRound) -> list[JobRun]:
    """Queue what the worker does about silence at every moment that `settling_moments` names."""
    return [
        _request(
            f"{SETTLE}.{name}",
            settle_unanswered_task.using(run_after=max(moment, now)),
            actor,
            now,
            admission_round,
            round_id=str(admission_round.pk),
        )
        for name, moment in settling_moments(policy_of(admission_round).calendar).items()
    ]


def see_to_new_places(*, now: datetime, admission_round: AdmissionRound) -> None:
    """Queue the messages about places just given on, and what is due when the time of those families ends."""
    request_sending(now=now, admission_round=admission_round)
    for until in list_late_answers(admission_round, now):
        for name, moment in (("remind", until - REMINDED_BEFORE), ("end", until)):
            kind = f"{SETTLE}.{name}.{until:%y%m%d%H%M}"
            task = settle_unanswered_task.using(run_after=max(moment, now))
            _request(kind, task, None, now, admission_round, round_id=str(admission_round.pk))


def _request(
    kind: str,
    task: Task[..., None],
    actor: User | None,
    now: datetime,
    admission_round: AdmissionRound,
    **arguments: CanonicalValue,
) -> JobRun:
    """Queue what is done with a round; one job of a kind at a time."""
    return request_permitted_job(
        actor=actor,
        now=now,
        needs=Action.RUN_ROUND,
        kind=kind,
        subject=admission_round,
        district_code=admission_round.district_id,
        task=task,
        **arguments,
    )
