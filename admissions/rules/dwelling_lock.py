"""Dwelling lock: one place for each dwelling and school in some years. It re-places a child, it never refuses one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from admissions.rules.days import months_later
from admissions.rules.policy_records import DwellingLock


@dataclass(frozen=True, slots=True)
class DwellingUse:
    """A place once taken with a dwelling; `guardians` are opaque ids of the child's guardians."""

    dwelling_key: str
    school_id: str
    enrolled_on: date
    guardians: frozenset[str]


def locked_until(
    uses: Iterable[DwellingUse],
    lock: DwellingLock | None,
    *,
    dwelling_key: str,
    school_id: str,
    guardians: frozenset[str],
    on: date,
) -> date | None:
    """Return the day on which the dwelling is free again for the school, or None when it is free on the day.

    A use locks for the policy's years from the day of enrolment; on the anniversary it is over. Uses by
    children of the same parents (the same set of guardians) do not lock where the policy says so; parents whom
    nobody stated are not the same.
    Source: docs/rules/dwelling-lock.md.
    """
    if lock is None:
        return None
    ends = [
        months_later(use.enrolled_on, 12 * lock.years)
        for use in uses
        if (use.dwelling_key, use.school_id) == (dwelling_key, school_id)
        and not (lock.same_parents_exempt and guardians and use.guardians == guardians)
    ]
    last = max(ends, default=on)
    return last if on < last else None


def enrolment_day(year: int) -> date:
    """Return the day on which a round's children are enrolled, from which a lock counts: 1 September.

    Source: docs/rules/dwelling-lock.md.
    """
    return date(year, 9, 1)
