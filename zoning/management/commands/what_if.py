"""Tell what more seats or a new school would help, and which borders are uncertain, for a stored plan."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import DomainError
from geo_data.models import Stage
from zoning.engine.siting import Gain
from zoning.selectors.plans import get_latest_lawful_plan, get_plan_by_number
from zoning.selectors.what_if import (
    Question,
    list_best_sites,
    list_best_zones,
    list_seat_worths,
    list_uncertain_borders,
    load_question,
)


class Command(BaseCommand):
    help = (
        "For a stored plan: what one more seat is worth in every zone, which borders are uncertain, and with --seats"
        " where so many more seats, or a new school with so many, would gain most. Nothing is stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--district", required=True)
        parser.add_argument("--stage", required=True, choices=Stage.values)
        parser.add_argument("--plan", type=int, help="a plan's number (the latest lawful one)")
        parser.add_argument("--seats", type=int, help="how many seats to add")
        parser.add_argument(
            "--among",
            metavar="CODE,CODE",
            help="candidate sites of a new school (every estate without a school)",
        )
        parser.add_argument("--percent", type=int, default=5, help="how near in cost is uncertain (5)")

    def handle(self, *args: Any, **options: Any) -> None:
        district, stage, number = options["district"], Stage(options["stage"]), options["plan"]
        seats, percent = options["seats"], options["percent"]
        if percent < 0 or (seats is not None and seats < 1):
            raise CommandError("--seats is at least 1 and --percent at least 0.")
        try:
            plan = (
                get_latest_lawful_plan(district, stage)
                if number is None
                else get_plan_by_number(district, stage, number)
            )
            question = load_question(plan)
            self.stdout.write(f"Plan {plan.number}")
            self._tell_worths(question)
            self._tell_borders(question, percent)
            if seats is not None:
                among = options["among"].split(",") if options["among"] else None
                self._tell_gains(question, "zone", list_best_zones(question, seats))
                self._tell_gains(question, "new school", list_best_sites(question, seats, among))
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} ({refusal.code}) {dict(refusal.details)}") from refusal

    def _tell_worths(self, question: Question) -> None:
        for worth in list_seat_worths(question):
            saved = "seats a child" if worth.seats_a_child else f"saves at most {worth.metres} child-metres"
            self.stdout.write(f"one more seat in {worth.zone_id} {question.names[worth.zone_id]}: {saved}")

    def _tell_borders(self, question: Question, percent: int) -> None:
        for border in list_uncertain_borders(question, percent):
            estates = ", ".join(
                f"{doubt.unit_id} in {zone} ({doubt.permille / 10:+.1f} %{'' if doubt.fits else ', no seats'})"
                for zone, doubt in border.doubts
            )
            self.stdout.write(
                f"border {border.zone_ids[0]} - {border.zone_ids[1]}: {border.children} children: {estates}"
            )

    def _tell_gains(self, question: Question, what: str, gains: tuple[Gain, ...]) -> None:
        for gain in gains:
            self.stdout.write(
                f"{what} {gain.place_id} {question.names[gain.place_id]}: {gain.seated_more} more children seated,"
                f" {gain.child_metres} child-metres saved"
            )
        if not gains:
            self.stdout.write(f"{what}: nothing to gain")
