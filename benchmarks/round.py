"""A county round from the database, by step: python -m benchmarks.round --children N [--profile STEP] [--anew].

Makes a county with about N applications once, through the services that make any county, and keeps it in a database
`bench_round_N` on the configured server. Every run works on a fresh copy of that database, dropped at the end: it
closes the entries, enters the public values, draws, places, verifies and publishes, as `run_round` and the background
tasks do. Prints seconds by the clock, processor seconds of this process and of its database backend, statements sent,
and the largest memory of this process so far. `--profile` prints where a step spends its time.
"""

import argparse
import cProfile
import os
import pstats
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import numpy as np  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.services.jobs import Report  # noqa: E402
from admissions.models import AdmissionRound, Application, DrawRecord, PlanLine  # noqa: E402
from admissions.services.closing import close_entries  # noqa: E402
from admissions.services.draw import enter_public_value, run_draw  # noqa: E402
from admissions.services.results import publish_results  # noqa: E402
from admissions.services.review import accept_as_they_stand  # noqa: E402
from admissions.services.sample import SHARE_APPLYING, file_sample_applications  # noqa: E402
from benchmarks.main_job import (  # noqa: E402
    FILING,
    RESULTS,
    SPRING,
    VALUES,
    YEAR,
    machine,
    publish_policy_file,
    reported_steps,
    run,
    staff,
)
from geo_data.county.files import write_children, write_places  # noqa: E402
from geo_data.county.make import make_county  # noqa: E402
from geo_data.county.population import children_of_county  # noqa: E402
from geo_data.county.sketch import DISTRICT, FIRST_AGE, PRIMARY_AGE, WORKING_CRS, County  # noqa: E402
from geo_data.models import Stage  # noqa: E402
from geo_data.services.census import import_children  # noqa: E402
from geo_data.services.datasets import Origin  # noqa: E402
from geo_data.services.districts import ensure_district  # noqa: E402
from geo_data.services.import_schools import import_schools  # noqa: E402
from geo_data.services.import_units import import_units  # noqa: E402
from zoning.services.plans import import_plan  # noqa: E402
from zoning.services.publications import publish_plan  # noqa: E402

SEED = 1
ENTRANTS_AN_APPLICANT = (
    0.5696  # of the county maker's applicants of both stages, those who enter primary school
)
HEADER = """\
| step | seconds | processor | database's processor | statements | peak memory, MiB |
| --- | ---: | ---: | ---: | ---: | ---: |"""
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Make the county if it is not there, copy its database, and take the round to its results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=5_000)
    parser.add_argument("--anew", action="store_true", help="make the county again")
    parser.add_argument("--profile", default="", metavar="STEP", help="close, values, draw or publish")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the copy is dropped then, too
    kept, copy = f"bench_round_{options.children}", f"bench_round_copy_{os.getpid()}"
    if options.anew or not _exists(kept):
        _make(kept, options.children)
    _execute(f"CREATE DATABASE {copy} TEMPLATE {kept} STRATEGY FILE_COPY")
    try:
        with _using(copy):
            _measure(options.profile)
    finally:
        _execute(f"DROP DATABASE {copy}")


def _measure(profiled: str) -> None:
    """Take the round of this database from closing to published results."""
    found = AdmissionRound.objects.get()
    officers = list(User.objects.filter(username__in=["one", "two"]).order_by("username"))
    lines = PlanLine.objects.filter(round=found).count()
    print(f"{machine()}; load {os.getloadavg()[0]:.1f}")
    print(f"{Application.objects.count():,} applications, {lines:,} lines\n\n{HEADER}", flush=True)
    table = Table()
    with connection.execute_wrapper(table.count), table:
        with _profile(profiled == "close"), table.steps("close") as report:
            entry_list = close_entries(
                actor=None, now=RESULTS, round_id=found.pk, public_value_names=tuple(VALUES), report=report
            )
        with table.steps("values") as report:
            report("read by two officers", 0, 0)
            for officer in officers:
                for name, value in VALUES.items():
                    enter_public_value(
                        actor=officer, now=RESULTS, entry_list_id=entry_list.pk, name=name, value=value
                    )
        with _profile(profiled == "draw"), table.steps("draw") as report:
            record = run_draw(actor=None, now=RESULTS, entry_list_id=entry_list.pk, report=report)
        with _profile(profiled == "publish"), table.steps("publish") as report:
            publish_results(actor=None, now=RESULTS, round_id=found.pk, report=report)
    _tell(record)


def _tell(record: DrawRecord) -> None:
    placed = record.placements.filter(line__isnull=False).count()
    print(f"\n{placed:,} of {record.placements.count():,} children have a place; bundle ", end="")
    print(f"{len(record.bundle) / 2**20:.1f} MiB, digest {record.bundle_digest[:16]}…; ", end="")
    print(f"load {os.getloadavg()[0]:.1f}")


# ---- The county, made once ----


def _make(name: str, children: int) -> None:
    """Import a county of so many applicants, put last year's zones in force, open its round, and let all apply."""
    began, making = time.monotonic(), f"{name}_making"  # what is left half made is never taken for the county
    connection.settings_dict["TEST"]["NAME"] = making
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    with TemporaryDirectory() as folder:
        applicants = round(children / SHARE_APPLYING / ENTRANTS_AN_APPLICANT)
        county = make_county(seed=SEED, year=YEAR, applicants=applicants)
        write_places(county, Path(folder))
        write_children(Path(folder) / "children.csv", children_of_county(_entrants_only(county)))
        _bring_in(Path(folder))
        _put_in_force(county)
        _open(Path(folder))
    found = AdmissionRound.objects.get()
    _note(began, "round open")
    file_sample_applications(actor=None, now=FILING, round_id=found.pk, seed=SEED)
    _note(began, "applications filed")
    accept_as_they_stand(actor=None, now=RESULTS, round_id=found.pk)
    _execute("ANALYZE")  # which the server's own housekeeping does within minutes
    connection.close()
    connection.settings_dict["NAME"] = before
    _execute(f"DROP DATABASE IF EXISTS {name}")
    _execute(f"ALTER DATABASE {making} RENAME TO {name}")
    _note(began, "made and kept")


def _entrants_only(county: County) -> County:
    """Return the county without the children of other ages; its schools stay as large as they are."""
    entering = np.zeros_like(county.children)
    entering[:, PRIMARY_AGE - FIRST_AGE] = county.children[:, PRIMARY_AGE - FIRST_AGE]
    return replace(county, children=entering)


def _bring_in(folder: Path) -> None:
    ensure_district(actor=None, now=SPRING, code=DISTRICT, name="样例县", working_crs=WORKING_CRS)
    origin = Origin("benchmark", SPRING.date())
    for service, file in ((import_units, "units.geojson"), (import_schools, "schools.csv")):
        service(actor=None, now=SPRING, district_code=DISTRICT, path=folder / file, origin=origin)
    import_children(
        actor=None, now=SPRING, district_code=DISTRICT, path=folder / "children.csv", origin=origin
    )


def _put_in_force(county: County) -> None:
    """Publish the zones of last year for this one."""
    schools = [county.schools[place].code for place in county.zones_last_year["primary"].tolist()]
    rows = [(unit.code, [school]) for unit, school in zip(county.units, schools, strict=True)]
    plan = import_plan(
        actor=None, now=SPRING, district_code=DISTRICT, stage=Stage.PRIMARY, rows=rows, entry_year=YEAR
    )
    from_on, until_on = date(YEAR, 3, 1), date(YEAR + 1, 3, 1)
    publish_plan(actor=None, now=SPRING, plan_id=plan.pk, from_on=from_on, until_on=until_on)


def _open(folder: Path) -> None:
    for name in ("one", "two"):
        staff(name, DISTRICT)
    publish_policy_file(folder / "policy.yaml", DISTRICT)
    run("open_round", district=DISTRICT, stage="primary", year=YEAR)


def _note(began: float, what: str) -> None:
    print(f"  {what}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


# ---- Databases ----


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [name])
        return bool(cursor.fetchone()[0])


@contextmanager
def _using(name: str) -> Iterator[None]:
    """Send everything to another database of the server while the block runs."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


# ---- Measuring ----


@dataclass(frozen=True, slots=True)
class Moment:
    """What the clock, both processors' times and the number of statements say."""

    clock: float
    processor: float
    backend: float
    statements: int


@dataclass(slots=True)
class Table:
    """Rows of what each step took, printed as they end, and their sum."""

    backend: int = 0
    statements: int = 0
    sums: list[Moment] = field(default_factory=list)

    def __enter__(self) -> "Table":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.backend = cursor.fetchone()[0]
        return self

    def __exit__(self, *fault: object) -> None:
        totals = [sum(values) for values in zip(*(_values(moment) for moment in self.sums), strict=True)]
        self._print("**from closing to published results**", totals)

    def count(self, execute: Callable[..., Any], *call: Any) -> Any:
        """Count a statement and send it."""
        self.statements += 1
        return execute(*call)

    def steps(self, name: str) -> AbstractContextManager[Report]:
        """Measure every stage that the service in the block reports."""
        return reported_steps(name, self._now, self._row)

    def _row(self, name: str, began: Moment) -> None:
        ended = self._now()
        taken = [late - early for late, early in zip(_values(ended), _values(began), strict=True)]
        self.sums.append(Moment(taken[0], taken[1], taken[2], int(taken[3])))
        self._print(name, taken)

    def _print(self, name: str, taken: list[float]) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        clock, processor, backend, statements = taken
        print(
            f"| {name} | {clock:.1f} | {processor:.1f} | {backend:.1f} | {statements:.0f} | {peak:,.0f} |",
            flush=True,
        )

    def _now(self) -> Moment:
        times = Path(f"/proc/{self.backend}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        backend = (int(times[11]) + int(times[12])) / CLOCK_TICKS
        return Moment(time.monotonic(), time.process_time(), backend, self.statements)


def _values(moment: Moment) -> tuple[float, ...]:
    return moment.clock, moment.processor, moment.backend, moment.statements


@contextmanager
def _printed(profile: cProfile.Profile) -> Iterator[None]:
    with profile:
        yield
    for order in ("tottime", "cumtime"):
        pstats.Stats(profile, stream=sys.stderr).sort_stats(order).print_stats(45)


def _profile(wanted: bool) -> Any:
    return _printed(cProfile.Profile()) if wanted else nullcontext()


if __name__ == "__main__":
    main()
