"""The zone of a school in words: estates and villages, and which numbers of which roads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from uuid import UUID

from common.errors import NotFound
from common.periods import Period
from geo_data.addresses.spans import Span, spans_of
from geo_data.models import AddressEntry, DatasetKind, School
from geo_data.selectors.address_places import count_estates, entries_of_units, numbers_of_roads
from geo_data.selectors.datasets import find_current_dataset
from zoning.models import UnitAssignment, ZonePublication, ZoneSchool
from zoning.selectors.publications import period_of

KEPT_ZONES = 256


class SchoolWithoutZone(NotFound):
    """No zone in force on the day has this school: a private school, or another day."""

    code = "school_without_zone"


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """An estate or village of the zone."""

    code: str
    name: str
    kind: str
    township: str


@dataclass(frozen=True, slots=True)
class PartOfEstate:
    """An estate of the register that lies in the zone only in part: these of its buildings do."""

    name: str
    township: str
    buildings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoadInZone:
    """A road of the register. is_whole -- all its numbers lie in the zone; spans -- else those that do."""

    name: str
    is_whole: bool
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ZoneWords:
    """What belongs to a zone. estates -- those of the register that no unit is named after."""

    units: tuple[NamedUnit, ...]
    estates: tuple[str, ...]
    parts: tuple[PartOfEstate, ...]
    roads: tuple[RoadInZone, ...]


@dataclass(frozen=True, slots=True)
class SchoolZone:
    """The zone of a school on a day: its schools by code, and what belongs to it."""

    on: date
    school: School
    schools: tuple[School, ...]
    zone_code: str
    zone_name: str
    plan_id: UUID
    plan_number: int
    document_number: str
    period: Period
    words: ZoneWords


def zone_of_school(district_code: str, school_code: str, on: date) -> SchoolZone:
    """Return the zone in force on the day that has the school. Raises SchoolWithoutZone.

    Source: docs/addresses.md (zones in words).
    """
    in_force = ZonePublication.objects.filter(
        district_id=district_code, withdrawn_at=None, in_force__contains=on
    )
    publications = {row.plan_id: row for row in in_force.select_related("plan", "district")}
    rows = ZoneSchool.objects.filter(plan__in=publications, school__code=school_code)
    found = rows.select_related("zone", "school").order_by("school__stage", "pk").first()
    if found is None:
        raise SchoolWithoutZone("no zone in force on this day has this school", school=school_code)
    publication = publications[found.plan_id]
    register = find_current_dataset(district_code, DatasetKind.ADDRESSES)
    return SchoolZone(
        on=on,
        school=found.school,
        schools=tuple(found.zone.schools.order_by("code")),
        zone_code=found.zone.code,
        zone_name=found.zone.name,
        plan_id=publication.plan_id,
        plan_number=publication.plan.number,
        document_number=publication.document_number,
        period=period_of(publication),
        words=_words(found.zone_id, register.pk if register else None),
    )


@lru_cache(maxsize=KEPT_ZONES)
def _words(zone_id: int, register_id: UUID | None) -> ZoneWords:
    """Plans and registers never change: the words of a zone are made once in a process."""
    rows = UnitAssignment.objects.filter(zone_id=zone_id).select_related("unit").defer("unit__area")
    units = tuple(
        NamedUnit(row.unit.code, row.unit.name, row.unit.kind, row.unit.township)
        for row in rows.order_by("unit__township", "unit__name", "unit__code")
    )
    if register_id is None:
        return ZoneWords(units, (), (), ())
    codes = [unit.code for unit in units]
    entries = list(entries_of_units(register_id, codes))
    whole, parts = _estates(register_id, entries, {unit.name for unit in units})
    return ZoneWords(units, whole, parts, _roads(register_id, entries, set(codes)))


def _estates(
    register_id: UUID, entries: Sequence[AddressEntry], named: set[str]
) -> tuple[tuple[str, ...], tuple[PartOfEstate, ...]]:
    """Return the estates that lie in the zone whole, but for those `named` already, and those that do in part."""
    inside: dict[tuple[str, str], list[AddressEntry]] = {}
    for entry in entries:
        if entry.estate_text:
            inside.setdefault((entry.estate_text, entry.township), []).append(entry)
    totals = count_estates(register_id, [text for text, _ in inside])
    whole: list[str] = []
    parts: list[PartOfEstate] = []
    for key, members in sorted(inside.items()):
        name = members[0].estate
        if len(members) < totals.get(key, 0):
            parts.append(PartOfEstate(name, key[1], _buildings(members)))
        elif name not in named:
            whole.append(name)
    return tuple(whole), tuple(parts)


def _buildings(members: Iterable[AddressEntry]) -> tuple[str, ...]:
    names = {entry.building: entry.building_key for entry in members if entry.building}
    return tuple(sorted(names, key=lambda name: (_leading(names[name]), names[name], name)))


def _leading(key: str) -> int:
    digits = "".join(letter for letter in key if letter.isdigit())
    return int(digits[:9]) if digits else 0


def _roads(register_id: UUID, entries: Sequence[AddressEntry], codes: set[str]) -> tuple[RoadInZone, ...]:
    numbered = [entry for entry in entries if entry.road_text and entry.number is not None]
    names = {entry.road_text: entry.road for entry in numbered}
    every = numbers_of_roads(register_id, sorted(names))
    return tuple(_road(names[road], numbers, codes) for road, numbers in sorted(every.items()))


def _road(name: str, numbers: Sequence[tuple[int, str]], codes: set[str]) -> RoadInZone:
    mine = [number for number, unit in numbers if unit in codes]
    others = [number for number, unit in numbers if unit not in codes]
    return RoadInZone(name, not others, () if not others else spans_of(mine, others))


def words_by_township(units: Sequence[NamedUnit]) -> Mapping[str, tuple[NamedUnit, ...]]:
    """Return the units by township, in order."""
    return {township: tuple(rows) for township, rows in groupby(units, key=lambda unit: unit.township)}
