"""manage.py export_results: results, or statuses before them, in another portal's form."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from admissions.management.moments import add_moment, moment_of
from admissions.management.portals import add_mapping, mapping_for
from admissions.management.rounds import add_round, round_of
from admissions.services.portal_handing import Told, hand_over
from common.canonical import digest_bytes
from common.errors import DomainError


class Command(BaseCommand):
    """Writes only what concerns applications that came from the portal; the same facts give the same bytes."""

    help = "Write the results of a portal's applications, or where they stand, in its form"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_mapping(parser)
        add_round(parser)
        parser.add_argument(
            "--statuses", action="store_true", help="where applications stand, before results"
        )
        parser.add_argument("--out", type=Path, default=Path(), help="folder for the file")
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        admission_round, now = round_of(options), moment_of(options)
        try:
            mapping = mapping_for(admission_round, options, now)
            file = hand_over(
                actor=None,
                now=now,
                round_id=admission_round.pk,
                portal=mapping.portal,
                told=Told.STATUSES if options["statuses"] else Told.RESULTS,
                mapping=mapping,
            )
            target = Path(str(options["out"])) / file.name
            target.write_bytes(file.data)
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        except OSError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{target}: {len(file.rows)} rows, SHA-256 {digest_bytes(file.data)}")
