"""Import pupils by grade."""

from datetime import datetime
from typing import Any

from geo_data.management.import_command import ImportCommand
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.import_past import import_grades


class Command(ImportCommand):
    """Reads past pupil counts, from which grades move up."""

    help = "Import pupils by school, grade and year: CSV or XLSX."

    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
        """Import."""
        return import_grades(
            actor=None,
            now=now,
            district_code=options["district"],
            path=options["file"],
            origin=origin,
            terms=options["terms"],
        )
