"""Door numbers and buildings, as a register writes them and as people type them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from geo_data.addresses.letters import normalized

LARGEST_NUMBER = 99_999
FARTHEST_NEIGHBOUR = 20  # numbers away: what is farther along the road says nothing of a door
SUFFIX = r"(?:[甲乙丙丁戊]|[a-z]|附\d{1,3}|之\d{1,3}|-\d{1,3}){0,2}"
FRONT = "[甲乙丙丁戊]?"
DOOR = re.compile(
    rf"第?(?P<front>{FRONT})(?P<number>\d{{1,5}})(?P<inner>{SUFFIX})号?(?:院|门牌)?(?P<outer>{SUFFIX})号?"
)
BUILDING = re.compile(
    r"第?(?P<name>\d{1,4}[a-z]?|[a-z]\d{0,3}|[东南西北中])"
    r"(?:号楼|号栋|号院|栋|幢|座|楼|组|队|区|号)?(?:楼|栋)?"
)


class Side(StrEnum):
    """The side of a road on which a number stands: odd and even numbers face each other."""

    ODD = "odd"
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class Door:
    """A door number: 12, or 12 with the suffix 附3 of 12号附3. `suffix` is normalized, "" without one."""

    number: int
    suffix: str = ""

    @property
    def side(self) -> Side:
        """Return on which side of the road it stands."""
        return Side.ODD if self.number % 2 else Side.EVEN


def stands_between(number: int, others: Iterable[int]) -> bool:
    """Say whether a number has a neighbour below and one above, each at most FARTHEST_NEIGHBOUR numbers away.

    others -- numbers of the same side of the road
    Source: docs/addresses.md (when it is settled).
    """
    away = [other - number for other in others if abs(other - number) <= FARTHEST_NEIGHBOUR]
    return any(step < 0 for step in away) and any(step > 0 for step in away)


def read_door(text: str) -> Door | None:
    """Return the door number of 12, 12号, 12-1号, 甲12号, 12号附3, １２号之一, or None where there is none.

    Both -1 and 之1 are written 附1, so that they are one door; 甲12号 and 12号甲 are one door as well.
    Numbers go from 1 to 99999. Source: docs/addresses.md (door numbers).
    """
    found = DOOR.fullmatch(_spelled(normalized(text)))
    if found is None or not 1 <= int(found["number"]) <= LARGEST_NUMBER:
        return None
    return Door(int(found["number"]), suffix_of(found["front"] + found["inner"] + found["outer"]))


def suffix_of(text: str) -> str:
    """Return a suffix in its one spelling."""
    return re.sub(r"(?:-|之)(?=\d)", "附", text)


def building_key(text: str) -> str:
    """Return a building in its one spelling: 3号楼, 3栋, 3幢, 第3幢, 3# and 3 are 3; A座 is a; other names stay.

    Groups of a village (3组) are buildings of their own kind and keep their word.
    Source: docs/addresses.md (buildings).
    """
    plain = normalized(text)
    found = BUILDING.fullmatch(plain)
    if found is None:
        return plain
    kept = "组" if plain.endswith(("组", "队")) else ""
    return found["name"].lstrip("0") + kept


def _spelled(text: str) -> str:
    return re.sub(
        r"之([一二三四五六七八九])", lambda found: "之" + str("一二三四五六七八九".index(found[1]) + 1), text
    )
