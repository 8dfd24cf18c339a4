"""The calendar of a round as a row of moments."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from admissions.rules.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment; `now` marks the last one that has passed."""

    title: Promise
    at: datetime
    past: bool
    now: bool


def timeline(calendar: Calendar, now: datetime) -> tuple[Moment, ...]:
    """Return the moments of the calendar in order."""
    named = (
        (_("Applications open"), calendar.opens_at),
        (_("Applications close"), calendar.closes_at),
        (_("Review ends"), calendar.review_until),
        (_("Draw before witnesses"), calendar.draw_at),
        (_("Results"), calendar.results_at),
        (_("Last moment to confirm the place"), calendar.confirm_until),
    )
    last = sum(at <= now for _title, at in named) - 1
    return tuple(Moment(title, at, at <= now, place == last) for place, (title, at) in enumerate(named))
