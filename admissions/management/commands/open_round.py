"""manage.py open_round: make a round on the published policy of its stage and year, and open it."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from admissions.management.moments import add_moment, moment_of
from admissions.management.rounds import add_round
from admissions.selectors.policies import find_published_policy
from admissions.services.rounds import create_round, open_round
from common.errors import DomainError


class Command(BaseCommand):
    """Makes and opens a round in one step; nothing is kept when either is refused."""

    help = "Make an admission round on the published policy of its stage and year, and open it"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("--name", default="", help="name of the round; default: the policy's title")
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        district, stage, year = str(options["district"]), str(options["stage"]), int(str(options["year"]))
        version, now = find_published_policy(district, stage, year), moment_of(options)
        if version is None:
            raise CommandError(
                f"no policy of {stage} {year} is published in {district}: "
                "approve one first (the page /office/policies/, or approve_policy)"
            )
        try:
            with transaction.atomic():
                made = create_round(
                    actor=None, now=now, policy_version_id=version.pk, name=str(options["name"])
                )
                opened = open_round(actor=None, now=now, round_id=made.pk)
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        self.stdout.write(
            f"{opened.name}: open, {opened.lines.count()} lines, "
            f"policy version {version.number}, {opened.policy_digest}"
        )
