"""Capture rates: which share of a unit's children really come to the zone school."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo_data.projection.frame import Frame
from geo_data.projection.records import FloatArray, IntArray, Method, PastClaim


@dataclass(frozen=True, slots=True)
class PastYear:
    """One past year as tables [n_units + 1, n_categories]."""

    children: IntArray
    enrolled: IntArray


@dataclass(frozen=True, slots=True)
class CaptureRates:
    """Fitted rates.

    rates     -- [n_units + 1, n_categories] between 0 and 1
    district  -- [n_categories] rate of the whole district
    township_strength, unit_strength -- [n_categories] children that the larger area's rate counts for
    years     -- fitted on; empty when nothing is known, and all rates are 1
    """

    rates: FloatArray
    district: FloatArray
    township_strength: FloatArray
    unit_strength: FloatArray
    years: tuple[int, ...]


def past_years(claims: Iterable[PastClaim], frame: Frame) -> Mapping[int, PastYear]:
    """Return the past years as tables, by year."""
    years: dict[int, PastYear] = {}
    for claim in claims:
        tables = years.setdefault(claim.year, PastYear(frame.empty(), frame.empty()))
        place = frame.row(claim.unit), frame.column(claim.category)
        tables.children[place] += claim.children
        tables.enrolled[place] += claim.enrolled
    return dict(sorted(years.items()))


def fit_capture(past: Mapping[int, PastYear], frame: Frame, *, until: int, method: Method) -> CaptureRates:
    """Return rates from the last years that end with `until`, shrunk where children are few.

    For each category, with k of n children enrolled:
    1. district: p = k / n. A category without past children is fitted on all categories together, so that a past
       without categories serves too; without any past at all every rate is 1.
    2. township: (k + m p) / (n + m); m is the township strength.
    3. unit: (k + m q) / (n + m), q the rate of its township; m is the unit strength.
    The strength is 1 / rho - 1, rho by Kleinman's method of moments: (S - E) / D, where over groups i
    S = sum n_i (p_i - p)^2, E = p (1 - p)(groups - 1), D = p (1 - p)(N - sum n_i^2 / N - (groups - 1)), held within
    the method's bounds; where rho cannot be estimated, the method's own strength. Units are compared within
    their townships, S, E and D summed over townships.
    Source: docs/projection.md (capture rates).
    """
    years = tuple(year for year in past if year <= until)[-method.years_fitted :]
    children, enrolled = frame.empty(), frame.empty()
    for year in years:
        children += past[year].children
        enrolled += past[year].enrolled
    district = _district_rates(children, enrolled)
    rates, strengths = np.ones(children.shape), np.zeros((2, children.shape[1]))
    if not children.any():
        return CaptureRates(rates, district, strengths[0], strengths[1], ())
    together = children.sum(axis=1), enrolled.sum(axis=1)
    for column in range(children.shape[1]):
        own = children[:, column], enrolled[:, column]
        n, k = own if own[0].any() else together
        rates[:, column], strengths[:, column] = _category(
            n, k, frame.townships, float(district[column]), method
        )
    return CaptureRates(rates, district, strengths[0], strengths[1], years)


def _district_rates(children: IntArray, enrolled: IntArray) -> FloatArray:
    everybody = int(children.sum())
    together = int(enrolled.sum()) / everybody if everybody else 1.0
    n, k = children.sum(axis=0), enrolled.sum(axis=0)
    return np.asarray(np.divide(k, n, out=np.full(n.shape, together), where=n > 0))


def _category(
    children: IntArray, enrolled: IntArray, townships: IntArray, district: float, method: Method
) -> tuple[FloatArray, Sequence[float]]:
    count = int(townships.max()) + 1
    n: FloatArray = np.bincount(townships, children, count).astype(np.float64)
    k: FloatArray = np.bincount(townships, enrolled, count).astype(np.float64)
    of_townships = _strength([_moments(n, k, district)], method)
    by_township = (k + of_townships * district) / (n + of_townships)
    own = np.divide(k, n, out=np.zeros_like(k), where=n > 0)
    moments = _moments_within(children, enrolled, townships, own, n)
    of_units = _strength(moments, method)
    rates = (enrolled + of_units * by_township[townships]) / (children + of_units)
    return rates, (of_townships, of_units)


def _moments(n: FloatArray, k: FloatArray, p: float) -> tuple[float, float, float]:
    """Return S, E and D of groups with k of n children around the rate p; groups without children do not count."""
    n, k = n[n > 0], k[n > 0]
    if len(n) < 2:
        return 0.0, 0.0, 0.0
    spread = float((n * (k / n - p) ** 2).sum())
    chance = p * (1 - p)
    free = len(n) - 1
    return spread, chance * free, chance * float(n.sum() - (n**2).sum() / n.sum() - free)


def _moments_within(
    children: IntArray, enrolled: IntArray, townships: IntArray, rates: FloatArray, n: FloatArray
) -> list[tuple[float, float, float]]:
    """Return S, E and D of the units of every township around the township's own rate, all at once."""
    counted = children > 0
    where, c, k = townships[counted], children[counted].astype(np.float64), enrolled[counted]
    groups = np.bincount(where, minlength=len(n))
    spread = np.bincount(where, c * (k / c - rates[where]) ** 2, len(n))
    squares = np.bincount(where, c**2, len(n))
    chance, free = rates * (1 - rates), np.maximum(groups - 1, 0)
    rest = n - np.divide(squares, n, out=np.zeros_like(n), where=n > 0) - free
    able = groups >= 2
    return [
        (float(spread[able].sum()), float((chance * free)[able].sum()), float((chance * rest)[able].sum()))
    ]


def _strength(moments: Sequence[tuple[float, float, float]], method: Method) -> float:
    spread, expected, denominator = (sum(column) for column in zip(*moments, strict=True))
    if denominator <= 0:
        return float(method.strength)
    rho = (spread - expected) / denominator
    if rho <= 0:
        return float(method.greatest_strength)
    return float(min(max(1 / rho - 1, method.least_strength), method.greatest_strength))
