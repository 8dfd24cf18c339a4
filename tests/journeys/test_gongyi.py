"""The main job on a real county: Gongyi's villages and schools, from files to results that strangers can check."""

import json
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta, timezone
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role
from admissions.models import Placement
from admissions.rules.policy_records import ApprovalStep
from frontend.management.demo_policy import past_policy, published_at
from geo_data.models import CatchmentUnit, Dataset, District
from tests.services.accounts_world import staff
from zoning.models import ZonePlan

SHARED = Path(__file__).resolve().parents[3] / "shared"
GONGYI = SHARED / "data" / "gongyi"
CHECK_PLAN = SHARED / "bench" / "check_plan.py"
DISTRICT, YEAR = "410181", 2026
CHINA = timezone(timedelta(hours=8))
SUMMER = datetime(YEAR, 9, 1, tzinfo=CHINA)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not GONGYI.is_dir(), reason="../shared/data/gongyi is not here"),
]


def say(command: str, *arguments: object, **options: object) -> str:
    """Run a command as typed, and return what it printed."""
    out = StringIO()
    typed = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    call_command(command, *map(str, arguments), *typed, stdout=out, stderr=out)
    return out.getvalue()


def refused(command: str, *arguments: object, **options: object) -> str:
    """Run a command that must refuse, and return what it printed."""
    out = StringIO()
    typed = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    with pytest.raises(CommandError):
        call_command(command, *map(str, arguments), *typed, stdout=out, stderr=out)
    return out.getvalue()


UNITS = {"district": DISTRICT, "crs": "EPSG:4497", "create_district": "巩义市", "working_crs": 4497}
THIS = {"district": DISTRICT, "stage": "primary", "year": YEAR}


def import_with_findings() -> None:
    """The file as it is has 4 invalid polygons; made valid, 8 units still break the coverage; nothing is kept."""
    found = refused("import_units", GONGYI / "units.gpkg", **UNITS)
    assert found.count("invalid") == 4, found
    found = refused("import_units", GONGYI / "units.gpkg", **UNITS, repair="make_valid")
    assert not Dataset.objects.exists()
    assert not District.objects.exists()
    say("import_units", GONGYI / "units.gpkg", **UNITS, repair="make_valid,snap")
    assert CatchmentUnit.objects.count() == 1276
    assert sum(unit.children or 0 for unit in CatchmentUnit.objects.all()) == 40995
    say("import_schools", GONGYI / "schools.csv", district=DISTRICT, crs="EPSG:4497", stage="primary")


def lawful_zones_in_force(folder: Path) -> None:
    """Zones are drawn, judged by the independent checker, and put in force."""
    say("draw_zones", district=DISTRICT, stage="primary", effort=20, seed=1)
    assert ZonePlan.objects.get().lawful
    say("export_zones", folder, district=DISTRICT, stage="primary")
    judged = judge(folder)
    assert judged["lawful"], judged
    say("publish_zones", "--from", f"{YEAR}-03-01", district=DISTRICT, stage="primary")


def round_to_results(folder: Path) -> None:
    """One year's entrants apply, and the round runs to published results."""
    say("make_sample_children", district=DISTRICT, year=YEAR, seed=1)
    for name in ("writer", "one", "two"):
        staff(Role.DISTRICT_OFFICER, DISTRICT, username=name)
    policy = past_policy(DISTRICT, YEAR, SUMMER)
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    steps = [part for step in ApprovalStep for part in ("--step", f"{step}=第 1 号")]
    people = ["--writer=writer", "--approver=one", "--approver=two"]
    say(
        "approve_policy",
        *steps,
        *people,
        district=DISTRICT,
        policy=folder / "policy.yaml",
        at=published_at(policy),
    )
    say("open_round", **THIS)
    say("make_sample_applications", **THIS, seed=1, at=f"{YEAR}-06-16T12:00+08:00")
    values = ["--public-value", "lottery=05 12 17 23 28 31 + 09", "--public-value", "room=4 8 15 16 23"]
    say(
        "run_round",
        "--accept-rest",
        *values,
        "--officer=one",
        "--officer=two",
        **THIS,
        at=f"{YEAR}-07-12T12:00+08:00",
    )
    assert Placement.objects.count() > 6000


def test_gongyi_goes_from_files_to_results_that_strangers_can_check(tmp_path: Path) -> None:
    import_with_findings()
    lawful_zones_in_force(tmp_path / "plan")
    round_to_results(tmp_path)
    say("verify_round", **THIS, out=tmp_path / "bundle.zip")
    strangers_check(tmp_path / "bundle.zip", tmp_path / "stranger")


def judge(folder: Path) -> dict[str, object]:
    """Let the independent checker read the plan as files."""
    files = [
        part
        for name in ("units", "schools", "adjacency", "plan")
        for part in (f"--{name}", str(folder / f"{name}.csv"))
    ]
    done = subprocess.run(
        [sys.executable, str(CHECK_PLAN), *files], capture_output=True, text=True, check=False
    )
    judged: dict[str, object] = json.loads(done.stdout)
    return judged


def strangers_check(bundle: Path, folder: Path) -> None:
    """Check the bundle as a stranger would: in an empty folder, with Python's standard library alone."""
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    for script in ("verify_lottery.py", "verify_matching.py"):
        done = subprocess.run(
            [sys.executable, "-I", "-S", script, "."], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
