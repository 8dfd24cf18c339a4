"""The calendar of a round, and the phase that follows from it; the phase is never stored."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Phase(StrEnum):
    """Where a round stands at a moment."""

    ANNOUNCED = "announced"
    OPEN = "open"
    REVIEW = "review"
    BEFORE_DRAW = "before_draw"
    DRAW = "draw"
    CONFIRMATION = "confirmation"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The moments of a round, all aware and ascending; `published_on` is None while nothing is published.

    `closes_at`, `review_until` and `confirm_until` are excluded ends.
    """

    published_on: date | None
    opens_at: datetime
    closes_at: datetime
    review_until: datetime
    draw_at: datetime
    results_at: datetime
    confirm_until: datetime


def phase(calendar: Calendar, now: datetime) -> Phase:
    """Return the phase at the moment: each phase begins with its moment and ends before the next.

    Source: docs/rules/calendar.md.
    """
    starts = (
        (calendar.confirm_until, Phase.FINISHED),
        (calendar.results_at, Phase.CONFIRMATION),
        (calendar.draw_at, Phase.DRAW),
        (calendar.review_until, Phase.BEFORE_DRAW),
        (calendar.closes_at, Phase.REVIEW),
        (calendar.opens_at, Phase.OPEN),
    )
    return next((name for start, name in starts if now >= start), Phase.ANNOUNCED)


def is_review_over(phase: Phase) -> bool:
    """Say whether families can no longer hand in what was asked for, nor object to a refusal.

    Source: docs/rules/calendar.md.
    """
    return phase not in (Phase.ANNOUNCED, Phase.OPEN, Phase.REVIEW)


def accepts_amendment(phase: Phase, *, is_returned: bool) -> bool:
    """Say whether a family may change its form: while the window is open, one that was returned until review is over.

    Source: docs/rules/calendar.md.
    """
    return phase is Phase.OPEN or (is_returned and phase is Phase.REVIEW)


def accepts_applications(calendar: Calendar, now: datetime) -> bool:
    """Say whether a family may file, change or withdraw a form at the moment.

    Source: docs/rules/calendar.md.
    """
    return phase(calendar, now) is Phase.OPEN
