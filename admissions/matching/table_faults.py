"""What is wrong with the cells and rows of choices.csv and lines.csv, in words. Source: docs/bundle.md (file form).

Rows are those of the file: the header is row 1. Shapes: b rows in the order of child and rank.
"""

import numpy as np

from admissions.matching.kernels import Integers
from admissions.matching.records import Mechanism
from common.formulas import guarded

MOST_FAULTS = 20
MAX_TICKET = 1 << 256
TICKET_DIGITS = 100
SAFE = "safe in a spreadsheet: it begins as a formula does; write it without = + - @ at its beginning"
ONE_LIST = "write one list for all of a group, or leave group_id blank"
COUNT, INTEGER = "a whole number below 1,000,000,000", "a whole number of at most 15 digits"


def is_safe(text: str) -> bool:
    """Say whether results can hold the text as it is, so that they join with what came in."""
    return guarded(text) == text


def is_count(text: str) -> bool:
    """Say whether the text is `COUNT`."""
    return text.isascii() and text.isdecimal() and len(text) < 10


def is_integer(text: str) -> bool:
    """Say whether the text is `INTEGER`."""
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 16


def is_ticket(text: str) -> bool:
    """Say whether the text is a decimal integer from 0 to 2^256."""
    if not (text.isascii() and text.isdecimal() and len(text) < TICKET_DIGITS):
        return False
    return int(text) <= MAX_TICKET


def repeats(rows: Integers, child: Integers, what: Integers, name: str) -> list[str]:
    """Return the rows in which a child has the same number of `what`, which is called `name`, once more."""
    pairs = child.astype(np.int64) << 32 | what
    ordered = np.sort(pairs)
    if not (ordered[1:] == ordered[:-1]).any():
        return []
    order = np.argsort(pairs, kind="stable")
    same = pairs[order][1:] == pairs[order][:-1]
    return [
        f"choices.csv rows {rows[order[i]]} and {rows[order[i + 1]]}: one receipt, the same {name}"
        for i in np.flatnonzero(same)[:MOST_FAULTS]
    ]


def unlike_twins(
    rows: Integers, together: Integers, place: Integers, group: Integers, line: Integers, ticket: Integers
) -> list[str]:
    """Return the rows in which a child of a group asks otherwise than the one before, or with another ticket.

    together -- rows of children with a group; place -- [together] which of the child's own rows it is, from 0
    """
    order = np.lexsort((together, place, group[together]))
    at, place = together[order], place[order]
    same = (group[at[1:]] == group[at[:-1]]) & (place[1:] == place[:-1])
    faults = [
        f"choices.csv row {rows[at[1:][i]]}: {what} than in row {rows[at[:-1][i]]} of the same group_id; {remedy}"
        for differs, what, remedy in (
            (line[at[1:]] != line[at[:-1]], "another line_id", ONE_LIST),
            (ticket[at[1:]] != ticket[at[:-1]], "another ticket", "a group has one ticket"),
        )
        for i in np.flatnonzero(same & differs)[:MOST_FAULTS]
    ]
    # Who lists more than another of its group has a row, beyond the first, that not all of them have.
    starts = np.flatnonzero(np.append(True, ~same))
    members = np.diff(np.append(starts, at.size))
    fewer = (members[1:] != members[:-1]) & (group[at[starts[1:]]] == group[at[starts[:-1]]])
    return faults or [
        f"choices.csv row {rows[at[starts[1:][i]]]}: not everybody of its group_id lists so many lines; {ONE_LIST}"
        for i in np.flatnonzero(fewer)[:MOST_FAULTS]
    ]


def misfits(
    mechanism: Mechanism, rows: Integers, child: Integers, rank: Integers, ticket: Integers
) -> list[str]:
    """Return the first row that does not fit the mechanism; see `checks.faults`."""
    again = child[1:] == child[:-1]
    other_rank, other_ticket = rank[1:] != rank[:-1], ticket[1:] != ticket[:-1]
    misfit, why = {
        Mechanism.DIRECT: (again, "direct allows one line per receipt"),
        Mechanism.POINTS_FIRST: (
            again & (other_rank | other_ticket),
            "points_first needs one tier, key and ticket per receipt",
        ),
        Mechanism.RANKED_DRAW: (
            other_rank | (again & other_ticket),
            "ranked_draw is one random order: one tier and key for all, one ticket per receipt",
        ),
        Mechanism.DEFERRED_ACCEPTANCE: (np.zeros(again.size, dtype=np.bool_), ""),
    }[mechanism]
    return [f"choices.csv row {rows[1:][i]}: {why}" for i in np.flatnonzero(misfit)[:1]]
