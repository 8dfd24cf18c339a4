"""Import a list of another office."""

from typing import Any

from django.core.management.base import CommandParser

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind
from geo_data.services.kinds import ImportKind, kind_of
from geo_data.tables.register_columns import REGISTERS


class Command(ImportCommand):
    """Reads registrations, permits, titles, rentals, pupils, attendance, kindergartens, births or surveys."""

    help = "Import a list of another office, one row a child or holder: CSV or XLSX."
    kind = DatasetKind.REGISTRATIONS  # whose options are those of every list: none

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add which list it is."""
        parser.add_argument("--kind", dest="list_kind", required=True, choices=sorted(REGISTERS))

    def kind_asked(self, options: dict[str, Any]) -> ImportKind:
        """Return what is known of the list."""
        return kind_of(options["list_kind"])
