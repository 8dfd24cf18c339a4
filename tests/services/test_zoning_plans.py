"""Versions made by people: imported, edited, brought back."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, transaction

from accounts.models import AuditEvent
from geo_data.models import Stage
from tests.services.accounts_world import officer
from tests.services.worlds import DISTRICT, NOON, small_county
from zoning.models import PlanOrigin, UnitAssignment, ZonePlan, ZonePublication
from zoning.selectors.plans import NoSuchPlan, plan_content
from zoning.selectors.problem import SchoolInTwoZones, UnknownSchools
from zoning.services.drawing import draw_zones_of_district
from zoning.services.plans import (
    MovesDoNotFit,
    NothingMoved,
    PlanRowsDoNotFit,
    ReasonMissing,
    import_plan,
    move_units,
    restore_plan,
)

pytestmark = pytest.mark.django_db

HALVES = [("u0", ["A"]), ("u1", ["A"]), ("u2", ["B"]), ("u3", ["B"])]
Rows = Sequence[tuple[str, Sequence[str]]]


def drawn() -> ZonePlan:
    small_county()
    return draw_zones_of_district(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1)


def imported(rows: Rows = HALVES) -> ZonePlan:
    return import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=rows)


def test_a_moved_estate_makes_the_next_version_and_leaves_the_first_as_it_was() -> None:
    first = drawn()

    second = move_units(actor=officer(), now=NOON, plan_id=first.pk, moves={"u1": "B"}, reason="a new bridge")

    assert plan_content(second).zone_of == {"u0": "A", "u1": "B", "u2": "B", "u3": "B"}
    assert plan_content(first).zone_of["u1"] == "A"
    assert (second.number, second.origin, second.based_on) == (2, PlanOrigin.EDITED, first)
    event = AuditEvent.objects.get(action="zone_plan.stored", subject_id=str(second.pk))
    assert (event.details["reason"], event.details["moved"]) == ("a new bridge", 1)


def test_an_edit_that_overfills_a_school_is_kept_as_a_draft_that_says_why() -> None:
    first = drawn()

    second = move_units(
        actor=None, now=NOON, plan_id=first.pk, moves={"u1": "B"}, reason="wish of the estate"
    )

    assert not second.lawful
    assert second.report["violations"] == [
        {"code": "seats_exceeded", "zone": "B", "units": [], "children": 5}
    ]
    assert second.report["loads"] == {"A": 10, "B": 30}
    assert (second.report["lawful"], second.report["gap"]) == (False, None)


def test_an_edit_that_cuts_a_zone_says_which_estates_are_cut_off() -> None:
    small_county((1, 1, 1, 1))
    first = imported()

    second = move_units(actor=None, now=NOON, plan_id=first.pk, moves={"u1": "B", "u2": "A"}, reason="swap")

    found = [(one["code"], one["zone"], one["units"]) for one in second.report["violations"]]
    assert found == [("zone_cut", "A", ["u2"]), ("zone_cut", "B", ["u1"])]


def test_an_edit_keeps_the_bound_of_the_drawing_and_states_its_own_gap() -> None:
    small_county(schools={"A": (0, 25), "B": (3, 30)})
    first = draw_zones_of_district(
        actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1
    )

    second = move_units(actor=None, now=NOON, plan_id=first.pk, moves={"u1": "B"}, reason="trial")

    assert second.lawful
    bound = first.report["lower_bound"]
    assert second.report["lower_bound"] == bound
    assert second.report["cost_km"] > first.report["cost_km"]
    assert second.report["gap"] == pytest.approx(second.report["cost_km"] / bound - 1)


def test_an_older_version_is_brought_back_as_a_new_one() -> None:
    first = drawn()
    move_units(actor=None, now=NOON, plan_id=first.pk, moves={"u1": "B"}, reason="trial")

    third = restore_plan(actor=None, now=NOON, plan_id=first.pk, reason="the trial was bad")

    assert third.number == 3
    assert third.lawful
    assert plan_content(third).zone_of == plan_content(first).zone_of
    assert third.report["cost_km"] == pytest.approx(first.report["cost_km"])


def test_refused_edits_write_nothing() -> None:
    first = drawn()
    events = AuditEvent.objects.count()

    with pytest.raises(NothingMoved):
        move_units(actor=None, now=NOON, plan_id=first.pk, moves={"u1": "A"}, reason="why not")
    with pytest.raises(MovesDoNotFit) as refusal:
        move_units(actor=None, now=NOON, plan_id=first.pk, moves={"u9": "A", "u1": "Z"}, reason="why not")
    with pytest.raises(ReasonMissing):
        move_units(actor=None, now=NOON, plan_id=first.pk, moves={"u1": "B"}, reason="  ")
    with pytest.raises(ReasonMissing):
        restore_plan(actor=None, now=NOON, plan_id=first.pk, reason="")
    with pytest.raises(NoSuchPlan):
        restore_plan(actor=None, now=NOON, plan_id=uuid4(), reason="no such")

    assert refusal.value.details == {"units": ["u9"], "zones": ["Z"]}
    assert ZonePlan.objects.count() == 1
    assert AuditEvent.objects.count() == events


def test_a_stored_plan_cannot_be_changed_even_past_the_services() -> None:
    plan = drawn()

    for change in (
        lambda: ZonePlan.objects.filter(pk=plan.pk).update(lawful=False),
        lambda: UnitAssignment.objects.filter(plan=plan).update(zone=plan.zones.get(code="B")),
        lambda: UnitAssignment.objects.filter(plan=plan).delete(),
        lambda: plan.zones.update(name="other"),
    ):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            change()


def test_zones_decided_elsewhere_come_in_with_their_faults_on_record() -> None:
    small_county()

    plan = imported([("u0", ["A"]), ("u1", ["A"]), ("u2", ["A"]), ("u3", ["B"])])

    assert plan.origin == PlanOrigin.IMPORTED
    assert not plan.lawful
    assert [one["code"] for one in plan.report["violations"]] == ["seats_exceeded"]
    assert plan.report["gap"] is None


def test_estates_with_the_same_schools_make_one_zone() -> None:
    small_county((5, 5, 5, 5), {"A": (0, 10), "B": (1, 10), "C": (3, 10)})

    plan = imported([("u0", ["A", "B"]), ("u1", ["B", "A"]), ("u2", ["C"]), ("u3", ["C"])])

    zones = plan_content(plan).zones
    assert {code: [school.code for school in zone.schools] for code, zone in zones.items()} == {
        "A": ["A", "B"],
        "C": ["C"],
    }
    assert plan.report["seats"] == {"A": 20, "C": 10}
    assert plan.lawful


@pytest.mark.parametrize(
    ("rows", "details"),
    [
        ([*HALVES[:3], ("u9", ["B"])], {"unknown": ["u9"], "missing": ["u3"]}),
        ([*HALVES, ("u3", ["A"])], {"repeated": ["u3"]}),
        ([*HALVES[:3], ("u3", [])], {"without_school": ["u3"]}),
    ],
)
def test_rows_that_do_not_fit_the_units_are_refused(rows: Rows, details: dict[str, list[str]]) -> None:
    small_county()

    with pytest.raises(PlanRowsDoNotFit) as refusal:
        imported(rows)

    assert refusal.value.details == details
    assert not ZonePlan.objects.exists()


def test_schools_that_do_not_fit_are_refused() -> None:
    small_county()

    with pytest.raises(UnknownSchools):
        imported([*HALVES[:3], ("u3", ["Z"])])
    with pytest.raises(SchoolInTwoZones):
        imported([*HALVES[:3], ("u3", ["A", "B"])])

    assert not ZonePlan.objects.exists()


def test_the_command_imports_a_file_and_puts_it_in_force(tmp_path: Path) -> None:
    small_county()
    file = tmp_path / "zones.csv"
    file.write_text("\ufeffunit_code,school_code\nu0,A\nu1,A\nu2,B\nu3,B\n", encoding="utf-8")
    days = ["--from", "2025-09-01", "--until", "2026-09-01"]

    call_command("import_zones", str(file), "--district", DISTRICT, "--stage", "primary", *days, verbosity=0)

    publication = ZonePublication.objects.get()
    assert publication.plan.name == "zones.csv"
    assert (publication.in_force.lower, publication.in_force.upper) == (date(2025, 9, 1), date(2026, 9, 1))


def test_the_command_imports_nothing_when_the_period_is_taken(tmp_path: Path) -> None:
    small_county()
    file = tmp_path / "zones.csv"
    file.write_text("unit_id,school_id\nu0,A\nu1,A\nu2,B\nu3,B\n", encoding="utf-8")
    words = [str(file), "--district", DISTRICT, "--stage", "primary", "--from", "2025-09-01"]
    call_command("import_zones", *words, verbosity=0)

    with pytest.raises(CommandError, match="periods_overlap"):
        call_command("import_zones", *words, verbosity=0)

    assert ZonePlan.objects.count() == 1
