"""manage.py check_audit_bundle: check an auditor's bundle in one go; no database is asked."""

import zipfile
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from admissions.selectors.audit_bundle_check import audit_bundle_faults, audit_bundle_notes
from admissions.selectors.bundles import unzip_files
from common.canonical import digest_bytes


class Command(BaseCommand):
    """Says what is wrong with a bundle, or that all of it follows."""

    help = "Check an auditor's bundle: digests, facts and ranks, draws, moves, offers, approvals and the log"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bundle", type=Path, help="the zip")
        parser.add_argument("--digest", default="", help="SHA-256 that the audit log holds for the bundle")

    def handle(self, *args: object, **options: object) -> None:
        path = Path(str(options["bundle"]))
        if not path.is_file():
            raise CommandError(f"no such file: {path}")
        data = path.read_bytes()
        if options["digest"] and digest_bytes(data) != options["digest"]:
            raise CommandError(f"SHA-256 is {digest_bytes(data)}: not the bundle that was handed out")
        try:
            files = unzip_files(data)
            faults = audit_bundle_faults(files)
        except zipfile.BadZipFile as problem:
            raise CommandError(f"{path} is no zip: {problem}") from problem
        for fault in faults:
            self.stdout.write(f"✗ {fault}")
        if faults:
            raise CommandError(f"{len(faults)} faults found")
        for note in audit_bundle_notes(files):
            self.stdout.write(f"· {note}")
        self.stdout.write(f"审计包核对无误 / the auditor's bundle checks, SHA-256 {digest_bytes(data)}")
