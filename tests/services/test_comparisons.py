"""What differs between two versions: counted in the database, also where the values are sealed."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from geo_data.models import Child, Dataset, DatasetKind, DatasetStatus
from geo_data.selectors.comparisons import COMPARISONS, SHOWN_KEYS, compare
from geo_data.services.census import import_children
from geo_data.services.import_base_map import import_base_map
from geo_data.services.import_units import import_units
from geo_data.services.kinds import KINDS
from geo_data.services.terms import Settle, Terms
from geo_data.tables.findings import Keep
from tests.services import geo_world as world

pytestmark = pytest.mark.django_db
PROPOSED = Terms(settle=Settle.PROPOSE)
NOTHING: dict[str, Any] = {"count": 0, "keys": []}


@pytest.fixture(autouse=True)
def _units(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)


def _children(
    folder: Path, *rows: str, vintage: date = date(2026, 3, 1), keep: Keep = Keep.ALL_OR_NOTHING
) -> Dataset:
    origin = replace(world.ORIGIN, vintage_on=vintage)
    path = world.children_file(folder, *rows)
    return import_children(
        actor=None,
        now=world.NOW,
        district_code=world.CODE,
        path=path,
        origin=origin,
        terms=Terms(settle=Settle.PROPOSE, keep=keep),
    ).dataset


def test_every_kind_that_is_imported_is_compared() -> None:
    assert set(COMPARISONS) == set(KINDS)


def test_a_first_version_adds_all_its_rows(tmp_path: Path) -> None:
    first = _children(tmp_path, world.GIRL, world.BOY, world.OTHER)

    assert first.compared_with is None
    assert first.comparison == {
        "same": 0,
        "added": {"count": 3, "keys": ["H1", "H1", "H2"]},
        "changed": {**NOTHING, "columns": {}},
        "removed": NOTHING,
    }


def test_children_are_the_same_by_number_and_changed_by_digest(tmp_path: Path) -> None:
    world.with_children(tmp_path)
    moved = world.OTHER.replace("H2,B", "H2,C")
    called = world.GIRL.replace("甲子涵", "甲子函")  # the name is sealed

    other = _children(tmp_path, called, world.BOY, moved)

    assert other.comparison == {
        "same": 1,
        "added": NOTHING,
        "changed": {"count": 2, "keys": ["H1", "H2"], "columns": {"unit_code": 1, "details": 2}},
        "removed": NOTHING,
    }


def test_a_survey_of_another_day_that_says_the_same_changes_nobody(tmp_path: Path) -> None:
    world.with_children(tmp_path)

    other = _children(tmp_path, world.GIRL, world.BOY, world.OTHER, vintage=date(2026, 3, 2))

    assert other.comparison is not None
    assert (other.comparison["same"], other.comparison["changed"]["count"]) == (3, 0)


def test_versions_older_than_the_digest_are_compared_by_what_is_in_clear(tmp_path: Path) -> None:
    world.with_children(tmp_path)
    Child.objects.update(row_digest="")

    other = _children(
        tmp_path, world.GIRL.replace("甲子涵", "甲子函"), world.BOY, world.OTHER.replace("女", "女")
    )

    assert other.comparison is not None
    assert other.comparison["same"] == 3


def test_lines_without_a_key_are_added_or_removed(tmp_path: Path) -> None:
    def lines(*names: str) -> Dataset:
        path = tmp_path / f"{'-'.join(names)}.geojson"
        shape = {"type": "LineString", "coordinates": world.square(0, 0)["coordinates"][0][:3]}
        features = [
            {"type": "Feature", "properties": {"类型": "街道", "名称": name}, "geometry": shape}
            for name in names
        ]
        world.write_features(path, features)
        return import_base_map(actor=None, now=world.NOW, district_code=world.CODE, path=path).dataset

    lines("甲路", "乙路")

    assert lines("乙路", "丙路").comparison == {
        "same": 1,
        "added": {"count": 1, "keys": ["street 丙路"]},
        "changed": {**NOTHING, "columns": {}},
        "removed": {"count": 1, "keys": ["street 甲路"]},
    }


def test_only_the_first_keys_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    features = [world.feature(f"N{i:02}", world.square(100 * i, 500)) for i in range(SHOWN_KEYS + 1)]
    path = world.write_features(tmp_path / "row.geojson", features)

    proposed = import_units(
        actor=None, now=world.NOW, district_code=world.CODE, path=path, terms=PROPOSED
    ).dataset

    assert proposed.comparison is not None
    added = proposed.comparison["added"]
    assert (added["count"], added["keys"]) == (SHOWN_KEYS + 1, [f"N{i:02}" for i in range(SHOWN_KEYS)])


def test_a_comparison_is_three_queries_whatever_the_size(
    tmp_path: Path, django_assert_num_queries: Any
) -> None:
    first = world.with_children(tmp_path).dataset

    with django_assert_num_queries(3):
        compare(first, first)


def test_good_rows_of_a_census_keep_households_whole(tmp_path: Path) -> None:
    """A bad first row opens no household; the next good one does."""
    bad = world.GIRL.replace("女,家庭户", "女,合租户")

    kept = _children(tmp_path, bad, world.BOY, world.OTHER, keep=Keep.GOOD_ROWS)

    assert (kept.row_count, kept.rows_left_out) == (2, 1)
    assert kept.households.count() == 2
    assert set(kept.children.values_list("household__code", flat=True)) == {"H1", "H2"}


# Commands


def test_commands_propose_and_keep_good_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = world.BOY.replace("990102201805050012", "990102201805050013")
    path = world.children_file(tmp_path, world.GIRL, bad)
    common = ("import_children", str(path), "--district", world.CODE)

    with pytest.raises(CommandError, match="nothing was imported"):
        call_command(*common)
    assert not Dataset.objects.filter(kind=DatasetKind.CHILDREN).exists()
    with pytest.raises(CommandError, match="refused"):
        call_command(*common, "--propose")
    assert Dataset.objects.get(kind=DatasetKind.CHILDREN).status == DatasetStatus.REFUSED
    call_command(*common, "--good-rows", "--propose")

    assert "待确认 / waits to be confirmed: 1 行 / rows, 1 行未采用 / left out" in capsys.readouterr().out
    proposed = Dataset.objects.get(kind=DatasetKind.CHILDREN, status=DatasetStatus.PROPOSED)
    assert (proposed.row_count, proposed.rows_left_out) == (1, 1)
    assert proposed.imported_at - world.NOW > timedelta(0)
