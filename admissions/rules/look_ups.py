"""Look-ups: registers asked about a child behind one interface, and what is made of their answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from admissions.rules.facts import Fact, FactName, Facts, FactSource, contradictions


class LookUpFailed(Exception):
    """The register gave no answer, or not in time. Never a reason against a family: an upload opens instead."""


class LookUp(Protocol):
    """One register: registration, permit, title, rental, social insurance, civil affairs, a preferential list."""

    @property
    def register(self) -> str:
        """Return the register's name, which its facts carry as verifier."""

    @property
    def subjects(self) -> tuple[FactName, ...]:
        """Return the facts that the register may speak of."""

    def facts_about(self, child: str, on: date) -> Sequence[Fact]:
        """Return what the register holds about the child on the day; nothing when it does not know the child.

        Raises LookUpFailed.
        """


@dataclass(frozen=True, slots=True)
class Gathered:
    """All facts known after asking, the names on which registers disagree, and the registers without an answer."""

    facts: tuple[Fact, ...]
    contradictory: tuple[FactName, ...]
    unanswered: tuple[str, ...]

    @property
    def settled(self) -> Facts:
        """Return the facts that may be relied on: what registers disagree about is left open.

        Source: docs/rules/look-ups.md.
        """
        return Facts(fact for fact in self.facts if fact.name not in self.contradictory)


def gather(look_ups: Iterable[LookUp], child: str, *, on: date, already: Iterable[Fact] = ()) -> Gathered:
    """Ask every register once and return the answers together with the facts known already.

    1. A register that fails is noted; the others are asked all the same.
    2. A later answer stands beside the earlier ones of the same register, and the newer day counts.
    3. Registers that state different values today contradict each other until an officer settles it.
    Raises ValueError when a register speaks of what is not its subject, or in another's name.
    Source: docs/rules/look-ups.md.
    """
    facts, unanswered = list(already), []
    for look_up in look_ups:
        try:
            answered = look_up.facts_about(child, on)
        except LookUpFailed:
            unanswered.append(look_up.register)
            continue
        facts.extend(_checked(look_up, fact) for fact in answered)
    known = tuple(dict.fromkeys(facts))
    return Gathered(known, contradictions(_newest_of_each_register(known)), tuple(unanswered))


def _checked(look_up: LookUp, fact: Fact) -> Fact:
    if fact.name not in look_up.subjects:
        raise ValueError(f"{look_up.register} may not speak of {fact.name}")
    if (fact.source, fact.verifier) != (FactSource.LOOK_UP, look_up.register):
        raise ValueError(f"{look_up.register} answers as {fact.source} of {fact.verifier}")
    return fact


def _newest_of_each_register(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts without those that the same register has since corrected."""
    ordered = sorted(facts, key=lambda fact: fact.as_of)
    return list({(fact.name, fact.source, fact.verifier): fact for fact in ordered}.values())
