"""The statements of the address search, and their rows. Everything that decides is in geo_data.addresses.

They are written out because the plan matters: names are found by equality and by their beginning in one index, typing
errors only where that finds nothing, and numbers by a walk along the index of their road.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from geo_data.addresses.asking import Path, Question
from geo_data.addresses.names import ENDING, INITIALS, SOUND, TEXT
from geo_data.models import (
    AddressEntry,
    AddressKey,
    AddressName,
    AddressNameKind,
    AddressNameSort,
    Dataset,
    DatasetKind,
    DatasetStatus,
)

MOST_BEGINNINGS = 60  # names that begin alike are ranked among the first so many, by key
MOST_ALIKE = 40
MOST_AT_A_DOOR = 12
LAST_LETTER = "\U0010ffff"  # no key holds it: the end of all that begin alike

ENTRY, KEY, NAME, DATASET = (
    model._meta.db_table for model in (AddressEntry, AddressKey, AddressName, Dataset)
)
CURRENT = (
    f"SELECT id FROM {DATASET} WHERE district_id = %(district)s"
    f" AND kind = '{DatasetKind.ADDRESSES.value}' AND status = '{DatasetStatus.CURRENT.value}'"
)
# %% is the likeness of pg_trgm at its default threshold of 0.3; what resembles less is not what was meant.
NAMES = f"""
WITH register AS MATERIALIZED ({CURRENT}),
found AS MATERIALIZED (
    SELECT name_id, kind, key, {Path.PART.value} AS path FROM {KEY}
    WHERE dataset_id = (SELECT id FROM register) AND key = ANY(%(parts)s) AND kind = {TEXT}
  UNION ALL
    SELECT name_id, kind, key, {Path.PART.value} FROM {KEY}
    WHERE dataset_id = (SELECT id FROM register) AND key = ANY(%(sounds)s) AND kind = {SOUND}
  UNION ALL
    (SELECT name_id, kind, key, {Path.BEGINNING.value} FROM {KEY}
    WHERE dataset_id = (SELECT id FROM register) AND key ~>=~ %(beginning)s AND key ~<~ %(end)s
      AND %(beginning)s <> '' AND kind = ANY(%(kinds)s)
    ORDER BY key USING ~<~, kind, name_id LIMIT {MOST_BEGINNINGS})
), answered AS MATERIALIZED (
    SELECT EXISTS (
        SELECT FROM found WHERE path <> {Path.PART.value} OR kind = {SOUND} OR 2 * length(key) >= %(letters)s
    ) AS is_so
), alike AS (
    SELECT name_id, kind, key, {Path.LIKENESS.value} FROM {KEY}
    WHERE NOT (SELECT is_so FROM answered) AND kind = {SOUND} AND key %% %(sound)s
      AND dataset_id = (SELECT id FROM register)
    ORDER BY similarity(key, %(sound)s) DESC, key, name_id LIMIT {MOST_ALIKE}
)
SELECT every.path, every.kind, every.key, n.kind, n.sort, n.name, n.place, n.shown, n.township, n.code, n.entries,
       n.unit_code, n.dataset_id
FROM (SELECT * FROM found UNION ALL SELECT * FROM alike) AS every(name_id, kind, key, path)
JOIN {NAME} n ON n.id = every.name_id
ORDER BY every.path, every.kind, every.key, n.id
"""

ENTRY_FIELDS = """
    code, township, road, number, suffix, estate, building, building_key, unit_code, ST_X(point), ST_Y(point),
    unit_by_point
"""
DOORS = f"""
SELECT asked.nth, door.*
FROM unnest(%(nths)s, %(texts)s, %(townships)s, %(numbers)s, %(suffixes)s)
     AS asked(nth, place, township, number, suffix)
CROSS JOIN LATERAL (
    (SELECT {ENTRY_FIELDS} FROM {ENTRY} e WHERE e.dataset_id = %(dataset)s AND e.road_text = asked.place
       AND e.number = asked.number AND (asked.township = '' OR e.township = asked.township)
     ORDER BY e.suffix <> asked.suffix, e.suffix, e.estate_text, e.building_key, e.township LIMIT {MOST_AT_A_DOOR})
  UNION ALL
    (SELECT {ENTRY_FIELDS} FROM {ENTRY} e WHERE e.dataset_id = %(dataset)s AND e.road_text = asked.place
       AND e.number < asked.number AND e.number %% 2 = asked.number %% 2
       AND (asked.township = '' OR e.township = asked.township)
     ORDER BY e.number DESC, e.suffix DESC, e.estate_text DESC, e.building_key DESC, e.township DESC LIMIT 1)
  UNION ALL
    (SELECT {ENTRY_FIELDS} FROM {ENTRY} e WHERE e.dataset_id = %(dataset)s AND e.road_text = asked.place
       AND e.number > asked.number AND e.number %% 2 = asked.number %% 2
       AND (asked.township = '' OR e.township = asked.township)
     ORDER BY e.number, e.suffix, e.estate_text, e.building_key, e.township LIMIT 1)
) AS door
"""
HOUSES = f"""
SELECT asked.nth, house.*
FROM unnest(%(e_nths)s, %(e_texts)s, %(e_townships)s) AS asked(nth, place, township)
CROSS JOIN LATERAL (
    SELECT {ENTRY_FIELDS} FROM {ENTRY} e
    WHERE e.dataset_id = %(dataset)s AND e.estate_text = asked.place AND e.township = asked.township
      AND (%(building)s <> '' AND e.building_key = %(building)s OR e.number = %(number)s)
    ORDER BY (e.building_key = %(building)s)::int + (e.number IS NOT DISTINCT FROM %(number)s)::int DESC,
             e.suffix <> %(suffix)s, e.building_key, e.number NULLS FIRST, e.suffix, e.code LIMIT 1
) AS house
"""

OFFICIAL, OF_ESTATE, OF_ENTRY = (
    kind.value for kind in (AddressNameSort.OFFICIAL, AddressNameKind.ESTATE, AddressNameKind.ENTRY)
)
PLACE = f"""
WITH register AS MATERIALIZED ({CURRENT})
(SELECT {OF_ENTRY} AS kind, code, '' AS shown, road, number, suffix, estate, building, township, unit_code,
        ST_X(point) AS x, ST_Y(point) AS y, dataset_id, '' AS place, unit_by_point, 0 AS nth
 FROM {ENTRY} WHERE dataset_id = (SELECT id FROM register) AND code = %(code)s)
UNION ALL
(SELECT n.kind, n.code, n.shown, '', NULL, '', '', '', n.township, n.unit_code,
        ST_X(own.point), ST_Y(own.point), n.dataset_id, n.place, coalesce(own.unit_by_point, false), 1
 FROM {NAME} n
 LEFT JOIN LATERAL (
    SELECT point, unit_by_point FROM {ENTRY} e
    WHERE n.kind = {OF_ESTATE} AND e.dataset_id = n.dataset_id AND e.estate_text = n.place
      AND e.township = n.township AND e.building_key = '' AND e.number IS NULL AND e.point IS NOT NULL
    ORDER BY e.code LIMIT 1
 ) own ON true
 WHERE n.dataset_id = (SELECT id FROM register) AND n.code = %(code)s AND n.sort = {OFFICIAL}
 ORDER BY n.kind, n.id LIMIT 1)
ORDER BY nth LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """What has a code: an entry, or an estate or road with the point of its own row."""

    kind: int
    code: str
    shown: str
    road: str
    number: int | None
    suffix: str
    estate: str
    building: str
    township: str
    unit_code: str
    x: float | None
    y: float | None
    dataset_id: UUID
    place: str
    unit_by_point: bool


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name the database found, by which key and way."""

    path: int
    key_kind: int
    key: str
    kind: int
    sort: int
    name: str
    place: str
    shown: str
    township: str
    code: str
    entries: int
    unit_code: str
    dataset_id: Any


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry at or near the door that was asked for; `nth` is the place it belongs to, `x` and `y` are degrees."""

    nth: int
    code: str
    township: str
    road: str
    number: int | None
    suffix: str
    estate: str
    building: str
    building_key: str
    unit_code: str
    x: float | None
    y: float | None
    unit_by_point: bool


def find_place(district_code: str, code: str) -> FoundPlace | None:
    """Return what has the code in the current register, an entry before a name; one query."""
    rows = _rows(PLACE, {"district": district_code, "code": code})
    return FoundPlace(*rows[0][:-1]) if rows else None


def find_names(district_code: str, question: Question) -> list[FoundName]:
    """Return the names that answer a question, one query."""
    return [FoundName(*row) for row in _rows(NAMES, name_values(district_code, question))]


def name_values(district_code: str, question: Question) -> dict[str, Any]:
    """Return what NAMES is asked with; the question has a name."""
    kinds = (SOUND, INITIALS) if question.is_latin else (TEXT, ENDING)
    return {
        "district": district_code,
        "parts": list(question.parts),
        "sounds": list(question.sounds),
        "beginning": question.beginning,
        "end": question.beginning + LAST_LETTER,
        "kinds": list(kinds),
        "letters": len(question.names[-1]),
        "sound": question.sounds[-1],
    }


def find_doors(
    dataset_id: object, question: Question, roads: Sequence[FoundName], estates: Sequence[FoundName]
) -> list[FoundEntry]:
    """Return the entries at and beside the number that was typed, and the building or house of estates; one query.

    `nth` counts roads, then estates.
    """
    door, house = question.typed.door, question.typed.house
    asked = {
        "dataset": str(dataset_id),
        "nths": list(range(len(roads))),
        "texts": [road.place for road in roads],
        "townships": [road.township for road in roads],
        "numbers": [door.number if door else 0] * len(roads),
        "suffixes": [door.suffix if door else ""] * len(roads),
        "e_nths": list(range(len(roads), len(roads) + len(estates))),
        "e_texts": [estate.place for estate in estates],
        "e_townships": [estate.township for estate in estates],
        "building": question.typed.building,
        "number": house.number if house else None,
        "suffix": house.suffix if house else "",
    }
    parts = [statement for statement, needed in ((DOORS, roads), (HOUSES, estates)) if needed]
    return [FoundEntry(*row) for row in _rows(" UNION ALL ".join(f"({part})" for part in parts), asked)]


def _rows(statement: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())
