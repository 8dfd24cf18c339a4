"""Conditions read from plain data; a term that the law forbids is refused with its clause."""

from collections.abc import Callable, Mapping

from admissions.rules.conditions import (
    OPERATORS,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    NotThat,
    Operand,
    Operator,
)
from admissions.rules.reading import Node, refuse_name
from admissions.rules.terms import Term, spec_of, term_named
from admissions.rules.vocabulary import Kind


def read_condition(node: Node) -> Condition:
    """Return the condition written at the node; several entries of one object must all hold.

    Notes a fault for an unknown or forbidden term, an operator that the term has not, and an operand
    of another kind. Source: docs/rules/policy.md (conditions).
    """
    if not isinstance(node.value, Mapping) or not node.value:
        node.fault("expected a condition: an object with terms, all, any or not")
        return AllOf(())
    parts = tuple(_read_entry(str(key), node.child(str(key))) for key in node.value)
    return parts[0] if len(parts) == 1 else AllOf(parts)


def read_term(node: Node, name: str) -> Term | None:
    """Return the term of the closed vocabulary, or None after a fault. Source: docs/rules/policy.md."""
    term = term_named(name)
    if term is None:
        refuse_name(node, name, "is not in the fact vocabulary")
    return term


def _read_entry(key: str, node: Node) -> Condition:
    if node.value is None:
        node.fault("is empty")
        return AllOf(())
    match key:
        case "all":
            return AllOf(tuple(read_condition(item) for item in node.items()))
        case "any":
            return AnyOf(tuple(read_condition(item) for item in node.items()))
        case "not":
            return NotThat(read_condition(node))
        case _:
            return _read_comparisons(key, node)


def _read_comparisons(name: str, node: Node) -> Condition:
    term = read_term(node, name)
    if term is None:
        return AllOf(())
    if not isinstance(node.value, Mapping):
        return Comparison(term, Operator.IS, _read_operand(node, term, Operator.IS))
    parts = tuple(_read_comparison(term, str(key), node.child(str(key))) for key in node.value)
    return parts[0] if len(parts) == 1 else AllOf(parts)


def _read_comparison(term: Term, operator_name: str, node: Node) -> Condition:
    allowed = OPERATORS[spec_of(term).kind]
    if node.value is None:
        node.fault("is empty")
    if operator_name not in allowed:
        node.fault("expected one of " + ", ".join(allowed))
        return AllOf(())
    operator = Operator(operator_name)
    return Comparison(term, operator, _read_operand(node, term, operator))


def _read_operand(node: Node, term: Term, operator: Operator) -> Operand:
    spec = spec_of(term)
    if operator is Operator.KNOWN:
        return node.flag()
    if operator is Operator.IN:
        return tuple(_read_choice(item, spec.choices) for item in node.items())
    readers: Mapping[Kind, Callable[[], Operand]] = {
        Kind.FLAG: node.flag,
        Kind.DATE: node.day,
        Kind.INTEGER: lambda: node.integer(spec.least, spec.most),
    }
    reader = readers.get(spec.kind)
    return reader() if reader else _read_choice(node, spec.choices)


def _read_choice(node: Node, choices: tuple[str, ...]) -> str:
    text = node.text()
    if choices and text and text not in choices:
        node.fault("expected one of " + ", ".join(choices))
    return text
