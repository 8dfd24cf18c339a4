"""Give a member of staff a new password."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.management.commands.create_staff import read_password
from accounts.services.people import set_password
from common.errors import DomainError


class Command(BaseCommand):
    """Replaces a forgotten password."""

    help = "Give a member of staff a new password; all of the person's sessions end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take who it is."""
        parser.add_argument("username")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *args: object, username: str, password_stdin: bool, **options: object) -> None:
        """Set the password, or say why not."""
        password = read_password(password_stdin)
        try:
            set_password(actor=None, now=timezone.now(), username=username, password=password)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
