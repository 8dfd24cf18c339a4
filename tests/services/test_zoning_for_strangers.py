"""What export_zones writes is checked by the programs beside it, as a stranger would, for every kind of plan."""

import csv
import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from geo_data.models import Stage
from geo_data.services.import_streets import import_streets
from geo_data.tables.rule_table import stated
from tests.services.accounts_world import officer
from tests.services.drawn_world import drawn
from tests.services.projection_world import counted, projected
from tests.services.street_world import AT, MIDDLE, measured, streets_file, with_streets
from tests.services.worlds import DISTRICT, NOON, add_school, small_county
from zoning.models import ZonePlan
from zoning.selectors.choices import Demand, Later
from zoning.services.plans import import_plan, move_units
from zoning.services.publications import publish_plan
from zoning.services.rules import state_rule

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
Told = dict[str, Any]


def draw(**how: Any) -> ZonePlan:
    return drawn(now=LATER, **how)


def state(kind: str, unit: str = "", other: str = "", school: str = "", metres: int | None = None) -> None:
    one = stated(kind, unit, other, school, metres, "会议纪要")
    state_rule(actor=officer(), now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, stated=one)


def exported(plan: ZonePlan, folder: Path) -> Path:
    call_command(
        "export_zones", str(folder), district=DISTRICT, stage="primary", plan=plan.number, verbosity=0
    )
    return folder


def asked(folder: Path) -> list[tuple[int, str]]:
    """Run both commands of README.txt as it states them; return exit status and answer of each."""
    told = (folder / "README.txt").read_text(encoding="utf-8")
    commands = [line.split()[1:] for line in told.splitlines() if line.startswith("    python ")]
    assert [command[0] for command in commands] == ["verify.py", "verify_bound.py"]
    answers = []
    for command in commands:
        python = [sys.executable, "-I", "-S", "-X", "utf8"]
        done = subprocess.run([*python, *command], cwd=folder, capture_output=True, encoding="utf-8")
        assert done.stderr == "", shlex.join(command)
        answers.append((done.returncode, done.stdout))
    return answers


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.reader(handle))


def by_lines(_: Path) -> ZonePlan:
    small_county()
    return draw()


def by_walks(folder: Path) -> ZonePlan:
    """Between the west and the east there is no way: twice the straight line counts."""
    small_county((10, 10, 10, 10))
    lines = [
        ("支路", "西街", [(AT[0], MIDDLE), (AT[1], MIDDLE)]),
        ("支路", "东街", [(AT[2], MIDDLE), (AT[3], MIDDLE)]),
    ]
    import_streets(actor=None, now=NOON, district_code=DISTRICT, path=streets_file(folder, lines))
    measured()
    return draw()


def with_shared_zones(folder: Path) -> ZonePlan:
    county = small_county((10, 10, 10, 10, 10), {"A": (0, 30), "B": (2, 20), "C": (4, 20)})
    add_school(county.schools, "A2", 0, 5)
    return draw(school_groups=[["A", "C"]], preset="balanced")


def of_years(later: Later) -> Callable[[Path], ZonePlan]:
    def plan(_: Path) -> ZonePlan:
        county = counted()
        add_school(county.schools, "C", 1, 20)
        projected()
        return draw(demand=Demand.PROJECTED, later=later, entry_year=2026, school_groups=[["A", "C"]])

    return plan


def under_rules(folder: Path) -> ZonePlan:
    """A lock, an enclave, a cap, a cut and a forbidden pair of a school without seats, which means nothing."""
    county = small_county((10, 10, 10, 10, 10, 10), {"A": (0, 40), "B": (5, 40)})
    add_school(county.schools, "Z", 2, 0)
    state("lock", "u1", school="A")
    state("enclave", "u4", school="A")
    state("lock", "u4", school="A")
    state("no_link", "u2", "u3")
    state("link", "u3", "u5")
    state("cap", metres=4000)
    state("forbid", "u1", school="Z")
    return draw()


def with_few_changes(_: Path) -> ZonePlan:
    """An island of the zones in force stays."""
    small_county((10, 10, 10, 10, 10), {"A": (0, 40), "B": (4, 40)})
    zones = [("u0", ["A"]), ("u1", ["A"]), ("u2", ["B"]), ("u3", ["A"]), ("u4", ["B"])]
    plan = import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=zones)
    publish_plan(actor=None, now=NOON, plan_id=plan.pk, from_on=date(2026, 1, 1), until_on=None)
    return draw(preset="fewest_changes", weights={"moved_child_m": 5000})


def moved(plan: ZonePlan, **zones: str) -> ZonePlan:
    return move_units(actor=None, now=LATER, plan_id=plan.pk, moves=zones, reason="走得通")


def moved_by_hand(folder: Path) -> ZonePlan:
    small_county((5, 5, 5, 5))
    with_streets(folder)
    measured()
    return moved(draw(), u1="B")


def moved_with_islands(folder: Path) -> ZonePlan:
    return moved(with_few_changes(folder), u1="A", u2="A")


@pytest.mark.parametrize(
    "make",
    [
        by_lines,
        by_walks,
        with_shared_zones,
        of_years(Later.KEPT),
        of_years(Later.WEIGHED),
        under_rules,
        with_few_changes,
        moved_by_hand,
        moved_with_islands,
    ],
)
def test_the_files_of_a_lawful_plan_pass_both_programs(
    tmp_path: Path, make: Callable[[Path], ZonePlan]
) -> None:
    plan = make(tmp_path)
    assert plan.lawful

    (code, told), (proven, verdict) = asked(exported(plan, tmp_path / "out"))

    assert (code, told.count("✗")) == (0, 0), told
    assert "报告的数字已重算一致" in told
    assert (proven, json.loads(verdict)["faults"]) == (0, [])


def test_walks_go_out_as_they_counted_with_the_measure_named(tmp_path: Path) -> None:
    plan = by_walks(tmp_path)

    out = exported(plan, tmp_path / "out")

    [header, *told] = rows(out / "distances.csv")
    assert header == ["unit_id", "school_id", "metres"]
    assert len(told) == 8
    assert ["u1", "B", "3695"] in told  # no way: twice 1847.6
    assert plan.measure is not None
    readme = (out / "README.txt").read_text(encoding="utf-8")
    assert f"walking metres of measure 1 ({plan.measure.pk})" in readme
    assert json.loads((out / "report.json").read_text("utf-8"))["basis"]["measure"] == str(plan.measure.pk)


def test_walks_beyond_the_cap_are_left_out_but_for_the_plan_itself(tmp_path: Path) -> None:
    small_county((5, 5, 5, 5))
    with_streets(tmp_path)
    measured()
    state("cap", metres=2000)
    lawful = draw()
    draft = moved(lawful, u1="B", u0="B")

    kept, of_draft = (
        [pair[:2] for pair in rows(exported(plan, tmp_path / str(plan.number)) / "distances.csv")[1:]]
        for plan in (lawful, draft)
    )

    assert kept == [["u0", "A"], ["u1", "A"], ["u1", "B"], ["u2", "A"], ["u2", "B"], ["u3", "B"]]
    assert of_draft == [["u0", "A"], ["u0", "B"], *kept[1:]]
    assert asked(tmp_path / str(lawful.number))[0][0] == 0


def test_the_same_plan_is_drawn_again_from_its_files(tmp_path: Path) -> None:
    out = exported(by_walks(tmp_path), tmp_path / "out")

    files = [f"--{name}={out / name}.csv" for name in ("units", "schools", "adjacency", "distances")]
    call_command("draw_zones", *files, f"--out={out / 'again.csv'}", "--effort=1", verbosity=0)

    assert (out / "again.csv").read_bytes() == (out / "plan.csv").read_bytes()


def test_a_draft_is_told_with_the_rules_that_its_report_says_are_broken(tmp_path: Path) -> None:
    small_county()
    draft = moved(draw(), u1="B", u2="A")
    assert not draft.lawful

    (code, told), (proven, _) = asked(exported(draft, tmp_path))

    assert (code, proven) == (1, 0)
    assert [line for line in told.splitlines() if "报告" in line] == [
        "报告的数字已重算一致 / the report's figures were recomputed and agree"
    ]
    assert "units u2 of zone A are cut off from its schools" in told
    assert "units u1 of zone B are cut off from its schools" in told


def test_an_imported_plan_is_judged_and_has_no_bound(tmp_path: Path) -> None:
    small_county()
    zones = [(f"u{i}", ["A"] if i < 2 else ["B"]) for i in range(4)]
    plan = import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=zones)

    (code, told), (proven, verdict) = asked(exported(plan, tmp_path))

    assert (code, "报告的数字已重算一致" in told) == (0, True)
    assert (proven, json.loads(verdict)["faults"]) == (1, ["这个方案没有下界 / this plan has no bound"])
    assert "这个方案没有下限" in (tmp_path / "README.txt").read_text(encoding="utf-8")


def test_an_edit_that_may_have_more_islands_than_its_base_states_no_bound(tmp_path: Path) -> None:
    small_county((10, 10, 10, 10, 10), {"A": (0, 40), "B": (4, 40)})
    base = draw()
    zones = [("u0", ["A"]), ("u1", ["A"]), ("u2", ["B"]), ("u3", ["A"]), ("u4", ["B"])]
    other = import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=zones)
    publish_plan(actor=None, now=NOON, plan_id=other.pk, from_on=date(2026, 1, 1), until_on=None)

    edited = moved(base, u2="A" if base.report["loads"]["B"] > 20 else "B")

    assert base.report["lower_bound"] > 0
    assert edited.report["islands"] == [["u2", "B"], ["u3", "A"]]
    assert {"lower_bound", "prices_mm", "proof", "rules"}.isdisjoint(edited.report)
    assert edited.report["gap"] is None
    (code, _), (proven, _) = asked(exported(edited, tmp_path))
    assert (code, proven) == (0, 1)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("plan.csv", "u1,A", "u1,B", "zone B has 5 more children than seats"),
        ("distances.csv", "u1,A,923", "u1,A,922", "cost_km is wrong"),
        ("units.csv", "3764216.156,10", "3764216.156,9", "loads is wrong"),
        ("schools.csv", "A,u0,25", "A,u0,19", "zone A has 1 more children than seats"),
        ("report.json", '"lawful": true', '"lawful": false', "unlawful, which it is not"),
    ],
)
def test_a_changed_file_of_an_export_is_noticed(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    out = exported(by_walks(tmp_path), tmp_path / "out")
    before = (out / file).read_text(encoding="utf-8")
    assert old in before
    (out / file).write_text(before.replace(old, new, 1), encoding="utf-8")

    (code, told), _ = asked(out)

    assert (code, said in told) == (1, True)
