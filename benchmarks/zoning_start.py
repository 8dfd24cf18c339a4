"""How long a fresh `manage.py draw_zones` takes to its first lawful plan, and to its end.

    python -m benchmarks.zoning_start --data ../shared/data/sap [--cases zy_13a zy_17a] [--runs 10]

Every run is a new process with `--effort 1`, told by what it prints; a first one, which may still compile, does not
count. Prints for each case the median of wall and of processor seconds, and the range of the wall's. Linux only.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
FIRST = "A lawful plan after"
TICKS = os.sysconf("SC_CLK_TCK")
# Where a process's own seconds stand in /proc/PID/stat, counted from behind its name.
USER, SYSTEM = 11, 12


def used_by(pid: int) -> float:
    """Return the processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[USER]) + int(fields[SYSTEM])) / TICKS


def timed(data: Path, case: str, out: Path) -> tuple[float, float, float, float]:
    """Return wall and processor seconds to the first lawful plan, then to the end."""
    county, name = case.split("_")
    files = {"units": "units", "schools": f"schools_{name}", "adjacency": "adjacency"}
    named = [f"--{option}={data / county / file}.csv" for option, file in files.items()]
    command = [sys.executable, "manage.py", "draw_zones", *named, f"--out={out}", "--effort=1"]
    began = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8") as run:
        assert run.stdout
        first = next((time.monotonic() - began, used_by(run.pid)) for line in run.stdout if FIRST in line)
        run.stdout.read()
        _, status, spent = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise SystemExit(f"{case}: the command failed")
    return (*first, time.monotonic() - began, spent.ru_utime + spent.ru_stime)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cases", nargs="+", default=["zy_13a", "zy_17a"])
    parser.add_argument("--runs", type=int, default=10)
    args = parser.parse_args()
    data = args.data.resolve()
    with TemporaryDirectory() as folder:
        for case in args.cases:
            _, *runs = [timed(data, case, Path(folder) / "plan.csv") for _ in range(args.runs + 1)]
            first, first_used, end, end_used = (sorted(column) for column in zip(*runs, strict=True))
            print(
                f"{case}: first plan {median(first):.2f} s ({first[0]:.2f}-{first[-1]:.2f}),"
                f" {median(first_used):.2f} of processor; end {median(end):.2f} s ({end[0]:.2f}-{end[-1]:.2f}),"
                f" {median(end_used):.2f} of processor",
                flush=True,
            )


if __name__ == "__main__":
    main()
