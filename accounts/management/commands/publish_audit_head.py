"""Publish the head of the audit tree."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.services.audit import publish_tree_head


class Command(BaseCommand):
    """Gives new events their places and prints the head to be noted elsewhere."""

    help = "Publish the tree head over all audit events and print it; note it outside this server, daily."

    def handle(self, *args: object, **options: object) -> None:
        """Publish and print the head."""
        head = publish_tree_head(actor=None, now=timezone.now())
        self.stdout.write(f"{head.size}:{head.root}")
