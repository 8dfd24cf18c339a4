"""Measure lottery and matching: python -m benchmarks.matching [kernel|round|file|chances] ...

Prints one line per figure, with the peak memory of the process that did the work. Warm the kernels first:
python -m admissions.matching.warm.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from admissions.matching.deferral import Asking, ask_on, nobody_held

KERNEL_SIZES = ((100_000, 1_000), (1_000_000, 10_000), (15_000_000, 150_000))
CHOICES = 3


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print seconds, and the process's peak memory so far."""
    start = time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {time.perf_counter() - start:.3f} s, peak {peak:,.0f} MiB", flush=True)


def random_asking(children: int, lines: int) -> Asking:
    """Return children with 3 different lines each near a home line, as many seats as children, one draw."""
    chance = np.random.default_rng(1)
    home = chance.integers(0, lines, children, dtype=np.int32)
    line = np.empty((children, CHOICES), dtype=np.int32)
    for place in range(CHOICES):
        step = chance.integers(1, 40, children, dtype=np.int32)
        line[:, place] = (home if place == 0 else line[:, place - 1]) + step
    line %= lines
    order = chance.permutation(children).astype(np.int64)
    key = np.repeat(order, CHOICES)
    key |= chance.integers(1, 5, key.size, dtype=np.int64) << 32
    return Asking(
        offsets=np.arange(0, children * CHOICES + 1, CHOICES, dtype=np.int32),
        bid_line=line.reshape(-1),
        bid_key=key,
        seats=np.full(lines, children // lines, dtype=np.int32),
        bid_ticket=np.empty(0, dtype=np.int32),
        groups=(np.zeros(1, dtype=np.int32), np.empty(0, dtype=np.int32)),
    )


def kernel() -> None:
    """Deferred acceptance alone, arrays in and arrays out."""
    ask_on(small := random_asking(100, 10), nobody_held(small), np.arange(100, dtype=np.int32))
    for children, lines in KERNEL_SIZES:
        asking = random_asking(children, lines)
        with measured(f"matching {children:,} children x {lines:,} lines"):
            state = ask_on(asking, nobody_held(asking), np.arange(children, dtype=np.int32))
        print(f"  placed {(state.placed >= 0).mean():.1%}")


def write_tables(folder: Path, children: int, lines: int) -> None:
    """Write lines.csv and choices.csv with tickets up to 2^256 and twins among one child in fifty."""
    asking = random_asking(children, lines)
    chance = np.random.default_rng(2)
    with (folder / "lines.csv").open("w") as out:
        out.write("line_id,seats\n")
        out.writelines(f"L{j:06d},{seats}\n" for j, seats in enumerate(asking.seats.tolist()))
    with (folder / "choices.csv").open("w") as out:
        out.write("receipt,rank,line_id,tier,key,ticket,group_id\n")
        line, twin_list, ticket = asking.bid_line.reshape(-1, CHOICES).tolist(), None, 0
        for child in range(children):
            twin, second = child % 100 < 2, child % 100 == 1
            if not second:
                ticket = int.from_bytes(chance.bytes(32))
            twin_list = twin_list if second else list(dict.fromkeys(line[child]))
            group = f"G{child // 100:07d}" if twin else ""
            out.writelines(
                f"R{child:09d},{rank},L{name:06d},{(child // 2 + name) % 4 + 1},,{ticket},{group}\n"
                for rank, name in enumerate(twin_list or (), start=1)
            )


def file() -> None:
    """The whole place_round command, in its own process."""
    for children, lines in KERNEL_SIZES[:2]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_tables(folder, children, lines)
            start = time.perf_counter()
            command = [sys.executable, "manage.py", "place_round", "--lines", f"{folder}/lines.csv"]
            subprocess.run(
                [*command, "--choices", f"{folder}/choices.csv", "--out", f"{folder}/out"], check=True
            )
            seconds = time.perf_counter() - start
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"place_round {children:,} x {lines:,}: {seconds:.1f} s, peak {peak:,.0f} MiB", flush=True)


def main() -> None:
    parts = {"kernel": kernel, "file": file}
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
