"""Bring in zones that are written in words: streets, estates, villages, townships by school."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.errors import DomainError
from geo_data.models import Stage
from zoning.management.earlier_zones import (
    add_matching_arguments,
    add_plan_arguments,
    refused,
    store_matched,
)
from zoning.selectors.earlier_zones import ZoneFileRefused, read_texts, zones_of_texts


class Command(BaseCommand):
    help = (
        "Import zone texts: a CSV or XLSX with the columns 学校编号 and 招生范围. What matches, what matches several"
        " and what does not is listed phrase by phrase; nothing is stored while a unit is undecided."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_plan_arguments(parser)
        add_matching_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["until_on"] and not options["from_on"]:
            raise CommandError("--until needs --from.")
        now = timezone.now()
        stage, on = Stage(options["stage"]), timezone.localtime(now).date()
        try:
            texts = read_texts(options["file"], district_code=options["district"], stage=stage, on=on)
            zones = zones_of_texts(
                district_code=options["district"],
                stage=stage,
                texts=texts,
                majority=options["majority"],
                on=on,
            )
            store_matched(self, zones, "texts", now, options)
        except ZoneFileRefused as refusal:
            raise refused(refusal) from refusal
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} ({refusal.code}) {dict(refusal.details)}") from refusal
