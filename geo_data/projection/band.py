"""Low and high: how far past projections were off, carried over to this one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt

import numpy as np
from scipy.special import stdtrit

from geo_data.projection.records import FloatArray, IntArray, Method

LEAST_YEARS = 2  # held-back years below which no band is given
THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True)
class Spread:
    """Past errors at one lead, as thousandths of the square root of the projected children.

    low, high -- the errors that `tail_percent` of all were below and above; each the other's opposite where past
                 projections were all off to one side
    samples, years -- how many errors of how many held-back years
    measured_at -- the lead whose errors were stretched, because this one has too few years; else the lead itself
    """

    low: int
    high: int
    samples: int
    years: int
    measured_at: int


def errors_of(projected: IntArray, actual: IntArray) -> FloatArray:
    """Return the errors, actual minus projected over the square root of the projected (at least 1), same shape.

    Counts scatter like the square root of their size, so errors of small and large schools can be put together.
    Source: docs/projection.md (the band).
    """
    return np.asarray((actual - projected) / np.sqrt(np.maximum(projected, 1)))


def spreads_by_lead(
    errors: Mapping[int, Mapping[int, FloatArray]], leads: Sequence[int], method: Method
) -> Mapping[int, Spread]:
    """Return the spread at every lead, or none at all where no lead was held back in two years.

    errors -- lead -> held-back year -> errors
    A lead with fewer than two held-back years takes the spread of the longest shorter lead that has them (else of
    the shortest that has), stretched by the square root of the leads' ratio.
    Source: docs/projection.md (the band).
    """
    measured = {
        lead: _measured(list(by_year.values()), lead, method)
        for lead, by_year in sorted(errors.items())
        if len(by_year) >= LEAST_YEARS and any(len(one) for one in by_year.values())
    }
    if not measured:
        return {}
    return {lead: measured.get(lead) or _stretched(measured, lead) for lead in leads}


def band(medium: IntArray, spread: Spread) -> tuple[IntArray, IntArray]:
    """Return low and high of projected children, whole numbers on either side of the projection, never negative.

    low = medium + low x root, rounded down; high = medium + high x root, rounded up; root = sqrt(max(medium, 1)).
    Source: docs/projection.md (the band).
    """
    root = np.sqrt(np.maximum(medium, 1))
    low = np.floor(np.round(medium + spread.low * root / THOUSANDTHS, 9)).astype(np.int64)
    high = np.ceil(np.round(medium + spread.high * root / THOUSANDTHS, 9)).astype(np.int64)
    return np.clip(low, 0, medium), np.maximum(high, medium)


def is_inside(projected: IntArray, actual: IntArray, spread: Spread) -> int:
    """Return how many of the actual figures lie within the band that the spread gives, its ends included."""
    low, high = band(projected, spread)
    return int(((low <= actual) & (actual <= high)).sum())


def _measured(by_year: Sequence[FloatArray], lead: int, method: Method) -> Spread:
    """Return the errors at either tail, counted where there are enough; else those that a bell curve would have.

    With n errors the lower end is the k-th smallest, k = floor((n + 1) x tail): a new error falls below it as often
    as the tail says. Where k is 0, it is mean -+ t x s x sqrt(1 + 1 / n), t of n - 1 degrees of freedom.
    Where both ends lie on one side of zero, the farther one holds for both sides: that the past was off to one side
    is no promise that the future will be, and the projection itself must lie within its band.
    """
    together = np.sort(np.concatenate(list(by_year)))
    n = len(together)
    below = floor((n + 1) * method.tail_percent / 100)
    if below:
        low, high = float(together[below - 1]), float(together[n - below])
    elif n == 1:
        low, high = -abs(float(together[0])), abs(float(together[0]))
    else:
        beyond = (
            float(stdtrit(n - 1, 1 - method.tail_percent / 100))
            * float(together.std(ddof=1))
            * sqrt(1 + 1 / n)
        )
        low, high = float(together.mean()) - beyond, float(together.mean()) + beyond
    if low > 0 or high < 0:
        low, high = -max(-low, high), max(-low, high)
    return Spread(_down(low), _up(high), n, len(by_year), lead)


def _stretched(measured: Mapping[int, Spread], lead: int) -> Spread:
    base = max((known for known in measured if known < lead), default=min(measured))
    known, factor = measured[base], sqrt(max(lead, base) / base)
    low, high = _down(known.low * factor / THOUSANDTHS), _up(known.high * factor / THOUSANDTHS)
    return Spread(low, high, known.samples, known.years, base)


def _down(error: float) -> int:
    return floor(round(error * THOUSANDTHS, 6))


def _up(error: float) -> int:
    return ceil(round(error * THOUSANDTHS, 6))
