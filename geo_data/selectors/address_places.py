"""Places of the register by their code, and what they are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from geo_data.addresses.shown import shown_address
from geo_data.models import (
    AddressEntry,
    AddressName,
    AddressNameKind,
    AddressNameSort,
)
from geo_data.selectors.address_sql import find_place

MOST_PARTS = 2000  # entries of a place that are told apart


@dataclass(frozen=True, slots=True)
class AddressPlace:
    """An entry, or a whole estate or road, of the register in force.

    text  -- its normalized name, "" for an entry; point -- longitude and latitude, or None
    unit_by_point -- the register states no unit: the point decided
    """

    code: str
    kind: AddressNameKind
    shown: str
    township: str
    unit_code: str
    point: tuple[float, float] | None
    dataset_id: UUID
    text: str
    unit_by_point: bool = False


@dataclass(frozen=True, slots=True)
class AddressPart:
    """An entry of an estate or road."""

    code: str
    shown: str
    number: int | None
    unit_code: str


def find_address_place(district_code: str, code: str) -> AddressPlace | None:
    """Return what has the code in the current register; an entry goes before a name. One query.

    The point of an estate is that of its own row, which has neither building nor number.
    """
    found = find_place(district_code, code)
    if found is None:
        return None
    written = shown_address(found.road, found.number, found.suffix, found.estate, found.building)
    return AddressPlace(
        code=found.code,
        kind=AddressNameKind(found.kind),
        shown=found.shown or written,
        township=found.township,
        unit_code=found.unit_code,
        point=None if found.x is None or found.y is None else (found.x, found.y),
        dataset_id=found.dataset_id,
        text=found.place,
        unit_by_point=found.unit_by_point,
    )


def shown_of(entry: AddressEntry) -> str:
    """Return the address of an entry as people write it."""
    return shown_address(entry.road, entry.number, entry.suffix, entry.estate, entry.building)


def list_parts(place: AddressPlace) -> list[AddressPart]:
    """Return the entries of an estate or road, by number, building and code; an entry has only itself. One query.

    An estate's own row, without building or number, stands for the whole and is left out where there are others.
    """
    if place.kind == AddressNameKind.ENTRY:
        return [AddressPart(place.code, place.shown, None, place.unit_code)]
    rows = AddressEntry.objects.filter(dataset_id=place.dataset_id)
    if place.kind == AddressNameKind.ESTATE:
        rows = rows.filter(estate_text=place.text, township=place.township)
    else:
        rows = rows.filter(road_text=place.text)
        rows = rows.filter(township=place.township) if place.township else rows
    ordered = rows.order_by("number", "suffix", "building_key", "code")[:MOST_PARTS]
    whole: list[AddressPart] = []
    parts: list[AddressPart] = []
    for row in ordered:
        part = AddressPart(row.code, shown_of(row), row.number, row.unit_code)
        (parts if row.building or row.number is not None else whole).append(part)
    return sorted(parts, key=_by_number) or whole


def entries_of_units(dataset_id: UUID, unit_codes: Sequence[str]) -> QuerySet[AddressEntry]:
    """Return the entries of units, by road, number and estate."""
    rows = AddressEntry.objects.filter(dataset_id=dataset_id, unit_code__in=unit_codes)
    return rows.order_by("road_text", "number", "suffix", "estate_text", "building_key", "code")


def numbers_of_roads(dataset_id: UUID, roads: Sequence[str]) -> Mapping[str, list[tuple[int, str]]]:
    """Return the numbers of whole roads, by normalized road, each with its unit. One query."""
    rows = AddressEntry.objects.filter(dataset_id=dataset_id, road_text__in=roads)
    found: dict[str, list[tuple[int, str]]] = {}
    for road, number, unit in rows.values_list("road_text", "number", "unit_code"):
        if number is None:
            continue
        found.setdefault(road, []).append((number, unit))
    return found


def count_estates(dataset_id: UUID, estates: Sequence[str]) -> Mapping[tuple[str, str], int]:
    """Return how many entries each estate has, by normalized name and township. One query."""
    rows = AddressName.objects.filter(
        dataset_id=dataset_id,
        kind=AddressNameKind.ESTATE,
        sort=AddressNameSort.OFFICIAL,
        place__in=estates,
    )
    return {
        (place, township): count
        for place, township, count in rows.values_list("place", "township", "entries")
    }


def _by_number(part: AddressPart) -> tuple[int, int, str, str]:
    digits = "".join(letter for letter in part.shown if letter.isdigit())
    return (part.number or 0, int(digits[:9] or 0), part.shown, part.code)
