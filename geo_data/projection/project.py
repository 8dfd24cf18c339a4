"""The projection: children and claimants by unit, category and entry year, low, medium and high."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from geo_data.projection.age import coming_entry_year
from geo_data.projection.backtest import UNIT, BackTest, Horizon, back_test
from geo_data.projection.band import Spread, band
from geo_data.projection.capture import CaptureRates, PastYear, fit_capture, past_years
from geo_data.projection.cohorts import carried_cohort, count_children, last_counted_year
from geo_data.projection.frame import Frame, frame_of
from geo_data.projection.housing import children_of_housing
from geo_data.projection.records import YEARS_AHEAD, FloatArray, IntArray, Source
from geo_data.projection.rounding import thousandths, whole_table
from geo_data.projection.survival import Survival, fitted_survival, survival_of


class ProjectionGap(ValueError):
    """There is neither a census with children of a coming entry year nor any past year: nothing to go on."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that the projection had to assume, by code; `year` where one matters, else 0."""

    code: str
    year: int = 0


@dataclass(frozen=True, slots=True)
class Projected:
    """The result. Position i belongs to `units[i]`; the last unit has the empty code: children in no known unit.

    children, medium -- [n_years, n_units, n_categories] whole numbers; medium are the expected claimants
    expected         -- the same shape, claimants in thousandths: schools and zones are added up from these
    low, high        -- the same shape, None where no band can be given
    horizon          -- leads of `years`, by which the back-test's spreads are found
    base_year        -- the last past year that was used, or the year of the census where there is none
    last_counted     -- the last entry year whose cohort the census holds; later ones are carried on
    survival         -- [n_years] share of a cohort that is there at entry, which the children were multiplied by
    """

    units: tuple[str, ...]
    categories: tuple[str, ...]
    years: tuple[int, ...]
    base_year: int
    last_counted: int
    children: IntArray
    expected: IntArray
    medium: IntArray
    low: IntArray | None
    high: IntArray | None
    survival: tuple[float, ...]
    rates: CaptureRates
    assumptions: tuple[Assumption, ...]
    horizon: Horizon
    back_test: BackTest


def project(source: Source) -> Projected:
    """Return the children and claimants of the coming entry years.

    1. Count the census's children by entry year; carry the last counted cohort on to years without one.
    2. Let cohorts survive until they enter; add the children of new dwellings.
    3. Multiply by capture rates fitted on past years, 1 where there are none.
    4. Round by largest remainder, so that units add up to their township and the district for every year and
       category; claimants of a unit never exceed its children.
    5. Hold back every past year, and give the band that the errors allow.
    The order of the input changes nothing. Raises ProjectionGap, and ValueError for a unit named twice.
    Source: docs/projection.md.
    """
    frame = frame_of(source)
    past = {
        year: table for year, table in past_years(source.claims, frame).items() if year < source.first_year
    }
    counted = count_children(source.births, frame, source.rule)
    last_counted = last_counted_year(counted, source)
    survival = survival_of(source.grades, source.moves)
    shares = tuple(_survival(survival, source, year) for year in _years(source))
    exact = _exact_children(source, frame, past, counted, last_counted, shares)
    rates = fit_capture(past, frame, until=source.first_year - 1, method=source.method)
    groups = frame.townships
    children = np.stack([whole_table(thousandths(table), groups) for table in exact])
    expected = np.stack([thousandths(table * rates.rates) for table in exact])
    medium = np.stack(
        [whole_table(*tables) for tables in zip(expected, repeat(groups), children, strict=False)]
    )
    horizon = _horizon(source, past, last_counted)
    tested = back_test(source, frame, past, survival, horizon)
    low, high = _bands(medium, tested.spreads[UNIT], horizon)
    return Projected(
        units=(*frame.units, ""),
        categories=frame.categories,
        years=_years(source),
        base_year=max(past, default=source.as_of.year),
        last_counted=last_counted,
        children=children,
        expected=expected,
        medium=medium,
        low=low,
        high=high,
        survival=shares,
        rates=rates,
        assumptions=_assumptions(source, rates, last_counted, survival, has_band=low is not None),
        horizon=horizon,
        back_test=tested,
    )


def _years(source: Source) -> tuple[int, ...]:
    return tuple(range(source.first_year, source.first_year + YEARS_AHEAD))


def _horizon(source: Source, past: Mapping[int, PastYear], last_counted: int) -> Horizon:
    last_past = max(past, default=source.first_year - 1)
    return Horizon(
        leads=tuple(year - last_past for year in _years(source)),
        known=last_counted - last_past if last_counted >= source.first_year else 0,
        surveyed=coming_entry_year(source.as_of, source.rule) - last_past,
    )


def _survival(survival: Survival, source: Source, year: int) -> float:
    steps = max(0, year - coming_entry_year(source.as_of, source.rule))
    ages = range(source.rule.entry_age - steps, source.rule.entry_age)
    return fitted_survival(survival, ages, until=source.first_year - 1, method=source.method)


def _exact_children(
    source: Source,
    frame: Frame,
    past: Mapping[int, PastYear],
    counted: Mapping[int, IntArray],
    last_counted: int,
    shares: Sequence[float],
) -> list[FloatArray]:
    years = _years(source)
    known = [
        counted[year].astype(np.float64) * share
        for year, share in zip(years, shares, strict=True)
        if year <= last_counted
    ]
    before = [past[year].children.astype(np.float64) for year in sorted(past, reverse=True)]
    youngest_first = [*reversed(known), *before]
    if not youngest_first or not any(table.any() for table in youngest_first):
        raise ProjectionGap("there is no census of children yet to enter, and no past year")
    carried = carried_cohort(youngest_first[: source.method.years_spread], frame.townships)
    mix = _mix(known or youngest_first[:1])
    return [
        (known[place] if place < len(known) else carried)
        + children_of_housing(
            source.estates,
            frame,
            year,
            counted_in=source.as_of.year,
            yields=source.method.yields,
            mix=mix,
        )
        for place, year in enumerate(years)
    ]


def _mix(cohorts: Sequence[FloatArray]) -> FloatArray:
    """Return the share of each category in the cohorts together, all zero where they have no children."""
    totals = np.sum([table.sum(axis=0) for table in cohorts], axis=0)
    return np.asarray(totals / (float(totals.sum()) or 1.0))


def _bands(
    medium: IntArray, spreads: Mapping[int, Spread], horizon: Horizon
) -> tuple[IntArray | None, IntArray | None]:
    if not spreads:
        return None, None
    both = [band(table, spreads[lead]) for lead, table in zip(horizon.leads, medium, strict=True)]
    return np.stack([low for low, _ in both]), np.stack([high for _, high in both])


def _assumptions(
    source: Source, rates: CaptureRates, last_counted: int, survival: Survival, *, has_band: bool
) -> tuple[Assumption, ...]:
    last = source.first_year + YEARS_AHEAD - 1
    stated = [
        Assumption("no_census") if not source.births else None,
        Assumption("capture_rate_one") if not rates.years else None,
        Assumption("cohorts_carried", last_counted + 1) if last_counted < last else None,
        Assumption("moves_not_known") if not survival.steps else None,
        Assumption("no_new_housing") if not source.estates else None,
        Assumption("yields_not_local") if source.estates and not source.method.yields_are_local else None,
        Assumption("no_band") if not has_band else None,
    ]
    return tuple(one for one in stated if one is not None)
