"""Expected claimants against seats: what a projection means for every zone in force, year by year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from geo_data.models import DatasetKind, Ownership, Projection, Stage
from geo_data.projection.backtest import DISTRICT, SCHOOL
from geo_data.projection.defaults import GRADES, METHODS
from geo_data.projection.progression import pupils_of_coming_years
from geo_data.projection.records import IntArray
from geo_data.projection.rounding import whole_children
from geo_data.projection.seat_warnings import SeatWarning, Thresholds, seat_warning
from geo_data.projection.survival import Survival, survival_of
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.projection_source import grade_pupils, move_balances
from geo_data.selectors.projections import ExpectedTable, band_at, district_totals, load_expected
from geo_data.selectors.schools import list_schools
from zoning.models import ZonePublication
from zoning.selectors.plans import PlanContent, ZoneRecord, plan_content
from zoning.selectors.publications import find_latest_publication
from zoning.selectors.seats import planned_by_year

WORST_FIRST = (SeatWarning.RED, SeatWarning.ORANGE, SeatWarning.YELLOW, SeatWarning.NONE)


@dataclass(frozen=True, slots=True)
class YearOutlook:
    """One entry year of a zone or the district.

    demand     -- expected claimants, whole children; by_category adds up to it
    low, high  -- where past errors allow a band
    seats      -- of the entry grade, as planned for the year; as planned for the coming round where a year has no plan
    is_warning -- whether the year is near enough for its colour to be a warning, not an outlook
    pupils     -- of all grades in the autumn of the year, None without past pupil counts
    """

    entry_year: int
    by_category: Mapping[str, int]
    demand: int
    low: int | None
    high: int | None
    seats: int
    level: SeatWarning
    is_warning: bool
    pupils: int | None


@dataclass(frozen=True, slots=True)
class ZoneOutlook:
    """A zone in force with its schools; `capacity` counts the places of all grades."""

    code: str
    name: str
    schools: tuple[str, ...]
    capacity: int
    years: tuple[YearOutlook, ...]

    @property
    def worst(self) -> SeatWarning:
        """Return the worst colour among the years near enough to be warned of."""
        return min((year.level for year in self.years if year.is_warning), key=WORST_FIRST.index)


@dataclass(frozen=True, slots=True)
class Outlook:
    """A projection seen through the zones in force.

    publication -- whose zones these are, None where none ever were in force: then there is the district only
    zones       -- worst warning first, then by code
    without_zone -- claimants by year whose unit lies in no zone; the bureau places them
    """

    projection: Projection
    publication: ZonePublication | None
    district: ZoneOutlook
    zones: tuple[ZoneOutlook, ...]
    without_zone: tuple[int, ...]
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class _Seats:
    """Of the public schools: entry places of the coming round and of single years, and places of all grades."""

    intake: Mapping[str, int]
    by_year: Mapping[tuple[str, int], int]
    capacity: Mapping[str, int]

    def of(self, schools: Sequence[str], years: Sequence[int]) -> list[int]:
        """Return the places of the entry grade by year."""
        return [
            sum(self.by_year.get((code, year), self.intake.get(code, 0)) for code in schools)
            for year in years
        ]


def outlook_of(projection: Projection, *, on: date) -> Outlook:
    """Return demand against seats for every zone in force on the day, or for the last that were; ten queries.

    Zones and those without a zone add up to the district, for every year and category, by largest remainder from
    thousandths; ties to the smaller zone code. Seats are those of the schools as imported last, by year where a
    year has a plan.
    """
    table = load_expected(projection)
    stage = Stage(projection.stage)
    publication = find_latest_publication(projection.district_id, stage, on)
    content = plan_content(publication.plan) if publication else PlanContent({}, {})
    seats = _seats(projection)
    codes = tuple(content.zones)
    by_zone = _by_zone(table, content, codes)
    pupils = _pupils(projection)
    zones = [
        _zone(projection, content.zones[code], by_zone[:, place], table, seats, pupils)
        for place, code in enumerate(codes)
    ]
    zones.sort(key=lambda zone: (WORST_FIRST.index(zone.worst), zone.code))
    return Outlook(
        projection=projection,
        publication=publication,
        district=_district(projection, district_totals(table), table, seats, pupils),
        zones=tuple(zones),
        without_zone=tuple(by_zone[:, -1].sum(axis=1).tolist()),
        thresholds=thresholds_of(projection),
    )


def thresholds_of(projection: Projection) -> Thresholds:
    """Return the thresholds that the projection states."""
    return Thresholds(**projection.parameters["thresholds"])


def _by_zone(table: ExpectedTable, content: PlanContent, codes: Sequence[str]) -> IntArray:
    """Return whole claimants [n_years, n_zones + 1, n_categories]; the last row lies in no zone."""
    place = {code: i for i, code in enumerate(codes)}
    zone_of = [place.get(content.zone_of.get(unit, ""), len(codes)) for unit in table.units]
    sums = np.zeros((len(table.years), len(codes) + 1, len(table.categories)), dtype=np.int64)
    for position, zone in enumerate(zone_of):
        sums[:, zone] += table.expected[:, position]
    totals = district_totals(table)
    whole = np.zeros_like(sums)
    for year, of_year in enumerate(sums):
        for category in range(len(table.categories)):
            total = int(totals[year, category])
            whole[year, :, category] = whole_children(of_year[:, category], total=total)
    return whole


def _zone(
    projection: Projection,
    zone: ZoneRecord,
    claimants: IntArray,
    table: ExpectedTable,
    seats: _Seats,
    pupils: "_Pupils | None",
) -> ZoneOutlook:
    codes = [school.code for school in zone.schools]
    capacity = sum(seats.capacity.get(code, 0) for code in codes)
    coming = pupils.coming(codes, claimants.sum(axis=1).tolist()) if pupils else None
    years = _years(projection, SCHOOL, claimants, table, seats.of(codes, table.years), coming)
    return ZoneOutlook(zone.code, zone.name, tuple(school.name for school in zone.schools), capacity, years)


def _district(
    projection: Projection, totals: IntArray, table: ExpectedTable, seats: _Seats, pupils: "_Pupils | None"
) -> ZoneOutlook:
    codes = sorted(seats.intake)
    coming = pupils.coming(codes, totals.sum(axis=1).tolist()) if pupils else None
    years = _years(projection, DISTRICT, totals, table, seats.of(codes, table.years), coming)
    return ZoneOutlook(
        projection.district_id, projection.district.name, (), sum(seats.capacity.values()), years
    )


def _years(
    projection: Projection,
    level: str,
    claimants: IntArray,
    table: ExpectedTable,
    seats: Sequence[int],
    pupils: Sequence[int] | None,
) -> tuple[YearOutlook, ...]:
    found = []
    thresholds = thresholds_of(projection)
    for place, (year, row) in enumerate(zip(table.years, claimants, strict=True)):
        demand = int(row.sum())
        low, high = band_at(projection, level, year, demand) or (None, None)
        found.append(
            YearOutlook(
                entry_year=year,
                by_category=dict(zip(table.categories, row.tolist(), strict=True)),
                demand=demand,
                low=low,
                high=high,
                seats=seats[place],
                level=seat_warning(demand, seats[place], thresholds),
                is_warning=place < thresholds.warned_years,
                pupils=None if pupils is None else pupils[place],
            )
        )
    return tuple(found)


def _seats(projection: Projection) -> _Seats:
    schools = find_current_dataset(projection.district_id, DatasetKind.SCHOOLS)
    if schools is None:
        return _Seats({}, {}, {})
    rows = list(list_schools(schools, projection.stage).filter(ownership=Ownership.PUBLIC))
    intake = {school.code: school.planned_intake for school in rows}
    by_year = planned_by_year(schools, projection.stage, intake, projection.first_year)
    return _Seats(intake, by_year, {school.code: school.capacity for school in rows})


@dataclass(frozen=True, slots=True)
class _Pupils:
    """Pupils by school and grade in the last autumn known, and how grades survive."""

    stage: str
    last_year: int
    first_year: int
    by_school: Mapping[tuple[str, int], int]
    survival: Survival

    def coming(self, schools: Sequence[str], entrants: Sequence[int]) -> tuple[int, ...] | None:
        """Return all pupils by projected year; years between the last autumn and the first entrants repeat its entry.

        None where these schools have no pupils on record.
        """
        grades = GRADES[self.stage]
        now = {grade: sum(self.by_school.get((code, grade), 0) for code in schools) for grade in grades}
        if not any(now.values()):
            return None
        between = [now[grades[0]]] * (self.first_year - self.last_year - 1)
        totals = pupils_of_coming_years(
            now,
            [*between, *entrants],
            self.survival,
            grades=grades,
            until=self.last_year,
            method=METHODS[self.stage],
        )
        return totals[len(between) :]


def _pupils(projection: Projection) -> _Pupils | None:
    if projection.grades_dataset is None:
        return None
    counts = [one for one in grade_pupils(projection.grades_dataset) if one.year < projection.first_year]
    if not counts:
        return None
    last = max(one.year for one in counts)
    moves = move_balances(projection.moves_dataset) if projection.moves_dataset else ()
    return _Pupils(
        projection.stage,
        last,
        projection.first_year,
        {(one.school, one.grade): one.pupils for one in counts if one.year == last},
        survival_of(counts, moves),
    )
