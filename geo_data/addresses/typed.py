"""What a person types, taken apart: the place that a register can know, and the room, which nobody needs."""

import re
from dataclasses import dataclass

from geo_data.addresses.doors import FRONT, SUFFIX, Door, building_key, suffix_of
from geo_data.addresses.letters import normalized

LONGEST = 60  # letters of a typed address that are looked at
ROADS = "大道|大街|胡同|公路|马路|路|街|巷|弄|道|里|条|线"
NUMBER = rf"(?P<number>\d{{1,5}})(?P<inner>{SUFFIX})"
ROAD_DOOR = re.compile(
    rf"^(?P<road>.*?(?:{ROADS}))(?P<front>{FRONT}){NUMBER}(?:号院?(?!楼|栋)|(?=$))(?P<outer>{SUFFIX})"
)
HOUSE = re.compile(rf"^(?P<name>.*[^\d\W])(?P<front>){NUMBER}号(?!楼|栋|院)(?P<outer>{SUFFIX})$")
BUILDING = re.compile(
    r"(?P<building>第?\d{1,4}[a-z]?(?:号楼|号栋|号院|栋|幢|座)|[a-z]\d{0,3}(?:栋|幢|座|号楼)"
    r"|\d{1,3}(?:组|队)|(?<=[^\d])\d{1,2}楼)"
)
ENDS_AS_ROAD = re.compile(rf"(?:{ROADS})$")
DASHED = re.compile(r"(?P<building>\d{1,3})(?:-\d{1,4}){1,3}$")
LATIN = re.compile(r"^(?P<name>[a-z]+)(?P<number>\d{1,5})?(?:hao|dong|zhuang|lou)?.*$")
BARE_BUILDING = re.compile(r"^(?P<name>.*[^\d\W])(?P<building>\d{1,3})$")
BEHIND_BUILDING = re.compile(r"(?<=[栋幢座楼])-\d[\d-]*(?:室|户|房|号)?$")
BEHIND = r"-?(?:[\da-z]{1,2}(?:单元|门|梯))?-?(?:\d{1,2}[层楼])?-?\d{3,4}(?:室|户|房|号)?$"
FLAT = re.compile(rf"(?<=[栋幢楼组]){BEHIND}")
ROOM = (
    re.compile(rf"(?<=[栋幢座楼组院号]){BEHIND}"),
    re.compile(r"(?:(?<=\D)|^)\d{1,2}(?:单元|门|梯).*$"),
    re.compile(r"(?:(?<=\D)|^)\d{1,4}(?:室|户|房).*$"),
    re.compile(r"(?<=[栋幢座])-?\d{1,4}$"),
    re.compile(r"(?<=[栋幢座])\d{1,2}[层楼]$"),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed address, normalized and without its room.

    text        -- all of it that is a place
    name        -- estate, village or road as typed, with whatever stood before it (county, township)
    road        -- the part that ends in a road, "" without one
    door        -- the number on that road, or of a village house
    building    -- key of the building, "" without one
    room_dropped -- something that points to one household was left out
    """

    text: str
    name: str
    road: str = ""
    door: Door | None = None
    building: str = ""
    room_dropped: bool = False

    @property
    def house(self) -> Door | None:
        """Return the number when it is that of a house in an estate or village, not of a door on a road."""
        return None if self.road else self.door


def read_typed(text: str) -> Typed:
    """Return a typed address taken apart; what cannot be taken apart is all name.

    1. Normalize; cut to LONGEST letters; drop the room: 单元, 层, 室, 户 and what follows, 501 after a building,
       the later parts of 3-2-501.
    2. A road with a number (文化路12号附3); what follows it is estate and building.
    3. A building (3栋, 3号楼, 3幢, A座, 3组, 3-2-501) after the name; a house of a village (东柳庄村12号).
    4. Latin letters with a number: pinyin, the number is that of a door or a building.
    Source: docs/addresses.md (typed addresses).
    """
    place, building, dropped = _without_room(normalized(text)[:LONGEST])
    if found := ROAD_DOOR.match(place):
        name, at = _name_and_building(place[found.end() :])
        return Typed(place, name or found["road"], found["road"], _door(found), building or at, dropped)
    if found := LATIN.fullmatch(place):
        number = int(found["number"] or 0)
        return Typed(place, found["name"], "", Door(number) if number else None, str(number or ""), dropped)
    if found := HOUSE.match(place):
        name, at = _name_and_building(found["name"])
        return Typed(place, name, "", _door(found), building or at, dropped)
    name, at = _name_and_building(place)
    if not (building or at) and (found := BARE_BUILDING.match(place)):
        number = int(found["building"])
        door = Door(number) if number else None
        road = found["name"] if ENDS_AS_ROAD.search(found["name"]) else ""
        return Typed(place, found["name"], road, door, building_key(str(number)), dropped)
    return Typed(place, name, building=building or at, room_dropped=dropped)


def without_room(text: str) -> str:
    """Return what may be kept or passed on of a typed address: nothing that points to one household.

    Source: docs/addresses.md (what is not kept).
    """
    return _without_room(normalized(text)[:LONGEST])[0]


def without_flat(text: str) -> str:
    """Return an address without the flat behind its building or group, as `read_typed` drops it too.

    So the homes of a building are one address before it is taken apart, which takes ten times as long.
    """
    return FLAT.sub("", text)


def _without_room(text: str) -> tuple[str, str, bool]:
    """Return the place, the building of a dashed form ("" otherwise), and whether anything was dropped."""
    place = BEHIND_BUILDING.sub("", text)
    dashed = DASHED.search(place)
    if dashed and not re.search(rf"(?:{ROADS})\d+-\d+$", place):
        return place[: dashed.start()] + dashed["building"] + "栋", building_key(dashed["building"]), True
    for pattern in ROOM:
        place = pattern.sub("", place)
    return place, "", place != text


def _name_and_building(text: str) -> tuple[str, str]:
    found = BUILDING.search(text)
    if found is None:
        return text, ""
    return text[: found.start()], building_key(found["building"])


def _door(found: re.Match[str]) -> Door | None:
    suffix = suffix_of(found["front"] + found["inner"] + found["outer"])
    return Door(int(found["number"]), suffix) if int(found["number"]) else None
