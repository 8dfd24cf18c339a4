"""The household census: millions of rows, names and numbers sealed one by one, in one transaction."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4, uuid5

from django.db import transaction

from accounts.models import User
from accounts.permissions import Action, require
from accounts.phones import find_normal_phone
from accounts.sealing import Keyring, current_keyring, seal
from accounts.selectors.people import phone_index
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue
from geo_data.models import Child, Dataset, DatasetKind, Household
from geo_data.selectors.children import identity_index
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.units import list_units
from geo_data.services.copying import Value, copy_rows
from geo_data.services.datasets import (
    ImportRefused,
    ImportResult,
    Origin,
    begin_dataset,
    digest_of_import,
    find_same_import,
    finish_dataset,
    lock_district,
    repeated,
)
from geo_data.tables.child_table import Census, ChildRow, read_children
from geo_data.tables.findings import Findings
from geo_data.tables.reading import UnreadableFile

CHUNK = 5000
ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
HOUSEHOLD_COLUMNS = ("id", "dataset_id", "code", "unit_code", "address_sealed", "phone_sealed", "phone_index")
CHILD_COLUMNS = (
    "id",
    "dataset_id",
    "household_id",
    "name_sealed",
    "identity_sealed",
    "identity_index",
    "birth_on",
    "sex",
    "school_now",
    "facts",
)


@transaction.atomic
def import_children(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    path: Path,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
) -> ImportResult:
    """Store households and children of a file; they live in the current units.

    Rows are stored while they are read; a severe finding, also in the last row, undoes everything.
    Raises ImportRefused with all findings.
    """
    if actor is not None:
        require(actor, Action.IMPORT_DATA, district_code)
    district = lock_district(district_code)
    units = get_current_dataset(district_code, DatasetKind.UNITS)
    as_of = origin.vintage_on or now.date()
    options: dict[str, CanonicalValue] = {
        "kind": "children",
        "units": units.file_digest,
        "as_of": origin.vintage_on.isoformat() if origin.vintage_on else None,
        "office": origin.office,
    }
    file_digest = digest_of_import(path, options)
    same = find_same_import(
        actor=actor, now=now, district=district, kind=DatasetKind.CHILDREN, file_digest=file_digest
    )
    if same:
        return repeated(same)
    codes = frozenset(list_units(units).values_list("code", flat=True))
    census = Census(as_of=as_of, verifier=origin.office, district=district_code, units=codes)
    dataset = begin_dataset(
        actor=actor,
        now=now,
        district=district,
        kind=DatasetKind.CHILDREN,
        file_digest=file_digest,
        path=path,
        origin=origin,
    )
    findings = Findings()
    try:
        children = read_children(path, census=census, findings=findings)
        stored = _store(dataset, children, findings, report)
    except UnreadableFile as fault:
        findings.add("file_unreadable", value=str(fault))
        raise ImportRefused(findings) from fault
    return finish_dataset(actor=actor, now=now, dataset=dataset, row_count=stored, findings=findings)


def _store(dataset: Dataset, children: Iterator[ChildRow], findings: Findings, report: Report) -> int:
    keyring, read = current_keyring(), 0
    while chunk := list(islice(children, CHUNK)):
        read += len(chunk)
        report("storing", read, 0)
        if not findings.refuses:  # what follows is read for its findings only
            _store_chunk(dataset, chunk, keyring)
    return read


def _store_chunk(dataset: Dataset, chunk: Sequence[ChildRow], keyring: Keyring) -> None:
    households = (_household(dataset, row, keyring) for row in chunk if row.opens_household)
    copy_rows(Household, HOUSEHOLD_COLUMNS, households)
    copy_rows(Child, CHILD_COLUMNS, _children(dataset, chunk, keyring))


def _household_id(dataset: Dataset, code: str) -> UUID:
    return uuid5(dataset.pk, code)  # found again for every child without remembering a million of them


def _household(dataset: Dataset, row: ChildRow, keyring: Keyring) -> Sequence[Value]:
    row_id = _household_id(dataset, row.household_code)
    return (
        str(row_id),
        str(dataset.pk),
        row.household_code,
        row.unit_code,
        _sealed(row.address, "geo_data_household", row_id, "address_sealed", keyring),
        _sealed(row.phone, "geo_data_household", row_id, "phone_sealed", keyring),
        phone_index(phone) if (phone := find_normal_phone(row.phone)) else "",
    )


def _children(dataset: Dataset, chunk: Iterable[ChildRow], keyring: Keyring) -> Iterator[Sequence[Value]]:
    for row in chunk:
        row_id = uuid4()
        yield (
            str(row_id),
            str(dataset.pk),
            str(_household_id(dataset, row.household_code)),
            _sealed(row.name, "geo_data_child", row_id, "name_sealed", keyring),
            _sealed(row.identity, "geo_data_child", row_id, "identity_sealed", keyring),
            identity_index(row.identity),
            row.birth_on.isoformat(),
            row.sex,
            row.school_now,
            ENCODE(row.facts),
        )


def _sealed(text: str, table: str, row_id: UUID, field: str, keyring: Keyring) -> bytes | None:
    return seal(text, table=table, row_id=row_id, field=field, keyring=keyring) if text else None
