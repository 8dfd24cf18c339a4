"""Zoning beside what an officer could pick today: python -m benchmarks.zoning_peers --data ../shared/data/sap

    python -m benchmarks.zoning_peers --data DIR [--cases zy_15a gy_39a gy2_20a] [--seconds 60]

Same cases, same wall time, same machine, one after the other: our engine; the capacitated p-median of PySAL `spopt`; a
HiGHS model with flows for connection; nearest school with repair. `spopt` is installed into an environment of its
own that is thrown away. Every plan is judged by the independent check; a plan that is not lawful is no answer.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.peer_run import peak_mib
from benchmarks.zoning import best_published
from zoning.engine.building import build_problem
from zoning.engine.files import Tables, read_tables
from zoning.engine.problem import IntArray, Problem
from zoning.engine.solve import Options, solve
from zoning.engine.verify import cost_km, violations
from zoning.engine.warm import warm

SPOPT = ("spopt==0.7.0", "pulp==3.3.2", "highspy==1.12.0")


@dataclass(frozen=True, slots=True)
class Answer:
    """A plan by zone index, None where there is none, with what it took; words where it ended badly."""

    plan: Sequence[int] | None
    seconds: float
    cpu_seconds: float
    peak_mib: float
    words: str = ""


def read_case(data: Path, case: str) -> tuple[Tables, Problem]:
    county, name = case.split("_")
    folder = data / county
    tables = read_tables(folder / "units.csv", folder / f"schools_{name}.csv", folder / "adjacency.csv")
    return tables, build_problem(tables.units, tables.schools, tables.adjacency)


def ours(problem: Problem, seconds: float) -> Answer:
    began, cpu = time.monotonic(), time.process_time()
    solution = solve(problem, Options(seconds=seconds, clock=time.monotonic), seed=1)
    spent, cpu = time.monotonic() - began, time.process_time() - cpu
    return Answer(solution.zone.tolist(), spent, cpu, peak_mib())


def nearest_with_repair(problem: Problem) -> Answer:
    """Nearest school; cut-off pieces to the neighbour's zone; then full zones unload over their borders.

    The cheapest move first. It stops when all seats suffice, or when no move lessens what is too much.
    """
    began, cpu = time.monotonic(), time.process_time()
    km = problem.distance_m() / 1000
    zone = km.argmin(axis=1)
    zone[problem.home] = np.arange(problem.n_zones)
    _join_pieces(problem, zone, km)
    load = np.bincount(zone, problem.children, problem.n_zones).astype(np.int64)
    while (load > problem.seats).any():
        moves = _unloading_moves(problem, zone, load, km)
        if not moves:
            break
        _, unit, goal = min(moves)
        load[zone[unit]] -= problem.children[unit]
        load[goal] += problem.children[unit]
        zone[unit] = goal
    return Answer(zone.tolist(), time.monotonic() - began, time.process_time() - cpu, peak_mib())


def _unloading_moves(
    problem: Problem, zone: IntArray, load: IntArray, km: object
) -> list[tuple[float, int, int]]:
    """Return (km more a child, unit, zone) of moves out of full zones that cut nothing.

    A move must lessen the sum of squares of what is too much, so that it may be handed on from zone to zone.
    """
    indptr, near = problem.graph
    ways = np.asarray(km)
    over = np.maximum(load - problem.seats, 0)
    found = []
    for unit in np.flatnonzero(over[zone] > 0).tolist():
        here, children = int(zone[unit]), int(problem.children[unit])
        if children == 0 or unit in problem.site_unit:
            continue
        left = max(int(over[here]) - children, 0)
        for goal in set(zone[near[indptr[unit] : indptr[unit + 1]]].tolist()) - {here}:
            more = max(int(load[goal]) + children - int(problem.seats[goal]), 0)
            if left**2 + more**2 < int(over[here]) ** 2 + int(over[goal]) ** 2 and not _cuts(
                problem, zone, unit
            ):
                found.append((float(ways[unit, goal] - ways[unit, here]), unit, goal))
    return found


def _cuts(problem: Problem, zone: IntArray, unit: int) -> bool:
    without = zone.copy()
    without[unit] = -1
    reached = _reached(problem, without, int(zone[unit]))
    return len(reached) < int((without == zone[unit]).sum())


def _reached(problem: Problem, zone: IntArray, wanted: int) -> set[int]:
    indptr, near = problem.graph
    stack = [int(problem.home[wanted])]
    reached = set(stack)
    while stack:
        at = stack.pop()
        for other in near[indptr[at] : indptr[at + 1]].tolist():
            if zone[other] == wanted and other not in reached:
                reached.add(other)
                stack.append(other)
    return reached


def _join_pieces(problem: Problem, zone: IntArray, km: object) -> None:
    """Give every unit that does not reach its school to the nearest zone beside it that does, until all do."""
    ways = np.asarray(km)
    indptr, near = problem.graph
    held = {unit for z in range(problem.n_zones) for unit in _reached(problem, zone, z)}
    while len(held) < problem.n_units:
        offers = [
            (float(ways[unit, zone[other]]), unit, int(zone[other]))
            for unit in range(problem.n_units)
            if unit not in held
            for other in near[indptr[unit] : indptr[unit + 1]].tolist()
            if other in held
        ]
        _, unit, goal = min(offers)
        zone[unit] = goal
        held.add(unit)


def peer(python: Path | str, name: str, problem: Problem, folder: Path, seconds: float) -> Answer:
    """Return what a peer's process answers."""
    instance, result = folder / "instance.json", folder / "result.json"
    told = {
        "km": (problem.distance_m() / 1000).tolist(),
        "children": problem.children.tolist(),
        "seats": problem.seats.tolist(),
        "home": problem.home.tolist(),
        "pairs": problem.pairs.tolist(),
    }
    instance.write_text(json.dumps(told))
    result.unlink(missing_ok=True)
    command = [
        python,
        "-P",
        Path(__file__).with_name("zoning_peer_run.py"),
        name,
        instance,
        result,
        str(seconds),
    ]
    patience = 3 * seconds + 60
    try:
        ended = subprocess.run(command, timeout=patience, capture_output=True, text=True, check=False)
    except subprocess.TimeoutExpired:
        return Answer(None, patience, 0, 0, f"did not end after {patience:.0f} s")
    if ended.returncode:
        return Answer(None, 0, 0, 0, f"gave up: {(ended.stderr.splitlines() or ['no word'])[-1]}")
    found = json.loads(result.read_text())
    return Answer(found["plan"], found["seconds"], found["cpu_seconds"], found["peak_mib"])


def judged(tables: Tables, problem: Problem, answer: Answer, best: float) -> str:
    """Return the cells: gap, lawful, seconds, processor seconds, memory."""
    if answer.plan is None:
        return f"– | {answer.words or 'no plan found'} | {answer.seconds:.1f} | {answer.cpu_seconds:.1f} | –"
    plan = {u: problem.zone_ids[z] for u, z in zip(problem.unit_ids, answer.plan, strict=True)}
    facts = tables.facts()
    broken = Counter(one.code for one in violations(facts, list(plan.items())))
    lawful = (
        "yes" if not broken else "no: " + ", ".join(f"{n} x {code}" for code, n in sorted(broken.items()))
    )
    gap = 100 * (cost_km(facts, plan) / best - 1)
    return (
        f"{gap:+.3f} % | {lawful} | {answer.seconds:.1f} | {answer.cpu_seconds:.1f} | {answer.peak_mib:.0f}"
    )


def environment(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-qqq", *SPOPT], check=True)
    return python


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cases", nargs="*", default=["zy_15a", "gy_39a", "gy2_20a"])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--peers-python", type=Path, help="an environment that has spopt already")
    args = parser.parse_args()
    warm()
    best = best_published(args.data)
    print("| case | who | cost gap | lawful | wall s | processor s | peak MiB |")
    print("| --- | --- | ---: | --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = args.peers_python or environment(folder / "peers")
        for case in args.cases:
            tables, problem = read_case(args.data, case)
            for who, answer in (
                ("ours", ours(problem, args.seconds)),
                ("`spopt` p-median", peer(python, "spopt", problem, folder, args.seconds)),
                ("HiGHS, flows", peer(sys.executable, "flow", problem, folder, args.seconds)),
                ("nearest, repaired", nearest_with_repair(problem)),
            ):
                print(f"| `{case}` | {who} | {judged(tables, problem, answer, best[case])} |", flush=True)


if __name__ == "__main__":
    main()
