"""What differs between two policies, path by path, so that whoever approves sees every change."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from admissions.rules.canonical_policy import policy_as_data
from admissions.rules.policy_records import Policy
from common.canonical import CanonicalValue, canonical_json


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not the same in both; None stands where one of them says nothing at the path."""

    path: str
    before: str | None
    after: str | None


def policy_differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """Return every path whose value differs, in the order of the later policy, then what only the earlier says.

    Items of a list that have a code are compared by it, so that a line put in between changes no other; their
    order is a value of its own. Equal policies have no differences, and policies without any have one digest.
    Source: docs/rules/policy.md.
    """
    old, new = dict(_leaves(policy_as_data(before), "")), dict(_leaves(policy_as_data(after), ""))
    paths = [*new, *(path for path in old if path not in new)]
    return tuple(
        Difference(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)
    )


def unfit_lines(own: Policy, other: Policy, codes: Iterable[str]) -> tuple[str, ...]:
    """Return which lines of a round the other policy has not, or has for another kind of seats, in their order.

    codes -- lines of the own policy that have seats in the round
    Source: docs/rules/policy.md.
    """
    kinds = {line.code: line.kind for line in other.lines}
    return tuple(code for code in codes if kinds.get(code) is not own.line(code).kind)


def _leaves(value: CanonicalValue, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _leaves(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        yield from _list_leaves(value, path)
    else:
        yield path, value if isinstance(value, str) else canonical_json(value).decode()


def _list_leaves(items: list[CanonicalValue], path: str) -> Iterator[tuple[str, str]]:
    names = [
        str(item["code"]) if isinstance(item, Mapping) and "code" in item else str(index)
        for index, item in enumerate(items)
    ]
    yield f"{path} (order)", ", ".join(names)
    for name, item in zip(names, items, strict=True):
        yield from _leaves(item, f"{path}[{name}]")
