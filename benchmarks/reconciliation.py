"""How long a county's lists take: `python -m benchmarks.reconciliation [--children N] [--workers N] [--lists all]`.

From CSV files of census, registered residents and pupil register (with `--lists all` of all lists, with `--lists none`
of the census alone) to reconciled children, in a database made for it and removed. Prints wall and processor seconds of
each stage (those of this process with its children, and those of the private cluster with all its processes); what the
census alone takes from its file to reconciled rows when the other lists stand already; the largest memory; and the
ratio to a bare COPY of the very rows that were stored. Files are made first and not counted.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402

from geo_data.county.files import WRITTEN_LISTS, write_county_with_lists  # noqa: E402
from geo_data.county.make import CHILDREN_A_APPLICANT, make_county  # noqa: E402
from geo_data.county.sketch import DISTRICT, WORKING_CRS  # noqa: E402
from geo_data.models import DatasetKind, Reconciliation  # noqa: E402
from geo_data.services.census import import_children  # noqa: E402
from geo_data.services.datasets import Origin  # noqa: E402
from geo_data.services.districts import ensure_district  # noqa: E402
from geo_data.services.import_register import import_register  # noqa: E402
from geo_data.services.import_schools import import_schools  # noqa: E402
from geo_data.services.import_units import import_units  # noqa: E402
from geo_data.services.reconciling import reconcile_district  # noqa: E402
from setup.cluster import living_server  # noqa: E402

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ON = date(2026, 3, 1)
LISTS = {"none": (), "large": ("registrations", "pupils"), "all": WRITTEN_LISTS}
Result = TypeVar("Result")


def main() -> None:
    """Measure one size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--lists", choices=tuple(LISTS), default="large")
    parser.add_argument("--folder", type=Path, help="where the county's files are kept, to be made once only")
    asked = parser.parse_args()
    lists = LISTS[asked.lists]
    if asked.folder is not None:
        _make(asked.children, asked.folder)
    connection.settings_dict["TEST"]["NAME"] = "bench_reconciliation"
    before = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        if asked.folder is not None:
            _measure(asked.folder, asked.workers, lists)
            return
        with TemporaryDirectory() as name:
            _make(asked.children, Path(name))
            _measure(Path(name), asked.workers, lists)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def _make(children: int, folder: Path) -> None:
    if (folder / "children.csv").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    county = partial(make_county, seed=1, year=2026, applicants=children // CHILDREN_A_APPLICANT)
    _timed("make county, write files (not counted)", lambda: write_county_with_lists(county(), folder))


def _measure(folder: Path, workers: int, lists: tuple[str, ...]) -> None:
    ensure_district(actor=None, now=NOW, code=DISTRICT, name="样例县", working_crs=WORKING_CRS)
    common: dict[str, Any] = {
        "actor": None,
        "now": NOW,
        "district_code": DISTRICT,
        "origin": Origin("office", ON),
    }
    import_units(path=folder / "units.geojson", **common)
    import_schools(path=folder / "schools.csv", **common)
    began = _moment()
    _timed("import census", lambda: import_children(path=folder / "children.csv", **common))
    census = _moment() - began
    for kind in lists:
        listed = partial(import_register, kind=DatasetKind(kind), path=folder / f"{kind}.csv", **common)
        _timed(f"import {kind}", listed)
    listed_all = _moment()
    compare = partial(reconcile_district, actor=None, now=NOW, district_code=DISTRICT, as_of=ON)
    run = _timed(f"reconcile, {workers} workers", lambda: compare(workers=workers))
    _tell(run, census + (_moment() - listed_all), _moment() - began)


def _tell(run: Reconciliation, census: "_Moment", whole: "_Moment") -> None:
    children = run.report["children"]
    print(f"census CSV to reconciled rows, other lists standing: {census}")
    print(f"all CSV to reconciled rows: {whole}")
    print(f"  {children} children, {sum(run.report['records'].values())} records, {run.report['cases']}")
    each = [seconds / children * 1e6 for seconds in (whole.wall, whole.python, whole.database)]
    print("  microseconds a child: {:.0f} of wall, {:.0f} of Python, {:.0f} of the database".format(*each))
    memory = max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"  largest memory of a process: {memory / 1024:.0f} MiB")
    copied = _bare_copy()
    print(f"bare COPY of the same rows: {copied}")
    print(f"  ratio {whole.wall / copied.wall:.1f} of wall")


def _bare_copy() -> "_Moment":
    """Copy every stored row once more, into tables of the same columns, indexes and checks."""
    copied = _Moment(0, 0, 0)
    for table in (
        "geo_data_household",
        "geo_data_child",
        "geo_data_registerentry",
        "geo_data_reconciledchild",
        "geo_data_reconciliationcase",
    ):
        rows = BytesIO()
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} TO STDOUT", rows)
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
            rows.seek(0)
            began = _moment()
            cursor.copy_expert(f"COPY bare_{table} FROM STDIN", rows)
            copied += _moment() - began
    return copied


def _timed(what: str, do: Callable[[], Result]) -> Result:
    with _printed(what):
        return do()


@contextmanager
def _printed(what: str) -> Iterator[None]:
    began = _moment()
    yield
    print(f"  {what}: {_moment() - began}", flush=True)


@dataclass(frozen=True, slots=True)
class _Moment:
    """Seconds: of the clock, and of processors so far."""

    wall: float
    python: float
    database: float

    def __add__(self, other: "_Moment") -> "_Moment":
        return _Moment(self.wall + other.wall, self.python + other.python, self.database + other.database)

    def __sub__(self, other: "_Moment") -> "_Moment":
        return self + _Moment(-other.wall, -other.python, -other.database)

    def __str__(self) -> str:
        return f"{self.wall:.1f} s ({self.python:.1f} of Python, {self.database:.1f} of the database)"


def _moment() -> _Moment:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return _Moment(time.monotonic(), sum(one.ru_utime + one.ru_stime for one in used), _database_seconds())


def _database_seconds() -> float:
    """Return the processor seconds of the private cluster: its server, those that it waited for, those that live."""
    server = str(living_server())
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, *_, after = stat.read_text().replace("(", ")").split(")")
        except OSError:  # it ended meanwhile
            continue
        words = after.split()
        if number.strip() == server:
            ticks += sum(map(int, words[11:15]))
        elif words[1] == server:
            ticks += sum(map(int, words[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
