"""Delete files handed in that are older than the settings allow."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from geo_data.services.stored_files import delete_old_uploads


class Command(BaseCommand):
    """Sweeps once; every reading of a file does so too."""

    help = "Delete files handed in that are older than JIUJIN_UPLOAD_DAYS; their versions of the data stay."

    def handle(self, *args: object, **options: object) -> None:
        """Print how many."""
        count = delete_old_uploads(actor=None, now=timezone.now())
        self.stdout.write(f"已删除 / deleted: {count}")
