"""Main roads that children cross: counted when walks are measured, a weight of drawing, told on pages and in files."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse

from accounts.models import JobRun
from geo_data.models import DatasetKind, DistanceMeasure, DistanceMethod, Stage, UnitDistances
from geo_data.selectors.datasets import get_current_dataset
from geo_data.selectors.measures import load_distances
from geo_data.selectors.routes import find_route
from geo_data.selectors.units import list_units
from geo_data.services.import_streets import import_streets
from geo_data.services.measures import STRAIGHT, WALKING, Manner, compute_measure
from tests.services.accounts_world import officer
from tests.services.street_world import AT, MIDDLE, measured, streets_file, with_streets
from tests.services.test_zoning_for_strangers import asked, exported, rows
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.engine.faults import MOST_CROSSINGS
from zoning.models import ZonePlan
from zoning.selectors.distances import MeasureMissing, load_ways
from zoning.selectors.mending import find_mending
from zoning.selectors.overview import plan_overview
from zoning.selectors.plans import get_plan, plan_content
from zoning.selectors.weights import RoadsNeedWalks, RoadsNotCounted
from zoning.selectors.what_if import load_question
from zoning.selectors.why import explain_unit
from zoning.services.drawing import draw_zones_of_district
from zoning.services.plans import move_units
from zoning.tasks import request_drawing

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 1)
PENALTY = Manner(DistanceMethod.WALK, 100)
# From the third estate A is 1,847 m away and B 923 m, over a main road.
TURNS = 924


def draw(**how: Any) -> ZonePlan:
    plan = draw_zones_of_district(
        actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1, **how
    )
    return get_plan(plan.pk)


def county(folder: Path, manner: Manner = WALKING) -> DistanceMeasure:
    """Four estates; the last one and school B lie beyond a main road."""
    small_county((10, 10, 4, 10), {"A": (0, 25), "B": (3, 25)})
    with_streets(folder)
    return measured(manner)


def of_old(measure: DistanceMeasure) -> DistanceMeasure:
    """Return a measure like this one, of the time before crossings were counted."""
    told = list(UnitDistances.objects.filter(measure=measure).values("unit_id", "schools", "metres"))
    old = DistanceMeasure.objects.get(pk=measure.pk)
    old.pk, old.number, old.counts_crossings = None, measure.number + 1, False
    old.id = DistanceMeasure().id
    old.save(force_insert=True)
    UnitDistances.objects.bulk_create(UnitDistances(measure=old, **row) for row in told)
    return old


def crossed(measure: DistanceMeasure) -> dict[tuple[str, str], int]:
    told = load_distances(measure)
    assert told.crossings is not None
    rows = zip(told.unit.tolist(), told.school.tolist(), told.crossings.tolist(), strict=True)
    return {(told.unit_codes[i], told.school_codes[j]): count for i, j, count in rows}


@pytest.mark.parametrize("manner", [WALKING, PENALTY])
def test_walks_count_the_main_roads_they_cross_with_a_penalty_and_without(
    tmp_path: Path, manner: Manner
) -> None:
    measure = county(tmp_path, manner)

    assert measure.counts_crossings
    assert crossed(measure) == {
        **{(unit, "A"): 0 for unit in ("u0", "u1", "u2")},
        **{(unit, "B"): 1 for unit in ("u0", "u1", "u2")},
        ("u3", "A"): 1,
        ("u3", "B"): 0,
    }


def test_straight_lines_count_no_main_roads() -> None:
    small_county()
    measure = measured(STRAIGHT)

    assert not measure.counts_crossings
    assert load_distances(measure).crossings is None


def test_pairs_without_a_way_cross_nothing_and_the_engine_is_told_no_more_than_it_reads(
    tmp_path: Path,
) -> None:
    small_county()
    lines = [("支路", "西街", [(AT[0], MIDDLE), (AT[1], MIDDLE)])]
    import_streets(actor=None, now=NOON, district_code=DISTRICT, path=streets_file(tmp_path, lines))
    measure = measured(Manner(DistanceMethod.WALK, 0, 10))
    assert set(crossed(measure).values()) == {0}

    far = of_old(measure)
    far.pk, far.id, far.number, far.counts_crossings = None, DistanceMeasure().id, 9, True
    far.save(force_insert=True)
    for row in UnitDistances.objects.filter(measure=measure):
        row.pk, row.measure, row.crossings = None, far, [MOST_CROSSINGS + 1] * len(row.schools)
        row.save(force_insert=True)
    ways = load_ways(far)
    assert ways.filled > 0
    assert ways.crossings is not None
    assert set(ways.crossings.values()) == {MOST_CROSSINGS}
    assert len(ways.crossings) == 8 - ways.filled


@pytest.mark.parametrize("penalty_m", [0, 60])
def test_counts_are_those_of_the_routes_in_the_sample_county(penalty_m: int) -> None:
    # given: the invented county without its address register, so that an estate stands in one point
    sizes = {"seed": 1, "year": 2026, "applicants": 100, "units": 24, "schools": 8}
    call_command("make_sample_county", **sizes, verbosity=0)
    register = get_current_dataset("990101", DatasetKind.ADDRESSES)
    register.status = "withdrawn"
    register.save()
    manner = Manner(DistanceMethod.WALK, penalty_m)
    measure = compute_measure(actor=None, now=NOON, district_code="990101", manner=manner)
    # when
    counts, told = crossed(measure), load_distances(measure).between()
    points = {unit.code: unit.point for unit in list_units(measure.units_dataset)}
    pairs = sorted(told)
    chosen = np.random.default_rng(1).choice(len(pairs), 60, replace=False).tolist()
    # then
    assert measure.report["points"] == 24
    assert {counts[pair] for pair in pairs} >= {0, 1}
    for unit, school in (pairs[i] for i in chosen):
        route = find_route(measure, points[unit].x, points[unit].y, school)
        assert (route.crossings, route.metres) == (counts[unit, school], told[unit, school])


@pytest.mark.parametrize(("metres", "zone", "children", "roads"), [(TURNS - 4, "B", 4, 4), (1000, "A", 0, 0)])
def test_the_weight_turns_a_plan_so_that_fewer_children_cross(
    tmp_path: Path, metres: int, zone: str, children: int, roads: int
) -> None:
    county(tmp_path)

    plan = draw(weights={"crossing_m": metres})

    assert plan_content(plan).zone_of == {"u0": "A", "u1": "A", "u2": zone, "u3": "B"}
    assert plan.report["objective"]["terms_mm"]["crossings"] == roads * metres * 1000
    told = plan_overview(plan, on=DAY).crossings
    assert told is not None
    assert (told.children, told.roads, told.penalty_m) == (children, roads, 0)


def test_a_penalty_in_the_walks_and_the_weight_both_count(tmp_path: Path) -> None:
    county(tmp_path, PENALTY)

    alone, both = draw(weights={"crossing_m": TURNS - 150}), draw(weights={"crossing_m": TURNS - 50})

    assert plan_content(alone).zone_of["u2"] == "B"
    assert plan_content(both).zone_of["u2"] == "A"
    assert plan_overview(alone, on=DAY).crossings.penalty_m == 100  # type: ignore[union-attr]


def test_without_the_weight_the_main_roads_are_told_and_decide_nothing(tmp_path: Path) -> None:
    county(tmp_path)

    plan = draw()

    assert plan_content(plan).zone_of["u2"] == "B"
    assert plan_overview(plan, on=DAY).crossings.children == 4  # type: ignore[union-attr]


def test_main_roads_cannot_count_by_straight_lines_or_by_walks_of_old(tmp_path: Path) -> None:
    wishes: dict[str, Any] = {"weights": {"crossing_m": 100}}
    asks: dict[str, Any] = {
        "actor": officer(),
        "now": NOON,
        "district_code": DISTRICT,
        "stage": Stage.PRIMARY,
    }
    small_county((10, 10, 4, 10), {"A": (0, 25), "B": (3, 25)})
    for refused in (lambda: draw(**wishes), lambda: request_drawing(**asks, **wishes)):
        with pytest.raises(RoadsNeedWalks):
            refused()
    with pytest.raises(MeasureMissing):
        request_drawing(**asks, method=DistanceMethod.WALK)

    with_streets(tmp_path)
    first = measured()
    with pytest.raises(RoadsNeedWalks):
        draw(**wishes, method=DistanceMethod.STRAIGHT)
    of_old(first)
    for refused in (lambda: draw(**wishes), lambda: request_drawing(**asks, **wishes)):
        with pytest.raises(RoadsNotCounted, match="measure the walks again"):
            refused()

    assert plan_overview(draw(), on=DAY).crossings is None
    assert not JobRun.objects.exists()


@pytest.mark.parametrize("wrong", [[1], [0, 0, 0]])
def test_a_row_has_a_count_for_each_of_its_ways(tmp_path: Path, wrong: list[int]) -> None:
    measure = county(tmp_path)
    old = of_old(measured(PENALTY))
    row = UnitDistances.objects.filter(measure=measure).first()
    assert row is not None
    old.pk, old.id, old.number = None, DistanceMeasure().id, 9
    old.save(force_insert=True)

    row.pk, row.measure, row.crossings = None, old, wrong
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)


def test_the_page_says_why_main_roads_cannot_count_and_what_counts_already(tmp_path: Path) -> None:
    desk = Client()
    desk.force_login(officer())
    small_county((10, 10, 4, 10), {"A": (0, 25), "B": (3, 25)})

    def page() -> str:
        return desk.get(reverse("plans")).content.decode()

    def refusal() -> str:
        answer = desk.post(reverse("draw-zones"), {"stage": "primary", "crossing_m": "100"})
        assert answer.status_code == 422
        return answer.content.decode()

    assert "目前无法计入穿越主干道：现用的小区、村和学校还没有量距。" in page()
    assert "直线距离不经过道路，无法计入主干道。" in refusal()
    with_streets(tmp_path)
    plain = measured()
    assert "（第 1 次量距）不含穿越主干道的折算，只按这里的权重计入。" in page()
    of_old(plain)
    assert "（第 2 次量距）没有记录穿越哪些主干道。" in page()
    assert "请重新量距，之后即可计入主干道。" in refusal()
    assert "这次量距没有计数，请重新量距" in desk.get(reverse("streets")).content.decode()
    measured(PENALTY)
    assert "每穿越一条主干道已折算 100 米；再填主干道权重，两者相加。" in page()
    assert "已逐条计数，划片时可作权重" in desk.get(reverse("streets")).content.decode()


def test_the_api_refuses_with_a_code_and_tells_the_figures(tmp_path: Path) -> None:
    desk = Client()
    desk.force_login(officer())
    asked_for = {"district": DISTRICT, "stage": "primary", "weights": {"crossing_m": 100}}
    county(tmp_path)

    def post() -> Any:
        return desk.post("/api/zone-plans/", asked_for, content_type="application/json")

    of_old(DistanceMeasure.objects.get())
    refused = post()
    assert (refused.status_code, refused.json()["code"]) == (400, "roads_not_counted")
    measured(PENALTY)
    assert post().status_code == 202
    told = desk.get(f"/api/zone-plans/{draw(weights={'crossing_m': 1}).pk}/").json()
    assert told["crossings"] == {"children": 4, "roads": 4, "penalty_m": 100}
    assert desk.get(f"/api/measures/?district={DISTRICT}").json()[0]["counts_crossings"] is True


def test_the_plan_page_tells_how_many_children_cross(tmp_path: Path) -> None:
    desk = Client()
    desk.force_login(officer())
    county(tmp_path, PENALTY)

    text = desk.get(reverse("plan", args=[draw(weights={"crossing_m": 1}).pk])).content.decode()

    assert "需穿越主干道的儿童" in text
    assert "全部儿童上学途中合计穿越主干道 4 条次。" in text
    assert "每穿越一次已折算 100 米。" in text
    assert "上学途中要穿越主干道: <strong>1</strong>" in text  # what it was drawn for


def test_the_command_draws_a_district_with_the_weight(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_it = (
        "draw_zones",
        "--district",
        DISTRICT,
        "--stage",
        "primary",
        "--effort",
        "1",
        "--weight=crossing_m=1000",
    )
    small_county((10, 10, 4, 10), {"A": (0, 25), "B": (3, 25)})
    with pytest.raises(CommandError, match="measure walks"):
        call_command(*draw_it, verbosity=0)

    with_streets(tmp_path)
    measured()
    call_command(*draw_it, verbosity=0)

    assert plan_content(ZonePlan.objects.get()).zone_of["u2"] == "A"


@pytest.mark.parametrize("manner", [WALKING, PENALTY])
def test_exported_crossings_prove_the_term_and_a_changed_one_is_noticed(
    tmp_path: Path, manner: Manner
) -> None:
    county(tmp_path, manner)
    out = exported(draw(weights={"crossing_m": 700, "balance_m": 10}), tmp_path / "out")

    assert rows(out / "crossings.csv") == [
        ["unit_id", "school_id", "crossings"],
        *[["u0", "B", "1"], ["u1", "B", "1"], ["u2", "B", "1"], ["u3", "A", "1"]],
    ]
    (code, told), (proven, verdict) = asked(out)
    assert (code, proven) == (0, 0), (told, verdict)
    assert "--crossings crossings.csv" in (out / "README.txt").read_text(encoding="utf-8")

    with (out / "crossings.csv").open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([["unit_id", "school_id", "crossings"], ["u2", "B", "2"]])
    (code, told), (proven, _) = asked(out)
    assert (code, "objective is wrong" in told, proven) == (1, True, 1)


def test_an_old_measure_exports_no_crossings(tmp_path: Path) -> None:
    of_old(county(tmp_path))

    out = exported(draw(), tmp_path / "out")

    assert not (out / "crossings.csv").exists()
    assert [code for code, _ in asked(out)] == [0, 0]


def test_edits_mendings_and_questions_of_such_a_plan_go_by_its_walks(tmp_path: Path) -> None:
    # given: the third estate, which the weight put into A's zone, is moved to B by hand
    county(tmp_path)
    plan = draw(weights={"crossing_m": 1000})
    edited = move_units(actor=None, now=NOON, plan_id=plan.pk, moves={"u2": "B"}, reason="试")
    told = plan_overview(edited, on=DAY)
    # then: its figures, its files and its bound of ways are right, and the term is no part of it any more
    assert (told.crossings.children, told.drawn_for) == (4, None)  # type: ignore[union-attr]
    assert [code for code, _ in asked(exported(edited, tmp_path / "edited"))] == [0, 0]
    # and: why it was in A is told by what it crosses
    why = explain_unit(load_question(plan), "u2")
    assert (why.zone, why.nearer, dict(why.roads)) == ("A", "B", {"A": 0, "B": 1})
    desk = Client()
    desk.force_login(officer())
    text = desk.get(reverse("why-here", args=[plan.pk]) + "?unit=u2").content.decode()
    assert "途中穿越主干道 0 条。" in text
    assert "途中穿越主干道由 0 条变为 1 条。" in text
    (told_by_api,) = desk.get(reverse("zone-plan-unit", args=[plan.pk, "u2"])).json()
    assert (told_by_api["crossings_now"], told_by_api["crossings_then"]) == (0, 1)
    # and: moved so that it cuts the third estate off from A, the plan is mended with the fewest moves
    broken = move_units(actor=None, now=NOON, plan_id=plan.pk, moves={"u1": "B"}, reason="试")
    mending = find_mending(get_plan(broken.pk))
    assert ([one.code for one in mending.moving], mending.is_fewest) == (["u2"], True)


def test_straight_lines_say_nothing_of_main_roads_to_those_who_ask_why() -> None:
    small_county()
    plan = draw()
    assert explain_unit(load_question(plan), "u1").roads == {}
    desk = Client()
    desk.force_login(officer())
    beside = desk.get(reverse("zone-plan-unit", args=[plan.pk, "u1"])).json()
    assert {(zone["crossings_now"], zone["crossings_then"]) for zone in beside} == {(None, None)}


@pytest.mark.django_db(transaction=True)
def test_measures_of_old_come_through_the_migration_without_counts(tmp_path: Path) -> None:
    # given: the tables as they were, with a measure in them
    before, after = (
        ("geo_data", "0021_deleted_lists_find_their_children"),
        ("geo_data", "0022_walks_count_crossings"),
    )
    measure = county(tmp_path)
    executor = MigrationExecutor(connection)
    executor.migrate([before])
    try:
        row = (
            executor.loader.project_state([before])
            .apps.get_model("geo_data", "UnitDistances")
            .objects.first()
        )
        assert not hasattr(row, "crossings")
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate([after])
    # then: it is there, knows its metres and no counts, and walks are measured again
    old = DistanceMeasure.objects.get()
    assert (old.pk, old.counts_crossings) == (measure.pk, False)
    assert load_distances(old).crossings is None
    assert load_distances(old).between()["u2", "B"] in (923, 924)
    new = measured()
    assert (new.number, new.counts_crossings) == (2, True)
