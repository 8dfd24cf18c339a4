"""The method on years whose outcome is known: each is held back in turn and projected from those before it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo_data.projection.band import LEAST_YEARS, Spread, errors_of, is_inside, spreads_by_lead
from geo_data.projection.capture import CaptureRates, PastYear, fit_capture
from geo_data.projection.cohorts import carried_cohort
from geo_data.projection.frame import Frame
from geo_data.projection.records import FloatArray, IntArray, Source
from geo_data.projection.rounding import half_up, thousandths, whole_children, whole_table
from geo_data.projection.survival import Survival, fitted_survival, observed_survival

UNIT, SCHOOL, DISTRICT = "unit", "school", "district"
LEVELS = (UNIT, SCHOOL, DISTRICT)
TEN_THOUSANDTHS = 10_000


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One school in one held-back year, in children who entered.

    lead  -- years between the last year that was known and the held-back one
    naive -- what the last known year would have said, None where that year is missing
    """

    school: str
    year: int
    lead: int
    projected: int
    actual: int
    naive: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """How well the method did at one level and lead; shares in ten-thousandths of the actual children.

    error    -- sum of absolute errors over sum of actual: the weighted mean absolute percentage error
    bias     -- sum of projected minus actual over sum of actual; negative: too few were projected
    naive    -- error of repeating the last known year, at school level; None where that cannot be said
    inside, judged -- figures within the band that the other held-back years give, of how many; 0 of 0 below 3 years
    """

    level: str
    lead: int
    years: int
    figures: int
    error: int
    bias: int
    naive: int | None
    inside: int
    judged: int


@dataclass(frozen=True, slots=True)
class BackTest:
    """What the back-test found: every school and year, the scores, and the spread of errors by level and lead."""

    schools: tuple[HeldBack, ...]
    scores: tuple[Score, ...]
    spreads: Mapping[str, Mapping[int, Spread]]


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far ahead a projection looks, counted from its last past year.

    leads    -- of the projected years
    known    -- leads up to which the census holds the cohort; farther ones are carried on, here as there
    surveyed -- lead of the cohort that was about to enter at the census: it has no survival ahead of it
    """

    leads: tuple[int, ...]
    known: int
    surveyed: int


@dataclass(frozen=True, slots=True)
class _Figures:
    """Projected and actual of one level in one held-back year, same order."""

    projected: IntArray
    actual: IntArray


def back_test(
    source: Source, frame: Frame, past: Mapping[int, PastYear], survival: Survival, horizon: Horizon
) -> BackTest:
    """Return how the method would have done in every past year that has a year before it.

    1. For each held-back year and lead, fit rates on the years up to year minus lead.
    2. Children: those really there, times fitted over observed survival (the error of surviving); beyond the known
       leads the carried cohort of the years that would have been known.
    3. Round as the projection does, and compare by unit and category, by school (of the unit in that year) and
       for the district.
    Source: docs/projection.md (back-test).
    """
    schools: list[HeldBack] = []
    found: dict[str, dict[int, dict[int, _Figures]]] = {level: defaultdict(dict) for level in LEVELS}
    names = sorted({claim.school for claim in source.claims})
    school_of = _schools_of_units(source, frame, names, past)
    for lead, year, milli in _projections(source, frame, past, survival, horizon):
        actual, before = past[year].enrolled, past.get(year - lead)
        of_schools = _Figures(
            whole_children(_by_school(milli, school_of[year], len(names))),
            _by_school(actual, school_of[year], len(names)),
        )
        naive = None if before is None else _by_school(before.enrolled, school_of[year], len(names))
        schools += _held_back(names, year, lead, of_schools, naive)
        found[SCHOOL][lead][year] = _speaking(of_schools)
        found[UNIT][lead][year] = _speaking(_Figures(whole_table(milli, frame.townships), actual))
        whole_district = np.array([half_up(int(milli.sum()))])
        found[DISTRICT][lead][year] = _Figures(whole_district, np.array([actual.sum()]))
    spreads = {level: _spreads(by_lead, horizon, source) for level, by_lead in found.items()}
    scores = [
        _score(level, lead, found[level][lead], schools, source)
        for level in LEVELS
        for lead in sorted(found[level])
    ]
    return BackTest(tuple(schools), tuple(scores), spreads)


def _projections(
    source: Source, frame: Frame, past: Mapping[int, PastYear], survival: Survival, horizon: Horizon
) -> Iterator[tuple[int, int, IntArray]]:
    fits: dict[int, CaptureRates] = {}
    for lead in sorted({1, *horizon.leads}):
        for year in past:
            limit = year - lead
            if limit not in fits:
                fits[limit] = fit_capture(past, frame, until=limit, method=source.method)
            if not fits[limit].years:
                continue
            if lead <= horizon.known:
                share = _survival_error(survival, source, year, lead, lead - horizon.surveyed)
                children = past[year].children.astype(np.float64) * share
            else:
                children = _carried(past, frame, year - lead + horizon.known, source.method.years_spread)
            yield lead, year, thousandths(children * fits[limit].rates)


def _survival_error(survival: Survival, source: Source, year: int, lead: int, steps: int) -> float:
    ages = range(source.rule.entry_age - max(0, steps), source.rule.entry_age)
    observed = observed_survival(survival, ages, arriving_in=year, method=source.method)
    if not observed:
        return 1.0
    return fitted_survival(survival, ages, until=year - lead, method=source.method) / observed


def _carried(past: Mapping[int, PastYear], frame: Frame, until: int, years: int) -> FloatArray:
    known = sorted((year for year in past if year <= until), reverse=True)[:years]
    return carried_cohort([past[year].children.astype(np.float64) for year in known], frame.townships)


def _schools_of_units(
    source: Source, frame: Frame, names: Sequence[str], years: Iterable[int]
) -> Mapping[int, IntArray]:
    """Return by year [n_units] position of each unit's school, else its school of the nearest year, the earlier first.

    A unit whose categories have different schools belongs to the one with most children, ties to the smaller code;
    -1 for a unit without any past.
    """
    totals: dict[tuple[int, int, str], int] = defaultdict(int)
    for claim in source.claims:
        if claim.unit in frame.rows:
            totals[frame.row(claim.unit), claim.year, claim.school] += claim.children
    schools: dict[int, dict[int, str]] = defaultdict(dict)
    for (row, year, school), _children in sorted(totals.items(), key=lambda one: (-one[1], one[0])):
        schools[row].setdefault(year, school)
    number = {name: i for i, name in enumerate(names)}
    found = {year: np.full(len(frame.units), -1, dtype=np.int64) for year in years}
    for row, known in schools.items():
        for year, positions in found.items():
            nearest = year if year in known else min(known, key=lambda when: (abs(when - year), when))
            positions[row] = number[known[nearest]]
    return found


def _by_school(table: IntArray, school_of: IntArray, count: int) -> IntArray:
    sums = np.zeros(count, dtype=np.int64)
    has_school = school_of >= 0
    np.add.at(sums, school_of[has_school], table[:-1].sum(axis=1)[has_school])
    return sums


def _speaking(figures: _Figures) -> _Figures:
    """Leave out what neither was projected nor came."""
    speaks = (figures.projected > 0) | (figures.actual > 0)
    return _Figures(figures.projected[speaks], figures.actual[speaks])


def _held_back(
    names: Sequence[str], year: int, lead: int, figures: _Figures, naive: IntArray | None
) -> list[HeldBack]:
    return [
        HeldBack(
            name,
            year,
            lead,
            int(figures.projected[i]),
            int(figures.actual[i]),
            None if naive is None else int(naive[i]),
        )
        for i, name in enumerate(names)
        if figures.projected[i] or figures.actual[i]
    ]


def _spreads(
    by_lead: Mapping[int, Mapping[int, _Figures]], horizon: Horizon, source: Source
) -> Mapping[int, Spread]:
    errors = {lead: _errors(by_year) for lead, by_year in by_lead.items()}
    return spreads_by_lead(errors, horizon.leads, source.method)


def _errors(by_year: Mapping[int, _Figures]) -> dict[int, FloatArray]:
    return {year: errors_of(one.projected, one.actual) for year, one in by_year.items()}


def _score(
    level: str, lead: int, by_year: Mapping[int, _Figures], schools: Sequence[HeldBack], source: Source
) -> Score:
    absolute = sum(int(np.abs(one.projected - one.actual).sum()) for one in by_year.values())
    signed = sum(int((one.projected - one.actual).sum()) for one in by_year.values())
    actual = sum(int(one.actual.sum()) for one in by_year.values())
    inside, judged = _coverage(lead, by_year, source)
    return Score(
        level=level,
        lead=lead,
        years=len(by_year),
        figures=sum(len(one.actual) for one in by_year.values()),
        error=_share(absolute, actual),
        bias=_share(signed, actual),
        naive=_naive_error(schools, lead) if level == SCHOOL else None,
        inside=inside,
        judged=judged,
    )


def _coverage(lead: int, by_year: Mapping[int, _Figures], source: Source) -> tuple[int, int]:
    """Judge each held-back year by the band that the others give."""
    inside = judged = 0
    if len(by_year) <= LEAST_YEARS:
        return 0, 0
    errors = _errors(by_year)
    for year, figures in by_year.items():
        others = {lead: {other: one for other, one in errors.items() if other != year}}
        spread = spreads_by_lead(others, (lead,), source.method).get(lead)
        if spread is not None:
            inside += is_inside(figures.projected, figures.actual, spread)
            judged += len(figures.actual)
    return inside, judged


def _naive_error(schools: Sequence[HeldBack], lead: int) -> int | None:
    """Return the error of repeating the last known year, only where all schools and years of the lead have it."""
    of_lead = [one for one in schools if one.lead == lead]
    if not of_lead or any(one.naive is None for one in of_lead):
        return None
    return _share(
        sum(abs((one.naive or 0) - one.actual) for one in of_lead), sum(one.actual for one in of_lead)
    )


def _share(part: int, whole: int) -> int:
    return round(TEN_THOUSANDTHS * part / whole) if whole else 0
