"""Conditions over facts and computed terms, and how they are judged when something is not known.

A condition is true, false or open. What is open stays open under "not", so that nobody gains a category,
and nobody loses one, by a fact that nobody knows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from admissions.rules.terms import Term
from admissions.rules.vocabulary import FactValue, Kind
from common.canonical import CanonicalValue


class Operator(StrEnum):
    """How a term is compared; days include the stated day."""

    IS = "is"
    IN = "in"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ON_OR_BEFORE = "on_or_before"
    ON_OR_AFTER = "on_or_after"
    KNOWN = "known"


OPERATORS: dict[Kind, tuple[Operator, ...]] = {
    Kind.TEXT: (Operator.IS, Operator.IN, Operator.KNOWN),
    Kind.CHOICE: (Operator.IS, Operator.IN, Operator.KNOWN),
    Kind.FLAG: (Operator.IS, Operator.KNOWN),
    Kind.INTEGER: (Operator.IS, Operator.AT_LEAST, Operator.AT_MOST, Operator.KNOWN),
    Kind.DATE: (Operator.IS, Operator.ON_OR_BEFORE, Operator.ON_OR_AFTER, Operator.KNOWN),
    Kind.TEXTS: (Operator.KNOWN,),
    Kind.DATES: (Operator.KNOWN,),
}

Operand = str | int | bool | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a term with a stated value."""

    term: Term
    operator: Operator
    operand: Operand


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when every part holds; without parts it always holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when at least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class NotThat:
    """Holds when the part does not."""

    part: "Condition"


Condition = Comparison | AllOf | AnyOf | NotThat
Answer = Callable[[Term], FactValue | None]


def holds(condition: Condition, answer: Answer) -> bool | None:
    """Say whether the condition holds; None while it hangs on something that nobody knows.

    Source: docs/rules/categories.md (three answers).
    """
    match condition:
        case Comparison():
            return comparison_holds(condition, answer(condition.term))
        case NotThat(part):
            inner = holds(part, answer)
            return None if inner is None else not inner
        case AllOf(parts):
            return _decided_by(False, parts, answer)
        case AnyOf(parts):
            return _decided_by(True, parts, answer)


def _decided_by(decisive: bool, parts: tuple["Condition", ...], answer: Answer) -> bool | None:
    """Return `decisive` as soon as a part says so, else None when a part is open, else the opposite."""
    is_open = False
    for part in parts:
        outcome = holds(part, answer)
        if outcome is decisive:
            return decisive
        is_open = is_open or outcome is None
    return None if is_open else not decisive


def comparison_holds(comparison: Comparison, value: FactValue | None) -> bool | None:
    """Say whether the comparison holds for the value; None when the value is not known.

    Source: docs/rules/categories.md (operators).
    """
    if comparison.operator is Operator.KNOWN:
        return (value is not None) == comparison.operand
    if value is None:
        return None
    match comparison.operator, value, comparison.operand:
        case Operator.IS, _, _:
            return value == comparison.operand
        case Operator.IN, str(), tuple(allowed):
            return value in allowed
        case (Operator.AT_LEAST, int(), int()) | (Operator.ON_OR_AFTER, date(), date()):
            return value >= comparison.operand  # type: ignore[operator]  # the pattern fixes both types
        case (Operator.AT_MOST, int(), int()) | (Operator.ON_OR_BEFORE, date(), date()):
            return value <= comparison.operand  # type: ignore[operator]  # the pattern fixes both types
    raise TypeError(f"{comparison.operator} does not compare {type(value).__name__}")


def comparisons_in(condition: Condition) -> Iterator[Comparison]:
    """Yield every comparison of the condition in the written order. Source: docs/rules/categories.md."""
    match condition:
        case Comparison():
            yield condition
        case NotThat(part):
            yield from comparisons_in(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from comparisons_in(part)


def condition_as_data(condition: Condition) -> dict[str, CanonicalValue]:
    """Return plain JSON data that `condition_reading.read_condition` reads back to the same condition.

    Source: docs/rules/policy.md.
    """
    match condition:
        case Comparison(term, operator, operand):
            return {str(term): {str(operator): _operand_as_data(operand)}}
        case NotThat(part):
            return {"not": condition_as_data(part)}
        case AllOf(parts):
            return {"all": [condition_as_data(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [condition_as_data(part) for part in parts]}


def _operand_as_data(operand: Operand) -> str | int | bool | list[str]:
    if isinstance(operand, tuple):
        return list(operand)
    return operand.isoformat() if isinstance(operand, date) else operand
