"""The commands of zoning, on the database; what they write is judged without it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.paths import BASE
from tests.services.worlds import DISTRICT, add_school, small_county
from zoning.engine.files import read_plan, read_tables
from zoning.engine.verify import violations
from zoning.models import ZonePlan

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

    with pytest.raises(CommandError, match="seats_exceeded"):
        call_command("draw_zones", *HERE, *SHORT, verbosity=0)

    assert not ZonePlan.objects.get().lawful


def test_refusals_of_commands_name_their_code(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no_such_district"):
        call_command("draw_zones", *HERE, verbosity=0)
    with pytest.raises(CommandError, match="no_such_plan"):
        call_command("publish_zones", *HERE, "--from", "2026-09-01", verbosity=0)
    with pytest.raises(CommandError, match="no_such_plan"):
        call_command("export_zones", str(tmp_path), *HERE, verbosity=0)
