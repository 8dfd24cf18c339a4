"""manage.py audit_bundle: write the auditor's bundle of a round."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from admissions.management.moments import add_moment, moment_of
from admissions.management.rounds import add_round, round_of
from admissions.services.audit_bundles import write_audit_bundle
from common.canonical import digest_bytes


class Command(BaseCommand):
    """Writes one zip with everything that decided a round, and what came of it."""

    help = "Write the auditor's bundle (zip) of a round and its refill rounds"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("--out", type=Path, required=True, help="the zip to write")
        parser.add_argument(
            "--without-preferences",
            action="store_true",
            help="keep back to which preferential group a child belongs, for readers who may not see it",
        )
        add_moment(parser)

    def handle(self, *args: object, **options: object) -> None:
        out = Path(str(options["out"]))
        data = write_audit_bundle(
            actor=None,
            now=moment_of(options),
            round_id=round_of(options).pk,
            with_preferences=not options["without_preferences"],
        )
        out.write_bytes(data)
        self.stdout.write(f"{out}: {len(data)} bytes, SHA-256 {digest_bytes(data)}")
