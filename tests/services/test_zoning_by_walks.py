"""Plans drawn and judged by walking distances, and what families and admission are told."""

from datetime import date
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from geo_data.models import DistanceMeasure, DistanceMethod, Stage
from geo_data.selectors.measures import load_distances
from geo_data.services.import_streets import import_streets
from geo_data.services.measures import Manner
from tests.services.drawn_world import drawn
from tests.services.street_world import AT, HIGHWAY, MIDDLE, measured, streets_file, with_streets
from tests.services.worlds import DISTRICT, NOON, SIDE, SOUTH, WEST, small_county
from zoning.models import ZonePlan
from zoning.selectors.claims import load_walks
from zoning.selectors.distances import MeasureMissing
from zoning.selectors.lookup import zone_at_point, zone_of_unit
from zoning.selectors.overview import plan_overview
from zoning.selectors.plan_files import plan_files
from zoning.selectors.plans import get_plan, plan_content
from zoning.services.plans import import_plan, move_units
from zoning.services.publications import publish_plan

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 1)
HALVES = {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}


def draw(method: DistanceMethod | None = None) -> ZonePlan:
    return get_plan(drawn(method=method).pk)


def divided(tmp_path: Path) -> DistanceMeasure:
    """The third estate is cut off from the fourth: its way to B leads round by the north and is the longer one."""
    lines = [
        ("支路", "西街", [(AT[0], MIDDLE), (AT[1], MIDDLE), (AT[2], MIDDLE)]),
        ("支路", "北街", [(AT[0], MIDDLE), (AT[0], MIDDLE + 0.02), (AT[3], MIDDLE + 0.02), (AT[3], MIDDLE)]),
    ]
    import_streets(actor=None, now=NOON, district_code=DISTRICT, path=streets_file(tmp_path, lines))
    return measured()


def published(plan: ZonePlan) -> None:
    publish_plan(
        actor=None, now=NOON, plan_id=plan.pk, from_on=date(2026, 9, 1), until_on=None, document_number="1"
    )


def test_walks_decide_where_the_straight_line_would_decide_otherwise(tmp_path: Path) -> None:
    small_county((10, 10, 4, 10), {"A": (0, 25), "B": (3, 25)})
    measure = divided(tmp_path)

    by_walks, by_lines = draw(DistanceMethod.WALK), draw(DistanceMethod.STRAIGHT)

    assert plan_content(by_walks).zone_of == {"u0": "A", "u1": "A", "u2": "A", "u3": "B"}
    assert plan_content(by_lines).zone_of == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}
    assert (by_walks.measure, by_lines.measure) == (measure, None)
    metres = load_distances(measure).between()
    cost = (10 * metres["u1", "A"] + 4 * metres["u2", "A"]) / 1000
    assert by_walks.report["cost_km"] == pytest.approx(cost)
    assert by_walks.report["basis"]["distances"] == "walk"
    assert by_walks.report["basis"]["measure_number"] == 1
    assert by_lines.report["basis"]["distances"] == "straight"
    assert by_walks.lawful
    assert by_lines.lawful


def test_the_newest_walks_of_the_versions_in_use_are_taken_when_nothing_is_chosen(tmp_path: Path) -> None:
    small_county()
    assert draw().measure is None
    with_streets(tmp_path)
    first, second = measured(), measured(Manner(DistanceMethod.WALK, 50))

    assert draw().measure == second
    assert first.number < second.number


def test_walks_that_were_never_measured_cannot_be_chosen() -> None:
    small_county()

    with pytest.raises(MeasureMissing):
        draw(DistanceMethod.WALK)
    assert not ZonePlan.objects.exists()


def test_an_edit_keeps_the_measure_of_the_plan_it_changes(tmp_path: Path) -> None:
    small_county((5, 5, 5, 5))
    with_streets(tmp_path)
    measure = measured()
    plan = draw()
    measured(Manner(DistanceMethod.WALK, 500))

    edited = move_units(actor=None, now=NOON, plan_id=plan.pk, moves={"u1": "B"}, reason="试")

    metres = load_distances(measure).between()
    assert edited.measure == measure
    assert edited.report["cost_km"] == pytest.approx((5 * metres["u1", "B"] + 5 * metres["u2", "B"]) / 1000)


def test_pairs_without_a_way_count_twice_the_straight_line_and_are_told(tmp_path: Path) -> None:
    small_county((10, 10, 10, 10))
    lines = [
        ("支路", "西街", [(AT[0], MIDDLE), (AT[1], MIDDLE)]),
        ("支路", "东街", [(AT[2], MIDDLE), (AT[3], MIDDLE)]),
    ]
    import_streets(actor=None, now=NOON, district_code=DISTRICT, path=streets_file(tmp_path, lines))
    measured()

    plan = draw()

    assert plan.report["basis"]["pairs_without_way"] == 4
    walks = load_walks(plan)
    assert walks.between("u1", "B") == 3695  # twice 1847.6
    assert walks.between("u1", "A") in (923, 924)
    assert walks.between("u1", "Z") is None
    assert plan_overview(plan, on=DAY).walk.longest in (923, 924)


def test_walks_beyond_the_limit_are_not_stored_and_a_stranger_reads_what_counts_for_them(
    tmp_path: Path,
) -> None:
    small_county((10, 10, 10, 10))
    with_streets(tmp_path)
    measure = measured(Manner(DistanceMethod.WALK, limit_m=1000))

    plan = draw()

    assert set(load_distances(measure).between()) == {("u0", "A"), ("u1", "A"), ("u2", "B"), ("u3", "B")}
    assert plan.report["basis"]["pairs_without_way"] == 4
    assert plan.lawful
    rows = "".join(dict(plan_files(plan))["distances.csv"]).splitlines()
    assert len(rows) == 1 + 8
    assert "u1,B,3695" in rows  # twice 1847.6


def test_figures_of_a_plan_are_those_of_its_measure(tmp_path: Path) -> None:
    small_county((10, 10, 4, 10), {"A": (0, 25), "B": (3, 25)})
    measure = divided(tmp_path)

    figures = plan_overview(draw(), on=DAY)

    metres = load_distances(measure).between()
    assert figures.walk.longest == metres["u2", "A"]
    assert figures.walk.mean == round((10 * metres["u1", "A"] + 4 * metres["u2", "A"]) / 34)


def test_a_family_is_told_the_walk_beside_the_straight_line(tmp_path: Path) -> None:
    small_county()
    with_streets(tmp_path)
    measure = measured(Manner(DistanceMethod.WALK, 100))
    published(draw())

    of_unit = zone_of_unit(DISTRICT, Stage.PRIMARY, "u2", DAY)
    at_point = zone_at_point(DISTRICT, Stage.PRIMARY, HIGHWAY - 0.001, MIDDLE, DAY)

    metres = load_distances(measure).between()
    [school] = of_unit.schools
    assert (school.code, school.metres, school.walk_metres) == ("B", 923, metres["u2", "B"])
    assert school.walk_minutes == -(-metres["u2", "B"] // 60)
    assert of_unit.measure == measure
    assert of_unit.place == pytest.approx((AT[2], MIDDLE))
    [school] = at_point.schools
    assert 0 <= (school.walk_metres or 0) - school.metres - 100 <= 2  # along the street, over the main road


def test_without_walks_a_family_is_told_the_straight_line_only() -> None:
    small_county()
    published(draw())

    answer = zone_of_unit(DISTRICT, Stage.PRIMARY, "u2", DAY)

    assert answer.measure is None
    assert [(school.metres, school.walk_metres, school.walk_minutes) for school in answer.schools] == [
        (923, None, None)
    ]


def test_walks_measured_after_publication_are_told_and_change_nothing_in_the_plan(tmp_path: Path) -> None:
    small_county()
    plan = draw()
    published(plan)
    with_streets(tmp_path)
    measure = measured()

    assert zone_of_unit(DISTRICT, Stage.PRIMARY, "u2", DAY).measure == measure
    assert get_plan(plan.pk).measure is None
    assert load_walks(get_plan(plan.pk)).between("u2", "B") == 923


def test_the_nearest_school_on_foot_comes_first(tmp_path: Path) -> None:
    small_county((10, 10, 4, 10), {"A": (0, 25), "B": (3, 25)})
    divided(tmp_path)
    rows = [(unit, ["A", "B"]) for unit in HALVES]
    published(import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=rows))

    schools = zone_of_unit(DISTRICT, Stage.PRIMARY, "u2", DAY).schools

    assert [school.code for school in schools] == ["A", "B"]
    assert schools[1].metres < schools[0].metres


def test_a_place_costs_as_few_queries_with_walks(
    tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    small_county()
    with_streets(tmp_path)
    measured()
    published(draw())
    zone_at_point(
        DISTRICT, Stage.PRIMARY, WEST + SIDE / 2, SOUTH + SIDE / 2, DAY
    )  # the streets are in memory now

    with django_assert_num_queries(1):  # pinned walks and the streets are in memory
        zone_at_point(DISTRICT, Stage.PRIMARY, WEST + SIDE / 2, SOUTH + SIDE / 2, DAY)
    with django_assert_num_queries(2):
        zone_of_unit(DISTRICT, Stage.PRIMARY, "u0", DAY)
