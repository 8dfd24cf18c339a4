"""Reading plain data with every fault noted at its exact path."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from admissions.rules.forbidden_names import clause_against

Choice = TypeVar("Choice", bound=StrEnum)
YEARS = range(1900, 2101)  # in which months can be counted back and forth
HARMLESS = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a path, and the clause when the law is the reason (else empty)."""

    path: str
    message: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A value at a path; reading notes faults in a list shared by the whole document.

    A reading method returns a harmless value after it has noted a fault, so that all faults are found at once;
    the caller discards what was read when the list is not empty.
    """

    value: object
    path: str = ""
    faults: list[Fault] = field(default_factory=list)

    def fault(self, message: str, clause: str = "") -> None:
        """Note a fault at this path."""
        self.faults.append(Fault(self.path or "policy", message, clause))

    def child(self, key: str) -> "Node":
        """Return the value under the key; absent keys read as None."""
        inner = self.value.get(key) if isinstance(self.value, Mapping) else None
        return Node(inner, f"{self.path}.{key}" if self.path else key, self.faults)

    def has(self, key: str) -> bool:
        """Say whether the key is present with a value."""
        return isinstance(self.value, Mapping) and self.value.get(key) is not None

    def expect_keys(
        self,
        required: tuple[str, ...],
        optional: tuple[str, ...] = (),
        *,
        because: Mapping[str, str] | None = None,
    ) -> None:
        """Note a fault for a value that is no object, and for each missing or unknown key.

        because -- the clause by which a key may not be missing, where the law is the reason
        """
        if not isinstance(self.value, Mapping):
            self._expected("an object")
            return
        for key in required:
            if self.value.get(key) is None:
                self.child(key).fault("is missing", (because or {}).get(key, ""))
        for key in self.value:
            if key not in required + optional:
                refuse_name(self.child(str(key)), str(key), "is not a known key")

    def items(self) -> Iterator["Node"]:
        """Yield the elements of a list."""
        if self.value is None:
            return
        if not isinstance(self.value, list | tuple):
            self.fault("expected a list")
            return
        for index, item in enumerate(self.value):
            inner = Node(item, f"{self.path}[{index}]", self.faults)
            if item is None:
                inner.fault("is empty")
            yield inner

    def text(self) -> str:
        """Return a text that is not empty."""
        if isinstance(self.value, str) and self.value.strip():
            return self.value
        self._expected("a text")
        return ""

    def integer(self, least: int, most: int) -> int:
        """Return an integer in the closed range."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and least <= self.value <= most:
            return self.value
        self._expected(f"a whole number from {least} to {most}")
        return least

    def flag(self) -> bool:
        """Return true or false."""
        if isinstance(self.value, bool):
            return self.value
        self._expected("true or false")
        return False

    def choice(self, choices: type[Choice], *, because: str = "") -> Choice:
        """Return a member of the closed set.

        because -- the clause by which the set is closed, where the law is the reason
        """
        members = list(choices)
        for member in members:
            if member == self.value:
                return member
        if self.value is not None:  # an absent value was noted by whoever looked for it
            refuse_name(self, self.value, "expected one of " + ", ".join(members), because)
        return members[0]

    def day(self) -> date:
        """Return a day written as YYYY-MM-DD."""
        try:
            day = date.fromisoformat(str(self.value))
        except ValueError:
            self._expected("a day, YYYY-MM-DD")
            return HARMLESS.date()
        return day if self._is_reckoned(day.year) else HARMLESS.date()

    def moment(self) -> datetime:
        """Return a moment with its offset, written as YYYY-MM-DDTHH:MM+08:00."""
        try:
            moment = datetime.fromisoformat(str(self.value))
        except ValueError:
            moment = datetime.min
        if moment.tzinfo is None:
            self._expected("a moment with offset, YYYY-MM-DDTHH:MM+08:00")
            return HARMLESS
        return moment if self._is_reckoned(moment.year) else HARMLESS

    def _is_reckoned(self, year: int) -> bool:
        if year not in YEARS:
            self._expected(f"a year from {YEARS[0]} to {YEARS[-1]}")
        return year in YEARS

    def _expected(self, what: str) -> None:
        # An absent value was noted by whoever looked for it; one fault for each place is enough.
        if self.value is not None:
            self.fault(f"expected {what}")


def refuse_name(node: Node, name: object, otherwise: str, because: str = "") -> None:
    """Note why the name cannot stand at the node: with the clause where it names what the law forbids.

    otherwise, because -- the message, and its clause, for a name that is merely not one of ours
    Source: docs/rules/legal-check.md.
    """
    clause = clause_against(name)
    if clause:
        node.fault("may not be a basis of admission", clause)
    else:
        node.fault(otherwise, because)
