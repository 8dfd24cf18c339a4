"""Compiled inner loop of what pairs of unit and zone lose. Whole numbers decide."""

import numpy as np

from zoning.engine.bound_kernel import FAR, njit
from zoning.engine.problem import IntArray


@njit
def _put(table: IntArray, gain: int, size: int, least: int) -> None:
    """Offer a pair to a table of the most that so many seats gain, right from `least` seats on."""
    for seats in range(len(table) - 1, least + size - 1, -1):
        table[seats] = max(table[seats], table[seats - size] + gain)


@njit
def zone_losses(gain: IntArray, size: IntArray, seats: int, having: IntArray, lacking: IntArray) -> None:
    """Tell how much less a zone gains that must have a pair, and one that may not have it; exact (0/1 knapsack).

    gain, size      -- [n] of the zone's pairs
    having, lacking -- [n] to be filled; `having` is FAR for a pair that is larger than the zone
    """
    good = np.flatnonzero((gain > 0) & (size <= seats))
    table = np.zeros(seats + 1, dtype=np.int64)
    for pair in good:
        _put(table, gain[pair], size[pair], 0)
    for k in range(len(gain)):
        lacking[k] = 0
        having[k] = FAR if size[k] > seats else table[seats] - table[seats - size[k]] - gain[k]
    _without_each(good, gain, size, table[seats], seats, having, lacking)


@njit
def _without_each(
    good: IntArray, gain: IntArray, size: IntArray, most: int, seats: int, having: IntArray, lacking: IntArray
) -> None:
    """Do so for the pairs that are worth having: each needs a table of all others.

    A stretch of pairs has a table of all pairs outside it; each half is put into that of the other. A table has to
    be right only from as many seats on as its stretch leaves, so that all take no longer than two whole ones.
    """
    before = np.zeros(len(good) + 1, dtype=np.int64)
    before[1:] = np.cumsum(size[good])
    depth = int(np.ceil(np.log2(max(len(good), 1)))) + 1
    tables = np.zeros((depth + 1, seats + 1), dtype=np.int64)
    waiting = np.zeros((2 * depth + 1, 5), dtype=np.int64)  # stretch, its level, and the other half
    waiting[0, 1], left = len(good), 1 if len(good) else 0
    while left:
        left -= 1
        first, end, level, other, other_end = waiting[left]
        if level:
            around = min(first, other), max(end, other_end)
            least = max(seats - before[around[1]] + before[around[0]], 0)
            tables[level, least:] = tables[level - 1, least:]
            for k in good[other:other_end]:
                _put(tables[level], gain[k], size[k], least)
        if end - first == 1:
            k = good[first]
            lacking[k] = most - tables[level, seats]
            having[k] = most - tables[level, seats - size[k]] - gain[k]
        else:
            middle = (first + end) // 2
            waiting[left] = np.array([middle, end, level + 1, first, middle])
            waiting[left + 1] = np.array([first, middle, level + 1, middle, end])
            left += 2
