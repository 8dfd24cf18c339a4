"""The commands of zoning, on the database; what they write is judged without it."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.paths import BASE
from geo_data.models import CatchmentUnit, Stage
from tests.services.worlds import DISTRICT, NOON, add_school, small_county
from zoning.engine.files import read_plan, read_tables
from zoning.engine.verify import violations
from zoning.models import ZonePlan
from zoning.services.plans import import_plan

pytestmark = pytest.mark.django_db

HERE = ("--district", DISTRICT, "--stage", "primary")
SHORT = ("--effort", "1")


def test_a_drawn_plan_is_written_as_files_that_strangers_can_judge(tmp_path: Path) -> None:
    county = small_county()
    add_school(county.schools, "A2", 0, 5)
    call_command("draw_zones", *HERE, *SHORT, verbosity=0)

    call_command("export_zones", str(tmp_path), *HERE, verbosity=0)

    tables = read_tables(*(tmp_path / f"{name}.csv" for name in ("units", "schools", "adjacency")))
    plan = read_plan(tmp_path / "plan.csv")
    assert plan == (("u0", "A"), ("u1", "A"), ("u2", "B"), ("u3", "B"))
    assert violations(tables.facts(), plan) == ()
    assert [(school.school_id, school.seats, school.group) for school in tables.schools] == [
        ("A", 25, "A"),
        ("A2", 5, "A"),
        ("B", 25, "B"),
    ]


@pytest.mark.parametrize(("damage", "code"), [(0, 0), (-1, 1)])
def test_the_bound_of_a_stored_plan_is_recomputed_by_the_stand_alone_checker(
    tmp_path: Path, damage: int, code: int
) -> None:
    small_county()
    call_command("draw_zones", *HERE, *SHORT, verbosity=0)
    call_command("export_zones", str(tmp_path), *HERE, verbosity=0)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    report["prices_mm"]["A"] += damage
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    checker = [sys.executable, str(BASE / "zoning/engine/verify_bound.py")]
    files = [f"--{name}={tmp_path / name}.csv" for name in ("units", "schools", "adjacency")]

    ended = subprocess.run([*checker, *files, f"--report={tmp_path / 'report.json'}"], capture_output=True)

    assert ended.returncode == code, ended.stderr


def test_a_district_without_a_lawful_plan_ends_in_a_draft_and_an_error() -> None:
    small_county(schools={"A": (0, 15), "B": (3, 15)})

    told = StringIO()
    with pytest.raises(CommandError, match="least overload"):
        call_command("draw_zones", *HERE, *SHORT, verbosity=0, stderr=told)

    assert not ZonePlan.objects.get().lawful
    assert told.getvalue().splitlines()[0] == "All schools together lack 10 seats."
    assert "Broken: A小学 · more children than seats · " in told.getvalue()


def test_the_bound_of_an_imported_plan_is_said_to_be_missing(tmp_path: Path) -> None:
    small_county()
    rows = [(f"u{i}", ["A" if i < 2 else "B"]) for i in range(4)]
    import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=rows)
    call_command("export_zones", str(tmp_path), *HERE, verbosity=0)
    checker = [sys.executable, str(BASE / "zoning/engine/verify_bound.py")]
    files = [f"--{name}={tmp_path / name}.csv" for name in ("units", "schools", "adjacency")]

    ended = subprocess.run([*checker, *files, f"--report={tmp_path / 'report.json'}"], capture_output=True)

    assert json.loads(ended.stdout) == {
        "proven": False,
        "faults": ["这个方案没有下界 / this plan has no bound"],
    }
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_with_zones_in_force_the_bound_of_few_changes_is_recomputed(tmp_path: Path) -> None:
    small_county((10, 10, 10, 10, 10), {"A": (0, 50), "B": (4, 50)})
    call_command("draw_zones", *HERE, *SHORT, verbosity=0)
    call_command("publish_zones", *HERE, "--from", "2020-09-01", verbosity=0)
    CatchmentUnit.objects.filter(code__in=["u0", "u1", "u2", "u3"]).update(township="甲镇")
    own = ("moved_child_m=77", "parted_child_m=9", "township_child_m=20", "class_seat_m=5")
    asked = (*(f"--weight={weight}" for weight in own), "--class-size=9")
    call_command("draw_zones", *HERE, *SHORT, *asked, verbosity=0)
    call_command("export_zones", str(tmp_path), *HERE, "--plan=2", verbosity=0)
    checker = [sys.executable, str(BASE / "zoning/engine/verify_bound.py")]
    files = [f"--{name}={tmp_path / name}.csv" for name in ("units", "schools", "adjacency")]

    ended = subprocess.run([*checker, *files, f"--report={tmp_path / 'report.json'}"], capture_output=True)

    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["objective"]["weights"]["moved_child_m"] == 77
    assert report["objective"]["class_size"] == 9
    assert len(report["zones_in_force"]) == 5
    assert ended.returncode == 0, ended.stdout


def test_refusals_of_commands_name_their_code(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no_such_district"):
        call_command("draw_zones", *HERE, verbosity=0)
    with pytest.raises(CommandError, match="no_such_plan"):
        call_command("publish_zones", *HERE, "--from", "2026-09-01", verbosity=0)
    with pytest.raises(CommandError, match="no_such_plan"):
        call_command("export_zones", str(tmp_path), *HERE, verbosity=0)
