"""Look-ups under load: python -m benchmarks.lookup [--keep] [--only search|point] [--rates 10 50 ...].

Generates a county whose register has 200,000 addresses, imports it, puts zones in force, starts gunicorn on loopback
and asks it in an open loop: addresses at 50 requests a second, zones of points at 100, and both at a low rate first.
Then the same statements go to PostgreSQL alone under pgbench, at the same rates. The database is made for this and
dropped; `--keep` leaves it for the next run. Same seed: the same county, questions and points.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402

from benchmarks.open_loop import HOST, Outcome, fire  # noqa: E402
from geo_data.addresses.asking import question_of  # noqa: E402
from geo_data.county.files import write_county  # noqa: E402
from geo_data.county.make import make_county  # noqa: E402
from geo_data.county.sketch import DISTRICT, WORKING_CRS, County  # noqa: E402
from geo_data.models import AddressEntry, AddressName, CatchmentUnit, Stage  # noqa: E402
from geo_data.selectors import address_sql  # noqa: E402
from geo_data.services.census import import_children  # noqa: E402
from geo_data.services.datasets import Origin  # noqa: E402
from geo_data.services.districts import ensure_district  # noqa: E402
from geo_data.services.import_addresses import import_addresses  # noqa: E402
from geo_data.services.import_schools import import_schools  # noqa: E402
from geo_data.services.import_units import import_units  # noqa: E402
from setup.cluster import programs  # noqa: E402
from zoning.selectors import placed  # noqa: E402
from zoning.services.plans import import_plan  # noqa: E402
from zoning.services.publications import publish_plan  # noqa: E402

NOW = datetime(2026, 3, 2, tzinfo=UTC)
DAY = date(2026, 10, 1)
DATABASE = "bench_lookup"
UNITS, APPLICANTS, SCHOOLS = 3050, 3050, 60
SEARCHES_A_SECOND, POINTS_A_SECOND = 50.0, 100.0
LIMITS_MS = {"search": 50.0, "point": 25.0}
QUESTIONS, WARM_UP, LOW_RATE, SCRIPTS = 1500, 300, 5.0, 100
Point = tuple[float, float]  # longitude, latitude
Question = str | Point
Way = Callable[[str, Mapping[str, object]], str]
HEADER = """\
| what | a second | median | 90 % | 99 % | most | answers | generator late |
| --- | ---: | ---: | ---: | ---: | ---: | --- | ---: |"""


def main() -> None:
    """Make, serve, ask, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the database for the next run")
    parser.add_argument("--only", choices=("search", "point"))
    parser.add_argument("--requests", type=int, default=QUESTIONS)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server is stopped then, too
    kinds = [options.only] if options.only else ["search", "point"]
    with own_database(keep=options.keep):
        rng = random.Random(1)
        asked: dict[str, Sequence[Question]] = {
            "search": questions(rng, options.requests),
            "point": points(rng, options.requests),
        }
        print(
            f"{AddressEntry.objects.count():,} addresses, {AddressName.objects.count():,} names\n\n{HEADER}"
        )
        with served() as port:
            for kind in kinds:
                measure(port, kind, asked[kind])
        for kind in kinds:
            bare(kind, asked[kind])


def measure(port: int, kind: str, asked: Sequence[Question]) -> None:
    """Warm up, then at the low rate, then at the rate that is promised."""
    paths = [path_of(one) for one in asked]
    fire(port, paths[:WARM_UP], 50.0)
    rate = SEARCHES_A_SECOND if kind == "search" else POINTS_A_SECOND
    for per_second, some in ((LOW_RATE, paths[:100]), (rate, paths)):
        outcome = fire(port, some, per_second)
        print(f"| {kind} | {per_second:.0f} | {outcome.line()} |", flush=True)
    print(f"  p99 limit {LIMITS_MS[kind]:.0f} ms: {'holds' if holds(kind, outcome) else 'DOES NOT HOLD'}")


def holds(kind: str, outcome: Outcome) -> bool:
    """Say whether the promise holds, with every request answered."""
    return outcome.percentile(0.99) <= LIMITS_MS[kind] and 0 not in outcome.statuses


def questions(rng: random.Random, count: int) -> list[str]:
    """Return what people type: a fixed mix of ways to ask, drawn from the register."""
    entries = list(
        AddressEntry.objects.order_by("code").values("estate", "building", "road", "number")[:60_000]
    )
    names = list(AddressName.objects.order_by("code", "name").values_list("name", flat=True))
    return [ask(rng.choice(names), rng.choice(entries)) for ask in rng.choices(*ways(rng), k=count)]


def ways(rng: random.Random) -> tuple[list[Way], list[int]]:
    """Return the ways to ask and their weights."""

    def sound(name: str) -> str:
        return question_of(name).sounds[0]

    def whole(name: str, entry: Mapping[str, object]) -> str:
        if entry["road"]:
            return f"{entry['road']}{entry['number']}号"
        return f"{entry['estate']}{entry['building']}{rng.randint(1, 4)}单元{rng.randint(1, 18)}01"

    def missing(name: str, entry: Mapping[str, object]) -> str:
        return f"{entry['road'] or '文化路'}{rng.randint(1, 2500)}号"

    def wrong_letter(name: str, entry: Mapping[str, object]) -> str:
        place = rng.randrange(len(name))
        return name[:place] + rng.choice("锦绵园圆家嘉庄桩路露") + name[place + 1 :]

    def wrong_sound(name: str, entry: Mapping[str, object]) -> str:
        typed = sound(name)
        place = rng.randrange(1, len(typed))
        return typed[:place] + rng.choice("abcdeghijlnosuxyz") + typed[place + 1 :]

    return [
        whole,
        lambda name, entry: name,
        lambda name, entry: name[:2],
        lambda name, entry: name[:1],
        lambda name, entry: name[-2:],
        missing,
        lambda name, entry: sound(name),
        lambda name, entry: sound(name)[: rng.randint(2, 6)],
        lambda name, entry: "".join(part[0] for part in sound(name)[:4]),
        wrong_letter,
        wrong_sound,
    ], [25, 15, 10, 3, 5, 7, 7, 8, 5, 8, 7]


def points(rng: random.Random, count: int) -> list[Point]:
    """Return points near the middles of units: some lie near an edge, some outside everything."""
    found = list(CatchmentUnit.objects.order_by("code").values_list("point", flat=True))
    return [(p.x + rng.gauss(0, 0.002), p.y + rng.gauss(0, 0.002)) for p in rng.choices(found, k=count)]


def path_of(asked: Question) -> str:
    """Return what a browser would ask."""
    if isinstance(asked, str):
        return f"/api/addresses/?district={DISTRICT}&q={quote(asked)}"
    longitude, latitude = asked
    where = {
        "district": DISTRICT,
        "stage": "primary",
        "lon": longitude,
        "lat": latitude,
        "on": DAY.isoformat(),
    }
    return f"/api/zones/at/?{urlencode(where)}"


@contextmanager
def own_database(*, keep: bool) -> Iterator[None]:
    """Create, migrate and fill the database, or take the one that was kept."""
    before = str(connection.settings_dict["NAME"])
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [DATABASE])
        is_there = cursor.fetchone()[0]
    try:
        if is_there and keep:
            connection.close()
            connection.settings_dict["NAME"] = DATABASE
        else:
            connection.creation.create_test_db(verbosity=0, autoclobber=True)
            fill()
        yield
    finally:
        connection.close()
        if not keep:
            connection.creation.destroy_test_db(before, verbosity=0)


def fill() -> None:
    """Import a county with 3,050 units and last year's zones, in force for two school years."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        county = make_county(
            seed=1, year=2026, applicants=APPLICANTS, n_units=UNITS, n_schools=SCHOOLS, district=DISTRICT
        )
        write_county(county, folder)
        ensure_district(actor=None, now=NOW, code=DISTRICT, name="样例县", working_crs=WORKING_CRS)
        import_units(path=folder / "units.geojson", actor=None, now=NOW, district_code=DISTRICT)
        import_schools(path=folder / "schools.csv", actor=None, now=NOW, district_code=DISTRICT)
        import_children(
            path=folder / "children.csv",
            origin=Origin("bench", date(2026, 3, 1)),
            actor=None,
            now=NOW,
            district_code=DISTRICT,
        )
        began = time.monotonic()
        rows = import_addresses(
            path=folder / "addresses.csv", actor=None, now=NOW, district_code=DISTRICT
        ).dataset.row_count
        print(f"{rows:,} addresses imported in {time.monotonic() - began:.1f} s", flush=True)
    put_in_force(county)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def put_in_force(county: County) -> None:
    """Publish last year's zones, and for either school year around it the same ones handed on to other schools."""
    own = county.zones_last_year["primary"].tolist()
    for year, shift in ((2025, 1), (2026, 0), (2027, 2)):
        schools = [county.schools[own[(i + shift) % len(own)]].code for i in range(len(own))]
        zones = [(unit.code, [school]) for unit, school in zip(county.units, schools, strict=True)]
        plan = import_plan(
            actor=None, now=NOW, district_code=DISTRICT, stage=Stage.PRIMARY, rows=zones, entry_year=2026
        )
        from_on, until_on = date(year, 9, 1), date(year + 1, 9, 1)
        publish_plan(actor=None, now=NOW, plan_id=plan.pk, from_on=from_on, until_on=until_on)


@contextmanager
def served() -> Iterator[int]:
    """Run gunicorn as `python -m setup.serve` does, on a free port of loopback, without the look-up limit."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    found = connection.settings_dict
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{found['USER']}@/{DATABASE}?host={found['HOST']}",
        "JIUJIN_LOOKUPS_PER_MINUTE": "1000000",
    }
    command = (sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}")
    workers = ("--workers", "2", "--threads", "4", "--no-control-socket")
    server = subprocess.Popen([*command, *workers], env=environment, start_new_session=True)
    try:
        _wait(port)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/api/districts/", timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server does not answer")


def bare(kind: str, asked: Sequence[Question]) -> None:
    """Send the statements alone through pgbench: a script each of the first SCRIPTS questions, at the same rate."""
    rate = SEARCHES_A_SECOND if kind == "search" else POINTS_A_SECOND
    with TemporaryDirectory() as name:
        folder = Path(name)
        scripts: list[str] = []
        for place, one in enumerate(asked[:SCRIPTS]):
            path = folder / f"{place}.sql"
            path.write_text(statement(one) + ";\n", encoding="utf-8")
            scripts += ["-f", str(path)]
        found = connection.settings_dict
        command = [str(programs() / "pgbench"), "-n", "-h", found["HOST"], "-U", found["USER"]]
        command += [
            "-c",
            "4",
            "-j",
            "1",
            "-R",
            str(rate),
            "-T",
            "20",
            "-l",
            "--log-prefix",
            str(folder / "log"),
        ]
        ended = subprocess.run([*command, *scripts, DATABASE], capture_output=True, text=True, check=False)
        if ended.returncode:
            raise RuntimeError(ended.stderr)
        lines = [line.split() for log in folder.glob("log*") for line in log.read_text().splitlines()]
    taken = Outcome(tuple(int(line[2]) / 1000 for line in lines), {}, 0.0)
    print(f"| {kind}, SQL alone under pgbench | {rate:.0f} | {taken.line()} |", flush=True)


def statement(asked: Question) -> str:
    """Return the first statement of a search, or the statement of a point, with its values written out."""
    with connection.cursor() as cursor:
        if isinstance(asked, str):
            values = address_sql.name_values(DISTRICT, question_of(asked))
            made = cursor.cursor.mogrify(address_sql.NAMES, values)
        else:
            longitude, latitude = asked
            place = {
                "district": DISTRICT,
                "stage": "primary",
                "on": DAY,
                "longitude": longitude,
                "latitude": latitude,
            }
            near = {"reach": placed.NEAR_EDGE_M * placed.DEGREES_PER_METRE, "near": placed.NEAR_EDGE_M}
            made = cursor.cursor.mogrify(placed.AT_POINT, {**place, **near})
    return str(made.decode()).replace("\n", " ")


if __name__ == "__main__":
    main()
