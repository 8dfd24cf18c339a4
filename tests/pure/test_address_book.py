"""The register as a book: what it has, and in which unit, told by equality alone."""

import pytest

from geo_data.addresses.book import AddressBook, BookEntry, BookName, book_of
from geo_data.addresses.doors import building_key
from geo_data.addresses.names import ENTRY, ESTATE, ROAD
from geo_data.addresses.typed import read_typed, without_flat

TOWN, HILL = "城关镇", "山前乡"
NAMES = (
    BookName("锦绣花园", ESTATE, "锦绣花园", TOWN, ""),  # in two units
    BookName("老粮站", ESTATE, "锦绣花园", TOWN, ""),
    BookName("阳光家园", ESTATE, "阳光家园", TOWN, "D"),  # known as a whole only
    BookName("东柳庄村", ESTATE, "东柳庄村", TOWN, "C"),
    BookName("新村", ESTATE, "新村", TOWN, "A"),
    BookName("新村", ESTATE, "新村", HILL, "E"),
    BookName("无界小区", ESTATE, "无界小区", TOWN, ""),  # its point lies in no unit
    BookName("文化路", ROAD, "文化路", "", ""),
    BookName("中山楼", ENTRY, "A0001", TOWN, "B"),
)
ENTRIES = (
    BookEntry("", "锦绣花园", "", None, "", TOWN, "A"),
    BookEntry("", "锦绣花园", "1", None, "", TOWN, "A"),
    BookEntry("", "锦绣花园", "2", None, "", TOWN, "B"),
    BookEntry("", "阳光家园", "", None, "", TOWN, "D"),
    BookEntry("", "东柳庄村", "3组", 12, "", TOWN, "C"),
    BookEntry("", "新村", "", None, "", TOWN, "A"),
    BookEntry("", "新村", "", None, "", HILL, "E"),
    BookEntry("", "无界小区", "", None, "", TOWN, ""),
    BookEntry("文化路", "", "", 3, "", TOWN, "A"),
    BookEntry("文化路", "", "", 4, "", TOWN, "B"),
    BookEntry("文化路", "", "", 4, "附1", TOWN, "D"),
    BookEntry("文化路", "锦绣花园", "9", 99, "", TOWN, "B"),
)


def book() -> AddressBook:
    return book_of(NAMES, ENTRIES)


@pytest.mark.parametrize(
    ("address", "unit"),
    [
        ("锦绣花园1号楼2单元501室", "A"),
        ("锦绣花园２栋", "B"),
        ("某县城关镇锦绣花园2幢302", "B"),
        ("老粮站2号楼", "B"),
        ("阳光家园7号楼101室", "D"),  # no building of it is known: the whole answers
        ("东柳庄村3组12号", "C"),
        ("东柳庄村3组301号", "C"),
        ("东柳庄村", "C"),
        ("文化路3号", "A"),
        ("文化路四号", "B"),
        ("文化路4号附1", "D"),
        ("文化路4-1号", "D"),
        ("中山楼", "B"),
        ("山前乡新村", "E"),
        ("城关镇新村", "A"),
        ("文化路3号锦绣花园1号楼", "A"),
        ("文化路99号锦绣花园9号楼", "B"),
    ],
)
def test_an_address_of_the_register_has_its_unit(address: str, unit: str) -> None:
    assert book().answer(address) == (True, (unit,))


@pytest.mark.parametrize(
    ("address", "units"),
    [
        ("锦绣花园", ("A", "B")),
        ("新村", ("A", "E")),  # two places of one name
        ("文化路", ("A", "B", "D")),
        ("无界小区", ("",)),
        ("文化路3号锦绣花园2号楼", ("A", "B")),  # road and estate say different things
    ],
)
def test_what_does_not_lie_in_one_unit_is_found_with_all_of_them(
    address: str, units: tuple[str, ...]
) -> None:
    assert book().answer(address) == (True, units)


def test_a_door_tells_in_which_of_the_estate_s_units_the_address_lies() -> None:
    assert book().answer("文化路3号锦绣花园") == (True, ("A",))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "1号楼101室",
        "火星路99号",
        "文化路5号",
        "文化路4号附2",
        "锦绣花园3号楼",
        "锦绣花园幼儿园",
        "新锦绣花园1号楼",
        "东柳庄村4组",
        "锦秀花园1号楼",  # a typing error: nothing is guessed
    ],
)
def test_what_the_register_does_not_have_is_not_found(address: str) -> None:
    assert book().answer(address) == (False, ())


@pytest.mark.parametrize(
    "address",
    [
        *("锦绣花园1号楼2单元501室", "锦绣花园1栋501", "锦绣花园1幢-3-1201室", "锦绣花园1号楼5楼503户"),
        *(
            "东柳庄村3组301号",
            "东柳庄村3组12号",
            "文化路3号",
            "锦绣花园3-2-501",
            "文化路12号院3号楼501",
            "A座1203",
        ),
    ],
)
def test_a_flat_left_out_beforehand_changes_nothing(address: str) -> None:
    before, after = read_typed(address), read_typed(without_flat(address))

    assert (after.text, after.name, after.road) == (before.text, before.name, before.road)
    assert (after.door, after.building) == (before.door, before.building)


def test_homes_of_a_building_are_one_address() -> None:
    homes = {without_flat(f"锦绣花园1号楼{unit}单元{room}室") for unit in (1, 2) for room in (101, 1802)}

    assert homes == {"锦绣花园1号楼"}
    assert building_key("1号楼") == "1"
