"""The registers that are asked about a child: which, by the settings, and how long each may take."""

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string

from admissions.rules.facts import Fact, FactName
from admissions.rules.look_ups import Asked, LookUp, LookUpFailed
from admissions.selectors.imported_lists import ImportedList

logger = logging.getLogger(__name__)


@runtime_checkable
class InBulk(Protocol):
    """A register that is asked about thousands of children as quickly as about one: a list in the own database."""

    def prepare(self, children: Iterable[Asked]) -> None:
        """Fetch what the register holds about these children."""


@dataclass(frozen=True, slots=True)
class WithinSeconds:
    """A register over the network, given up after some seconds; whatever goes wrong with it, the family is not kept.

    A call that was given up runs to its end in the background; its answer is not waited for.
    """

    look_up: LookUp
    seconds: float

    @property
    def register(self) -> str:
        """Return the name of the register behind."""
        return self.look_up.register

    @property
    def subjects(self) -> tuple[FactName, ...]:
        """Return the subjects of the register behind."""
        return self.look_up.subjects

    def facts_about(self, child: Asked, on: date) -> Sequence[Fact]:
        """Return the answer, or raise LookUpFailed when it is late or the call broke."""
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="look-up")
        call = pool.submit(self.look_up.facts_about, child, on)
        pool.shutdown(wait=False)
        try:
            problem = call.exception(timeout=self.seconds)
        except TooLate:
            raise LookUpFailed(f"{self.register} did not answer within {self.seconds} s") from None
        if problem is None:
            return call.result()
        if not isinstance(problem, LookUpFailed):
            logger.error("the look-up of %s broke: %s", self.register, type(problem).__name__)
        raise LookUpFailed(self.register) from problem


def registers_of(district_code: str) -> tuple[LookUp, ...]:
    """Return the registers that the settings name, in their order; lists that were never handed in are left out."""
    found = (_register(entry, district_code) for entry in settings.LOOK_UPS)
    return tuple(
        register for register in found if not isinstance(register, ImportedList) or register.is_there
    )


def _register(entry: dict[str, Any], district_code: str) -> LookUp:
    made: LookUp = import_string(entry["adapter"])(district_code, **entry.get("options", {}))
    seconds = entry.get("seconds")
    return made if seconds is None else WithinSeconds(made, float(seconds))
