"""Facts: values about a child with source and date, from a closed vocabulary.

What is not in `FactName` cannot be asked, stored or used by a policy: no test score, certificate, income or post.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter

from admissions.rules.vocabulary import VOCABULARY, FactName, FactValue, Kind


class FactSource(StrEnum):
    """Who says so; only a declared value still has to be proved."""

    OFFICER = "officer"
    LOOK_UP = "look_up"
    DOCUMENT = "document"
    DECLARED = "declared"


# An officer decides after seeing register and papers, so the officer's word stands over both.
PRECEDENCE = (FactSource.OFFICER, FactSource.LOOK_UP, FactSource.DOCUMENT, FactSource.DECLARED)
NEEDED = ("name", "value", "source", "as_of")  # of a stored fact
_NEEDED = itemgetter(*NEEDED)


@dataclass(frozen=True, slots=True)
class Fact:
    """One value; `as_of` is the day it was true, `expires_on` the first day it may no longer be relied on.

    `verifier` names the register, the officer's id or is empty for what a family declares.
    Raises ValueError when the value is not of the kind that the vocabulary states for the name.
    """

    name: FactName
    value: FactValue
    source: FactSource
    as_of: date
    verifier: str = ""
    expires_on: date | None = None

    def __post_init__(self) -> None:
        VOCABULARY[self.name].require(self.value)

    @property
    def is_proved(self) -> bool:
        """Say whether somebody other than the family stands behind the value."""
        return self.source is not FactSource.DECLARED

    def is_in_force(self, on: date) -> bool:
        """Say whether the value may be relied on that day."""
        return self.expires_on is None or on < self.expires_on


class Facts(Mapping[FactName, Fact]):
    """The settled facts of one child, at most one for each name; read only."""

    __slots__ = ("_by_name", "_first_expiry")

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._by_name: dict[FactName, Fact] = {}
        for fact in facts:
            other = self._by_name.setdefault(fact.name, fact)
            if other is not fact and _weakest_first(other) <= _weakest_first(fact):
                self._by_name[fact.name] = fact
        expiries = [fact.expires_on for fact in self._by_name.values() if fact.expires_on is not None]
        self._first_expiry = min(expiries, default=None)

    def __getitem__(self, name: FactName) -> Fact:
        return self._by_name[name]

    def __iter__(self) -> Iterator[FactName]:
        return iter(sorted(self._by_name))

    def __len__(self) -> int:
        return len(self._by_name)

    def value(self, name: FactName) -> FactValue | None:
        """Return the value, or None when nobody knows it."""
        fact = self._by_name.get(name)
        return None if fact is None else fact.value

    def text(self, name: FactName) -> str | None:
        """Return a text or choice, or None."""
        value = self.value(name)
        return value if isinstance(value, str) else None

    def number(self, name: FactName) -> int | None:
        """Return an integer, or None."""
        value = self.value(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, name: FactName) -> bool | None:
        """Return true or false, or None when nobody knows."""
        value = self.value(name)
        return value if isinstance(value, bool) else None

    def day(self, name: FactName) -> date | None:
        """Return a day, or None."""
        value = self.value(name)
        return value if isinstance(value, date) else None

    def days(self, name: FactName) -> tuple[date, ...]:
        """Return the days in ascending order, none when nobody knows any."""
        value = self.value(name)
        return (
            tuple(sorted(item for item in value if isinstance(item, date)))
            if isinstance(value, tuple)
            else ()
        )

    def texts(self, name: FactName) -> tuple[str, ...]:
        """Return the texts in ascending order, none when nobody knows any."""
        value = self.value(name)
        return (
            tuple(sorted(item for item in value if isinstance(item, str))) if isinstance(value, tuple) else ()
        )

    def in_force(self, on: date) -> "Facts":
        """Return the facts that may be relied on that day."""
        if self._first_expiry is None or on < self._first_expiry:
            return self
        return Facts(fact for fact in self._by_name.values() if fact.is_in_force(on))

    def proved(self) -> "Facts":
        """Return the facts without what the family only declared."""
        return Facts(fact for fact in self._by_name.values() if fact.is_proved)

    def with_facts(self, *facts: Fact) -> "Facts":
        """Return these facts and the given ones, settled by source and date."""
        return Facts((*self._by_name.values(), *facts))


def contradictions(facts: Iterable[Fact]) -> tuple[FactName, ...]:
    """Return the names for which proved facts state different values, in alphabetical order.

    An officer's fact settles the matter: names with one are not returned.
    Source: docs/rules/facts.md.
    """
    proved = [fact for fact in facts if fact.is_proved]
    settled = {fact.name for fact in proved if fact.source is FactSource.OFFICER}
    values: dict[FactName, set[FactValue]] = {}
    for fact in proved:
        values.setdefault(fact.name, set()).add(fact.value)
    return tuple(sorted(name for name, stated in values.items() if len(stated) > 1 and name not in settled))


def facts_as_data(facts: Iterable[Fact]) -> list[dict[str, object]]:
    """Return plain JSON data, one object for each fact, sorted by name, then the weakest source first.

    Source: docs/rules/facts.md.
    """
    ordered = sorted(facts, key=lambda fact: (fact.name, *_weakest_first(fact)))
    return [_fact_as_data(fact) for fact in ordered]


def facts_from_data(data: Sequence[Mapping[str, object]]) -> Facts:
    """Return the settled facts stored by `facts_as_data`.

    Raises ValueError for a name outside the vocabulary or a value of another kind.
    Source: docs/rules/facts.md.
    """
    return Facts(fact_from_data(item) for item in data)


def fact_from_data(data: Mapping[str, object]) -> Fact:
    """Return one stored fact.

    Raises ValueError for a name outside the vocabulary or a value of another kind.
    Source: docs/rules/facts.md.
    """
    try:
        name, value, source, as_of = _NEEDED(data)
    except KeyError:
        absent = sorted(name for name in NEEDED if name not in data)
        raise ValueError(f"a stored fact lacks {', '.join(absent)}") from None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = tuple(value)
    elif isinstance(value, list | dict):
        value = None  # it is of no kind, and cannot be looked up
    try:
        return _stored_fact(name, value, source, as_of, data.get("verifier", ""), data.get("expires_on"))
    except TypeError:
        raise ValueError("a stored fact has a list or an object where a text belongs") from None


@lru_cache(maxsize=1 << 16, typed=True)  # a county's children share nearly all of their facts
def _stored_fact(
    name: object, value: object, source: object, as_of: object, verifier: object, expires_on: object
) -> Fact:
    named = FactName(str(name))
    return Fact(
        name=named,
        value=VOCABULARY[named].from_data(value),
        source=FactSource(str(source)),
        as_of=date.fromisoformat(str(as_of)),
        verifier=str(verifier),
        expires_on=date.fromisoformat(str(expires_on)) if expires_on else None,
    )


def declared(name: FactName, value: FactValue, as_of: date) -> Fact:
    """Return a fact as the family states it. Source: docs/rules/facts.md."""
    return Fact(name, value, FactSource.DECLARED, as_of)


def _fact_as_data(fact: Fact) -> dict[str, object]:
    return {
        "name": str(fact.name),
        "value": VOCABULARY[fact.name].as_data(fact.value),
        "source": str(fact.source),
        "as_of": fact.as_of.isoformat(),
        "verifier": fact.verifier,
        "expires_on": fact.expires_on.isoformat() if fact.expires_on else None,
    }


def _weakest_first(fact: Fact) -> tuple[int, date, str, str, str]:
    # Verifier, value and expiry only make the order complete, so that the order of input never decides.
    rank = -PRECEDENCE.index(fact.source)
    return (rank, fact.as_of, fact.verifier, repr(fact.value), str(fact.expires_on))


__all__ = [
    "PRECEDENCE",
    "Fact",
    "FactName",
    "FactSource",
    "FactValue",
    "Facts",
    "Kind",
    "contradictions",
    "declared",
    "fact_from_data",
    "facts_as_data",
    "facts_from_data",
]
