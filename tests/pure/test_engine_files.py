"""The file form: what is read, what is refused, the bytes written, and the bound a stranger recomputes."""

import json
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from common.canonical import digest
from tests.pure.engine_worlds import grid
from zoning.engine import verify_bound
from zoning.engine.files import FileFault, plan_csv, read_plan, read_tables
from zoning.engine.verify import cost_km, violations

UNITS, SCHOOLS, PAIRS = grid(
    8, 8, np.arange(64) % 13 + 1, {(1, 1): 100, (6, 1): 120, (1, 6): 112, (6, 6): 115}
)
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


def write_town(tmp_path: Path) -> None:
    write(
        tmp_path / "units.csv",
        "unit_id,x_m,y_m,children",
        [(u.unit_id, u.x_m, u.y_m, u.children) for u in UNITS],
    )
    write(
        tmp_path / "schools.csv",
        "school_id,unit_id,seats",
        [(s.school_id, s.unit_id, s.seats) for s in SCHOOLS],
    )
    write(tmp_path / "adjacency.csv", "unit_a,unit_b", PAIRS)


def write(path: Path, header: str, rows: list[Any]) -> None:
    lines = [header, *(",".join(str(cell) for cell in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def inputs(folder: Path) -> dict[str, Path]:
    return {name: folder / f"{name}.csv" for name in ("units", "schools", "adjacency")}


def draw(folder: Path, out: str = "plan.csv", **options: Any) -> dict[str, Any]:
    call_command(
        "draw_zones",
        **inputs(folder),
        out=folder / out,
        report=folder / "report.json",
        **{"effort": 2, **options},
        stdout=sys.__stdout__,
    )
    told: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return told


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
    write(folder / "adjacency.csv", "unit_a,unit_b", [(b, a) for a, b in PAIRS[::-1]])
    draw(folder, "two.csv")

    assert (folder / "one.csv").read_bytes() == (folder / "two.csv").read_bytes()


def drawn_afresh(folder: Path, *python: str) -> subprocess.CompletedProcess[str]:
    """Draw with a fresh process, Python started with these options."""
    arguments = [f"--{name}={path}" for name, path in inputs(folder).items()]
    done = subprocess.run(
        [
            *(sys.executable, *python, "manage.py", "draw_zones"),
            *(*arguments, f"--out={folder / 'p.csv'}", "--effort=1"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
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
        ("units", "unit_id,x_m,y_m,children\na,0,0,1.5\n", "children is not a whole number"),
        ("units", "unit_id,x_m,y_m,children\na,0,0,inf\n", "children is not a whole number"),
        ("units", "unit_id,x_m,y_m,children\n,0,0,1\n", "unit_id is empty"),
        ("schools", "school_id,unit_id,seats\ns,a\n", "schools.csv, line 2: seats is empty"),
    ],
)
def test_unreadable_cells_are_named(folder: Path, name: str, text: str, complaint: str) -> None:
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")

    with pytest.raises(FileFault, match=complaint):
        read_tables(**inputs(folder))


def write_ways(folder: Path, ways: dict[tuple[str, str], object]) -> Path:
    path = folder / "distances.csv"
    write(
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
        ("c0r0,s-c1r1,inf", "distances.csv, line 3: metres is no length"),
        ("c0r0,s-c1r1,nan", "distances.csv, line 3: metres is no length"),
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


def test_a_unit_without_any_stated_way_is_told(folder: Path) -> None:
    with pytest.raises(CommandError, match="No lawful plan"):
        draw(folder, distances=write_ways(folder, {("c0r0", "s-c1r1"): 100}))


def test_the_command_says_what_is_missing_and_what_is_wrong(folder: Path) -> None:
    with pytest.raises(CommandError, match="--schools"):
        call_command("draw_zones", units=folder / "units.csv")
    (folder / "adjacency.csv").write_text("unit_a,unit_b\n", encoding="utf-8")
    with pytest.raises(CommandError, match="No chain of neighbours"):
        draw(folder)


def test_a_plan_with_too_few_seats_is_written_and_refused(folder: Path) -> None:
    write(folder / "schools.csv", "school_id,unit_id,seats", [(s.school_id, s.unit_id, 50) for s in SCHOOLS])

    with pytest.raises(CommandError, match="No lawful plan"):
        draw(folder)

    told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert told["lawful"] is False
    assert "All schools together lack 242 seats." in told["violations"]


def judged(folder: Path, told: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """Run the stand-alone checker on a report as a stranger would: another folder, no packages."""
    (tmp_path / "told.json").write_text(json.dumps(told), encoding="utf-8")
    arguments = [f"--{name}={path}" for name, path in inputs(folder).items()]
    done = subprocess.run(
        [sys.executable, "-I", "-S", verify_bound.__file__, *arguments, f"--report={tmp_path / 'told.json'}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    verdict: dict[str, Any] = json.loads(done.stdout)
    assert verdict["proven"] is (done.returncode == 0)
    return verdict


def test_a_stranger_recomputes_the_bound(drawn: Drawn, tmp_path: Path) -> None:
    folder, told = drawn

    verdict = judged(folder, told, tmp_path)

    assert verdict["proven"], verdict
    assert verdict["lower_bound"] == pytest.approx(told["lower_bound"], rel=1e-12)


@pytest.mark.parametrize("school", [school.school_id for school in SCHOOLS])
@pytest.mark.parametrize("change", [-100_000, -1000, 1000, 100_000])
def test_damaged_prices_fail(drawn: Drawn, tmp_path: Path, school: str, change: int) -> None:
    folder, told = drawn
    prices = told["prices_mm"] | {school: told["prices_mm"][school] + change}

    assert not judged(folder, told | {"prices_mm": prices}, tmp_path)["proven"]


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

    assert not judged(folder, told | damage, tmp_path)["proven"]


def resealed(told: dict[str, Any], proof: dict[str, Any]) -> dict[str, Any]:
    """Return the report with another proof and a digest that fits it, as a forger would write it."""
    return told | {"proof": proof, "proof_sha256": digest(proof)}


def test_the_proof_of_whole_units_and_gates_is_recomputed_to_the_last_unit(
    drawn: Drawn, tmp_path: Path
) -> None:
    folder, told = drawn

    stripped = {key: value for key, value in told.items() if not key.startswith("proof")}

    assert told["proof"]["gates"]
    assert judged(folder, told, tmp_path)["lower_bound"] == told["lower_bound"]
    assert not judged(folder, stripped, tmp_path)["proven"]


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

    assert not judged(folder, told | {"proof": proof}, tmp_path)["proven"]
    if "not whole" not in damage:  # canonical JSON has no fractions: such a proof has no digest
        assert not judged(folder, resealed(told, proof), tmp_path)["proven"]


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


def run(folder: Path, *options: str) -> dict[str, Any]:
    """Draw as from a shell, one round unless told otherwise, and return the report."""
    files = [f"--{name}={path}" for name, path in inputs(folder).items()]
    outs = [f"--out={folder / 'plan.csv'}", f"--report={folder / 'report.json'}"]
    effort = [] if any(option.startswith("--seconds") for option in options) else ["--effort=1"]
    call_command("draw_zones", *files, *outs, *effort, *options, stdout=sys.__stdout__)
    told: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return told


def columns_in_force(folder: Path) -> str:
    """Write zones in force that follow columns: all of a half with its upper school."""
    zones = [(u.unit_id, f"s-c{1 if u.x_m < 350 else 6}r{1 if u.y_m < 450 else 6}") for u in UNITS]
    write(folder / "now.csv", "unit_id,school_id", zones)
    return f"--in-force={folder / 'now.csv'}"


def test_zones_in_force_from_a_file_are_changed_little(folder: Path) -> None:
    # Every zone has seats for all: the zones in force are lawful, and nobody gains 1,000 m by leaving them.
    write(folder / "schools.csv", "school_id,unit_id,seats", [(s.school_id, s.unit_id, 435) for s in SCHOOLS])
    in_force = columns_in_force(folder)

    few, nearest = run(folder, in_force), run(folder, in_force, "--preset=nearest")

    assert few["objective"]["preset"] == "fewest_changes"
    assert (few["moved_units"], few["moved_children"]) == ([], 0)
    assert nearest["moved_children"] > 0
    assert few["cost_km"] > nearest["cost_km"]
    assert judged(folder, few, folder)["proven"]


def test_weights_are_free_and_stored(folder: Path) -> None:
    in_force = columns_in_force(folder)

    told = run(
        folder, in_force, *(f"--weight={w}" for w in ("moved_child_m=0", "moved_unit_m=0", "balance_m=7"))
    )

    assert told["objective"]["preset"] is None
    weights = {name: metres for name, metres in told["objective"]["weights"].items() if metres}
    assert weights == {"balance_m": 7, "walked_m": 1, "worst_year_m": 2000}
    assert told["moved_children"] == run(folder, in_force, "--preset=nearest")["moved_children"]
    assert judged(folder, told, folder)["proven"]


def test_files_state_main_roads_and_the_size_of_a_class(folder: Path) -> None:
    west = [(u.unit_id, "s-c6r1", 2) for u in UNITS if u.x_m < 350]
    write(folder / "crossings.csv", "unit_id,school_id,crossings", west)
    options = ("--weight=crossing_m=300", "--weight=class_seat_m=50", "--class-size=7")

    told = run(folder, f"--crossings={folder / 'crossings.csv'}", *options)

    assert told["objective"]["class_size"] == 7
    assert told["objective"]["terms_mm"]["classes"] == 50_000 * sum(-n % 7 for n in told["loads"].values())


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--weight=crossing_m=1"], "it is not known which ways cross one"),
        (["--weight=class_seat_m=1"], "the size of a full class is not stated"),
        (["--class-size=0"], "from 1 to 1000 children"),
        (["--class-size=45"], "counts for nothing without --weight class_seat_m"),
        (["--preset=fewest_changes"], "needs the zones in force: --in-force"),
        (["--share=s-c1r1,s-c6r1"], "Of no use when drawing from files: --share"),
        (["--measure=walk", "--stage=junior"], "Of no use when drawing from files: --stage, --measure"),
        (["--entry-year=2030", "--demand=projection"], "--entry-year, --demand"),
        (
            ["--district=410181"],
            "Of no use when drawing a district: --units, --schools, --adjacency, --out, --report",
        ),
        (["--weight=moved_child=500"], "there is no weight moved_child"),
        (["--weight=moved_child_m=-5"], "is not NAME=METRES"),
        (["--weight=moved_child_m=1.5"], "is not NAME=METRES"),
        (["--weight=moved_child_m=100001"], "from 0 to 100000"),
        (["--effort=0"], "one round or more"),
        (["--seconds=-1"], "not below zero"),
        (["--seconds=nan"], "not below zero"),
        (["--seed=-1"], "not below zero"),
    ],
)
def test_options_that_cannot_be_followed_are_refused(
    folder: Path, options: list[str], complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint):
        run(folder, *options)

    assert not (folder / "plan.csv").exists()


@pytest.mark.parametrize("name", ["out", "report"])
def test_a_folder_that_is_missing_is_found_before_the_search(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "zoning.management.commands.draw_zones.solve", lambda *args, **options: pytest.fail("searched")
    )

    with pytest.raises(CommandError, match=f"--{name}: there is no folder"):
        run(folder, f"--{name}={folder / 'missing' / 'file'}")
    with pytest.raises(CommandError, match=f"--{name}: .* cannot be written"):
        run(folder, f"--{name}={folder}")


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("units", "unit_id,x_m,y_m,children\na,0,0,5000001\n", "more than 5,000,000 children"),
        ("units", "unit_id,x_m,y_m,children\na,0,0,9e18\n", "more than 5,000,000 children"),
        ("units", "unit_id,x_m,y_m,children\na,3.1e7,0,1\n", "their points are not metres: a"),
        ("schools", "school_id,unit_id,seats\ns,c0r0,4611686018427387904\n", "more than 5,000,000"),
    ],
)
def test_numbers_beyond_reckoning_are_refused(folder: Path, name: str, text: str, complaint: str) -> None:
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")

    with pytest.raises(CommandError, match=complaint):
        run(folder)


@pytest.mark.parametrize(
    ("seconds", "end", "is_lawful"), [(0, "effort 0", False), (30, "time ran out within round 1", True)]
)
def test_the_command_says_which_effort_repeats_a_plan_or_in_which_round_time_ran_out(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    seconds: int,
    end: str,
    is_lawful: bool,
) -> None:
    ticks = iter(range(10**9))
    monkeypatch.setattr(
        "zoning.management.commands.draw_zones.time", SimpleNamespace(monotonic=lambda: float(next(ticks)))
    )

    with nullcontext() if is_lawful else pytest.raises(CommandError, match="least overload"):
        run(folder, f"--seconds={seconds}")

    assert f" s, {end}\n" in capfd.readouterr().out


def test_ctrl_c_ends_the_search_with_the_best_plan_so_far(folder: Path) -> None:
    write(folder / "schools.csv", "school_id,unit_id,seats", [(s.school_id, s.unit_id, 435) for s in SCHOOLS])
    files = [f"--{name}={path}" for name, path in inputs(folder).items()]
    outs = [f"--out={folder / 'plan.csv'}", f"--report={folder / 'report.json'}"]
    # So many rounds take hours, and borders cost what no bound knows of: nothing else ends the search.
    command = [
        sys.executable,
        "manage.py",
        "draw_zones",
        *files,
        *outs,
        "--effort=100000",
        "--weight=border_m=5",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as drawing:
        assert drawing.stdout is not None
        assert "Ctrl-C" in drawing.stdout.readline()
        drawing.send_signal(signal.SIGINT)
        out, err = drawing.communicate(timeout=300)

    assert drawing.returncode == 0, err
    assert "child-km" in out
    assert violations(read_tables(**inputs(folder)).facts(), read_plan(folder / "plan.csv")) == ()
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["lawful"] is True
