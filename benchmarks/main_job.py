"""The main job by stage: python -m benchmarks.main_job county [--applicants N] | gongyi.

From files to results that both stand-alone verifiers accept, through the services and commands that officers use, in a
database made for it on the configured server and dropped at the end. Prints a table: seconds by the clock and of this
process's processor (the rest waits for PostgreSQL), its largest memory so far, and counts.
Same sizes: the same county, plan and applications; only the salts of the entry list are fresh.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import Role, User  # noqa: E402
from accounts.services.jobs import Report  # noqa: E402
from accounts.services.people import create_staff  # noqa: E402
from admissions.models import AdmissionRound, DrawRecord  # noqa: E402
from admissions.rules.policy_records import ApprovalStep  # noqa: E402
from admissions.services.closing import close_entries  # noqa: E402
from admissions.services.draw import enter_public_value, run_draw  # noqa: E402
from admissions.services.results import publish_results  # noqa: E402
from admissions.services.review import accept_as_they_stand  # noqa: E402
from admissions.services.sample import file_sample_applications  # noqa: E402
from frontend.management.demo_policy import past_policy, published_at  # noqa: E402
from geo_data.county.files import write_county  # noqa: E402
from geo_data.county.make import make_county  # noqa: E402
from geo_data.county.sketch import DISTRICT, WORKING_CRS  # noqa: E402
from geo_data.models import CatchmentUnit, Child, School  # noqa: E402
from geo_data.services.census import import_children  # noqa: E402
from geo_data.services.datasets import Origin  # noqa: E402
from geo_data.services.districts import ensure_district  # noqa: E402
from geo_data.services.import_base_map import import_base_map  # noqa: E402
from geo_data.services.import_schools import import_schools  # noqa: E402
from geo_data.services.import_units import import_units  # noqa: E402
from zoning.models import ZonePlan  # noqa: E402

GONGYI = Path(__file__).resolve().parents[2] / "shared" / "data" / "gongyi"
CHINA = timezone(timedelta(hours=8))
YEAR, SEED, EFFORT = 2026, 1, 20
SPRING = datetime(YEAR, 3, 2, tzinfo=UTC)
FILING, RESULTS = datetime(YEAR, 6, 16, 12, tzinfo=CHINA), datetime(YEAR, 7, 12, 12, tzinfo=CHINA)
VALUES = {"lottery": "05 12 17 23 28 31 + 09", "room": "4 8 15 16 23"}
ROUND = ("close:", "values", "draw:", "publish:")
PROVED_BY = ("verify_lottery.py", "verify_matching.py")
HEADER = """\
| stage | seconds | processor | peak memory, MiB | counts |
| --- | ---: | ---: | ---: | --- |"""
Note = Callable[[str], None]
Measured = TypeVar("Measured")


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds by the clock and of this process's processor."""

    clock: float
    processor: float

    @staticmethod
    def now() -> "Moment":
        """Return this moment."""
        return Moment(time.monotonic(), time.process_time())


@contextmanager
def reported_steps(
    name: str, now: Callable[[], Measured], row: Callable[[str, Measured], None]
) -> Iterator[Report]:
    """Measure every stage that the service in the block reports; a new one ends the one before it.

    now -- what clocks and counters say; row -- writes what was measured since then
    """
    step, began = "", now()

    def report(stage: str, done: int, total: int) -> None:
        nonlocal step, began
        if step and stage != step:
            row(f"{name}: {step}", began)
            began = now()
        step = stage

    yield report
    row(f"{name}: {step}", began)


@dataclass(slots=True)
class Table:
    """What was measured so far, printed row by row, so that a long run shows where it stands."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Note]:
        """Measure the block; it may note counts."""
        notes: list[str] = []
        began = Moment.now()
        yield notes.append
        self.row(name, began, ", ".join(notes))

    def steps(self, name: str) -> AbstractContextManager[Report]:
        """Measure every stage that the service in the block reports."""
        return reported_steps(name, Moment.now, self.row)

    def row(self, name: str, began: Moment, notes: str = "") -> None:
        """Keep and print a row that ends now."""
        ended = Moment.now()
        self.seconds[name] = seconds = ended.clock - began.clock
        busy, peak = (
            ended.processor - began.processor,
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )
        print(f"| {name} | {seconds:.1f} | {busy:.1f} | {peak:,.0f} | {notes} |", flush=True)

    def sum_of(self, *prefixes: str) -> float:
        """Return the seconds of the rows that begin with one of the prefixes."""
        return sum(seconds for name, seconds in self.seconds.items() if name.startswith(prefixes))


def main() -> None:
    """Measure one county in a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    kinds = parser.add_subparsers(required=True)
    county = kinds.add_parser("county", help="the generated sample county")
    county.add_argument("--applicants", type=int, default=5000, help="a year, over both stages (5000)")
    county.add_argument("--units", type=int)
    county.add_argument("--schools", type=int)
    county.set_defaults(load=load_county, district=DISTRICT)
    gongyi = kinds.add_parser("gongyi", help="Gongyi's villages and schools, ../shared/data/gongyi")
    gongyi.set_defaults(load=load_gongyi, district="410181")
    options = parser.parse_args()
    if options.load is load_gongyi and not GONGYI.is_dir():
        sys.exit("../shared/data/gongyi is not here: nothing to measure")
    with own_database(), TemporaryDirectory() as folder:
        print(f"{machine()}\n\n{HEADER}")
        table = Table()
        options.load(table, Path(folder), options)
        run_round(table, Path(folder), options.district)
        print(f"From closing to published results: {table.sum_of(*ROUND):.1f} s.")


@contextmanager
def own_database() -> Iterator[None]:
    """Create and migrate a database named for this process, and drop it afterwards whatever happened."""
    before = str(connection.settings_dict["NAME"])
    connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def machine() -> str:
    """Return the line that a table of measurements is worth nothing without."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), postgis_lib_version()")
        server, postgis = cursor.fetchone()
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, "
        f"PostgreSQL {server.split()[0]}, PostGIS {postgis}"
    )


def run(command: str, *arguments: object, **options: object) -> str:
    """Run a command as a person would type it, and return what it printed."""
    out = StringIO()
    typed = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    call_command(command, *map(str, arguments), *typed, stdout=out, stderr=out)
    return out.getvalue()


def load_county(table: Table, folder: Path, options: argparse.Namespace) -> None:
    """Invent the county, import it, and draw its primary zones."""
    with table.stage("make county, write files") as note:
        county = make_county(
            seed=SEED,
            year=YEAR,
            applicants=options.applicants,
            n_units=options.units,
            n_schools=options.schools,
            district=DISTRICT,
        )
        write_county(county, folder)
        note(f"{options.applicants} applicants a year")
    ensure_district(actor=None, now=SPRING, code=DISTRICT, name="样例县", working_crs=WORKING_CRS)
    origin = Origin("benchmark", SPRING.date())
    with table.stage("import units, base map, schools") as note:
        for service, name in (
            (import_units, "units.geojson"),
            (import_base_map, "base_map.geojson"),
            (import_schools, "schools.csv"),
        ):
            service(actor=None, now=SPRING, district_code=DISTRICT, path=folder / name, origin=origin)
        note(f"{CatchmentUnit.objects.count()} units, {School.objects.count()} schools")
    with table.stage("import census") as note:
        import_children(
            actor=None, now=SPRING, district_code=DISTRICT, path=folder / "children.csv", origin=origin
        )
        note(f"{Child.objects.count()} children")
    with table.stage("import last year's zones"):
        last, this = date(YEAR - 1, 3, 1), date(YEAR, 3, 1)
        named = {"district": DISTRICT, "stage": "primary", "name": str(YEAR - 1)}
        run("import_zones", folder / "zones_last_year_primary.csv", "--from", last, "--until", this, **named)
    zones(table, DISTRICT, entry_year=YEAR)


def load_gongyi(table: Table, folder: Path, options: argparse.Namespace) -> None:
    """Import Gongyi's files with the repairs they need, draw its zones, and invent one year's entrants."""
    district = options.district
    with table.stage("import units, schools") as note:
        named = {"district": district, "crs": "EPSG:4497"}
        made = {"create_district": "巩义市", "working_crs": 4497, "repair": "make_valid,snap"}
        run("import_units", GONGYI / "units.gpkg", **named, **made)
        run("import_schools", GONGYI / "schools.csv", **named, stage="primary")
        note(f"{CatchmentUnit.objects.count()} units, {School.objects.count()} schools")
    zones(table, district)
    with table.stage("make one year's entrants, import census") as note:
        run("make_sample_children", district=district, year=YEAR, seed=SEED)
        note(f"{Child.objects.count()} children")


def zones(table: Table, district: str, **options: object) -> None:
    """Draw primary zones and put them in force."""
    with table.stage("draw zones") as note:
        run("draw_zones", district=district, stage="primary", effort=EFFORT, seed=SEED, **options)
        found = ZonePlan.objects.filter(district_id=district).order_by("-number")[0].report
        note(f"{found['cost_km']:.1f} child-km, gap {100 * found['gap']:.2f} %")
    with table.stage("publish zones"):
        run("publish_zones", "--from", date(YEAR, 3, 1), district=district, stage="primary")


def run_round(table: Table, folder: Path, district: str) -> None:
    """Open the round, let families apply, close, draw, publish, and let a stranger check it."""
    officers = [staff(name, district) for name in ("one", "two")]
    with table.stage("approve policy and open round"):
        publish_policy_file(folder / "policy.yaml", district)
        run("open_round", district=district, stage="primary", year=YEAR)
        found = AdmissionRound.objects.get()
    with table.stage("file applications") as note:
        filed = file_sample_applications(actor=None, now=FILING, round_id=found.pk, seed=SEED)
        note(f"{sum(len(part.applications) for part in filed)} filed")
        note(f"{sum(len(part.refused) for part in filed)} refused")
    with table.stage("accept the rest") as note:
        note(f"{accept_as_they_stand(actor=None, now=RESULTS, round_id=found.pk)} accepted")
    record = draw_and_publish(table, found, officers)
    strangers_check(table, record, folder / "stranger")


def publish_policy_file(path: Path, district: str) -> None:
    """Write the policy of the round and let three invented officers take it to publication."""
    staff("writer", district)
    policy = past_policy(district, YEAR, RESULTS)
    path.write_text(policy, encoding="utf-8")
    steps = [part for step in ApprovalStep for part in ("--step", f"{step}=benchmark")]
    people = ("--writer=writer", "--approver=one", "--approver=two")
    run("approve_policy", *steps, *people, district=district, policy=path, at=published_at(policy))


def draw_and_publish(table: Table, found: AdmissionRound, officers: Sequence[User]) -> DrawRecord:
    """Take an open round to published results."""
    with table.steps("close") as report:
        entry_list = close_entries(
            actor=None, now=RESULTS, round_id=found.pk, public_value_names=tuple(VALUES), report=report
        )
    with table.stage("values, read by two officers"):
        for officer in officers:
            for name, value in VALUES.items():
                enter_public_value(
                    actor=officer, now=RESULTS, entry_list_id=entry_list.pk, name=name, value=value
                )
    with table.steps("draw") as report:
        record = run_draw(actor=None, now=RESULTS, entry_list_id=entry_list.pk, report=report)
    with table.steps("publish") as report:
        publish_results(actor=None, now=RESULTS, round_id=found.pk, report=report)
    return record


def staff(username: str, district: str) -> User:
    """Return an officer who can read a public value."""
    return create_staff(
        actor=None,
        now=SPRING,
        username=username,
        password="benchmark-only-2026",
        role=Role.DISTRICT_OFFICER,
        district_code=district,
        display_name=username,
    )


def strangers_check(table: Table, record: DrawRecord, folder: Path) -> None:
    """Check the bundle as a stranger would: in an empty folder, with Python's standard library alone."""
    with zipfile.ZipFile(BytesIO(bytes(record.bundle))) as archive:
        archive.extractall(folder)
    for script in PROVED_BY:
        with table.stage(f"stranger: {script}") as note:
            done = subprocess.run(
                [sys.executable, "-I", "-S", script, "."],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                sys.exit(f"{script} refuses the bundle:\n{done.stdout}{done.stderr}")
            note(f"bundle {len(record.bundle) / 2**20:.1f} MiB")
    placed = record.placements.filter(line__isnull=False).count()
    print(f"\n{placed} of {record.placements.count()} children have a place.")


if __name__ == "__main__":
    main()
