"""Project the coming entry years of a district."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.errors import DomainError
from geo_data.models import Stage
from geo_data.projection.records import YEARS_AHEAD
from geo_data.selectors.projections import band_at, district_totals, load_expected
from geo_data.services.projecting import project_district


class Command(BaseCommand):
    """Stores a projection and prints what the district must reckon with, and how far the method was off before."""

    help = "Project children and claimants of the coming entry years from the current data, with a back-test."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what can be chosen."""
        parser.add_argument("--district", required=True)
        parser.add_argument("--stage", choices=Stage.values, default=Stage.PRIMARY.value)
        parser.add_argument(
            "--first-year", type=int, help=f"the first of {YEARS_AHEAD} entry years (the coming one)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Project and print."""
        try:
            stored = project_district(
                actor=None,
                now=timezone.now(),
                district_code=options["district"],
                stage=Stage(options["stage"]),
                first_year=options["first_year"],
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} ({refusal.code}) {dict(refusal.details)}") from None
        table = load_expected(stored)
        for year, children, totals in zip(
            table.years, table.children.sum(axis=(1, 2)), district_totals(table), strict=True
        ):
            medium = int(totals.sum())
            band = band_at(stored, "district", year, medium)
            between = f" ({band[0]}-{band[1]})" if band else ""
            self.stdout.write(
                f"{year}: {children} 名儿童 / children, {medium}{between} 名预计入读 / claimants"
            )
        for score in stored.results["scores"]:
            if score["level"] == "school":
                self.stdout.write(
                    f"回测 back-test, lead {score['lead']}: {score['error'] / 100:.1f} % off by school"
                    f" ({score['years']} years)"
                )
        assumed = ", ".join(one["code"] for one in stored.assumptions)
        self.stdout.write(f"预测 / projection {stored.number}, {stored.method}; assumed: {assumed}")
