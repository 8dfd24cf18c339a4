"""Background tasks of a round. A killed task is run again and has its effect once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from accounts.models import JobRun, User
from accounts.permissions import Action, require
from accounts.services.jobs import request_job, running
from admissions.message_tasks import request_sending
from admissions.models import AdmissionRound, EntryList
from admissions.selectors.offers import list_late_answers
from admissions.selectors.rounds import get_round, policy_of
from admissions.services.answers import REMINDED_BEFORE, settle_unanswered
from admissions.services.asking import ask_silent_registers
from admissions.services.closing import close_entries
from admissions.services.draw import run_draw
from admissions.services.giving_on import give_places_on
from admissions.services.results import publish_results

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
    # Publishing and what is queued for the end of the answers stand or fall together.
    with running(job_id) as job, transaction.atomic():
        publish_results(
            actor=job.job.requested_by,
            now=timezone.now(),
            round_id=UUID(round_id),
            report=job.report,
            job=job,
        )
        request_settling(actor=job.job.requested_by, now=timezone.now(), admission_round=get_round(round_id))


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


def request_asking(*, now: datetime, admission_round: AdmissionRound) -> JobRun:
    """Queue the asking of silent registers, some minutes from now; one at a time for a round."""
    return request_job(
        actor=None,
        now=now,
        kind=ASK,
        subject=admission_round,
        district_code=admission_round.district_id,
        task=ask_again_task.using(run_after=now + ASK_AFTER),
        arguments={"round_id": str(admission_round.pk)},
    )


def request_closing(
    *, actor: User, now: datetime, admission_round: AdmissionRound, names: Sequence[str], reason: str = ""
) -> JobRun:
    """Queue the closing of a round's entries; one at a time."""
    require(actor, Action.RUN_ROUND, admission_round.district_id)
    return request_job(
        actor=actor,
        now=now,
        kind=CLOSE,
        subject=admission_round,
        district_code=admission_round.district_id,
        task=close_entries_task,
        arguments={"round_id": str(admission_round.pk), "names": list(names), "reason": reason},
    )


def request_draw(*, actor: User, now: datetime, entry_list: EntryList) -> JobRun:
    """Queue the draw from an entry list; one at a time."""
    admission_round = entry_list.round
    require(actor, Action.RUN_ROUND, admission_round.district_id)
    return request_job(
        actor=actor,
        now=now,
        kind=DRAW,
        subject=admission_round,
        district_code=admission_round.district_id,
        task=run_draw_task,
        arguments={"entry_list_id": str(entry_list.pk)},
    )


def request_publishing(*, actor: User, now: datetime, admission_round: AdmissionRound) -> JobRun:
    """Queue the publication of a round's results; one at a time."""
    require(actor, Action.RUN_ROUND, admission_round.district_id)
    return request_job(
        actor=actor,
        now=now,
        kind=PUBLISH,
        subject=admission_round,
        district_code=admission_round.district_id,
        task=publish_results_task,
        arguments={"round_id": str(admission_round.pk)},
    )


def request_giving_on(*, actor: User, now: datetime, admission_round: AdmissionRound) -> JobRun:
    """Queue a run of a round's waiting lists; one at a time."""
    require(actor, Action.RUN_ROUND, admission_round.district_id)
    return request_job(
        actor=actor,
        now=now,
        kind=GIVE_ON,
        subject=admission_round,
        district_code=admission_round.district_id,
        task=give_places_on_task,
        arguments={"round_id": str(admission_round.pk)},
    )


def request_settling(*, actor: User | None, now: datetime, admission_round: AdmissionRound) -> list[JobRun]:
    """Queue what the worker does about silence: reminders a day before the end, the policy's word at the end."""
    until = policy_of(admission_round).calendar.confirm_until
    return [
        request_job(
            actor=actor,
            now=now,
            kind=f"{SETTLE}.{name}",
            subject=admission_round,
            district_code=admission_round.district_id,
            task=settle_unanswered_task.using(run_after=max(moment, now)),
            arguments={"round_id": str(admission_round.pk)},
        )
        for name, moment in (("remind", until - REMINDED_BEFORE), ("end", until))
    ]


def see_to_new_places(*, now: datetime, admission_round: AdmissionRound) -> None:
    """Queue the messages about places just given on, and what is due when the time of those families ends."""
    request_sending(now=now, admission_round=admission_round)
    for until in list_late_answers(admission_round, now):
        for name, moment in (("remind", until - REMINDED_BEFORE), ("end", until)):
            request_job(
                actor=None,
                now=now,
                kind=f"{SETTLE}.{name}.{until:%y%m%d%H%M}",
                subject=admission_round,
                district_code=admission_round.district_id,
                task=settle_unanswered_task.using(run_after=max(moment, now)),
                arguments={"round_id": str(admission_round.pk)},
            )
