"""Comparing a range of birth dates: rows are opened in memory, compared, and turned into lines for COPY."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from accounts.sealing import Keyring, current_keyring, open_sealed
from geo_data.reconciliation.blocks import NO_PAPERS, PaperIndex, Task, index_papers, reconcile_block
from geo_data.reconciliation.records import Paper, Record
from geo_data.reconciliation.results import Case, Child, Side
from geo_data.reconciliation.words import RANK, Source, Verdict
from geo_data.selectors.reconciliation_rows import (
    BirthRange,
    Inputs,
    list_census_rows,
    list_entry_rows,
    list_paper_rows,
    list_self_rows,
)
from geo_data.selectors.registers import ENTRY_TABLE, PERSON_FIELD, SELF_TABLE, property_index
from geo_data.services.copying import line_of
from geo_data.tables.fact_groups import grouped, listed

ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
CHILD_COLUMNS = (
    "id",
    "reconciliation_id",
    "census_child_id",
    "entry_id",
    "self_registration_id",
    "record_index",
    "identity_index",
    "birth_on",
    "sex",
    "category",
    "unit_code",
    "registered_unit_code",
    "is_registered",
    "register_school",
    "attends_school",
    "school_now",
    "grade",
    "sources",
    "records",
    "facts",
)
CASE_COLUMNS = (
    "id",
    "reconciliation_id",
    "child_id",
    "other_child_id",
    "key",
    "kind",
    "code",
    "state",
    "verdict",
    "score",
    "unit_code",
    "birth_on",
    "first",
    "second",
)

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
    counts: Counter[tuple[str, str]]


def reconcile_range(work: RangeWork) -> RangeResult:
    """Read, open and compare the rows of a range of birth dates."""
    records = _records_of(work)
    papers = _papers_of(work, records)
    blocks: dict[date, list[Record]] = defaultdict(list)
    for record in _with_one_birth(records, work.births.moved_here):
        blocks[record[0]].append(record[1])
    counts: Counter[tuple[str, str]] = Counter(("records", record.source.value) for record in records)
    children: list[str] = []
    cases: list[str] = []
    for born in sorted(blocks):
        outcome = reconcile_block(blocks[born], papers, work.task)
        ids = [str(uuid4()) for _ in outcome.children]
        children += (_child_line(work.run, ids, child) for child in outcome.children)
        cases += (_case_line(work, ids, outcome.children, case) for case in outcome.cases)
        counts.update(_counted(outcome.children, outcome.cases))
        counts["left_out", ""] += outcome.left_out
        counts["gone", ""] += outcome.gone
    return RangeResult("".join(children), "".join(cases), counts)


def _counted(children: Sequence[Child], cases: Sequence[Case]) -> Iterator[tuple[str, str]]:
    for child in children:
        yield "categories", child.category.value
        yield from (("links", trail.how) for trail in child.trail[1:])
    yield from (("cases", case.code.value) for case in cases)


def _with_one_birth(records: Sequence[Record], moved: frozenset[str]) -> Iterator[tuple[date, Record]]:
    """Yield the block of each record: numbers of several birth dates stand in that of their strongest record."""
    home: dict[str, tuple[tuple[int, date], date]] = {}
    for record in records:
        if record.identity in moved:
            place = (RANK[record.source], record.birth_on)
            if record.identity not in home or place < home[record.identity][0]:
                home[record.identity] = (place, record.birth_on)
    for record in records:
        yield (home[record.identity][1] if record.identity in home else record.birth_on), record


def _records_of(work: RangeWork) -> list[Record]:
    keyring, inputs, births = current_keyring(), work.inputs, work.births
    needs_property = bool({Source.TITLES, Source.RENTALS} & inputs.datasets.keys())
    phones: dict[str, str] = {}
    records = [
        _census_record(row, keyring, phones, needs_property=needs_property)
        for row in list_census_rows(inputs, births)
    ]
    sources = {str(dataset): source for source, dataset in inputs.datasets.items()}
    records += (_entry_record(row, sources[str(row[1])], keyring) for row in list_entry_rows(inputs, births))
    records += (_self_record(row, keyring) for row in list_self_rows(inputs, births))
    return records


def _census_record(
    row: Sequence[Any], keyring: Keyring, phones: dict[str, str], *, needs_property: bool
) -> Record:
    row_id, identity, name, born, sex, school, facts_text, home, household, unit, phone = row
    facts = listed(json.loads(facts_text))
    if phone is not None and home not in phones:
        phones[home] = _opened(phone, "geo_data_household", home, "phone_sealed", keyring)
    dwelling = next((str(fact["value"]) for fact in facts if fact["name"] == "dwelling_key"), "")
    return Record(
        source=Source.CENSUS,
        record=row_id,
        key=identity,
        identity=identity,
        name=_opened(name, "geo_data_child", row_id, "name_sealed", keyring),
        birth_on=born,
        sex=sex,
        phone=phones.get(home, ""),
        unit=unit,
        school=school,
        household=household,
        property_key=property_index(dwelling) if needs_property and dwelling else "",
        facts=facts,
    )


def _entry_record(row: Sequence[Any], source: Source, keyring: Keyring) -> Record:
    row_id, _, key, identity, guardian, sealed, born, sex, unit, school, grade, facts_text, details = row
    person = json.loads(_opened(sealed, ENTRY_TABLE, row_id, PERSON_FIELD, keyring))
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
        state=str(next((details[name] for name in STATES if details.get(name)), "")),
        facts=listed(json.loads(facts_text)),
    )


def _self_record(row: Sequence[Any], keyring: Keyring) -> Record:
    row_id, key, identity, guardian, sealed, born, sex, unit, school, facts_text = row
    person = json.loads(_opened(sealed, SELF_TABLE, row_id, PERSON_FIELD, keyring))
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
        facts=listed(json.loads(facts_text)),
    )


def _papers_of(work: RangeWork, records: Sequence[Record]) -> PaperIndex:
    sources = {str(work.inputs.datasets[s]): s for s in PAPERS if s in work.inputs.datasets}
    if not sources:
        return NO_PAPERS
    holders = {number for record in records for number in (record.identity, record.guardian_identity)}
    properties = {record.property_key for record in records}
    rows = list_paper_rows(work.inputs, sorted(holders - {""}), sorted(properties - {""}))
    return index_papers(_paper(row, sources[str(row[1])]) for row in rows)


PAPERS = (Source.PERMITS, Source.TITLES, Source.RENTALS)


def _paper(row: Sequence[Any], source: Source) -> Paper:
    row_id, _, key, identity, property_key, unit, facts_text = row
    facts = listed(json.loads(facts_text))
    return Paper(source, row_id, key, identity, property_key, unit, facts)


def _opened(sealed: bytes, table: str, row_id: str, field: str, keyring: Keyring) -> str:
    return open_sealed(sealed, table=table, row_id=row_id, field=field, keyring=keyring)


def _child_line(run: str, ids: Sequence[str], child: Child) -> str:
    lead = child.lead
    is_census, is_declared = lead.source is Source.CENSUS, lead.source is Source.DECLARED
    trail = [{"source": t.source, "record": t.record, "how": t.how, "score": t.points} for t in child.trail]
    return line_of(
        (
            ids[child.place],
            run,
            lead.record if is_census else None,
            None if is_census or is_declared else lead.record,
            lead.record if is_declared else None,
            lead.key,
            child.identity,
            child.birth_on.isoformat(),
            child.sex,
            child.category.value,
            child.unit,
            child.registered_unit,
            child.is_registered,
            child.register_school,
            child.attends_school,
            child.school_now,
            child.grade,
            "{" + ",".join(child.sources) + "}",
            ENCODE(trail),
            ENCODE(grouped(map(dict, child.facts))),
        )
    )


def _case_line(work: RangeWork, ids: Sequence[str], children: Sequence[Child], case: Case) -> str:
    child, key = children[case.child], case.key
    verdict = work.verdicts.get(key)
    return line_of(
        (
            str(uuid4()),
            work.run,
            ids[case.child],
            None if case.other is None else ids[case.other],
            key,
            case.kind.value,
            case.code.value,
            "open" if verdict is None else "decided",
            "" if verdict is None else verdict.value,
            case.points,
            child.unit,
            child.birth_on.isoformat(),
            ENCODE(_side(case.first)),
            ENCODE(_side(case.second) if case.second else {}),
        )
    )


def _side(side: Side) -> dict[str, str]:
    return {"source": side.source, "record": side.record, "record_index": side.key, "value": side.value}
