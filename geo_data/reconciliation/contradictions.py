"""Where the records of one child contradict each other. Source: docs/reconciliation.md (contradictions)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from geo_data.reconciliation.likeness import plain_name
from geo_data.reconciliation.records import Paper, Record
from geo_data.reconciliation.results import Side, side_of
from geo_data.reconciliation.words import CaseCode, Source

GONE = frozenset({"transferred", "deceased"})
NOT_SEEN = frozenset({"absent", "never_came"})
LIVED_IN = frozenset({Source.CENSUS, Source.SURVEYS, Source.DECLARED})


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sides that cannot both be true; `fact` is the name of the fact in question, "" when it is none."""

    code: CaseCode
    first: Side
    second: Side
    fact: str = ""


def contradictions(
    records: Sequence[Record], papers: Sequence[Paper], *, here: str
) -> tuple[Contradiction, ...]:
    """Return what the records of one child contradict each other about: the first of each other value.

    records -- strongest first; papers -- of the child, chosen; here -- code of this county
    The side that is named first is that of the stronger list.
    Source: docs/reconciliation.md (contradictions).
    """
    if nothing_differs(records, papers):
        return ()
    return contradictions_in_full(records, papers, here=here)


def contradictions_in_full(
    records: Sequence[Record], papers: Sequence[Paper], *, here: str
) -> tuple[Contradiction, ...]:
    """Return the same as `contradictions`, which asks this only where a glance does not tell that there are none.

    Source: docs/reconciliation.md (contradictions).
    """
    voices: tuple[Record | Paper, ...] = (*records, *papers)
    lived_in = [record for record in records if record.source in LIVED_IN]
    at_school = [record for record in records if speaks_of_school(record)]
    found = [
        *_births_differing(records),
        *_differing(CaseCode.SEX_DIFFERS, records, [record.sex for record in records]),
        *_names_differing(records),
        *_facts_differing(CaseCode.REGISTRATION_DISTRICT_DIFFERS, records),
        *_facts_differing(CaseCode.REGISTRATION_UNIT_DIFFERS, _registered_here(records, here)),
        *_differing(CaseCode.DWELLING_UNIT_DIFFERS, lived_in, [record.unit for record in lived_in]),
        *_differing(CaseCode.SCHOOL_DIFFERS, at_school, [record.school for record in at_school]),
        *_twice(records),
        *_facts_differing(CaseCode.PERMIT_UNTIL_DIFFERS, voices),
        *guardians_differing(records),
    ]
    return tuple(found)


def nothing_differs(records: Sequence[Record], papers: Sequence[Paper]) -> bool:
    """Say whether a glance shows that nobody contradicts anybody, as nearly always; False says nothing.

    Then all who state a thing that is compared state the same: also who need not be heard about it.
    """
    if len(records) + len(papers) == 1:
        return True
    lead, school = records[0], ""
    told: dict[str, str] = {}
    for record in records:
        if record.name != lead.name or record.sex != lead.sex or record.birth_on != lead.birth_on:
            return False
        if record.unit != lead.unit and record.source in LIVED_IN:
            return False
        school = school or record.school
        if record.school and record.school != school:
            return False
    if len({record.source for record in records}) < len(records) or not _are_of_one_family(records):
        return False
    for facts in [*[record.facts for record in records], *[paper.facts for paper in papers]]:
        for name in COMPARED:
            value = facts.values.get(name)
            if value is not None and told.setdefault(name, str(value)) != str(value):
                return False
    return True


COMPARED = ("registration_district", "registration_unit", "permit_valid_until")  # of the facts


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
    if _are_of_one_family(records):  # nearly always
        return
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


def _are_of_one_family(records: Sequence[Record]) -> bool:
    """Say whether at most one number of a guardian is stated, or none but those of the first record."""
    stated = {record.guardian_identity for record in records}
    stated.update([record.second_guardian_identity for record in records])
    stated.discard("")
    lead = records[0]
    return len(stated) < 2 or stated <= {lead.guardian_identity, lead.second_guardian_identity}


def _facts_differing(code: CaseCode, voices: Sequence[Record | Paper]) -> tuple[Contradiction, ...]:
    name = FACT_OF[code]
    said_by = [voice for voice in voices if name in voice.facts.values]
    if len(said_by) < 2:
        return ()
    return _differing(code, said_by, [str(voice.facts.values[name]) for voice in said_by])


def _registered_here(records: Sequence[Record], here: str) -> list[Record]:
    """Units of registration are compared only where nobody says that it is in another county."""
    return [r for r in records if r.facts.values.get("registration_district", here) == here]


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
