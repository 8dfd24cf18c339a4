"""The names of a register: which estate, road or single address every name, alias and old name stands for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geo_data.addresses.letters import normalized
from geo_data.addresses.sounds import initial_keys, pinyin_keys

ESTATE, ROAD, ENTRY = 0, 1, 2
OFFICIAL, ALIAS, OLD = 0, 1, 2
TEXT, ENDING, SOUND, INITIALS = 0, 1, 2, 3
LEAST_LETTERS = 2  # of an ending, and of initials
LONGEST_KEY = 250


@dataclass(frozen=True, slots=True)
class Entry:
    """What names need of an address: `shown` is the whole of it, `door` its number with the suffix, "" without one.

    is_whole -- it is the whole estate or road: no building, no number
    """

    code: str
    shown: str
    township: str
    estate: str
    road: str
    estate_text: str
    road_text: str
    door: str
    is_whole: bool
    unit_code: str
    aliases: tuple[str, ...]
    old_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What a name stands for: an ESTATE or ROAD by its normalized name, or an ENTRY by its code; with its township."""

    kind: int
    text: str
    township: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a place. `sort` is OFFICIAL, ALIAS or OLD; `unit_code` is "" where the place lies in several units."""

    place: Place
    sort: int
    name: str
    shown: str
    entries: int
    unit_code: str


def names_of(entries: Sequence[Entry]) -> tuple[tuple[Name, ...], Mapping[str, tuple[int, ...]]]:
    """Return the names of a register, and the aliases that stand for two places or more, with a row of each.

    1. Every estate of a township and every road is a place with its official name; roads of one name in two
       townships are two only where some number stands in both.
    2. An alias or old name that stands in one row names the estate, if that row is the whole estate (no building, no
       number), else that address alone.
    3. One that stands in several rows names their common estate, else their common road; if they have neither in
       common it names every place that step 2 gives, and is ambiguous. So is one that is the official name of a
       place elsewhere.
    4. A name is listed once per place; the official name wins over an alias, an alias over an old name.
    Order: by kind, normalized place, township, sort, name. Source: docs/addresses.md (names).
    """
    places, by_row = _places(entries)
    names: dict[tuple[Place, str], Name] = {}
    official: dict[str, set[Place]] = defaultdict(set)
    for place, rows in places.items():
        first = entries[rows[0]]
        name = first.estate if place.kind == ESTATE else first.road
        official[place.text].add(place)
        names[place, normalized(name)] = _name(place, OFFICIAL, name, name, [entries[row] for row in rows])
    ambiguous: dict[str, tuple[int, ...]] = {}
    for sort, said in ((ALIAS, _said(entries, "aliases")), (OLD, _said(entries, "old_names"))):
        for text, (name, rows) in said.items():
            meant = _meant(entries, rows, by_row)
            others = official[text] - set(meant)
            if len(meant) > 1 or others:
                ambiguous[name] = tuple(meant.values())
            for place, row in meant.items():
                members = [entries[i] for i in places.get(place, (row,))]
                shown = members[0].shown if place.kind == ENTRY else names[place, place.text].name
                names.setdefault((place, text), _name(place, sort, name, shown, members))
    ordered = sorted(
        names.values(), key=lambda n: (n.place.kind, n.place.text, n.place.township, n.sort, n.name)
    )
    return tuple(ordered), ambiguous


def keys_of(name: str) -> tuple[tuple[int, str], ...]:
    """Return the keys under which a name is found, as (kind, key): itself, its endings, its sounds and initials.

    Endings have at least LEAST_LETTERS letters; with them a part of a name is found by its beginning.
    Source: docs/addresses.md (search).
    """
    text = normalized(name)
    keys = [(TEXT, text)]
    keys += [(ENDING, text[i:]) for i in range(1, len(text) - LEAST_LETTERS + 1)]
    keys += [(SOUND, key) for key in pinyin_keys(text)]
    keys += [(INITIALS, key) for key in initial_keys(text) if len(key) >= LEAST_LETTERS]
    return tuple(dict.fromkeys((kind, key[:LONGEST_KEY]) for kind, key in keys if key))


def _places(entries: Sequence[Entry]) -> tuple[dict[Place, list[int]], Mapping[int, tuple[Place, ...]]]:
    """Return the rows of every place, and the places of every row, an estate before a road."""
    split = _split_roads(entries)
    places: dict[Place, list[int]] = defaultdict(list)
    by_row: dict[int, tuple[Place, ...]] = {}
    for i, entry in enumerate(entries):
        own = [Place(ESTATE, entry.estate_text, entry.township)] if entry.estate_text else []
        if entry.road_text:
            township = entry.township if entry.road_text in split else ""
            own.append(Place(ROAD, entry.road_text, township))
        for place in own:
            places[place].append(i)
        by_row[i] = tuple(own)
    return places, by_row


def _split_roads(entries: Sequence[Entry]) -> frozenset[str]:
    """Return the roads of which some number stands in two townships: those are two roads of one name."""
    where: dict[tuple[str, str], str] = {}
    return frozenset(
        entry.road_text
        for entry in entries
        if entry.road_text
        and entry.door
        and where.setdefault((entry.road_text, entry.door), entry.township) != entry.township
    )


def _said(entries: Sequence[Entry], column: str) -> Mapping[str, tuple[str, list[int]]]:
    """Return normalized alias -> (as first written, rows), in file order; an entry's own name is no alias."""
    said: dict[str, tuple[str, list[int]]] = {}
    for i, entry in enumerate(entries):
        for name in getattr(entry, column):
            text = normalized(name)
            if text and text not in (entry.estate_text, entry.road_text):
                said.setdefault(text, (name, []))[1].append(i)
    return said


def _meant(
    entries: Sequence[Entry], rows: Sequence[int], by_row: Mapping[int, tuple[Place, ...]]
) -> dict[Place, int]:
    """Return the places an alias stands for, each with one of its rows."""
    if len(rows) > 1:
        common = set(by_row[rows[0]]).intersection(*(by_row[row] for row in rows[1:]))
        if common:
            return {min(common, key=lambda place: place.kind): rows[0]}
    meant: dict[Place, int] = {}
    for row in rows:
        entry = entries[row]
        whole = by_row[row][0] if entry.is_whole else Place(ENTRY, entry.code, entry.township)
        meant.setdefault(whole, row)
    return meant


def _name(place: Place, sort: int, name: str, shown: str, members: Iterable[Entry]) -> Name:
    found = list(members)
    units = {entry.unit_code for entry in found}
    return Name(place, sort, name, shown, len(found), units.pop() if len(units) == 1 else "")
