"""Invent a county: as files, or in the database through the same imports that an officer uses."""

from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from geo_data.county.files import WRITTEN_LISTS, write_county, write_county_with_lists
from geo_data.county.make import make_county
from geo_data.county.sketch import DISTRICT, WORKING_CRS, County
from geo_data.models import DatasetKind
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.districts import ensure_district
from geo_data.services.kinds import kind_of
from geo_data.services.reconciling import reconcile_district

FILES = {  # in an order in which each finds what it needs
    DatasetKind.UNITS: "units.geojson",
    DatasetKind.BASE_MAP: "base_map.geojson",
    DatasetKind.STREETS: "streets.geojson",
    DatasetKind.ADDRESSES: "addresses.csv",
    DatasetKind.SCHOOLS: "schools.csv",
    DatasetKind.CHILDREN: "children.csv",
    DatasetKind.ENROLMENTS: "enrolments.csv",
    DatasetKind.GRADES: "grades.csv",
    DatasetKind.HOUSING: "housing.csv",
    DatasetKind.MIGRATION: "moves.csv",
}
OFFICE = "样例县教育局（虚构）"
OFFICES = {
    "registrations": "样例县公安局（虚构）",
    "permits": "样例县公安局（虚构）",
    "titles": "样例县不动产登记中心（虚构）",
    "rentals": "样例县住建局（虚构）",
    "insurances": "样例县人力资源和社会保障局（虚构）",
    "civil_affairs": "样例县民政局（虚构）",
    "preferences": "样例县退役军人事务局（虚构）",
    "pupils": "样例县学籍管理中心（虚构）",
    "attendance": "样例县各学校（虚构）",
    "kindergartens": "样例县各幼儿园（虚构）",
    "births": "样例县卫生健康委（虚构）",
}


class Command(BaseCommand):
    """Same seed, year and sizes: the same county, byte for byte."""

    help = "Invent a county with units, streets, schools and children; into the database, or with --files as files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what can be chosen."""
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--applicants", type=int, default=5000, help="a year, over both stages")
        parser.add_argument("--units", type=int, help="one for 50 applicants, at least 80")
        parser.add_argument("--schools", type=int, help="one for 250 applicants, at least 12")
        parser.add_argument("--year", type=int, help="the year of admission (this year)")
        parser.add_argument("--district", default=DISTRICT)
        parser.add_argument(
            "--files", type=Path, metavar="DIR", help="write the files here and import nothing"
        )
        parser.add_argument("--load", action="store_true", help="with --files: import them as well")
        parser.add_argument(
            "--lists", action="store_true", help="import the lists of other offices as well, and reconcile"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make, and write or import."""
        now = timezone.now()
        try:
            county = make_county(
                seed=options["seed"],
                year=options["year"] or now.year,
                applicants=options["applicants"],
                n_units=options["units"],
                n_schools=options["schools"],
                district=options["district"],
            )
        except ValueError as fault:
            raise CommandError(str(fault)) from None
        if options["files"]:
            self._write(county, options["files"])
            if options["load"]:
                self._load(county, options["files"], now, with_lists=options["lists"])
            return
        with TemporaryDirectory() as folder:
            write = write_county_with_lists if options["lists"] else write_county
            write(county, Path(folder))
            self._load(county, Path(folder), now, with_lists=options["lists"])

    def _write(self, county: County, folder: Path) -> None:
        for path in write_county_with_lists(county, folder).values():
            self.stdout.write(str(path))

    def _load(self, county: County, folder: Path, now: datetime, *, with_lists: bool) -> None:
        code = county.district
        ensure_district(
            actor=None, now=now, code=code, name="样例县", name_en="Sample County", working_crs=WORKING_CRS
        )
        common: dict[str, Any] = {
            "actor": None,
            "now": now,
            "district_code": code,
            "origin": Origin(office=OFFICE, vintage_on=date(county.year, 3, 1)),
        }
        for kind, name in FILES.items():
            self._tell(kind_of(kind).importer(path=folder / name, **common))
        if with_lists:
            self._load_lists(county, folder, common)

    def _load_lists(self, county: County, folder: Path, common: dict[str, Any]) -> None:
        for kind in WRITTEN_LISTS:
            origin = Origin(office=OFFICES[kind], vintage_on=date(county.year, 3, 1))
            path, listed = folder / f"{kind}.csv", {**common, "origin": origin}
            self._tell(kind_of(kind).importer(path=path, **listed))
        del common["origin"]
        run = reconcile_district(as_of=date(county.year, 3, 1), workers=2, **common)
        self.stdout.write(f"reconciled: {run.report['children']} children, {run.report['cases']}")

    def _tell(self, result: ImportResult) -> None:
        dataset, done = result.dataset, "imported" if result.is_new else "imported before"
        self.stdout.write(f"{dataset.get_kind_display()}: {dataset.row_count} {done}, {dict(result.counts)}")
