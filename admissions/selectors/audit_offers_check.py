"""Checks that every place is one that the draw, the places given on, and the answers lead to."""

import json
from collections.abc import Iterator, Mapping, Sequence

from admissions.selectors.bundles import unzip_files
from admissions.selectors.csv_tables import csv_rows

Files = Mapping[str, bytes]
Row = Mapping[str, str]
LIVE = ("held", "confirmed", "enrolled")
ENDED = ("declined", "lapsed")


def offer_faults(files: Files, folder: str, last: str) -> Iterator[str]:
    """Yield every child whose newest offer does not follow.

    1. Its line is the one that draw and moves gave; one taken back since the last run has a step that says so.
    2. Its status is the one that its last step led to; without a step it is held, or confirmed after a move asked for.
    3. Whoever has a place by draw and moves has an offer, and nobody else.
    """
    drawn = files.get(f"{last}/draw.zip")
    if drawn is None or json.loads(files[f"{folder}/round.json"])["status"] != "published":
        return
    places, moved = _places(files, folder, drawn)
    newest = {row["receipt"]: row for row in csv_rows(files[f"{folder}/offers.csv"])}
    steps: dict[str, list[Row]] = {}
    for row in csv_rows(files[f"{folder}/offer_steps.csv"]):
        steps.setdefault(row["receipt"], []).append(row)
    for receipt in sorted({*places, *newest, *steps}):
        offer = newest.get(receipt)
        own = [row for row in steps.get(receipt, ()) if offer and row["line_id"] == offer["line_id"]]
        if offer is None or not _follows(offer, own, places.get(receipt), asked=receipt in moved):
            yield f"{folder}: {receipt} 的学位与派位、递补和答复不符 / the place does not follow from what is recorded"


def _follows(offer: Row, steps: Sequence[Row], place: str | None, *, asked: bool) -> bool:
    status, line = offer["status"], offer["line_id"]
    said = steps[-1]["status"] if steps else ""
    if status in ENDED:
        return said == status and place in (None, line)
    if status not in LIVE or (place != line and not any(row["action"] == "restore" for row in steps)):
        return False
    return said == status if steps else status == ("confirmed" if asked else "held")


def _places(files: Files, folder: str, drawn: bytes) -> tuple[dict[str, str], set[str]]:
    """Return (line by receipt, receipts that moved from one place to another) after draw and moves."""
    after = files.get(f"{folder}/after_results.zip")
    if after is None:
        rows = csv_rows(unzip_files(drawn)["placements.csv"])
        return {row["receipt"]: row["line_id"] for row in rows if row["line_id"]}, set()
    inner = unzip_files(after)
    runs = json.loads(inner["moves.json"])["runs"]
    moved = {receipt for run in runs for receipt, before, _, _ in run["moves"] if before}
    return {row["receipt"]: row["line_id"] for row in csv_rows(inner["places.csv"])}, moved
