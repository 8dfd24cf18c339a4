"""Zone texts as bureaus publish them: every phrase is read, none is dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_data.addresses.zone_texts import read_zone_text
from geo_data.addresses.zone_words import Numbers, Parity, Phrase, PhraseKind, Side, read_numbers

ALL, ODD, EVEN = Parity.ALL, Parity.ODD, Parity.EVEN
EAST, SOUTH, WEST, NORTH = Side.EAST, Side.SOUTH, Side.WEST, Side.NORTH


def told(phrase: Phrase) -> tuple[object, ...]:
    """A phrase in short: kind, name, and what else it says."""
    numbers = tuple((one.first, one.last, one.parity.value) for one in phrase.numbers)
    more: list[object] = [numbers] if numbers else []
    more += [phrase.between] if phrase.between != ("", "") else []
    more += [tuple((road, side.value) for road, side in phrase.sides)] if phrase.sides else []
    more += [("除", *(told(one) for one in phrase.excluded))] if phrase.excluded else []
    more += [("?", phrase.remark)] if phrase.remark else []
    return (phrase.kind.value, phrase.name, *more)


CASES: tuple[tuple[str, list[tuple[object, ...]]], ...] = (
    # Estates and villages.
    ("锦绣花园", [("place", "锦绣花园")]),
    ("锦绣花园、东柳庄村", [("place", "锦绣花园"), ("place", "东柳庄村")]),
    ("锦绣花园，阳光家园；翠竹苑。", [("place", "锦绣花园"), ("place", "阳光家园"), ("place", "翠竹苑")]),
    ("招生范围：锦绣花园、阳光家园", [("place", "锦绣花园"), ("place", "阳光家园")]),
    ("一、锦绣花园\n二、阳光家园", [("place", "锦绣花园"), ("place", "阳光家园")]),
    ("黄河小区及长江小区", [("place", "黄河小区"), ("place", "长江小区")]),
    ("和平小区", [("place", "和平小区")]),
    ("人民路小区", [("place", "人民路小区")]),
    ("西关村委会、东关村村民委员会", [("place", "西关村"), ("place", "东关村")]),
    ("第一中学家属院", [("place", "第一中学家属院")]),
    ("东柳庄村全村", [("place", "东柳庄村")]),
    ("锦绣花园（一期）", [("place", "锦绣花园", ("?", "一期"))]),
    ("锦绣花园、阳光家园等", [("place", "锦绣花园"), ("place", "阳光家园", ("?", "等"))]),
    ("城关镇的东柳庄村", [("place", "城关镇的东柳庄村")]),
    # Village groups.
    ("东柳庄村1-5组", [("groups", "东柳庄村", ((1, 5, "all"),))]),
    ("东柳庄村一至五组", [("groups", "东柳庄村", ((1, 5, "all"),))]),
    ("东柳庄村第3村民小组", [("groups", "东柳庄村", ((3, 3, "all"),))]),
    ("东柳庄村一、二、三组", [("groups", "东柳庄村", ((1, 1, "all"), (2, 2, "all"), (3, 3, "all")))]),
    ("东柳庄村1组、2组、5-7组", [("groups", "东柳庄村", ((1, 1, "all"), (2, 2, "all"), (5, 7, "all")))]),
    ("东柳庄村（1、2组）", [("groups", "东柳庄村", ((1, 1, "all"), (2, 2, "all")))]),
    ("三里河村十一组", [("groups", "三里河村", ((11, 11, "all"),))]),
    # Buildings.
    ("锦绣花园1-5号楼", [("buildings", "锦绣花园", ((1, 5, "all"),))]),
    ("锦绣花园（1-5号楼）", [("buildings", "锦绣花园", ((1, 5, "all"),))]),
    ("锦绣花园1号楼、3栋", [("buildings", "锦绣花园", ((1, 1, "all"), (3, 3, "all")))]),
    ("凤凰城1-12#楼", [("buildings", "凤凰城", ((1, 12, "all"),))]),
    ("锦绣花园三幢", [("buildings", "锦绣花园", ((3, 3, "all"),))]),
    # Roads with numbers.
    ("人民路", [("road", "人民路")]),
    ("人民路两侧", [("road", "人民路")]),
    ("文化路全段", [("road", "文化路")]),
    ("人民路1-99号（单号）", [("road", "人民路", ((1, 99, "odd"),))]),
    ("人民路1—99号单号", [("road", "人民路", ((1, 99, "odd"),))]),
    ("人民路（单号）1-99号", [("road", "人民路", ((1, 99, "odd"),))]),
    ("人民路1号至99号单号", [("road", "人民路", ((1, 99, "odd"),))]),
    ("人民路一号至九十九号", [("road", "人民路", ((1, 99, "all"),))]),
    ("人民路２～８８号（双号）", [("road", "人民路", ((2, 88, "even"),))]),
    (
        "人民路1-99号单号、2-88号双号",
        [("road", "人民路", ((1, 99, "odd"),)), ("road", "人民路", ((2, 88, "even"),))],
    ),
    ("人民路（1-99号单号、2-88号双号）", [("road", "人民路", ((1, 99, "odd"), (2, 88, "even")))]),
    ("人民路单号", [("road", "人民路", ((1, None, "odd"),))]),
    ("人民路偶数号", [("road", "人民路", ((1, None, "even"),))]),
    ("人民路99号以上（双号）", [("road", "人民路", ((99, None, "even"),))]),
    ("人民路120号以内", [("road", "人民路", ((1, 120, "all"),))]),
    ("人民路1、3、5号", [("road", "人民路", ((1, 1, "all"), (3, 3, "all"), (5, 5, "all")))]),
    ("解放路15号院", [("road", "解放路", ((15, 15, "all"),))]),
    ("人民路和建设街", [("road", "人民路"), ("road", "建设街")]),
    ("和平路和和平小区", [("road", "和平路"), ("place", "和平小区")]),
    # A road from one road to another.
    ("文化路（人民路至建设街）", [("stretch", "文化路", ("人民路", "建设街"))]),
    ("文化路人民路至建设街段", [("stretch", "文化路", ("人民路", "建设街"))]),
    ("文化路从人民路到建设街", [("stretch", "文化路", ("人民路", "建设街"))]),
    # Sides of roads: one after another they are one region.
    ("建设街以东", [("region", "", (("建设街", "east"),))]),
    ("文化路95号以东", [("unreadable", "")]),  # of a door, which has no sides
    ("人民路以北、建设街以东", [("region", "", (("人民路", "north"), ("建设街", "east")))]),
    ("人民路以北建设街以东区域", [("region", "", (("人民路", "north"), ("建设街", "east")))]),
    (
        "东至建设街，南至人民路，西至解放路，北至黄河路的区域",
        [
            (
                "region",
                "",
                (("建设街", "west"), ("人民路", "north"), ("解放路", "east"), ("黄河路", "south")),
            )
        ],
    ),
    ("京广铁路以西", [("region", "", (("京广铁路", "west"),))]),
    # Townships, and what is left of them.
    ("城关镇", [("township", "城关镇")]),
    ("城关街道办事处", [("township", "城关街道")]),
    ("城关镇全域", [("township", "城关镇")]),
    ("城关镇其余小区", [("rest", "城关镇")]),
    ("其余区域", [("rest", "")]),
    # What is left out.
    ("城关镇（除西关村外）", [("township", "城关镇", ("除", ("place", "西关村")))]),
    ("城关镇，西关村除外", [("township", "城关镇", ("除", ("place", "西关村")))]),
    (
        "城关镇（不含西关村、东关村1-3组）",
        [
            (
                "township",
                "城关镇",
                ("除", ("place", "西关村"), ("groups", "东关村", ((1, 3, "all"),))),
            )
        ],
    ),
    (
        "除西关村、东关村以外的城关镇",
        [("township", "城关镇", ("除", ("place", "西关村"), ("place", "东关村")))],
    ),
    (
        "东柳庄村（除3组外）",
        [("place", "东柳庄村", ("除", ("groups", "东柳庄村", ((3, 3, "all"),))))],
    ),
    (
        "锦绣花园（除1-3号楼外）",
        [("place", "锦绣花园", ("除", ("buildings", "锦绣花园", ((1, 3, "all"),))))],
    ),
    (
        "人民路1-99号（不含13号）",
        [("road", "人民路", ((1, 99, "all"),), ("除", ("road", "人民路", ((13, 13, "all"),))))],
    ),
    # What cannot be understood is said to be so.
    ("12号", [("unreadable", "")]),
    ("5组", [("unreadable", "")]),
    ("至东", [("unreadable", "")]),
    ("人民路-文化路", [("unreadable", "")]),
    ("人民路99-1号", [("place", "人民路99-1号")]),
    ("人民路（临街商铺）", [("road", "人民路", ("?", "临街商铺"))]),
    ("", []),
)


@pytest.mark.parametrize(("text", "phrases"), CASES)
def test_a_zone_text_is_taken_apart(text: str, phrases: list[tuple[object, ...]]) -> None:
    assert [told(phrase) for phrase in read_zone_text(text)] == phrases


def test_the_table_has_more_than_forty_phrases() -> None:
    assert sum(len(phrases) for _, phrases in CASES) >= 40


def test_a_whole_text_keeps_its_order_and_its_words() -> None:
    text = "人民路1-99号（单号）、建设街以东、锦绣花园、东柳庄村1-5组"

    phrases = read_zone_text(text)

    assert [phrase.text for phrase in phrases] == [
        "人民路1-99号(单号)",
        "建设街以东",
        "锦绣花园",
        "东柳庄村1-5组",
    ]


def test_a_very_long_text_is_not_read_silently_short() -> None:
    *_, last = read_zone_text("锦绣花园、" * 5000)

    assert last.kind is PhraseKind.UNREADABLE
    assert last.text.endswith("…")


@given(
    st.text(
        alphabet="人民路街锦绣花园村镇组号楼栋除外不含以东西南北至到、，；。（）()1290一二十-—单双和及其余#",
        max_size=60,
    )
)
def test_no_text_breaks_the_reader(text: str) -> None:
    for phrase in read_zone_text(text):
        assert phrase.kind in PhraseKind
        assert all(one.last is None or one.first <= one.last for one in phrase.numbers)


@pytest.mark.parametrize(
    ("numbers", "inside", "outside"),
    [
        (Numbers(1, 99, ODD), (1, 99), (2, 98, 101)),
        (Numbers(2, 88, EVEN), (2, 88), (1, 87, 90)),
        (Numbers(5, 7), (5, 6, 7), (4, 8)),
        (Numbers(99, None, ALL), (99, 10_000), (98,)),
    ],
)
def test_both_ends_of_a_range_belong_to_it(
    numbers: Numbers, inside: tuple[int, ...], outside: tuple[int, ...]
) -> None:
    assert all(numbers.has(number) for number in inside)
    assert not any(numbers.has(number) for number in outside)


@pytest.mark.parametrize("text", ["99-1号", "单双号", "号", "甲1号", "1-99号单号双号", ""])
def test_words_that_are_no_numbers_are_none(text: str) -> None:
    assert read_numbers(text) is None
