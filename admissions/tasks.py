"""Background tasks of a round. A killed task is run again and has its effect once."""

from uuid import UUID

from django.utils import timezone
from django_tasks import task

from accounts.services.jobs import running
from admissions.services.closing import close_entries
from admissions.services.draw import run_draw


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
