"""What a plan is based on: units, public schools, children and borders of the pinned datasets, as records.

Demand: with an entry year, the children who enter in it, every one of them a claimant: those of the reconciliation,
each once, where it compared the lists in use, else those of the household census as it came; or, where the plan is
drawn on a projection, the claimants that it expects. Without an entry year, the children that the units file states,
of all ages. Seats follow demand: the planned intake for one entry year, the capacity for all ages.
A plan drawn on a projection may look at its later entry years too; their seats are those planned for the year, and
where a year has no plan, the planned intake.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from common.errors import RulesSayNo
from geo_data.models import (
    Dataset,
    DatasetKind,
    DistanceMeasure,
    DistanceMethod,
    District,
    Ownership,
    Projection,
    Reconciliation,
    Stage,
)
from geo_data.reconciliation.ages import AgeRule
from geo_data.selectors.children import children_by_unit
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.districts import get_district
from geo_data.selectors.projections import claimants_by_unit, find_latest_projection, projected_years
from geo_data.selectors.reconciliation import find_reconciliation_in_use, load_children_by_unit
from geo_data.selectors.schools import list_schools
from geo_data.selectors.units import UnitPlace, find_unit_at, load_borders, load_unit_places
from zoning.engine.problem import Unit
from zoning.engine.rules import Rule, RuleKind, adjacency_under
from zoning.models import DrawingRule, ZonePlan
from zoning.selectors.choices import Demand, Later
from zoning.selectors.distances import Ways, choose_measure, load_ways
from zoning.selectors.rules import as_engine_rule, list_rules_in_force, list_rules_of_plan
from zoning.selectors.seats import planned_by_year

ENTRY_AGE = {Stage.PRIMARY: 6, Stage.JUNIOR: 12}
MILLIMETRE = 3  # digits of a metre: the last bits of a projection decide nothing
SHOWN = 10


class DatasetMissing(RulesSayNo):
    """Zones need units, schools and, for an entry year, a census; one of them has not been imported."""

    code = "dataset_missing"


class NoSeatedSchool(RulesSayNo):
    """No public school of the stage has a seat."""

    code = "no_seated_school"


class UnitsWithoutCount(RulesSayNo):
    """Neither an entry year nor the units file says how many children a unit has."""

    code = "units_without_count"


class ProjectionMissing(RulesSayNo):
    """There is no projection that covers the entry year on the units in use: project first."""

    code = "projection_missing"


class LaterYearsNeedProjection(RulesSayNo):
    """Later entry years are known from a projection only: draw the plan on one."""

    code = "later_years_need_projection"


class ReconciliationMissing(RulesSayNo):
    """No run compared the lists in use: reconcile first."""

    code = "reconciliation_missing"


@dataclass(frozen=True, slots=True)
class SeatedSchool:
    """A public school with the seats that count here, in later years too; `unit_code` may be empty: in no unit."""

    code: str
    name: str
    unit_code: str
    seats: int
    later: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Datasets:
    """The versions a plan pins."""

    units: Dataset
    schools: Dataset
    children: Dataset | None
    projection: Projection | None = None
    reconciliation: Reconciliation | None = None


@dataclass(frozen=True, slots=True)
class PlanBasis:
    """Everything that a plan is drawn from and judged by; units and schools in the order of their codes.

    without_unit -- children of the entry year whose household lies in no known unit: placed by the bureau
    closed       -- codes of public schools left out, because they have no seat
    ways         -- the walks that count, None for straight lines
    later_years  -- the later entry years that count as `later` says
    adjacency    -- what adjoins under the rules of drawing
    rules        -- the rules of drawing that count; islands -- (unit, school) of `islands_of`
    """

    district: District
    stage: Stage
    entry_year: int | None
    datasets: Datasets
    units: tuple[Unit, ...]
    schools: tuple[SeatedSchool, ...]
    adjacency: tuple[tuple[str, str], ...]
    without_unit: int
    closed: tuple[str, ...]
    ways: Ways | None = None
    later: Later = Later.IGNORED
    later_years: tuple[int, ...] = ()
    rules: tuple[DrawingRule, ...] = ()
    islands: tuple[tuple[str, str], ...] = ()

    @property
    def engine_rules(self) -> tuple[Rule, ...]:
        """Return the rules as the engine reads them, without those that speak of schools that have no zone.

        A lock stays: the unit cannot have what it is locked to, and drawing is refused.
        """
        seated = {school.code for school in self.schools}
        rules = (as_engine_rule(rule) for rule in self.rules)
        return tuple(
            rule
            for rule in rules
            if rule.kind is RuleKind.LOCK or not rule.school_id or rule.school_id in seated
        )


def births_of_entry(stage: Stage, entry_year: int) -> tuple[date, date]:
    """Return the first day of birth of those who enter in the year, and the day after the last one.

    statute, art. 11: sixth birthday on or before 31 August; junior schools take them six years later.
    """
    born = entry_year - ENTRY_AGE[stage]
    return date(born - 1, 9, 1), date(born, 9, 1)


def coming_entry_year(on: date) -> int:
    """Return the year in which the next cohort enters: this one until the end of August."""
    return on.year if on < date(on.year, 9, 1) else on.year + 1


def current_datasets(district_code: str) -> Datasets:
    """Return the current versions. Raises NoSuchDistrict, and DatasetMissing without units or schools."""
    get_district(district_code)
    units, schools, children = (
        find_current_dataset(district_code, kind)
        for kind in (DatasetKind.UNITS, DatasetKind.SCHOOLS, DatasetKind.CHILDREN)
    )
    if units is None or schools is None:
        missing = DatasetKind.UNITS if units is None else DatasetKind.SCHOOLS
        raise DatasetMissing("this was not imported yet", district=district_code, kind=missing.value)
    return Datasets(units, schools, children)


def pinned_datasets(plan: ZonePlan) -> Datasets:
    """Return the versions of a plan."""
    return Datasets(
        plan.units_dataset,
        plan.schools_dataset,
        plan.children_dataset,
        plan.projection,
        plan.reconciliation,
    )


def load_current_basis(
    district_code: str,
    stage: Stage,
    entry_year: int | None,
    *,
    on: date,
    demand: Demand | None = None,
    method: DistanceMethod | None = None,
    later: Later = Later.IGNORED,
) -> PlanBasis:
    """Return the basis of a new plan, from the current datasets.

    Without an entry year the coming one counts where there is a census or a projection is asked for, else the units
    file's own counts. Without a demand the reconciled children count where the newest run compared the lists in use,
    else the census. Without a method the newest walks measured for these versions count, else straight lines.
    Raises NoSuchDistrict, DatasetMissing, NoSeatedSchool, UnitsWithoutCount, ProjectionMissing,
    ReconciliationMissing, MeasureMissing and LaterYearsNeedProjection.
    """
    datasets = current_datasets(district_code)
    if entry_year is None and (datasets.children is not None or demand is Demand.PROJECTED):
        entry_year = coming_entry_year(on)
    if entry_year is not None:
        datasets = _with_demand(datasets, stage, entry_year, demand)
    if later is not Later.IGNORED and datasets.projection is None:
        raise LaterYearsNeedProjection("draw on a projection: it knows later years", later=later.value)
    measure = choose_measure(datasets.units, datasets.schools, method)
    basis = _load(stage, entry_year, datasets, measure, later)
    return under_rules(basis, list_rules_in_force(district_code, stage))


def load_pinned_basis(plan: ZonePlan) -> PlanBasis:
    """Return the basis that a stored plan was made and judged by."""
    later = Later(plan.report.get("basis", {}).get("later", Later.IGNORED.value))
    basis = _load(Stage(plan.stage), plan.entry_year, pinned_datasets(plan), plan.measure, later)
    basis = replace(basis, islands=tuple((unit, school) for unit, school in plan.report.get("islands", ())))
    return under_rules(basis, list_rules_of_plan(plan))


def under_rules(basis: PlanBasis, rules: Iterable[DrawingRule]) -> PlanBasis:
    """Return the basis under these rules of drawing; what adjoins changes by links and cuts."""
    rules = tuple(rules)
    adjacency = adjacency_under([as_engine_rule(rule) for rule in rules], basis.adjacency)
    return replace(basis, rules=rules, adjacency=adjacency)


def count_demand(plan: ZonePlan, places: Sequence[UnitPlace]) -> dict[str, int]:
    """Return the children that count for the plan, by code of these units of its dataset; one query at most."""
    counts = _counts(places, Stage(plan.stage), plan.entry_year, pinned_datasets(plan))
    return {place.code: counts.get(place.code, 0) for place in places}


def _with_demand(datasets: Datasets, stage: Stage, entry_year: int, demand: Demand | None) -> Datasets:
    if demand is Demand.PROJECTED:
        return replace(datasets, projection=_projection(datasets.units, stage, entry_year))
    if demand is Demand.COUNTED:
        return datasets
    run = find_reconciliation_in_use(datasets.units.district_id)
    if run is None and demand is Demand.RECONCILED:
        message = "no reconciliation compared the lists in use; reconcile first"
        raise ReconciliationMissing(message, district=datasets.units.district_id)
    return replace(datasets, reconciliation=run)


def _projection(units: Dataset, stage: Stage, entry_year: int) -> Projection:
    found = find_latest_projection(units.district_id, stage)
    if found is None or found.units_dataset_id != units.pk or entry_year not in projected_years(found):
        message = "there is no projection of this year on the units in use; project first"
        raise ProjectionMissing(message, district=units.district_id, stage=stage.value, entry_year=entry_year)
    return found


def _load(
    stage: Stage, entry_year: int | None, datasets: Datasets, measure: DistanceMeasure | None, later: Later
) -> PlanBasis:
    if entry_year is None:
        datasets = replace(datasets, children=None)
    places = load_unit_places(datasets.units)
    counts = _counts(places, stage, entry_year, datasets)
    years = _later_years(datasets.projection, entry_year, later)
    coming = [claimants_by_unit(datasets.projection, year) for year in years] if datasets.projection else []
    schools = _public_schools(stage, entry_year, datasets, {place.code for place in places})
    schools = _with_later_seats(schools, stage, datasets.schools, years)
    units = tuple(
        Unit(
            place.code,
            counts.get(place.code, 0),
            round(place.x_m, MILLIMETRE),
            round(place.y_m, MILLIMETRE),
            tuple(of_year.get(place.code, 0) for of_year in coming),
            township=place.township,
        )
        for place in places
    )
    return PlanBasis(
        district=datasets.units.district,
        stage=stage,
        entry_year=entry_year,
        datasets=datasets,
        units=units,
        schools=tuple(school for school in schools if school.seats),
        adjacency=tuple((border.unit_a, border.unit_b) for border in load_borders(datasets.units)),
        without_unit=sum(counts.values()) - sum(unit.children for unit in units),
        closed=tuple(school.code for school in schools if not school.seats),
        ways=load_ways(measure) if measure else None,
        later=later,
        later_years=years,
    )


def _later_years(projection: Projection | None, entry_year: int | None, later: Later) -> tuple[int, ...]:
    if projection is None or entry_year is None or later is Later.IGNORED:
        return ()
    return tuple(year for year in projected_years(projection) if year > entry_year)


def _with_later_seats(
    schools: list[SeatedSchool], stage: Stage, dataset: Dataset, years: Sequence[int]
) -> list[SeatedSchool]:
    if not years:
        return schools
    planned = planned_by_year(dataset, stage, {school.code for school in schools}, years[0])
    return [
        replace(one, later=tuple(planned.get((one.code, year), one.seats) for year in years))
        for one in schools
    ]


def _counts(
    places: Sequence[UnitPlace], stage: Stage, entry_year: int | None, datasets: Datasets
) -> Mapping[str, int]:
    if entry_year is None:
        uncounted = [place.code for place in places if place.children is None]
        if uncounted:
            message = "the units file does not say how many children these units have; name an entry year"
            raise UnitsWithoutCount(message, units=uncounted[:SHOWN], number=len(uncounted))
        return {place.code: place.children or 0 for place in places}
    if datasets.projection is not None:
        return claimants_by_unit(datasets.projection, entry_year)
    if datasets.reconciliation is not None:
        return _reconciled(datasets.reconciliation, stage, entry_year)
    if datasets.children is None:
        kind = DatasetKind.CHILDREN.value
        raise DatasetMissing("an entry year needs a household census", kind=kind, entry_year=entry_year)
    born_from, born_until = births_of_entry(stage, entry_year)
    return children_by_unit(datasets.children, born_from=born_from, born_until=born_until)


def _reconciled(run: Reconciliation, stage: Stage, entry_year: int) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for row in load_children_by_unit(run, rule=AgeRule(ENTRY_AGE[stage]), entry_years=[entry_year]):
        counts[row.unit_code] = counts.get(row.unit_code, 0) + row.children
    return counts


def _public_schools(
    stage: Stage, entry_year: int | None, datasets: Datasets, known_units: set[str]
) -> list[SeatedSchool]:
    units = datasets.units
    schools = [
        SeatedSchool(
            code=row.code,
            name=row.name,
            unit_code=row.unit_code
            if row.unit_code in known_units
            else _unit_around(units, row.point.x, row.point.y),
            seats=row.capacity if entry_year is None else row.planned_intake,
        )
        for row in list_schools(datasets.schools, stage).filter(ownership=Ownership.PUBLIC)
    ]
    if not any(school.seats for school in schools):
        raise NoSeatedSchool("no public school of this stage has a seat", stage=stage.value)
    return schools


def _unit_around(units: Dataset, longitude: float, latitude: float) -> str:
    """Return the unit a school stands in, where its row does not name one: a query for each such school."""
    found = find_unit_at(units, longitude, latitude)
    return found.code if found else ""
