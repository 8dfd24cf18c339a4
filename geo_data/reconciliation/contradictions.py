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
class Contradiction:
    """Two sides that cannot both be true; `fact` is the name of the fact in question, "" when it is none."""

    code: CaseCode
    first: Side
    second: Side
    fact: str = ""


def contradictions(
    records: Sequence[Voice], papers: Sequence[Voice], *, here: str
) -> tuple[Contradiction, ...]:
    """Return what the records of one child contradict each other about: the first of each other value.

    records -- strongest first; papers -- of the child, chosen; here -- code of this county
    The side that is named first is that of the stronger list.
    Source: docs/reconciliation.md (contradictions).
    """
    found: list[Contradiction] = []
    if len(records) > 1:
        found += _differing(CaseCode.BIRTH_DATE_DIFFERS, _births(records))
        found += _differing(CaseCode.SEX_DIFFERS, _sexes(records))
        found += _names_differing(records)
        found += _differing(CaseCode.REGISTRATION_DISTRICT_DIFFERS, _facts(records, "registration_district"))
        found += _differing(
            CaseCode.REGISTRATION_UNIT_DIFFERS, _facts(_registered_here(records, here), "registration_unit")
        )
        found += _differing(CaseCode.DWELLING_UNIT_DIFFERS, _dwellings(records))
        found += _differing(CaseCode.SCHOOL_DIFFERS, _schools(records))
        found += _twice(records)
    found += _differing(CaseCode.PERMIT_UNTIL_DIFFERS, _facts([*records, *papers], "permit_valid_until"))
    return tuple(found)


def _differing(code: CaseCode, said: Iterator[Side]) -> Iterator[Contradiction]:
    first = next(said, None)
    if first is None:
        return
    seen = {first.value}
    for other in said:
        if other.value not in seen:
            seen.add(other.value)
            yield Contradiction(code, first, other, FACT_OF.get(code, ""))


FACT_OF = {
    CaseCode.REGISTRATION_DISTRICT_DIFFERS: "registration_district",
    CaseCode.REGISTRATION_UNIT_DIFFERS: "registration_unit",
    CaseCode.DWELLING_UNIT_DIFFERS: "dwelling_unit",
    CaseCode.PERMIT_UNTIL_DIFFERS: "permit_valid_until",
}


def _births(voices: Sequence[Voice]) -> Iterator[Side]:
    for voice in voices:
        if isinstance(voice.said_by, Record):
            yield side_of(voice.said_by, voice.said_by.birth_on.isoformat())


def _sexes(voices: Sequence[Voice]) -> Iterator[Side]:
    for voice in voices:
        if isinstance(voice.said_by, Record) and voice.said_by.sex:
            yield side_of(voice.said_by, voice.said_by.sex)


def _names_differing(voices: Sequence[Voice]) -> Iterator[Contradiction]:
    """Names are personal: the sides are told apart here, and their values left out."""
    records = [voice.said_by for voice in voices if isinstance(voice.said_by, Record)]
    seen = {plain_name(records[0].name)}
    for record in records[1:]:
        name = plain_name(record.name)
        if name not in seen:
            seen.add(name)
            yield Contradiction(CaseCode.NAME_DIFFERS, side_of(records[0]), side_of(record))


def _facts(voices: Sequence[Voice], name: str) -> Iterator[Side]:
    for voice in voices:
        if (fact := voice.facts.get(name)) is not None and fact["value"]:
            yield side_of(voice.said_by, str(fact["value"]))


def _registered_here(voices: Sequence[Voice], here: str) -> list[Voice]:
    """Units of registration are compared only where both say that it is in this county."""
    return [
        voice
        for voice in voices
        if (fact := voice.facts.get("registration_district")) is None or fact["value"] == here
    ]


def _dwellings(voices: Sequence[Voice]) -> Iterator[Side]:
    for voice in voices:
        if voice.said_by.source in LIVED_IN and voice.said_by.unit:
            yield side_of(voice.said_by, voice.said_by.unit)


def _schools(voices: Sequence[Voice]) -> Iterator[Side]:
    """Return the schools that census, pupil register, attendance, survey and guardians name."""
    for voice in voices:
        record = voice.said_by
        if isinstance(record, Record) and record.school and speaks_of_school(record):
            yield side_of(record, record.school)


def speaks_of_school(record: Record) -> bool:
    """Say whether the record tells the school: not a kindergarten's, not that of a child who left or stays away."""
    if record.source is Source.KINDERGARTENS:
        return False
    return record.state not in GONE and record.state not in NOT_SEEN


def _twice(voices: Sequence[Voice]) -> Iterator[Contradiction]:
    """Yield a contradiction for each further record of a list that has the child already."""
    first_of: dict[Source, Record] = {}
    for voice in voices:
        record = voice.said_by
        if not isinstance(record, Record) or record.state in GONE:
            continue
        first = first_of.setdefault(record.source, record)
        if first is not record:
            yield Contradiction(_code_of_second(first, record), side_of(first), side_of(record))


def _code_of_second(first: Record, second: Record) -> CaseCode:
    if first.source is Source.PUPILS:
        return CaseCode.TWO_PUPIL_RECORDS
    if first.household and second.household and first.household != second.household:
        return CaseCode.TWO_HOUSEHOLDS
    return CaseCode.TWICE_IN_LIST
