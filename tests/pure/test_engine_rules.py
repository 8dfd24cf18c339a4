"""Rules of drawing in the file form: what each means for engine and check, both sides of every boundary."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tests.pure.engine_worlds import facts_of, street
from tests.pure.stranger import bound_verdict
from zoning.engine.building import build_problem
from zoning.engine.files import Tables
from zoning.engine.judge import broken
from zoning.engine.problem import Wishes
from zoning.engine.rules import Rule, RuleKind, adjacency_under, wishes_under
from zoning.engine.verify import Facts, Place, Site, Violation, violations

UNITS = "unit_id,x_m,y_m,children,township\n" + "".join(
    f"u{i},{100 * i},0,10,{'东' if i < 3 else '西'}\n" for i in range(6)
)
SCHOOLS = "school_id,unit_id,seats\ns0,u0,60\ns5,u5,60\n"
PAIRS = "unit_a,unit_b\n" + "".join(f"u{i},u{i + 1}\n" for i in range(5))


def draw(folder: Path, rules: str) -> tuple[dict[str, str], dict[str, object]]:
    for name, text in (("units", UNITS), ("schools", SCHOOLS), ("adjacency", PAIRS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "rules.csv").write_text("rule,unit_id,other_unit_id,school_id,metres,reason\n" + rules, "utf-8")
    names = ("units", "schools", "adjacency", "rules")
    files = [f"--{name}={folder / name}.csv" for name in names]
    call_command(
        "draw_zones", *files, f"--out={folder / 'plan.csv'}", f"--report={folder / 'r.json'}", "--effort=1"
    )
    rows = (folder / "plan.csv").read_text("utf-8").split()[1:]
    return dict(row.split(",") for row in rows), json.loads((folder / "r.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("rules", "with_s0"),
    [
        ("township,,,,,不跨乡镇\n", "u0 u1 u2"),
        ("lock,u3,,s0,,历史\n", "u0 u1 u2 u3"),
        ("forbid,u2,,s0,,铁路\n", "u0 u1"),
        ("no_link,u1,u2,,,高速\n", "u0 u1"),
        ("no_link,u2,u1,,,高速\n", "u0 u1"),
        ("cap,,,,200,\n", "u0 u1 u2"),
        ("cap,,,,100,步行\ncap,,,s0,400,校车\n", "u0 u1 u2 u3"),
        ("cap,,,s5,100,\n", "u0 u1 u2 u3"),
        ("no_link,u1,u2,,,河\nlink,u0,u2,,,桥\n", "u0 u1 u2"),
        ("no_link,u2,u3,,,河\nno_link,u1,u2,,,河\nenclave,u2,,s5,,\n", "u0 u1"),
    ],
)
def test_a_rule_of_the_file_shapes_the_plan(tmp_path: Path, rules: str, with_s0: str) -> None:
    plan, told = draw(tmp_path, rules)

    assert " ".join(unit for unit, zone in plan.items() if zone == "s0") == with_s0
    assert told["lawful"] is True


def test_a_cap_that_leaves_a_unit_without_a_school_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No lawful plan"):
        draw(tmp_path, "cap,,,,199,\n")


def test_a_bad_row_is_refused_with_row_and_remedy_and_draws_nothing(tmp_path: Path) -> None:
    with pytest.raises(
        CommandError, match=r"第 3 行.*没有这个单元编号.*\n.*row 3.*there is no such unit.*Check the unit"
    ):
        draw(tmp_path, "lock,u3,,s0,,\nlock,u9,,s0,,\n")

    assert not (tmp_path / "plan.csv").exists()


def test_units_that_nothing_joins_are_told_where_a_link_is_stated(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"rules\.csv with the rules link and enclave.*: u2, u3"):
        draw(tmp_path, "no_link,u1,u2,,,\nno_link,u3,u4,,,\n")


def verified(folder: Path, rules: str | None = None) -> list[str]:
    """Return the faults that the stand-alone checker finds, with the rules file as it is or in other words."""
    if rules is not None:
        (folder / "rules.csv").write_text(
            "rule,unit_id,other_unit_id,school_id,metres,reason\n" + rules, "utf-8"
        )
    names = ("units", "schools", "adjacency", "rules")
    told = json.loads((folder / "r.json").read_text("utf-8"))
    faults: list[str] = bound_verdict({name: folder / f"{name}.csv" for name in names}, told, folder)[
        "faults"
    ]
    return faults


@pytest.mark.parametrize("caps", ["cap,,,,100,\ncap,,,s0,400,\n", "cap,,,s5,100,\n"])
def test_the_bound_of_a_plan_under_caps_of_schools_is_recomputed(tmp_path: Path, caps: str) -> None:
    draw(tmp_path, caps)

    assert verified(tmp_path) == []


STATED = "lock,u3,,s0,,r\nforbid,u2,,s5,,r\nenclave,u3,,s0,,r\ncap,,,,300,r\nno_link,u3,u4,,,r\n"


def test_the_bound_of_a_plan_under_rules_is_recomputed_and_other_rules_are_refused(tmp_path: Path) -> None:
    draw(tmp_path, STATED)
    assert verified(tmp_path) == []

    for change, name in [
        (STATED.replace("lock,u3", "lock,u2"), "locks"),
        (STATED.replace("forbid,u2,,s5", "forbid,u1,,s5"), "forbidden pairs"),
        (STATED + "enclave,u4,,s0,,r\n", "enclaves"),
        (STATED.replace("300", "301"), "caps"),
        (STATED + "cap,,,s5,900,r\n", "caps"),
        (STATED + "township,,,,,r\n", "townships"),
    ]:
        [fault] = verified(tmp_path, change)
        assert fault.startswith("报告的")
        assert fault.endswith(f" / the {name} of the report are not those of the rules file")


def test_the_bound_of_a_plan_that_keeps_townships_is_recomputed(tmp_path: Path) -> None:
    draw(tmp_path, "township,,,,,不跨乡镇\n")

    assert verified(tmp_path) == []


TOWNS = ["东", "东", "东", "西", "", "西"]
FACTS = Facts(
    units={f"u{i}": Place(10, 100.0 * i, 0.0, township=town) for i, town in enumerate(TOWNS)},
    schools={"s0": Site("u0", 60), "s5": Site("u5", 60)},
    adjacency=[(f"u{i}", f"u{i + 1}") for i in range(5)],
    townships_kept=True,
)


@pytest.mark.parametrize(
    ("with_s0", "left"),
    [
        ("012", []),
        ("0123", [("s0", "u3")]),
        ("01", [("s5", "u2")]),
        ("01234", [("s0", "u3")]),  # nobody knows the township of u4
    ],
)
def test_engine_and_check_keep_the_same_township_borders(with_s0: str, left: list[tuple[str, str]]) -> None:
    units, schools, pairs = street([10] * 6, {0: 60, 5: 60})
    units = [replace(unit, township=town) for unit, town in zip(units, TOWNS, strict=True)]
    problem = build_problem(units, schools, pairs, wishes=Wishes(townships_kept=True))
    zone = np.array([0 if str(i) in with_s0 else 1 for i in range(6)])
    plan = [(f"u{i}", f"s{5 * z}") for i, z in enumerate(zone.tolist())]

    assert violations(FACTS, plan) == tuple(Violation("township_left", s, (u,), 10) for s, u in left)
    assert [(one.school_id, one.unit_ids[0]) for one in broken(problem, zone)] == left
    assert violations(replace(FACTS, townships_kept=False), plan) == ()


def test_a_zone_of_schools_of_two_townships_may_have_units_of_both() -> None:
    shared = replace(FACTS, schools={name: replace(site, group="g") for name, site in FACTS.schools.items()})

    assert violations(shared, [(unit, "s0") for unit in FACTS.units]) == ()


def test_links_are_added_once_and_cuts_win() -> None:
    link, cut = RuleKind.LINK, RuleKind.NO_LINK
    rules = [
        Rule(link, "a", "b"),
        Rule(link, "c", "d"),
        Rule(cut, "a", "d"),
        Rule(cut, "x", "y"),
        Rule(link, "x", "y"),
    ]

    assert adjacency_under(rules, [("b", "a"), ("d", "a"), ("y", "x")]) == (("b", "a"), ("c", "d"))


def test_of_several_caps_the_shorter_counts() -> None:
    rules = [Rule(RuleKind.CAP, metres=900), Rule(RuleKind.CAP, metres=800)]

    assert wishes_under(rules, Wishes()).distance_cap_m == 800.0
    assert wishes_under([], Wishes(distance_cap_m=5.0)).distance_cap_m == 5.0


def test_a_cap_of_a_school_stands_beside_the_general_one_and_the_shorter_of_its_own_counts() -> None:
    rules = [
        Rule(RuleKind.CAP, metres=900),
        Rule(RuleKind.CAP, school_id="s0", metres=5000),
        Rule(RuleKind.CAP, school_id="s0", metres=4000),
    ]

    under = wishes_under(rules, Wishes())

    assert (under.distance_cap_m, under.school_caps_m) == (900.0, {"s0": 4000.0})


@pytest.mark.parametrize(
    ("caps", "left"),
    [
        ({}, ["u3", "u4"]),
        ({"s5": 199.0}, ["u3", "u4"]),
        ({"s5": 299.0}, ["u4"]),
        ({"s0": 400.0}, []),
        ({"s0": 399.0}, ["u4"]),
        ({"s0": 300.0, "s5": 100.0}, ["u4"]),
    ],
)
def test_engine_and_check_measure_every_school_of_a_zone_by_its_own_cap(
    caps: dict[str, float], left: list[str]
) -> None:
    # s0 stands in u0 and s5 in u1, one zone; u6 has a school of its own.
    units, schools, pairs = street([1] * 7, {0: 9, 6: 9})
    schools = [replace(one, group="g" if one.unit_id == "u0" else "") for one in schools]
    schools.append(replace(schools[0], school_id="s5", unit_id="u1"))
    wishes = Wishes(distance_cap_m=100.0, school_caps_m=caps)
    problem = build_problem(units, schools, pairs, wishes=wishes)
    zone = np.array([0] * 5 + [1] * 2)
    plan = [(f"u{i}", "s0" if i < 5 else "s6") for i in range(7)]

    found = violations(facts_of((units, schools, pairs), wishes), plan)

    assert [one.unit_ids[0] for one in found if one.code == "too_far"] == left
    assert [one.unit_ids[0] for one in broken(problem, zone)] == left


def test_without_rules_tables_are_what_they_were() -> None:
    units, schools, pairs = street([1, 1], {0: 5})
    tables = Tables(tuple(units), tuple(schools), tuple(pairs))

    assert tables.under([]) == tables
    assert tables.wishes() == Wishes()
