"""Questions about the world: how they are answered, and in how many queries."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from geo_data.selectors.maps import PUBLIC_PROPERTIES, units_geojson
from geo_data.selectors.schools import NoSuchSchool, get_school, list_schools, load_school_sites
from geo_data.selectors.units import (
    NoSuchUnit,
    find_extent,
    find_unit_at,
    get_unit,
    load_areas,
    load_unit_places,
    search_units,
)
from tests.services import geo_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _district() -> None:
    world.district()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("锦绣花园", ["A", "B"]),
        ("锦绣", ["A", "B"]),
        ("花园", ["A", "B"]),
        ("锦秀花园", ["A"]),
        ("阳光", ["D"]),
        ("  阳光家园 ", ["D"]),
        ("不存在", []),
        ("", []),
    ],
)
def test_the_same_name_comes_first_then_parts_then_misspellings(
    tmp_path: Path, asked: str, found: list[str]
) -> None:
    dataset = world.with_units(tmp_path).dataset

    assert [unit.code for unit in search_units(dataset, asked)] == found


def test_the_unit_around_a_point_is_found_and_none_outside(tmp_path: Path) -> None:
    dataset = world.with_units(tmp_path).dataset
    inside = get_unit(dataset, "D").point

    at_point = find_unit_at(dataset, inside.x, inside.y)

    assert at_point is not None
    assert at_point.code == "D"
    assert find_unit_at(dataset, inside.x + 1, inside.y) is None


def test_units_come_back_in_metres_with_one_query(tmp_path: Path) -> None:
    dataset = world.with_units(tmp_path).dataset

    with CaptureQueriesContext(connection) as queries:
        places = load_unit_places(dataset)

    assert len(queries) == 1
    assert [(p.code, round(p.x_m - world.EAST, 3), round(p.y_m - world.NORTH, 3)) for p in places] == [
        ("A", 50.0, 50.0),
        ("B", 150.0, 50.0),
        ("C", 50.0, 150.0),
        ("D", 150.0, 150.0),
    ]


def test_schools_are_listed_by_stage(tmp_path: Path) -> None:
    world.with_units(tmp_path)
    dataset = world.with_schools(tmp_path).dataset

    assert [school.code for school in list_schools(dataset, "primary")] == ["P1", "P2"]
    assert load_school_sites(dataset, "junior") == ()
    with pytest.raises(NoSuchSchool):
        get_school(dataset, "P3")


def test_the_public_map_does_not_count_children(tmp_path: Path) -> None:
    dataset = world.with_units(tmp_path).dataset

    office, public = units_geojson(dataset), units_geojson(dataset, PUBLIC_PROPERTIES)

    assert office["features"][0]["properties"]["children"] == 10  # type: ignore[index]
    assert "children" not in public["features"][0]["properties"]  # type: ignore[index]


def test_an_unknown_unit_is_refused_and_areas_are_complete(tmp_path: Path) -> None:
    dataset = world.with_units(tmp_path).dataset

    with pytest.raises(NoSuchUnit):
        get_unit(dataset, "Z")
    assert sorted(load_areas(dataset)) == ["A", "B", "C", "D"]
    west, south, east, north = find_extent(dataset) or (0, 0, 0, 0)
    assert (round(east - west, 4), round(north - south, 4)) == (0.0012, 0.0009)
