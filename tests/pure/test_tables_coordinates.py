"""Coordinates: the shifted systems and their inverse, and the guard rails around declared systems."""

import numpy as np
import pytest
import shapely

from geo_data.tables.findings import Findings
from geo_data.tables.guards import Home, check_place, home_of
from geo_data.tables.offsets import (
    bd09_from_wgs84,
    gcj02_from_wgs84,
    wgs84_from_bd09,
    wgs84_from_gcj02,
)
from geo_data.tables.projecting import project, unproject
from geo_data.tables.systems import System, UnknownSystem, parse_system

# Published pairs of the formula's original authors: WGS-84 longitude and latitude, then GCJ-02.
PAIRS = (
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
)
METRES_A_DEGREE = 111_000
HOME = Home(101.0, 40.0, 103.0, 41.0)


@pytest.mark.parametrize("pair", PAIRS)
def test_published_pairs_agree_to_a_millimetre(pair: tuple[float, float, float, float]) -> None:
    east, north = gcj02_from_wgs84(np.array([pair[0]]), np.array([pair[1]]))

    assert abs(east[0] - pair[2]) * METRES_A_DEGREE < 0.001
    assert abs(north[0] - pair[3]) * METRES_A_DEGREE < 0.001


@pytest.mark.parametrize(
    ("forward", "back"),
    [(gcj02_from_wgs84, wgs84_from_gcj02), (bd09_from_wgs84, wgs84_from_bd09)],
)
def test_the_inverse_comes_back_everywhere_in_china(forward: object, back: object) -> None:
    rng = np.random.default_rng(7)
    east, north = rng.uniform(73.0, 135.0, 20_000), rng.uniform(3.0, 53.5, 20_000)

    shifted = forward(east, north)  # type: ignore[operator]
    again_east, again_north = back(*shifted)  # type: ignore[operator]

    metres = np.hypot(shifted[0] - east, shifted[1] - north) * METRES_A_DEGREE
    assert np.median(metres) > 300
    assert np.abs(again_east - east).max() * METRES_A_DEGREE < 0.0001
    assert np.abs(again_north - north).max() * METRES_A_DEGREE < 0.0001


def test_outside_china_nothing_is_shifted() -> None:
    east, north = gcj02_from_wgs84(np.array([2.35]), np.array([48.85]))

    assert (east[0], north[0]) == (2.35, 48.85)


def test_metres_come_back_to_the_same_degrees() -> None:
    x, y = project([102.01], [40.45], epsg=4543)
    longitude, latitude = unproject(x, y, epsg=4543)

    assert 500_000 < x[0] < 502_000
    assert abs(longitude[0] - 102.01) < 1e-10
    assert abs(latitude[0] - 40.45) < 1e-10


@pytest.mark.parametrize("text", ["EPSG:4497", "epsg:4497", "4497", " 4497 "])
def test_a_code_is_understood_however_it_is_written(text: str) -> None:
    assert parse_system(text) == System("EPSG:4497", 4497)


@pytest.mark.parametrize("text", ["GCJ-02", "gcj02", "BD09", "bd-09"])
def test_shifted_systems_are_understood(text: str) -> None:
    assert parse_system(text).name in ("gcj02", "bd09")
    assert parse_system(text).is_geographic


@pytest.mark.parametrize("text", ["", "wgs", "EPSG:0", "xian80"])
def test_other_words_are_no_system(text: str) -> None:
    with pytest.raises(UnknownSystem):
        parse_system(text)


@pytest.mark.parametrize(
    ("declared", "point", "finding", "told"),
    [
        ("EPSG:4543", (102.0, 40.4), "degrees_in_metric_layer", "EPSG:4326"),
        ("EPSG:4326", (500_000, 4_480_000), "metres_in_degree_layer", "EPSG:4543"),
        ("EPSG:4326", (34_500_000, 4_480_000), "metres_in_degree_layer", "EPSG:4522"),
        ("EPSG:4326", (40.4, 102.0), "axes_swapped", "40.4"),
        ("EPSG:4543", (4_480_000, 500_000), "axes_swapped", ""),
        ("EPSG:4547", (500_000, 4_480_000), "outside_district", "EPSG:4543"),
        ("EPSG:4326", (110.0, 40.4), "outside_district", "?"),
    ],
)
def test_a_layer_in_the_wrong_place_is_stopped_with_the_likely_system_named(
    declared: str, point: tuple[float, float], finding: str, told: str
) -> None:
    shapes, findings = np.array([shapely.Point(point)] * 3, dtype=object), Findings()

    inside = check_place(shapes, [2, 3, 4], parse_system(declared), HOME, 4543, findings)

    [first, *_] = findings.kept()
    assert (inside, first.code, findings.refuses) == (None, finding, True)
    assert told in first.value


def test_one_point_far_away_is_named_by_its_row() -> None:
    shapes = np.array(
        [shapely.Point(102, 40.5), shapely.Point(102, 40.6), shapely.Point(12, 40.5)], dtype=object
    )
    findings = Findings()

    inside = check_place(shapes, [2, 3, 4], parse_system("4326"), HOME, 4543, findings)

    [only] = findings.kept()
    assert inside is not None
    assert inside.tolist() == [True, True, False]
    assert (only.code, only.row) == ("outside_district", 4)


def test_home_is_where_the_units_are_and_a_margin_else_where_the_system_is_used() -> None:
    assert home_of(4543, (102.0, 40.0, 102.1, 40.1)).has(102.05, 40.15)
    assert not home_of(4543, (102.0, 40.0, 102.1, 40.1)).has(102.5, 40.05)
    assert home_of(4543, None).has(101.0, 38.0)
    assert not home_of(4543, None).has(114.0, 38.0)
