"""Children who left by the door-to-door survey, and what answers that. Source: docs/reconciliation.md (gone)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from geo_data.reconciliation.facts import Fact
from geo_data.reconciliation.records import Answered, Record
from geo_data.reconciliation.words import ANSWERS, Answer, LeftHow, Source

LIVES_THERE = "lives_there"
LEFT = frozenset(how.value for how in LeftHow)


@dataclass(frozen=True, slots=True)
class Left:
    """How a child left, and the day of the visit that found it."""

    how: LeftHow
    found_on: date


def left_by_visit(records: Sequence[Record], *, on: date) -> Left | None:
    """Return how the newest visit found that the child left, None when it or no visit did.

    records -- of one child, strongest list first; on -- the day that stands for a visit without one
    Of several visits the latest holds; of those of one day one that still knows the child, else the first.
    Source: docs/reconciliation.md (gone).
    """
    visits = [record for record in records if record.source is Source.SURVEYS]
    if not visits:
        return None
    newest = max(visits, key=lambda visit: (_day(visit), visit.state not in LEFT))
    if newest.state not in LEFT:
        return None
    day = _day(newest)
    return Left(LeftHow(newest.state), date.fromisoformat(day) if day else on)


def is_gone(left: Left | None, values: Mapping[str, object]) -> bool:
    """Say whether the child counts no more: it left, and nobody says later that it lives there.

    values -- fact name -> value of the facts that hold; a later statement of any list, or an officer's answer that
    the child came back, makes `lives_there` True
    Source: docs/reconciliation.md (gone).
    """
    return left is not None and values.get(LIVES_THERE) is not True


def fact_of_return(left: Left | None, answered: Answered | None) -> Fact | None:
    """Return the officer's fact that a child who left came back, None where nobody said so or a later visit denies it.

    The answer holds against visits up to the day of the return, that day included, and up to the one it answers.
    Source: docs/reconciliation.md (gone).
    """
    if left is None or answered is None or answered.answer is not Answer.CAME_BACK:
        return None
    if left.found_on > max(answered.found_on, answered.happened_on or answered.found_on):
        return None
    return {
        "name": LIVES_THERE,
        "value": True,
        "source": "officer",
        "as_of": answered.on.isoformat(),
        "verifier": answered.by,
    }


def is_answered(left: Left, answered: Answered | None) -> bool:
    """Say whether what an officer recorded settles where the child is.

    It must be an answer to this way of leaving, and to this visit or a later one: a visit after it asks again. A
    death that is confirmed stays so.
    Source: docs/reconciliation.md (gone).
    """
    if answered is None or answered.how is not left.how or answered.answer not in ANSWERS[left.how]:
        return False
    return answered.answer is Answer.DEATH_CONFIRMED or left.found_on <= answered.found_on


def _day(visit: Record) -> str:
    fact = visit.facts.find(LIVES_THERE)
    return str(fact["as_of"]) if fact is not None else ""
