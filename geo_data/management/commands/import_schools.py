"""Import schools."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from geo_data.management.import_command import ImportCommand, known_system
from geo_data.models import Stage
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.import_schools import import_schools


class Command(ImportCommand):
    """Reads schools with site, seats and planned intake."""

    help = "Import schools, one row a school and stage: CSV, XLSX or a map layer of points."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add what only schools understand."""
        parser.add_argument("--crs", type=known_system, help="EPSG code, gcj02, bd09 or plain words")
        parser.add_argument("--offset-reason", default="", help="why, kept with the version")
        parser.add_argument(
            "--accept-offset", action="store_true", help="the current version is shifted, not this file"
        )
        parser.add_argument(
            "--stage", choices=Stage.values, help="the stage of all rows, without a stage column"
        )

    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
        """Import."""
        return import_schools(
            actor=None,
            now=now,
            district_code=options["district"],
            path=options["file"],
            crs=options["crs"] or "",
            accept_offset=options["accept_offset"],
            offset_reason=options["offset_reason"],
            stage=options["stage"],
            origin=origin,
            terms=options["terms"],
        )
