"""Invent one year's entrants for a district whose units have only counts of children."""

from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from geo_data.county.files import write_children
from geo_data.county.population import CountedUnit, entrants_of_units
from geo_data.county.schools import ENTRY_AGE
from geo_data.models import DatasetKind, Stage
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.units import load_unit_places
from geo_data.services.census import import_children
from geo_data.services.datasets import Origin

OFFICE = "样例数据（虚构）"


class Command(BaseCommand):
    """Real places, invented children: numbers that no person can have."""

    help = "Invent one year's entrants in proportion to the units' counts; imported, or with --file as a census file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what can be chosen."""
        parser.add_argument("--district", required=True)
        parser.add_argument("--year", type=int, help="the year of admission (this year)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--stage", choices=Stage.values, default=Stage.PRIMARY)
        parser.add_argument(
            "--cohorts", type=int, default=6, help="years of children that the counts hold (6)"
        )
        parser.add_argument("--file", type=Path, help="write the census file here and import nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make, and write or import."""
        if options["file"]:
            self.stdout.write(f"{self._write(options['file'], options)} children: {options['file']}")
            return
        now: datetime = timezone.now()
        with TemporaryDirectory() as folder:
            path = Path(folder) / "children.csv"
            self._write(path, options)
            result = import_children(
                actor=None,
                now=now,
                district_code=options["district"],
                path=path,
                origin=Origin(office=OFFICE, vintage_on=date(options["year"] or now.year, 3, 1)),
            )
        self.stdout.write(f"{result.dataset.row_count} children imported, {dict(result.counts)}")

    def _write(self, path: Path, options: dict[str, Any]) -> int:
        places = load_unit_places(get_current_dataset(options["district"], DatasetKind.UNITS))
        rows = entrants_of_units(
            [CountedUnit(place.code, place.name, place.township, place.children or 0) for place in places],
            seed=options["seed"],
            year=options["year"] or timezone.now().year,
            district=options["district"],
            age=ENTRY_AGE[options["stage"]],
            cohorts=options["cohorts"],
        )
        try:
            return write_children(path, rows)
        except ValueError as fault:
            raise CommandError(str(fault)) from None
