"""Import the base map."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from geo_data.management.import_command import ImportCommand, known_system
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.import_base_map import import_base_map


class Command(ImportCommand):
    """Reads streets, main roads and rivers."""

    help = "Import streets, main roads and rivers: a map layer of lines."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add what only lines understand."""
        parser.add_argument("--crs", type=known_system, help="EPSG code, gcj02 or bd09")

    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
        """Import."""
        return import_base_map(
            actor=None,
            now=now,
            district_code=options["district"],
            path=options["file"],
            crs=options["crs"] or "",
            origin=origin,
            terms=options["terms"],
        )
