"""Registers outside our house, as a bureau's adapters would reach them: silent, slow, broken, or of another mind."""

import time
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from pytest_django import Settings

from admissions.rules.facts import Fact, FactName, FactSource
from admissions.rules.look_ups import Asked, LookUpFailed

IMPORTED_LIST = "admissions.selectors.imported_lists.ImportedList"
PUPIL_LIST = "admissions.selectors.pupil_list.PupilList"
HERE = "tests.services.look_ups_world"
AS_OF = date(2026, 6, 1)
LISTS = (
    "registrations",
    "permits",
    "titles",
    "rentals",
    "insurances",
    "civil_affairs",
    "preferences",
    "pupils",
)


class Register:
    """A register over a line: what it holds is the options' business. `calls` counts what was asked of it."""

    calls: ClassVar[list[tuple[str, Asked]]] = []

    def __init__(
        self, district_code: str, *, register: str, says: dict[str, Any], how: str = "answers"
    ) -> None:
        self.register = register
        self.subjects = tuple(FactName(name) for name in says)
        self._says, self._how, self._district = says, how, district_code

    def facts_about(self, child: Asked, on: date) -> Sequence[Fact]:
        """Answer, or do what `how` says."""
        Register.calls.append((self.register, child))
        if self._how == "fails":
            raise LookUpFailed(self.register)
        if self._how == "breaks":
            raise KeyError("an answer of another shape")
        if self._how == "sleeps":
            time.sleep(0.5)
        return [
            Fact(FactName(name), value, FactSource.LOOK_UP, AS_OF, self.register)
            for name, value in self._says.items()
        ]


def registers_are(settings: Settings, *entries: dict[str, Any]) -> None:
    """Let exactly these registers be asked."""
    Register.calls = []
    settings.LOOK_UPS = list(entries)


def outside(
    register: str, says: dict[str, Any], *, how: str = "answers", seconds: float | None = 5
) -> dict[str, Any]:
    """A register over the network."""
    return {
        "adapter": f"{HERE}.Register",
        "seconds": seconds,
        "options": {"register": register, "says": says, "how": how},
    }


def imported(*kinds: str) -> list[dict[str, Any]]:
    """The adapters that read imported lists, as the settings name them by default."""
    wanted = kinds or LISTS
    lists = [{"adapter": IMPORTED_LIST, "options": {"kind": kind}} for kind in wanted if kind != "pupils"]
    return [*lists, {"adapter": PUPIL_LIST, "options": {}}] if "pupils" in wanted else lists
