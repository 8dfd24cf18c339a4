"""Seal everything with the newest key."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.services.resealing import reseal


class Command(BaseCommand):
    """Runs after a new key was put first in JIUJIN_SEAL_KEYS; the old one may be taken away when it is done."""

    help = "Seal every sealed value again that was not sealed with the first key of JIUJIN_SEAL_KEYS."

    def handle(self, *args: object, **options: object) -> None:
        """Print how many values of which table were sealed again."""
        for table, count in reseal(actor=None, now=timezone.now()).items():
            self.stdout.write(f"{table}: {count}")
