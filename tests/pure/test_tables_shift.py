"""Layers that lie a map service's shift beside their known places, and those that do not."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from geo_data.tables.findings import Findings
from geo_data.tables.offsets import (
    bd09_from_wgs84,
    gcj02_from_wgs84,
    wgs84_from_bd09,
    wgs84_from_gcj02,
)
from geo_data.tables.placing import Ground
from geo_data.tables.projecting import unproject
from geo_data.tables.school_table import read_schools
from geo_data.tables.shift import FEWEST_MATCHES, METRES_A_DEGREE, TOLERANCE_M, Place, find_shift
from geo_data.tables.systems import parse_system

FloatArray = npt.NDArray[np.float64]
Change = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
# Schools of a county around 113 E, 34.7 N.
SPOTS = ((113.00, 34.70), (113.02, 34.71), (112.98, 34.75), (113.05, 34.68), (113.01, 34.73))
NAMES = ("第一小学", "第二小学", "第三小学", "第四小学", "第五小学")
KNOWN = tuple(Place(f"P{i}", name, *spot) for i, (name, spot) in enumerate(zip(NAMES, SPOTS, strict=True)))


WEAK = (100.57, 35.39)  # the shift is 140 m here
WEAKER = (96.44, 35.39)  # and 80 m here


def _same(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    return x, y


def _layer(truly: Change, read_as: Change, places: Sequence[Place] = KNOWN) -> tuple[Place, ...]:
    """The known places as a file holds them, read under a declaration."""
    x, y = truly(np.array([p.longitude for p in places]), np.array([p.latitude for p in places]))
    x, y = read_as(x, y)
    return tuple(Place(p.code, p.name, float(a), float(b)) for p, a, b in zip(places, x, y, strict=True))


def _moved(places: Sequence[Place], east_m: float, north_m: float) -> tuple[Place, ...]:
    return tuple(
        Place(
            p.code,
            p.name,
            p.longitude + east_m / (METRES_A_DEGREE * np.cos(np.radians(p.latitude))),
            p.latitude + north_m / METRES_A_DEGREE,
        )
        for p in places
    )


@pytest.mark.parametrize(
    ("truly", "read_as", "declared", "likely"),
    [
        (gcj02_from_wgs84, _same, "EPSG:4326", "gcj02"),
        (bd09_from_wgs84, _same, "EPSG:4326", "bd09"),
        (gcj02_from_wgs84, _same, "EPSG:4490", "gcj02"),
        (_same, wgs84_from_gcj02, "gcj02", "wgs84"),
        (_same, wgs84_from_bd09, "bd09", "wgs84"),
        (bd09_from_wgs84, wgs84_from_gcj02, "gcj02", "bd09"),
        (gcj02_from_wgs84, wgs84_from_bd09, "bd09", "gcj02"),
    ],
)
def test_a_layer_declared_wrongly_names_the_likely_system(
    truly: Change, read_as: Change, declared: str, likely: str
) -> None:
    shift = find_shift(_layer(truly, read_as), KNOWN, declared)

    assert shift is not None
    assert shift.likely == likely
    assert 300 < np.hypot(*shift.offset_m) < 1500
    for place, known in zip(shift.places, KNOWN, strict=True):
        assert place.code == known.code
        assert place.known == (known.longitude, known.latitude)
        assert np.allclose(place.likely, place.known, atol=1e-8)
        assert not np.allclose(place.declared, place.known, atol=1e-3)


@pytest.mark.parametrize(
    ("truly", "read_as", "declared"),
    [
        (_same, _same, "EPSG:4326"),
        (gcj02_from_wgs84, wgs84_from_gcj02, "gcj02"),
        (bd09_from_wgs84, wgs84_from_bd09, "bd09"),
    ],
)
def test_a_layer_declared_rightly_is_not_shifted(truly: Change, read_as: Change, declared: str) -> None:
    assert find_shift(_layer(truly, read_as), KNOWN, declared) is None


def test_three_known_places_tell_and_two_do_not() -> None:
    layer = _layer(gcj02_from_wgs84, _same)

    assert FEWEST_MATCHES == 3
    assert find_shift(layer[:3], KNOWN, "EPSG:4326") is not None
    assert find_shift(layer[:2], KNOWN, "EPSG:4326") is None


@pytest.mark.parametrize(("metres", "is_found"), [(98.0, True), (102.0, False)])
@pytest.mark.parametrize("direction", [(1, 0), (-1, 0), (0, 1), (0, -1)])
def test_the_tolerance_is_a_hundred_metres_around_the_shift(
    metres: float, is_found: bool, direction: tuple[int, int]
) -> None:
    layer = _moved(_layer(gcj02_from_wgs84, _same), direction[0] * metres, direction[1] * metres)

    assert TOLERANCE_M == 100
    assert (find_shift(layer, KNOWN, "EPSG:4326") is not None) == is_found


@pytest.mark.parametrize("east_m", [0.0, 50.0, 500.0, -500.0])
def test_an_offset_in_another_direction_is_not_a_shift(east_m: float) -> None:
    # The shift here leads east and south by 561 m and 122 m.
    assert find_shift(_moved(KNOWN, east_m, 300.0), KNOWN, "EPSG:4326") is None


@pytest.mark.parametrize(("share", "is_found"), [(0.49, False), (0.51, True)])
def test_an_offset_nearer_to_no_shift_than_to_the_shift_is_none(share: float, is_found: bool) -> None:
    """Where the shift is shorter than twice the tolerance, half of it is the border."""
    there = [Place(str(i), "", WEAK[0] + i / 1000, WEAK[1]) for i in range(3)]
    full = find_shift(_layer(gcj02_from_wgs84, _same, there), there, "EPSG:4326")
    assert full is not None
    east, north = full.offset_m
    assert 100 < np.hypot(east, north) < 200

    found = find_shift(_moved(there, share * east, share * north), there, "EPSG:4326")

    assert (found is not None) == is_found


@pytest.mark.parametrize(("length_m", "is_found"), [(49.0, False), (51.0, True)])
def test_an_offset_shorter_than_fifty_metres_is_none(length_m: float, is_found: bool) -> None:
    there = [Place(str(i), "", WEAKER[0] + i / 1000, WEAKER[1]) for i in range(3)]
    full = find_shift(_layer(gcj02_from_wgs84, _same, there), there, "EPSG:4326")
    assert full is not None
    assert 60 < np.hypot(*full.offset_m) < 95
    east, north = (length_m * part / np.hypot(*full.offset_m) for part in full.offset_m)

    assert (find_shift(_moved(there, east, north), there, "EPSG:4326") is not None) == is_found


def test_a_few_schools_that_moved_do_not_hide_the_shift_and_do_not_make_one() -> None:
    shifted, right = _layer(gcj02_from_wgs84, _same), _layer(_same, _same)

    assert find_shift((*shifted[:3], *_moved(shifted[3:], 4000, 0)), KNOWN, "EPSG:4326") is not None
    assert find_shift((*shifted[:2], *right[2:]), KNOWN, "EPSG:4326") is None


def test_places_match_by_code_else_by_a_name_that_stands_once() -> None:
    renumbered = [Place(f"X{p.code}", p.name, p.longitude, p.latitude) for p in KNOWN]
    same_names = [Place(f"X{p.code}", "小学", p.longitude, p.latitude) for p in KNOWN]
    layer = _layer(gcj02_from_wgs84, _same)

    assert find_shift(layer, renumbered, "EPSG:4326") is not None
    assert find_shift(layer, same_names, "EPSG:4326") is None


def test_a_layer_outside_china_is_never_shifted() -> None:
    abroad = [Place(str(i), "", -77.5 + i / 100, 39.0) for i in range(5)]

    assert find_shift(_moved(abroad, 400, -150), abroad, "EPSG:4326") is None


UNITS = {"A": shapely.box(500_000, 4_480_000, 503_000, 4_483_000)}
HEADER = "学校编号,学校名称,学段,学位数,招生计划,起始年级班数,经度,纬度"


def _file(folder: Path, truly: Change) -> tuple[Path, Ground]:
    """Four schools of a small county in the true system, their file in another, and the ground that knows them."""
    x = np.array([500_500.0, 501_000.0, 501_500.0, 502_000.0])
    y = np.array([4_480_900.0, 4_481_500.0, 4_482_000.0, 4_481_000.0])
    longitude, latitude = unproject(x, y, epsg=4543)
    known = tuple(
        Place(f"P{i}", f"第{i}小学", float(a), float(b))
        for i, (a, b) in enumerate(zip(longitude, latitude, strict=True))
    )
    rows = [
        f"P{i},第{i}小学,小学,270,45,1,{a!r},{b!r}"
        for i, (a, b) in enumerate(zip(*(v.tolist() for v in truly(longitude, latitude)), strict=True))
    ]
    path = folder / "schools.csv"
    path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    return path, Ground(4543, known=known)


@pytest.mark.parametrize(
    ("truly", "declared", "told"),
    [(gcj02_from_wgs84, "4326", "gcj02: 4 × "), (_same, "gcj02", "wgs84: 4 × ")],
)
def test_a_file_of_schools_is_stopped_with_the_likely_system_named(
    tmp_path: Path, truly: Change, declared: str, told: str
) -> None:
    (path, ground), findings = _file(tmp_path, truly), Findings()

    read_schools(
        path, ground=ground, declared=parse_system(declared), units=UNITS, stage=None, findings=findings
    )

    [found] = [finding for finding in findings.kept() if finding.code == "shifted_like"]
    assert (findings.refuses, found.value.startswith(told)) == (True, True)


@pytest.mark.parametrize(("truly", "declared"), [(_same, "4326"), (gcj02_from_wgs84, "gcj02")])
def test_the_same_file_declared_rightly_has_no_finding(tmp_path: Path, truly: Change, declared: str) -> None:
    (path, ground), findings = _file(tmp_path, truly), Findings()

    schools = read_schools(
        path, ground=ground, declared=parse_system(declared), units=UNITS, stage=None, findings=findings
    )

    assert (len(schools), findings.counts()) == (4, {})


def test_an_officer_may_say_that_the_current_version_is_the_wrong_one(tmp_path: Path) -> None:
    (path, ground), findings = _file(tmp_path, gcj02_from_wgs84), Findings()
    accepted = Ground(4543, known=ground.known, accept_offset=True)

    read_schools(
        path, ground=accepted, declared=parse_system("4326"), units=UNITS, stage=None, findings=findings
    )

    assert "shift_accepted" in findings.counts()
    assert "shifted_like" not in findings.counts()
