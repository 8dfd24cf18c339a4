"""Import the household census."""

from datetime import datetime
from typing import Any

from geo_data.management.import_command import ImportCommand
from geo_data.services.census import import_children
from geo_data.services.datasets import ImportResult, Origin


class Command(ImportCommand):
    """Reads households and children with what the registers say about them."""

    help = "Import the household census, one row a child: CSV or XLSX."

    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
        """Import."""
        return import_children(
            actor=None,
            now=now,
            district_code=options["district"],
            path=options["file"],
            origin=origin,
            terms=options["terms"],
        )
