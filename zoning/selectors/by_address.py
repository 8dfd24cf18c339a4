"""From an address to its zone: through the register and its unit; the point is the fallback; never a guess."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.contrib.gis.geos import Point

from common.errors import NotFound, WrongMoment
from geo_data.addresses.letters import has_chinese
from geo_data.addresses.ranking import DoorMatch
from geo_data.addresses.spans import spans_of
from geo_data.models import AddressNameKind, Stage
from geo_data.selectors.address_places import AddressPart, AddressPlace, find_address_place, list_parts
from geo_data.selectors.addresses import AddressHit, search_addresses
from zoning.selectors.lookup import NoZoneHere, ZoneAnswer, zone_at_point, zone_of_unit, zone_of_unit_by_point
from zoning.selectors.placed import zones_of_units

MOST_CHOICES = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several places that may be meant; `code` asks again and gets an answer."""

    code: str
    shown: str
    township: str
    called: str


class AddressNotSettled(WrongMoment):
    """Several places fit, in different zones, or the name had to be guessed: somebody must choose.

    details: choices -- what may be meant, best first
             needs   -- "choice", "building", "number", or "bureau": the register does not have this number, nor one on
                        either side of it, so that only the bureau can say; the choices are the numbers it has
             asked   -- the number as typed, where it is that, else ""
    """

    code = "address_not_settled"

    def __init__(self, choices: Sequence[Choice], needs: str = "choice", asked: str = "") -> None:
        listed = [
            {"code": one.code, "address": one.shown, "township": one.township, "called": one.called}
            for one in choices
        ]
        message = "the register does not have this number" if asked else "several places fit: choose one"
        super().__init__(message, choices=listed, needs=needs, asked=asked)
        self.choices = tuple(choices)
        self.needs = needs
        self.asked = asked


class AddressNotInRegister(NotFound):
    """The register has nothing like it: tell the bureau (POST /api/address-requests/)."""

    code = "address_not_in_register"


@dataclass(frozen=True, slots=True)
class AddressAnswer:
    """The zone of an address and on what grounds.

    address -- as the register writes it; None where only a point was known
    called  -- the alias or old name that was typed, else ""
    door    -- NEAR: the number typed is not in the register, its neighbours on the same side lie in this zone;
               MISSING: the building is not, but the whole estate lies in it
    asked   -- the number as typed where it is NEAR, else ""; beside -- its neighbours, `address` is the first of them
    by_point -- the register names no unit that the plan knows: the point decided
    """

    answer: ZoneAnswer
    address: AddressPlace | None
    called: str = ""
    door: DoorMatch = DoorMatch.EXACT
    by_point: bool = False
    asked: str = ""
    beside: tuple[str, ...] = ()


def zone_of_address(
    district_code: str,
    stage: Stage,
    asked: str,
    on: date,
    point: tuple[float, float] | None = None,
) -> AddressAnswer:
    """Return the answer for an address as typed, or for the code of a register's place.

    1. A code answers for itself. What holds Chinese letters is read as an address first.
    2. Of what the register finds, only answers that account for the whole of what was typed count, and of those
       the ones with the best door: exact, none typed, near. They settle it when all lie in one zone. A number that
       has no neighbours in the register is never settled, even where the whole road lies in one zone.
    3. A point settles what the register does not know at all.
    A typed address with its number costs three queries.
    Raises AddressNotSettled, AddressNotInRegister, NoZoneHere and NothingInForce.
    Source: docs/addresses.md (when it is settled).
    """
    is_worded = has_chinese(asked)
    place = None if is_worded else find_address_place(district_code, asked)
    hits = () if place else search_addresses(district_code, asked)
    plain = [hit for hit in hits if hit.is_plain]
    if is_worded and not plain:
        place = find_address_place(district_code, asked)
    if place is not None:
        return _of_place(district_code, stage, place, on)
    if not hits and point is not None:
        return AddressAnswer(zone_at_point(district_code, stage, *point, on), None, by_point=True)
    if not hits:
        raise AddressNotInRegister("the register has nothing like this address")
    if not plain:
        raise AddressNotSettled([_choice(hit) for hit in hits])
    best = min(hit.door for hit in plain)
    meant = [hit for hit in plain if hit.door == best]
    return _of_hits(district_code, stage, meant, on)


def zone_of_code(district_code: str, stage: Stage, code: str, on: date) -> AddressAnswer:
    """Return the answer for the code of a place of the register, whatever letters it holds.

    Raises AddressNotInRegister, and what `zone_of_address` raises.
    """
    place = find_address_place(district_code, code)
    if place is None:
        raise AddressNotInRegister("the register has no place with this code")
    return _of_place(district_code, stage, place, on)


def _of_hits(district_code: str, stage: Stage, hits: Sequence[AddressHit], on: date) -> AddressAnswer:
    """All hits lie in one zone, or somebody must choose."""
    first = hits[0]
    if first.door == DoorMatch.MISSING and first.kind == AddressNameKind.ROAD:
        raise AddressNotSettled(_numbers_there_are(district_code, stage, hits, on), "bureau", first.asked)
    units = sorted({hit.unit_code for hit in hits if hit.unit_code})
    is_spread = any(not hit.unit_code for hit in hits)
    one_zone = len(units) == 1 or len(set(zones_of_units(district_code, stage, units, on).values())) == 1
    if len(hits) > 1 and (is_spread or not one_zone):
        raise AddressNotSettled([_choice(hit) for hit in hits])
    place = first.entry or find_address_place(district_code, first.code)
    if place is None:
        raise AddressNotInRegister("the register changed meanwhile")
    found = _of_place(district_code, stage, place, on, called=first.called, door=first.door)
    return replace(found, asked=first.asked, beside=tuple(hit.shown for hit in hits) if first.asked else ())


def _of_place(
    district_code: str,
    stage: Stage,
    place: AddressPlace,
    on: date,
    *,
    called: str = "",
    door: DoorMatch = DoorMatch.EXACT,
) -> AddressAnswer:
    if place.unit_code or place.kind == AddressNameKind.ENTRY:
        answer, by_point = _of_unit(district_code, stage, place, place.unit_code, on)
        return AddressAnswer(answer, place, called, door, by_point)
    parts = list_parts(place)
    units = sorted({part.unit_code for part in parts})
    zones = zones_of_units(district_code, stage, units, on)
    if len(set(zones.values())) == 1 and set(units) == set(zones):
        return AddressAnswer(zone_of_unit(district_code, stage, units[0], on), place, called, door)
    needs = "number" if place.kind == AddressNameKind.ROAD else "building"
    raise AddressNotSettled(_choices(place, parts, zones), needs)


def _of_unit(
    district_code: str, stage: Stage, place: AddressPlace, unit_code: str, on: date
) -> tuple[ZoneAnswer, bool]:
    """Return the unit's answer; where the plan does not know the unit, the point's, and that it was so."""
    point = Point(*place.point, srid=4326) if place.point else None
    try:
        if point and place.unit_by_point:
            return zone_of_unit_by_point(district_code, stage, unit_code, on, point), False
        return zone_of_unit(district_code, stage, unit_code, on, point), False
    except NoZoneHere:
        if place.point is None:
            raise
        return zone_at_point(district_code, stage, *place.point, on), True


def _numbers_there_are(
    district_code: str, stage: Stage, hits: Sequence[AddressHit], on: date
) -> list[Choice]:
    """Return the spans of numbers that the roads have, by road."""
    found: list[Choice] = []
    for hit in hits:
        place = find_address_place(district_code, hit.code)
        parts = list_parts(place) if place else []
        zones = zones_of_units(district_code, stage, sorted({part.unit_code for part in parts}), on)
        found += _choices(place, parts, zones) if place else ()
    return found[:MOST_CHOICES]


def _choices(place: AddressPlace, parts: Sequence[AddressPart], zones: dict[str, int]) -> list[Choice]:
    """Return the buildings of an estate, or the spans of a road by zone, each with the code of one of its entries."""
    if place.kind == AddressNameKind.ESTATE:
        return [Choice(part.code, part.shown, place.township, "") for part in parts[:MOST_CHOICES]]
    numbered = [(part.number, zones.get(part.unit_code, 0), part) for part in parts if part.number]
    found = []
    for zone in {zone: None for _, zone, _ in numbered}:
        mine = [number for number, own, _ in numbered if own == zone]
        others = [number for number, own, _ in numbered if own != zone]
        for span in spans_of(mine, others):
            first = next(part for number, own, part in numbered if own == zone and number == span.first)
            words = f"{span.first}号" if span.first == span.last else f"{span.first}–{span.last}号"
            side = "单号" if span.first % 2 else "双号"
            found.append(
                (span.first, Choice(first.code, f"{place.shown}{words}（{side}）", place.township, ""))
            )
    return [choice for _, choice in sorted(found, key=lambda pair: (pair[0], pair[1].code))][:MOST_CHOICES]


def _choice(hit: AddressHit) -> Choice:
    return Choice(hit.code, hit.shown, hit.township, hit.called)
