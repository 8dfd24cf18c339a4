"""The file form: what is read, what is refused, the bytes written, and the bound a stranger recomputes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.canonical import digest
from tests.pure.stranger import bound_verdict, write_table
from tests.pure.town import PAIRS, SCHOOLS, UNITS, arguments, draw, inputs, run, seat_all, write_town
from zoning.engine import verify
from zoning.engine.files import FileFault, plan_csv, read_crossings, read_plan, read_tables
from zoning.engine.verify import cost_km, violations
from zoning.management.in_force_file import in_force_of_file

Drawn = tuple[Path, dict[str, Any]]
SHARED = Path(__file__).parents[3] / "shared"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """A folder with a plan drawn once, and its report; tests must not write into it."""
    folder = tmp_path_factory.mktemp("drawn")
    write_town(folder)
    return folder, draw(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_town(tmp_path)
    return tmp_path


def test_draws_a_lawful_plan_and_reports_it(folder: Path) -> None:
    told = draw(folder)

    facts, plan = read_tables(**inputs(folder)).facts(), read_plan(folder / "plan.csv")
    assert violations(facts, plan) == ()
    assert told["lawful"] is True
    assert told["cost_km"] == pytest.approx(cost_km(facts, dict(plan)), abs=1e-9)
    assert told["lower_bound"] <= told["cost_km"]
    assert sum(told["loads"].values()) == sum(unit.children for unit in UNITS)
    assert (told["seed"], told["effort"]) == (1, 2)
    assert {"python", "numba", "ortools"} <= set(told["versions"])


def test_same_input_seed_and_effort_give_the_same_bytes(folder: Path) -> None:
    draw(folder, "one.csv")
    write_table(folder / "adjacency.csv", "unit_a,unit_b", [(b, a) for a, b in PAIRS[::-1]])
    draw(folder, "two.csv")

    assert (folder / "one.csv").read_bytes() == (folder / "two.csv").read_bytes()


def drawn_afresh(folder: Path, *python: str) -> subprocess.CompletedProcess[str]:
    """Draw with a fresh process, Python started with these options."""
    command = [sys.executable, *python, "manage.py", "draw_zones", *arguments(folder), "--effort=1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def test_needs_no_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # pytest-django refuses any query in this test, for it is not marked django_db; a broken URL does so again.
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")

    done = drawn_afresh(folder)

    assert "child-km" in done.stdout
    assert done.stdout.count("A lawful plan after") == 1


def test_a_fresh_command_imports_nothing_that_only_the_database_and_its_files_need(folder: Path) -> None:
    told = drawn_afresh(folder, "-X", "importtime").stderr

    imported = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    assert {"numba", "zoning.engine.solve"} <= imported
    late = (
        "pandas",
        "pyogrio",
        "scipy.spatial",
        "geo_data.tables.rows",
        "zoning.selectors.basis",
        "zoning.services",
    )
    assert not imported & set(late)


def test_codes_that_a_spreadsheet_would_run_are_guarded_and_come_back(tmp_path: Path) -> None:
    plan, path = {"=1+1": "@s", "-5": "s"}, tmp_path / "plan.csv"

    path.write_bytes(plan_csv(plan))

    assert path.read_text() == "unit_id,school_id\n-5,s\n'=1+1,'@s\n"
    assert dict(read_plan(path)) == plan


def test_plan_bytes_are_sorted_and_plain() -> None:
    assert plan_csv({"b": "s", "a": "t,u"}) == b'unit_id,school_id\na,"t,u"\nb,s\n'


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("units", "unit_id,x_m,y_m\na,0,0\n", "units.csv: no column children"),
        ("units", "unit_id,x_m,y_m,children\na,0,zero,1\n", "units.csv, line 2: y_m is not a number"),
        ("units", "unit_id,x_m,y_m,children\na,0,nan,1\n", "units.csv, line 2: y_m is not a number"),
        ("units", "unit_id,x_m,y_m,children\na,-inf,0,1\n", "units.csv, line 2: x_m is not a number"),
        ("units", "unit_id,x_m,y_m,children\na,0,0,1.5\n", "children is not a whole number"),
        ("units", "unit_id,x_m,y_m,children\na,0,0,inf\n", "children is not a whole number"),
        (
            "units",
            "unit_id,x_m,y_m,children\na,0,0,1\nb,0,0,-10\n",
            "units.csv, line 3: children is not a whole number, 0 or more",
        ),
        (
            "units",
            "unit_id,x_m,y_m,children,children_2027\na,0,0,1,-1\n",
            "units.csv, line 2: children_2027 is not a whole number, 0 or more",
        ),
        (
            "units",
            "unit_id,x_m,y_m,children\na,0,0,1\nb,0,0,1\na,0,0,1\n",
            "units.csv, line 4: unit_id a is that of an earlier row",
        ),
        ("units", "unit_id,x_m,y_m,children\n", "units.csv: there is no row under the header"),
        (
            "schools",
            "school_id,unit_id,seats\ns,c0r0,-1\n",
            "schools.csv, line 2: seats is not a whole number, 0 or more",
        ),
        (
            "schools",
            "school_id,unit_id,seats\ns,c0r0,1\ns,c0r1,1\n",
            "schools.csv, line 3: school_id s is that of an earlier row",
        ),
        (
            "schools",
            "school_id,unit_id,seats\ns,c9r9,1\n",
            "schools.csv, line 2: unit_id c9r9 is not known",
        ),
        (
            "adjacency",
            "unit_a,unit_b\nc0r0,c0r1\nc0r0,c9r9\n",
            "adjacency.csv, line 3: unit_b c9r9 is not known",
        ),
        ("schools", "school_id,unit_id,seats\n", "schools.csv: there is no row under the header"),
        ("units", "unit_id,x_m,y_m,children\n,0,0,1\n", "unit_id is empty"),
        ("schools", "school_id,unit_id,seats\ns,c0r0\n", "schools.csv, line 2: seats is empty"),
    ],
)
def test_unreadable_cells_are_named(folder: Path, name: str, text: str, complaint: str) -> None:
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")

    with pytest.raises(FileFault, match=complaint):
        read_tables(**inputs(folder))


def write_ways(folder: Path, ways: dict[tuple[str, str], object]) -> Path:
    path = folder / "distances.csv"
    write_table(
        path, "unit_id,school_id,metres", [(unit, school, metres) for (unit, school), metres in ways.items()]
    )
    return path


def ways_round(folder: Path) -> Path:
    """Twice the streets for every block but the first, which is so far from its own school that it has another's."""
    at = {unit.unit_id: (unit.x_m, unit.y_m) for unit in UNITS}
    ways: dict[tuple[str, str], object] = {
        (unit, school.school_id): 2
        * sum(abs(a - b) for a, b in zip(at[unit], at[school.unit_id], strict=True))
        for unit in at
        for school in SCHOOLS
        if (unit, school.school_id) != ("c3r1", "s-c1r1")
    }
    return write_ways(folder, ways)


def test_stated_ways_count_instead_of_straight_lines_and_what_is_left_out_is_no_way(folder: Path) -> None:
    draw(folder, "straight.csv")
    told = draw(folder, distances=ways_round(folder))

    tables = read_tables(**inputs(folder), distances=folder / "distances.csv")
    plan = dict(read_plan(folder / "plan.csv"))
    assert told["distances"] == "stated"
    assert told["lawful"] is True
    assert told["cost_km"] == pytest.approx(cost_km(tables.facts(), plan), abs=1e-9)
    assert plan["c3r1"] != "s-c1r1" == dict(read_plan(folder / "straight.csv"))["c3r1"]
    broken = violations(tables.facts(), [*{**plan, "c3r1": "s-c1r1"}.items()])
    assert [(one.unit_ids, one.school_id) for one in broken if one.code == "too_far"] == [
        (("c3r1",), "s-c1r1")
    ]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("c0r0,s-c1r1", "distances.csv, line 3: metres is empty"),
        ("c0r0,s-c1r1,far", "distances.csv, line 3: metres is not a number"),
        ("c0r0,s-c1r1,-1", "distances.csv, line 3: metres is no length from 0 to 80000000"),
        ("c0r0,s-c1r1,inf", "distances.csv, line 3: metres is not a number"),
        ("c0r0,s-c1r1,nan", "distances.csv, line 3: metres is not a number"),
        ("c9r9,s-c1r1,1", "distances.csv, line 3: unit_id c9r9 is not known"),
        ("c0r0,s-c9r9,1", "distances.csv, line 3: school_id s-c9r9 is not known"),
        ("c0r0,s-c6r6,1", "distances.csv, line 3: unit_id and school_id are those of an earlier row"),
    ],
)
def test_ways_that_cannot_be_used_are_named(folder: Path, row: str, complaint: str) -> None:
    (folder / "distances.csv").write_text(
        f"unit_id,school_id,metres\nc0r0,s-c6r6,1\n{row}\n", encoding="utf-8"
    )

    with pytest.raises(CommandError, match=complaint):
        draw(folder, distances=folder / "distances.csv")


def test_schools_of_several_zones_in_one_unit_are_told_how_to_share_one(folder: Path) -> None:
    (folder / "schools.csv").write_text("school_id,unit_id,seats\ns,c0r0,400\nt,c0r0,400\n", encoding="utf-8")

    with pytest.raises(CommandError, match=r"the same word .* in the column group of schools.csv\): c0r0"):
        draw(folder)


def test_a_unit_without_any_stated_way_is_told(folder: Path) -> None:
    ways: dict[tuple[str, str], object] = {
        (unit.unit_id, school.school_id): 100
        for unit in UNITS
        for school in SCHOOLS
        if unit.unit_id != "c4r4"
    }
    with pytest.raises(CommandError, match="No lawful plan"):
        draw(folder, distances=write_ways(folder, ways))

    # JSON knows no infinity.
    told = json.loads((folder / "report.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert told["cost_km"] is None
    assert told["violations"][0] == (
        "c4r4: the distances state no way from there to a school that may take the 11 children; add rows, or draw"
        " without distances."
    )
    files = [
        f"--{name}={folder / name}.csv" for name in ("units", "schools", "adjacency", "distances", "plan")
    ]
    done = subprocess.run(
        [sys.executable, "-I", "-S", verify.__file__, *files, f"--report={folder / 'report.json'}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "the report's figures were recomputed and agree" in done.stdout


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (
            "c0r0,s-c1r1,1\nc0r0,s-c1r1,2\n",
            "crossings.csv, line 3: unit_id and school_id are those of an earlier row",
        ),
        ("c0r0,s-c1r1,101\n", "crossings.csv, line 2: crossings is more than 100"),
        ("c0r0,s-c1r1,-1\n", "crossings.csv, line 2: crossings is not a whole number, 0 or more"),
    ],
)
def test_crossings_that_cannot_be_used_are_named(tmp_path: Path, rows: str, complaint: str) -> None:
    path = tmp_path / "crossings.csv"
    path.write_text(f"unit_id,school_id,crossings\n{rows}", encoding="utf-8")

    with pytest.raises(FileFault, match=complaint):
        read_crossings(path)


@pytest.mark.parametrize(
    ("rows", "counted", "told"),
    [
        ("c0r0,s-c1r1\nc0r1,s-c6r6\n", {"c0r0": "s-c1r1", "c0r1": "s-c6r6"}, []),
        (
            "c0r0,s-c1r1\nzz,s-c6r6\n",
            {"c0r0": "s-c1r1"},
            ["now.csv: there are no units zz; their rows do not count."],
        ),
        (
            "c0r0,s-c1r1\nc0r1,QQ\n",
            {"c0r0": "s-c1r1"},
            ["now.csv: there are no schools QQ; their units count as new."],
        ),
    ],
)
def test_zones_in_force_of_units_and_schools_that_are_gone_do_not_count(
    folder: Path, rows: str, counted: dict[str, str], told: list[str]
) -> None:
    (folder / "now.csv").write_text(f"unit_id,school_id\n{rows}", encoding="utf-8")

    assert in_force_of_file(folder / "now.csv", read_tables(**inputs(folder))) == (counted, told)


@pytest.mark.parametrize("school", ["s-c1r1", "s-c6r6"])
def test_a_unit_twice_in_the_zones_in_force_is_named_with_its_line(folder: Path, school: str) -> None:
    (folder / "now.csv").write_text(
        f"unit_id,school_id\nc0r0,s-c1r1\nc0r1,s-c1r1\nc0r0,{school}\n", encoding="utf-8"
    )

    with pytest.raises(CommandError, match=r"now.csv, line 4: unit c0r0 stands there twice"):
        run(folder, f"--in-force={folder / 'now.csv'}")


def test_the_command_says_what_is_missing_and_what_is_wrong(folder: Path) -> None:
    with pytest.raises(CommandError, match="--schools"):
        call_command("draw_zones", units=folder / "units.csv")
    (folder / "adjacency.csv").write_text("unit_a,unit_b\n", encoding="utf-8")
    with pytest.raises(CommandError, match="No chain of neighbours"):
        draw(folder)


def test_a_plan_with_too_few_seats_is_written_and_refused(folder: Path) -> None:
    seat_all(folder, 50)

    with pytest.raises(CommandError, match="No lawful plan"):
        draw(folder)

    told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert told["lawful"] is False
    assert "All schools together lack 242 seats." in told["violations"]


def test_a_stranger_recomputes_the_bound(drawn: Drawn, tmp_path: Path) -> None:
    folder, told = drawn

    verdict = bound_verdict(inputs(folder), told, tmp_path)

    assert verdict["proven"], verdict
    assert verdict["lower_bound"] == pytest.approx(told["lower_bound"], rel=1e-12)


@pytest.mark.parametrize("school", [school.school_id for school in SCHOOLS])
@pytest.mark.parametrize("change", [-100_000, -1000, 1000, 100_000])
def test_damaged_prices_fail(drawn: Drawn, tmp_path: Path, school: str, change: int) -> None:
    folder, told = drawn
    prices = told["prices_mm"] | {school: told["prices_mm"][school] + change}

    assert not bound_verdict(inputs(folder), told | {"prices_mm": prices}, tmp_path)["proven"]


@pytest.mark.parametrize(
    "damage",
    [
        {"lower_bound": 60.0},
        {"gap": 0.0},
        {"prices_mm": {}},
        {"prices_mm": {school.school_id: 0.5 for school in SCHOOLS}},
        {"rules": {"locked": {"c4r4": "s-c1r1"}, "forbidden": [], "distance_cap_m": None}},
    ],
)
def test_damaged_reports_fail(drawn: Drawn, tmp_path: Path, damage: dict[str, Any]) -> None:
    folder, told = drawn

    assert not bound_verdict(inputs(folder), told | damage, tmp_path)["proven"]


def resealed(told: dict[str, Any], proof: dict[str, Any]) -> dict[str, Any]:
    """Return the report with another proof and a digest that fits it, as a forger would write it."""
    return told | {"proof": proof, "proof_sha256": digest(proof)}


def test_the_proof_of_whole_units_and_gates_is_recomputed_to_the_last_unit(
    drawn: Drawn, tmp_path: Path
) -> None:
    folder, told = drawn

    stripped = {key: value for key, value in told.items() if not key.startswith("proof")}

    assert told["proof"]["gates"]
    assert bound_verdict(inputs(folder), told, tmp_path)["lower_bound"] == told["lower_bound"]
    assert not bound_verdict(inputs(folder), stripped, tmp_path)["proven"]


def damaged_proofs(proof: dict[str, Any]) -> dict[str, dict[str, Any]]:
    values, gates = proof["values"], proof["gates"]
    unit, school, through, worth = gates[0]
    return {
        "value raised": proof | {"values": values | {"c4r4": values["c4r4"] + 1000}},
        "value not whole": proof | {"values": values | {"c4r4": values["c4r4"] + 0.5}},
        "value left out": proof | {"values": {u: v for u, v in values.items() if u != "c4r4"}},
        "worth raised": proof | {"gates": [[unit, school, through, worth + 10**9], *gates[1:]]},
        "worth below zero": proof | {"gates": [[unit, school, through, -1], *gates[1:]]},
        "worth not whole": proof | {"gates": [[unit, school, through, 0.5], *gates[1:]]},
        "gate with a gap": proof | {"gates": [[unit, school, through[1:], worth], *gates[1:]]},
        "gate with its own unit": proof | {"gates": [[unit, school, [unit], worth], *gates[1:]]},
        "gate counted twice": proof | {"gates": [[unit, school, through + through, worth], *gates[1:]]},
        "gate of no school": proof | {"gates": [[unit, "nowhere", through, worth], *gates[1:]]},
        "gate of no unit": proof | {"gates": [["nowhere", school, through, worth], *gates[1:]]},
        "gate through the school": proof | {"gates": [[unit, school, [school[2:]], worth], *gates[1:]]},
        "gates dropped": proof | {"gates": []},
    }


@pytest.mark.parametrize(
    "damage", list(damaged_proofs({"values": {"c4r4": 0}, "gates": [["u", "s", ["v"], 1]]}))
)
def test_forged_proofs_fail(drawn: Drawn, tmp_path: Path, damage: str) -> None:
    folder, told = drawn
    proof = damaged_proofs(told["proof"])[damage]

    assert not bound_verdict(inputs(folder), told | {"proof": proof}, tmp_path)["proven"]
    if "not whole" not in damage:  # canonical JSON has no fractions: such a proof has no digest
        assert not bound_verdict(inputs(folder), resealed(told, proof), tmp_path)["proven"]


@pytest.mark.skipif(not SHARED.exists(), reason="published cases (../shared) are not on this machine")
@pytest.mark.parametrize("case", ["zy/13a", "gy/40a", "gy2/22a"])
def test_published_cases_are_lawful_and_near_the_best_known(case: str, tmp_path: Path) -> None:
    county, name = case.split("/")
    data = SHARED / "data" / "sap" / county
    files = {
        "units": data / "units.csv",
        "schools": data / f"schools_{name}.csv",
        "adjacency": data / "adjacency.csv",
    }
    call_command("draw_zones", **files, out=tmp_path / "plan.csv", effort=6)

    arguments = [f"--{key}={path}" for key, path in files.items()]
    checker = [
        sys.executable,
        str(SHARED / "bench" / "check_plan.py"),
        *arguments,
        f"--plan={tmp_path / 'plan.csv'}",
    ]
    verdict = json.loads(subprocess.run(checker, capture_output=True, text=True, check=True).stdout)

    best_known = {"zy/13a": 2755.72852213, "gy/40a": 74046.9486, "gy2/22a": 1875355.9233}[case]
    assert verdict["lawful"]
    assert verdict["cost_km"] <= best_known * 1.015
