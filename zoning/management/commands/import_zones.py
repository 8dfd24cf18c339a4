"""Bring in zones decided elsewhere: a CSV of units and their schools; with a period they are published too."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from common.errors import DomainError
from geo_data.models import Stage
from zoning.services.plans import import_plan
from zoning.services.publications import publish_plan

UNIT = ("unit_code", "unit_id")
SCHOOL = ("school_code", "school_id")
BETWEEN_SCHOOLS = ";"


class Command(BaseCommand):
    help = (
        "Import zones from a CSV with the columns unit_code and school_code (several schools of one zone are"
        " separated by semicolons); --from publishes them as zones in force."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--district", required=True)
        parser.add_argument("--stage", required=True, choices=Stage.values)
        parser.add_argument("--entry-year", type=int, help="whose children the loads are counted with")
        parser.add_argument("--name", default="")
        parser.add_argument("--from", dest="from_on", type=date.fromisoformat, help="first day in force")
        parser.add_argument(
            "--until", dest="until_on", type=date.fromisoformat, help="first day not in force"
        )
        parser.add_argument("--document-number", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["until_on"] and not options["from_on"]:
            raise CommandError("--until needs --from.")
        try:
            self._import(options)
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} ({refusal.code}) {dict(refusal.details)}") from refusal

    @transaction.atomic
    def _import(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        plan = import_plan(
            actor=None,
            now=now,
            district_code=options["district"],
            stage=Stage(options["stage"]),
            rows=list(_rows(options["file"])),
            entry_year=options["entry_year"],
            name=options["name"] or options["file"].name,
        )
        broken = len(plan.report["violations"])
        self.stdout.write(f"Plan {plan.number} imported; rules broken by today's figures: {broken}.")
        if options["from_on"] is None:
            return
        publication = publish_plan(
            actor=None,
            now=now,
            plan_id=plan.pk,
            from_on=options["from_on"],
            until_on=options["until_on"],
            document_number=options["document_number"],
        )
        self.stdout.write(f"In force {publication.in_force.lower} to {publication.in_force.upper}.")


def _rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle)
            unit, school = _column(reader, UNIT, path), _column(reader, SCHOOL, path)
            for row in reader:
                schools = [code.strip() for code in (row[school] or "").split(BETWEEN_SCHOOLS)]
                yield (row[unit] or "").strip(), [code for code in schools if code]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{path.name} cannot be read: {error}") from error


def _column(reader: "csv.DictReader[str]", names: tuple[str, ...], path: Path) -> str:
    for name in names:
        if name in (reader.fieldnames or ()):
            return name
    raise CommandError(f"{path.name} has no column {' or '.join(names)}.")
