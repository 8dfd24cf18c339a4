"""A way as one whole number: its millimetres, and in the low digits the main roads that it crosses.

So the smaller number is the shorter way, and of equally short ways the one with the fewest crossings; ways are
added like lengths, and searching for them costs what searching for lengths does. Numbers up to 2**53, which are ways
of 8,500 km with a million crossings, are exact in the floats that SciPy adds.
"""

import numpy as np

from geo_data.streets.graph import MM_PER_METRE, IntArray

NO_WAY = -1
CROSSING = 1  # added to a way for every main road
_DIGITS = 20
_MOST = (1 << _DIGITS) - 1


def of_length(mm: IntArray) -> IntArray:
    """Return ways of so many millimetres that cross no main road."""
    return np.asarray(mm << _DIGITS)


def lengths_mm(ways: IntArray) -> IntArray:
    """Return millimetres of ways, penalties included, or NO_WAY."""
    return np.asarray(ways >> _DIGITS)


def crossings_on(ways: IntArray) -> IntArray:
    """Return how many main roads ways cross; 0 where there is no way."""
    return np.where(ways == NO_WAY, 0, ways & _MOST)


def within(limit_m: int | None) -> float:
    """Return the number that no way of at most so many metres exceeds."""
    return np.inf if limit_m is None else float((limit_m * MM_PER_METRE << _DIGITS) + _MOST)
