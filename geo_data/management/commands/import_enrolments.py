"""Import past enrolment."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from geo_data.management.import_command import ImportCommand
from geo_data.models import Stage
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.import_past import import_enrolments


class Command(ImportCommand):
    """Reads children of entry age, who enrolled in the zone school and who went elsewhere."""

    help = "Import what became of past cohorts, by unit, category and year: CSV or XLSX."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add what only past enrolment understands."""
        parser.add_argument(
            "--stage", choices=Stage.values, help="the stage of all rows, without a stage column"
        )

    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
        """Import."""
        return import_enrolments(
            actor=None,
            now=now,
            district_code=options["district"],
            path=options["file"],
            stage=options["stage"],
            origin=origin,
            terms=options["terms"],
        )
