"""manage.py enrol_children: enrol the children who arrived at a school, from a list of receipts."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from admissions.management.moments import add_moment, moment_of
from admissions.management.rounds import add_round, round_of
from admissions.rules.enrolment import read_receipts
from admissions.services.enrolment import enrol_offers
from common.errors import DomainError


class Command(BaseCommand):
    """All or nothing: every line that stops the list is named. Run again, it counts who is enrolled already."""

    help = "Enrol the children who arrived at a school (CSV of receipts, column 报名号 or receipt)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("--school", required=True, help="school code")
        parser.add_argument("--file", required=True, type=Path, help="CSV of receipts")
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        admission_round, now = round_of(options), moment_of(options)
        try:
            receipts = read_receipts(Path(str(options["file"])).read_bytes())
        except (OSError, ValueError) as problem:
            raise CommandError(str(problem)) from problem
        try:
            done = enrol_offers(
                actor=None,
                now=now,
                round_id=admission_round.pk,
                school_code=str(options["school"]),
                receipts=receipts,
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        self.stdout.write(
            f"{done.added} children enrolled, {done.known} were enrolled; "
            f"{done.dwelling_uses} dwellings used their place"
        )
