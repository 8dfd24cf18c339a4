"""A typed address in the columns of a register, and found again by what was typed."""

from dataclasses import astuple

import pytest

from geo_data.addresses.parts import Parts, parts_of_address
from geo_data.addresses.typed import without_room

TOWNS = ("城关镇", "北山口镇", "北山")


def parts(text: str) -> Parts:
    return parts_of_address(text, townships=TOWNS, district="巩义市")


@pytest.mark.parametrize(
    ("text", "township", "estate", "building", "road", "door"),
    [
        ("文化路12号", "", "", "", "文化路", "12号"),
        ("文化路12", "", "", "", "文化路", "12号"),
        ("文化路甲12号", "", "", "", "文化路", "甲12号"),
        ("新华路88-1号", "", "", "", "新华路", "88号附1"),
        ("文化路12号附3锦绣花园3栋", "", "锦绣花园", "3号楼", "文化路", "12号附3"),
        ("文化路12号院3号楼", "", "", "3号楼", "文化路", "12号"),
        ("锦绣花园3栋", "", "锦绣花园", "3号楼", "", ""),
        ("锦绣花园A座", "", "锦绣花园", "A座", "", ""),
        ("锦绣花园12", "", "锦绣花园", "12号楼", "", ""),
        ("东柳庄村12号", "", "东柳庄村", "", "", "12号"),
        ("东柳庄村3组12号", "", "东柳庄村", "3组", "", "12号"),
        ("阳光家园", "", "阳光家园", "", "", ""),
        ("城关镇文化路12号", "城关镇", "", "", "文化路", "12号"),
        ("河南省巩义市城关镇锦绣花园3栋", "城关镇", "锦绣花园", "3号楼", "", ""),
        ("北山口镇老井沟村二组", "北山口镇", "老井沟村", "2组", "", ""),
        ("城关镇", "", "城关镇", "", "", ""),
        ("阳光小镇花园5号楼", "", "阳光小镇花园", "5号楼", "", ""),
        ("杜甫路与文化路交叉口", "", "杜甫路与文化路交叉口", "", "", ""),
    ],
)
def test_an_address_is_split_into_the_columns_of_the_register(
    text: str, township: str, estate: str, building: str, road: str, door: str
) -> None:
    assert parts(text) == Parts(township, estate, building, road, door)


@pytest.mark.parametrize("text", ["锦绣花园3栋2单元501", "文化路12号锦绣花园3-2-501", "东柳庄村12号东户"])
def test_no_room_is_among_the_parts(text: str) -> None:
    found = parts(text)
    written = "".join(astuple(found))

    assert not any(word in written for word in ("501", "单元", "-2"))
    assert parts(without_room(text)) == found
