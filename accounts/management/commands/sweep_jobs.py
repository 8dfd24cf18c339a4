"""Have the jobs of killed workers done again."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.services.sweeper import sweep_jobs


class Command(BaseCommand):
    """Sweeps once; `worker` does so by itself every few seconds."""

    help = "Queue the jobs of killed workers again, once."

    def handle(self, *args: object, **options: object) -> None:
        """Print the jobs that were queued again or given up."""
        for job_id in sweep_jobs(actor=None, now=timezone.now()):
            self.stdout.write(str(job_id))
