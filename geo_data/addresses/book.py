"""The register in memory: in which unit an address of a long list lies. By equality alone: nothing is guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from geo_data.addresses.asking import is_plain_part
from geo_data.addresses.names import ESTATE, LEAST_LETTERS, ROAD
from geo_data.addresses.typed import Typed, read_typed

Units = frozenset[str]
NOWHERE: Units = frozenset()


class BookName(NamedTuple):
    """A name of the register, normalized, and what it stands for: as names.Name, with the normalized place.

    unit_code -- "" where the place lies in several units, or in none
    """

    key: str
    kind: int
    place: str
    township: str
    unit_code: str


class BookEntry(NamedTuple):
    """An entry of the register as it is compared; `number` is None and the texts are "" where it has none."""

    road_text: str
    estate_text: str
    building_key: str
    number: int | None
    suffix: str
    township: str
    unit_code: str


class Answer(NamedTuple):
    """What the register says: whether it has the address, and the units in which it may lie, by code.

    "" among the units stands for what lies in no unit.
    """

    is_found: bool
    units: tuple[str, ...]


NO_ANSWER = Answer(False, ())


@dataclass(frozen=True, slots=True)
class AddressBook:
    """A register by what addresses are compared by. Made by `book_of`.

    names     -- what each normalized name stands for
    doors     -- township and unit of every door, by road, number and suffix
    buildings -- units by estate, township and building; houses likewise by number and suffix
    numbered  -- the estates, with their township, that have any building or house
    estates   -- the units of every estate, by name and township; roads -- township and unit of all doors of a road
    """

    names: Mapping[str, tuple[BookName, ...]]
    doors: Mapping[tuple[str, int, str], frozenset[tuple[str, str]]]
    buildings: Mapping[tuple[str, str, str], Units]
    houses: Mapping[tuple[str, str, int, str], Units]
    numbered: frozenset[tuple[str, str]]
    estates: Mapping[tuple[str, str], Units]
    roads: Mapping[str, frozenset[tuple[str, str]]]

    def answer(self, text: str) -> Answer:
        """Return what the register says of an address as a list writes it, with room and all.

        1. The address is taken apart as a typed one. The names asked for end where the number or building begins, and
           have nothing before them that could make them another name; the longest counts.
        2. A road answers by its door, an estate by its building or house. What was not stated answers as a whole, and
           so does an estate of which the register knows no building.
        3. Of places with one name in several townships those count whose township stands in the address, if any does.
        4. Where neither answers, the whole address may be an old name or another name of one entry, number and all.
        5. The units of all that answers are told; where estate and road answer, those of both, if there are any.
        Source: docs/addresses.md (lists that carry addresses).
        """
        typed = read_typed(text)
        found = self._found((typed.name, typed.road), typed) or self._found((typed.text,), typed)
        if not found:
            return NO_ANSWER
        common = frozenset.intersection(*found) or frozenset.union(*found)
        return Answer(True, tuple(sorted(common)))

    def _found(self, texts: Sequence[str], typed: Typed) -> list[Units]:
        """Return of every text that answers the units that do."""
        return [
            units
            for text in dict.fromkeys(texts)
            if (units := NOWHERE.union(*(self._units(name, typed) for name in self._longest(text, typed))))
        ]

    def _longest(self, text: str, typed: Typed) -> list[BookName]:
        """Return what the longest name stands for that ends the text: places of one name, in one township or more."""
        for start in range(len(text) - LEAST_LETTERS + 1):
            found = self.names.get(text[start:])
            if found and (not start or is_plain_part(typed.text, text[start:])):
                there = [name for name in found if name.township and name.township in typed.text]
                return there or list(found)
        return []

    def _units(self, name: BookName, typed: Typed) -> Units:
        """Return the units that answer, "" among them for what lies in none or is not told apart; none at all: no."""
        if name.kind == ROAD:
            return self._at_door(name, typed)
        whole = self._whole(name)
        if name.kind != ESTATE or not (typed.building or typed.house):
            return whole
        where = (name.place, name.township)
        house = typed.house
        at_building = self.buildings.get((*where, typed.building), NOWHERE) if typed.building else NOWHERE
        at_house = self.houses.get((*where, house.number, house.suffix), NOWHERE) if house else NOWHERE
        if at_building or at_house:
            return at_building & at_house or at_building or at_house
        return NOWHERE if where in self.numbered else whole

    def _whole(self, name: BookName) -> Units:
        """Return the unit of a place as a whole, or all those in which its entries lie."""
        if name.unit_code:
            return frozenset((name.unit_code,))
        within = self.estates.get((name.place, name.township), NOWHERE) if name.kind == ESTATE else NOWHERE
        if name.kind == ROAD:
            here = self.roads.get(name.place, frozenset())
            within = frozenset(unit for township, unit in here if name.township in ("", township))
        return within or frozenset(("",))

    def _at_door(self, name: BookName, typed: Typed) -> Units:
        door = typed.door
        if door is None:
            return self._whole(name)
        here = self.doors.get((name.place, door.number, door.suffix), frozenset())
        return frozenset(unit for township, unit in here if name.township in ("", township))


def book_of(names: Iterable[BookName], entries: Iterable[BookEntry]) -> AddressBook:
    """Return the book of a register; townships are compared in their one spelling.

    Source: docs/addresses.md (lists that carry addresses).
    """
    by_name: dict[str, list[BookName]] = {}
    for name in names:
        by_name.setdefault(name.key, []).append(name)
    doors: dict[tuple[str, int, str], set[tuple[str, str]]] = {}
    buildings: dict[tuple[str, str, str], set[str]] = {}
    houses: dict[tuple[str, str, int, str], set[str]] = {}
    numbered: set[tuple[str, str]] = set()
    estates: dict[tuple[str, str], set[str]] = {}
    roads: dict[str, set[tuple[str, str]]] = {}
    for entry in entries:
        where, unit = (entry.estate_text, entry.township), entry.unit_code
        if entry.road_text:
            roads.setdefault(entry.road_text, set()).add((entry.township, unit))
        if entry.road_text and entry.number is not None:
            doors.setdefault((entry.road_text, entry.number, entry.suffix), set()).add((entry.township, unit))
        if not entry.estate_text:
            continue
        estates.setdefault(where, set()).add(unit)
        if entry.building_key:
            buildings.setdefault((*where, entry.building_key), set()).add(unit)
        if entry.number is not None:
            houses.setdefault((*where, entry.number, entry.suffix), set()).add(unit)
        if entry.building_key or entry.number is not None:
            numbered.add(where)
    return AddressBook(
        names={key: tuple(found) for key, found in by_name.items()},
        doors={key: frozenset(found) for key, found in doors.items()},
        buildings={key: frozenset(found) for key, found in buildings.items()},
        houses={key: frozenset(found) for key, found in houses.items()},
        numbered=frozenset(numbered),
        estates={key: frozenset(found) for key, found in estates.items()},
        roads={key: frozenset(found) for key, found in roads.items()},
    )
