"""Put a zone plan in force for a period."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.errors import DomainError
from geo_data.models import Stage
from zoning.models import ZonePlan
from zoning.selectors.plans import get_latest_lawful_plan, get_plan_by_number
from zoning.services.publications import publish_plan

LATEST = "latest"


class Command(BaseCommand):
    help = "Put a zone plan of a district and stage in force from a day until another (that day excluded)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--district", required=True)
        parser.add_argument("--stage", required=True, choices=Stage.values)
        parser.add_argument(
            "--plan", default=LATEST, help="a plan's number, or latest: the latest lawful one"
        )
        parser.add_argument("--from", dest="from_on", type=date.fromisoformat, required=True)
        parser.add_argument("--until", dest="until_on", type=date.fromisoformat)
        parser.add_argument("--document-number", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            plan = _plan(options["district"], Stage(options["stage"]), options["plan"])
            publication = publish_plan(
                actor=None,
                now=timezone.now(),
                plan_id=plan.pk,
                from_on=options["from_on"],
                until_on=options["until_on"],
                document_number=options["document_number"],
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} ({refusal.code}) {dict(refusal.details)}") from refusal
        until = publication.in_force.upper or "further notice"
        self.stdout.write(f"Plan {plan.number} is in force from {publication.in_force.lower} until {until}.")


def _plan(district_code: str, stage: Stage, wanted: str) -> ZonePlan:
    if wanted == LATEST:
        return get_latest_lawful_plan(district_code, stage)
    if not wanted.isdecimal():
        raise CommandError("--plan takes a number, or latest.")
    return get_plan_by_number(district_code, stage, int(wanted))
