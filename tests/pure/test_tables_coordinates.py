"""Coordinates: the shifted systems and their inverse, and the guard rails around declared systems."""

import csv
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from config.paths import BASE
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
Pair = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
Shift = Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], Pair]
VECTORS = BASE.parent / "shared" / "data" / "china_codes" / "wgs_gcj_vectors.csv"
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
def test_the_inverse_comes_back_everywhere_in_china(forward: Shift, back: Shift) -> None:
    rng = np.random.default_rng(7)
    east, north = rng.uniform(73.0, 135.0, 20_000), rng.uniform(3.0, 53.5, 20_000)

    shifted = forward(east, north)
    again_east, again_north = back(*shifted)

    metres = np.hypot(shifted[0] - east, shifted[1] - north) * METRES_A_DEGREE
    assert np.median(metres) > 300
    assert np.abs(again_east - east).max() * METRES_A_DEGREE < 0.0001
    assert np.abs(again_north - north).max() * METRES_A_DEGREE < 0.0001


@pytest.mark.parametrize(
    ("forward", "back"),
    [(gcj02_from_wgs84, wgs84_from_gcj02), (bd09_from_wgs84, wgs84_from_bd09)],
)
def test_the_inverse_holds_on_a_grid_over_china_and_its_borders(forward: Shift, back: Shift) -> None:
    # A quarter of a degree, with the corners of the area in which the map services shift.
    longitude = np.concatenate([np.arange(73.0, 135.25, 0.25), [72.1, 137.8]])
    latitude = np.concatenate([np.arange(3.0, 54.25, 0.25), [0.9, 55.8]])
    east, north = (axis.ravel() for axis in np.meshgrid(longitude, latitude))

    again = forward(*back(east, north))

    metres = np.hypot(again[0] - east, again[1] - north) * METRES_A_DEGREE
    assert metres.max() < 0.1


@pytest.mark.skipif(not VECTORS.exists(), reason="../shared/data/china_codes is not here")
def test_the_published_vectors_agree_both_ways_to_below_ten_centimetres() -> None:
    with VECTORS.open(encoding="utf-8") as file:
        rows = [{k: float(v) for k, v in row.items() if k != "place"} for row in csv.DictReader(file)]

    for row in rows:
        shifted = gcj02_from_wgs84(np.array([row["wgs_lon"]]), np.array([row["wgs_lat"]]))
        plain = wgs84_from_gcj02(np.array([row["gcj_lon"]]), np.array([row["gcj_lat"]]))
        assert np.hypot(shifted[0] - row["gcj_lon"], shifted[1] - row["gcj_lat"])[0] * METRES_A_DEGREE < 0.1
        assert np.hypot(plain[0] - row["wgs_lon"], plain[1] - row["wgs_lat"])[0] * METRES_A_DEGREE < 0.1
    assert len(rows) == 3


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


@pytest.mark.parametrize(
    ("text", "epsg"),
    [
        ("WGS-84", 4326),
        ("gps", 4326),
        ("CGCS2000", 4490),
        ("国家2000", 4490),
        ("2000国家大地坐标系", 4490),
        ("CGCS2000 经纬度", 4490),
        # 3 degrees, the zone's number in the eastings: first, middle, last.
        ("CGCS2000 3度带 25带", 4513),
        ("CGCS2000 3度带 38带", 4526),
        ("国家2000 三度分带 38", 4526),
        ("CGCS2000 / 3-degree Gauss-Kruger zone 38", 4526),
        ("cgcs2000_3_Degree_GK_Zone_38", 4526),
        ("CGCS2000 3度带 45带", 4533),
        # 3 degrees, no number in the eastings.
        ("CGCS2000 3度带 中央经线75", 4534),
        ("CGCS2000 3度带 38带 不带带号", 4547),
        ("CGCS2000 3度带 中央子午线：114", 4547),
        ("CGCS2000_3_Degree_GK_CM_114E", 4547),
        ("CGCS2000 3度带 中央经线135", 4554),
        # 6 degrees.
        ("CGCS2000 6度带 13带", 4491),
        ("CGCS2000 6度带 19带", 4497),
        ("CGCS2000 六度带 第23带", 4501),
        ("CGCS2000 6度带 中央经线75", 4502),
        ("CGCS2000 6度带 中央经线111", 4508),
        ("CGCS2000 6度带 中央经线135", 4512),
    ],
)
def test_plain_words_name_the_system_that_epsg_has(text: str, epsg: int) -> None:
    assert parse_system(text) == System(f"EPSG:{epsg}", epsg)


@pytest.mark.parametrize(("words", "epsg"), [("3度带 {}带", 4513), ("3度带 {}带 不带带号", 4534)])
def test_zones_of_three_degrees_have_the_central_meridian_of_their_number(words: str, epsg: int) -> None:
    for zone in range(25, 46):
        system = parse_system("CGCS2000 " + words.format(zone))
        assert system.epsg == epsg + zone - 25
        x, _ = project([3.0 * zone], [40.0], epsg=system.epsg)
        assert round(x[0]) == (500_000 if "不带" in words else zone * 1_000_000 + 500_000)


@pytest.mark.parametrize(("words", "epsg"), [("6度带 {}带", 4491), ("6度带 {}带 不带带号", 4502)])
def test_zones_of_six_degrees_have_the_central_meridian_of_their_number(words: str, epsg: int) -> None:
    for zone in range(13, 24):
        system = parse_system("CGCS2000 " + words.format(zone))
        assert system.epsg == epsg + zone - 13
        x, _ = project([6.0 * zone - 3], [40.0], epsg=system.epsg)
        assert round(x[0]) == (500_000 if "不带" in words else zone * 1_000_000 + 500_000)


@pytest.mark.parametrize(
    "text",
    [
        *("CGCS2000 3度带 24带", "CGCS2000 3度带 46带", "CGCS2000 6度带 12带", "CGCS2000 6度带 24带"),
        *("CGCS2000 3度带", "CGCS2000 3度带 中央经线113", "CGCS2000 6度带 中央经线114", "CGCS2000 38带"),
        *("北京54 3度带 38带", "西安80"),
    ],
)
def test_zones_that_do_not_exist_are_no_system(text: str) -> None:
    with pytest.raises(UnknownSystem):
        parse_system(text)


def test_a_bare_number_is_an_epsg_code_even_where_it_is_2000() -> None:
    assert parse_system("EPSG:2000") == System("EPSG:2000", 2000)


@pytest.mark.parametrize(("text", "name"), [("高德", "gcj02"), ("火星坐标系", "gcj02"), ("百度坐标", "bd09")])
def test_map_services_are_known_by_name(text: str, name: str) -> None:
    assert parse_system(text).name == name


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
        ("EPSG:4326", (40.4, 102.0), "axes_swapped", "40.4000, 102.0000"),
        ("EPSG:4543", (4_480_000, 500_000), "axes_swapped", "4480000, 500000"),
        ("EPSG:4547", (500_000, 4_480_000), "outside_district", "EPSG:4547: 500000, 4480000 → EPSG:4543"),
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


@pytest.mark.parametrize(
    ("declared", "point", "finding", "shown"),
    [
        ("EPSG:4543", (4_480_000, 500_000), "axes_swapped", [("declared", 4543), ("swapped", 4543)]),
        ("EPSG:4326", (40.5, 102.0), "axes_swapped", [("swapped", 4326)]),
        # northing before an easting with its zone number: nothing fits as read
        ("EPSG:4543", (4_480_000, 34_500_000), "outside_district", [("declared", 4543), ("swapped", 4522)]),
        ("EPSG:4326", (4_480_000, 500_000), "metres_in_degree_layer", [("swapped", 4543)]),
        ("EPSG:4543", (102.0, 40.5), "degrees_in_metric_layer", [("declared", 4543), ("likely", 4326)]),
    ],
)
def test_swapped_axes_are_shown_exchanged_and_never_as_another_system(
    declared: str, point: tuple[float, float], finding: str, shown: list[tuple[str, int]]
) -> None:
    shapes, findings = np.array([shapely.Point(point)] * 3, dtype=object), Findings()

    assert check_place(shapes, [2, 3, 4], parse_system(declared), HOME, 4543, findings) is None

    assert [one.code for one in findings.kept()] == [finding]
    previews = [(one.role, one.system) for one in findings.previews()]
    assert previews[: len(shown)] == [(role, f"EPSG:{code}") for role, code in shown]
    for preview in findings.previews():
        if preview.role == "swapped":
            [[east, north]] = shapely.get_coordinates(shapely.centroid(preview.shape))
            assert HOME.has(east, north)


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
