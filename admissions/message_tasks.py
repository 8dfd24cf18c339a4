"""Messages to families in the background, and what the worker does when the time for answers ends."""

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from accounts.models import JobRun
from accounts.services.jobs import request_job, running
from admissions.models import AdmissionRound
from admissions.selectors.family_messages import has_due_messages
from admissions.selectors.rounds import get_round
from admissions.services.family_messages import send_messages

SEND = "round.messages"
SEND_AGAIN = "round.messages.again"


@task
def send_messages_task(job_id: str, round_id: str) -> None:
    """Send what is due; what failed is tried again when its time comes."""
    admission_round = get_round(round_id)
    with running(job_id) as job:
        sent = send_messages(
            actor=None, now=timezone.now(), admission_round=admission_round, report=job.report
        )
        job.succeed(now=timezone.now(), result={"sent": sent.sent, "failed": sent.failed})
    if sent.next_at is not None:
        _request(SEND_AGAIN, now=timezone.now(), admission_round=admission_round, at=sent.next_at)


def request_sending(*, now: datetime, admission_round: AdmissionRound) -> JobRun | None:
    """Queue the sending of a round's waiting messages, one at a time; None when none is due."""
    if not has_due_messages(admission_round, now):
        return None
    return _request(SEND, now=now, admission_round=admission_round, at=now)


def _request(kind: str, *, now: datetime, admission_round: AdmissionRound, at: datetime) -> JobRun:
    return request_job(
        actor=None,
        now=now,
        kind=kind,
        subject=admission_round,
        district_code=admission_round.district_id,
        task=send_messages_task.using(run_after=max(at, now)),
        arguments={"round_id": str(admission_round.pk)},
    )
