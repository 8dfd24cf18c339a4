"""Files in the background: reading what was handed in."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from accounts.models import JobRun, User
from accounts.permissions import Action, require
from accounts.services.jobs import request_job, running
from geo_data.models import Upload
from geo_data.selectors.uploads import get_upload
from geo_data.services.uploads import read_upload

READING = "read_upload"


@task()
def read_upload_task(*, job_id: str, upload_id: str) -> None:
    """Read the file and propose it; the job's result names the version."""
    with running(job_id) as job, transaction.atomic():
        now, upload = timezone.now(), get_upload(upload_id)
        done = read_upload(actor=job.job.requested_by, now=now, upload=upload, report=job.report).dataset
        job.succeed(now=now, result={"dataset": str(done.pk), "status": done.status})


def request_reading(*, actor: User | None, now: datetime, upload: Upload) -> JobRun:
    """Queue the reading of a file, or return the one that already waits or runs."""
    if actor is not None:
        require(actor, Action.IMPORT_DATA, upload.district_id)
    return request_job(
        actor=actor,
        now=now,
        kind=READING,
        subject=upload,
        district_code=upload.district_id,
        task=read_upload_task,
        arguments={"upload_id": str(upload.pk)},
    )
