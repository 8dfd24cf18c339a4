"""The household census: millions of rows, names and numbers sealed one by one, in one transaction."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.copying import Value, copy_rows, id_prefix, row_ids
from accounts.models import User
from accounts.phones import find_normal_phone
from accounts.sealing import blind_digest, current_keyring, field_sealer
from accounts.selectors.people import phone_index
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue
from common.quick_json import as_bytes, encoded
from geo_data.models import Child, Dataset, DatasetKind, Household
from geo_data.selectors.address_book import answers_of
from geo_data.selectors.children import CHILD_TABLE, identity_index
from geo_data.selectors.datasets import find_current_dataset, get_current_dataset
from geo_data.selectors.registers import address_index, property_index
from geo_data.selectors.units import list_units
from geo_data.services.bringing_in import Import, begin_import, bring_in
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.terms import AT_ONCE, Terms
from geo_data.tables.child_table import DECLARED, Census, ChildRow, read_children
from geo_data.tables.fact_groups import FactGroup
from geo_data.tables.findings import Findings
from geo_data.tables.guardians import NO_GUARDIANS, Guardians

CHUNK = 5000
DWELLING = "dwelling_key"
ROW = "census row"  # the purpose of the digest that tells whether a row changed
HOUSEHOLD_COLUMNS = ("id", "dataset_id", "code", "unit_code", "address_sealed", "phone_sealed", "phone_index")
CHILD_COLUMNS = (
    "id",
    "dataset_id",
    "household_id",
    "name_sealed",
    "identity_sealed",
    "identity_index",
    "guardians_sealed",
    "guardian_indexes",
    "birth_on",
    "sex",
    "school_now",
    "facts",
    "row_digest",
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
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store households and children of a file; they live in the current units.

    Rows are stored while they are read; a severe finding, also in the last row, undoes everything.
    Raises ImportRefused with all findings.
    """
    district = begin_import(actor, district_code)
    units = get_current_dataset(district_code, DatasetKind.UNITS)
    options: dict[str, CanonicalValue] = {
        "units": units.file_digest,
        "as_of": origin.vintage_on.isoformat() if origin.vintage_on else None,
        "office": origin.office,
    }
    register = find_current_dataset(district_code, DatasetKind.ADDRESSES)
    if register:
        options["addresses"] = register.file_digest
    census = Census(
        as_of=origin.vintage_on or timezone.localtime(now).date(),
        verifier=origin.office,
        district=district_code,
        units=frozenset(list_units(units).values_list("code", flat=True)),
        answers=answers_of(register),
    )

    def read(findings: Findings) -> Iterator[Sequence[object]]:
        return map(_texts_of, read_children(path, census=census, findings=findings))

    job = Import(
        actor,
        now,
        district,
        DatasetKind.CHILDREN,
        path,
        "",
        origin,
        report,
        options,
        terms=terms,
        basis=(units, register) if register else (units,),
        takes_good_rows=True,
    )
    return bring_in(job, read, lambda dataset, children: _store(dataset, children, report))


class ChildTexts(NamedTuple):
    """What is stored of a row, but for ids, seals and indexes: made in the process that reads.

    So both processes have as much to do, and texts go from one to the other in a tenth of the time that facts take.
    """

    household: int
    opens_household: bool
    household_code: str
    unit_code: str
    address: str
    phone: str
    name: str
    identity: str
    guardians: str
    guardian_indexes: str
    birth_on: str
    sex: str
    school_now: str
    facts: str
    row_digest: str


def _texts_of(row: ChildRow) -> Sequence[object]:
    """Return the values of `ChildTexts`, as a plain tuple: it travels quicker."""
    return (
        row.household,
        row.opens_household,
        row.household_code,
        row.unit_code,
        row.address,
        row.phone,
        row.name,
        row.identity,
        *_guardians(row.guardians),
        row.birth_on.isoformat(),
        row.sex,
        row.school_now,
        encoded(_facts(row)),
        _row_digest(row),
    )


def _store(dataset: Dataset, children: Iterator[Sequence[object]], report: Report) -> int:
    version, homes, ids, seals, stored = str(dataset.pk), id_prefix(), row_ids(), _seals(), 0
    while chunk := list(map(ChildTexts._make, islice(children, CHUNK))):
        households = (_household(version, homes, row, seals) for row in chunk if row.opens_household)
        copy_rows(Household, HOUSEHOLD_COLUMNS, households)
        rows = (_child(version, homes, next(ids), row, seals) for row in chunk)
        copy_rows(Child, CHILD_COLUMNS, rows)
        stored += len(chunk)
        report("storing", stored, 0)
    return stored


class _Seals(NamedTuple):
    """What seals each field of households and children."""

    address: Callable[[str, str], bytes]
    phone: Callable[[str, str], bytes]
    name: Callable[[str, str], bytes]
    identity: Callable[[str, str], bytes]
    guardians: Callable[[str, str], bytes]


def _seals() -> _Seals:
    keyring = current_keyring()
    home = [
        field_sealer("geo_data_household", field, keyring) for field in ("address_sealed", "phone_sealed")
    ]
    own = [
        field_sealer(CHILD_TABLE, f"{field}_sealed", keyring) for field in ("name", "identity", "guardians")
    ]
    return _Seals(*home, *own)


def _household_id(homes: str, row: ChildTexts) -> str:
    """Return the id of the row's household, found again for every child without remembering a million of them."""
    return f"{homes}{row.household:012x}"


def _household(version: str, homes: str, row: ChildTexts, seals: _Seals) -> Sequence[Value]:
    row_id = _household_id(homes, row)
    return (
        row_id,
        version,
        row.household_code,
        row.unit_code,
        seals.address(row.address, row_id) if row.address else None,
        seals.phone(row.phone, row_id) if row.phone else None,
        phone_index(phone) if (phone := find_normal_phone(row.phone)) else "",
    )


def _child(version: str, homes: str, row_id: str, row: ChildTexts, seals: _Seals) -> Sequence[Value]:
    return (
        row_id,
        version,
        _household_id(homes, row),
        seals.name(row.name, row_id),
        seals.identity(row.identity, row_id),
        identity_index(row.identity),
        seals.guardians(row.guardians, row_id) if row.guardians else None,
        row.guardian_indexes,
        row.birth_on,
        row.sex,
        row.school_now,
        row.facts,
        row.row_digest,
    )


def _facts(row: ChildRow) -> list[FactGroup]:
    """Return the facts of the row; its dwelling, told by number or only by the address, is an opaque key there.

    Source: docs/reconciliation.md (dwellings).
    """
    facts, is_told = list(row.facts), False
    for place, group in enumerate(facts):
        if DWELLING in group["values"]:
            facts[place], is_told = _with_key(group, property_index(str(group["values"][DWELLING]))), True
    if not is_told and (key := address_index(row.address)):
        facts[0] = _with_key(facts[0], key)
    return facts


def _with_key(group: FactGroup, key: str) -> FactGroup:
    return {**group, "values": group["values"] | {DWELLING: key}}


def _guardians(told: Guardians) -> tuple[str, str]:
    """Return what is sealed of the guardians, and the indexes of their numbers as PostgreSQL writes an array."""
    if told is NO_GUARDIANS:
        return "", "{}"
    stated = {name: text for name, text in zip(Guardians._fields, told, strict=True) if text}
    return encoded(stated), "{" + ",".join(map(identity_index, told.numbers)) + "}"


def _row_digest(row: ChildRow) -> str:
    """Return a keyed digest of what the row says, but for the day and office of the survey.

    Guardians are in it only where the row names some, so that a row without them has the digest that it always had.
    """
    facts = [[group["source"] == DECLARED, sorted(group["values"].items())] for group in row.facts]
    told = [row.household_code, row.unit_code, row.address, row.phone, row.name, row.identity, row.sex]
    guardians = () if row.guardians is NO_GUARDIANS else (tuple(row.guardians),)
    content = [*told, row.birth_on.isoformat(), row.school_now, facts, *guardians]
    return blind_digest(as_bytes(content), purpose=ROW)
