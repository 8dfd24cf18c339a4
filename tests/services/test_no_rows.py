"""Files at the lower end: nothing in them, a header, one row; of every kind that is brought in."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo_data.models import Dataset, DatasetKind, DatasetStatus
from geo_data.services.kinds import KINDS
from geo_data.services.uploads import Choices, formats_of, read_upload
from geo_data.tables.findings import Keep
from geo_data.tables.reading import TEXTS
from geo_data.tables.street_table import OSM_SUFFIX
from tests.services import geo_world as world
from tests.services.upload_world import hand_in, own_storage

pytestmark = pytest.mark.django_db

LINES = (DatasetKind.BASE_MAP, DatasetKind.STREETS)  # layers only: a table has no lines
EMPTY_FILES = [
    (kind, suffix)
    for kind in KINDS
    for suffix in formats_of(KINDS[kind])
    if suffix in (".csv", ".xlsx") or KINDS[kind].is_layer
]
TABLES = [kind for kind in KINDS if kind not in LINES]
SQUARE = world.square(50, 50, 10)
# What the example row leaves open, because it would not fit a county other than the sample.
OWN_CELLS = {
    "unit_id": "A",
    "school_id": "P1",
    "lon": str(SQUARE["coordinates"][0][0][0]),
    "lat": str(SQUARE["coordinates"][0][0][1]),
    "household_id": "H1",
    "identity": "990102202008310023",
    "permit_valid_until": "2027-03-01",
    "property_key": "990102001001GB00001F00010001",
    "grade": "1",
    "attendance_state": "在校",
    "kindergarten_id": "K1",
}


@pytest.fixture(autouse=True)
def _county(tmp_path: Path) -> Iterator[None]:
    world.district()
    world.with_units(tmp_path)
    world.with_schools(tmp_path)
    with own_storage(tmp_path):
        yield


def table(folder: Path, kind: DatasetKind, *rows: dict[str, str]) -> Path:
    """Write the header of the kind and rows by column."""
    path = folder / f"{kind.value}.csv"
    columns = KINDS[kind].columns
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.zh for column in columns])
        writer.writerows([row.get(column.name, "") for column in columns] for row in rows)
    return path


def taken(path: Path, kind: DatasetKind, keep: Keep = Keep.ALL_OR_NOTHING) -> Dataset:
    upload = hand_in(path, kind, choices=Choices(keep=keep))
    return read_upload(actor=None, now=world.NOW, upload=upload).dataset


@pytest.mark.parametrize(("kind", "suffix"), EMPTY_FILES)
def test_a_file_of_no_bytes_is_refused(kind: DatasetKind, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"empty{suffix}"
    path.touch()

    refused = taken(path, kind)

    assert (refused.status, refused.row_count) == (DatasetStatus.REFUSED, 0)
    if suffix in TEXTS:
        assert {"file_empty", "column_missing"} & refused.finding_counts.keys()
    else:
        code = "file_unreadable" if suffix == OSM_SUFFIX else "file_of_another_kind"
        assert refused.finding_counts == {code: 1}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].is_layer])
def test_a_layer_without_features_is_refused(kind: DatasetKind, tmp_path: Path) -> None:
    refused = taken(world.write_features(tmp_path / "none.geojson", []), kind)

    assert refused.status == DatasetStatus.REFUSED
    assert {"file_empty", "column_missing"} & refused.finding_counts.keys()


@pytest.mark.parametrize("kind", TABLES)
def test_a_header_without_rows_is_refused_whatever_the_terms(kind: DatasetKind, tmp_path: Path) -> None:
    for keep in [Keep.ALL_OR_NOTHING, *([Keep.GOOD_ROWS] if KINDS[kind].takes_good_rows else [])]:
        refused = taken(table(tmp_path, kind), kind, keep)

        assert (refused.status, refused.finding_counts) == (DatasetStatus.REFUSED, {"file_empty": 1})


@pytest.mark.parametrize("kind", TABLES)
def test_one_row_is_a_version(kind: DatasetKind, tmp_path: Path) -> None:
    columns = KINDS[kind].columns
    row = {columns[0].name: "N1", **KINDS[kind].examples, **OWN_CELLS}

    proposed = taken(table(tmp_path, kind, row), kind)

    assert (proposed.status, proposed.row_count) == (DatasetStatus.PROPOSED, 1)


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        (DatasetKind.BASE_MAP, {"名称": "甲乙路", "类型": "街道"}),
        (DatasetKind.STREETS, {"名称": "甲乙路", "道路等级": "支路"}),
    ],
)
def test_one_line_is_a_version(kind: DatasetKind, properties: dict[str, str], tmp_path: Path) -> None:
    [west, east] = SQUARE["coordinates"][0][:2]
    line = {"type": "LineString", "coordinates": [west, east]}
    features = [{"type": "Feature", "properties": properties, "geometry": line}]

    proposed = taken(world.write_features(tmp_path / "line.geojson", features), kind)

    assert proposed.status == DatasetStatus.PROPOSED
