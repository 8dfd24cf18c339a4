"""Import moves of children."""

from datetime import datetime
from typing import Any

from geo_data.management.import_command import ImportCommand
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.import_past import import_moves


class Command(ImportCommand):
    """Reads net arrivals of children."""

    help = "Import the balance of moves of children by year and age: CSV or XLSX."

    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
        """Import."""
        return import_moves(
            actor=None,
            now=now,
            district_code=options["district"],
            path=options["file"],
            origin=origin,
            terms=options["terms"],
        )
