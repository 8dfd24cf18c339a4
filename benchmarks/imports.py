"""How long imports take: `python -m benchmarks.imports [--applicants N ...]`, in a database made for it and removed.

Prints seconds of each stage, children a second, the largest memory of the process, and the ratio of the census
import to a bare COPY of the rows it stored.
"""

import argparse
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402

from geo_data.county.files import write_county  # noqa: E402
from geo_data.county.make import make_county  # noqa: E402
from geo_data.county.sketch import DISTRICT, WORKING_CRS  # noqa: E402
from geo_data.services.census import import_children  # noqa: E402
from geo_data.services.datasets import Origin  # noqa: E402
from geo_data.services.districts import ensure_district  # noqa: E402
from geo_data.services.import_base_map import import_base_map  # noqa: E402
from geo_data.services.import_schools import import_schools  # noqa: E402
from geo_data.services.import_units import import_units  # noqa: E402

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def main() -> None:
    """Measure each size in a fresh database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applicants", type=int, nargs="+", default=[5000, 50000])
    sizes = parser.parse_args().applicants
    connection.settings_dict["TEST"]["NAME"] = "bench_imports"
    for applicants in sizes:
        before = str(connection.settings_dict["NAME"])
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            _measure(applicants)
        finally:
            connection.creation.destroy_test_db(before, verbosity=0)


def _measure(applicants: int) -> None:
    print(f"applicants {applicants}")
    with TemporaryDirectory() as name:
        folder = Path(name)
        with _timed("make county and write files"):
            county = make_county(seed=1, year=2026, applicants=applicants)
            write_county(county, folder)
        ensure_district(actor=None, now=NOW, code=DISTRICT, name="样例县", working_crs=WORKING_CRS)
        common = {"actor": None, "now": NOW, "district_code": DISTRICT}
        with _timed(f"import {len(county.units)} units"):
            import_units(path=folder / "units.geojson", **common)  # type: ignore[arg-type]
        with _timed("import base map"):
            import_base_map(path=folder / "base_map.geojson", **common)  # type: ignore[arg-type]
        with _timed(f"import {len(county.schools)} schools"):
            import_schools(path=folder / "schools.csv", **common)  # type: ignore[arg-type]
        began = time.monotonic()
        result = import_children(
            path=folder / "children.csv",
            origin=Origin("bench", date(2026, 3, 1)),
            **common,  # type: ignore[arg-type]
        )
        seconds = time.monotonic() - began
    rows = result.dataset.row_count
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"  import {rows} children: {seconds:.1f} s, {rows / seconds:.0f} a second; memory {memory:.0f} MiB"
    )
    print(f"  ratio to a bare COPY: {seconds / _bare_copy():.1f}")


def _bare_copy() -> float:
    """Return the seconds of copying the same households and children out of and into tables of the same form."""
    total = 0.0
    with connection.cursor() as cursor:
        for table in ("geo_data_household", "geo_data_child"):
            rows = BytesIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT", rows)
            cursor.execute(f"CREATE TEMP TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
            rows.seek(0)
            began = time.monotonic()
            cursor.copy_expert(f"COPY bare_{table} FROM STDIN", rows)
            total += time.monotonic() - began
            cursor.execute(f"DROP TABLE bare_{table}")
    return total


@contextmanager
def _timed(name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"  {name}: {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
