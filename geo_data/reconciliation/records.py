"""What is compared: records of lists, papers of holders, and what officers decided before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from geo_data.reconciliation.facts import NO_FACTS, Facts
from geo_data.reconciliation.words import RANK, Answer, LeftHow, Source, Verdict


class Record(NamedTuple):
    """A child in one list. A tuple, because millions are made.

    record -- id of the row; key -- finds the same record in another version of the list
    identity, guardian_identity, second_guardian_identity -- keyed indexes, "" where not stated
    name, guardian, second_guardian, phone -- plain, in memory only
    unit   -- the unit the row names: in registrations the one registered at, elsewhere the one lived in
    school -- of the pupil's register, of attendance, or where the census says the child is
    property_key -- keyed index of the dwelling, "" where the record tells none
    state  -- of the register or of attendance, or what a visit found; "" where the list states none
    """

    source: Source
    record: str
    key: str
    identity: str
    name: str
    birth_on: date
    sex: str = ""
    guardian: str = ""
    guardian_identity: str = ""
    phone: str = ""
    unit: str = ""
    school: str = ""
    grade: int | None = None
    household: str = ""
    state: str = ""
    property_key: str = ""
    facts: Facts = NO_FACTS
    second_guardian: str = ""
    second_guardian_identity: str = ""

    @property
    def order(self) -> tuple[int, str, str]:
        """Return what sorts records: the strongest source first, then key and id."""
        return RANK[self.source], self.key, self.record

    @property
    def guardians(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Return name and number of both guardians, "" where not stated."""
        return (
            (self.guardian, self.guardian_identity),
            (self.second_guardian, self.second_guardian_identity),
        )


@dataclass(frozen=True, slots=True)
class Paper:
    """A permit, title or rental. `identity` is the holder's; `property_key` the keyed index of the dwelling."""

    source: Source
    record: str
    key: str
    identity: str
    property_key: str = ""
    unit: str = ""
    facts: Facts = NO_FACTS

    @property
    def order(self) -> tuple[int, str, str]:
        """Return what sorts papers: permits, titles, rentals, then key and id."""
        return RANK[self.source], self.key, self.record


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision in force; `on` and `by` become day and verifier of the value that holds.

    number      -- counts up: of several decisions about one value the newest holds
    names_index -- keyed, of the two names that the officer saw, "" where it was about something else
    """

    verdict: Verdict
    on: date
    by: str
    number: int = 0
    names_index: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer in force about a child who left; `on` and `by` say when and by whom it was recorded.

    how, found_on -- of the departure that it answers
    happened_on   -- the day of reception, proof or return
    number        -- counts up
    """

    answer: Answer
    how: LeftHow
    found_on: date
    happened_on: date | None
    on: date
    by: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Decisions:
    """What officers decided before, by the keys of records and cases.

    same, different -- pairs of record keys, the smaller key first
    not_ours        -- keys of records that are left out
    by_case         -- which side of a contradiction holds
    answers         -- about children who left, by child key
    """

    same: frozenset[tuple[str, str]] = frozenset()
    different: frozenset[tuple[str, str]] = frozenset()
    not_ours: frozenset[str] = frozenset()
    by_case: Mapping[str, Decided] = field(default_factory=dict)
    answers: Mapping[str, Answered] = field(default_factory=dict)


NOTHING_DECIDED = Decisions()


def pair(a: str, b: str) -> tuple[str, str]:
    """Return two record keys as decisions hold them."""
    return (a, b) if a <= b else (b, a)
