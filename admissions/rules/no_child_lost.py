"""No child lost: census, pupil register and attendance held against each other."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Finding(StrEnum):
    """What the comparison shows."""

    NEVER_ENROLLED = "never_enrolled"
    DROPPED_OUT = "dropped_out"
    REGISTER_ELSEWHERE = "register_elsewhere"


class Account(StrEnum):
    """Why a child of the census needs no further search after a round."""

    PLACED = "placed"
    PRIVATE = "private"
    SPECIAL = "special"
    DEFERRED = "deferred"
    MOVED_OUT = "moved_out"
    ABROAD = "abroad"
    DECEASED = "deceased"


class Gone(StrEnum):
    """How a child of the census left by the newest visit."""

    MOVED_AWAY = "moved_away"
    ABROAD = "abroad"
    DECEASED = "deceased"


# What accounts for a child who left, once an officer has recorded who received it, the proof or the record.
ACCOUNT_OF: Mapping[Gone, Account] = {
    Gone.MOVED_AWAY: Account.MOVED_OUT,
    Gone.ABROAD: Account.ABROAD,
    Gone.DECEASED: Account.DECEASED,
}


@dataclass(frozen=True, slots=True)
class GoneTrace:
    """A child who left; it claims no seat. `is_answered` -- an officer recorded where it is, and what proves it."""

    child: str
    how: Gone
    is_answered: bool


@dataclass(frozen=True, slots=True)
class ChildTrace:
    """What three sources know of a child of school age; `child` is an opaque id.

    `register_school` holds the pupil's register, `attends_school` saw the pupil; None means nowhere.
    """

    child: str
    is_resident: bool
    register_school: str | None
    attends_school: str | None
    relief_family: bool = False


@dataclass(frozen=True, slots=True)
class SearchCase:
    """A child to be found; children of poverty-relief families come first."""

    child: str
    finding: Finding
    first_attention: bool


def compare(traces: Iterable[ChildTrace]) -> tuple[SearchCase, ...]:
    """Return a case for every child that the sources disagree about, first attention first, then by id.

    A resident without a register was never enrolled; a register without attendance dropped out; a pupil at another
    school than the register is a split that is forbidden.
    Source: docs/rules/no-child-lost.md.
    """
    found = [
        SearchCase(trace.child, finding, trace.relief_family)
        for trace in traces
        if (finding := _finding(trace)) is not None
    ]
    return tuple(sorted(found, key=lambda case: (not case.first_attention, case.child)))


def open_cases(census: Collection[str], accounts: Mapping[str, Account]) -> tuple[str, ...]:
    """Return the children of the census that a round left without an account, by id.

    Source: docs/rules/no-child-lost.md.
    """
    return tuple(sorted(set(census) - set(accounts)))


def accounts_of_gone(gone: Iterable[GoneTrace]) -> dict[str, Account]:
    """Return the account of every child whose leaving is answered; of the others there is none: they stay open.

    A visit alone accounts for nobody: who moved away is awaited until the receiving county has answered, who went
    abroad until it is proved, who died until a record confirms it.
    Source: docs/rules/no-child-lost.md.
    """
    return {trace.child: ACCOUNT_OF[trace.how] for trace in gone if trace.is_answered}


def accounts_of_deferred(deferred_until: Mapping[str, date], *, on: date) -> dict[str, Account]:
    """Return the account of every child whose deferral is in force; on the day it ends, the child counts again.

    Source: docs/rules/no-child-lost.md, docs/rules/age.md.
    """
    return {child: Account.DEFERRED for child, until in deferred_until.items() if on < until}


def _finding(trace: ChildTrace) -> Finding | None:
    if trace.register_school is None:
        return Finding.NEVER_ENROLLED if trace.is_resident else None
    if trace.attends_school is None:
        return Finding.DROPPED_OUT
    return Finding.REGISTER_ELSEWHERE if trace.attends_school != trace.register_school else None
