"""Delete stored files of survey sheets whose time is over."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from geo_data.services.survey_papers import delete_expired_packs


class Command(BaseCommand):
    """The worker does this by itself; run it where no worker runs."""

    help = "Delete stored files of survey sheets whose time is over"

    def handle(self, *args: object, **options: object) -> None:
        """Delete them and say how many."""
        count = delete_expired_packs(actor=None, now=timezone.now())
        self.stdout.write(f"已删除 / deleted: {count}")
