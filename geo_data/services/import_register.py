"""Lists of other offices: registrations, permits, titles, rentals, pupils, attendance, kindergartens, births."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple, cast

from django.db import transaction
from django.utils import timezone

from accounts.copying import Value, copy_rows, row_ids
from accounts.models import User
from accounts.sealing import Keyring, blind_index, current_keyring, seal
from accounts.services.jobs import Report, not_reported
from common.canonical import CanonicalValue
from common.errors import MalformedInput
from common.quick_json import encoded
from geo_data.models import Dataset, DatasetKind, RegisterEntry
from geo_data.selectors.address_book import answers_of
from geo_data.selectors.datasets import find_current_dataset, get_current_dataset
from geo_data.selectors.registers import (
    ENTRY_TABLE,
    PERSON_FIELD,
    address_index,
    person_index,
    property_index,
)
from geo_data.selectors.schools import list_schools
from geo_data.selectors.units import list_units
from geo_data.services.bringing_in import Import, begin_import, bring_in
from geo_data.services.datasets import ImportResult, Origin
from geo_data.services.terms import AT_ONCE, Terms
from geo_data.tables.fact_groups import FactGroup
from geo_data.tables.findings import Findings
from geo_data.tables.register_columns import REGISTERS
from geo_data.tables.register_table import ADDRESSED, LOOK_UP, Listing, RegisterRow, read_register

CHUNK = 5000
DWELLINGS = frozenset({DatasetKind.TITLES, DatasetKind.RENTALS})
RECORD = "record"  # the purpose of the index of rows that state no number
COLUMNS = (
    "id",
    "dataset_id",
    "person_sealed",
    "row_number",
    "record_index",
    "identity_index",
    "guardian_index",
    "second_guardian_index",
    "property_index",
    "address_index",
    "birth_on",
    "sex",
    "unit_code",
    "school_code",
    "grade",
    "facts",
    "details",
)


class NotARegister(MalformedInput):
    """This kind of data is no list of another office."""

    code = "not_a_register"


@transaction.atomic
def import_register(
    *,
    actor: User | None,
    now: datetime,
    district_code: str,
    kind: DatasetKind,
    path: Path,
    origin: Origin = Origin(),  # noqa: B008 - frozen
    report: Report = not_reported,
    terms: Terms = AT_ONCE,
) -> ImportResult:
    """Store the rows of a list; units, and schools when there are any, are those of the current versions.

    Rows are stored while they are read; a severe finding, also in the last row, undoes everything.
    Raises ImportRefused with all findings, NotARegister for another kind of data.
    """
    spec = REGISTERS.get(kind.value)
    if spec is None:
        raise NotARegister("this kind of data is no list of another office", kind=kind.value)
    district = begin_import(actor, district_code)
    units = get_current_dataset(district_code, DatasetKind.UNITS)
    schools = find_current_dataset(district_code, DatasetKind.SCHOOLS)
    options: dict[str, CanonicalValue] = {
        "units": units.file_digest,
        "schools": schools.file_digest if schools else None,
        "as_of": origin.vintage_on.isoformat() if origin.vintage_on else None,
        "office": origin.office,
    }
    register = find_current_dataset(district_code, DatasetKind.ADDRESSES) if kind.value in ADDRESSED else None
    if register:
        options["addresses"] = register.file_digest
    as_of = origin.vintage_on or timezone.localtime(now).date()
    listing = _listing(units, schools, register, as_of=as_of, verifier=origin.office)

    told = partial(texts_of, kind=kind, as_of=as_of, verifier=origin.office)

    def read(findings: Findings) -> Iterator[Sequence[object]]:
        return map(told, read_register(path, spec=spec, listing=listing, findings=findings))

    def store(dataset: Dataset, rows: Iterator[Sequence[object]]) -> int:
        return store_entries(dataset, rows, report)

    job = Import(
        actor,
        now,
        district,
        kind,
        path,
        "",
        origin,
        report,
        options,
        terms=terms,
        basis=[version for version in (units, schools, register) if version],
        takes_good_rows=True,
    )
    return bring_in(job, read, store)


def _listing(
    units: Dataset, schools: Dataset | None, register: Dataset | None, *, as_of: date, verifier: str
) -> Listing:
    return Listing(
        as_of=as_of,
        verifier=verifier,
        district=units.district_id,
        units=frozenset(list_units(units).values_list("code", flat=True)),
        schools=frozenset(list_schools(schools).values_list("code", flat=True)) if schools else None,
        answers=answers_of(register),
    )


def store_entries(dataset: Dataset, rows: Iterator[Sequence[object]], report: Report = not_reported) -> int:
    """Seal and store the rows of a list, as `texts_of` tells them; return how many."""
    keyring, ids, stored = current_keyring(), row_ids(), 0
    while chunk := list(map(EntryTexts._make, islice(rows, CHUNK))):
        stored += copy_rows(RegisterEntry, COLUMNS, _entries(dataset, chunk, ids, keyring))
        report("storing", stored, 0)
    return stored


class EntryTexts(NamedTuple):
    """What is stored of a row, but for ids, the seal and the indexes of numbers: made in the process that reads.

    record_key -- "" where the number alone tells the row from the others
    """

    person: str
    row_number: int
    record_key: str
    identity: str
    guardian_identity: str
    second_guardian_identity: str
    property_index: str
    address_index: str
    birth_on: str | None
    sex: str
    unit_code: str
    school_code: str
    grade: int | None
    facts: str
    details: str


def texts_of(row: RegisterRow, *, kind: DatasetKind, as_of: date, verifier: str) -> Sequence[object]:
    """Return the values of `EntryTexts`, as a plain tuple: it travels quicker."""
    number = property_index(row.property_key)
    address = address_index(row.address) if kind in DWELLINGS else ""
    return (
        person_text(row),
        row.number,
        row.record_key if row.record_key != row.identity else "",
        row.identity,
        row.guardian_identity,
        row.second_guardian_identity,
        number,
        address,
        row.birth_on.isoformat() if row.birth_on else None,
        row.sex,
        row.unit_code,
        row.school_code,
        row.grade,
        encoded(_facts(row, number or address, as_of=as_of, verifier=verifier)),
        encoded(row.details),
    )


def person_text(row: RegisterRow) -> str:
    """Return who a row is about, as one text to be sealed; what the row does not say is left out."""
    person = {
        "name": row.name,
        "identity": row.identity,
        "guardian": row.guardian,
        "guardian_identity": row.guardian_identity,
        "second_guardian": row.second_guardian,
        "second_guardian_identity": row.second_guardian_identity,
        "phone": row.phone,
        "address": row.address,
    }
    return encoded({name: value for name, value in person.items() if value})


def _entries(
    dataset: Dataset, rows: Sequence[EntryTexts], ids: Iterator[str], keyring: Keyring
) -> Iterator[Sequence[Value]]:
    whose = str(dataset.pk)
    for row in rows:
        row_id = next(ids)
        person = seal(row.person, table=ENTRY_TABLE, row_id=row_id, field=PERSON_FIELD, keyring=keyring)
        identity = person_index(row.identity)
        record = blind_index(row.record_key, purpose=RECORD) if row.record_key else identity
        guardian, second = person_index(row.guardian_identity), person_index(row.second_guardian_identity)
        yield (
            row_id,
            whose,
            person,
            row.row_number,
            record,
            identity,
            guardian,
            second,
            *cast(Sequence[Value], row[6:]),
        )


def _facts(row: RegisterRow, key: str, *, as_of: date, verifier: str) -> Sequence[FactGroup]:
    """Return the facts of the row, with the opaque key of the dwelling that it tells."""
    if not key:
        return row.facts
    told: FactGroup = {"source": LOOK_UP, "as_of": as_of.isoformat(), "verifier": verifier, "values": {}}
    first, *others = row.facts or (told,)
    return ({**first, "values": {**first["values"], "dwelling_key": key}}, *others)
