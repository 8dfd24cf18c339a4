"""The making of an auditor's bundle in the background."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django_tasks import task

from accounts.models import JobRun, User
from accounts.permissions import Action, require
from accounts.services.jobs import request_job, running
from admissions.models import AdmissionRound
from admissions.services.audit_bundles import delete_expired_audit_bundles, make_audit_bundle
from common.errors import NotPermitted

AUDIT_BUNDLE = "round.audit_bundle"


@task
def make_audit_bundle_task(job_id: str, round_id: str) -> None:
    """Make the bundle of a round and store it sealed."""
    with running(job_id) as job:
        if job.job.requested_by is None:
            raise NotPermitted("a bundle is asked for by an auditor", job=job_id)
        made = make_audit_bundle(
            actor=job.job.requested_by,
            now=timezone.now(),
            round_id=UUID(round_id),
            report=job.report,
            job=job,
        )
    delete_expired_audit_bundles(actor=None, now=timezone.now())
    delete_bundles_task.using(run_after=made.expires_at).enqueue()


@task
def delete_bundles_task() -> None:
    """Delete the bundles whose time is over; asked for whenever one is stored, for the moment it ends."""
    delete_expired_audit_bundles(actor=None, now=timezone.now())


def request_audit_bundle(*, actor: User, now: datetime, admission_round: AdmissionRound) -> JobRun:
    """Queue the making of a round's bundle, or return the job that does; one at a time."""
    require(actor, Action.READ_AUDIT, admission_round.district_id)
    return request_job(
        actor=actor,
        now=now,
        kind=AUDIT_BUNDLE,
        subject=admission_round,
        district_code=admission_round.district_id,
        task=make_audit_bundle_task,
        arguments={"round_id": str(admission_round.pk)},
    )
