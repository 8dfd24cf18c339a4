"""Drawing on claimants: children of each category count as far as the past says that they come."""

from datetime import date

import pytest

from geo_data.models import Child, DatasetKind, PastEnrolment, ProjectionRow, Stage
from tests.services.projection_world import FIRST, projected
from tests.services.worlds import DISTRICT, NOON, County, add_census, dataset, small_county
from zoning.models import ZonePlan
from zoning.selectors.choices import Demand
from zoning.selectors.plans import plan_content
from zoning.selectors.what_if import load_question
from zoning.services.drawing import draw_zones_of_district

pytestmark = pytest.mark.django_db

CENSUS = {"u0": 8, "u1": 9, "u2": 10, "u3": 11}
CAME = {"unknown": 10, "migrant": 2}  # of ten children of each category, unit and past year


def county_of_migrants() -> County:
    """Four estates; the ten children of u2 are registered in another province. A has 30 seats, B thirteen."""
    county = small_county(schools={"A": (0, 30), "B": (3, 13)})
    county = add_census(county, {unit: [date(FIRST - 6, 5, 1)] * count for unit, count in CENSUS.items()})
    elsewhere = {
        "name": "registration_district",
        "value": "340102",
        "source": "police",
        "as_of": "2026-03-01",
    }
    facts = [{**elsewhere, "verifier": "office", "expires_on": None}]
    Child.objects.filter(household__unit_code="u2").update(facts=facts)
    enrolments = dataset(county.district, DatasetKind.ENROLMENTS)
    for year in range(FIRST - 4, FIRST):
        for unit in CENSUS:
            for category, enrolled in CAME.items():
                PastEnrolment.objects.create(
                    dataset=enrolments, year=year, stage=Stage.PRIMARY, unit_code=unit, category=category,
                    school_code="A", children=10, enrolled=enrolled, elsewhere=10 - enrolled,
                )  # fmt: skip
    return county


def drawn(demand: Demand) -> tuple[ZonePlan, dict[str, int]]:
    """The plan, and the children that the engine counted in each estate."""
    plan = draw_zones_of_district(
        actor=None,
        now=NOON,
        district_code=DISTRICT,
        stage=Stage.PRIMARY,
        entry_year=FIRST,
        demand=demand,
        effort=1,
    )
    problem = load_question(plan).problem
    return plan, dict(zip(problem.unit_ids, problem.children.tolist(), strict=True))


def test_a_category_that_seldom_comes_takes_few_seats_and_the_plan_is_another_one() -> None:
    county_of_migrants()
    projection = projected()

    counted, heads = drawn(Demand.COUNTED)
    expected, claimants = drawn(Demand.PROJECTED)

    rows = ProjectionRow.objects.filter(
        projection=projection, entry_year=FIRST, unit_code="u2", children__gt=0
    )
    assert list(rows.values_list("category", "children", "expected")) == [("migrant", 10, 2000)]
    assert heads == CENSUS
    assert claimants == {**CENSUS, "u2": 2}
    assert plan_content(counted).zone_of == {"u0": "A", "u1": "A", "u2": "A", "u3": "B"}
    assert plan_content(expected).zone_of == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}
    assert (counted.lawful, expected.lawful) == (True, True)
