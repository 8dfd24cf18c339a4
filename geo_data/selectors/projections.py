"""Questions about projections."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from django.db.models import Count, QuerySet, Sum

from common.errors import NotFound
from geo_data.models import Child, Dataset, Projection, ProjectionRow, Sex, Stage
from geo_data.projection.band import Spread, band
from geo_data.projection.records import YEARS_AHEAD, IntArray
from geo_data.projection.rounding import whole_by_group, whole_children
from geo_data.selectors.units import list_units


class NoSuchProjection(NotFound):
    """There is no such projection, or not for this person."""

    code = "no_such_projection"


@dataclass(frozen=True, slots=True)
class ExpectedTable:
    """Claimants in thousandths and children, [n_years, n_units, n_categories]; units and categories sorted.

    The empty unit code comes first: children in no known unit.
    """

    years: tuple[int, ...]
    units: tuple[str, ...]
    categories: tuple[str, ...]
    expected: IntArray
    children: IntArray


def get_projection(projection_id: UUID) -> Projection:
    """Return the projection with its district and datasets. Raises NoSuchProjection."""
    found = _projections().filter(pk=projection_id).first()
    if found is None:
        raise NoSuchProjection("there is no such projection", projection=str(projection_id))
    return found


def find_latest_projection(district_code: str, stage: Stage) -> Projection | None:
    """Return the newest projection of a district and stage."""
    return _projections().filter(district_id=district_code, stage=stage).order_by("-number").first()


def list_projections(district_code: str) -> QuerySet[Projection]:
    """Return all projections of a district, newest first."""
    rows = Projection.objects.filter(district_id=district_code).select_related("created_by")
    return rows.defer("results").order_by("-created_at", "stage", "-number")


def projected_years(projection: Projection) -> tuple[int, ...]:
    """Return the entry years of a projection."""
    return tuple(range(projection.first_year, projection.first_year + YEARS_AHEAD))


def load_expected(projection: Projection) -> ExpectedTable:
    """Return everything projected as tables; one query."""
    years = projected_years(projection)
    columns = ("entry_year", "unit_code", "category", "expected", "children")
    rows = list(ProjectionRow.objects.filter(projection=projection).values_list(*columns))
    units = tuple(sorted({row[1] for row in rows}))
    categories = tuple(sorted({row[2] for row in rows}))
    unit_place = {code: place for place, code in enumerate(units)}
    category_place = {code: place for place, code in enumerate(categories)}
    expected = np.zeros((len(years), len(units), len(categories)), dtype=np.int64)
    children = np.zeros_like(expected)
    for year, unit, category, milli, number in rows:
        place = year - projection.first_year, unit_place[unit], category_place[category]
        expected[place], children[place] = milli, number
    return ExpectedTable(years, units, categories, expected, children)


def claimants_by_unit(projection: Projection, entry_year: int) -> dict[str, int]:
    """Return whole expected claimants of an entry year by unit code, all categories together; three queries.

    Units add up to their townships and to the district, by largest remainder from thousandths; ties to the smaller
    code. Children in no known unit stand under the empty code. Raises NoSuchProjection for a year not projected.
    """
    if entry_year not in projected_years(projection):
        raise NoSuchProjection("this projection does not reach that year", entry_year=entry_year)
    rows = ProjectionRow.objects.filter(projection=projection, entry_year=entry_year)
    sums = dict(rows.order_by("unit_code").values_list("unit_code").annotate(milli=Sum("expected")))
    townships = dict(list_units(projection.units_dataset).values_list("code", "township"))
    codes = [*sorted(code for code in sums if code), ""] if "" in sums else sorted(sums)
    names = sorted({townships.get(code, "") for code in codes if code})
    number = {name: place for place, name in enumerate(names)}
    groups = np.array(
        [number[townships.get(code, "")] if code else len(names) for code in codes], dtype=np.int64
    )
    whole = whole_by_group(np.array([sums[code] for code in codes], dtype=np.int64), groups)
    return dict(zip(codes, whole.tolist(), strict=True))


def district_totals(table: ExpectedTable) -> IntArray:
    """Return whole claimants [n_years, n_categories]; categories add up to the rounded total of the year."""
    return np.stack([whole_children(year.sum(axis=0)) for year in table.expected])


def spread_at(projection: Projection, level: str, entry_year: int) -> Spread | None:
    """Return the spread of past errors at a level for an entry year, None without a band."""
    stored = projection.results["spreads"].get(level, {}).get(str(entry_year))
    return None if stored is None else Spread(**stored)


def band_at(projection: Projection, level: str, entry_year: int, medium: int) -> tuple[int, int] | None:
    """Return low and high of so many claimants of a school, or of the district, None without a band."""
    spread = spread_at(projection, level, entry_year)
    if spread is None:
        return None
    low, high = band(np.array([medium], dtype=np.int64), spread)
    return int(low[0]), int(high[0])


def ages_by_sex(census: Dataset, on: date) -> Mapping[int, tuple[int, int]]:
    """Return girls and boys by age in full years on a day, from the youngest; one query."""
    rows = Child.objects.filter(dataset=census).order_by("birth_on", "sex")
    counted: dict[int, list[int]] = {}
    for born, sex, number in rows.values_list("birth_on", "sex").annotate(number=Count("id")):
        age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        counted.setdefault(age, [0, 0])[int(sex == Sex.MALE)] += number
    return {age: (girls, boys) for age, (girls, boys) in sorted(counted.items())}


def _projections() -> QuerySet[Projection]:
    return Projection.objects.select_related(
        "district",
        "units_dataset__district",
        "children_dataset",
        "enrolments_dataset",
        "grades_dataset",
        "housing_dataset",
        "moves_dataset",
        "reconciliation",
        "created_by",
    )
