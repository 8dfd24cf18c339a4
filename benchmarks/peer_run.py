"""Solve one instance with a package of others: run by `benchmarks.matching_peers` in an environment of its own.

    python peer_run.py matching|algmatch instance.json result.json

Writes {"placed": {child: line}, "seconds": of solving alone, "peak_mib": ...}. Building its own objects
from the dictionaries is counted: nobody can solve without it.
"""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any


def by_matching(
    children: dict[int, list[int]], lines: dict[int, list[int]], seats: dict[int, int]
) -> dict[int, int]:
    """Resident-optimal, by the package `matching`."""
    from matching.games import HospitalResident  # type: ignore[import-not-found]  # not of our environment

    game: Any = HospitalResident.create_from_dictionaries(children, lines, seats)
    solved = game.solve(optimal="resident")
    return {child.name: line.name for line, held in solved.items() for child in held}


def by_algmatch(
    children: dict[int, list[int]], lines: dict[int, list[int]], seats: dict[int, int]
) -> dict[int, int]:
    """Resident-optimal, by the package `algmatch`."""
    from algmatch import HospitalResidentsProblem  # type: ignore[import-not-found]  # not of our environment

    hospitals = {line: {"capacity": seats[line], "preferences": listed} for line, listed in lines.items()}
    game: Any = HospitalResidentsProblem(dictionary={"residents": children, "hospitals": hospitals})
    solved = game.get_stable_matching()["resident_sided"]
    return {int(child[1:]): int(line[1:]) for child, line in solved.items() if line}


def peak_mib() -> float:
    """Return this program's own largest memory; what `getrusage` tells may be that of who started it."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def main() -> None:
    """Read, solve, write."""
    package, instance, result = sys.argv[1:]
    read = json.loads(Path(instance).read_text())
    children, lines = ({int(k): v for k, v in read[name].items()} for name in ("children", "lines"))
    seats = {int(k): v for k, v in read["seats"].items()}
    solve = {"matching": by_matching, "algmatch": by_algmatch}[package]
    began = time.perf_counter()
    placed = solve(children, lines, seats)
    seconds = time.perf_counter() - began
    Path(result).write_text(json.dumps({"placed": placed, "seconds": seconds, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    # `matching` copies its players by recursion, as deep as they are many.
    sys.setrecursionlimit(10**7)
    threading.stack_size(1 << 30)
    threading.Thread(target=main).start()
