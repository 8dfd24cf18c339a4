"""Options of drawing from files: what they do, what is refused, and how a search ends."""

import json
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError

from tests.pure.stranger import bound_verdict, write_table
from tests.pure.town import UNITS, arguments, inputs, run, seat_all, write_town
from zoning.engine.files import read_plan, read_tables
from zoning.engine.verify import violations
from zoning.management.commands.draw_zones import Command
from zoning.management.figures import ended_in_words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_town(tmp_path)
    return tmp_path


def columns_in_force(folder: Path) -> str:
    """Write zones in force that follow columns: all of a half with its upper school."""
    zones = [(u.unit_id, f"s-c{1 if u.x_m < 350 else 6}r{1 if u.y_m < 450 else 6}") for u in UNITS]
    write_table(folder / "now.csv", "unit_id,school_id", zones)
    return f"--in-force={folder / 'now.csv'}"


def test_zones_in_force_from_a_file_are_changed_little(folder: Path) -> None:
    # Every zone has seats for all: the zones in force are lawful, and nobody gains 1,000 m by leaving them.
    seat_all(folder, 435)
    in_force = columns_in_force(folder)

    few, nearest = run(folder, in_force), run(folder, in_force, "--preset=nearest")

    assert few["objective"]["preset"] == "fewest_changes"
    assert (few["moved_units"], few["moved_children"]) == ([], 0)
    assert nearest["moved_children"] > 0
    assert few["cost_km"] > nearest["cost_km"]
    assert bound_verdict(inputs(folder), few, folder)["proven"]


def test_weights_are_free_and_stored(folder: Path) -> None:
    in_force = columns_in_force(folder)

    told = run(
        folder, in_force, *(f"--weight={w}" for w in ("moved_child_m=0", "moved_unit_m=0", "balance_m=7"))
    )

    assert told["objective"]["preset"] is None
    weights = {name: metres for name, metres in told["objective"]["weights"].items() if metres}
    assert weights == {"balance_m": 7, "walked_m": 1, "worst_year_m": 2000}
    assert told["moved_children"] == run(folder, in_force, "--preset=nearest")["moved_children"]
    assert bound_verdict(inputs(folder), told, folder)["proven"]


def test_files_state_main_roads_and_the_size_of_a_class(folder: Path) -> None:
    west = [(u.unit_id, "s-c6r1", 2) for u in UNITS if u.x_m < 350]
    write_table(folder / "crossings.csv", "unit_id,school_id,crossings", west)
    options = ("--weight=crossing_m=300", "--weight=class_seat_m=50", "--class-size=7")

    told = run(folder, f"--crossings={folder / 'crossings.csv'}", *options)

    assert told["objective"]["class_size"] == 7
    assert told["objective"]["terms_mm"]["classes"] == 50_000 * sum(-n % 7 for n in told["loads"].values())


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--weight=crossing_m=1"], "it is not known which ways cross one"),
        (["--weight=class_seat_m=1"], "the size of a full class is not stated"),
        (["--class-size=0"], "--class-size: 0 is not a whole number, from 1 to 1000 children"),
        (["--class-size=abc"], "--class-size: abc is not a whole number, from 1 to 1000 children"),
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
        (["--effort=-1"], "--effort: -1 is not a whole number, 0 or more"),
        (["--effort=1.5"], "--effort: 1.5 is not a whole number, 0 or more"),
        (["--seconds=-1"], "--seconds: -1 is not a number of seconds, 0 or more"),
        (["--seconds=nan"], "--seconds: nan is not a number of seconds, 0 or more"),
        (["--seconds=soon"], "--seconds: soon is not a number of seconds, 0 or more"),
        (["--seed=-1"], "--seed: -1 is not a whole number, 0 or more"),
        (["--seed=x"], "--seed: x is not a whole number, 0 or more"),
    ],
)
def test_options_that_cannot_be_followed_are_refused(
    folder: Path, options: list[str], complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint):
        run(folder, *options)

    assert not (folder / "plan.csv").exists()


def test_no_round_at_all_may_be_asked_for() -> None:
    asked = Command().create_parser("manage.py", "draw_zones").parse_args(["--effort=0"])

    assert asked.effort == 0


@pytest.mark.parametrize(
    ("effort", "was_stopped", "words"),
    [
        (0, False, "effort 0"),
        (3, True, "effort 3"),
        (None, True, "stopped midway"),
        (None, False, "time ran out within a round: no --effort repeats this plan"),
    ],
)
def test_the_command_says_what_ended_the_search(effort: int | None, words: str, *, was_stopped: bool) -> None:
    assert ended_in_words({"effort": effort}, was_stopped=was_stopped) == words


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
    ("name", "row", "complaint"),
    [
        ("units", "c0r0,0,0,5000001", "more than 5,000,000 children"),
        ("units", "c0r0,0,0,9e18", "more than 5,000,000 children"),
        ("units", "c0r0,3.1e7,0,1", "their points are not metres: c0r0"),
        ("schools", "s-c1r1,c1r1,4611686018427387904", "more than 5,000,000"),
    ],
)
def test_numbers_beyond_reckoning_are_refused(folder: Path, name: str, row: str, complaint: str) -> None:
    path, key = folder / f"{name}.csv", row.partition(",")[0]
    rows = path.read_text(encoding="utf-8").splitlines()
    stated = [row if other.startswith(f"{key},") else other for other in rows]
    assert stated != rows
    path.write_text("\n".join(stated), encoding="utf-8")

    with pytest.raises(CommandError, match=complaint):
        run(folder)


@pytest.mark.parametrize(
    ("seconds", "end", "is_lawful"),
    [(0, "effort 0", False), (30, "time ran out within a round", True)],
)
def test_the_command_says_which_effort_repeats_a_plan_or_that_time_ran_out(
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

    assert f" s, {end}" in capfd.readouterr().out


def test_ctrl_c_ends_the_search_with_the_best_plan_so_far(folder: Path) -> None:
    seat_all(folder, 435)
    # So many rounds take hours, and borders cost what no bound knows of: nothing else ends the search.
    endless = ("--effort=100000", "--weight=border_m=5")
    command = [sys.executable, "manage.py", "draw_zones", *arguments(folder), *endless]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as drawing:
        assert drawing.stdout is not None
        assert "Ctrl-C" in drawing.stdout.readline()
        drawing.send_signal(signal.SIGINT)
        out, err = drawing.communicate(timeout=300)

    assert drawing.returncode == 0, err
    assert "child-km" in out
    assert violations(read_tables(**inputs(folder)).facts(), read_plan(folder / "plan.csv")) == ()
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["lawful"] is True
