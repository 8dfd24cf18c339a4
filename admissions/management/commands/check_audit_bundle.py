"""manage.py check_audit_bundle: check an auditor's bundle in one go; no database is asked."""

import zipfile
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from admissions.selectors.audit_bundle_check import audit_bundle_faults
from admissions.selectors.bundles import unzip_files
from common.canonical import digest_bytes


class Command(BaseCommand):
    """Says what is wrong with a bundle, or that all of it follows."""

    help = "Check an auditor's bundle: digests, ranks, draws, moves, offers and the log"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bundle", type=Path, help="the zip")

    def handle(self, *args: object, **options: object) -> None:
        path = Path(str(options["bundle"]))
        if not path.is_file():
            raise CommandError(f"no such file: {path}")
        data = path.read_bytes()
        try:
            faults = audit_bundle_faults(unzip_files(data))
        except zipfile.BadZipFile as problem:
            raise CommandError(f"{path} is no zip: {problem}") from problem
        for fault in faults:
            self.stdout.write(f"✗ {fault}")
        if faults:
            raise CommandError(f"{len(faults)} faults found")
        self.stdout.write(f"审计包核对无误 / the auditor's bundle checks, SHA-256 {digest_bytes(data)}")
