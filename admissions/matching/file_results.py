"""The results of a round of two tables, as two tables."""

from collections.abc import Iterator, Sequence

import numpy as np

from admissions.matching.file_form import Table
from admissions.matching.filling import Filled, fill
from admissions.matching.kernels import Integers
from admissions.matching.reasons import REASONS, reason_codes
from admissions.matching.records import Mechanism, Stage


def place_table(table: Table, mechanism: Mechanism) -> tuple[Filled, Integers]:
    """Place the children of the table in one stage; return the places and [b] the reason of each bid."""
    stages = (Stage("all", mechanism, tuple(table.market.line_ids)),)
    filled = fill(table.market, table.lines, stages)
    return filled, reason_codes(table.market, table.lines, stages, filled, table.tier)


def placement_rows(table: Table, filled: Filled, codes: Integers) -> Iterator[Sequence[object]]:
    """Yield the rows of placements.csv by receipt: receipt, line_id, reason; texts as they were read.

    No text is one that a spreadsheet runs: `file_form` refuses those.
    Without a place line_id is blank and the reason is that of the first choice.
    """
    market = table.market
    place = np.where(filled.placed >= 0, filled.placed, market.offsets[:-1])
    lines = np.where(filled.placed >= 0, market.line[place], -1).tolist()
    names = [*market.line_ids, ""]
    reasons = [reason.value for reason in REASONS]
    yield ("receipt", "line_id", "reason")
    yield from zip(
        market.receipts,
        map(names.__getitem__, lines),
        map(reasons.__getitem__, codes[place].tolist()),
        strict=True,
    )


def cutoff_rows(table: Table, filled: Filled) -> Iterator[Sequence[object]]:
    """Yield the rows of cutoffs.csv by line id: line_id, seats, applicants, tier, key, ticket.

    Tier, key and ticket are those of the last child admitted; blank while seats are left.
    """
    market = table.market
    applicants = np.bincount(market.line, minlength=len(table.lines)).tolist()
    yield ("line_id", "seats", "applicants", "tier", "key", "ticket")
    for j, line in enumerate(table.lines):
        last = int(filled.last[j])
        standing = ("", "", "")
        if last >= 0:
            standing = (*table.standings[market.rank[last]], table.tickets[market.ticket[last]])
        yield (line.line_id, line.seats, applicants[j], *standing)
