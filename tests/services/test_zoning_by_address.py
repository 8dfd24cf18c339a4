"""From an address to its zone: settled by the register, or a choice, never a guess."""

from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from geo_data.addresses.ranking import DoorMatch
from geo_data.models import AddressEntry, Stage
from geo_data.selectors.addresses import search_addresses
from geo_data.services.import_addresses import import_addresses
from geo_data.services.import_units import import_units
from geo_data.tables.projecting import unproject
from tests.services import address_world as register
from tests.services import geo_world as world
from zoning.selectors.by_address import (
    AddressAnswer,
    AddressNotInRegister,
    AddressNotSettled,
    zone_of_address,
    zone_of_code,
)
from zoning.selectors.lookup import NoZoneHere, zone_at_point
from zoning.selectors.publications import NothingInForce

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _county(tmp_path: Path) -> None:
    register.zoned_county(tmp_path)


def _asked(text: str, **more: object) -> AddressAnswer:
    return zone_of_address(world.CODE, Stage.PRIMARY, text, register.DAY, **more)  # type: ignore[arg-type]


def _degrees(x: float, y: float) -> tuple[float, float]:
    longitude, latitude = unproject([world.EAST + x], [world.NORTH + y], epsg=world.EPSG)
    return float(longitude[0]), float(latitude[0])


@pytest.mark.parametrize(
    ("typed", "shown", "unit", "school"),
    [
        ("锦绣花园1号楼", "锦绣花园1号楼", "A", "P1"),
        ("锦绣花园2栋3单元501", "锦绣花园2号楼", "B", "P3"),
        ("文化路11号", "文化路11号", "D", "P3"),
        ("阳光家园", "阳光家园", "D", "P3"),
        ("东柳庄村", "东柳庄村", "C", "P1"),
        ("中山路5号", "文化路5号", "A", "P1"),
    ],
)
def test_an_address_of_the_register_is_answered_through_its_unit(
    typed: str, shown: str, unit: str, school: str
) -> None:
    found = _asked(typed)

    assert found.address is not None
    assert (found.address.shown, found.answer.unit_code) == (shown, unit)
    assert [near.code for near in found.answer.schools] == [school]
    assert found.door in (DoorMatch.EXACT, DoorMatch.NONE)
    assert not found.by_point


def test_the_code_of_an_entry_an_estate_or_a_road_asks_for_itself() -> None:
    entry = AddressEntry.objects.get(number=11)
    (estate,) = search_addresses(world.CODE, "阳光家园")

    assert _asked(entry.code).answer.unit_code == "D"
    assert _asked(estate.code).answer.unit_code == "D"


def test_distances_are_measured_from_the_point_of_the_address(tmp_path: Path) -> None:
    rows = (
        f"城关镇,,,文化路,{n}号,D,,,,{world.EAST + x},{world.NORTH + 150}" for n, x in ((21, 150), (23, 190))
    )
    register.with_addresses(tmp_path, *rows)

    assert _asked("文化路21号").answer.schools[0].metres == 0
    assert _asked("文化路23号").answer.schools[0].metres in (39, 40)


@pytest.mark.parametrize(("metres_east", "near"), [(69, False), (71, True), (99, True)])
@pytest.mark.parametrize(
    ("row", "asked"),
    [("边界花园,,,", "边界花园"), (",,边界路,1号", "边界路1号"), ("边界花园,1号楼,,", "边界花园1栋")],
)
def test_an_address_whose_unit_the_point_decided_is_near_the_edge_within_thirty_metres(
    tmp_path: Path, row: str, asked: str, metres_east: int, near: bool
) -> None:
    # given an address without a unit, so far from the border of the two zones, which is 100 m east
    register.with_addresses(tmp_path, f"城关镇,{row},,,,10,{world.EAST + metres_east},{world.NORTH + 50}")

    found = _asked(asked)

    by_point = zone_at_point(world.CODE, Stage.PRIMARY, *_degrees(metres_east, 50), register.DAY)
    assert (found.answer.unit_code, found.by_point) == ("A", False)
    assert found.answer.near_edge is by_point.near_edge is near
    entry = AddressEntry.objects.get(dataset__status="current")
    assert entry.unit_by_point
    assert _asked(entry.code).answer.near_edge is near


def test_a_unit_that_the_register_states_is_certain_however_near_the_point_is(tmp_path: Path) -> None:
    register.with_addresses(tmp_path, f"城关镇,边界花园,,,,A,,,10,{world.EAST + 99},{world.NORTH + 50}")

    assert not _asked("边界花园").answer.near_edge
    assert not AddressEntry.objects.get(dataset__status="current").unit_by_point


def test_an_estate_in_two_zones_asks_for_the_building() -> None:
    with pytest.raises(AddressNotSettled) as refusal:
        _asked("锦绣花园")

    assert refusal.value.needs == "building"
    assert [choice.shown for choice in refusal.value.choices] == ["锦绣花园1号楼", "锦绣花园2号楼"]
    assert [_asked(choice.code).answer.unit_code for choice in refusal.value.choices] == ["A", "B"]


def test_an_estate_in_two_units_of_one_zone_is_answered(tmp_path: Path) -> None:
    register.with_addresses(tmp_path, "城关镇,锦绣花园,1号楼,,,A,,,,,", "城关镇,锦绣花园,2号楼,,,C,,,,,")

    found = _asked("锦绣花园")

    assert [school.code for school in found.answer.schools] == ["P1"]
    assert found.address is not None
    assert found.address.shown == "锦绣花园"


def test_a_road_in_two_zones_asks_for_the_number_and_says_which_numbers_there_are() -> None:
    with pytest.raises(AddressNotSettled) as refusal:
        _asked("文化路")

    assert refusal.value.needs == "number"
    assert [choice.shown for choice in refusal.value.choices] == [
        "文化路3–5号（单号）",
        "文化路4号（双号）",
        "文化路11号（单号）",
    ]
    assert [_asked(choice.code).answer.zone_code for choice in refusal.value.choices] == ["P1", "P3", "P3"]


def test_a_missing_number_between_two_zones_is_never_guessed() -> None:
    with pytest.raises(AddressNotSettled) as refusal:
        _asked("文化路7号")

    assert [choice.shown for choice in refusal.value.choices] == ["文化路5号", "文化路11号"]


def test_a_missing_number_whose_neighbours_agree_is_answered_and_said_to_be_near(tmp_path: Path) -> None:
    register.with_addresses(tmp_path, "城关镇,,,文化路,3号,A,,,,,", "城关镇,,,文化路,7号,C,,,,,")

    found = _asked("文化路5号")

    assert (found.door, found.asked, found.beside) == (
        DoorMatch.NEAR,
        "文化路5号",
        ("文化路3号", "文化路7号"),
    )
    assert [school.code for school in found.answer.schools] == ["P1"]


@pytest.mark.parametrize("typed", ["文化路9号", "文化路9999号", "文化路1号", "文化路4号"])
def test_a_number_without_two_neighbours_gets_no_school_even_on_a_road_of_one_zone(
    tmp_path: Path, typed: str
) -> None:
    register.with_addresses(tmp_path, "城关镇,,,文化路,3号,A,,,,,", "城关镇,,,文化路,7号,C,,,,,")

    with pytest.raises(AddressNotSettled) as refusal:
        _asked(typed)

    assert (refusal.value.needs, refusal.value.asked) == ("bureau", typed)
    assert [choice.shown for choice in refusal.value.choices] == ["文化路3–7号（单号）"]


def test_a_suffix_that_is_missing_is_answered_by_its_number_under_its_own_name() -> None:
    found = _asked("文化路5号附2")

    assert (found.door, found.asked, found.beside) == (DoorMatch.NEAR, "文化路5号附2", ("文化路5号",))


@pytest.mark.parametrize("typed", ["阳光", "yggy", "yangguangjiayuan", "阳光家圆", "阳光家园幼儿园"])
def test_what_had_to_be_guessed_is_a_choice_even_when_there_is_only_one(typed: str) -> None:
    if typed == "yggy":
        typed = "ygjy"
    with pytest.raises(AddressNotSettled) as refusal:
        _asked(typed)

    assert [choice.shown for choice in refusal.value.choices] == ["阳光家园"]


def test_what_the_register_does_not_have_is_said_to_be_missing() -> None:
    with pytest.raises(AddressNotInRegister):
        _asked("没有这个地方")


def test_the_point_answers_only_where_the_register_knows_nothing() -> None:
    by_point = _asked("没有这个地方", point=_degrees(150, 150))
    known = _asked("东柳庄村", point=_degrees(150, 150))

    assert (by_point.answer.unit_code, by_point.by_point, by_point.address) == ("D", True, None)
    assert (known.answer.unit_code, known.by_point) == ("C", False)


def test_the_point_of_an_entry_answers_where_the_zones_do_not_know_its_unit(tmp_path: Path) -> None:
    path = world.write_features(
        tmp_path / "more.geojson",
        [*world.blocks(), world.feature("E", world.square(200, 0), name="东区", children=1)],
    )
    import_units(actor=None, now=world.NOW, district_code=world.CODE, path=path, origin=world.ORIGIN)
    register.with_addresses(
        tmp_path,
        f"城关镇,甲院,,,,E,,,,{world.EAST + 150},{world.NORTH + 50}",
        f"城关镇,乙院,,,,E,,,,{world.EAST + 250},{world.NORTH + 50}",
        "城关镇,丙院,,,,E,,,,,",
    )

    assert (_asked("甲院").answer.unit_code, _asked("甲院").by_point) == ("B", True)
    for typed in ("乙院", "丙院"):
        with pytest.raises(NoZoneHere):
            _asked(typed)


def test_a_day_without_zones_is_said_to_have_none() -> None:
    with pytest.raises(NothingInForce):
        zone_of_address(world.CODE, Stage.JUNIOR, "阳光家园", register.DAY)


def test_a_code_with_chinese_letters_is_asked_for_itself(tmp_path: Path) -> None:
    header = f"地址编号,{register.HEADER}"
    rows = ("城关-一,城关镇,甲院,,,,A,,,,,", "甲院,城关镇,乙院,,,,D,,,,,")
    import_addresses(
        actor=None,
        now=world.NOW,
        district_code=world.CODE,
        path=register.addresses_file(tmp_path, *rows, header=header),
        origin=world.ORIGIN,
    )

    assert _asked("城关-一").answer.unit_code == "A"  # no name accounts for it
    assert _asked("甲院").answer.unit_code == "A"  # what can be read as an address is one
    assert zone_of_code(world.CODE, Stage.PRIMARY, "甲院", register.DAY).answer.unit_code == "D"
    with pytest.raises(AddressNotInRegister):
        zone_of_code(world.CODE, Stage.PRIMARY, "乙院", register.DAY)


@pytest.mark.parametrize(
    ("typed", "queries"),
    [
        ("文化路11号", 3),  # names, numbers, zone
        ("锦绣花园2栋3单元501", 3),
        ("阳光家园", 3),  # names, place, zone
        ("文化路4号", 3),
    ],
)
def test_an_address_costs_three_queries(
    typed: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _asked("文化路11号")
    _asked("文化路5号")

    with django_assert_num_queries(queries):
        _asked(typed)


def test_a_code_costs_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    entry = AddressEntry.objects.get(number=11)
    (estate,) = search_addresses(world.CODE, "阳光家园")
    _asked("文化路11号")

    for code in (entry.code, estate.code):
        with django_assert_num_queries(2):
            _asked(code)
