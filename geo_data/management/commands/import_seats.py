"""Import seats by grade and year."""

from datetime import datetime
from typing import Any

from geo_data.management.import_command import ImportCommand
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.import_seats import import_seats


class Command(ImportCommand):
    """Reads seats, classes, pupils and planned intake by school, year and grade."""

    help = "Import seats, classes and pupils by school, year and grade: CSV or XLSX, long or wide."

    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
        """Import."""
        return import_seats(
            actor=None, now=now, district_code=options["district"], path=options["file"], origin=origin
        )
