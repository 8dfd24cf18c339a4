"""Write a stored plan as the files of the engine, so that anybody can judge it without the database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import DomainError
from geo_data.models import Stage
from zoning.selectors.plan_files import plan_files
from zoning.selectors.plans import get_latest_lawful_plan, get_plan_by_number


class Command(BaseCommand):
    help = (
        "Write a plan as units.csv, schools.csv, adjacency.csv, rules.csv, plan.csv, report.json, and where they count"
        " distances.csv and zones_in_force.csv, with the programs that check them and a README.txt. A zone of several"
        " schools is named after its first school."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--district", required=True)
        parser.add_argument("--stage", required=True, choices=Stage.values)
        parser.add_argument("--plan", type=int, help="a plan's number (the latest lawful one)")

    def handle(self, *args: Any, **options: Any) -> None:
        district, stage, number = options["district"], Stage(options["stage"]), options["plan"]
        try:
            plan = (
                get_latest_lawful_plan(district, stage)
                if number is None
                else get_plan_by_number(district, stage, number)
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} ({refusal.code})") from refusal
        options["folder"].mkdir(parents=True, exist_ok=True)
        for name, pieces in plan_files(plan):
            with (options["folder"] / name).open("w", newline="", encoding="utf-8") as handle:
                handle.writelines(pieces)
        self.stdout.write(
            f"Plan {plan.number} written to {options['folder']}; README.txt says how to check it."
        )
