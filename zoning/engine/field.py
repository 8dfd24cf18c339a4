"""What the compiled loops read and write: plain records of whole-number arrays."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zoning.engine.problem import BoolArray, IntArray

JOURNAL = 512
GONE = -1
NEVER = 9_000_000_000_000_000_000
COST, OVER, STRAIN, JOURNALLED, STAMP, BEST, SHARED, SPARE, CHANGED = range(9)
# Members of a zone stand in blocks of so many: 2 to the power of BLOCK_BITS.
BLOCK_BITS = 6
BLOCK = 1 << BLOCK_BITS
# Roundness is told in 1/2^20; 4 pi in the same.
ROUND_BITS = 20
FOUR_PI = 13_176_795
# Exp(1) variates in 1/65536, by equal steps of probability: a table, so that no logarithm decides.
LUCK_BITS = 12
LUCK = np.rint(-np.log((np.arange(1 << LUCK_BITS) + 0.5) / (1 << LUCK_BITS)) * 65536).astype(np.int64)


class Field(NamedTuple):
    """What stays fixed during a run.

    indptr, near -- adjacency as compressed rows; edge -- cost of separating the two ends, same order as `near`,
                    empty where no link costs anything
    cost         -- [n, k] cost of the unit in the zone of the column; is_whole -- 1 where column j is zone j, else
                    `zones` [n, k] names it, and a zone that the unit leaves out costs `beyond` [n]
    children, seats, home -- [n], [m], and a school's unit of each zone
    fixed        -- [n] 1 where the unit may not move; balance -- [m] cost of load^2 / seats, parity --
                    the part of it that counts against the mean of the zones of several schools
    price        -- [m] price of a seat; ideal -- [n] least price-corrected cost of the unit; demand -- [n] what of
                    the unit the price is for
    shared_seats -- seats of the zones of several schools, at least 1
    later_children, later_seats -- [n, l], [m, l] of later years; every_year -- 1 where they must fit, else
                    `worst_year` is the cost of a child without a seat in a zone's worst later year
    filling      -- cost of a zone whose seats are all empty; shape -- cost of a zone without any roundness
    class_seat   -- cost of a seat that stays empty in a class; class_size -- children of a full one, at least 1
    area, outline, common -- [n] square metres, decimetres; decimetres of border in the order of `near`;
                    all empty where shape is 0
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
    demand: IntArray
    parity: IntArray
    shared_seats: int
    later_children: IntArray
    later_seats: IntArray
    every_year: int
    worst_year: int
    is_whole: int
    zones: npt.NDArray[np.int32]
    beyond: IntArray
    filling: int
    class_seat: int
    class_size: int
    shape: int
    area: IntArray
    outline: IntArray
    common: IntArray


class State(NamedTuple):
    """What a run changes.

    zone, load, size -- the plan, children and units by zone
    member_block, member, spare, place -- member i of zone s is
                member[member_block[s, i >> BLOCK_BITS], i & (BLOCK - 1)], place its i; no zone has the spare blocks
    later_load -- [m, l] children by later year; lack -- [m] children without a seat, of all years that must fit
    area, outline -- [m] land of the zone, square metres, and its outline, decimetres
    strain -- [m] what a child without a seat costs at each school just now
    changed, is_changed -- units that may lie elsewhere in `best` than in `zone`
    mark, checked, stack, journal_unit, journal_zone, loss, goal -- working space; total -- the sums named below
    """

    zone: IntArray
    load: IntArray
    later_load: IntArray
    lack: IntArray
    area: IntArray
    outline: IntArray
    strain: IntArray
    checked: IntArray
    member_block: npt.NDArray[np.int32]
    member: IntArray
    spare: IntArray
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
    changed: IntArray
    is_changed: BoolArray
