"""What people type, and what the register answers."""

from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from geo_data.selectors.addresses import search_addresses
from tests.services import address_world as register
from tests.services import geo_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)
    register.with_addresses(tmp_path)


def _found(text: str) -> list[tuple[str, str, str, str]]:
    return [
        (hit.shown, hit.unit_code, hit.match.name, hit.door.name)
        for hit in search_addresses(world.CODE, text)
    ]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("锦绣花园", ("锦绣花园", "", "NAME", "NONE")),
        ("锦绣花园1号楼", ("锦绣花园1号楼", "A", "NAME", "EXACT")),
        ("锦绣花园２栋", ("锦绣花园2号楼", "B", "NAME", "EXACT")),
        ("锦绣花园2幢3单元501室", ("锦绣花园2号楼", "B", "NAME", "EXACT")),
        ("锦绣花园2-3-501", ("锦绣花园2号楼", "B", "NAME", "EXACT")),
        ("锦绣花园 2", ("锦绣花园2号楼", "B", "NAME", "EXACT")),
        ("城关镇锦绣花园2号楼", ("锦绣花园2号楼", "B", "NAME", "EXACT")),
        ("测试县城关镇锦绣花园2号楼", ("锦绣花园2号楼", "B", "NAME", "EXACT")),
        ("錦繡花園2號樓", ("锦绣花园2号楼", "B", "NAME", "EXACT")),
        ("锦绣花园9号楼", ("锦绣花园", "", "NAME", "MISSING")),
        ("锦绣", ("锦绣花园", "", "BEGINS", "NONE")),
        ("花园", ("锦绣花园", "", "WITHIN", "NONE")),
        ("锦秀花园", ("锦绣花园", "", "SOUND", "NONE")),
        ("绵绣花园", ("锦绣花园", "", "TYPING", "NONE")),
        ("jinxiuhuayuan", ("锦绣花园", "", "SOUND", "NONE")),
        ("jinxiu", ("锦绣花园", "", "SOUND_BEGINS", "NONE")),
        ("jinxouhuayuan", ("锦绣花园", "", "TYPING", "NONE")),
        ("JXHY", ("锦绣花园", "", "INITIALS", "NONE")),
        ("jxh", ("锦绣花园", "", "INITIALS_BEGIN", "NONE")),
        ("jinxiuhuayuan2", ("锦绣花园2号楼", "B", "SOUND", "EXACT")),
        ("老粮站", ("锦绣花园", "", "NAME", "NONE")),
        ("老粮站2号楼", ("锦绣花园2号楼", "B", "NAME", "EXACT")),
        ("粮食局家属院", ("锦绣花园", "", "NAME", "NONE")),
        ("文化路", ("文化路", "", "NAME", "NONE")),
        ("文化路5号", ("文化路5号", "A", "NAME", "EXACT")),
        ("文化路五号", ("文化路5号", "A", "NAME", "EXACT")),
        ("文化路5", ("文化路5号", "A", "NAME", "EXACT")),
        ("文化路4号附1", ("文化路4号附1", "B", "NAME", "EXACT")),
        ("文化路4-1号", ("文化路4号附1", "B", "NAME", "EXACT")),
        ("wenhualu5", ("文化路5号", "A", "SOUND", "EXACT")),
        ("中山路5号", ("文化路5号", "A", "PART", "NONE")),
        ("东柳庄3组12号", ("东柳庄村3组12号", "C", "BEGINS", "EXACT")),
        ("东柳庄村12号", ("东柳庄村3组12号", "C", "NAME", "EXACT")),
    ],
)
def test_the_first_answer_is_what_was_meant(typed: str, first: tuple[str, str, str, str]) -> None:
    assert _found(typed)[0] == first


@pytest.mark.parametrize("typed", ["", " ", "，。", "幼儿园", "qqqq", "9", "文", "%", "_", "'", "\\"])
def test_nonsense_is_answered_with_nothing_or_with_what_begins_so(typed: str) -> None:
    assert [hit[0] for hit in _found(typed)] == (["文化路"] if typed == "文" else [])


def test_a_number_that_is_missing_is_answered_with_its_neighbours_on_the_same_side() -> None:
    assert _found("文化路7号") == [
        ("文化路5号", "A", "NAME", "NEAR"),
        ("文化路11号", "D", "NAME", "NEAR"),
    ]
    assert _found("文化路9号") == [
        ("文化路11号", "D", "NAME", "NEAR"),
        ("文化路5号", "A", "NAME", "NEAR"),
    ]


@pytest.mark.parametrize(
    "typed", ["文化路1号", "文化路13号", "文化路99号", "文化路2号", "文化路6号", "文化路9999号"]
)
def test_a_number_beyond_the_first_or_last_of_its_side_has_no_neighbours(typed: str) -> None:
    (hit,) = search_addresses(world.CODE, typed)

    assert (hit.shown, hit.door.name, hit.asked) == ("文化路", "MISSING", typed)


@pytest.mark.parametrize(
    ("numbers", "typed", "found"),
    [
        ((1, 41), 21, [("长街1号", "NEAR"), ("长街41号", "NEAR")]),
        ((1, 43), 21, [("长街", "MISSING")]),  # 22 above
        ((1, 43), 23, [("长街", "MISSING")]),  # 22 below
        ((2, 41), 21, [("长街", "MISSING")]),  # the number below is on the other side
        ((21, 41), 21, [("长街21号", "EXACT")]),
    ],
)
def test_neighbours_are_at_most_twenty_numbers_away(
    tmp_path: Path, numbers: tuple[int, int], typed: int, found: list[tuple[str, str]]
) -> None:
    register.with_addresses(tmp_path, *(f"城关镇,,,长街,{number}号,A,,,,," for number in numbers))

    assert [(shown, door) for shown, _, _, door in _found(f"长街{typed}号")] == found


def test_a_suffix_the_register_lacks_is_near_its_number() -> None:
    assert _found("文化路5号附2") == [("文化路5号", "A", "NAME", "NEAR")]


def test_an_alias_is_told_with_the_official_name() -> None:
    (hit,) = search_addresses(world.CODE, "粮食局")

    assert (hit.shown, hit.called) == ("锦绣花园", "粮食局家属院")


def test_a_name_with_more_behind_it_is_not_taken_for_the_name() -> None:
    plain = {typed: search_addresses(world.CODE, typed)[0].is_plain for typed in PLAIN}

    assert plain == PLAIN


PLAIN = {
    "锦绣花园": True,
    "城关镇锦绣花园2栋": True,
    "锦绣花园幼儿园": False,
    "新锦绣花园": False,
    "锦绣": False,
    "jxhy": False,
}


def test_two_estates_of_one_name_are_told_apart_by_the_township(tmp_path: Path) -> None:
    register.with_addresses(tmp_path, "东镇,幸福里,,,,A,,,,,", "西镇,幸福里,,,,D,,,,,")

    both = search_addresses(world.CODE, "幸福里")
    west = search_addresses(world.CODE, "西镇幸福里")

    assert [(hit.township, hit.unit_code) for hit in both] == [("东镇", "A"), ("西镇", "D")]
    assert (west[0].township, west[0].unit_code) == ("西镇", "D")


def test_two_roads_of_one_name_are_two_only_where_a_number_stands_twice(tmp_path: Path) -> None:
    register.with_addresses(
        tmp_path,
        *("东镇,,,长路,1号,A,,,,,", "西镇,,,长路,3号,D,,,,,"),
        *("东镇,,,短路,1号,A,,,,,", "西镇,,,短路,1号,D,,,,,"),
    )

    assert [(hit.shown, hit.township) for hit in search_addresses(world.CODE, "长路")] == [("长路", "")]
    assert [(hit.shown, hit.township) for hit in search_addresses(world.CODE, "短路1号")] == [
        ("短路1号", "东镇"),
        ("短路1号", "西镇"),
    ]


def test_answers_come_in_the_same_order_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    before = [_found(typed) for typed in ("锦绣", "花园", "文化路7号", "jxhy", "家")]
    register.with_addresses(tmp_path, *register.ROWS[::-1])

    assert [_found(typed) for typed in ("锦绣", "花园", "文化路7号", "jxhy", "家")] == before


def test_a_search_costs_one_query_and_a_number_one_more(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for typed, queries in (
        ("锦绣", 1),
        ("绵绣花园", 1),
        ("锦绣花园2栋", 2),
        ("文化路7号", 2),
        ("jinxiu2", 2),
        ("", 0),
    ):
        with django_assert_num_queries(queries):
            search_addresses(world.CODE, typed)


def test_without_a_register_nothing_is_found() -> None:
    assert search_addresses("999999", "锦绣花园") == ()
