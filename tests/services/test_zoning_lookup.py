"""From a place to its zone, and a plan in figures and shapes."""

import json
from datetime import date

import numpy as np
import pytest
import shapely
from pytest_django import DjangoAssertNumQueries

from geo_data.models import CatchmentUnit, School, Stage
from tests.services.worlds import DISTRICT, NOON, SIDE, SOUTH, WEST, small_county
from zoning.models import ZonePlan, ZonePublication
from zoning.selectors.lookup import NotOnEarth, NoZoneHere, zone_at_point, zone_of_unit
from zoning.selectors.overview import Walk, plan_overview, walk_figures
from zoning.selectors.plans import list_plans
from zoning.selectors.publications import NothingInForce, list_publications
from zoning.selectors.shapes import dissolve, find_zone_area, plan_units_geojson, zones_geojson
from zoning.services.plans import import_plan
from zoning.services.publications import publish_plan

pytestmark = pytest.mark.django_db

HALVES = {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}
DAY = date(2026, 10, 1)
MIDDLE = SOUTH + SIDE / 2


def plan_of(zones: dict[str, str]) -> ZonePlan:
    rows = [(unit, list(schools)) for unit, schools in zones.items()]
    return import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=rows)


def in_force(plan: ZonePlan, year: int) -> ZonePublication:
    days = {"from_on": date(year, 9, 1), "until_on": date(year + 1, 9, 1)}
    return publish_plan(actor=None, now=NOON, plan_id=plan.pk, document_number=f"{year}-1", **days)


def test_a_point_is_answered_with_unit_zone_schools_and_grounds() -> None:
    small_county()
    plan = plan_of(HALVES)
    in_force(plan, 2026)

    answer = zone_at_point(DISTRICT, Stage.PRIMARY, WEST + 1.5 * SIDE, MIDDLE, DAY)

    assert (answer.unit_code, answer.zone_code, answer.zone_name) == ("u1", "A", "A小学")
    assert [(school.code, school.metres) for school in answer.schools] == [("A", 923)]
    assert (answer.plan_id, answer.plan_number, answer.document_number) == (plan.pk, 1, "2026-1")
    assert (answer.period.from_on, answer.period.until_on) == (date(2026, 9, 1), date(2027, 9, 1))
    assert not answer.near_edge
    assert answer.before is None
    assert answer.after is None


def test_all_schools_of_a_zone_are_told_nearest_first() -> None:
    small_county((5, 5, 5, 5), {"A": (0, 10), "B": (2, 10), "C": (3, 10)})
    in_force(plan_of({"u0": "AB", "u1": "AB", "u2": "AB", "u3": "C"}), 2026)

    answer = zone_at_point(DISTRICT, Stage.PRIMARY, WEST + 1.9 * SIDE, MIDDLE, DAY)

    assert [school.code for school in answer.schools] == ["B", "A"]


@pytest.mark.parametrize(("longitude", "near"), [(114.0196, False), (114.0198, True), (114.0203, True)])
def test_a_point_within_thirty_metres_of_another_zone_is_near_the_edge(longitude: float, near: bool) -> None:
    small_county()
    in_force(plan_of(HALVES), 2026)

    assert zone_at_point(DISTRICT, Stage.PRIMARY, longitude, MIDDLE, DAY).near_edge is near


def test_a_border_inside_a_zone_is_no_edge() -> None:
    small_county()
    in_force(plan_of(HALVES), 2026)

    assert not zone_at_point(DISTRICT, Stage.PRIMARY, WEST + SIDE, MIDDLE, DAY).near_edge


def test_the_years_before_and_after_are_told_where_their_schools_differ() -> None:
    small_county()
    in_force(plan_of({**HALVES, "u1": "B"}), 2025)
    in_force(plan_of(HALVES), 2026)
    in_force(plan_of({**HALVES, "u2": "A"}), 2027)

    moved = zone_of_unit(DISTRICT, Stage.PRIMARY, "u1", DAY)
    stayed = zone_of_unit(DISTRICT, Stage.PRIMARY, "u0", DAY)

    assert moved.before is not None
    assert moved.before.school_names == ("B小学",)
    assert moved.before.period.until_on == date(2026, 9, 1)
    assert moved.after is None
    assert (stayed.before, stayed.after) == (None, None)


def test_a_place_without_a_zone_is_said_to_have_none() -> None:
    small_county()
    in_force(plan_of(HALVES), 2026)

    with pytest.raises(NoZoneHere):
        zone_at_point(DISTRICT, Stage.PRIMARY, WEST - SIDE, MIDDLE, DAY)
    with pytest.raises(NoZoneHere):
        zone_of_unit(DISTRICT, Stage.PRIMARY, "u9", DAY)
    with pytest.raises(NothingInForce):
        zone_of_unit(DISTRICT, Stage.PRIMARY, "u0", date(2026, 8, 31))
    with pytest.raises(NothingInForce):
        zone_of_unit(DISTRICT, Stage.JUNIOR, "u0", DAY)
    with pytest.raises(NotOnEarth):
        zone_at_point(DISTRICT, Stage.PRIMARY, 190.0, MIDDLE, DAY)


def test_a_place_costs_one_query_once_its_schools_are_known(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    small_county()
    in_force(plan_of({**HALVES, "u1": "B"}), 2025)
    in_force(plan_of(HALVES), 2026)
    zone_of_unit(DISTRICT, Stage.PRIMARY, "u1", DAY)

    with django_assert_num_queries(1):
        at_point = zone_at_point(DISTRICT, Stage.PRIMARY, WEST + 1.5 * SIDE, MIDDLE, DAY)
    with django_assert_num_queries(1):
        of_unit = zone_of_unit(DISTRICT, Stage.PRIMARY, "u1", DAY)

    assert at_point.zone_code == of_unit.zone_code == "A"


def test_a_plan_in_figures() -> None:
    small_county((10, 10, 10, 20))
    in_force(plan_of({**HALVES, "u1": "B"}), 2025)
    plan = plan_of(HALVES)

    found = plan_overview(plan, on=date(2026, 3, 2))

    first, second = found.zones
    assert (first.zone.code, first.units, first.children, first.seats) == ("A", 2, 20, 25)
    assert first.utilization == 0.8
    assert first.walk == Walk(mean=462, p90=923, longest=923, beyond={500: 0.5, 1000: 0.0})
    assert second.utilization == 1.2
    assert (found.children, found.seats) == (50, 50)
    assert found.changes is not None
    assert (found.changes.plan_number, found.changes.units, found.changes.children) == (1, ("u1",), 10)
    assert found.assignments == HALVES


def test_the_zones_in_force_are_not_compared_with_themselves() -> None:
    small_county()
    plan = plan_of(HALVES)
    in_force(plan, 2026)

    assert plan_overview(plan, on=DAY).changes is None


@pytest.mark.parametrize(
    ("children", "p90"),
    [([9, 1, 0], 100), ([8, 2, 0], 200), ([0, 0, 1], 300), ([90, 9, 1], 100), ([89, 10, 1], 200)],
)
def test_nine_of_ten_children_live_no_farther_than_the_ninetieth_percentile(
    children: list[int], p90: int
) -> None:
    metres = np.array([100.0, 200.0, 300.0])

    assert walk_figures(metres, np.array(children)).p90 == p90


def test_nobody_walks_where_there_are_no_children() -> None:
    assert walk_figures(np.array([100.0]), np.array([0])) == Walk(0, 0, 0, {500: 0.0, 1000: 0.0})


@pytest.mark.parametrize("number", [1, 4])
def test_lists_cost_the_same_queries_however_long(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    small_county()
    for year in range(2026, 2026 + number):
        in_force(plan_of(HALVES), year)

    with django_assert_num_queries(2):
        listed = [(plan.number, len(plan.live_publications)) for plan in list_plans(DISTRICT)]  # type: ignore[attr-defined]
    with django_assert_num_queries(1):
        published = [row.plan.number for row in list_publications(DISTRICT, Stage.PRIMARY)]

    assert listed == [(n, 1) for n in range(number, 0, -1)]
    assert published == list(range(number, 0, -1))


def test_zones_are_drawn_as_the_union_of_their_units_without_gaps() -> None:
    small_county()

    found = json.loads(zones_geojson(plan_of(HALVES)))

    shapes = {one["id"]: shapely.from_geojson(json.dumps(one["geometry"])) for one in found["features"]}
    assert shapes["A"].bounds == pytest.approx((114.0, 34.0, 114.02, 34.01))
    assert shapes["B"].bounds == pytest.approx((114.02, 34.0, 114.04, 34.01))
    assert shapely.coverage_is_valid([shapes["A"], shapes["B"]])
    assert found["features"][0]["properties"]["schools"][0]["name"] == "A小学"


def test_units_that_overlap_are_united_all_the_same() -> None:
    units = np.array([shapely.box(0, 0, 10, 10), shapely.box(9, 0, 20, 10), shapely.box(20, 0, 30, 10)])

    zones = dissolve(units, np.array(["a", "a", "b"]))

    assert {code: shapely.area(zone) for code, zone in zones.items()} == {"a": 200.0, "b": 100.0}


def test_units_are_drawn_with_zone_schools_and_children() -> None:
    small_county((10, 20, 10, 10))

    found = json.loads(plan_units_geojson(plan_of(HALVES)))

    second = found["features"][1]
    assert second["properties"]["code"] == "u1"
    assert second["properties"]["zone"] == "A"
    assert second["properties"]["schools"] == ["A"]
    assert second["properties"]["children"] == 20
    assert second["geometry"]["type"] == "MultiPolygon"


def test_zones_of_point_units_show_the_points_and_have_no_area() -> None:
    small_county()
    CatchmentUnit.objects.update(area=None)
    plan = plan_of(HALVES)

    features = json.loads(zones_geojson(plan))["features"]
    assert [
        (one["id"], one["geometry"]["type"], len(one["geometry"]["coordinates"])) for one in features
    ] == [
        ("A", "MultiPoint", 2),
        ("B", "MultiPoint", 2),
    ]
    assert features[0]["geometry"]["coordinates"][0] == pytest.approx([114.005, 34.005], abs=1e-4)
    assert [school["name"] for school in features[1]["properties"]["schools"]] == ["B小学"]
    assert find_zone_area(plan, "A") is None


def test_a_school_that_names_no_unit_stands_where_its_point_lies() -> None:
    small_county()
    School.objects.filter(code="B").update(unit_code="")

    plan = plan_of(HALVES)

    assert plan.lawful
