"""Rows that contradict each other or do not count, and readers that have enough."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pure.verify_world import (
    PLACES,
    PROGRAMS,
    TOWNS,
    Text,
    change,
    files_of,
    judge,
    replaced,
    write_town,
)
from zoning.engine import verify


@pytest.fixture
def in_quarters(tmp_path: Path) -> Path:
    """A town in files with a lawful plan, drawn by hand: every quarter has its school."""
    write_town(tmp_path, TOWNS["soft"])
    zones = [f"c{x}r{y},s{1 + (x > 2) + 2 * (y > 2)}" for x, y in PLACES]
    (tmp_path / "plan.csv").write_text("\n".join(["unit_id,school_id", *zones, ""]), encoding="utf-8")
    for program in PROGRAMS:
        shutil.copy(Path(verify.__file__).parent / program, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "how", "code", "said"),
    [
        ("in_force", lambda text: text + "c0r1,s1\n", 2, "line 37: unit_id “c0r1” 空白或重复"),
        ("in_force", lambda text: text + "c0r1,s2\n", 2, "line 37: unit_id “c0r1” 空白或重复"),
        ("in_force", replaced("c0r1,s1", "c0r1,"), 2, "line 2: school_id “” 空白或重复"),
        (
            "in_force",
            lambda text: text + "zz,s1\n",
            0,
            "these units are not listed, and their rows do not count",
        ),
        ("in_force", replaced("c0r1,s1", "c0r1,QQ"), 0, "现行学区中的学校 QQ 不在表中，所在行不计"),
        ("crossings", lambda text: text + "c0r0,s1,5\n", 2, "c0r0, s1 重复 / is there twice"),
    ],
)
def test_rows_that_contradict_or_do_not_count_are_told(
    in_quarters: Path, file: str, how: Text, code: int, said: str
) -> None:
    assert judge(in_quarters, report=False) == (
        0,
        "方案合法：36 个单元、4 个学区，每条规则都已重新核对\n"
        "The plan is lawful: 36 units, 4 zones, every rule was checked again\n",
    )
    change(in_quarters / f"{file}.csv", how)

    status, told = judge(in_quarters, report=False)

    assert (status, said in told) == (code, True), told


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="this system has no such signal")
@pytest.mark.parametrize("program", ["verify.py", "verify_bound.py"])
def test_a_reader_that_has_enough_ends_a_program_quietly(in_quarters: Path, program: str) -> None:
    (in_quarters / "report.json").write_text("{}", encoding="utf-8")
    files = [file for file in files_of(in_quarters) if not file.startswith("--in-force")]
    plan = [f"--plan={in_quarters / 'plan.csv'}"] if program == "verify.py" else []
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "utf8",
            str(in_quarters / program),
            *files,
            *plan,
            f"--report={in_quarters / 'report.json'}",
        ],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)

    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")
