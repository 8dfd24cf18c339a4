"""manage.py verify_round: check a published round with the independent verifiers."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from admissions.management.rounds import add_round, round_of
from admissions.selectors.results import find_draw
from admissions.services.results import bundle_faults


class Command(BaseCommand):
    """Says what the verifiers find, and writes the public bundle where asked."""

    help = "Check the newest draw of a round with the two independent verifiers"

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_round(parser)
        parser.add_argument("--out", type=Path, help="also write the public bundle (zip) here")

    def handle(self, *args: object, **options: object) -> None:
        record = find_draw(round_of(options))
        if record is None:
            raise CommandError("nothing has been drawn yet")
        if isinstance(out := options["out"], Path):
            out.write_bytes(bytes(record.bundle))
            self.stdout.write(f"bundle: {out}")
        faults = bundle_faults(record)
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults found")
        self.stdout.write(
            f"抽签与录取均核对无误 / lottery and placement verified, bundle {record.bundle_digest}"
        )
