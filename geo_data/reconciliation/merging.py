"""Many statements, one fact each: which list stands over which. Source: docs/reconciliation.md (facts)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from geo_data.reconciliation.contradictions import Contradiction, guardians_differing
from geo_data.reconciliation.facts import DECLARED, Fact
from geo_data.reconciliation.records import Decided, Decisions, Paper, Record
from geo_data.reconciliation.results import Naming, case_key
from geo_data.reconciliation.words import RANK, CaseCode, Source, Verdict

OFFICER = "officer"
# The office that answers for a fact stands over everybody else who states it.
AUTHORITY: Mapping[str, Source] = {
    "registration_kind": Source.REGISTRATIONS,
    "registration_district": Source.REGISTRATIONS,
    "registration_township": Source.REGISTRATIONS,
    "registration_unit": Source.REGISTRATIONS,
    "registration_since": Source.REGISTRATIONS,
    "registered_with": Source.REGISTRATIONS,
    "relation_shown": Source.REGISTRATIONS,
    "permit_holder": Source.PERMITS,
    "permit_district": Source.PERMITS,
    "permit_valid_from": Source.PERMITS,
    "permit_valid_until": Source.PERMITS,
    "permit_endorsed_on": Source.PERMITS,
    "dwelling_right": Source.TITLES,
    "dwelling_key": Source.TITLES,
    "title_since": Source.TITLES,
    "ownership_share_percent": Source.TITLES,
    "dwelling_is_residential": Source.TITLES,
    "rental_since": Source.RENTALS,
    "feeder_school": Source.PUPILS,
}
Voice = Record | Paper
Weight = tuple[bool, bool, int, int, str, str]


def facts_beside(lead: Voice, others: Sequence[Voice]) -> tuple[dict[str, Fact], dict[str, object]]:
    """Return what the others state over the leading record's own facts, and the values that hold, both by name.

    Of two statements of one fact the one holds that is not merely declared; then that of the office that answers for
    the fact; then that of the later day; then that of the stronger list; then that of the smaller record key. An
    equal value takes a place only from one that was merely declared.
    Source: docs/reconciliation.md (facts).
    """
    values = dict(lead.facts.values)
    if not others:
        return {}, values
    said_by: dict[str, Voice] = {}
    is_any_declared = lead.facts.declares or any(voice.facts.declares for voice in others)
    for voice in others:
        said = voice.facts.values.items()
        if said <= values.items() and not is_any_declared:  # as nearly always: it says nothing else
            continue
        for name, value in said:
            if name in values and not _stands_over(name, voice, said_by.get(name, lead)):
                continue
            values[name] = value
            said_by[name] = voice
    return {name: voice.facts[name] for name, voice in said_by.items()}, values


def _stands_over(name: str, voice: Voice, old_voice: Voice) -> bool:
    fact, old = voice.facts[name], old_voice.facts[name]
    if fact["value"] == old["value"]:
        return old["source"] == DECLARED and fact["source"] != DECLARED
    return _weight(name, fact, voice) < _weight(name, old, old_voice)


def facts_decided(found: Sequence[Contradiction], decisions: Decisions) -> dict[str, Fact]:
    """Return the facts that officers settled, with the decision's day and who decided.

    Source: docs/reconciliation.md (decisions).
    """
    if not found or not decisions.by_case:  # as nearly always
        return {}
    return {
        name: {
            "name": name,
            "value": value,
            "source": OFFICER,
            "as_of": decision.on.isoformat(),
            "verifier": decision.by,
        }
        for name, (value, decision) in values_decided(found, decisions).items()
        if name not in NO_FACT
    }


def values_decided(found: Sequence[Contradiction], decisions: Decisions) -> dict[str, tuple[str, Decided]]:
    """Return the values that officers said hold, with the decision, by birth_on, sex, school, guardian or fact name.

    Of several decisions about one value the newest holds: it was made knowing the others. Names are personal and
    not among them (`namings_of`).
    Source: docs/reconciliation.md (decisions).
    """
    settled: dict[str, tuple[str, Decided]] = {}
    for contradiction in found if decisions.by_case else ():
        what = contradiction.fact or NO_FACT_OF.get(contradiction.code, "")
        decided = decided_side(contradiction, decisions) if what else None
        if decided is not None and (what not in settled or settled[what][1].number < decided[1].number):
            settled[what] = decided
    return settled


NO_FACT_OF = {
    CaseCode.BIRTH_DATE_DIFFERS: "birth_on",
    CaseCode.SEX_DIFFERS: "sex",
    CaseCode.SCHOOL_DIFFERS: "school",
    CaseCode.GUARDIAN_NUMBER_DIFFERS: "guardian",
}
NO_FACT = frozenset(NO_FACT_OF.values())


def overruled_guardians(records: Sequence[Record], decisions: Decisions) -> frozenset[str]:
    """Return the keyed numbers of which officers said that they are not the guardian's.

    Source: docs/reconciliation.md (decisions).
    """
    if not decisions.by_case:
        return frozenset()
    overruled: set[str] = set()
    for contradiction in guardians_differing(records):
        held = decided_side(contradiction, decisions)
        if held is not None:
            overruled |= {contradiction.first.value, contradiction.second.value} - {held[0]}
    return frozenset(overruled)


def place_of_guardians(records: Sequence[Record], overruled: Collection[str]) -> int | None:
    """Return the place of the record whose guardians are the child's; None where nobody names any.

    records   -- of the child, strongest first
    overruled -- numbers that are not the guardian's
    The strongest record that states a number which holds; where none does, the strongest that states a name.
    Source: docs/reconciliation.md (guardians).
    """
    by_name: int | None = None
    for place, record in enumerate(records):
        for name, number in record.guardians:
            if number and number not in overruled:
                return place
            if name and not number and by_name is None:
                by_name = place
    return by_name


def namings_of(
    found: Iterable[Contradiction], records: Sequence[Record], decisions: Decisions
) -> tuple[Naming, ...]:
    """Return the decisions about a child's names, the newest first.

    Source: docs/reconciliation.md (decisions).
    """
    if not decisions.by_case:
        return ()
    by_id = {record.record: record for record in records}
    namings = []
    for contradiction in found:
        if contradiction.code is not CaseCode.NAME_DIFFERS:
            continue
        key = case_key(contradiction.code, contradiction.first, contradiction.second)
        decision = decisions.by_case.get(key)
        if decision is not None:
            first, second = by_id[contradiction.first.record], by_id[contradiction.second.record]
            holds = {Verdict.FIRST_HOLDS: first, Verdict.SECOND_HOLDS: second}.get(decision.verdict)
            namings.append(Naming(key, decision, first, second, holds))
    return tuple(sorted(namings, key=lambda naming: -naming.decided.number))


def decided_side(contradiction: Contradiction, decisions: Decisions) -> tuple[str, Decided] | None:
    """Return the value that an officer said holds, and the decision; None where nobody decided."""
    key = case_key(contradiction.code, contradiction.first, contradiction.second)
    decision = decisions.by_case.get(key)
    if decision is None or decision.verdict not in (Verdict.FIRST_HOLDS, Verdict.SECOND_HOLDS):
        return None
    side = contradiction.first if decision.verdict is Verdict.FIRST_HOLDS else contradiction.second
    return side.value, decision


def chosen_papers(papers: Sequence[Paper], dwelling_unit: str) -> tuple[Paper, ...]:
    """Return at most one paper of each kind whose facts are the child's, permits first.

    Permit: the one that is valid longest. Title and rental: of the dwelling lived in, where both name their unit;
    the oldest title, the newest rental. Then the smaller key.
    Source: docs/reconciliation.md (papers).
    """
    of_dwelling = [
        paper
        for paper in papers
        if paper.source is Source.PERMITS or not (paper.unit and dwelling_unit) or paper.unit == dwelling_unit
    ]
    best: dict[Source, Paper] = {}
    for paper in sorted(of_dwelling, key=lambda paper: paper.order):
        rival = best.get(paper.source)
        if rival is None or _is_better(paper, rival):
            best[paper.source] = paper
    return tuple(best[source] for source in sorted(best, key=RANK.__getitem__))


def _is_better(paper: Paper, rival: Paper) -> bool:
    if paper.source is Source.PERMITS:
        return _day(paper, "permit_valid_until") > _day(rival, "permit_valid_until")
    if paper.source is Source.TITLES:
        day = _day(paper, "title_since")
        return bool(day) and day < _day(rival, "title_since")
    return _day(paper, "rental_since") > _day(rival, "rental_since")


def _day(paper: Paper, name: str) -> str:
    return next(iter(paper.facts.said(name)), "")


def _weight(name: str, fact: Fact, voice: Voice) -> Weight:
    """Return what sorts statements of one fact: the smallest holds."""
    answers = AUTHORITY.get(name) is voice.source
    later_first = -date.fromisoformat(str(fact["as_of"])).toordinal()
    return fact["source"] == DECLARED, not answers, later_first, *voice.order
