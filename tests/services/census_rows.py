"""As many rows of a census of `geo_world` as a test needs."""

from collections.abc import Iterator
from datetime import date, timedelta

from geo_data.tables.identity import check_digit

A_DAY = 100  # girls born on one day


def census_rows(count: int) -> Iterator[str]:
    """Yield households of one girl each, all of unit A; the girls are four to twelve years old."""
    for i in range(count):
        born = date(2014, 1, 1) + timedelta(days=i // A_DAY)
        body = f"990102{born:%Y%m%d}{2 * (i % A_DAY):03d}"
        yield f"H{i},A,1号楼{i}室,,甲一一,{body}{check_digit(body)},{born},女,家庭户,,"
