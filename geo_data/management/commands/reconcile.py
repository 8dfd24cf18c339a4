"""Hold the current lists of a district against each other."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.errors import DomainError
from geo_data.services.reconciling import reconcile_district


class Command(BaseCommand):
    """Stores one child once, and the cases that somebody must look at."""

    help = "Reconcile census, registered residents, permits, titles, rentals, pupils and the other lists of a district."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what can be chosen."""
        parser.add_argument("--district", required=True)
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="the day for permits and school age (today)"
        )
        parser.add_argument("--workers", type=int, default=2, help="processes that compare (2)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reconcile and print the report."""
        now = timezone.localtime()
        try:
            run = reconcile_district(
                actor=None,
                now=now,
                district_code=options["district"],
                as_of=options["as_of"] or now.date(),
                workers=options["workers"],
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} {dict(refusal.details)}") from None
        self.stdout.write(
            f"摸底比对 / reconciliation {run.number}: {run.report['children']} 名儿童 / children"
        )
        for what in ("categories", "links", "cases"):
            told = ", ".join(f"{name} {count}" for name, count in run.report[what].items())
            self.stdout.write(f"  {what}: {told}")
