"""Zones and projections count reconciled children, pin their run, and say when something newer is known."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries, Settings

from geo_data.models import Dataset, DatasetKind, Projection, ProjectionRow, Reconciliation, Stage
from geo_data.reconciliation.words import Category
from geo_data.selectors.projection_source import REGISTERED_WHERE, current_basis, load_source
from geo_data.selectors.reconciliation import find_reconciliation_in_use
from geo_data.services.projecting import project_district
from geo_data.services.versions import withdraw_dataset
from tests.services import geo_world as world
from tests.services.accounts_world import officer
from tests.services.registers_world import (
    BOY_REGISTERED,
    GIRL_REGISTERED,
    REGISTRATIONS,
    reconciled,
    with_census,
    with_list,
)
from zoning.models import ZonePlan
from zoning.selectors.basis import ReconciliationMissing, load_pinned_basis
from zoning.selectors.choices import Demand
from zoning.selectors.demand import demand_facts
from zoning.selectors.pins import list_plans_using
from zoning.services.drawing import draw_zones_of_district
from zoning.services.plans import restore_plan

pytestmark = pytest.mark.django_db

# Of the cohort of 2026 the census knows the girl in A and the other in B; the register knows one more in C.
STRANGER = "R9,C,丁一一,990171202003030025,2020-03-03,女,丁母,,"


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Units, a public school, census and register; nothing is reconciled yet."""
    world.district()
    with_census(tmp_path)
    world.with_schools(tmp_path)
    with_list(tmp_path, DatasetKind.REGISTRATIONS, REGISTRATIONS, GIRL_REGISTERED, BOY_REGISTERED, STRANGER)
    return tmp_path


def draw(demand: Demand | None = None, *, entry_year: int | None = 2026) -> ZonePlan:
    """Draw the primary schools."""
    return draw_zones_of_district(
        actor=None,
        now=world.NOW,
        district_code=world.CODE,
        stage=Stage.PRIMARY,
        entry_year=entry_year,
        demand=demand,
        effort=1,
    )


def counts(plan: ZonePlan) -> dict[str, int]:
    """The children of each unit that has any."""
    return {unit.unit_id: unit.children for unit in load_pinned_basis(plan).units if unit.children}


def with_more_pupils(folder: Path) -> None:
    """A list that no run has compared."""
    with_list(folder, DatasetKind.BIRTHS, "姓名,出生日期,性别,单元编号", "己一一,2020-06-06,女,B")


def test_without_a_run_the_census_counts_as_it_came(county: Path) -> None:
    plan = draw()

    assert (plan.reconciliation, plan.report["basis"]["demand"]) == (None, "census")
    assert counts(plan) == {"A": 1, "B": 1}


def test_with_a_run_over_the_lists_in_use_its_children_count_and_are_pinned(county: Path) -> None:
    run = reconciled()

    plan = draw()

    assert (plan.reconciliation, plan.children_dataset, plan.projection) == (run, run.census, None)
    assert plan.report["basis"]["demand"] == "reconciled"
    assert counts(plan) == {"A": 1, "B": 1, "C": 1}
    assert draw(Demand.RECONCILED).reconciliation == run
    assert (draw(Demand.COUNTED).reconciliation, counts(draw(Demand.COUNTED))) == (None, {"A": 1, "B": 1})


def test_without_an_entry_year_the_coming_one_is_reconciled_as_well(county: Path) -> None:
    run = reconciled()

    plan = draw(entry_year=None)

    assert (plan.entry_year, plan.reconciliation) == (2026, run)


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (
            2026,
            {"A": 1, "B": 1, "C": 1},
        ),  # born from 1 September 2019 to 31 August 2020: the other one on that day
        (2027, {}),
        (2024, {"A": 1}),  # the boy of May 2018, who lives in A
    ],
)
def test_the_cut_off_day_divides_reconciled_children_too(
    county: Path, year: int, expected: dict[str, int]
) -> None:
    reconciled()

    assert counts(draw(entry_year=year)) == expected


def test_a_list_brought_in_since_makes_the_census_count_until_somebody_reconciles(county: Path) -> None:
    old = reconciled()
    with_more_pupils(county)
    assert find_reconciliation_in_use(world.CODE) is None

    assert draw().reconciliation is None
    with pytest.raises(ReconciliationMissing):
        draw(Demand.RECONCILED)
    assert ZonePlan.objects.count() == 1  # the refusal stored none

    new = reconciled()
    plan = draw()
    assert (new.number, plan.reconciliation) == (old.number + 1, new)
    assert counts(plan) == {"A": 1, "B": 2, "C": 1}


def test_a_list_withdrawn_since_is_told_and_the_plan_keeps_its_count(county: Path) -> None:
    reconciled()
    plan = draw()
    register = Dataset.objects.get(kind=DatasetKind.REGISTRATIONS)
    assert list(list_plans_using(register)) == [plan]

    withdraw_dataset(actor=None, now=world.NOW, dataset=register)

    assert find_reconciliation_in_use(world.CODE) is None
    assert [one.kind for one in demand_facts(plan).withdrawn] == ["registrations"]
    assert counts(plan) == {"A": 1, "B": 1, "C": 1}
    assert draw().reconciliation is None


def test_a_newer_run_is_told_on_the_plan_and_edits_keep_the_run_they_began_with(county: Path) -> None:
    old = reconciled()
    plan = draw()
    assert (demand_facts(plan).run, demand_facts(plan).newer) == (old, None)
    with_more_pupils(county)
    new = reconciled()

    edited = restore_plan(actor=None, now=world.NOW, plan_id=plan.pk, reason="so")

    assert edited.reconciliation == old
    facts = demand_facts(edited)
    assert (facts.run, facts.newer, facts.children, facts.without_unit) == (old, new, 3, 0)


def test_a_plan_on_the_census_says_that_a_run_was_there_to_be_used(county: Path) -> None:
    run = reconciled()

    assert demand_facts(draw(Demand.COUNTED)).unused == run
    assert demand_facts(draw()).unused is None


def test_the_facts_of_a_plan_cost_three_queries_at_most(
    county: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    reconciled()
    plan = ZonePlan.objects.select_related("reconciliation", "projection").get(pk=draw().pk)

    with django_assert_max_num_queries(3):
        demand_facts(plan)


def test_the_database_keeps_one_demand_and_the_run_of_a_plan(county: Path) -> None:
    run = reconciled()
    plan = draw()
    projection = projected()

    for changes, name in (
        ({"projection": projection}, "plan_counts_one_demand"),
        ({"entry_year": None}, "plan_of_a_run_names_year_and_census"),
        ({"children_dataset": None}, "plan_of_a_run_names_year_and_census"),
    ):
        row = ZonePlan.objects.get(pk=plan.pk)
        row.pk, row.number = uuid4(), 99
        for field, value in changes.items():
            setattr(row, field, value)
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            row.save(force_insert=True)
    with pytest.raises(ProtectedError):
        Reconciliation.objects.get(pk=run.pk).delete()


def projected() -> Projection:
    """The next projection of the primary stage, from 2026 on."""
    return project_district(
        actor=None, now=world.NOW, district_code=world.CODE, stage=Stage.PRIMARY, first_year=2026
    )


def test_a_projection_starts_from_the_reconciled_children_and_pins_the_run(county: Path) -> None:
    from_census = projected()
    run = reconciled()

    from_run = projected()

    assert (from_census.reconciliation, from_run.reconciliation) == (None, run)
    first = ProjectionRow.objects.filter(entry_year=2026).order_by("unit_code", "category")
    rows = first.values_list("unit_code", "category", "children")
    assert list(rows.filter(projection=from_census)) == [("A", "unknown", 1), ("B", "unknown", 1)]
    assert list(rows.filter(projection=from_run)) == [
        ("A", "registered", 1),
        ("B", "unknown", 1),
        ("C", "registered", 1),
    ]
    assert from_census.digest != from_run.digest


def test_a_plan_on_a_projection_names_the_run_that_it_starts_from(county: Path) -> None:
    run = reconciled()
    projection = projected()

    plan = draw(Demand.PROJECTED)

    facts = demand_facts(plan)
    assert (plan.reconciliation, facts.projection, facts.run) == (None, projection, run)
    register = Dataset.objects.get(kind=DatasetKind.REGISTRATIONS)
    assert list(list_plans_using(register)) == [plan]


def test_a_run_that_is_outdated_is_no_starting_count(county: Path) -> None:
    reconciled()
    with_more_pupils(county)

    basis = current_basis(world.CODE, Stage.PRIMARY)

    assert basis.reconciliation is None
    source = load_source(basis, on=date(2026, 3, 1))
    assert sum(born.children for born in source.births) == 3
    run = reconciled()
    source = load_source(replace(basis, reconciliation=run), on=date(2026, 3, 1))
    assert sum(born.children for born in source.births) == 5


def test_every_category_of_reconciliation_is_one_of_a_projection() -> None:
    assert set(REGISTERED_WHERE) == set(Category)


def test_the_pages_name_the_run_its_day_and_its_children(county: Path, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    desk = Client()
    desk.force_login(officer(world.CODE))
    assert "名单尚未比对" in desk.get(reverse("plans")).content.decode()
    run = reconciled()
    plan, projection = draw(), projected()

    shown = desk.get(reverse("plan", args=[plan.pk])).content.decode()
    listed = desk.get(reverse("plans")).content.decode()
    forecast = desk.get(reverse("forecast", args=[projection.pk])).content.decode()
    publishing = desk.get(reverse("publish-plan", args=[plan.pk])).content.decode()

    named = f"第 {run.number} 次比对，基准日 2026年3月1日"
    assert f"{named}，各年龄共 4 名" in shown
    assert "其中当年入学并住在各学区的 3 名" in shown
    assert named in forecast
    assert named in publishing
    assert "在用名单已比对：第 1 次" in listed
    with_more_pupils(county)
    assert "第 1 次比对之后名单有变动" in desk.get(reverse("plans")).content.decode()
    reconciled()
    assert "依据的是较早的比对" in desk.get(reverse("plan", args=[plan.pk])).content.decode()
    assert "请重新预测" in desk.get(reverse("forecast", args=[projection.pk])).content.decode()


def test_the_page_takes_the_officers_choice(county: Path, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    desk = Client()
    desk.force_login(officer(world.CODE))

    answer = desk.post(reverse("draw-zones"), {"stage": "primary", "demand": "reconciled"})

    assert answer.status_code == 302
    [task] = DBTaskResult.objects.all()
    assert task.args_kwargs["kwargs"]["demand"] == "reconciled"
