"""Comparing a range of birth dates: rows are opened in memory, compared, and turned into lines for COPY."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.copying import row_ids
from accounts.sealing import Keyring, current_keyring, field_opener, open_bytes
from common.quick_json import decoded
from geo_data.reconciliation.blocks import Outcome, Task, reconcile_block
from geo_data.reconciliation.facts import Facts
from geo_data.reconciliation.papers import NO_PAPERS, PaperIndex, index_papers
from geo_data.reconciliation.records import Paper, Record
from geo_data.reconciliation.results import Case, Child, Departed
from geo_data.reconciliation.words import RANK, Source, Verdict
from geo_data.selectors.children import CHILD_TABLE, GUARDIANS_FIELD
from geo_data.selectors.reconciliation_rows import (
    BirthRange,
    Home,
    Inputs,
    find_numbers_at,
    list_census_rows,
    list_entry_rows,
    list_papers_of_dwellings,
    list_papers_of_holders,
    list_self_rows,
    load_homes,
)
from geo_data.selectors.registers import (
    ENTRY_TABLE,
    PERSON_FIELD,
    SELF_TABLE,
    dwelling_key,
)
from geo_data.services.reconciling_lines import case_line, child_line, departure_line
from geo_data.services.reconciling_names import settle_names

NOBODY = ("", "", "", "")
Opener = Callable[[bytes | memoryview, str], bytes]
STATES = ("pupil_state", "attendance_state", "outcome")  # what a list says of the child, by list


@dataclass(frozen=True, slots=True)
class RangeWork:
    """What comparing a range needs; `verdicts` are the decisions in force by case key."""

    run: str
    inputs: Inputs
    task: Task
    births: BirthRange
    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True, slots=True)
class RangeResult:
    """Lines for COPY, and counts by what is counted and of which kind."""

    children: str
    cases: str
    departures: str
    counts: Counter[tuple[str, str]]


def reconcile_range(work: RangeWork) -> RangeResult:
    """Read, open and compare the rows of a range of birth dates."""
    records = _records_of(work)
    papers = _papers_of(work, records)
    blocks: dict[date, list[Record]] = defaultdict(list)
    moved = _births_of(records, work.births.moved_here)
    for record in records:
        blocks[moved.get(record.identity, record.birth_on)].append(record)
    outcomes = [reconcile_block(blocks[born], papers, work.task) for born in sorted(blocks)]
    sources = Counter(record.source for record in records)
    counts = Counter({("records", source.value): count for source, count in sources.items()})
    return _written(work, outcomes, counts)


def _written(work: RangeWork, outcomes: Sequence[Outcome], counts: Counter[tuple[str, str]]) -> RangeResult:
    children: list[str] = []
    cases: list[str] = []
    departures: list[str] = []
    keyring, made = current_keyring(), row_ids()
    for outcome, ids in zip(outcomes, _ids_of(outcomes, made), strict=True):
        names = settle_names(outcome.children)
        verdicts = _still_standing(work.verdicts, names.outdated)
        children += (
            child_line(work.run, ids, child, names.holding.get(child.place), keyring)
            for child in outcome.children
        )
        cases += (
            case_line(work.run, next(made), verdicts, ids, outcome.children, case) for case in outcome.cases
        )
        departures += (departure_line(work.run, next(made), departed) for departed in outcome.departed)
        counts.update(_counted(outcome.children, outcome.cases, outcome.departed))
        counts["left_out", ""] += outcome.left_out
        counts["gone", ""] += len(outcome.departed)
    children.sort()  # by id, with which every line begins
    return RangeResult("".join(children), "".join(cases), "".join(departures), counts)


def _ids_of(outcomes: Sequence[Outcome], made: Iterator[str]) -> list[list[str]]:
    """Return the ids of each block's children: they count up with the leading records, in all blocks together.

    A census is stored as the file lists it, unit by unit. In its order the foreign key and the indexes of census
    children and of units are gone through from one end to the other; in the order of births they are jumped about in.
    """
    ids = [[""] * len(outcome.children) for outcome in outcomes]
    leads = [
        (child.lead.record, block, child.place)
        for block, outcome in enumerate(outcomes)
        for child in outcome.children
    ]
    for _, block, place in sorted(leads):
        ids[block][place] = next(made)
    return ids


def _still_standing(verdicts: Mapping[str, Verdict], outdated: frozenset[str]) -> Mapping[str, Verdict]:
    if not outdated:
        return verdicts
    return {key: verdict for key, verdict in verdicts.items() if key not in outdated}


def _counted(
    children: Sequence[Child], cases: Sequence[Case], departed: Sequence[Departed]
) -> Iterator[tuple[str, str]]:
    for child in children:
        yield "categories", child.category.value
        yield from (("links", trail.how) for trail in child.trail[1:])
    yield from (("cases", case.code.value) for case in cases)
    yield from (("departures", child.how.value) for child in departed)


def _births_of(records: Sequence[Record], moved: frozenset[str]) -> Mapping[str, date]:
    """Return of each number of several birth dates that of its strongest record: there all its records stand."""
    home: dict[str, tuple[tuple[int, date], date]] = {}
    for record in records:
        if record.identity in moved:
            place = (RANK[record.source], record.birth_on)
            if record.identity not in home or place < home[record.identity][0]:
                home[record.identity] = (place, record.birth_on)
    return {identity: born for identity, (_, born) in home.items()}


def _records_of(work: RangeWork) -> list[Record]:
    keyring, inputs, births = current_keyring(), work.inputs, work.births
    records = _census_records(list(list_census_rows(inputs, births)), keyring)
    sources = {str(dataset): source for source, dataset in inputs.datasets.items()}
    persons = field_opener(ENTRY_TABLE, PERSON_FIELD, keyring)
    records += (_entry_record(row, sources[str(row[1])], persons) for row in list_entry_rows(inputs, births))
    records += (_self_record(row, keyring) for row in list_self_rows(inputs, births))
    return records


def _census_records(rows: Sequence[Sequence[Any]], keyring: Keyring) -> list[Record]:
    sealed = load_homes({row[-1] for row in rows})
    phones = field_opener("geo_data_household", "phone_sealed", keyring)
    homes = {key: (*home[:2], _phone_of(key, home, phones)) for key, home in sealed.items()}
    names, guardians = (
        field_opener(CHILD_TABLE, field, keyring) for field in ("name_sealed", GUARDIANS_FIELD)
    )
    return [_census_record(row, homes[row[-1]], names, guardians) for row in rows]


def _phone_of(key: str, home: Home, phones: Opener) -> str:
    phone = home[2]
    return "" if phone is None else phones(phone, key).decode()


def _census_record(row: Sequence[Any], home: tuple[str, str, str], names: Opener, families: Opener) -> Record:
    row_id, identity, name, guardians, indexes, born, sex, school, facts_text, _ = row
    household, unit, phone = home
    groups = decoded(facts_text)
    family = _family(families(guardians, row_id), indexes) if guardians is not None else NOBODY
    dwelling = ""
    for group in groups:
        if told := group["values"].get("dwelling_key"):
            dwelling = group["values"]["dwelling_key"] = dwelling_key(str(told))
    return Record(
        source=Source.CENSUS,
        record=row_id,
        key=identity,
        identity=identity,
        name=names(name, row_id).decode(),
        birth_on=born,
        sex=sex,
        guardian=family[0],
        guardian_identity=family[1],
        phone=phone,
        unit=unit,
        school=school,
        household=household,
        property_key=dwelling,
        facts=Facts(groups),
        second_guardian=family[2],
        second_guardian_identity=family[3],
    )


def _family(stated: bytes, indexes: Sequence[str]) -> tuple[str, str, str, str]:
    """Return names and keyed numbers of both guardians, "" where not stated; `indexes` are of those who state one."""
    told = decoded(stated)
    number, second_number = told.get("guardian_identity", ""), told.get("second_guardian_identity", "")
    return (
        told.get("guardian", ""),
        indexes[0] if number else "",
        told.get("second_guardian", ""),
        indexes[-1] if second_number else "",
    )


def _entry_record(row: Sequence[Any], source: Source, persons: Opener) -> Record:
    (
        row_id,
        _,
        key,
        identity,
        guardian,
        second,
        sealed,
        born,
        sex,
        unit,
        school,
        grade,
        facts_text,
        details_text,
    ) = row
    person = decoded(persons(sealed, row_id))
    details = decoded(details_text)
    return Record(
        source=source,
        record=row_id,
        key=key,
        identity=identity,
        name=person.get("name", ""),
        birth_on=born,
        sex=sex,
        guardian=person.get("guardian", ""),
        guardian_identity=guardian,
        phone=person.get("phone", ""),
        unit=unit,
        school=school,
        grade=grade,
        household=str(details.get("household_code", "")),
        state=str(next(filter(None, map(details.get, STATES)), "")),
        facts=Facts(decoded(facts_text)),
        second_guardian=person.get("second_guardian", ""),
        second_guardian_identity=second,
    )


def _self_record(row: Sequence[Any], keyring: Keyring) -> Record:
    row_id, key, identity, guardian, sealed, born, sex, unit, school, facts_text = row
    person = decoded(open_bytes(sealed, table=SELF_TABLE, row_id=row_id, field=PERSON_FIELD, keyring=keyring))
    return Record(
        source=Source.DECLARED,
        record=row_id,
        key=key,
        identity=identity,
        name=person.get("name", ""),
        birth_on=born,
        sex=sex,
        guardian=person.get("guardian", ""),
        guardian_identity=guardian,
        phone=person.get("phone", ""),
        unit=unit,
        school=school,
        facts=Facts(decoded(facts_text)),
    )


def _papers_of(work: RangeWork, records: Sequence[Record]) -> PaperIndex:
    sources = {str(work.inputs.datasets[s]): s for s in PAPERS if s in work.inputs.datasets}
    if not sources:
        return NO_PAPERS
    holders = {record.identity for record in records}
    holders |= {number for record in records for _, number in record.guardians}
    told = {record.property_key for record in records}
    rows = {row[0]: row for row in list_papers_of_holders(work.inputs, sorted(holders - {""}))}
    told |= {str(row[5]) for row in rows.values() if not row[4]}
    numbers_at = find_numbers_at(work.inputs, sorted(told - {""}))
    dwellings = {numbers_at.get(key, key) for key in told} | told
    rows |= {row[0]: row for row in list_papers_of_dwellings(work.inputs, sorted(dwellings - {""}))}
    return index_papers((_paper(row, sources[str(row[1])], numbers_at) for row in rows.values()), numbers_at)


PAPERS = (Source.PERMITS, Source.TITLES, Source.RENTALS)


def _paper(row: Sequence[Any], source: Source, numbers_at: Mapping[str, str]) -> Paper:
    row_id, _, key, identity, number, address, unit, facts_text = row
    facts = Facts(decoded(facts_text))
    return Paper(source, row_id, key, identity, number or numbers_at.get(address, address), unit, facts)
