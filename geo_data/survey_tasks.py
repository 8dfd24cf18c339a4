"""The survey's long work in the background: making all sheets, reading a zip of them, merging."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from accounts.models import JobRun, User
from accounts.permissions import require
from accounts.services.jobs import RunningJob, request_job, running
from common.errors import NotPermitted
from geo_data.selectors.surveys import SURVEYING
from geo_data.services.survey_batches import take_pack
from geo_data.services.survey_merging import merge_sheets
from geo_data.services.survey_papers import delete_expired_packs, keep_upload, pack_sheets

PACKING, TAKING, MERGING = "pack_survey_sheets", "take_survey_returns", "merge_survey_sheets"


@task()
def pack_sheets_task(*, job_id: str, district_code: str, year: int, township: str | None) -> None:
    """Make the sheets and store them as one sealed file."""
    with running(job_id) as job:
        delete_expired_packs(actor=None, now=timezone.now())
        pack = pack_sheets(
            actor=_asker(job),
            now=timezone.now(),
            district_code=district_code,
            year=year,
            township=township,
            job=job,
            report=job.report,
        )
        delete_packs_task.using(run_after=pack.expires_at).enqueue()


@task()
def delete_packs_task() -> None:
    """Delete the files whose time is over; asked for whenever one is stored, for the moment it ends."""
    delete_expired_packs(actor=None, now=timezone.now())


@task()
def take_pack_task(*, job_id: str, pack_id: str) -> None:
    """Read the sheets of an upload."""
    with running(job_id) as job:
        now = timezone.now()
        take_pack(
            actor=_asker(job),
            now=now,
            pack_id=UUID(pack_id),
            today=timezone.localdate(now),
            job=job,
            report=job.report,
        )


@task()
def merge_sheets_task(*, job_id: str, district_code: str, year: int) -> None:
    """Merge the sheets that are ready."""
    with running(job_id) as job:
        merge_sheets(
            actor=_asker(job),
            now=timezone.now(),
            district_code=district_code,
            year=year,
            job=job,
            report=job.report,
        )


def request_packing(
    *, actor: User, now: datetime, district_code: str, year: int, township: str | None
) -> JobRun:
    """Queue the making of all sheets of a township (None: of the district), or return the job that does."""
    require(actor, SURVEYING, district_code)
    return request_job(
        actor=actor,
        now=now,
        kind=PACKING,
        subject=survey_subject(district_code, year),
        district_code=district_code,
        task=pack_sheets_task,
        arguments={"district_code": district_code, "year": year, "township": township},
    )


@transaction.atomic
def request_taking(*, actor: User, now: datetime, district_code: str, year: int, data: bytes) -> JobRun:
    """Store an upload sealed, and queue the reading of it."""
    pack = keep_upload(actor=actor, now=now, district_code=district_code, year=year, data=data)
    delete_packs_task.using(run_after=pack.expires_at).enqueue()
    return request_job(
        actor=actor,
        now=now,
        kind=TAKING,
        subject=pack,
        district_code=district_code,
        task=take_pack_task,
        arguments={"pack_id": str(pack.pk)},
    )


def request_merging(*, actor: User, now: datetime, district_code: str, year: int) -> JobRun:
    """Queue the merging of what is ready, or return the job that does."""
    require(actor, SURVEYING, district_code)
    return request_job(
        actor=actor,
        now=now,
        kind=MERGING,
        subject=survey_subject(district_code, year),
        district_code=district_code,
        task=merge_sheets_task,
        arguments={"district_code": district_code, "year": year},
    )


def survey_subject(district_code: str, year: int) -> tuple[str, str]:
    """Return what packing and merging are about: one of each runs at a time."""
    return "geo_data.survey", f"{district_code}/{year}"


def _asker(job: RunningJob) -> User:
    """Return who asked; a survey job is never anybody's but an officer's."""
    if job.job.requested_by is None:
        raise NotPermitted("a survey job is asked for by an officer", job=str(job.job.pk))
    return job.job.requested_by
