"""Measure lottery and matching: python -m benchmarks.matching [kernel|round|file|chances] ...

Prints one line per figure, with the peak memory of the process that did the work. Warm the kernels first:
python -m admissions.matching.warm.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from admissions.lottery import verify as verify_lottery
from admissions.lottery.draw_record import (
    draw,
    draw_record_document,
    public_values_document,
    ticket_finder,
    tickets,
)
from admissions.lottery.entry_list import (
    Choice,
    Entry,
    EntryList,
    entry_value,
    read_entry_list,
    write_entry_list,
)
from admissions.lottery.tickets import Draw
from admissions.matching import verify as verify_matching
from admissions.matching.bundle import DrawFiles, public_bundle
from admissions.matching.chances import chances
from admissions.matching.deferral import Asking, ask_on, defer, nobody_held
from admissions.matching.entries import applicants_from, plan_digest
from admissions.matching.records import Line, LoserRule, Mechanism, RoundInput, RoundPlan, Stage
from admissions.matching.stages import place
from admissions.services.many_records import without_search_for_cycles

KERNEL_SIZES = ((100_000, 1_000), (1_000_000, 10_000), (15_000_000, 150_000))
CHOICES = 3


@dataclass(slots=True)
class Taken:
    """What a block took: seconds by the clock, and of the processor in this process and in those it waited for."""

    clock: float = 0.0
    processor: float = 0.0

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.clock + other.clock, self.processor + other.processor)


@contextmanager
def measured(what: str) -> Iterator[Taken]:
    """Print what the block took, and the peak memory of the process so far, and of the largest it waited for."""
    taken, start, busy = Taken(), time.perf_counter(), processor_seconds()
    yield taken
    taken.clock, taken.processor = time.perf_counter() - start, processor_seconds() - busy
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    memory = " and ".join(f"{peak / 1024:,.0f}" for peak in peaks if peak)
    print(f"{what}: {taken.clock:.3f} s (processor {taken.processor:.3f} s), peak {memory} MiB", flush=True)


def processor_seconds() -> float:
    """Return the seconds of this process and of those it has waited for."""
    return sum(os.times()[:4])


def random_asking(children: int, lines: int) -> Asking:
    """Return children with up to 3 lines each near a home line, as many seats as children, one draw.

    Homes crowd at the first lines, so that about a quarter of the children find no place on their lists.
    """
    chance = np.random.default_rng(1)
    home = (chance.random(children) ** 1.5 * lines).astype(np.int32)
    line = np.empty((children, CHOICES), dtype=np.int32)
    for nth in range(CHOICES):
        step = chance.integers(1, 40, children, dtype=np.int32)
        line[:, nth] = (home if nth == 0 else line[:, nth - 1]) + step
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


def random_world(children: int, lines: int) -> tuple[RoundPlan, tuple[Entry, ...]]:
    """Return a private and a public stage, 3 choices each, twins among one child in fifty."""
    asking = random_asking(children, lines)
    ids = [f"L{j:06d}" for j in range(lines)]
    plan_lines = tuple(
        Line(name, seats, "private" if j % 10 == 0 else "public")
        for j, (name, seats) in enumerate(zip(ids, asking.seats.tolist(), strict=True))
    )
    private = [line.line_id for line in plan_lines if line.track == "private"]
    public = [line.line_id for line in plan_lines if line.track == "public"]
    stages = (
        Stage("private", Mechanism.DEFERRED_ACCEPTANCE, tuple(private)),
        Stage("public", Mechanism.DEFERRED_ACCEPTANCE, tuple(public), losers=LoserRule.SAME_CLASS_LAST),
    )
    entries: list[Entry] = []
    for child, names in enumerate(asking.bid_line.reshape(-1, CHOICES).tolist()):
        group, second = f"G{child // 100:07d}" if child % 100 < 2 else None, child % 100 == 1
        rank = child // 2 % 4 * 2 + 1
        listed = enumerate(dict.fromkeys(names), start=1)
        choices = tuple(Choice(ids[name], n, rank, rank + 1) for n, name in listed)
        entries.append(Entry(f"R{child:09d}", entries[-1].choices if second else choices, group))
    return RoundPlan("bench", plan_lines, stages), tuple(entries)


def ticket_of(drawn: Draw, tracks: Mapping[str, str]) -> Callable[[str, str], int]:
    """Return (line, ball) -> ticket."""
    ticket = cache(drawn.ticket)
    return lambda line, ball: ticket(tracks[line], ball)


@without_search_for_cycles()
def round_() -> None:
    """Tickets, placement with reasons, bundle and both verifiers, as drawing and publishing do them.

    Counted is from the published bytes of the entry list to the verifiers' answers. Not counted: making the list, the
    database, the zip in which the bundle is kept, and the start of a process, of which the kernels' loading is shown.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from admissions.services.verifying import faults_side_by_side  # with Django, which no other part needs

    with measured("load the compiled kernels, once in a process"):
        small = random_asking(100, 10)
        defer(small)
    for children, lines in KERNEL_SIZES[:1]:
        plan, entries = random_world(children, lines)
        names, values = ("a", "b"), {"a": "03 09 14 22 27 31 + 05", "b": "417"}
        entry_list = EntryList("bench", "bench/1", "ab" * 32, plan_digest(plan), names, entries)
        tracks = {line.line_id: line.track for line in plan.lines}
        written = write_entry_list(entry_list)
        with measured(f"draw, {children:,} children") as drawing:
            drawn_list = read_entry_list(written.document)
            record = draw(drawn_list, published_digest=written.digest, public_values=values, written=written)
            drawn = tickets(drawn_list, record, tracks)
        with measured("place, with reasons and waitlists") as placing:
            published = [entry_value(entry) for entry in drawn_list.entries]
            applicants = applicants_from(published, ticket_finder(drawn_list, drawn, tracks), fallbacks={})
            result = place(round_input := RoundInput(plan, applicants))
        with measured("bundle") as bundling:
            documents = (
                written.document,
                public_values_document(record),
                draw_record_document(record),
            )
            bundle = public_bundle(round_input, result, DrawFiles(*documents, drawn), published_plan=plan)
        with measured("both verifiers side by side, as publishing runs them") as verifying:
            good(faults_side_by_side(bundle))
        made = drawing + placing + bundling
        told(f"all of it, {children:,} children", made + verifying)
        with measured("verify the draw, alone") as of_draw:
            good(verify_lottery.faults(bundle))
        with measured("verify the placements, alone") as of_placements:
            good(verify_matching.faults(bundle))
        told("all of it, one verifier after the other", made + of_draw + of_placements)


def good(faults: list[str]) -> None:
    """Stop at a fault: what is wrong is not worth measuring."""
    if faults:
        sys.exit("\n".join(faults[:20]))


def told(what: str, taken: Taken) -> None:
    """Print a sum."""
    print(f"{what}: {taken.clock:.1f} s (processor {taken.processor:.1f} s)", flush=True)


def replay() -> None:
    """Chances from 1,000 fresh draws of a county of 5,000."""
    plan, entries = random_world(5_000, 20)
    published = [entry_value(entry) for entry in entries]
    tracks = {line.line_id: line.track for line in plan.lines}
    applicants = applicants_from(published, ticket_of(Draw("bench/1", "00" * 32), tracks), fallbacks={})
    with measured("chances, 5,000 children, 1,000 draws"):
        print(len(chances(RoundInput(plan, applicants), draws=1000, seed=1)), "ranks, choices and lines")


def file() -> None:
    """The whole place_round command, in its own process."""
    for children, lines in KERNEL_SIZES[:2]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_tables(folder, children, lines)
            start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [sys.executable, "manage.py", "place_round", "--lines", f"{folder}/lines.csv"]
            subprocess.run(
                [*command, "--choices", f"{folder}/choices.csv", "--out", f"{folder}/out"], check=True
            )
            seconds = time.perf_counter() - start
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(
                f"place_round {children:,} x {lines:,}: {seconds:.1f} s (processor {busy:.1f} s), "
                f"peak {after.ru_maxrss / 1024:,.0f} MiB",
                flush=True,
            )


def main() -> None:
    parts = {"kernel": kernel, "round": round_, "file": file, "chances": replay}
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
