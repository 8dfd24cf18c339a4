"""What reconciliation returns: one child once, and the cases that somebody must look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from common.canonical import digest
from geo_data.reconciliation.facts import Fact
from geo_data.reconciliation.records import Decided, Paper, Record
from geo_data.reconciliation.words import KIND_OF, CaseCode, CaseKind, Category, LeftHow


class Trail(NamedTuple):
    """A record or paper of a child, and how it came to it: identity, decision, score, guardian or property."""

    source: str
    record: str
    how: str
    points: int


@dataclass(frozen=True, slots=True)
class Naming:
    """A decision about two names of a child. `holds` is the record whose name the officer chose, None for neither.

    It holds as long as the two records bear the names that the officer saw (`Decided.names_index`).
    """

    key: str
    decided: Decided
    first: Record
    second: Record
    holds: Record | None


class Child(NamedTuple):
    """A child, once; a tuple, because a million are made. `place` is its number within the block, to which cases refer.

    facts -- those that another list than the leading record states, or an officer: they stand over the leading
             record's own of the same name
    dwelling_key -- of the dwelling lived in, "" where no list tells it
    guardian_place -- the place in `trail` of the record whose guardians are the child's, None where they are the
             leading record's own or nobody names any
    namings -- decisions about its names, the newest first
    decided -- what else officers settled -> number of the decision, in alphabetical order
    """

    place: int
    lead: Record
    trail: tuple[Trail, ...]
    identity: str
    birth_on: date
    sex: str
    category: Category
    unit: str
    registered_unit: str
    is_registered: bool
    register_school: str
    attends_school: str
    school_now: str
    grade: int | None
    facts: tuple[Fact, ...]
    dwelling_key: str = ""
    namings: tuple[Naming, ...] = ()
    decided: tuple[tuple[str, int], ...] = ()
    guardian_place: int | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the lists that know the child, strongest first."""
        return tuple(dict.fromkeys([trail.source for trail in self.trail]))


@dataclass(frozen=True, slots=True)
class Departed:
    """A child who is gone: it claims no seat, and stays on a list until somebody knows where it is.

    key  -- finds the child in another run: its number, else the key of its leading record
    unit -- where it lived last, else where it is registered
    """

    lead: Record
    key: str
    birth_on: date
    sex: str
    unit: str
    how: LeftHow
    found_on: date
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a case; `value` is "" when it would be personal."""

    source: str
    record: str
    key: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A question. `child` and `other` are places of children in the block; `second` is None for unmatched records."""

    code: CaseCode
    child: int
    first: Side
    second: Side | None = None
    other: int | None = None
    points: int | None = None

    @property
    def kind(self) -> CaseKind:
        """Return why somebody must look."""
        return KIND_OF[self.code]

    @property
    def key(self) -> str:
        """Return the digest of question, records and values: the same in every run that asks the same."""
        return case_key(self.code, self.first, self.second)


def case_key(code: CaseCode, first: Side, second: Side | None) -> str:
    """Return SHA-256 over the code and both sides' lists, record keys and values, 64 hexadecimal digits.

    Personal values are empty and so stay out of it: such a question is the same as long as the records are.
    Source: docs/reconciliation.md (decisions).
    """
    sides = [[side.source, side.key, side.value] for side in (first, second) if side is not None]
    return digest([code.value, *sides])


def side_of(record: Record | Paper, value: str = "") -> Side:
    """Return the side that a record speaks for."""
    return Side(record.source.value, record.record, record.key, value)


def each_once(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Return every question once, by child, code and key."""
    by_key = {case.key: case for case in cases}
    return tuple(
        by_key[key] for key in sorted(by_key, key=lambda key: (by_key[key].child, by_key[key].code, key))
    )
