"""Import the street network."""

from argparse import BooleanOptionalAction
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from geo_data.management.import_command import ImportCommand, known_system
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.import_streets import import_streets


class Command(ImportCommand):
    """Reads an extract of OpenStreetMap, or lines."""

    help = "Import the street network: OpenStreetMap (.osm.pbf), or lines (GeoPackage, Shapefile, GeoJSON and more)."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add what only streets understand."""
        parser.add_argument("--crs", type=known_system, help="EPSG code, gcj02 or bd09 (lines only)")
        parser.add_argument(
            "--split-crossings",
            action=BooleanOptionalAction,
            default=True,
            help="lines meet where they cross, unless bridge, tunnel or layer differ",
        )

    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
        """Import."""
        return import_streets(
            actor=None,
            now=now,
            district_code=options["district"],
            path=options["file"],
            crs=options["crs"] or "",
            split_crossings=options["split_crossings"],
            origin=origin,
            terms=options["terms"],
        )
