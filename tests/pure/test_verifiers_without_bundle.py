"""What a stranger gives to a published verifier by mistake is told in one line, with status 2 and without a trace."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = (
    "admissions/lottery/verify.py",
    "admissions/matching/verify.py",
    "admissions/matching/verify_list.py",
    "admissions/matching/verify_moves.py",
)


def checked(program: str, *given: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-X", "utf8", str(ROOT / program), *given]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


def damaged_zip(path: Path) -> Path:
    """A zip whose directory is whole and whose only file is not."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("round.json", b"jiujin " * 4000)
    data = bytearray(path.read_bytes())
    data[50:60] = bytes(10)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("kind", ["nowhere", "no zip", "half a zip", "damaged zip"])
def test_what_is_no_bundle_is_told_with_its_path(program: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    if kind == "no zip":
        path.write_text("receipt,urn,ticket\n")
    elif kind != "nowhere":
        damaged_zip(path)
    if kind == "half a zip":
        path.write_bytes(path.read_bytes()[:100])
    run = checked(program, str(path))
    assert run.returncode == 2, run.stdout + run.stderr
    assert run.stderr == ""
    assert len(run.stdout.splitlines()) == 1
    assert f"check the path or download it again: {path}: " in run.stdout


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_folder_that_holds_no_bundle_does_not_check(program: str, tmp_path: Path) -> None:
    for name in ("round.json", "MANIFEST.json", "entry_list.json"):
        (tmp_path / name).write_text("[" * 100_000)
    run = checked(program, str(tmp_path))
    assert run.returncode == 1, run.stdout + run.stderr
    assert run.stderr == ""
    assert "NOT check" in run.stdout


@pytest.mark.parametrize("program", PROGRAMS)
def test_without_a_bundle_the_usage_is_told(program: str) -> None:
    run = checked(program)
    assert run.returncode == 2
    assert "usage" in run.stdout + run.stderr
    assert "Traceback" not in run.stderr


def test_a_value_without_its_name_is_told(tmp_path: Path) -> None:
    run = checked(PROGRAMS[0], str(tmp_path), "--value", "05 12 17")
    assert run.returncode == 2
    assert "write --value NAME=VALUE" in run.stderr
    assert "Traceback" not in run.stderr
