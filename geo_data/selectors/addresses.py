"""Addresses by what people type: ranked answers of the register in force."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from geo_data.addresses.asking import (
    Match,
    Path,
    Question,
    is_plain_part,
    match_of,
    names_township,
    question_of,
)
from geo_data.addresses.doors import stands_between
from geo_data.addresses.ranking import DoorMatch, Standing, rank
from geo_data.addresses.shown import shown_address
from geo_data.models import AddressNameKind
from geo_data.selectors.address_places import AddressPlace
from geo_data.selectors.address_sql import FoundEntry, FoundName, find_doors, find_names

MOST_SHOWN = 10
MOST_PLACES = 8  # places whose numbers are looked up


@dataclass(frozen=True, slots=True)
class AddressHit:
    """An answer of the register.

    code      -- of the entry, or of a whole estate or road; the same in every version of the register
    shown     -- the address as the register writes it
    called    -- the alias or old name by which it was found, else ""
    unit_code -- "" where the place lies in several units, or in none
    road_text -- the normalized road of a door that was asked for, else ""
    is_plain  -- the whole of what was typed is accounted for: nothing had to be guessed
    entry     -- the place itself where it is a door or building that was found by its number, else None
    asked     -- the door that was typed, as the register would write it, where it does not have it, else ""
    """

    code: str
    kind: AddressNameKind
    shown: str
    township: str
    called: str
    sort: int
    unit_code: str
    entries: int
    match: Match
    door: DoorMatch
    is_plain: bool
    road_text: str
    standing: Standing
    entry: AddressPlace | None = None
    asked: str = ""


def search_addresses(district_code: str, text: str, limit: int = MOST_SHOWN) -> tuple[AddressHit, ...]:
    """Return the best answers of the district's current register, best first; none where there is no register.

    Two queries, one where no number or building was typed. The room is dropped before anything is asked.
    """
    question = question_of(text)
    if not question.names:
        return ()
    places = _places(question, find_names(district_code, question))[: max(limit, MOST_PLACES)]
    hits = _without_needless(list(_answers(question, places)))
    best: dict[str, AddressHit] = {}
    for hit in sorted(hits, key=lambda hit: rank(hit.standing)):
        best.setdefault(hit.code, hit)
    return tuple(best.values())[:limit]


def _without_needless(hits: Sequence[AddressHit]) -> list[AddressHit]:
    """Leave out the neighbours of a number that another road of the same name does have."""
    exact = {hit.road_text for hit in hits if hit.door == DoorMatch.EXACT and hit.road_text}
    return [hit for hit in hits if hit.door != DoorMatch.NEAR or hit.road_text not in exact]


@dataclass(frozen=True, slots=True)
class _Place:
    """A place with the best of the keys that found it."""

    name: FoundName
    match: Match
    faults: int
    letters: int
    township_named: bool
    is_plain: bool


def _places(question: Question, names: Sequence[FoundName]) -> list[_Place]:
    """Return each place once, by rank. A name inside a longer one that was typed as well is not meant."""
    found = []
    for name in names:
        matched = match_of(question, Path(name.path), name.key_kind, name.key)
        if matched:
            found.append(_place(question, name, *matched))
    typed = {place.name.key for place in found if place.match <= Match.PART}
    best: dict[tuple[str, str], _Place] = {}
    for place in sorted(found, key=lambda place: rank(_standing(place))):
        key = place.name.key
        if place.match <= Match.PART and any(key != other and key in other for other in typed):
            continue
        best.setdefault((place.name.code, place.name.place), place)
    return list(best.values())


def _place(question: Question, name: FoundName, match: Match, faults: int) -> _Place:
    plain = match <= Match.PART and is_plain_part(question.typed.text, name.key)
    return _Place(name, match, faults, len(name.key), names_township(question, name.township), plain)


def _answers(question: Question, places: Sequence[_Place]) -> Iterator[AddressHit]:
    typed = question.typed
    asked = places[:MOST_PLACES] if typed.door or typed.building else []
    roads = [p for p in asked if p.name.kind == AddressNameKind.ROAD and typed.door]
    estates = [p for p in asked if p.name.kind == AddressNameKind.ESTATE]
    entries: list[FoundEntry] = []
    if roads or estates:
        dataset: UUID = asked[0].name.dataset_id
        entries = find_doors(dataset, question, [p.name for p in roads], [p.name for p in estates])
    by_place: dict[int, list[FoundEntry]] = {}
    for entry in entries:
        by_place.setdefault(entry.nth, []).append(entry)
    numbered = {id(place): by_place.get(i, []) for i, place in enumerate([*roads, *estates])}
    for place in places:
        if place.name.kind == AddressNameKind.ROAD and typed.door:
            yield from _at_door(question, place, numbered.get(id(place), []))
        elif place.name.kind == AddressNameKind.ESTATE and id(place) in numbered:
            yield from _in_estate(question, place, numbered[id(place)])
        else:
            yield _whole(place, DoorMatch.NONE)


def _at_door(question: Question, place: _Place, found: Sequence[FoundEntry]) -> Iterator[AddressHit]:
    """The number itself; else the next ones below and above on its side, when both are near; else the road."""
    door = question.typed.door
    if door is None:
        return
    asked = shown_address(place.name.shown, door.number, door.suffix, "", "")
    same = [entry for entry in found if entry.number == door.number]
    exact = [entry for entry in same if entry.suffix == door.suffix]
    if exact and len({entry.unit_code for entry in exact}) == 1:
        yield _entry(place, exact[0], DoorMatch.EXACT, 0, is_door=len(exact) > 1)
    elif exact:
        yield from (_entry(place, entry, DoorMatch.EXACT, 0) for entry in exact)
    elif same or stands_between(door.number, (entry.number or 0 for entry in found)):
        for entry in same or found:
            away = abs((entry.number or 0) - door.number)
            yield replace(_entry(place, entry, DoorMatch.NEAR, away), asked=asked)
    else:
        yield replace(_whole(place, DoorMatch.MISSING), asked=asked)


def _in_estate(question: Question, place: _Place, found: Sequence[FoundEntry]) -> Iterator[AddressHit]:
    """The building or house; an estate that has it not is answered as a whole."""
    if not found:
        yield _whole(place, DoorMatch.MISSING)
        return
    typed, entry = question.typed, found[0]
    building = not typed.building or entry.building_key == typed.building
    house = typed.house is None or (entry.number, entry.suffix) == (typed.house.number, typed.house.suffix)
    bare = typed.house is not None and typed.building == str(
        typed.house.number
    )  # 锦绣花园12: either is meant
    exact = building or house if bare else building and house
    yield _entry(place, entry, DoorMatch.EXACT if exact else DoorMatch.NEAR, 0)


def _whole(place: _Place, door: DoorMatch) -> AddressHit:
    name = place.name
    return _hit(
        place, AddressNameKind(name.kind), name.code, name.shown, name.township, name.unit_code, door, 0
    )


def _entry(
    place: _Place, entry: FoundEntry, door: DoorMatch, away: int, *, is_door: bool = False
) -> AddressHit:
    """`is_door`: several buildings share the number and the unit, so that the number is enough."""
    estate, building = ("", "") if is_door else (entry.estate, entry.building)
    shown = shown_address(entry.road, entry.number, entry.suffix, estate, building)
    point = None if entry.x is None or entry.y is None else (entry.x, entry.y)
    kind, unit = AddressNameKind.ENTRY, entry.unit_code
    dataset, by_point = place.name.dataset_id, entry.unit_by_point
    found = AddressPlace(entry.code, kind, shown, entry.township, unit, point, dataset, "", by_point)
    return replace(_hit(place, kind, entry.code, shown, entry.township, unit, door, away), entry=found)


def _hit(
    place: _Place,
    kind: AddressNameKind,
    code: str,
    shown: str,
    township: str,
    unit_code: str,
    door: DoorMatch,
    away: int,
) -> AddressHit:
    name = place.name
    standing = _standing(place, door=door, away=away, shown=shown, code=code)
    return AddressHit(
        code=code,
        kind=kind,
        shown=shown,
        township=township,
        called=name.name if name.sort else "",
        sort=name.sort,
        unit_code=unit_code,
        entries=name.entries if kind != AddressNameKind.ENTRY else 1,
        match=place.match,
        door=door,
        is_plain=place.is_plain,
        road_text=name.place if name.kind == AddressNameKind.ROAD and door != DoorMatch.NONE else "",
        standing=standing,
    )


def _standing(
    place: _Place, *, door: DoorMatch = DoorMatch.NONE, away: int = 0, shown: str = "", code: str = ""
) -> Standing:
    name = place.name
    return Standing(
        match=place.match,
        faults=place.faults,
        letters=place.letters,
        township_named=place.township_named,
        door=door,
        away=away,
        sort=name.sort,
        kind=name.kind,
        shown=shown or name.shown,
        township=name.township,
        code=code or name.code,
    )
