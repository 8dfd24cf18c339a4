"""Bring in zones decided elsewhere, as a list of units or as polygons; with a period they are published too."""

from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from common.errors import DomainError
from geo_data.models import Stage
from geo_data.tables.coverage import Repair
from geo_data.tables.reading import SPREADSHEETS, TEXTS
from geo_data.tables.systems import System, UnknownSystem, parse_system
from zoning.management.earlier_zones import (
    add_matching_arguments,
    add_plan_arguments,
    publish_as_asked,
    refused,
    store_matched,
)
from zoning.selectors.earlier_zones import ZoneFileRefused, list_zone_rows, zones_of_polygons
from zoning.services.plans import import_plan


class Command(BaseCommand):
    help = (
        "Import zones: a table (CSV, XLSX, XLS, ODS) with the columns unit_id and school_id (several schools of one"
        " zone are separated by semicolons), or a map layer of polygons with the schools' codes, which is laid over"
        " the units."
        " --from publishes them as zones in force."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_plan_arguments(parser)
        add_matching_arguments(parser)
        parser.add_argument("--crs", type=_system, help="of polygons: EPSG code, gcj02, bd09 or plain words")
        parser.add_argument(
            "--repair", action="store_true", help="of polygons: mend invalid ones (make_valid)"
        )
        parser.add_argument(
            "--accept-offset",
            action="store_true",
            help="of polygons: should they look shifted, the units in use are the wrong ones",
        )
        parser.add_argument("--offset-reason", default="", help="why, kept with the plan")
        parser.add_argument(
            "--swap-axes",
            action="store_true",
            help="of polygons: the first coordinate is the northing, the second the easting",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["until_on"] and not options["from_on"]:
            raise CommandError("--until needs --from.")
        if options["accept_offset"] and not options["offset_reason"]:
            raise CommandError("--accept-offset needs --offset-reason.")
        now = timezone.now()
        try:
            if options["file"].suffix.casefold() in TEXTS | SPREADSHEETS:
                self._import_list(now, options)
            else:
                self._import_polygons(now, options)
        except ZoneFileRefused as refusal:
            raise refused(refusal) from refusal
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} ({refusal.code}) {dict(refusal.details)}") from refusal

    @transaction.atomic
    def _import_list(self, now: datetime, options: dict[str, Any]) -> None:
        rows = list_zone_rows(
            options["file"],
            district_code=options["district"],
            stage=Stage(options["stage"]),
            on=timezone.localtime(now).date(),
        )
        plan = import_plan(
            actor=None,
            now=now,
            district_code=options["district"],
            stage=Stage(options["stage"]),
            rows=rows,
            entry_year=options["entry_year"],
            name=options["name"] or options["file"].name,
        )
        publish_as_asked(self, plan, now, options)

    def _import_polygons(self, now: datetime, options: dict[str, Any]) -> None:
        zones = zones_of_polygons(
            district_code=options["district"],
            stage=Stage(options["stage"]),
            path=options["file"],
            declared=options["crs"],
            repairs=[Repair.MAKE_VALID] if options["repair"] else [],
            accept_offset=options["accept_offset"],
            swap_axes=options["swap_axes"],
            majority=options["majority"],
            on=timezone.localtime(now).date(),
        )
        reason = options["offset_reason"] if options["accept_offset"] else ""
        store_matched(self, zones, "polygons", now, {**options, "offset_reason": reason})


def _system(text: str) -> System:
    try:
        return parse_system(text)
    except UnknownSystem as fault:
        raise ArgumentTypeError(str(fault)) from None
