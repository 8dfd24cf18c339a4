"""What the compiled loops read and write: plain records of whole-number arrays."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zoning.engine.problem import IntArray

JOURNAL = 512
# Exp(1) variates in 1/65536, by equal steps of probability: a table, so that no logarithm decides.
LUCK_BITS = 12
LUCK = np.rint(-np.log((np.arange(1 << LUCK_BITS) + 0.5) / (1 << LUCK_BITS)) * 65536).astype(np.int64)


class Field(NamedTuple):
    """What stays fixed during a run.

    indptr, near -- adjacency as compressed rows; edge -- cost of separating the two ends, same order as `near`
    cost         -- [n, m] cost of the unit in the zone; children, seats, home (unit of each school)
    fixed        -- [n] 1 where the unit may not move; balance -- cost of load^2 / seats, per school
    price        -- [m] price of a seat; ideal -- [n] least price-corrected cost of the unit
    """

    indptr: IntArray
    near: IntArray
    edge: IntArray
    cost: IntArray
    children: IntArray
    seats: IntArray
    home: IntArray
    fixed: IntArray
    balance: IntArray
    price: IntArray
    ideal: IntArray
    luck: IntArray


class State(NamedTuple):
    """What a run changes.

    zone, load, members, size, place -- the plan, children by zone, and member lists with each unit's place
    strain -- [m] what a child without a seat costs at each school just now
    mark, checked, stack, journal_unit, journal_zone, loss, goal -- working space; total -- the sums named below
    """

    zone: IntArray
    load: IntArray
    strain: IntArray
    checked: IntArray
    members: IntArray
    size: IntArray
    place: IntArray
    mark: IntArray
    stack: IntArray
    journal_unit: IntArray
    journal_zone: IntArray
    loss: IntArray
    goal: IntArray
    total: IntArray
    rng: npt.NDArray[np.uint64]
    best: IntArray
