"""Records of lists with plain stand-ins for keyed indexes: the number itself is its index."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from geo_data.reconciliation.blocks import Outcome, Task, reconcile_block
from geo_data.reconciliation.facts import Fact, Facts, Group
from geo_data.reconciliation.papers import PaperIndex, index_papers
from geo_data.reconciliation.records import Decisions, Paper, Record
from geo_data.reconciliation.words import CaseCode, Source

HERE = "990102"
BORN = date(2018, 5, 5)  # eight years old on 1 March 2026 minus two months: of school age
ON = date(2026, 3, 1)
ALL_LISTS = frozenset(Source)
NO_LISTS = frozenset({Source.CENSUS})


def fact(name: str, value: object, source: str = "look_up", as_of: str = "2026-03-01") -> Fact:
    """A fact as lists hold it."""
    return {"name": name, "value": value, "source": source, "as_of": as_of, "verifier": "office"}


def facts(values: Mapping[str, object], **said: str) -> Facts:
    """Facts by name."""
    return facts_of(*(fact(name, value, **said) for name, value in values.items()))


def facts_of(*each: Fact) -> Facts:
    """The facts of a row, every one in a group of its own."""
    return Facts([_group(one) for one in each])


def _group(one: Fact) -> Group:
    shared = {key: value for key, value in one.items() if key not in ("name", "value")}
    return {**shared, "values": {str(one["name"]): one["value"]}}


def record(source: Source, name: str = "甲子涵", identity: str = "1", **fields: Any) -> Record:
    """A girl in a list; her key is her number, or what else tells her apart."""
    key = fields.pop("key", identity or f"{name}|{fields.get('guardian', '')}")
    values = {"birth_on": BORN, "sex": "female", "record": f"{source.value} {key} {fields.get('school', '')}"}
    return Record(source=source, key=key, identity=identity, name=name, **{**values, **fields})


def paper(source: Source, holder: str, values: Mapping[str, object], **fields: Any) -> Paper:
    """A permit, title or rental."""
    key = fields.pop("key", f"{source.value} {holder}")
    return Paper(source, f"row {key}", key, holder, facts=facts(values), **fields)


def run(
    *records: Record,
    papers: tuple[Paper, ...] = (),
    given: frozenset[Source] = NO_LISTS,
    decisions: Decisions = Decisions(),  # noqa: B008 - frozen
) -> Outcome:
    """Reconcile one block."""
    index: PaperIndex = index_papers(papers)
    return reconcile_block(records, index, Task(here=HERE, on=ON, given=given, decisions=decisions))


def codes(outcome: Outcome) -> list[str]:
    """The codes of the cases, sorted."""
    return sorted(case.code.value for case in outcome.cases)


def sources(outcome: Outcome) -> list[tuple[str, ...]]:
    """The lists that know each child."""
    return [child.sources for child in outcome.children]


def values_of(outcome: Outcome, code: CaseCode) -> list[tuple[str, str, str, str]]:
    """Both sides of the cases of a code: lists and values."""
    return [
        (case.first.source, case.first.value, case.second.source, case.second.value)
        for case in outcome.cases
        if case.code is code and case.second is not None
    ]
