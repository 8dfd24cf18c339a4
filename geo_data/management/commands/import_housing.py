"""Import new housing."""

from datetime import datetime
from typing import Any

from geo_data.management.import_command import ImportCommand
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.import_past import import_housing


class Command(ImportCommand):
    """Reads new housing."""

    help = "Import estates with new dwellings and their year of delivery: CSV or XLSX."

    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
        """Import."""
        return import_housing(
            actor=None,
            now=now,
            district_code=options["district"],
            path=options["file"],
            origin=origin,
            terms=options["terms"],
        )
