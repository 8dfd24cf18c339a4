"""How a stranger gets files and judges a report: tables as text, the checker of bounds without any package."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from zoning.engine import verify_bound


def write_table(path: Path, header: str, rows: Iterable[Iterable[object]]) -> None:
    lines = [header, *(",".join(str(cell) for cell in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def bound_verdict(files: Mapping[str, Path], told: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the verdict on a report that is written into the folder; files -- by the option that names them."""
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
    named = [f"--{name}={path}" for name, path in files.items()]
    done = subprocess.run(
        [sys.executable, "-I", "-S", verify_bound.__file__, *named, f"--report={folder / 'told.json'}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    verdict: dict[str, Any] = json.loads(done.stdout)
    assert verdict["proven"] is (done.returncode == 0)
    return verdict
