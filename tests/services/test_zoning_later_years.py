"""Plans that weigh or keep the later entry years of a projection, and shared zones in the files for strangers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import AuditEvent
from config.paths import BASE
from frontend.pages.officers.forms import DrawForm
from geo_data.models import SchoolSeats, Stage
from tests.services.projection_world import add_housing, counted, projected
from tests.services.worlds import DISTRICT, NOON, County, add_school
from zoning.models import ZonePlan
from zoning.selectors.basis import LaterYearsNeedProjection
from zoning.selectors.choices import Demand, Later
from zoning.selectors.plans import plan_content
from zoning.services.drawing import draw_zones_of_district
from zoning.services.plans import move_units

pytestmark = pytest.mark.django_db


def draw(later: Later, demand: Demand = Demand.PROJECTED, **changes: object) -> ZonePlan:
    asked: dict[str, object] = {"district_code": DISTRICT, "stage": Stage.PRIMARY, "effort": 1, **changes}
    return draw_zones_of_district(actor=None, now=NOON, demand=demand, later=later, **asked)  # type: ignore[arg-type]


def few_seats_in_2028(county: County) -> None:
    """B may take twelve children in 2028: the fourth estate alone fills it."""
    SchoolSeats.objects.create(dataset=county.schools, school_code="B", year=2028, grade=1, planned_intake=12)


def test_later_years_are_ignored_unless_asked_for() -> None:
    few_seats_in_2028(counted())
    projected()

    plan = draw(Later.IGNORED)

    assert plan_content(plan).zone_of == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}
    assert "later" not in plan.report["basis"]
    assert plan.report["later"] == {}


def test_a_year_with_fewer_seats_moves_an_estate_where_all_years_are_kept() -> None:
    few_seats_in_2028(counted())
    projected()

    plan = draw(Later.KEPT)

    assert plan.lawful
    assert plan_content(plan).zone_of == {"u0": "A", "u1": "A", "u2": "A", "u3": "B"}
    assert plan.report["basis"]["later"] == "kept"
    assert plan.report["basis"]["later_years"] == [2027, 2028, 2029, 2030, 2031]
    assert plan.report["later"]["2028"]["seats"] == {"A": 30, "B": 12}
    assert plan.report["later"]["2027"]["seats"] == {"A": 30, "B": 30}
    assert plan.report["later"]["2028"]["loads"]["B"] <= 12


def test_an_edit_is_judged_by_the_years_of_its_plan() -> None:
    few_seats_in_2028(counted())
    projected()
    plan = draw(Later.KEPT)

    edited = move_units(actor=None, now=NOON, plan_id=plan.pk, moves={"u2": "B"}, reason="residents asked")

    assert not edited.lawful
    found = [(one["code"], one["zone"], one["year"]) for one in edited.report["violations"]]
    assert found == [("later_seats_exceeded", "B", 2028)]


def test_an_estate_to_be_built_breaks_kept_years_and_only_costs_weighed_ones() -> None:
    add_housing(counted())
    projected()

    kept, weighed = draw(Later.KEPT), draw(Later.WEIGHED)

    assert not kept.lawful
    assert {one["code"] for one in kept.report["violations"]} == {"later_seats_exceeded"}
    assert {one["code"] for one in kept.report["hopeless"]} == {
        "later_seats_short_everywhere",
        "unit_too_large",
    }
    assert weighed.lawful
    assert weighed.report["basis"]["later"] == "weighed"


def test_later_years_without_a_projection_are_refused_and_nothing_is_stored() -> None:
    counted()

    with pytest.raises(LaterYearsNeedProjection):
        draw(Later.KEPT, demand=Demand.COUNTED)

    assert not ZonePlan.objects.exists()
    assert not AuditEvent.objects.filter(action="zone_plan.stored").exists()


def test_the_command_draws_shared_zones_and_a_stranger_recomputes_the_bound_from_the_files(
    tmp_path: Path,
) -> None:
    county = counted()
    add_school(county.schools, "C", 1, 20)
    projected()
    here = ["--district", DISTRICT, "--stage", "primary"]

    call_command(
        "draw_zones", *here, "--demand", "projection", "--later", "kept", "--share", "A,C", "--effort", "1",
        "--entry-year", "2026", verbosity=0,
    )  # fmt: skip
    call_command("export_zones", str(tmp_path), *here, verbosity=0)
    names = ("units", "schools", "adjacency")
    files = [part for name in names for part in (f"--{name}", str(tmp_path / f"{name}.csv"))]
    checker = [sys.executable, str(BASE / "zoning/engine/verify_bound.py"), *files]
    asked = subprocess.run(
        [*checker, "--report", str(tmp_path / "report.json")], capture_output=True, text=True, check=False
    )

    assert json.loads(asked.stdout)["proven"], asked.stdout
    rows = (tmp_path / "schools.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "school_id,unit_id,seats,group,seats_2027,seats_2028,seats_2029,seats_2030,seats_2031"
    assert [row.split(",")[3] for row in rows[1:]] == ["A", "A", "B"]
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert set(report["shared_zones"]["A"]) == {"A", "C"}
    changed = {**report, "lower_bound": report["lower_bound"] * 1.001}
    (tmp_path / "changed.json").write_text(json.dumps(changed), encoding="utf-8")
    refused = subprocess.run(
        [*checker, "--report", str(tmp_path / "changed.json")], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1


@pytest.mark.parametrize(
    ("written", "groups"),
    [
        ("", []),
        ("A,B", [["A", "B"]]),
        (" A ， B、C \n\n D,E,", [["A", "B", "C"], ["D", "E"]]),
    ],
)
def test_the_page_reads_a_line_for_each_shared_zone(written: str, groups: list[list[str]]) -> None:
    form = DrawForm({"stage": "primary", "later": "kept", "shared": written})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["shared"] == groups
    assert form.cleaned_data["later"] == "kept"
