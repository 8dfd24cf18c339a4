"""What a projection is made from: the current versions of everything that is known, as pure records."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Case, Count, F, Func, TextField, Value, When

from common.errors import RulesSayNo
from geo_data.models import (
    Child,
    Dataset,
    DatasetKind,
    District,
    GradeCount,
    MoveBalance,
    NewHousing,
    PastEnrolment,
    ReconciledChild,
    Reconciliation,
    SourceCategory,
    Stage,
)
from geo_data.projection.age import coming_entry_year
from geo_data.projection.categories import source_category
from geo_data.projection.defaults import METHODS, RULES
from geo_data.projection.records import Born, Estate, GradePupils, Moves, PastClaim, Place, Source
from geo_data.reconciliation.words import Category
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.districts import get_district
from geo_data.selectors.projection_settings import StatedSettings, current_settings
from geo_data.selectors.reconciliation import find_reconciliation_in_use
from geo_data.selectors.units import list_units


class NothingToProjectFrom(RulesSayNo):
    """There is neither a census with children yet to enter nor any enrolment of past years."""

    code = "nothing_to_project_from"


@dataclass(frozen=True, slots=True)
class Basis:
    """The versions that a projection pins, and what the district states; all but units and settings may be missing.

    reconciliation -- the run over the lists in use, whose children are the starting counts instead of the census's
    """

    district: District
    stage: Stage
    units: Dataset
    children: Dataset | None
    enrolments: Dataset | None
    grades: Dataset | None
    housing: Dataset | None
    moves: Dataset | None
    settings: StatedSettings
    reconciliation: Reconciliation | None = None


def current_basis(district_code: str, stage: Stage) -> Basis:
    """Return the current versions. Raises NoSuchDistrict, and NothingToProjectFrom without units or any children."""
    district = get_district(district_code)
    units, children, enrolments, grades, housing, moves = (
        find_current_dataset(district_code, kind)
        for kind in (
            DatasetKind.UNITS,
            DatasetKind.CHILDREN,
            DatasetKind.ENROLMENTS,
            DatasetKind.GRADES,
            DatasetKind.HOUSING,
            DatasetKind.MIGRATION,
        )
    )
    if units is None or (children is None and enrolments is None):
        missing = DatasetKind.UNITS if units is None else DatasetKind.CHILDREN
        raise NothingToProjectFrom("this was not imported yet", district=district_code, kind=missing.value)
    return Basis(
        district,
        stage,
        units,
        children,
        enrolments,
        grades,
        housing,
        moves,
        current_settings(district_code, stage),
        find_reconciliation_in_use(district_code),
    )


def load_source(basis: Basis, *, on: date, first_year: int | None = None) -> Source:
    """Return the records of the versions. Six queries at most.

    on -- the day that counts as today where the census does not say when it was taken
    first_year -- the first entry year to project; the coming one unless stated
    """
    rule, stated = RULES[basis.stage], basis.settings
    return Source(
        places=_places(basis.units),
        rule=rule,
        first_year=coming_entry_year(on, rule) if first_year is None else first_year,
        as_of=(basis.children.vintage_on if basis.children else None) or on,
        births=_starting_counts(basis),
        claims=_claims(basis.enrolments, basis.stage) if basis.enrolments else (),
        grades=grade_pupils(basis.grades) if basis.grades else (),
        moves=move_balances(basis.moves) if basis.moves else (),
        estates=_estates(basis.housing) if basis.housing else (),
        method=replace(METHODS[basis.stage], yields=stated.yields, yields_are_local=stated.is_local),
    )


def _places(units: Dataset) -> tuple[Place, ...]:
    return tuple(
        Place(code, township) for code, township in list_units(units).values_list("code", "township")
    )


# The admission categories of reconciliation are finer; a projection asks only where a child is registered.
REGISTERED_WHERE: Mapping[Category, SourceCategory] = {
    Category.REGISTERED_LIVING_HERE: SourceCategory.REGISTERED,
    Category.REGISTERED_LIVING_ELSEWHERE: SourceCategory.REGISTERED,
    Category.REGISTERED_WITH_OTHER_DWELLING: SourceCategory.COUNTY_MOVER,
    Category.IN_COUNTY_MOVER: SourceCategory.COUNTY_MOVER,
    Category.IN_PREFECTURE_MOVER: SourceCategory.CITY_MOVER,
    Category.PERMIT_HOLDER: SourceCategory.MIGRANT,
    Category.MIGRANT_WITHOUT_PERMIT: SourceCategory.MIGRANT,
    Category.UNKNOWN: SourceCategory.UNKNOWN,
}


def _starting_counts(basis: Basis) -> tuple[Born, ...]:
    if basis.reconciliation is not None:
        return _reconciled(basis.reconciliation)
    return _births(basis.children, basis.district.code) if basis.children else ()


def _reconciled(run: Reconciliation) -> tuple[Born, ...]:
    """Return the children of a run by unit, day of birth and category, each child once. One query."""
    rows = (
        ReconciledChild.objects.filter(reconciliation=run)
        .order_by("unit_code", "birth_on", "category")
        .values_list("unit_code", "birth_on", "category")
        .annotate(number=Count("id"))
    )
    return tuple(
        Born(unit, born_on, REGISTERED_WHERE[Category(category)].value, number)
        for unit, born_on, category, number in rows
    )


def _births(census: Dataset, district_code: str) -> tuple[Born, ...]:
    """Return the children by unit, day of birth and category; grouped in the database. One query."""
    in_own_unit = Case(
        When(registration_unit=F("household__unit_code"), then=Value(True)), default=Value(False)
    )
    rows = (
        Child.objects.filter(dataset=census)
        .annotate(registered_in=_fact("registration_district"), registration_unit=_fact("registration_unit"))
        .annotate(in_own_unit=in_own_unit)
        .order_by()
        .values_list("household__unit_code", "birth_on", "registered_in", "in_own_unit")
        .annotate(number=Count("id"))
    )
    return tuple(
        Born(unit, born_on, source_category(district_code, registered_in or "", in_own_unit=own), number)
        for unit, born_on, registered_in, own, number in rows
    )


def _fact(name: str) -> Func:
    """Return the value of a fact of a child as text."""
    return Func(
        F("facts"),
        template=f"(jsonb_path_query_first(%(expressions)s, '$[*].values.{name}') #>> '{{}}')",
        output_field=TextField(),
    )


def _claims(past: Dataset, stage: Stage) -> tuple[PastClaim, ...]:
    rows = PastEnrolment.objects.filter(dataset=past, stage=stage).order_by("year", "unit_code", "category")
    columns = ("year", "unit_code", "category", "school_code", "children", "enrolled")
    return tuple(PastClaim(*row) for row in rows.values_list(*columns))


def grade_pupils(grades: Dataset) -> tuple[GradePupils, ...]:
    """Return past pupils by school, grade and year. One query."""
    rows = GradeCount.objects.filter(dataset=grades).order_by("year", "school_code", "grade")
    return tuple(GradePupils(*row) for row in rows.values_list("year", "school_code", "grade", "pupils"))


def move_balances(moves: Dataset) -> tuple[Moves, ...]:
    """Return past net arrivals by year and age. One query."""
    rows = MoveBalance.objects.filter(dataset=moves).order_by("year", "age")
    return tuple(Moves(*row) for row in rows.values_list("year", "age", "children", "net"))


def _estates(housing: Dataset) -> tuple[Estate, ...]:
    columns = ("code", "unit_code", "dwellings", "kind", "delivered_in", "occupied_percent")
    rows = NewHousing.objects.filter(dataset=housing).order_by("code")
    return tuple(Estate(*row) for row in rows.values_list(*columns))
