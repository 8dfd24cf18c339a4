"""Compiled reading of a table without quotation marks. `file_form` reads every other table, and names what is wrong.

Shapes: r rows below the header, c columns. `data` [bytes] the file; `starts` [r] where each row begins; `ends` [r, c]
where its fields end, counted from there.
"""

from collections.abc import Sequence

import numpy as np
from numba import njit

from admissions.matching.kernels import Integers

COMMA, NEWLINE, RETURN = ord(","), ord("\n"), ord("\r")
LONGEST_ROW = 1 << 16
NOT_PLAIN = -1
HASH_START, HASH_STEP = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # FNV-1a


def fields_of(data: bytes, columns: int) -> tuple[Integers, Integers] | None:
    """Return (starts, ends) of a table that ends with a line feed; None when it is not plain.

    A plain table has no quotation mark, a line feed after every row (a carriage return may stand before it), the
    same number of fields in each, none left blank altogether, and no row of 2^16 bytes.
    """
    if b'"' in data:
        return None
    begin, rows = data.index(b"\n") + 1, data.count(b"\n") - 1
    starts, ends = np.empty(rows, dtype=np.int64), np.empty((rows, columns), dtype=np.int32)
    found = split_rows(np.frombuffer(data, dtype=np.uint8), begin, starts, ends)
    return None if found == NOT_PLAIN else (starts, ends)


def texts_of(data: bytes, fields: tuple[Integers, Integers], column: int, rows: Integers) -> Sequence[str]:
    """Return the column's texts in the rows. Raises UnicodeDecodeError."""
    starts, ends = fields
    upto = starts[rows] + ends[rows, column]
    start = starts[rows] if column == 0 else starts[rows] + ends[rows, column - 1] + 1
    return [data[a:b].decode() for a, b in zip(start.tolist(), upto.tolist(), strict=True)]


@njit(cache=True)
def split_rows(data: Integers, begin: int, starts: Integers, ends: Integers) -> int:
    """Fill `starts` and `ends` from position `begin`; return how many rows there are, or NOT_PLAIN."""
    last = ends.shape[1] - 1
    row, start, field = 0, begin, 0
    for at in range(begin, data.size):
        byte = data[at]
        if byte == COMMA:
            if field == last:
                return NOT_PLAIN
            ends[row, field] = at - start
            field += 1
        elif byte == NEWLINE:
            if field != last or at - start >= LONGEST_ROW:
                return NOT_PLAIN
            ends[row, field] = at - start - (data[at - 1] == RETURN)
            starts[row] = start
            row, start, field = row + 1, at + 1, 0
        elif byte == RETURN and data[at + 1] != NEWLINE:
            return NOT_PLAIN
    return row


@njit(cache=True)
def number_texts(
    data: Integers, starts: Integers, ends: Integers, columns: Integers
) -> tuple[Integers, Integers]:
    """Return [r] the number of each row's text, or texts of several columns together, and the first row of each.

    Texts are numbered in the order in which they first appear.
    """
    size = 2
    while size < 2 * starts.size:
        size *= 2
    slots = np.full(size, -1, dtype=np.int32)
    number, first = np.empty(starts.size, dtype=np.int32), np.empty(starts.size, dtype=np.int32)
    count = 0
    for row in range(starts.size):
        if row > 0 and _same(data, starts, ends, columns, row, row - 1):  # as it mostly is, and close at hand
            number[row] = number[row - 1]
            continue
        slot = _hash(data, starts, ends, columns, row) & np.uint64(size - 1)
        while slots[slot] >= 0 and not _same(data, starts, ends, columns, row, first[slots[slot]]):
            slot = (slot + np.uint64(1)) & np.uint64(size - 1)
        if slots[slot] < 0:
            slots[slot], first[count] = count, row
            count += 1
        number[row] = slots[slot]
    return number, first[:count].copy()


@njit(cache=True)
def _hash(data: Integers, starts: Integers, ends: Integers, columns: Integers, row: int) -> np.uint64:
    mixed = HASH_START
    for column in columns:
        start, end = _span(starts, ends, row, column)
        for at in range(start, end):
            mixed = (mixed ^ np.uint64(data[at])) * HASH_STEP
        mixed = (mixed ^ np.uint64(COMMA)) * HASH_STEP
    return mixed ^ (mixed >> np.uint64(32))


@njit(cache=True)
def _same(data: Integers, starts: Integers, ends: Integers, columns: Integers, row: int, other: int) -> bool:
    for column in columns:
        start, end = _span(starts, ends, row, column)
        other_start, other_end = _span(starts, ends, other, column)
        if end - start != other_end - other_start:
            return False
        for step in range(end - start):
            if data[start + step] != data[other_start + step]:
                return False
    return True


@njit(cache=True)
def _span(starts: Integers, ends: Integers, row: int, column: int) -> tuple[int, int]:
    start = starts[row]
    if column > 0:
        start += ends[row, column - 1] + 1
    return start, starts[row] + ends[row, column]
