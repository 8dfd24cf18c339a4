"""Import catchment units."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind
from geo_data.services.datasets import ImportResult
from geo_data.services.districts import ensure_district


class Command(ImportCommand):
    """Reads polygons that tile, or points, and what adjoins what."""

    help = (
        "Import catchment units: GeoPackage, GeoJSON, Shapefile (also zipped), KML, FlatGeobuf, CSV or XLSX."
    )
    kind = DatasetKind.UNITS

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add what only units understand."""
        parser.add_argument("--create-district", metavar="NAME", help="make the district with this name")
        parser.add_argument(
            "--working-crs", type=int, help="EPSG code of its projected system, with --create-district"
        )

    @transaction.atomic
    def import_file(self, *, now: datetime, options: dict[str, Any]) -> ImportResult:
        """Make the district when asked, and import; a refused file leaves no district behind."""
        if options["create_district"]:
            if options["working_crs"] is None:
                raise CommandError("--create-district needs --working-crs")
            ensure_district(
                actor=None,
                now=now,
                code=options["district"],
                name=options["create_district"],
                working_crs=options["working_crs"],
            )
        return super().import_file(now=now, options=options)
