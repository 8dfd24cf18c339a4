"""The public bundle after results: the draw as it was, and every place given on since."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from admissions.matching.bundle import manifest
from admissions.matching.left_off import LateEntry
from admissions.matching.waitlist import Move
from common.canonical import CanonicalValue, canonical_json

FORMAT = "jiujin-after-results-1"


@dataclass(frozen=True, slots=True)
class Run:
    """One time that places were given on.

    gave_up, restored -- (receipt, line) since the run before
    asks    -- receipts with a place whose families asked to wait for a higher choice
    added   -- children left off by mistake; seats -- seats that the plan was amended by for them
    left_off, moves   -- places of those children, then the places given on, in order
    """

    number: int
    gave_up: tuple[tuple[str, str], ...] = ()
    restored: tuple[tuple[str, str], ...] = ()
    asks: tuple[str, ...] = ()
    added: tuple[LateEntry, ...] = ()
    seats: Mapping[str, int] = field(default_factory=dict)
    left_off: tuple[Move, ...] = ()
    moves: tuple[Move, ...] = ()


def run_document(run: Run) -> bytes:
    """Return one run of moves.json in canonical bytes. Source: docs/bundle.md (moves.json)."""
    return canonical_json(
        {
            "number": run.number,
            "gave_up": _pairs(run.gave_up),
            "restored": _pairs(run.restored),
            "asks": sorted(run.asks),
            "added": [late_entry_value(entry) for entry in run.added],
            "seats": dict(run.seats),
            "moves": [
                *(_move(move, "left_off") for move in run.left_off),
                *(_move(move, "waitlist") for move in run.moves),
            ],
        }
    )


def late_entry_value(entry: LateEntry) -> dict[str, CanonicalValue]:
    """Return the published form of a child left off."""
    return {
        "receipt": entry.receipt,
        "group": entry.group_id,
        "choices": [[c.line_id, c.choice, list(c.rank), list(c.loser_rank)] for c in entry.choices],
    }


def amended_bundle(
    bundle: Mapping[str, bytes],
    *,
    closed: Sequence[str],
    runs: Sequence[bytes],
    places: Mapping[str, str],
) -> dict[str, bytes]:
    """Return the bundle with moves.json, places.csv (who holds which line now) and the program that checks them.

    closed -- lines whose freed seats are not given on; runs -- `run_document` of each, in order
    The files of the draw stay byte for byte; only the manifest is written again. Source: docs/bundle.md.
    """
    listed = b",".join(runs)
    head = canonical_json({"closed": sorted(closed), "format": FORMAT})
    names = {
        **bundle,
        "moves.json": head[:-1] + b',"runs":[' + listed + b"]}",
        "places.csv": _places_table(places),
        "verify_moves.py": (files("admissions.matching") / "verify_moves.py").read_bytes(),
    }
    return {**names, "MANIFEST.json": manifest(names)}


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[CanonicalValue]:
    return [list(pair) for pair in sorted(pairs)]


def _move(move: Move, rule: str) -> list[CanonicalValue]:
    return [move.receipt, move.from_line or "", move.to_line, rule]


def _places_table(places: Mapping[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("receipt", "line_id"))
    writer.writerows(sorted(places.items()))
    return text.getvalue().encode()
