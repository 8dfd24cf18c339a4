"""Deferred acceptance beside others' packages, same instances, same run: python -m benchmarks.matching_peers.

`matching` and `algmatch` are installed into an environment of their own that is thrown away; none of them is
needed by the product. Every result must be equal to ours, child by child.
"""

import json
import subprocess
import tempfile
import time
import venv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from admissions.matching.deferral import ask_on, nobody_held
from benchmarks.matching import random_asking
from benchmarks.peer_run import peak_mib

PEERS = {"matching": "matching==1.4.3", "algmatch": "algmatch==1.5.2"}
IntArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]
SIZES = ((1_000, 20), (5_000, 100), (20_000, 200), (100_000, 1_000))
PATIENCE_SECONDS = 120


def main() -> None:
    """Print a table."""
    warm = random_asking(100, 10)
    ask_on(warm, nobody_held(warm), np.arange(100, dtype=np.int32))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = _environment(folder / "peers")
        print(
            "| children x lines | package | seconds | peak MiB | result |\n| --- | --- | ---: | ---: | --- |"
        )
        gave_up: set[str] = set()
        for children, lines in SIZES:
            ours, instance = _ours(children, lines, folder)
            for peer in PEERS:
                told = "gave up at a smaller size" if peer in gave_up else _peer(python, peer, instance, ours)
                if told.startswith("gave up"):
                    gave_up.add(peer)
                    told = f"– | – | {told}"
                print(f"| {children:,} x {lines:,} | `{PEERS[peer]}` | {told} |", flush=True)


def _environment(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-qqq", *PEERS.values()], check=True)
    return python


def _ours(children: int, lines: int, folder: Path) -> tuple[Mapping[int, int], Path]:
    """Solve with our kernel, print its line, and write the instance as the peers read it."""
    asking = random_asking(children, lines)
    listed = asking.bid_line.reshape(children, -1)
    keys = asking.bid_key.reshape(children, -1)
    keys[_listed_before(listed)] = -1  # a line listed twice is asked once
    wishes = {child: list(dict.fromkeys(listed[child].tolist())) for child in range(children)}
    order: dict[int, list[tuple[int, int]]] = {line: [] for line in range(lines)}
    for child, names in wishes.items():
        for line in names:
            order[line].append((int(keys[child, listed[child].tolist().index(line)]), child))
    began = time.perf_counter()
    state = ask_on(asking, nobody_held(asking), np.arange(children, dtype=np.int32))
    seconds = time.perf_counter() - began
    print(f"| {children:,} x {lines:,} | ours | {seconds:.4f} | {peak_mib():.0f} | |", flush=True)
    instance = folder / "instance.json"
    seats = dict(enumerate(asking.seats.tolist()))
    ranked = {line: [child for _, child in sorted(bids)] for line, bids in order.items()}
    instance.write_text(json.dumps({"children": wishes, "lines": ranked, "seats": seats}))
    placed = state.placed.tolist()
    # `placed` is the place of the met bid among all bids, or negative.
    return {child: int(asking.bid_line[bid]) for child, bid in enumerate(placed) if bid >= 0}, instance


def _listed_before(listed: IntArray) -> BoolArray:
    """Return [children, choices]: whether the child's list has the line already."""
    earlier = listed[:, :, None] == listed[:, None, :]
    found: BoolArray = np.tril(earlier, -1).any(axis=2)
    return found


def _peer(python: Path, peer: str, instance: Path, ours: Mapping[int, int]) -> str:
    result = instance.with_name("result.json")
    command: list[str | Path] = [
        python,
        "-P",
        Path(__file__).with_name("peer_run.py"),
        peer,
        instance,
        result,
    ]
    try:
        ended = subprocess.run(command, timeout=PATIENCE_SECONDS, capture_output=True, text=True, check=False)
    except subprocess.TimeoutExpired:
        return f"gave up after {PATIENCE_SECONDS} s"
    if ended.returncode:
        return f"gave up: {ended.stderr.splitlines()[-1]}"
    found = json.loads(result.read_text())
    placed = {int(child): line for child, line in found["placed"].items()}
    equal = "equal" if placed == ours else "DIFFERENT"
    return f"{found['seconds']:.3f} | {found['peak_mib']:.0f} | {equal}"


if __name__ == "__main__":
    main()
