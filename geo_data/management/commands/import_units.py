"""Import catchment units."""

from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from geo_data.management.import_command import ImportCommand, existing_file, known_system
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.districts import ensure_district
from geo_data.services.import_units import import_units
from geo_data.tables.coverage import SNAP_METRES, Repair


class Command(ImportCommand):
    """Reads polygons that tile, or points, and what adjoins what."""

    help = (
        "Import catchment units: GeoPackage, GeoJSON, Shapefile (also zipped), KML, FlatGeobuf, CSV or XLSX."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add what only units understand."""
        parser.add_argument("--crs", type=known_system, help="EPSG code, gcj02, bd09 or plain words")
        parser.add_argument("--offset-reason", default="", help="why, kept with the version")
        parser.add_argument(
            "--accept-offset", action="store_true", help="the current version is shifted, not this file"
        )
        parser.add_argument(
            "--repair", type=_repairs, default=(), help="make_valid, snap or both, with a comma"
        )
        parser.add_argument("--tolerance", type=float, default=SNAP_METRES, help="of snap, in metres (0.001)")
        parser.add_argument("--borders", type=existing_file, help="table of adjoining units, for points")
        parser.add_argument("--create-district", metavar="NAME", help="make the district with this name")
        parser.add_argument(
            "--working-crs", type=int, help="EPSG code of its projected system, with --create-district"
        )

    @transaction.atomic
    def import_file(self, *, now: datetime, origin: Origin, options: dict[str, Any]) -> ImportResult:
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
        return import_units(
            actor=None,
            now=now,
            district_code=options["district"],
            path=options["file"],
            crs=options["crs"] or "",
            accept_offset=options["accept_offset"],
            offset_reason=options["offset_reason"],
            repairs=options["repair"],
            tolerance_m=options["tolerance"],
            borders_path=options["borders"],
            origin=origin,
            terms=options["terms"],
        )


def _repairs(text: str) -> tuple[Repair, ...]:
    try:
        return tuple(Repair(word) for word in text.split(",") if word)
    except ValueError:
        raise ArgumentTypeError(f"choose from {', '.join(Repair)}") from None
