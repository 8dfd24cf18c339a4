"""Seat warnings: demand against seats, in three colours by published thresholds."""

from dataclasses import dataclass
from enum import StrEnum


class SeatWarning(StrEnum):
    """How much demand presses on the seats; `NONE` is good news."""

    NONE = "none"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Demand above so many thousandths of the seats has the colour; `warned_years` ahead it is a warning.

    Policy data: the figures are a county's own decision.
    """

    yellow: int = 950
    orange: int = 1000
    red: int = 1100
    warned_years: int = 3


def seat_warning(demand: int, seats: int, thresholds: Thresholds) -> SeatWarning:
    """Return the warning of a school or zone whose expected claimants stand against its seats of the entry grade.

    A colour begins above its threshold: demand equal to it is not yet of that colour. Any demand without seats is red.
    Source: docs/projection.md (seat warnings).
    """
    if demand <= 0:
        return SeatWarning.NONE
    ladder = (
        (SeatWarning.RED, thresholds.red),
        (SeatWarning.ORANGE, thresholds.orange),
        (SeatWarning.YELLOW, thresholds.yellow),
    )
    return next((level for level, most in ladder if 1000 * demand > most * seats), SeatWarning.NONE)
