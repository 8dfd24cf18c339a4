"""Every published verifier checks a draw by HMAC-SM3 with a plain Python whose OpenSSL knows no SM3."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from admissions.lottery import verify as verify_lottery
from admissions.lottery.tickets import TicketAlgorithm
from admissions.matching import verify as verify_matching
from admissions.matching import verify_moves
from admissions.matching.bundle import manifest
from tests.cases.matching_rounds import random_world
from tests.cases.waitlist_rounds import after_results, one_day
from tests.pure.test_waitlist import late_entry

CHECKERS = ("verify_lottery.py", "verify_matching.py", "verify_moves.py")
# A program run as if by a Python without SM3: arguments are the program and its own.
WITHOUT_SM3 = """
import hashlib, hmac, runpy, sys
def refusing(known, place):
    def new(*given, **named):
        if "sm3" in (given[place:place + 1] + tuple(named.values())):
            raise ValueError("unsupported hash type sm3")
        return known(*given, **named)
    return new
hashlib.new, hmac.digest, hmac.new = refusing(hashlib.new, 0), refusing(hmac.digest, 2), refusing(hmac.new, 2)
hashlib.algorithms_available = hashlib.algorithms_available - {"sm3"}
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def sm3_bundle() -> dict[str, bytes]:
    """A round drawn by HMAC-SM3, places given on since, one child left off the list added."""
    world = random_world(7, children=40, lines=6, seats=6, twins=3, algorithm=TicketAlgorithm.HMAC_SM3)
    chance = np.random.default_rng(7)
    state = after_results(world)
    one_day(state, chance)
    state.give_on([late_entry(state, chance)])
    return state.bundle()


BUNDLE = sm3_bundle()


def written(folder: Path, bundle: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, data in bundle.items():
        (folder / name).write_bytes(data)
    return folder


def checked(program: Path, bundle: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-c", WITHOUT_SM3, str(program), str(bundle)]
    return subprocess.run(command, cwd=bundle, capture_output=True, text=True, encoding="utf-8")


@pytest.mark.parametrize("name", CHECKERS)
def test_published_verifier_checks_an_sm3_draw_without_sm3(name: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "bundle", BUNDLE)

    run = checked(folder / name, folder)

    assert run.returncode == 0, run.stdout + run.stderr
    assert "核验通过" in run.stdout


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("verify_lottery.py", "tickets.csv"),
        ("verify_matching.py", "cutoffs.csv"),
        ("verify_moves.py", "places.csv"),
    ],
)
def test_published_verifier_notices_a_forged_sm3_draw_without_sm3(
    name: str, table: str, tmp_path: Path
) -> None:
    lines = BUNDLE[table].splitlines(keepends=True)
    forged = {**BUNDLE, table: b"".join([*lines[:1], *lines[2:]])}
    folder = written(tmp_path / "bundle", {**forged, "MANIFEST.json": manifest(forged)})

    run = checked(folder / name, folder)

    assert run.returncode == 1, run.stdout + run.stderr
    assert "NOT check" in run.stdout


@pytest.mark.parametrize("name", ["verify_matching.py", "verify_moves.py"])
def test_verifier_alone_without_sm3_says_which_file_it_needs(name: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "bundle", BUNDLE)
    alone = written(tmp_path / "alone", {name: BUNDLE[name]}) / name

    run = checked(alone, folder)

    assert run.returncode == 1, run.stdout + run.stderr
    assert "SM3 needs verify_lottery.py in the same folder" in run.stdout


def test_our_own_server_verifies_an_sm3_draw_without_sm3(monkeypatch: pytest.MonkeyPatch) -> None:
    known: Callable[..., Any] = hashlib.new

    def new(name: str, data: bytes = b"", **options: Any) -> Any:
        if name == "sm3":
            raise ValueError("unsupported hash type sm3")
        return known(name, data, **options)

    monkeypatch.setattr("hashlib.new", new)

    assert verify_lottery.faults(BUNDLE) == []
    assert verify_matching.faults(BUNDLE) == []
    assert verify_moves.faults(BUNDLE) == []
