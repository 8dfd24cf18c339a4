"""The address register of a file, and the names by which its places are found."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from accounts.copying import Value, copy_rows
from accounts.models import User
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue, canonical_json
from geo_data.addresses.doors import building_key, read_door
from geo_data.addresses.letters import normalized
from geo_data.addresses.names import Entry, Name, keys_of, names_of
from geo_data.addresses.shown import shown_address
from geo_data.models import AddressEntry, AddressKey, AddressName, Dataset, DatasetKind
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.known_places import load_known_places
from geo_data.services.bringing_in import (
    Import,
    as_ewkb,
    begin_import,
    bring_in,
    declared_system,
    ground_of,
    unit_shapes,
)
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.terms import AT_ONCE, Terms
from geo_data.tables.address_table import AddressRow, Spelling, read_addresses, words_of
from geo_data.tables.findings import Findings

CODE_DIGITS = 14
SPELLING = Spelling(name=normalized, building=building_key, door=lambda text: _door(text))
ENTRY_COLUMNS = (
    *("dataset_id", "code", "township", "estate", "building", "road", "number", "suffix", "unit_code"),
    *(
        "point",
        "unit_by_point",
        "dwellings",
        "aliases",
        "old_names",
        "estate_text",
        "road_text",
        "building_key",
    ),
)
NAME_COLUMNS = (
    *("dataset_id", "kind", "sort", "name", "place", "shown", "township", "code", "entries", "unit_code"),
)


@transaction.atomic
def import_addresses(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    crs: str = "",
    swap_axes: bool = False,
    accept_offset: bool = False,
    offset_reason: str = "",
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store the address register of a file; its addresses lie in the current units.

    Raises ImportRefused with all findings.
    """
    district = begin_import(actor, district_code)
    units = get_current_dataset(district_code, DatasetKind.UNITS)
    known = load_known_places(district_code, DatasetKind.UNITS)
    ground = replace(ground_of(district), known=known, accept_offset=accept_offset, swap_axes=swap_axes)
    declared, shapes = declared_system(crs), unit_shapes(units)
    options: dict[str, CanonicalValue] = {"units": units.file_digest}
    if swap_axes:
        options["swap_axes"] = True
    if accept_offset:
        options |= {"accept_offset": True} | ({"offset_reason": offset_reason} if offset_reason else {})

    def read(findings: Findings) -> tuple[AddressRow, ...]:
        rows = read_addresses(
            path, ground=ground, declared=declared, units=shapes, spelling=SPELLING, findings=findings
        )
        _, ambiguous = names_of(_entries(rows))
        for alias, places in ambiguous.items():
            findings.add("alias_of_two_places", rows[places[-1]].row, value=alias)
        return rows

    job = Import(
        actor,
        now,
        district,
        DatasetKind.ADDRESSES,
        path,
        crs,
        origin,
        report,
        options,
        terms=terms,
        basis=(units,),
        takes_good_rows=True,
    )
    return bring_in(job, read, _store)


def entry_code(row: AddressRow) -> str:
    """Return the code of an address: the file's, or one made of its words, the same in every version."""
    if row.code:
        return row.code
    return "A" + hashlib.sha256(canonical_json(list(words_of(row)))).hexdigest()[:CODE_DIGITS]  # type: ignore[arg-type]


def _entries(rows: Sequence[AddressRow]) -> list[Entry]:
    return [
        Entry(
            code=entry_code(row),
            shown=shown_address(row.road, row.number, row.suffix, row.estate, row.building),
            township=row.township,
            estate=row.estate,
            road=row.road,
            estate_text=row.estate_text,
            road_text=row.road_text,
            door="" if row.number is None else f"{row.number}{row.suffix}",
            is_whole=not row.building and row.number is None,
            unit_code=row.unit_code,
            aliases=row.aliases,
            old_names=row.old_names,
        )
        for row in rows
    ]


def _store(dataset: Dataset, rows: Sequence[AddressRow]) -> int:
    names, _ = names_of(_entries(rows))
    count = copy_rows(AddressEntry, ENTRY_COLUMNS, _entry_rows(dataset, rows))
    copy_rows(AddressName, NAME_COLUMNS, (_name_row(dataset, name) for name in names))
    stored = list(AddressName.objects.filter(dataset=dataset).order_by("pk").values_list("pk", "name"))
    copy_rows(AddressKey, ("dataset_id", "name_id", "kind", "key"), _key_rows(dataset, stored))
    with connection.cursor() as cursor:  # a fresh register is searched with fresh statistics
        for model in (AddressEntry, AddressName, AddressKey):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
    return count


def _entry_rows(dataset: Dataset, rows: Sequence[AddressRow]) -> Iterator[Sequence[Value]]:
    points = as_ewkb([row.point for row in rows])
    for row, point in zip(rows, points, strict=True):
        yield (
            *(str(dataset.pk), entry_code(row), row.township, row.estate, row.building, row.road),
            *(row.number, row.suffix, row.unit_code, point, row.unit_by_point),
            row.dwellings,
            *(_array(row.aliases), _array(row.old_names)),
            *(row.estate_text, row.road_text, row.building_key),
        )


def _name_row(dataset: Dataset, name: Name) -> Sequence[Value]:
    place = name.place
    words = canonical_json([place.kind, place.text, place.township])
    code = (
        place.text if place.kind == 2 else "ER"[place.kind] + hashlib.sha256(words).hexdigest()[:CODE_DIGITS]
    )
    return (
        *(str(dataset.pk), place.kind, name.sort, name.name, place.text, name.shown),
        *(place.township, code, name.entries, name.unit_code),
    )


def _key_rows(dataset: Dataset, names: Sequence[tuple[int, str]]) -> Iterator[Sequence[Value]]:
    for pk, name in names:
        for kind, key in keys_of(name):
            yield (str(dataset.pk), pk, kind, key)


def _array(names: Sequence[str]) -> str:
    """Return an array as PostgreSQL reads it."""
    escaped = (name.replace("\\", "\\\\").replace('"', '\\"') for name in names)
    return "{" + ",".join(f'"{name}"' for name in escaped) + "}"


def _door(text: str) -> tuple[int, str] | None:
    door = read_door(text)
    return (door.number, door.suffix) if door else None
