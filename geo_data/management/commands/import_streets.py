"""Import the street network."""

from argparse import BooleanOptionalAction
from typing import Any

from django.core.management.base import CommandParser

from geo_data.management.import_command import ImportCommand
from geo_data.models import DatasetKind


class Command(ImportCommand):
    """Reads an extract of OpenStreetMap, or lines."""

    help = "Import the street network: OpenStreetMap (.osm.pbf), or lines (GeoPackage, Shapefile, GeoJSON and more)."
    kind = DatasetKind.STREETS

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add what only streets understand."""
        parser.add_argument(
            "--split-crossings",
            action=BooleanOptionalAction,
            default=True,
            help="lines meet where they cross, unless bridge, tunnel or layer differ",
        )

    def own_arguments(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return it."""
        return {"split_crossings": options["split_crossings"]}
