"""Look-ups: registers asked about a child behind one interface, and what is made of their answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from admissions.rules.facts import Fact, FactName, Facts, FactSource, contradictions


class LookUpFailed(Exception):
    """The register gave no answer, or not in time. Never a reason against a family: an upload opens instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The child that a register is asked about; personal data, never stored or logged as such.

    key       -- keyed index of the identity number, under which imported lists are kept
    identity, name -- for registers outside; empty when the child is asked about again and nobody opened them
    unit_code -- where the family says that it lives: of several dwellings the one there counts
    stage     -- the stage of the schools that it applies to; empty when it is not about an application
    """

    key: str
    identity: str = ""
    name: str = ""
    unit_code: str = ""
    stage: str = ""


class LookUp(Protocol):
    """One register: registration, permit, title, rental, social insurance, civil affairs, a preferential list."""

    @property
    def register(self) -> str:
        """Return the register's name, which its facts carry as verifier."""

    @property
    def subjects(self) -> tuple[FactName, ...]:
        """Return the facts that the register may speak of."""

    def facts_about(self, child: Asked, on: date) -> Sequence[Fact]:
        """Return what the register holds about the child on the day; nothing when it does not know the child.

        Raises LookUpFailed.
        """


@dataclass(frozen=True, slots=True)
class Answer:
    """What one register said of one child; `failed` when it gave no answer in time."""

    register: str
    facts: tuple[Fact, ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Gathered:
    """All facts known after asking, the names on which registers disagree, and the registers without an answer."""

    facts: tuple[Fact, ...]
    contradictory: tuple[FactName, ...]
    unanswered: tuple[str, ...]

    @property
    def settled(self) -> Facts:
        """Return the facts that may be relied on: what registers disagree about is left open.

        A value that the family declared is no contradiction, and it does not settle one.
        Source: docs/rules/look-ups.md.
        """
        return Facts(fact for fact in self.facts if fact.name not in self.contradictory)

    @property
    def disputed(self) -> tuple[Fact, ...]:
        """Return what registers state today on the names they disagree about, by name and register.

        Source: docs/rules/look-ups.md.
        """
        stated = [fact for fact in _newest_of_each_register(self.facts) if fact.is_proved]
        return tuple(
            sorted(
                (fact for fact in stated if fact.name in self.contradictory),
                key=lambda fact: (fact.name, fact.verifier, fact.source),
            )
        )


def ask(look_ups: Iterable[LookUp], child: Asked, *, on: date) -> tuple[Answer, ...]:
    """Ask every register once; one that fails is noted, and the others are asked all the same.

    Raises ValueError when a register speaks of what is not its subject, or in another's name.
    Source: docs/rules/look-ups.md.
    """
    answers = []
    for look_up in look_ups:
        try:
            answered = look_up.facts_about(child, on)
        except LookUpFailed:
            answers.append(Answer(look_up.register, failed=True))
            continue
        answers.append(Answer(look_up.register, tuple(_checked(look_up, fact) for fact in answered)))
    return tuple(answers)


def weigh(answers: Iterable[Answer], *, already: Iterable[Fact] = ()) -> Gathered:
    """Return the answers together with the facts known already.

    1. A later answer stands beside the earlier ones of the same register, and the newer day counts.
    2. Registers that state different values today contradict each other until an officer settles it.
    Source: docs/rules/look-ups.md.
    """
    answers = tuple(answers)
    known = tuple(dict.fromkeys((*already, *(fact for answer in answers for fact in answer.facts))))
    failed = tuple(answer.register for answer in answers if answer.failed)
    return Gathered(known, contradictions(_newest_of_each_register(known)), failed)


def gather(look_ups: Iterable[LookUp], child: Asked, *, on: date, already: Iterable[Fact] = ()) -> Gathered:
    """Ask every register once and weigh the answers with what is known already.

    Raises ValueError when a register speaks of what is not its subject, or in another's name.
    Source: docs/rules/look-ups.md.
    """
    return weigh(ask(look_ups, child, on=on), already=already)


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
