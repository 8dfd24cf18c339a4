"""Addresses as people write and type them: spelling, parts, sounds, spans, order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_data.addresses.asking import Match, is_plain_part, parts_of, question_of
from geo_data.addresses.doors import Door, Side, building_key, read_door
from geo_data.addresses.letters import TRADITIONAL, chinese_number, normalized
from geo_data.addresses.names import Entry, keys_of, names_of
from geo_data.addresses.ranking import DoorMatch, Standing, rank
from geo_data.addresses.shown import shown_address
from geo_data.addresses.sounds import MOST_READINGS, initial_keys, pinyin_keys
from geo_data.addresses.spans import Span, spans_of
from geo_data.addresses.typed import LONGEST, read_typed, without_room


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("锦绣花园３号楼", "锦绣花园3号楼"),
        ("錦繡花園3號樓", "锦绣花园3号楼"),
        ("锦绣 花园，3号楼。", "锦绣花园3号楼"),
        ("文化路十二号", "文化路12号"),
        ("文化路一百零三号", "文化路103号"),
        ("二〇三室", "203室"),
        ("叁栋", "3栋"),
        ("3#楼", "3栋"),
        ("3#", "3栋"),
        ("A座", "a座"),
        ("文化路12－1号", "文化路12-1号"),
        ("三里屯", "三里屯"),
        ("第三小学", "第三小学"),
        ("百户村", "百户村"),
        ("至善路", "至善路"),
        ("", ""),
    ],
)
def test_two_spellings_are_one(written: str, same: str) -> None:
    assert normalized(written) == same


def test_no_traditional_letter_becomes_another_traditional_one() -> None:
    changed = {letter: to for letter, to in TRADITIONAL.items() if letter != to}

    assert not set(changed.values()) & set(changed)


@given(st.text(max_size=30))
def test_a_normalized_text_is_normal(text: str) -> None:
    assert normalized(normalized(text)) == normalized(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("九十九", 99),
        ("一百", 100),
        ("一百零三", 103),
        ("二〇三", 203),
        ("百", None),
        ("甲", None),
        ("", None),
    ],
)
def test_chinese_figures_are_read(text: str, number: int | None) -> None:
    assert chinese_number(text) == number


@pytest.mark.parametrize(
    ("text", "door"),
    [
        ("12", Door(12)),
        ("12号", Door(12)),
        ("１２号", Door(12)),
        ("12号院", Door(12)),
        ("12-1号", Door(12, "附1")),
        ("12号附1", Door(12, "附1")),
        ("12号之一", Door(12, "附1")),
        ("甲12号", Door(12, "甲")),
        ("12号甲", Door(12, "甲")),
        ("1", Door(1)),
        ("99999号", Door(99999)),
        ("0", None),
        ("100000", None),
        ("十三号楼三单元", None),
        ("abc", None),
        ("", None),
    ],
)
def test_a_door_number_is_read_or_refused(text: str, door: Door | None) -> None:
    assert read_door(text) == door


def test_odd_and_even_are_the_two_sides() -> None:
    assert (Door(11).side, Door(12).side) == (Side.ODD, Side.EVEN)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("3号楼", "3"),
        ("3栋", "3"),
        ("第3幢", "3"),
        ("3#", "3"),
        ("03栋", "3"),
        ("三栋", "3"),
        ("A座", "a"),
        ("3组", "3组"),
        ("综合楼", "综合楼"),
    ],
)
def test_a_building_has_one_key(text: str, key: str) -> None:
    assert building_key(text) == key


@pytest.mark.parametrize(
    ("text", "name", "road", "door", "building", "dropped"),
    [
        ("文化路12号", "文化路", "文化路", Door(12), "", False),
        ("文化路12号附3", "文化路", "文化路", Door(12, "附3"), "", False),
        ("文化路12", "文化路", "文化路", Door(12), "", False),
        ("文化路12-1", "文化路", "文化路", Door(12, "附1"), "", False),
        ("三里屯路5号院2号楼", "三里屯路", "三里屯路", Door(5), "2", False),
        ("文化路12号锦绣花园3栋2单元501", "锦绣花园", "文化路", Door(12), "3", True),
        ("锦绣花园3栋501", "锦绣花园", "", None, "3", True),
        ("锦绣花园3栋12楼", "锦绣花园", "", None, "3", True),
        ("锦绣花园3-2-501", "锦绣花园", "", None, "3", True),
        ("锦绣花园A座1203室", "锦绣花园", "", None, "a", True),
        ("锦绣花园", "锦绣花园", "", None, "", False),
        ("东柳庄村3组12号", "东柳庄村", "", Door(12), "3组", False),
        ("阳光家园二期5栋", "阳光家园2期", "", None, "5", False),
        ("wenhualu12", "wenhualu", "", Door(12), "12", False),
        ("jxhy", "jxhy", "", None, "", False),
        ("", "", "", None, "", False),
    ],
)
def test_a_typed_address_is_taken_apart(
    text: str, name: str, road: str, door: Door | None, building: str, dropped: bool
) -> None:
    typed = read_typed(text)

    assert (typed.name, typed.road, typed.door, typed.building, typed.room_dropped) == (
        *(name, road, door, building, dropped),
    )


@pytest.mark.parametrize(
    "room", ["501", "501室", "2单元501", "2单元501室", "3层301室", "二单元", "-2-501", "2门501", "12楼1201"]
)
def test_what_points_to_one_household_is_dropped(room: str) -> None:
    assert without_room(f"锦绣花园3栋{room}") == "锦绣花园3栋"


@given(st.text(max_size=200))
def test_any_text_can_be_typed(text: str) -> None:
    question = question_of(text)

    assert len(question.typed.text) <= LONGEST + 2
    assert all(len(part) >= 2 for part in question.parts)


def test_sounds_hold_the_phrase_and_its_common_other_readings() -> None:
    assert pinyin_keys("长安路") == ("changanlu", "zhanganlu")
    assert pinyin_keys("重庆路")[0] == "chongqinglu"
    assert set(pinyin_keys("乐平街")) == {"lepingjie", "yuepingjie"}
    assert pinyin_keys("绿都") == ("ludou", "ludu")
    assert initial_keys("锦绣花园") == ("jxhy",)
    assert len(pinyin_keys("乐乐朝长重曾六厦")) == MOST_READINGS


def test_a_name_is_kept_under_its_text_endings_sounds_and_initials() -> None:
    assert keys_of("锦绣花园") == (
        *((0, "锦绣花园"), (1, "绣花园"), (1, "花园")),
        *((2, "jinxiuhuayuan"), (3, "jxhy")),
    )
    assert keys_of("院") == ((0, "院"), (2, "yuan"))


def test_parts_are_two_letters_or_longer() -> None:
    assert parts_of("甲乙丙") == ("甲乙", "甲乙丙", "乙丙")
    assert parts_of("甲") == ()


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        ("锦绣花园", True),
        ("锦绣花园3栋", True),
        ("城关镇锦绣花园", True),
        ("文化路12号锦绣花园", True),
        ("锦绣花园幼儿园", False),
        ("新锦绣花园", False),
        ("阳光", False),
    ],
)
def test_a_name_is_taken_only_with_nothing_else_around_it(text: str, is_plain: bool) -> None:
    assert is_plain_part(text, "锦绣花园") is is_plain


@pytest.mark.parametrize(
    ("mine", "others", "spans"),
    [
        ([3, 5, 4], [11], [Span(Side.ODD, 3, 5, False), Span(Side.EVEN, 4, 4, True)]),
        ([1, 5], [3], [Span(Side.ODD, 1, 1, False), Span(Side.ODD, 5, 5, False)]),
        ([1, 5], [2], [Span(Side.ODD, 1, 5, True)]),
        ([1, 3, 5], [3], [Span(Side.ODD, 1, 3, False), Span(Side.ODD, 5, 5, False)]),
        ([], [1, 2], []),
    ],
)
def test_spans_end_where_another_zone_has_a_number_on_the_side(
    mine: list[int], others: list[int], spans: list[Span]
) -> None:
    assert list(spans_of(mine, others)) == spans


@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)))
def test_spans_hold_every_number_of_mine_and_no_other(mine: set[int], others: set[int]) -> None:
    held = [n for span in spans_of(mine, others) for n in range(span.first, span.last + 1, 2)]

    assert mine <= set(held)
    assert not (others - mine) & set(held)
    assert len(held) == len(set(held))


def _entry(code: str, **more: object) -> Entry:
    plain = {"shown": code, "township": "", "estate": "", "road": "", "estate_text": "", "road_text": ""}
    rest = {"door": "", "is_whole": False, "unit_code": "A", "aliases": (), "old_names": ()}
    return Entry(code=code, **{**plain, **rest, **more})  # type: ignore[arg-type]


def test_an_alias_in_several_rows_names_what_they_share() -> None:
    rows = [
        _entry("1", estate="甲", estate_text="甲", aliases=("老院",)),
        _entry("2", estate="甲", estate_text="甲", aliases=("老院",)),
        _entry("3", road="乙路", road_text="乙路", door="1", old_names=("旧路",)),
        _entry("4", road="乙路", road_text="乙路", door="2", old_names=("旧路",)),
        _entry("5", road="乙路", road_text="乙路", door="3", aliases=("粮站",)),
    ]

    names, ambiguous = names_of(rows)

    told = {(name.name, name.place.kind, name.place.text) for name in names if name.sort}
    assert told == {("老院", 0, "甲"), ("旧路", 1, "乙路"), ("粮站", 2, "5")}
    assert ambiguous == {}
    assert names_of(rows[::-1])[0] == names


def test_an_alias_of_two_places_names_both_and_is_told() -> None:
    rows = [
        _entry("1", estate="甲", estate_text="甲", is_whole=True, aliases=("老院",)),
        _entry("2", estate="乙", estate_text="乙", is_whole=True, aliases=("老院",)),
    ]

    names, ambiguous = names_of(rows)

    assert [name.place.text for name in names if name.name == "老院"] == ["乙", "甲"]
    assert ambiguous == {"老院": (0, 1)}


def _standing(**more: object) -> Standing:
    plain = {"match": Match.NAME, "faults": 0, "letters": 4, "township_named": False, "door": DoorMatch.NONE}
    rest = {"away": 0, "sort": 0, "kind": 0, "shown": "甲", "township": "", "code": "1"}
    return Standing(**{**plain, **rest, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"match": Match.NAME}, {"match": Match.PART, "letters": 9}),
        ({"match": Match.TYPING, "faults": 1}, {"match": Match.TYPING, "faults": 2, "door": DoorMatch.EXACT}),
        ({"door": DoorMatch.EXACT}, {"door": DoorMatch.NONE}),
        ({"door": DoorMatch.NEAR, "away": 2}, {"door": DoorMatch.NEAR, "away": 4}),
        ({"match": Match.PART, "letters": 5}, {"match": Match.PART, "letters": 4}),
        ({"match": Match.BEGINS, "letters": 3}, {"match": Match.BEGINS, "letters": 4}),
        ({"township_named": True, "sort": 2}, {"sort": 0}),
        ({"sort": 0, "kind": 2}, {"sort": 1, "kind": 0}),
        ({"kind": 0}, {"kind": 1}),
        ({"shown": "甲"}, {"shown": "甲乙"}),
        ({"code": "1"}, {"code": "2"}),
    ],
)
def test_the_better_answer_comes_first(first: dict[str, object], second: dict[str, object]) -> None:
    assert rank(_standing(**first)) < rank(_standing(**second))


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (("文化路", 12, "附3", "", ""), "文化路12号附3"),
        (("文化路", 12, "甲", "", ""), "文化路甲12号"),
        (("文化路", 12, "", "锦绣花园", "3"), "文化路12号 锦绣花园3号楼"),
        (("", None, "", "锦绣花园", "3号楼"), "锦绣花园3号楼"),
        (("", 12, "", "东柳庄村", "3组"), "东柳庄村3组12号"),
    ],
)
def test_an_address_is_shown_as_people_write_it(
    parts: tuple[str, int | None, str, str, str], shown: str
) -> None:
    assert shown_address(*parts) == shown
