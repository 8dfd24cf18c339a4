"""One block of birth: records and papers in, children and cases out. Source: docs/reconciliation.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from geo_data.reconciliation.ages import AgeRule
from geo_data.reconciliation.categories import category_of, unit_that_counts
from geo_data.reconciliation.clusters import Cluster, Doubt, cluster_block
from geo_data.reconciliation.contradictions import Contradiction, contradictions, speaks_of_school
from geo_data.reconciliation.facts import Fact
from geo_data.reconciliation.gone import Left, fact_of_return, is_answered, is_gone, left_by_visit
from geo_data.reconciliation.merging import (
    chosen_papers,
    facts_beside,
    facts_decided,
    namings_of,
    overruled_guardians,
    place_of_guardians,
    values_decided,
)
from geo_data.reconciliation.papers import PaperIndex, papers_of, with_holder
from geo_data.reconciliation.records import NOTHING_DECIDED, Decisions, Paper, Record
from geo_data.reconciliation.results import Case, Child, Departed, Trail, each_once, side_of
from geo_data.reconciliation.score import ScoreRule
from geo_data.reconciliation.words import CaseCode, Source

FULL = 100
DEFAULT_SCORE, DEFAULT_AGES = ScoreRule(), AgeRule()
SAYS_WHERE = (Source.CENSUS, Source.SURVEYS, Source.DECLARED, Source.KINDERGARTENS, Source.BIRTHS)
ONLY = {
    Source.REGISTRATIONS: CaseCode.ONLY_REGISTERED,
    Source.PUPILS: CaseCode.ONLY_PUPIL,
    Source.BIRTHS: CaseCode.ONLY_BORN,
    Source.KINDERGARTENS: CaseCode.ONLY_IN_KINDERGARTEN,
    Source.ATTENDANCE: CaseCode.ONLY_ATTENDING,
    Source.SURVEYS: CaseCode.ONLY_SURVEYED,
    Source.DECLARED: CaseCode.ONLY_DECLARED,
}


@dataclass(frozen=True, slots=True)
class Task:
    """What a run knows beside the records.

    here  -- GB/T 2260 code of this county; on -- the day for which permits and school age are judged
    given -- the lists that were given: only what is given can miss a child
    school_age -- the first day of birth of school age, and the first too young
    """

    here: str
    on: date
    given: frozenset[Source]
    rule: ScoreRule = DEFAULT_SCORE
    ages: AgeRule = DEFAULT_AGES
    decisions: Decisions = NOTHING_DECIDED
    school_age: tuple[date, date] = field(init=False)  # asked for every child

    def __post_init__(self) -> None:
        object.__setattr__(self, "school_age", self.ages.births_of_school_age(self.on))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The children of a block and its cases.

    left_out -- records decided to be nobody of ours
    departed -- children who died, moved away or went abroad by the newest visit: they are not among `children`
    """

    children: tuple[Child, ...]
    cases: tuple[Case, ...]
    left_out: int
    departed: tuple[Departed, ...] = ()


def reconcile_block(records: Sequence[Record], papers: PaperIndex, task: Task) -> Outcome:
    """Return the children of one birth date once each, and every case about them; the order of input does not matter.

    records -- all of one birth date (or of one number with several dates)
    1. Join records (clusters.py). 2. Give each child its papers. 3. Find contradictions. 4. Settle facts, category
    and unit. 5. Leave out who is gone (gone.py). 6. Ask about what only one list knows and about what a list should
    know. A child that a doubt is about as the second one is not asked about again as unmatched.
    Source: docs/reconciliation.md.
    """
    clusters, doubts = cluster_block(records, decisions=task.decisions, rule=task.rule)
    places: dict[int, int] = {}
    doubted = {id(doubt.second) for doubt in doubts}
    children: list[Child] = []
    departed: list[Departed] = []
    cases: list[Case] = []
    for cluster in clusters:
        evidence = _evidence_of(cluster, papers, task.decisions)
        found = contradictions(evidence.records, evidence.papers, here=task.here)
        left = left_by_visit(evidence.records, on=task.on)
        settled = _settled_of(evidence, found, left, task)
        if left is not None and is_gone(left, settled.values):
            departed.append(_departed_of(evidence, settled, left, task))
            continue
        place = places[id(cluster)] = len(children)
        child = _child_of(place, evidence, found, settled, papers, task)
        children.append(child)
        cases += [Case(c.code, place, c.first, c.second) for c in found]
        asked = _unmatched(child, evidence, task, is_doubted=id(cluster) in doubted)
        cases += [Case(code, place, side_of(witness)) for code, witness in asked]
    cases += [case for doubt in doubts if (case := _case_of(doubt, places)) is not None]
    joined = sum(len(cluster.links) for cluster in clusters)
    return Outcome(tuple(children), each_once(cases), len(records) - joined, tuple(departed))


class _Evidence(NamedTuple):
    """Everything the lists say of one child: records strongest first, chosen papers, how each came to the child.

    overruled -- numbers of guardians of which officers said that they are not theirs
    """

    records: tuple[Record, ...]
    papers: tuple[Paper, ...]
    trail: tuple[Trail, ...]
    lived_in: str
    overruled: frozenset[str]


def _evidence_of(cluster: Cluster, index: PaperIndex, decisions: Decisions) -> _Evidence:
    records = tuple(link.record for link in cluster.links)
    overruled = overruled_guardians(records, decisions)
    held = papers_of(records, index, overruled)
    lived_in = _lived_in(records)
    chosen = chosen_papers([paper for paper, _ in held], lived_in) if held else ()
    trail = [Trail(k.record.source.value, k.record.record, k.how, k.points) for k in cluster.links]
    trail += [Trail(paper.source.value, paper.record, how, FULL) for paper, how in held]
    return _Evidence(
        records=records,
        papers=tuple(with_holder(paper, records) for paper in chosen),
        trail=tuple(trail),
        lived_in=lived_in,
        overruled=overruled,
    )


class _Settled(NamedTuple):
    """The facts of one child: stated over the leading record's own, decided by officers, and the values that hold."""

    beside: Mapping[str, Fact]
    decided: Mapping[str, Fact]
    values: Mapping[str, object]


def _settled_of(
    evidence: _Evidence, found: Sequence[Contradiction], left: Left | None, task: Task
) -> _Settled:
    beside, values = facts_beside(evidence.records[0], [*evidence.records[1:], *evidence.papers])
    decided = facts_decided(found, task.decisions)
    answer = task.decisions.answers.get(_key_of(evidence.records)) if left else None
    if (came_back := fact_of_return(left, answer)) is not None:
        decided[str(came_back["name"])] = came_back
    if decided:
        values |= {name: fact["value"] for name, fact in decided.items()}
        return _Settled(beside | decided, decided, values)
    return _Settled(beside, decided, values)


def _key_of(records: Sequence[Record]) -> str:
    return next((record.identity for record in records if record.identity), records[0].key)


def _departed_of(evidence: _Evidence, settled: _Settled, left: Left, task: Task) -> Departed:
    lead, key = evidence.records[0], _key_of(evidence.records)
    registered = str(settled.values.get("registration_unit") or "")
    return Departed(
        lead=lead,
        key=key,
        birth_on=lead.birth_on,
        sex=next((record.sex for record in evidence.records if record.sex), ""),
        unit=evidence.lived_in or registered,
        how=left.how,
        found_on=left.found_on,
        is_answered=is_answered(left, task.decisions.answers.get(key)),
    )


def _child_of(
    place: int,
    evidence: _Evidence,
    found: Sequence[Contradiction],
    settled: _Settled,
    papers: PaperIndex,
    task: Task,
) -> Child:
    records, values, beside = evidence.records, settled.values, settled.beside
    attends = _school_in(records, Source.ATTENDANCE)
    dwelling = _dwelling_unit(evidence, settled.decided, values)
    category = category_of(values, here=task.here, dwelling_unit=dwelling, on=task.on)
    is_registered = values.get("registration_district") == task.here
    registered_unit = str(values.get("registration_unit") or "") if is_registered else ""
    decided = values_decided(found, task.decisions)
    chosen = {what: value for what, (value, _) in decided.items()}
    born, school = chosen.get("birth_on", ""), chosen.get("school", "")
    return Child(
        place=place,
        lead=records[0],
        trail=evidence.trail,
        identity=records[0].identity or next((record.identity for record in records if record.identity), ""),
        birth_on=date.fromisoformat(born) if born else records[0].birth_on,
        sex=chosen.get("sex") or records[0].sex or next((record.sex for record in records if record.sex), ""),
        category=category,
        unit=unit_that_counts(category, dwelling_unit=dwelling, registered_unit=registered_unit),
        registered_unit=registered_unit,
        is_registered=is_registered,
        register_school=_school_in(records, Source.PUPILS, prefer=school),
        attends_school=school if school and attends else attends,
        school_now=school or _school_in(records, Source.CENSUS),
        grade=next((record.grade for record in records if record.grade is not None), None),
        facts=tuple(beside[name] for name in sorted(beside)) if beside else (),
        dwelling_key=papers.dwelling_of(str(values.get("dwelling_key") or "")),
        namings=namings_of(found, records, task.decisions),
        decided=tuple((what, decided[what][1].number) for what in sorted(decided)),
        guardian_place=place_of_guardians(records, evidence.overruled) or None,
    )


def _lived_in(records: Sequence[Record]) -> str:
    """Return the unit that the strongest list names which says where a child lives."""
    if records[0].source is SAYS_WHERE[0] and records[0].unit:
        return records[0].unit
    units = {record.source: record.unit for record in reversed(records) if record.unit}
    return next((units[source] for source in SAYS_WHERE if source in units), "")


def _dwelling_unit(evidence: _Evidence, settled: Mapping[str, Fact], values: Mapping[str, object]) -> str:
    if "dwelling_unit" in settled:
        return str(settled["dwelling_unit"]["value"])
    return evidence.lived_in or str(values.get("dwelling_unit") or "")


def _school_in(records: Sequence[Record], source: Source, *, prefer: str = "") -> str:
    """Return the school that a list names: where it names several the one an officer chose, else the first."""
    named = [record for record in records if record.source is source and record.school]
    if not named:
        return ""
    schools = [record.school for record in named if speaks_of_school(record)]
    return prefer if prefer in schools else next(iter(schools), "")


def _unmatched(
    child: Child, evidence: _Evidence, task: Task, *, is_doubted: bool
) -> Iterator[tuple[CaseCode, Record]]:
    lead = evidence.records[0]
    if lead.source is not Source.CENSUS and not is_doubted:
        yield ONLY[lead.source], lead
    if Source.REGISTRATIONS in task.given and not is_doubted:
        yield from _not_registered(evidence, task)
    first, until = task.school_age
    is_of_school_age = first <= child.birth_on < until
    is_ours = child.is_registered or lead.source is Source.CENSUS
    if is_of_school_age and is_ours and Source.PUPILS in task.given and not child.register_school:
        yield CaseCode.NO_PUPIL_RECORD, lead
    if child.register_school and Source.ATTENDANCE in task.given and not child.attends_school:
        yield CaseCode.NO_ATTENDANCE_RECORD, _first(evidence.records, Source.PUPILS)


def _not_registered(evidence: _Evidence, task: Task) -> Iterator[tuple[CaseCode, Record]]:
    """Yield the record that says the child is registered here, where the register does not know it."""
    if any(record.source is Source.REGISTRATIONS for record in evidence.records):
        return
    for record in evidence.records:
        if record.facts.values.get("registration_district") == task.here:
            yield CaseCode.NOT_REGISTERED, record
            return


def _first(records: Sequence[Record], source: Source) -> Record:
    return next(record for record in records if record.source is source and speaks_of_school(record))


def _case_of(doubt: Doubt, places: Mapping[int, int]) -> Case | None:
    """Return the question, about the child who counts when the other is gone; None when both are."""
    counted = [places[id(child)] for child in (doubt.first, doubt.second) if id(child) in places]
    if not counted:
        return None
    code = CaseCode.PERHAPS_SAME_CHILD if doubt.equals == 1 else CaseCode.EQUAL_CANDIDATES
    return Case(
        code=code,
        child=counted[0],
        first=side_of(doubt.first.lead),
        second=side_of(doubt.second.lead),
        other=counted[1] if len(counted) > 1 else None,
        points=doubt.points,
    )
