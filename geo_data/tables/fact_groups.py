"""Facts as they are stored: what many share, their source, day and office, is written once.

A row of a census states a dozen facts of one day and one office. In groups they take a third of the room, and stay
short enough for PostgreSQL to keep them within the row.
"""

from collections.abc import Iterable, Sequence
from typing import TypedDict

SHARED = ("source", "as_of", "verifier", "expires_on")
KNOWN = frozenset({"name", "value", *SHARED})
Fact = dict[str, object]


class FactGroup(TypedDict, total=False):
    """Facts of one source, day (YYYY-MM-DD) and office: fact name -> value. `verifier` and `expires_on` may lack."""

    source: str
    as_of: str
    verifier: str
    expires_on: str
    values: dict[str, object]


def grouped(facts: Iterable[Fact]) -> list[FactGroup]:
    """Return facts in groups, in the order in which their groups first come; a name is stated once in a group.

    Raises ValueError for a fact with other keys than name, value, source, as_of, verifier and expires_on, and for a
    name that one group would hold twice.
    Source: docs/registers.md (facts).
    """
    groups: dict[tuple[object, ...], FactGroup] = {}
    for fact in facts:
        if not fact.keys() <= KNOWN:
            raise ValueError(f"a fact has no {', '.join(sorted(fact.keys() - KNOWN))}")
        shared = {key: fact[key] for key in SHARED if key in fact}
        group = groups.setdefault(tuple(shared.items()), {**shared, "values": {}})  # type: ignore[typeddict-item]
        name = str(fact["name"])
        if name in group["values"]:
            raise ValueError(f"{name} is stated twice")
        group["values"][name] = fact["value"]
    return list(groups.values())


def listed(groups: Sequence[FactGroup]) -> list[Fact]:
    """Return the facts one by one, group by group. Undoes `grouped`."""
    facts: list[Fact] = []
    for group in groups:
        shared = {key: value for key, value in group.items() if key != "values"}
        facts += [{"name": name, "value": value, **shared} for name, value in group["values"].items()]
    return facts
