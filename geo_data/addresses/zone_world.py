"""The county as zone texts name it: units, doors of the register, other names, lines of roads. And what was matched."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import shapely

from geo_data.addresses.letters import normalized
from geo_data.addresses.zone_words import Phrase

Key = TypeVar("Key", int, str)
SUFFIX = re.compile(r"(?:住宅小区|小区|社区|家属院|居委会|行政村|自然村)$")
GROUP = re.compile(r"(?P<village>.+?)第?(?P<number>\d{1,3})(?:村民)?小?组")


@dataclass(frozen=True, slots=True)
class UnitWord:
    """A catchment unit by its words; the point in metres of the working system."""

    code: str
    name: str
    township: str
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class Door:
    """An address of the register, in its compared spelling (geo_data.addresses.letters).

    weight -- dwellings, at least 1
    point  -- metres of the working system, or None
    """

    unit_code: str
    weight: int
    estate: str = ""
    building: str = ""
    road: str = ""
    number: int | None = None
    point: tuple[float, float] | None = None


class Outcome(StrEnum):
    """What became of a phrase."""

    MATCHED = "matched"
    PARTLY = "partly"
    SEVERAL = "several"
    UNMATCHED = "unmatched"


class Reason(StrEnum):
    """Why; the words of each are in docs/zone-texts.md and on the page."""

    UNIT_NAME = "unit_name"
    REGISTER_NAME = "register_name"
    REGISTER_DOORS = "register_doors"
    GROUPS = "groups"
    TOWNSHIP = "township"
    MAP = "map"
    REST = "rest"
    NOT_UNDERSTOOD = "not_understood"
    REMARK = "remark"
    OPEN_LIST = "open_list"
    EXCLUSION = "exclusion"
    SEVERAL_UNITS = "several_units"
    LIKE_NAMES = "like_names"
    NO_SUCH_NAME = "no_such_name"
    NO_SUCH_TOWNSHIP = "no_such_township"
    NO_SUCH_ROAD = "no_such_road"
    NO_DOOR_IN_RANGE = "no_door_in_range"
    NO_SUCH_GROUP = "no_such_group"
    NO_SUCH_BUILDING = "no_such_building"
    GROUPS_NOT_KNOWN = "groups_not_known"
    BUILDINGS_NOT_KNOWN = "buildings_not_known"
    ENDS_NOT_ON_MAP = "ends_not_on_map"
    ROAD_NOT_ON_MAP = "road_not_on_map"
    REGION_IS_OPEN = "region_is_open"


@dataclass(frozen=True, slots=True)
class PhraseMatch:
    """What a phrase means on the ground.

    atoms      -- what is taken, by index into `ZoneWorld.doors`
    units      -- codes of the units touched, ascending
    candidates -- codes of units (several) or names (unmatched) to choose from; nothing of them is taken
    reason     -- of the outcome; `warnings` are further reasons to look at it
    """

    phrase: Phrase
    outcome: Outcome
    reason: Reason
    atoms: frozenset[int] = frozenset()
    units: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    warnings: tuple[Reason, ...] = ()


class ZoneWorld:
    """Look-ups by name. Units without a door in the register count as one door of their own.

    lines -- named lines of the base map in metres, by name as written
    aliases -- other name -> official name of the estate or road, as written
    """

    def __init__(
        self,
        units: Sequence[UnitWord],
        doors: Sequence[Door],
        *,
        aliases: Mapping[str, str],
        lines: Mapping[str, shapely.Geometry],
    ) -> None:
        self.units = {unit.code: unit for unit in sorted(units, key=lambda unit: unit.code)}
        known = [door for door in doors if door.unit_code in self.units]
        housed = {door.unit_code for door in known}
        self.doors: tuple[Door, ...] = (*known, *(Door(code, 1) for code in self.units if code not in housed))
        self.aliases = {normalized(name): normalized(official) for name, official in aliases.items()}
        self.lines = {normalized(name): line for name, line in lines.items()}
        self.by_unit = _index({i: door.unit_code for i, door in enumerate(self.doors)})
        self.by_estate = _index({i: door.estate for i, door in enumerate(self.doors)})
        self.by_road = _index({i: door.road for i, door in enumerate(self.doors)})
        self.by_name = _index({unit.code: normalized(unit.name) for unit in self.units.values()})
        self.by_bare_name = _index({unit.code: bare(unit.name) for unit in self.units.values()})
        self.by_township = _index({unit.code: normalized(unit.township) for unit in self.units.values()})
        self.groups: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for unit in self.units.values():
            if found := GROUP.fullmatch(normalized(unit.name)):
                self.groups[found["village"]][int(found["number"])].append(unit.code)

    def atoms_of(self, units: Sequence[str]) -> frozenset[int]:
        """Return all doors of the units."""
        return frozenset(atom for code in units for atom in self.by_unit[code])

    def units_of(self, atoms: frozenset[int]) -> tuple[str, ...]:
        """Return the units of the doors, by code."""
        return tuple(sorted({self.doors[atom].unit_code for atom in atoms}))

    def weight(self, atoms: frozenset[int]) -> int:
        """Return the dwellings of the doors."""
        return sum(self.doors[atom].weight for atom in atoms)


def bare(name: str) -> str:
    """Return a name as it is compared, without 小区, 社区, 家属院 and the like at its end."""
    plain = normalized(name)
    return SUFFIX.sub("", plain) or plain


def _index(names: Mapping[Key, str]) -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = defaultdict(list)
    for key, name in names.items():
        if name:
            found[name].append(key)
    return dict(found)
