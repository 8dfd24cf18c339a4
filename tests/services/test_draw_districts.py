"""Districts drawn side by side on Dask: each as if it were alone, and none lost by another's failure."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from benchmarks.loudoun import write_files
from config.paths import BASE
from tests.pure.engine_worlds import grid
from zoning.engine.files import Tables, read_plan
from zoning.engine.verify import violations
from zoning.management.commands.draw_districts import connected
from zoning.management.districts import Drawn, Failed, Order, draw_district, draw_districts, now_and_then

ORDER = Order(seed=5, effort=1)


def district(width: int, seats: int) -> Tables:
    units, schools, pairs = grid(
        width, 6, np.arange(width * 6) % 11 + 1, {(0, 0): seats, (width - 1, 5): seats}
    )
    return Tables(tuple(units), tuple(schools), tuple(pairs))


TOWN = grid(8, 8, np.arange(64) % 13 + 1, {(1, 1): 100, (6, 1): 120, (1, 6): 112, (6, 6): 115})
# Tight enough that no start is proven best: the search goes on as long as it may.
LARGE = Tables(tuple(TOWN[0]), tuple(TOWN[1]), tuple(TOWN[2]))
SMALL, CRAMPED = district(6, 130), district(5, 40)
ALONE = {"large": LARGE, "small": SMALL}
CUT_OFF = Tables(SMALL.units, SMALL.schools, tuple(pair for pair in SMALL.adjacency if "c5r0" not in pair))


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A cluster of this machine with two workers."""
    with connected(None, 2) as found:
        yield found


def test_each_district_gets_the_plan_it_gets_alone(client: Any) -> None:
    found = dict(draw_districts(client, "alone", ALONE, ORDER))

    for name, tables in ALONE.items():
        alone, drawn = draw_district(tables, ORDER), found[name]
        assert isinstance(drawn, Drawn)
        assert drawn.plan == alone.plan
        assert drawn.broken == alone.broken == ()
        assert drawn.report["prices_sha256"] == alone.report["prices_sha256"]
        assert drawn.children == sum(unit.children for unit in tables.units)


def test_a_district_that_cannot_be_read_or_drawn_loses_no_other(client: Any) -> None:
    nothing = Tables((), (), ())
    districts = {"large": LARGE, "cut": CUT_OFF, "cramped": CRAMPED, "nothing": nothing, "small": SMALL}

    found = dict(draw_districts(client, "failing", districts, ORDER))

    assert isinstance(found["large"], Drawn)
    assert isinstance(found["small"], Drawn)
    assert isinstance(found["cut"], Failed)
    assert "No chain of neighbours" in found["cut"].reason
    assert isinstance(found["nothing"], Failed)
    assert "There are no units" in found["nothing"].reason
    assert isinstance(found["cramped"], Drawn)
    assert found["cramped"].broken == ("seats_exceeded",)


def test_workers_tell_how_far_they_are(client: Any) -> None:
    told: list[dict[str, Any]] = []
    client.subscribe_topic("telling", lambda event: told.append(event[1]))

    found = dict(draw_districts(client, "telling", {"large": LARGE}, ORDER))

    assert isinstance(found["large"], Drawn)
    deadline = time.monotonic() + 30
    while not any(one["stage"] == "proving" for one in told) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [one["stage"] for one in told] == ["relaxing", "starting", "improving", "proving"]
    assert {(one["district"], one["total"]) for one in told} == {("large", 1)}


def test_stopping_returns_a_lawful_plan_of_what_was_begun_and_names_the_rest(client: Any) -> None:
    districts = {f"d{i}": LARGE for i in range(8)}
    searched: set[str] = set()

    def note(event: tuple[Any, dict[str, Any]]) -> None:
        if event[1]["stage"] == "improving" and event[1]["done"] >= 3:
            searched.add(event[1]["district"])

    client.subscribe_topic("stopping", note)

    endless = Order(seed=1, effort=100_000)
    found = dict(draw_districts(client, "stopping", districts, endless, lambda: len(searched) == 2))

    assert sorted(found) == sorted(districts)
    drawn = {name: one for name, one in found.items() if isinstance(one, Drawn)}
    assert set(drawn) == searched
    assert all(one.broken == () for one in drawn.values())
    reasons = {one.reason for one in found.values() if isinstance(one, Failed)}
    assert reasons == {"stopped before it was begun"}


def test_the_command_writes_every_plan_it_can_and_names_the_others(tmp_path: Path) -> None:
    for name, tables in {"large": LARGE, "cut": CUT_OFF}.items():
        write_files(tables, tmp_path / name)
    (tmp_path / "empty").mkdir()
    folders = [tmp_path / name for name in ("cut", "empty", "large")]

    with pytest.raises(CommandError, match="Without a lawful plan: cut, empty"):
        call_command("draw_districts", *folders, out=tmp_path / "out", effort=1, seed=5, workers=1)

    plan = read_plan(tmp_path / "out" / "large" / "plan.csv")
    assert violations(LARGE.facts(), plan) == ()
    assert (tmp_path / "out" / "large" / "plan.csv").read_bytes() == draw_district(LARGE, ORDER).plan
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["large"]


def test_ways_that_a_folder_states_count_there_and_nowhere_else(tmp_path: Path) -> None:
    for name in ("by_lines", "by_walks"):
        write_files(SMALL, tmp_path / name)
    ways = [f"{unit.unit_id},{school.school_id},1000" for unit in SMALL.units for school in SMALL.schools]
    (tmp_path / "by_walks" / "distances.csv").write_text("\n".join(["unit_id,school_id,metres", *ways, ""]))

    folders = [tmp_path / "by_lines", tmp_path / "by_walks"]
    call_command("draw_districts", *folders, out=tmp_path / "out", effort=1, workers=1)

    by_lines, by_walks = (
        json.loads((tmp_path / "out" / folder.name / "report.json").read_text("utf-8")) for folder in folders
    )
    assert (by_lines["distances"], by_walks["distances"]) == ("straight", "stated")
    assert by_walks["cost_km"] == sum(unit.children for unit in SMALL.units)
    assert by_lines["cost_km"] < by_walks["cost_km"]


def test_weights_of_the_preset_can_be_changed_for_every_district(tmp_path: Path) -> None:
    write_files(SMALL, tmp_path / "small")

    call_command(
        "draw_districts", str(tmp_path / "small"), f"--out={tmp_path}", "--weight=balance_m=70", "--workers=1"
    )

    told = json.loads((tmp_path / "small" / "report.json").read_text("utf-8"))
    weights = {name: metres for name, metres in told["objective"]["weights"].items() if metres}
    assert weights == {"balance_m": 70, "walked_m": 1, "worst_year_m": 2000}


@pytest.mark.parametrize(
    ("weight", "complaint"),
    [
        ("balance=7", "there is no weight balance"),
        ("balance_m=-7", "is not NAME=METRES"),
        ("balance_m=100001", "from 0 to 100000"),
    ],
)
def test_weights_that_cannot_be_are_refused_before_anything_begins(
    tmp_path: Path, weight: str, complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint):
        call_command("draw_districts", str(tmp_path), f"--out={tmp_path / 'out'}", f"--weight={weight}")


def test_two_folders_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="two folders: a"):
        call_command("draw_districts", tmp_path / "x" / "a", tmp_path / "y" / "a", out=tmp_path / "out")


def test_an_address_without_a_scheduler_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No Dask scheduler answers"):
        call_command("draw_districts", tmp_path, out=tmp_path / "out", scheduler="tcp://127.0.0.1:9")


def test_ctrl_c_leaves_the_best_plans_so_far(tmp_path: Path) -> None:
    write_files(LARGE, tmp_path / "large")
    command = [
        sys.executable,
        "manage.py",
        "draw_districts",
        str(tmp_path / "large"),
        "--effort=1000000",
        "--workers=1",
    ]
    process = subprocess.Popen(
        [*command, f"--out={tmp_path / 'out'}"],
        cwd=BASE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None

    next(line for line in process.stdout if "improving 2 of" in line)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers too
    process.communicate(timeout=120)

    assert process.returncode == 0
    assert violations(LARGE.facts(), read_plan(tmp_path / "out" / "large" / "plan.csv")) == ()


def test_the_scheduler_is_asked_at_most_once_a_second() -> None:
    asked: list[int] = []

    def ask() -> bool:
        asked.append(1)
        return True

    question = now_and_then(ask)

    assert [question() for _ in range(1000)] == [True] * 1000
    assert len(asked) == 1
