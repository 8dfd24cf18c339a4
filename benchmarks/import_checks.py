"""How long checks take: `python -m benchmarks.import_checks`, in a database made for it and removed.

An XLSX of 100,000 children and a GeoPackage of 10,000 units that tile, both invented, are checked as an officer's
upload is: in a process of its own. Prints seconds of checking alone and of the whole proposal, and the largest memory
of both processes (targets: 30 s each, 1 GiB).
"""

import argparse
import os
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import numpy as np  # noqa: E402
import pyogrio  # noqa: E402
import shapely  # noqa: E402
import xlsxwriter  # noqa: E402
from django.db import connection  # noqa: E402

from geo_data.apart.reading import read_apart  # noqa: E402
from geo_data.models import District  # noqa: E402
from geo_data.services.census import import_children  # noqa: E402
from geo_data.services.datasets import Origin  # noqa: E402
from geo_data.services.districts import ensure_district  # noqa: E402
from geo_data.services.import_units import import_units  # noqa: E402
from geo_data.services.terms import Settle, Terms  # noqa: E402
from geo_data.tables.child_table import Census, read_children  # noqa: E402
from geo_data.tables.findings import Findings  # noqa: E402
from geo_data.tables.identity import check_digit  # noqa: E402
from geo_data.tables.placing import Ground  # noqa: E402
from geo_data.tables.unit_table import read_units  # noqa: E402

NOW = datetime(2026, 3, 2, tzinfo=UTC)
CODE, EPSG = "990102", 4543
EAST, NORTH, SIDE = 450_000.0, 4_450_000.0, 300.0
POINTS_A_SIDE = 12
HEADERS = (
    *("户编号", "单元编号", "住址", "联系电话", "姓名", "身份证号", "出生日期", "性别"),
    *("户籍类型", "住房性质", "产权登记日期", "实际居住", "居住证失效日期"),
)
PROPOSED = Terms(settle=Settle.PROPOSE)


def main() -> None:
    """Measure in a fresh database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument("--units", type=int, default=10_000)
    sizes = parser.parse_args()
    connection.settings_dict["TEST"]["NAME"] = "bench_import_checks"
    before = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with TemporaryDirectory() as name:
            district = ensure_district(actor=None, now=NOW, code=CODE, name="样例县", working_crs=EPSG)
            codes = _measure_units(Path(name), district, round(sizes.units**0.5))
            _measure_children(Path(name), codes, sizes.children)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def _measure_units(folder: Path, district: District, side: int) -> Sequence[str]:
    path = folder / "units.gpkg"
    codes = _write_units(path, side)
    vertices = side * side * 4 * POINTS_A_SIDE
    print(f"{side * side} units, {vertices} vertices, {path.stat().st_size >> 20} MiB")
    with _timed("checked"):
        findings = Findings(working_epsg=EPSG)
        count = read_apart(
            lambda found: read_units(path, ground=Ground(EPSG), declared=None, repairs=(), findings=found),
            findings,
            lambda table: len(table.units),
        )
        assert count == side * side, findings.kept()[:3]
    _print_memory()
    with _timed("checked, stored, compared and confirmed"):
        import_units(actor=None, now=NOW, district_code=district.code, path=path)
    _write_units(path, side, renamed=7)
    with _timed("a newer file checked, stored, compared and proposed"):
        result = import_units(actor=None, now=NOW, district_code=district.code, path=path, terms=PROPOSED)
    comparison = result.dataset.comparison
    assert comparison is not None
    print(f"  {comparison['changed']['count']} changed, {comparison['same']} the same")
    return codes


def _write_units(path: Path, side: int, *, renamed: int = 0) -> Sequence[str]:
    """Write cells of a bent grid: neighbours share every vertex, no border is straight."""
    fine = side * POINTS_A_SIDE + 1
    steps = np.arange(fine) * (SIDE / POINTS_A_SIDE)
    x, y = np.meshgrid(steps, steps)
    bent = np.stack(
        [EAST + x + 9 * np.sin(y / 47) + 5 * np.sin(x / 31), NORTH + y + 9 * np.sin(x / 53)], axis=-1
    )
    shapes, codes = [], []
    for row in range(side):
        for column in range(side):
            i, j, n = row * POINTS_A_SIDE, column * POINTS_A_SIDE, POINTS_A_SIDE
            ring = np.concatenate(
                [
                    bent[i, j : j + n],
                    bent[i : i + n, j + n],
                    bent[i + n, j + n : j : -1],
                    bent[i + n : i : -1, j],
                ]
            )
            shapes.append(shapely.Polygon(ring))
            codes.append(f"{row:03}{column:03}")
    names = [f"{'新' if number < renamed else ''}单元{code}" for number, code in enumerate(codes)]
    pyogrio.raw.write(  # type: ignore[no-untyped-call]
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array(codes, dtype=object), np.array(names, dtype=object)],
        ["unit_id", "name"],
        geometry_type="Polygon",
        crs=f"EPSG:{EPSG}",
        driver="GPKG",
    )
    return codes


def _measure_children(folder: Path, codes: Sequence[str], count: int) -> None:
    path = folder / "children.xlsx"
    _write_children(path, codes, count)
    print(f"{count} children, {path.stat().st_size >> 20} MiB of XLSX")
    census = Census(as_of=NOW.date(), verifier="bench", district=CODE, units=frozenset(codes))
    findings = Findings()
    with _timed("checked"):
        read = read_apart(
            lambda found: read_children(path, census=census, findings=found),
            findings,
            lambda rows: sum(1 for _ in rows),
        )
        assert read == count, findings.kept()[:3]
    _print_memory()
    with _timed("checked, stored, compared and proposed"):
        import_children(
            actor=None,
            now=NOW,
            district_code=CODE,
            path=path,
            origin=Origin("bench", date(2026, 3, 1)),
            terms=PROPOSED,
        )
    _print_memory()


def _write_children(path: Path, codes: Sequence[str], count: int) -> None:
    first = date(2014, 1, 1)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, header in enumerate(HEADERS):
            sheet.write_string(0, place, header)
        for number in range(count):
            born = first + timedelta(days=number % 4000)
            body = f"990102{born:%Y%m%d}{number // 4000 * 2 % 1000:03}"
            household = number // 2
            cells = (
                f"H{household}",
                codes[household % len(codes)],
                f"甲乙花园{household % 90}号楼{household % 600}室",
                f"1{household % 10**10:010}",
                "甲乙丙丁"[number % 4] + "一二三"[number % 3],
                body + check_digit(body),
                born.isoformat(),
                "女",
                "家庭户",
                "自有",
                "2018-05-01",
                "是",
                "2027-03-01",
            )
            for place, cell in enumerate(cells):
                sheet.write_string(number + 1, place, cell)


def _print_memory() -> None:
    own, children = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"  memory: {own:.0f} MiB, the reader {children:.0f} MiB")


@contextmanager
def _timed(name: str) -> Iterator[None]:
    began, busy = time.monotonic(), _cpu()
    yield
    print(f"  {name}: {time.monotonic() - began:.1f} s ({_cpu() - busy:.1f} s of processor)")


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


if __name__ == "__main__":
    main()
