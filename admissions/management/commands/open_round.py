"""manage.py open_round: make a round from a policy file and open it."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from admissions.management.moments import add_moment, moment_of
from admissions.services.rounds import create_round, open_round
from common.errors import DomainError


class Command(BaseCommand):
    """Makes and opens a round in one step; nothing is kept when either is refused."""

    help = "Make an admission round from a policy (YAML) and open it"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--district", required=True, help="district code")
        parser.add_argument("--policy", required=True, type=Path, help="the policy, a YAML file")
        parser.add_argument("--name", default="", help="name of the round; default: the policy's title")
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        path, now = Path(str(options["policy"])), moment_of(options)
        if not path.is_file():
            raise CommandError(f"no such file: {path}")
        try:
            with transaction.atomic():
                made = create_round(
                    actor=None,
                    now=now,
                    district_code=str(options["district"]),
                    policy_text=path.read_text(encoding="utf-8"),
                    name=str(options["name"]),
                )
                opened = open_round(actor=None, now=now, round_id=made.pk)
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        self.stdout.write(f"{opened.name}: open, {opened.lines.count()} lines, policy {opened.policy_digest}")
