"""Measure the distance from every unit to every school."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.errors import DomainError
from geo_data.models import DistanceMethod
from geo_data.services.measures import STRAIGHT, WALKING, Manner, compute_measure


class Command(BaseCommand):
    """Stores a measure; the same versions and edits in the same manner are measured once."""

    help = "Measure walks (or straight lines) from every unit to every school, and store them as a measure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what can be chosen."""
        parser.add_argument("--district", required=True)
        parser.add_argument("--method", choices=DistanceMethod.values, default=DistanceMethod.WALK.value)
        parser.add_argument(
            "--penalty", type=int, default=WALKING.penalty_m, help="metres a crossing counts for (0)"
        )
        parser.add_argument(
            "--snap-limit", type=int, default=WALKING.snap_limit_m, help="metres to the nearest street (1000)"
        )
        parser.add_argument(
            "--limit", type=int, default=WALKING.limit_m, help="longest way looked for (50000)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print."""
        method = DistanceMethod(options["method"])
        walking = Manner(method, options["penalty"], options["snap_limit"], options["limit"])
        try:
            measure = compute_measure(
                actor=None,
                now=timezone.now(),
                district_code=options["district"],
                manner=STRAIGHT if method == DistanceMethod.STRAIGHT else walking,
            )
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} ({refusal.code}) {dict(refusal.details)}") from refusal
        found = measure.report
        self.stdout.write(
            f"量距 {measure.number} / measure {measure.number} ({measure.method}): "
            f"{found['units']} × {found['schools']}, "
            f"{found.get('pairs_without_way', 0)} 对无路 / pairs without a way; {measure.pk}"
        )
