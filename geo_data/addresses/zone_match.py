"""Phrases of zone texts matched to units and doors. What is not certain is never taken: it is named with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from geo_data.addresses.doors import building_key
from geo_data.addresses.letters import normalized
from geo_data.addresses.zone_ground import doors_of_stretch, units_on_sides
from geo_data.addresses.zone_texts import OPEN_LIST
from geo_data.addresses.zone_words import Phrase, PhraseKind
from geo_data.addresses.zone_world import Outcome, PhraseMatch, Reason, ZoneWorld, bare

LIKE_ENOUGH = 60.0
SHOWN_NAMES = 3
CLOSED_SIDES = 3  # a region between fewer roads has no end


@dataclass(frozen=True, slots=True)
class TextsMatch:
    """All texts of a stage, matched.

    matches -- zone -> its phrases in order
    shares  -- unit -> zone -> per mille of the unit's dwellings that the zone's text names; units nobody names stand
               there with an empty mapping
    """

    matches: Mapping[str, tuple[PhraseMatch, ...]]
    shares: Mapping[str, Mapping[str, int]]


def match_texts(texts: Mapping[str, Sequence[Phrase]], world: ZoneWorld) -> TextsMatch:
    """Return what the texts of all zones mean; texts by zone code.

    1. Every phrase but 其余 is matched by itself; what it leaves out is taken away.
    2. 其余 takes what no text names, of its township or of the county. Two texts that say so of the same place both
       get it, and the units are shared.
    3. A unit's share of a zone is the dwellings of its doors named by the zone's text, whatever the number of phrases.
    Order of zones and phrases changes nothing. Source: docs/zone-texts.md.
    """
    first = {zone: tuple(match_phrase(phrase, world) for phrase in texts[zone]) for zone in sorted(texts)}
    named = frozenset().union(*(match.atoms for found in first.values() for match in found))
    matches = {
        zone: tuple(
            _rest(match.phrase, world, named) if match.phrase.kind is PhraseKind.REST else match
            for match in found
        )
        for zone, found in first.items()
    }
    claims = {zone: frozenset().union(*(m.atoms for m in found)) for zone, found in matches.items()}
    return TextsMatch(matches, _shares(claims, world))


def match_phrase(phrase: Phrase, world: ZoneWorld) -> PhraseMatch:
    """Return what one phrase means; 其余 is left to `match_texts`."""
    if phrase.kind is PhraseKind.REST:
        return _nothing(phrase, Reason.REST)
    match = _READERS[phrase.kind](phrase, world)
    if phrase.remark == OPEN_LIST:
        match = replace(match, warnings=(*match.warnings, Reason.OPEN_LIST))
    elif phrase.remark and phrase.kind is not PhraseKind.PLACE:
        return _nothing(phrase, Reason.REMARK)
    return _without_excluded(match, world)


def _without_excluded(match: PhraseMatch, world: ZoneWorld) -> PhraseMatch:
    """Take away what the phrase leaves out; what cannot be found there is a warning."""
    for left_out in match.phrase.excluded:
        found = match_phrase(left_out, world)
        if not (found.atoms & match.atoms):
            match = replace(match, warnings=(*match.warnings, Reason.EXCLUSION))
        match = replace(match, atoms=match.atoms - found.atoms)
    return replace(match, units=world.units_of(match.atoms)) if match.phrase.excluded else match


def _place(phrase: Phrase, world: ZoneWorld) -> PhraseMatch:
    """An estate or village.

    1. A unit of this name; else one whose name is the same without 小区, 社区 and the like; else all groups of a
       village of this name; else the estate or road of the register that bears it, also as an alias or old name.
    2. A township before the name narrows the choice. Several units of one name are for an officer to choose from.
    """
    if phrase.remark and phrase.remark != OPEN_LIST:
        inner = _named(phrase, phrase.name + phrase.remark, world)
        return inner if inner.outcome is Outcome.MATCHED else _nothing(phrase, Reason.REMARK)
    return _named(phrase, phrase.name, world)


def _named(phrase: Phrase, written: str, world: ZoneWorld) -> PhraseMatch:
    name, within = _township_before(normalized(written), world)
    official = world.aliases.get(name, name)
    for codes in (world.by_name.get(name), world.by_bare_name.get(bare(name)), world.by_name.get(official)):
        chosen = [code for code in codes or () if not within or code in within]
        if len(chosen) == 1:
            return _taken(phrase, Reason.UNIT_NAME, world.atoms_of(chosen), world)
        if chosen:
            return _several(phrase, Reason.SEVERAL_UNITS, chosen)
    groups = [code for codes in world.groups.get(name, {}).values() for code in codes]
    if groups:
        return _taken(phrase, Reason.GROUPS, world.atoms_of(groups), world)
    for key in dict.fromkeys((name, official)):
        atoms = world.by_estate.get(key) or world.by_road.get(key)
        if atoms:
            return _taken(phrase, Reason.REGISTER_NAME, frozenset(atoms), world)
    return _like(phrase, name, world)


def _groups(phrase: Phrase, world: ZoneWorld) -> PhraseMatch:
    """Groups of a village: units of their own, else buildings of the register that are groups."""
    name, _ = _township_before(normalized(phrase.name), world)
    groups = world.groups.get(name, {})
    wanted = [number for number in groups if any(one.has(number) for one in phrase.numbers)]
    if groups:
        missing = any(
            number not in groups
            for one in phrase.numbers
            for number in range(one.first, (one.last or one.first) + 1)
            if one.has(number)
        )
        codes = [code for number in wanted for code in groups[number]]
        if not codes:
            return _nothing(phrase, Reason.NO_SUCH_GROUP)
        match = _taken(phrase, Reason.GROUPS, world.atoms_of(codes), world)
        return replace(match, warnings=(Reason.NO_SUCH_GROUP,)) if missing else match
    return _houses(phrase, world, "组", (Reason.NO_SUCH_GROUP, Reason.GROUPS_NOT_KNOWN))


def _buildings(phrase: Phrase, world: ZoneWorld) -> PhraseMatch:
    return _houses(phrase, world, "", (Reason.NO_SUCH_BUILDING, Reason.BUILDINGS_NOT_KNOWN))


def _houses(phrase: Phrase, world: ZoneWorld, ending: str, reasons: tuple[Reason, Reason]) -> PhraseMatch:
    """Doors of an estate or village whose building has one of the numbers."""
    absent, unknown = reasons
    name = normalized(phrase.name)
    doors = world.by_estate.get(name) or world.by_estate.get(world.aliases.get(name, ""), [])
    numbered = {
        atom: int(key.removesuffix(ending))
        for atom in doors
        if (key := building_key(world.doors[atom].building)).endswith(ending)
        and key.removesuffix(ending).isdigit()
    }
    if not numbered:
        place = _named(phrase, phrase.name, world)
        if place.outcome is Outcome.MATCHED:
            return PhraseMatch(phrase, Outcome.UNMATCHED, unknown, candidates=place.units)
        return place
    atoms = frozenset(a for a, number in numbered.items() if any(one.has(number) for one in phrase.numbers))
    if not atoms:
        return _nothing(phrase, absent)
    return _taken(phrase, Reason.REGISTER_DOORS, atoms, world)


def _road(phrase: Phrase, world: ZoneWorld) -> PhraseMatch:
    """Doors of a road by number, or all of them; an estate may be named like a road."""
    name = normalized(phrase.name)
    doors = world.by_road.get(name) or world.by_road.get(world.aliases.get(name, ""), [])
    if not doors:
        return _nothing(phrase, Reason.NO_SUCH_ROAD) if phrase.numbers else _named(phrase, phrase.name, world)
    atoms = frozenset(
        atom
        for atom in doors
        if not phrase.numbers
        or any((number := world.doors[atom].number) and one.has(number) for one in phrase.numbers)
    )
    if not atoms:
        return _nothing(phrase, Reason.NO_DOOR_IN_RANGE)
    return _taken(phrase, Reason.REGISTER_DOORS, atoms, world)


def _stretch(phrase: Phrase, world: ZoneWorld) -> PhraseMatch:
    if normalized(phrase.name) not in world.by_road:
        return _nothing(phrase, Reason.NO_SUCH_ROAD)
    atoms = doors_of_stretch(world, phrase.name, phrase.between)
    if atoms is None:
        return _nothing(phrase, Reason.ENDS_NOT_ON_MAP)
    return _taken(phrase, Reason.MAP, atoms, world) if atoms else _nothing(phrase, Reason.NO_DOOR_IN_RANGE)


def _region(phrase: Phrase, world: ZoneWorld) -> PhraseMatch:
    """What lies between roads; with fewer than three sides it has no end, and its units are only shown."""
    codes = units_on_sides(world, phrase.sides)
    if codes is None:
        return _nothing(phrase, Reason.ROAD_NOT_ON_MAP)
    if len(phrase.sides) < CLOSED_SIDES:
        return _several(phrase, Reason.REGION_IS_OPEN, codes)
    return _taken(phrase, Reason.MAP, world.atoms_of(codes), world)


def _township(phrase: Phrase, world: ZoneWorld) -> PhraseMatch:
    codes = world.by_township.get(normalized(phrase.name))
    if codes:
        return _taken(phrase, Reason.TOWNSHIP, world.atoms_of(codes), world)
    place = _named(phrase, phrase.name, world)  # 阳光小镇 is an estate
    return place if place.outcome is Outcome.MATCHED else _nothing(phrase, Reason.NO_SUCH_TOWNSHIP)


def _unreadable(phrase: Phrase, world: ZoneWorld) -> PhraseMatch:
    return _nothing(phrase, Reason.NOT_UNDERSTOOD)


def _rest(phrase: Phrase, world: ZoneWorld, named: frozenset[int]) -> PhraseMatch:
    codes = list(world.units)
    if phrase.name:
        codes = world.by_township.get(normalized(phrase.name), [])
        if not codes:
            return _nothing(phrase, Reason.NO_SUCH_TOWNSHIP)
    return _without_excluded(_taken(phrase, Reason.REST, world.atoms_of(codes) - named, world), world)


_READERS = {
    PhraseKind.PLACE: _place,
    PhraseKind.GROUPS: _groups,
    PhraseKind.BUILDINGS: _buildings,
    PhraseKind.ROAD: _road,
    PhraseKind.STRETCH: _stretch,
    PhraseKind.REGION: _region,
    PhraseKind.TOWNSHIP: _township,
    PhraseKind.UNREADABLE: _unreadable,
}


def _township_before(name: str, world: ZoneWorld) -> tuple[str, frozenset[str]]:
    """Return the name without a township before it, and the township's units; no units where there is none."""
    for township, codes in world.by_township.items():
        if name.startswith(township) and name.removeprefix(township).removeprefix("的"):
            return name.removeprefix(township).removeprefix("的"), frozenset(codes)
    return name, frozenset()


def _taken(phrase: Phrase, reason: Reason, atoms: frozenset[int], world: ZoneWorld) -> PhraseMatch:
    """Partly, where doors of a unit that is touched are not named."""
    units = world.units_of(atoms)
    is_whole = world.atoms_of(units) == atoms
    return PhraseMatch(phrase, Outcome.MATCHED if is_whole else Outcome.PARTLY, reason, atoms, units)


def _several(phrase: Phrase, reason: Reason, codes: Sequence[str]) -> PhraseMatch:
    return PhraseMatch(phrase, Outcome.SEVERAL, reason, candidates=tuple(sorted(codes)))


def _nothing(phrase: Phrase, reason: Reason) -> PhraseMatch:
    return PhraseMatch(phrase, Outcome.UNMATCHED, reason)


def _like(phrase: Phrase, name: str, world: ZoneWorld) -> PhraseMatch:
    """Nothing bears the name: units whose name begins with it are several, other likely names are suggested."""
    longer = [code for key, codes in world.by_name.items() if key.startswith(name) for code in codes]
    if longer:
        return _several(phrase, Reason.LIKE_NAMES, longer)
    names = sorted({*world.by_name, *world.by_estate})
    found = process.extract(name, names, scorer=fuzz.ratio, limit=SHOWN_NAMES, score_cutoff=LIKE_ENOUGH)
    suggestions = tuple(one for one, _, _ in found)
    return PhraseMatch(phrase, Outcome.UNMATCHED, Reason.NO_SUCH_NAME, candidates=suggestions)


def _shares(claims: Mapping[str, frozenset[int]], world: ZoneWorld) -> dict[str, dict[str, int]]:
    shares: dict[str, dict[str, int]] = {}
    for code in world.units:
        own = world.atoms_of([code])
        total = world.weight(own)
        shares[code] = {
            zone: 1000 * world.weight(own & atoms) // total for zone, atoms in claims.items() if own & atoms
        }
    return shares
