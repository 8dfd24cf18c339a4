"""Projecting a district: what is stored, pinned and refused; how zones read it."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, JobStatus
from accounts.services.jobs import JobTaken
from common.errors import NotPermitted
from frontend.pages.officers.forecast_words import band_in_words
from geo_data.models import Dataset, DatasetKind, Projection, ProjectionRow, SchoolSeats, Stage
from geo_data.permissions import projection_for_reading
from geo_data.projection.seat_warnings import SeatWarning
from geo_data.projection_tasks import project_district_task, request_projection
from geo_data.selectors.projection_source import NothingToProjectFrom, current_basis, load_source
from geo_data.selectors.projections import (
    NoSuchProjection,
    ages_by_sex,
    band_at,
    claimants_by_unit,
    district_totals,
    load_expected,
)
from geo_data.services.projecting import project_district
from tests.services.accounts_world import OTHER_DISTRICT, auditor, guardian, officer
from tests.services.projection_world import FIRST, add_grades, add_housing, counted, projected
from tests.services.worlds import DISTRICT, NOON, dataset, small_county
from zoning.models import ZonePlan
from zoning.selectors.basis import ProjectionMissing, load_pinned_basis
from zoning.selectors.choices import Demand
from zoning.selectors.outlook import outlook_of
from zoning.services.drawing import draw_zones_of_district
from zoning.services.plans import move_units
from zoning.services.publications import publish_plan

pytestmark = pytest.mark.django_db


def _draw(**changes: Any) -> ZonePlan:
    asked = {"district_code": DISTRICT, "stage": Stage.PRIMARY, "effort": 1, "entry_year": FIRST, **changes}
    return draw_zones_of_district(actor=None, now=NOON, **asked)


def _in_force() -> ZonePlan:
    plan = _draw()
    publish_plan(actor=officer(), now=NOON, plan_id=plan.pk, from_on=date(2026, 3, 1), until_on=None)
    return plan


def test_units_years_and_categories_are_stored_with_what_they_were_made_from() -> None:
    # given 8, 9, 10, 11 children a year in four estates, of whom nine in ten came in four past years
    found = counted()

    # when
    stored = projected()

    # then 7.2, 8.1, 9.0, 9.9 claimants, 34 in all: the missing child goes to the largest remainder
    rows = ProjectionRow.objects.filter(projection=stored, entry_year=FIRST).order_by("unit_code")
    assert [(row.unit_code, row.children, row.expected, row.medium) for row in rows] == [
        ("u0", 8, 7200, 7),
        ("u1", 9, 8100, 8),
        ("u2", 10, 9000, 9),
        ("u3", 11, 9900, 10),
    ]
    assert stored.rows.count() == 4 * 6
    assert (stored.number, stored.base_year, stored.first_year, stored.last_counted) == (1, 2025, 2026, 2031)
    assert (stored.units_dataset, stored.children_dataset) == (found.units, found.census)
    assert stored.grades_dataset is None
    assert [one["code"] for one in stored.assumptions] == ["moves_not_known", "no_new_housing"]
    assert stored.results["capture"]["unknown"]["rate"] == 900
    assert stored.results["years_fitted"] == [2022, 2023, 2024, 2025]
    assert stored.parameters["thresholds"] == {"yellow": 950, "orange": 1000, "red": 1100, "warned_years": 3}


def test_event_names_the_projection_and_no_person() -> None:
    counted()
    stored = projected()

    event = AuditEvent.objects.get(action="projection.stored")

    assert event.subject_id == str(stored.pk)
    assert set(event.details) == {"stage", "number", "method", "first_year", "digest"}


def test_same_data_give_the_same_digest_and_other_data_another() -> None:
    found = counted()
    first, again = projected(), projected()

    add_housing(found)
    other = projected()

    assert first.digest == again.digest
    assert [first.number, again.number, other.number] == [1, 2, 3]
    assert other.digest != first.digest


def test_projection_is_never_changed_or_deleted() -> None:
    counted()
    stored = projected()

    for attempt in (
        lambda: Projection.objects.filter(pk=stored.pk).update(base_year=1),
        lambda: ProjectionRow.objects.filter(projection=stored).update(medium=0),
        lambda: ProjectionRow.objects.filter(projection=stored).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_census_alone_counts_every_child_and_says_so() -> None:
    counted(past=False)

    stored = projected()

    assert claimants_by_unit(stored, FIRST) == {"u0": 8, "u1": 9, "u2": 10, "u3": 11}
    assert {"capture_rate_one", "no_band"} <= {one["code"] for one in stored.assumptions}
    assert set(stored.rows.values_list("low", "high")) == {(None, None)}
    assert band_at(stored, "district", FIRST, 38) is None


def test_new_housing_adds_children_from_its_delivery_on() -> None:
    # given 1,000 dwellings for resettlement in 2028: 60 % moved in, 35 children of the age in 1,000 dwellings
    found = counted()
    add_housing(found)

    stored = projected()

    table = load_expected(stored)
    u0 = table.children[:, table.units.index("u0")].sum(axis=1)
    assert u0.tolist() == [8, 8, 8 + 21, 8 + 30, 8 + 35, 8 + 35]  # 21, 29.75, 35


@pytest.mark.parametrize("missing", ["units", "everything"])
def test_without_units_or_children_nothing_is_projected_or_stored(missing: str) -> None:
    found = small_county()
    if missing == "units":
        Dataset.objects.filter(pk=found.units.pk).update(status="withdrawn")

    with pytest.raises(NothingToProjectFrom):
        projected()

    assert not Projection.objects.exists()
    assert not AuditEvent.objects.filter(action="projection.stored").exists()


def test_census_without_children_yet_to_enter_is_refused() -> None:
    found = small_county()
    dataset(found.district, DatasetKind.CHILDREN)

    with pytest.raises(NothingToProjectFrom):
        projected()

    assert not Projection.objects.exists()


@pytest.mark.parametrize("actor", [guardian, auditor, lambda: officer(OTHER_DISTRICT)])
def test_only_an_officer_of_the_district_projects(actor: Any) -> None:
    counted()

    with pytest.raises(NotPermitted):
        project_district(actor=actor(), now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY)

    assert not Projection.objects.exists()


def test_officer_projects_from_the_coming_entry_year_on() -> None:
    counted()
    person = officer()

    stored = project_district(actor=person, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY)

    assert (stored.created_by, stored.first_year) == (person, 2026)


def test_projection_is_read_in_its_district_and_unknown_elsewhere() -> None:
    counted()
    stored = projected()

    assert projection_for_reading(auditor(), stored.pk) == stored
    with pytest.raises(NoSuchProjection):
        projection_for_reading(officer(OTHER_DISTRICT), stored.pk)


def test_source_is_read_in_a_known_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    found = counted()
    add_grades(found)
    add_housing(found)
    basis = current_basis(DISTRICT, Stage.PRIMARY)

    with django_assert_num_queries(5):  # units, children, past, grades, housing
        source = load_source(basis, on=date(2026, 3, 2))

    assert sum(one.children for one in source.births) == 38 * 6
    assert {one.category for one in source.births} == {"unknown"}


def test_children_are_counted_by_age_and_sex_on_a_day() -> None:
    found = counted()
    assert found.census is not None

    ages = ages_by_sex(found.census, date(2026, 8, 31))

    assert ages == dict.fromkeys(range(1, 7), (38, 0))


# ---- zones ----


def test_zones_add_up_to_the_district_and_the_worst_comes_first() -> None:
    # given 18 seats at each school; A expects 15.3, B 18.9 of 34.2 claimants
    found = counted()
    _in_force()
    found.schools.schools.update(planned_intake=18)

    # when
    outlook = outlook_of(projected(), on=date(2026, 3, 2))

    # then the missing child goes to B, which has more than its seats
    assert [(zone.code, zone.years[0].demand, zone.worst) for zone in outlook.zones] == [
        ("B", 19, SeatWarning.ORANGE),
        ("A", 15, SeatWarning.NONE),
    ]
    assert [year.demand for year in outlook.district.years] == [34] * 6
    assert [year.seats for year in outlook.district.years] == [36] * 6
    assert outlook.without_zone == (0,) * 6
    assert [year.is_warning for year in outlook.zones[0].years] == [True] * 3 + [False] * 3
    assert outlook.zones[0].years[0].by_category == {"unknown": 19}


def test_year_with_a_plan_of_its_own_is_held_against_it() -> None:
    # given 30 seats at each school, and for 2027 a plan of 18 at B, for 2028 seats without a plan
    found = counted()
    _in_force()
    SchoolSeats.objects.create(dataset=found.schools, school_code="B", year=2027, grade=1, planned_intake=18)
    SchoolSeats.objects.create(dataset=found.schools, school_code="B", year=2028, grade=1, seats=25)
    SchoolSeats.objects.create(dataset=found.schools, school_code="B", year=2029, grade=2, planned_intake=1)

    outlook = outlook_of(projected(), on=date(2026, 3, 2))

    zone = outlook.zones[0]
    assert (zone.code, [year.seats for year in zone.years]) == ("B", [30, 18, 25, 30, 30, 30])
    assert [year.level for year in zone.years][:2] == [SeatWarning.NONE, SeatWarning.ORANGE]
    assert [year.seats for year in outlook.district.years] == [60, 48, 55, 60, 60, 60]


def test_without_zones_in_force_the_district_alone_is_held_against_its_seats() -> None:
    counted(seats=16)

    outlook = outlook_of(projected(), on=date(2026, 3, 2))

    assert (outlook.publication, outlook.zones) == (None, ())
    assert outlook.district.worst is SeatWarning.ORANGE  # 34 of 32
    assert outlook.without_zone == (34,) * 6


def test_all_pupils_move_up_with_the_entrants_at_the_bottom() -> None:
    # given fifteen in every grade of both schools, and nobody leaves
    found = counted()
    add_grades(found)
    _in_force()

    outlook = outlook_of(projected(), on=date(2026, 3, 2))

    # then grades 2 to 6 have 75 pupils and the entrants come on top, year after year
    zone = next(one for one in outlook.zones if one.code == "A")
    assert [year.pupils for year in zone.years] == [75 + 15, 60 + 30, 45 + 45, 30 + 60, 15 + 75, 90]


def test_outlook_takes_a_known_number_of_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    found = counted()
    add_grades(found)
    _in_force()
    stored = projected()

    with django_assert_max_num_queries(10):
        outlook_of(stored, on=date(2026, 3, 2))


def test_band_is_that_of_the_errors_of_the_schools() -> None:
    # given every year nine of ten came: the back-test never erred
    counted()
    stored = projected()

    assert band_at(stored, "school", FIRST, 19) == (19, 19)
    assert [one["error"] for one in stored.results["scores"] if one["level"] == "school"] == [0, 0, 0]


def test_totals_of_categories_add_up() -> None:
    counted()

    assert district_totals(load_expected(projected())).tolist() == [[34]] * 6


def test_zones_are_drawn_on_what_the_projection_expects_and_stay_so() -> None:
    # given
    counted()
    stored = projected()

    # when
    plan = _draw(demand=Demand.PROJECTED)

    # then the claimants count, not the children, also when the plan is read or edited later
    assert plan.projection == stored
    assert plan.report["basis"] == {**plan.report["basis"], "demand": "projection", "children": 34}
    projected()
    assert sum(unit.children for unit in load_pinned_basis(plan).units) == 34
    moved = move_units(actor=officer(), now=NOON, plan_id=plan.pk, moves={"u1": "B"}, reason="检验")
    assert moved.projection == stored
    assert moved.report["basis"]["demand"] == "projection"


def test_drawing_on_a_projection_needs_one_of_that_year_and_those_units() -> None:
    found = counted()
    with pytest.raises(ProjectionMissing):
        _draw(demand=Demand.PROJECTED)
    projected()
    with pytest.raises(ProjectionMissing):
        _draw(demand=Demand.PROJECTED, entry_year=FIRST + 6)
    newer = dataset(found.district, DatasetKind.UNITS)
    found.units.units.update(dataset=newer)
    with pytest.raises(ProjectionMissing):
        _draw(demand=Demand.PROJECTED)

    assert not ZonePlan.objects.exists()


# ---- in the background ----

ARGUMENTS: dict[str, Any] = {"district_code": DISTRICT, "stage": "primary", "first_year": FIRST}


@pytest.mark.django_db(transaction=True)
def test_worker_projects_and_the_job_names_the_projection() -> None:
    counted()
    person = officer()
    job = request_projection(actor=person, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY)

    project_district_task.call(job_id=str(job.pk), **ARGUMENTS)

    stored = Projection.objects.get()
    job.refresh_from_db()
    assert job.status == JobStatus.SUCCEEDED
    assert job.result == {"projection": str(stored.pk), "number": 1}
    assert (stored.job, stored.created_by) == (job, person)
    with pytest.raises(JobTaken):
        project_district_task.call(job_id=str(job.pk), **ARGUMENTS)
    assert Projection.objects.count() == 1


def test_asking_twice_is_one_job() -> None:
    counted()
    asked: dict[str, Any] = {
        "actor": officer(),
        "now": NOON,
        "district_code": DISTRICT,
        "stage": Stage.PRIMARY,
    }

    assert request_projection(**asked) == request_projection(**asked)


def test_asking_without_any_data_is_refused_at_once() -> None:
    small_county()

    with pytest.raises(NothingToProjectFrom):
        request_projection(actor=officer(), now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY)


@pytest.mark.parametrize(
    ("low", "high", "is_said"),
    [(-2000, 2000, True), (-1999, 2000, False), (-2000, 1999, False), (0, 0, False)],
)
def test_a_county_whose_past_was_off_to_one_side_is_told_so(low: int, high: int, is_said: bool) -> None:
    spread = {"low": low, "high": high, "samples": 2, "years": 2, "measured_at": 1}
    projection = Projection(results={"spreads": {"district": {"2027": spread}}})

    assert bool(band_in_words(projection)) is is_said
    assert band_in_words(Projection(results={"spreads": {}})) == []
