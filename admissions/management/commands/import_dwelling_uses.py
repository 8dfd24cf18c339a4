"""manage.py import_dwelling_uses: places taken with a dwelling in earlier years, for the dwelling lock."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from admissions.services.dwelling_uses import import_dwelling_uses
from common.errors import DomainError
from geo_data.tables.dwelling_use_table import read_dwelling_uses
from geo_data.tables.findings import Findings
from geo_data.tables.unreadable import UnreadableFile


class Command(BaseCommand):
    """All or nothing: a file with a severe finding leaves nothing behind, and says what was found."""

    help = "Record the places that dwellings used in earlier years (CSV or XLSX)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--district", required=True, help="district code")
        parser.add_argument("--source-office", default="", help="who handed the list in")

    def handle(self, *args: object, **options: object) -> None:
        path, findings = Path(str(options["file"])), Findings()
        try:
            rows = list(read_dwelling_uses(path, findings))
        except (OSError, UnreadableFile) as problem:
            raise CommandError(str(problem)) from problem
        for finding in findings.kept():
            self.stdout.write(f"{finding.code}\t{finding.row}\t{finding.column}")
        if findings.refuses:
            raise CommandError("nothing was recorded: see the findings")
        try:
            done = import_dwelling_uses(
                actor=None,
                now=timezone.now(),
                district_code=str(options["district"]),
                rows=rows,
                source=str(options["source_office"]) or path.name,
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message}") from refusal
        self.stdout.write(f"{done.added} uses recorded, {done.known} were on record")
