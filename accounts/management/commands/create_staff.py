"""Make an account for somebody who works at the bureau."""

import sys
from argparse import ArgumentParser
from getpass import getpass

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Role
from accounts.services.people import create_staff
from common.errors import DomainError


class Command(BaseCommand):
    """Creates a member of staff from the command line, the first administrator for example."""

    help = "Make an account for a school or district officer, an auditor or an administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take who it is."""
        parser.add_argument("username")
        parser.add_argument(
            "--role",
            required=True,
            choices=[role for role in Role.values if role not in ("guardian", "portal")],
        )
        parser.add_argument("--district", default="", help="district code")
        parser.add_argument("--school", default="", help="school code, for school officers")
        parser.add_argument("--name", default="", help="name to be shown")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(
        self,
        *args: object,
        username: str,
        role: str,
        district: str,
        school: str,
        name: str,
        password_stdin: bool,
        **options: object,
    ) -> None:
        """Make the account, or say why not."""
        try:
            person = create_staff(
                actor=None,
                now=timezone.now(),
                username=username,
                password=read_password(password_stdin),
                role=Role(role),
                district_code=district,
                school_code=school,
                display_name=name,
            )
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{person.username}: {person.role}")


def read_password(from_stdin: bool) -> str:
    """Return the password, typed twice unless it is piped in."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password = getpass("Password: ")
    if getpass("Again: ") != password:
        raise CommandError("the two passwords differ")
    return password
