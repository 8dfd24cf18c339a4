"""The check of reserves on a list: silent on a good one, and told of every damage that it should notice."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from admissions.lottery.entry_list import Choice, Entry
from admissions.matching import verify, verify_list
from admissions.matching.records import Line, LoserRule, Mechanism, Precedence, ReserveTerms, RoundPlan, Stage
from tests.cases.matching_rounds import World, listed, published

FIRST, LAST = Precedence.RESERVE_FIRST, Precedence.OPEN_FIRST


def world(precedence: Precedence, *, spills: bool = True) -> World:
    """Two members m1, m2 and four others at school A; the last of them also lists B. Losers are last in their class."""
    reserve = Line(
        "A-reserve",
        2,
        reserve_of="A",
        terms=ReserveTerms(precedence, spills),
        own_ranks=2 if spills else None,
    )
    plan = RoundPlan(
        "2026-primary",
        (Line("A", 2), reserve, Line("B", 1)),
        (
            Stage(
                "public",
                Mechanism.DEFERRED_ACCEPTANCE,
                ("A", "A-reserve", "B"),
                LoserRule.SAME_CLASS_LAST,
            ),
        ),
    )
    entries = [
        _entry("m1", _of_member(precedence, Choice("A", 1, 1, 2))),
        _entry("m2", _of_member(precedence, None)),
        _entry("o1", _of_other(spills, 1, 2)),
        _entry("o2", _of_other(spills, 1, 2)),
        _entry("o3", _of_other(spills, 3, 4)),
        _entry("o4", (*_of_other(spills, 5, 6), Choice("B", 2, 1, 1))),
    ]
    return World(plan, listed(plan, tuple(entries)), {})


def _of_member(precedence: Precedence, opened: Choice | None) -> tuple[Choice, ...]:
    here = Choice("A-reserve", 1, 1, 2)
    if opened is None:
        return (here,)
    return (here, opened) if precedence is FIRST else (opened, here)


def _of_other(spills: bool, rank: int, lost: int) -> tuple[Choice, ...]:
    opened = Choice("A", 1, rank, lost)
    return (opened, Choice("A-reserve", 1, rank + 2, lost + 2)) if spills else (opened,)


def _entry(receipt: str, choices: tuple[Choice, ...]) -> Entry:
    return Entry(receipt, choices, None, split_allowed=False, fallback_rank=None, fallback_commitment=None)


GOOD = {precedence: published(world(precedence)).bundle for precedence in (FIRST, LAST)}


@pytest.mark.parametrize("precedence", [FIRST, LAST])
@pytest.mark.parametrize("spills", [True, False])
def test_a_good_list_has_no_faults(precedence: Precedence, spills: bool) -> None:
    bundle = published(world(precedence, spills=spills)).bundle
    assert verify_list.faults(bundle) == []
    assert verify.faults(bundle) == []


def test_a_round_without_stated_reserves_has_nothing_to_check_and_no_program_for_it() -> None:
    plain = world(FIRST, spills=False)
    lines = tuple(replace(line, terms=None) for line in plain.plan.lines)
    plan = replace(plain.plan, lines=lines)
    bundle = published(World(plan, listed(plan, plain.entry_list.entries), {})).bundle
    assert verify_list.faults(bundle) == []
    assert "verify_list.py" not in bundle
    assert "verify_list.py" in GOOD[FIRST]


Change = Callable[[dict[str, list[Any]]], object]


def damaged(bundle: dict[str, bytes], change: Change) -> list[str]:
    data = json.loads(bundle["entry_list.json"])
    choices = {entry["receipt"]: entry["choices"] for entry in data["entries"]}
    change(choices)
    return verify_list.faults({**bundle, "entry_list.json": json.dumps(data).encode()})


def set_rank(receipt: str, place: int, *ranks: int) -> Change:
    def change(choices: dict[str, list[Any]]) -> None:
        choices[receipt][place][2:] = ranks

    return change


@pytest.mark.parametrize(
    ("change", "receipt"),
    [
        # Left out of the order in which the seats spill.
        (lambda c: c["o3"].pop(1), "o3"),
        # Asks the reserve before the open seats without a claim, and with a claim the other way round.
        (lambda c: c["o3"].reverse(), "o3"),
        (lambda c: c["m1"].reverse(), "m1"),
        # Another child's turn: o3 before o1 and o2, level with them, or o1 behind its equal o2.
        (set_rank("o3", 1, 3, 4), "o3"),
        (set_rank("o1", 1, 7, 8), "o1"),
        # A place among those with a claim after a lost draw, and the reverse.
        (set_rank("o3", 1, 5, 2), "o3"),
        (set_rank("m1", 0, 1, 3), "m1"),
        # The reserve as a choice of its own.
        (lambda c: c["o4"][1].__setitem__(1, 2), "o4"),
        # Comes by the spill without standing at the open line.
        (lambda c: c["o3"].pop(0), "o3"),
    ],
)
def test_every_damage_to_a_list_is_noticed(change: Change, receipt: str) -> None:
    found = damaged(GOOD[FIRST], change)
    assert found
    assert any(receipt in fault for fault in found)


def test_a_claim_asked_in_the_wrong_order_is_noticed_where_open_seats_come_first() -> None:
    found = damaged(GOOD[LAST], lambda choices: choices["m1"].reverse())
    assert found == ["m1 申请 A-reserve 和 A 的先后不符 / asks the two lines in the wrong order"]


def test_terms_that_are_not_those_of_the_list_are_noticed() -> None:
    plan = json.loads(GOOD[FIRST]["round.json"])
    line = next(line for line in plan["lines"] if line["line_id"] == "A-reserve")
    line["reserve"]["precedence"] = "open_first"
    assert verify_list.faults({**GOOD[FIRST], "round.json": json.dumps(plan).encode()}) != []
    line["reserve"]["precedence"], line["own_ranks"] = "reserve_first", 6
    assert verify_list.faults({**GOOD[FIRST], "round.json": json.dumps(plan).encode()}) != []


def test_a_seat_that_spilled_past_a_child_is_found_by_the_check_of_places() -> None:
    rows = GOOD[FIRST]["placements.csv"].decode().splitlines()
    reserved = [row for row in rows if row.split(",")[1] == "A-reserve"]
    assert [row.split(",")[0] for row in reserved] == ["m1", "m2"]
    one_member = world(FIRST)
    entries = tuple(entry for entry in one_member.entry_list.entries if entry.receipt != "m2")
    good = published(World(one_member.plan, listed(one_member.plan, entries), {}))
    placed = {item.receipt: item.line_id for item in good.result.placements}
    assert (placed["m1"], placed["o3"], placed["o4"]) == ("A-reserve", "A-reserve", "B")
    swapped = (
        good.bundle["placements.csv"]
        .replace(b"o3,A-reserve,1", b"o3,,")
        .replace(b"o4,B,2", b"o4,A-reserve,1")
    )
    found = verify.faults({**good.bundle, "placements.csv": swapped})
    assert any("o3 在 A-reserve 被越过" in fault for fault in found)


def test_a_malformed_bundle_is_told_and_no_fault_of_the_program() -> None:
    assert verify_list.faults({}) == ["结果包格式不符 / the bundle is malformed: KeyError: 'round.json'"]


def test_the_copied_program_runs_alone_on_folder_and_zip(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name, data in GOOD[FIRST].items():
        (folder / name).write_bytes(data)
    archive = shutil.make_archive(str(tmp_path / "bundle"), "zip", folder)
    for target in (str(folder), archive):
        command = [sys.executable, "-I", str(folder / "verify_list.py"), target]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
        assert run.returncode == 0, run.stdout + run.stderr
    data = json.loads((folder / "entry_list.json").read_bytes())
    data["entries"][-1]["choices"].pop(1)
    (folder / "entry_list.json").write_text(json.dumps(data), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-I", str(folder / "verify_list.py"), str(folder)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == 1
    assert "does NOT check" in run.stdout
