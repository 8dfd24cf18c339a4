"""A town of 64 blocks and four schools in files, and drawing it as from a shell."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management import call_command

from tests.pure.engine_worlds import grid
from tests.pure.stranger import write_table

UNITS, SCHOOLS, PAIRS = grid(
    8, 8, np.arange(64) % 13 + 1, {(1, 1): 100, (6, 1): 120, (1, 6): 112, (6, 6): 115}
)


def write_town(tmp_path: Path) -> None:
    write_table(
        tmp_path / "units.csv",
        "unit_id,x_m,y_m,children",
        [(u.unit_id, u.x_m, u.y_m, u.children) for u in UNITS],
    )
    write_table(
        tmp_path / "schools.csv",
        "school_id,unit_id,seats",
        [(s.school_id, s.unit_id, s.seats) for s in SCHOOLS],
    )
    write_table(tmp_path / "adjacency.csv", "unit_a,unit_b", PAIRS)


def inputs(folder: Path) -> dict[str, Path]:
    return {name: folder / f"{name}.csv" for name in ("units", "schools", "adjacency")}


def arguments(folder: Path) -> list[str]:
    """Return the files to read and to write, as a shell names them."""
    outs = {"out": folder / "plan.csv", "report": folder / "report.json"}
    return [f"--{name}={path}" for name, path in {**inputs(folder), **outs}.items()]


def seat_all(folder: Path, seats: int) -> None:
    """Give every school so many seats."""
    rows = [(school.school_id, school.unit_id, seats) for school in SCHOOLS]
    write_table(folder / "schools.csv", "school_id,unit_id,seats", rows)


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


def run(folder: Path, *options: str) -> dict[str, Any]:
    """Draw as from a shell, one round unless told otherwise, and return the report."""
    effort = [] if any(option.startswith("--seconds") for option in options) else ["--effort=1"]
    call_command("draw_zones", *arguments(folder), *effort, *options, stdout=sys.__stdout__)
    told: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return told
