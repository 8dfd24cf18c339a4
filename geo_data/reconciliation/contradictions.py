"""Where the records of one child contradict each other. Source: docs/reconciliation.md (contradictions)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from geo_data.reconciliation.likeness import plain_name
from geo_data.reconciliation.records import Fact, Paper, Record
from geo_data.reconciliation.results import Side, side_of
from geo_data.reconciliation.words import CaseCode, Source

FactsByName = Mapping[str, Fact]
GONE = frozenset({"transferred", "deceased"})
NOT_SEEN = frozenset({"absent", "never_came"})
LIVED_IN = frozenset({Source.CENSUS, Source.SURVEYS, Source.DECLARED})


@dataclass(frozen=True, slots=True)
class Voice:
    """A record or paper with its facts by name."""

    said_by: Record | Paper
    facts: FactsByName


@dataclass(frozen=True, slots=True)
class RecordVoice(Voice):
    """A record with its facts by name."""

    said_by: Record


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sides that cannot both be true; `fact` is the name of the fact in question, "" when it is none."""

    code: CaseCode
    first: Side
    second: Side
    fact: str = ""


def contradictions(
    records: Sequence[RecordVoice], papers: Sequence[Voice], *, here: str
) -> tuple[Contradiction, ...]:
    """Return what the records of one child contradict each other about: the first of each other value.

    records -- strongest first; papers -- of the child, chosen; here -- code of this county
    The side that is named first is that of the stronger list.
    Source: docs/reconciliation.md (contradictions).
    """
    voices = (*records, *papers)
    if len(voices) == 1:
        return ()
    said = [record.said_by for record in records]
    lived_in = [record for record in said if record.source in LIVED_IN]
    at_school = [record for record in said if speaks_of_school(record)]
    found = [
        *_births_differing(said),
        *_differing(CaseCode.SEX_DIFFERS, said, [record.sex for record in said]),
        *_names_differing(said),
        *_facts_differing(CaseCode.REGISTRATION_DISTRICT_DIFFERS, records),
        *_facts_differing(CaseCode.REGISTRATION_UNIT_DIFFERS, _registered_here(records, here)),
        *_differing(CaseCode.DWELLING_UNIT_DIFFERS, lived_in, [record.unit for record in lived_in]),
        *_differing(CaseCode.SCHOOL_DIFFERS, at_school, [record.school for record in at_school]),
        *_twice(said),
        *_facts_differing(CaseCode.PERMIT_UNTIL_DIFFERS, voices),
        *guardians_differing(said),
    ]
    return tuple(found)


def _differing(
    code: CaseCode, said_by: Sequence[Record | Paper], values: Sequence[str]
) -> tuple[Contradiction, ...]:
    """Return a contradiction for each further value; position i of `values` is what `said_by[i]` says."""
    if len(set(values)) < 2:  # nearly always
        return ()
    said = [(one, value) for one, value in zip(said_by, values, strict=True) if value]
    first_of: dict[str, Side] = {}
    for one, value in said:
        first_of.setdefault(value, side_of(one, value))
    first, *others = first_of.values()
    return tuple(Contradiction(code, first, other, FACT_OF.get(code, "")) for other in others)


def _births_differing(said: Sequence[Record]) -> tuple[Contradiction, ...]:
    if len({record.birth_on for record in said}) < 2:
        return ()
    return _differing(CaseCode.BIRTH_DATE_DIFFERS, said, [record.birth_on.isoformat() for record in said])


FACT_OF = {
    CaseCode.REGISTRATION_DISTRICT_DIFFERS: "registration_district",
    CaseCode.REGISTRATION_UNIT_DIFFERS: "registration_unit",
    CaseCode.DWELLING_UNIT_DIFFERS: "dwelling_unit",
    CaseCode.PERMIT_UNTIL_DIFFERS: "permit_valid_until",
}


def _names_differing(records: Sequence[Record]) -> Iterator[Contradiction]:
    """Names are personal: the sides are told apart here, and their values left out."""
    if len({record.name for record in records}) == 1:
        return
    seen = {plain_name(records[0].name)}
    for record in records[1:]:
        name = plain_name(record.name)
        if name not in seen:
            seen.add(name)
            yield Contradiction(CaseCode.NAME_DIFFERS, side_of(records[0]), side_of(record))


def guardians_differing(records: Sequence[Record]) -> Iterator[Contradiction]:
    """Yield where records name a guardian alike and state another number: the first of each other number.

    Other names are no contradiction: one list names the father, another the mother or whoever heads the household.
    The values are keyed indexes, so that another number is another question.
    Source: docs/reconciliation.md (contradictions).
    """
    own = {number for _, number in records[0].guardians}
    if all(number in own or not number for record in records for _, number in record.guardians):
        return  # nearly always
    first_of: dict[str, tuple[Record, str]] = {}
    seen: set[tuple[str, str]] = set()
    for record in records:
        for name, number in record.guardians:
            if not (name and number) or (plain_name(name), number) in seen:
                continue
            seen.add((plain_name(name), number))
            first, known = first_of.setdefault(plain_name(name), (record, number))
            if first is not record:
                code = CaseCode.GUARDIAN_NUMBER_DIFFERS
                yield Contradiction(code, side_of(first, known), side_of(record, number))


def _facts_differing(code: CaseCode, voices: Sequence[Voice]) -> tuple[Contradiction, ...]:
    name = FACT_OF[code]
    said = [(voice.said_by, voice.facts[name]) for voice in voices if name in voice.facts]
    if len(said) < 2:
        return ()
    return _differing(code, [one for one, _ in said], [str(fact["value"]) for _, fact in said])


def _registered_here(voices: Sequence[RecordVoice], here: str) -> list[RecordVoice]:
    """Units of registration are compared only where both say that it is in this county."""
    return [
        voice
        for voice in voices
        if (fact := voice.facts.get("registration_district")) is None or fact["value"] == here
    ]


def speaks_of_school(record: Record) -> bool:
    """Say whether the record tells the school: not a kindergarten's, not that of a child who left or stays away."""
    if record.source is Source.KINDERGARTENS:
        return False
    return record.state not in GONE and record.state not in NOT_SEEN


def _twice(records: Sequence[Record]) -> Iterator[Contradiction]:
    """Yield a contradiction for each further record of a list that has the child already."""
    if len({record.source for record in records}) == len(records):
        return
    first_of: dict[Source, Record] = {}
    for record in records:
        first = first_of.setdefault(record.source, record) if record.state not in GONE else record
        if first is not record:
            yield Contradiction(_code_of_second(first, record), side_of(first), side_of(record))


def _code_of_second(first: Record, second: Record) -> CaseCode:
    if first.source is Source.PUPILS:
        return CaseCode.TWO_PUPIL_RECORDS
    if first.household and second.household and first.household != second.household:
        return CaseCode.TWO_HOUSEHOLDS
    return CaseCode.TWICE_IN_LIST
