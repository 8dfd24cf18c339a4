"""Periods of days: the first day included, the last excluded."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `from_on` (included) until `until_on` (excluded); None means without end.

    Raises ValueError when it would hold no day.
    """

    from_on: date
    until_on: date | None = None

    def __post_init__(self) -> None:
        if self.until_on is not None and self.until_on <= self.from_on:
            raise ValueError("a period holds at least one day")

    def covers(self, on: date) -> bool:
        """Say whether the day lies in the period."""
        return self.from_on <= on and (self.until_on is None or on < self.until_on)

    def overlaps(self, other: "Period") -> bool:
        """Say whether the two periods share a day."""
        return (other.until_on is None or self.from_on < other.until_on) and (
            self.until_on is None or other.from_on < self.until_on
        )
