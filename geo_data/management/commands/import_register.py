"""Import a list of another office."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.import_register import import_register
from geo_data.tables.register_columns import REGISTERS


class Command(ImportCommand):
    """Reads registrations, permits, titles, rentals, pupils, attendance, kindergartens, births or surveys."""

    help = "Import a list of another office, one row a child or holder: CSV or XLSX."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add which list it is."""
        parser.add_argument("--kind", required=True, choices=sorted(REGISTERS))

    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
        """Import."""
        return import_register(
            actor=None,
            now=now,
            district_code=options["district"],
            kind=DatasetKind(options["kind"]),
            path=options["file"],
            origin=origin,
        )
