"""Phrases on the ground: what is certain is taken, everything else is named with its reason."""

from itertools import permutations

import pytest
import shapely

from geo_data.addresses.letters import normalized
from geo_data.addresses.zone_match import TextsMatch, match_texts
from geo_data.addresses.zone_texts import read_zone_text
from geo_data.addresses.zone_world import Door, PhraseMatch, UnitWord, ZoneWorld

# Unit code -> name, township, x, y. 人民路 runs east along y = 0, 建设街 north along x = 1000, 黄河路 along y = 2000.
UNITS = {
    "A": ("锦绣花园", "城关镇", 500, 500),
    "B": ("锦绣花园二期", "城关镇", 1500, 500),
    "C": ("阳光家园小区", "城关镇", 500, -500),
    "D": ("西关村", "城关镇", 1500, -500),
    "E1": ("东柳庄村1组", "河东乡", 500, 2500),
    "E2": ("东柳庄村二组", "河东乡", 700, 2500),
    "E3": ("东柳庄村第3村民小组", "河东乡", 900, 2500),
    "F": ("和平村", "河东乡", 1500, 2500),
    "G": ("和平村", "城关镇", 3000, 500),
    "H": ("阳光小镇", "河东乡", 3000, 2500),
}
LINES = {
    "人民路": shapely.LineString([(-5000, 0), (5000, 0)]),
    "黄河路": shapely.LineString([(-5000, 2000), (5000, 2000)]),
    "建设街": shapely.LineString([(1000, -5000), (1000, 5000)]),
    "解放街": shapely.LineString([(2000, -5000), (2000, 5000)]),
    "文化路": shapely.LineString([(-5000, 1000), (5000, 1000)]),
}


def door(unit: str, estate: str = "", building: str = "", road: str = "", number: int | None = None) -> Door:
    x = {"A": 500.0, "B": 1500.0, "G": 3000.0}.get(unit, 0.0)
    return Door(unit, 10, normalized(estate), building, normalized(road), number, (x, 1000.0))


# A has two buildings with doors on two roads, B stands on one road only, D is a village with groups in the register.
DOORS = (
    door("A", "锦绣花园", "1号楼", "人民路", 11),
    door("A", "锦绣花园", "2号楼", "文化路", 20),
    door("B", "锦绣花园二期", "1号楼", "人民路", 13),
    door("B", "锦绣花园二期", "2号楼", "人民路", 16),
    door("B", "锦绣花园二期", "3号楼", "文化路", 28),
    door("D", "西关村", "1组"),
    door("D", "西关村", "2组"),
    door("G", "钢厂家属院", "", "文化路", 40),
)


def world(doors: tuple[Door, ...] = DOORS, lines: dict[str, shapely.LineString] = LINES) -> ZoneWorld:
    units = [UnitWord(code, *words) for code, words in UNITS.items()]
    return ZoneWorld(units, doors, aliases={"老锦绣": "锦绣花园", "一机厂": "钢厂家属院"}, lines=lines)


def matched(**texts: str) -> TextsMatch:
    return match_texts({zone: read_zone_text(text) for zone, text in texts.items()}, world())


def only(text: str, where: ZoneWorld | None = None) -> PhraseMatch:
    [match] = match_texts({"P": read_zone_text(text)}, where or world()).matches["P"]
    return match


@pytest.mark.parametrize(
    ("text", "outcome", "reason", "units"),
    [
        # By name of the unit, also without 小区, by alias, by the register, with the township before it.
        ("锦绣花园", "matched", "unit_name", "A"),
        ("锦绣花园小区", "matched", "unit_name", "A"),
        ("阳光家园", "matched", "unit_name", "C"),
        ("老锦绣", "matched", "unit_name", "A"),
        ("锦绣花园（二期）", "matched", "unit_name", "B"),
        ("一机厂", "matched", "register_name", "G"),
        ("城关镇和平村", "matched", "unit_name", "G"),
        ("河东乡的和平村", "matched", "unit_name", "F"),
        ("阳光小镇", "matched", "unit_name", "H"),
        # Groups of a village, as units and as doors.
        ("东柳庄村", "matched", "groups", "E1 E2 E3"),
        ("东柳庄村1-2组", "matched", "groups", "E1 E2"),
        ("东柳庄村一、三组", "matched", "groups", "E1 E3"),
        ("西关村1-2组", "matched", "register_doors", "D"),
        ("西关村1组", "partly", "register_doors", "D"),
        # Buildings and door numbers: both sides of the ranges.
        ("锦绣花园1-2号楼", "matched", "register_doors", "A"),
        ("锦绣花园1号楼", "partly", "register_doors", "A"),
        ("人民路", "partly", "register_doors", "A B"),
        ("人民路11-13号（单号）", "partly", "register_doors", "A B"),
        ("人民路12-13号", "partly", "register_doors", "B"),
        ("人民路双号", "partly", "register_doors", "B"),
        ("文化路40号以上", "matched", "register_doors", "G"),
        # Townships and what they leave out.
        ("河东乡", "matched", "township", "E1 E2 E3 F H"),
        ("河东乡（除东柳庄村2组、和平村外）", "matched", "township", "E1 E3 F H"),
        ("河东乡（除东柳庄村2组、河东乡和平村外）", "matched", "township", "E1 E3 H"),
        ("东柳庄村（除3组外）", "matched", "groups", "E1 E2"),
        # The map: a road between two others, and what lies between roads.
        ("文化路（建设街至解放街）", "partly", "map", "B"),
        ("东至建设街，南至人民路，北至黄河路", "matched", "map", "A"),
        ("东至解放街、西至建设街、南至人民路、北至黄河路", "matched", "map", "B"),
    ],
)
def test_a_phrase_that_is_certain_is_taken(text: str, outcome: str, reason: str, units: str) -> None:
    match = only(text)

    assert (match.outcome, match.reason, match.units) == (outcome, reason, tuple(units.split()))


@pytest.mark.parametrize(
    ("text", "outcome", "reason", "candidates"),
    [
        ("和平村", "several", "several_units", "F G"),
        ("锦绣", "several", "like_names", "A B"),
        ("锦秀花园", "unmatched", "no_such_name", "锦绣花园 锦绣花园2期"),
        ("不知道在哪里", "unmatched", "no_such_name", ""),
        ("锦绣花园（三期）", "unmatched", "remark", ""),
        ("人民路（临街商铺）", "unmatched", "remark", ""),
        ("建设路1-9号", "unmatched", "no_such_road", ""),
        ("人民路17-99号", "unmatched", "no_door_in_range", ""),
        ("东柳庄村4-9组", "unmatched", "no_such_group", ""),
        ("和平庄3组", "unmatched", "no_such_name", "和平村"),
        ("锦绣花园3号楼", "unmatched", "no_such_building", ""),
        ("阳光家园1号楼", "unmatched", "buildings_not_known", "C"),
        ("阳光小镇1组", "unmatched", "groups_not_known", "H"),
        ("桃园镇", "unmatched", "no_such_township", ""),
        ("桃园镇其余", "unmatched", "no_such_township", ""),
        ("建设街以东", "several", "region_is_open", "B D F G H"),
        ("人民路以北、建设街以东", "several", "region_is_open", "B F G H"),
        ("光明街以东", "unmatched", "road_not_on_map", ""),
        ("文化路（建设街至光明街）", "unmatched", "ends_not_on_map", ""),
        ("建国路（建设街至解放街）", "unmatched", "no_such_road", ""),
        ("12号", "unmatched", "not_understood", ""),
    ],
)
def test_what_is_not_certain_is_named_with_its_reason_and_never_taken(
    text: str, outcome: str, reason: str, candidates: str
) -> None:
    match = only(text)

    assert (match.outcome, match.reason) == (outcome, reason)
    assert match.candidates == tuple(candidates.split())
    assert (match.units, match.atoms) == ((), frozenset())


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("锦绣花园等", "open_list"),
        ("东柳庄村3-4组", "no_such_group"),
        ("河东乡（除西关村外）", "exclusion"),
        ("河东乡（除没有这个村外）", "exclusion"),
    ],
)
def test_a_phrase_that_is_taken_may_still_need_a_look(text: str, warning: str) -> None:
    assert only(text).warnings == (warning,)


def test_the_rest_is_what_no_text_names_and_order_changes_nothing() -> None:
    texts = {"P1": "锦绣花园、老锦绣", "P2": "城关镇其余小区", "P3": "东柳庄村", "P4": "其余区域"}

    answers = [matched(**dict(order)) for order in permutations(texts.items())]

    assert all(answer == answers[0] for answer in answers)
    shares = answers[0].shares
    assert shares["A"] == {"P1": 1000}
    assert shares["E1"] == {"P3": 1000}
    assert shares["F"] == {"P4": 1000}
    # Both texts say that they take what is left of the town.
    assert shares["B"] == {"P2": 1000, "P4": 1000}


def test_shares_are_the_dwellings_of_the_doors_named_by_any_phrase_of_the_text() -> None:
    found = matched(P1="人民路13号、人民路16号", P2="锦绣花园二期3号楼、锦绣花园1号楼")

    assert found.shares["B"] == {"P1": 666, "P2": 333}
    assert found.shares["A"] == {"P2": 500}
    assert found.shares["C"] == {}


def test_naming_all_doors_of_a_unit_on_two_roads_names_the_unit() -> None:
    assert matched(P1="人民路11号、文化路20号").shares["A"] == {"P1": 1000}


def test_without_a_register_and_a_map_names_still_match() -> None:
    bare = world(doors=(), lines={})

    assert only("锦绣花园", bare).units == ("A",)
    assert only("东柳庄村1-2组", bare).units == ("E1", "E2")
    assert only("人民路1-9号", bare).reason == "no_such_road"
    assert only("建设街以东", bare).reason == "road_not_on_map"


def test_a_door_of_an_unknown_unit_is_nobodys() -> None:
    where = world(doors=(*DOORS, door("Z", "外县小区")))

    assert only("外县小区", where).outcome == "unmatched"
