"""The commands of a stranger: plans drawn from files pass both, damaged plans, reports and files are each caught."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pure.verify_world import (
    AGREES,
    TOWNS,
    Text,
    Told,
    change,
    drawn,
    judge,
    prove,
    replaced,
)
from zoning.engine import verify
from zoning.engine.files import read_plan, read_tables


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Draws a town once; tests get copies of it."""
    made: dict[str, Path] = {}

    def town(name: str) -> Path:
        if name not in made:
            made[name] = drawn(tmp_path_factory.mktemp(name), name)
        copy = tmp_path_factory.mktemp("copy")
        return Path(shutil.copytree(made[name], copy, dirs_exist_ok=True))

    return town


@pytest.mark.parametrize("name", list(TOWNS))
def test_every_kind_of_plan_passes_both_programs(towns: Callable[[str], Path], name: str) -> None:
    folder = towns(name)
    told: Told = json.loads((folder / "report.json").read_text(encoding="utf-8"))

    assert told["lawful"] is True
    assert told["distances"] == ("stated" if TOWNS[name].walks else "straight")
    code, said = judge(folder)
    assert (code, said.splitlines()[-1]) == (0, AGREES), said
    proven, verdict = prove(folder)
    assert (proven, verdict["faults"]) == (0, [])


def has_old_python() -> bool:
    """Say whether a Python 3.9 can be called: a name alone may stand for one that is not there."""
    found = shutil.which("python3.9")
    return found is not None and subprocess.run([found, "-V"], capture_output=True).returncode == 0


@pytest.mark.skipif(not has_old_python(), reason="no Python 3.9 on this machine")
def test_the_programs_run_on_python_3_9(towns: Callable[[str], Path]) -> None:
    folder = towns("all")

    assert judge(folder, python="python3.9")[0] == 0
    assert prove(folder, python="python3.9")[0] == 0


def test_terms_of_several_kinds_are_there_to_be_recomputed(towns: Callable[[str], Path]) -> None:
    terms: dict[str, set[str]] = {}
    for name in TOWNS:
        told: Told = json.loads((towns(name) / "report.json").read_text(encoding="utf-8"))
        terms[name] = {term for term, cost in told["objective"]["terms_mm"].items() if cost}

    assert terms["straight"] == {"walked", "border"}
    assert terms["shared"] >= {"walked", "even"}
    assert terms["in_force"] == {"walked", "moved", "moved_units"}
    assert terms["soft"] >= {"walked", "moved_units", "parted", "township", "crossings", "classes"}
    assert terms["land"] >= {"filling", "shape"}
    assert terms["all"] >= {"walked", "moved", "even", "border"}


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("straight", lambda text: text + "c9r9,s1\n", "unit c9r9 of the plan is not in the units file"),
        ("straight", lambda text: text + "c0r0,s1\n", "unit c0r0 has more than one row"),
        ("straight", lambda text: text.replace("c0r0,s1\n", ""), "the plan leaves out unit c0r0"),
        ("straight", replaced("c0r0,s1", "c0r0,s9"), "unit c0r0 has s9, which is no zone"),
        ("straight", replaced("c0r0,s1", "c0r0,s4"), "units c0r0 of zone s4 are cut off from its schools"),
        ("straight", replaced("c1r1,s1", "c1r1,s2"), "unit c1r1, where a school of zone s1 stands"),
        ("straight", lambda text: text.replace(",s2", ",s1"), "zone s1 has "),
        ("shared", replaced("c0r0,s1", "c0r0,s4"), "unit c0r0 has s4, which is no zone"),
        ("kept", lambda text: text.replace(",s2", ",s1"), "in 2027 zone s1 has "),
        ("rules", replaced("c2r0,s1", "c2r0,s2"), "unit c2r0 is locked to s1 but is in another zone"),
        ("rules", replaced("c2r2,s1", "c2r2,s4"), "unit c2r2 must not have s4 but has it"),
        ("rules", replaced("c2r2,s1", "c2r2,s4"), "unit c2r2 is in another township"),
        ("walks", replaced("c0r0,s1", "c0r0,s4"), "unit c0r0 is too far from the schools of zone s4"),
    ],
)
def test_a_damaged_plan_is_told_rule_by_rule(
    towns: Callable[[str], Path], name: str, how: Text, said: str
) -> None:
    folder = towns(name)
    change(folder / "plan.csv", how)

    code, told = judge(folder)
    alone, told_alone = judge(folder, *(["--every-year"] if name == "kept" else []), report=False)

    assert (code, alone) == (1, 1)
    assert said in told
    assert said in told_alone
    assert "报告说方案合法，其实不合法" in told
    assert "NOT lawful" in told


def test_a_moved_unit_in_a_lawful_plan_makes_the_report_wrong(towns: Callable[[str], Path]) -> None:
    folder = towns("straight")
    tables = read_tables(*(folder / f"{part}.csv" for part in ("units", "schools", "adjacency")))
    zone_of = dict(read_plan(folder / "plan.csv"))
    moved = next(
        (unit, zone_of[other])
        for pair in tables.adjacency
        for unit, other in (pair, pair[::-1])
        if zone_of[unit] != zone_of[other]
        and not verify.violations(tables.facts(), [*({**zone_of, unit: zone_of[other]}).items()])
    )
    change(folder / "plan.csv", replaced(f"{moved[0]},{zone_of[moved[0]]}", ",".join(moved)))

    code, told = judge(folder)

    assert code == 1
    assert "The plan is lawful" in told
    for name in ("cost_km", "loads", "objective"):
        assert f"{name} is wrong" in told


def at(*path: str, add: float = 1) -> Callable[[Told], None]:
    """Return a damage: the number at this place of the report is another."""

    def damage(told: Told) -> None:
        for name in path[:-1]:
            told = told[name]
        told[path[-1]] += add

    return damage


def setting(name: str, value: Any) -> Callable[[Told], None]:
    return lambda told: told.update({name: value})


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        ("straight", at("cost_km", add=1e-6), "cost_km is wrong"),
        ("straight", at("loads", "s1"), "loads is wrong: {'s1'"),
        ("straight", at("seats", "s4"), "seats is wrong: {'s4'"),
        ("straight", setting("lawful", False), "calls the plan unlawful, which it is not"),
        ("straight", setting("loads", {}), "loads is wrong"),
        ("straight", setting("objective", 7), "the report is malformed"),
        *(
            ("straight", at("objective", "terms_mm", term), "objective is wrong")
            for term in ("walked", "moved", "even", "border", "filling", "shape", "worst_year")
        ),
        ("straight", at("objective", "cost_mm"), "objective is wrong"),
        ("straight", at("objective", "weights", "border_m"), "objective is wrong"),
        ("walks", at("objective", "terms_mm", "walked"), "objective is wrong"),
        ("walks", at("cost_km", add=1e-6), "cost_km is wrong"),
        ("shared", at("shared_zones", "s1", "s4", "children_nearest"), "shared_zones is wrong"),
        ("shared", at("objective", "terms_mm", "even"), "objective is wrong"),
        ("kept", at("later", "2028", "loads", "s2"), "later is wrong: {'2028'"),
        ("weighed", at("later", "2027", "seats", "s2"), "later is wrong"),
        ("weighed", at("objective", "terms_mm", "worst_year"), "objective is wrong"),
        ("in_force", at("moved_children"), "moved_children is wrong"),
        ("in_force", setting("moved_units", ["c0r0"]), "moved_units is wrong"),
        ("in_force", setting("zones_in_force", {"c0r0": "s1"}), "zones_in_force is wrong"),
        ("in_force", at("objective", "terms_mm", "moved"), "objective is wrong"),
        ("land", at("roundness", "s3"), "roundness is wrong: {'s3'"),
        ("land", at("objective", "terms_mm", "shape"), "objective is wrong"),
    ],
)
def test_a_damaged_figure_is_named(
    towns: Callable[[str], Path], name: str, damage: Callable[[Told], None], said: str
) -> None:
    folder = towns(name)
    told: Told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    damage(told)
    (folder / "report.json").write_text(json.dumps(told), encoding="utf-8")

    code, answer = judge(folder)

    assert code == 1
    assert said in answer
    assert AGREES not in answer


@pytest.mark.parametrize(
    ("name", "file", "how", "said"),
    [
        ("walks", "distances", replaced("c0r0,s1,200.0", "c0r0,s1,-1"), "line 2: metres “-1”"),
        ("walks", "distances", replaced("c0r0,s1,200.0", "c0r0,s1,"), "line 2: metres “”"),
        ("walks", "distances", replaced("c0r0,s1,200.0", "c0r0,s1,inf"), "line 2: metres “inf”"),
        ("walks", "distances", replaced("c0r0,s1", "c9r9,s1"), "line 2: unit_id “c9r9”"),
        ("walks", "distances", replaced("c0r0,s1", "c0r0,s7"), "line 2: school_id “s7”"),
        ("walks", "distances", replaced("c0r0,s2", "c0r0,s1"), "line 3: c0r0, s1 重复"),
        ("walks", "distances", replaced("metres", "meters"), "distances.csv: 没有列 / no column metres"),
        ("straight", "units", replaced("c0r0,0.5", "c0r0,west"), "line 2: x_m “west”"),
        ("straight", "units", replaced("c0r1,", "c0r0,"), "line 3: unit_id “c0r0” 空白或重复"),
        ("straight", "schools", replaced(",70,", ",70.5,"), "line 2: seats “70.5” 不是整数"),
        ("straight", "schools", replaced("c1r1", "c9r9"), "line 2: unit_id “c9r9”"),
        ("straight", "adjacency", replaced("c0r0,", "c9r9,"), "line 2: unit_a “c9r9”"),
        ("rules", "rules", replaced("forbid", "prefer"), "line 4: 没有“prefer”这种约束"),
        ("rules", "rules", replaced("lock,c5r5", "lock,c2r0"), "line 3: unit_id “c2r0” 空白或重复"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_by_both_programs(
    towns: Callable[[str], Path], name: str, file: str, how: Text, said: str
) -> None:
    folder = towns(name)
    change(folder / f"{file}.csv", how)

    assert (judge(folder)[0], judge(folder)[1].count("✗")) == (2, 1)
    assert said in judge(folder)[1]
    code, told = prove(folder)
    assert (code, told["proven"]) == (2, False)
    assert said in told["faults"][0]


def test_a_plan_by_walks_is_not_judged_by_straight_lines_nor_the_reverse(
    towns: Callable[[str], Path],
) -> None:
    by_walks, by_lines = towns("walks"), towns("straight")
    shutil.move(by_walks / "distances.csv", by_lines / "distances.csv")

    for folder, said in (
        (by_walks, "name their file with --distances; straight lines are no substitute"),
        (by_lines, "the report says straight lines"),
    ):
        code, told = judge(folder)
        assert (code, said in told) == (2, True)
        bound_code, verdict = prove(folder)
        assert (bound_code, said in verdict["faults"][0]) == (2, True)


def test_other_walks_than_the_plan_was_drawn_by_are_told(towns: Callable[[str], Path]) -> None:
    folder = towns("walks")
    change(folder / "distances.csv", replaced("c0r0,s1,200.0", "c0r0,s1,200.001"))

    assert "cost_km is wrong" in judge(folder)[1]
    assert not prove(folder)[1]["proven"]


def test_rules_of_the_report_are_not_believed_without_their_file(towns: Callable[[str], Path]) -> None:
    for name in ("rules", "all"):
        folder = towns(name)
        (folder / "rules.csv").unlink()

        code, told = judge(folder)

        assert (code, "name their file with --rules" in told) == (2, True)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("{", 2),
        ("[]", 2),
        ("{}", 1),
        ('{"rules": 7}', 1),
        ('{"rules": {}, "lower_bound": 1}', 1),
        ('{"objective": {}}', 1),
    ],
)
def test_a_report_in_pieces_proves_nothing_and_topples_nothing(
    towns: Callable[[str], Path], text: str, status: int
) -> None:
    folder = towns("straight")
    (folder / "report.json").write_text(text, encoding="utf-8")

    proven, verdict = prove(folder)

    assert judge(folder)[0] == proven == status
    assert verdict["faults"]


def test_a_report_that_keeps_a_figure_back_is_told(towns: Callable[[str], Path]) -> None:
    folder = towns("straight")
    told: Told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    del told["cost_km"]
    (folder / "report.json").write_text(json.dumps(told), encoding="utf-8")

    code, said = judge(folder)

    assert (code, "the report lacks cost_km" in said) == (1, True)


def test_an_island_in_force_may_stay_only_where_the_zones_in_force_show_it(
    towns: Callable[[str], Path],
) -> None:
    folder = towns("in_force")
    change(folder / "plan.csv", replaced("c5r5,s4", "c5r5,s1"))

    _, with_file = judge(folder, report=False)
    (folder / "in_force.csv").unlink()
    _, without = judge(folder, report=False)

    assert "cut off" not in with_file
    assert "units c5r5 of zone s1 are cut off" in without


def test_ids_that_a_spreadsheet_would_run_are_the_same_ids_in_every_file(
    towns: Callable[[str], Path],
) -> None:
    folder = towns("straight")
    for file in ("units", "adjacency", "plan"):
        change(
            folder / f"{file}.csv", lambda text: text.replace("c0r0,", "'=c0,").replace("c0r0\n", "'=c0\n")
        )

    assert judge(folder, report=False)[0] == 0


def test_the_programs_say_what_they_lack(towns: Callable[[str], Path]) -> None:
    folder = towns("straight")
    (folder / "verify_figures.py").unlink()
    assert "needs verify_figures.py" in judge(folder)[1]
    assert judge(folder, report=False)[0] == 0

    (folder / "report.json").unlink()
    assert "report.json: 打不开" in judge(folder)[1]

    (folder / "verify_files.py").unlink()
    assert judge(folder, report=False) == (
        2,
        "✗ 需要同一文件夹里的 verify_files.py / needs verify_files.py in the same folder\n",
    )
