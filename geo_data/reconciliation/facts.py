"""What a row states: facts in groups, as lists store them. One fact is put together only when somebody asks for it.

Of the twenty facts of a child nearly all are only compared, by value: a million children would make twenty million
records otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Fact = Mapping[str, object]  # name, value, source, as_of, perhaps verifier and expires_on
Group = Mapping[str, Any]  # the same without name and value, and `values`: fact name -> value
DECLARED = "declared"


class Facts:
    """The facts of one row by name; where several groups state a name, the last one counts.

    values   -- fact name -> value
    declares -- whether any of them is merely declared
    """

    __slots__ = ("declares", "groups", "values")

    def __init__(self, groups: Sequence[Group] = ()) -> None:
        self.groups = groups
        self.values: Mapping[str, object]
        if len(groups) == 1:  # as nearly always: what one list says of one child
            self.values = groups[0]["values"]
            self.declares = groups[0]["source"] == DECLARED
        else:
            self.values = {name: value for group in groups for name, value in group["values"].items()}
            self.declares = any(group["source"] == DECLARED for group in groups)

    def __iter__(self) -> Iterator[Fact]:
        """Yield every fact, group by group, also those that do not count."""
        return (_fact(name, group) for group in self.groups for name in group["values"])

    def find(self, name: str) -> Fact | None:
        """Return the fact that counts, None where the row does not state it."""
        return next((_fact(name, group) for group in reversed(self.groups) if name in group["values"]), None)

    def __getitem__(self, name: str) -> Fact:
        """Return the fact that counts. Raises KeyError."""
        fact = self.find(name)
        if fact is None:
            raise KeyError(name)
        return fact

    def said(self, name: str) -> list[str]:
        """Return what the groups say of a fact, as texts in their order."""
        return [str(group["values"][name]) for group in self.groups if name in group["values"]]


NO_FACTS = Facts()


def _fact(name: str, group: Group) -> Fact:
    shared = {key: value for key, value in group.items() if key != "values"}
    return {"name": name, "value": group["values"][name], **shared}
