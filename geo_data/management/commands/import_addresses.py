"""Import the address register."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from geo_data.management.import_command import ImportCommand, known_system
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.import_addresses import import_addresses


class Command(ImportCommand):
    """Reads estates, buildings and door numbers with their units or places."""

    help = "Import the address register, one row an address: CSV, XLSX or a map layer of points."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add what only addresses understand."""
        parser.add_argument("--crs", type=known_system, help="EPSG code, gcj02 or bd09")

    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
        """Import."""
        return import_addresses(
            actor=None,
            now=now,
            district_code=options["district"],
            path=options["file"],
            crs=options["crs"] or "",
            origin=origin,
        )
