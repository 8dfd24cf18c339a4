"""Compiled: the next moves of chains that make a plan lawful again. None calls compiled code of another file.

A chain is a set of moves (unit, zone), each unit at most once. What is wrong with the plan after a chain says which
moves can put it right: a unit that may not stay leaves; of a piece cut off from its school either one unit leaves, or
a unit beside the piece joins it; of a zone that is too full one unit leaves. So nothing else need be tried.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zoning.engine.bound_kernel import njit
from zoning.engine.problem import BoolArray, IntArray

WordArray = npt.NDArray[np.uint64]


class Patch(NamedTuple):
    """The part of a problem in which units may move.

    indptr, near -- adjacency as compressed rows; home -- [m] a school's unit of each zone
    may      -- [n, m] which zones a unit may have; a unit that is held has its own only
    children -- [n, y] by year that must fit; seats -- [m, y]; weight -- [m] what a child without a seat counts there
    cost     -- [n, m] what the unit costs in the zone; zone -- [n] the plan to mend
    wrong    -- units that may not stay where they are
    doubtful -- [m] zones of the plan that may be in pieces
    """

    indptr: IntArray
    near: IntArray
    home: IntArray
    may: BoolArray
    children: IntArray
    seats: IntArray
    weight: IntArray
    cost: IntArray
    zone: IntArray
    wrong: IntArray
    doubtful: BoolArray


class Desk(NamedTuple):
    """Working space. zone, load, size, lack -- the plan after a chain, [n], [m, y], [m], [m]

    is_moved -- [n]; doubtful -- [m]; mark, beside -- [n], [m] stamps, the last one in stamp[0]; stack -- [n]
    unit, goal -- candidates
    """

    zone: IntArray
    load: IntArray
    size: IntArray
    lack: IntArray
    is_moved: BoolArray
    doubtful: BoolArray
    mark: IntArray
    beside: IntArray
    stamp: IntArray
    stack: IntArray
    unit: IntArray
    goal: IntArray


class Grown(NamedTuple):
    """Chains longer by one move, row i: the chain `chain[i]` and the move of `unit[i]` to `goal[i]`.

    lack     -- weight of the children without a seat afterwards, of all zones and years
    children, cost -- moved in all, of the first year, and what they then cost more
    key      -- the same for chains of the same moves
    """

    chain: IntArray
    unit: IntArray
    goal: IntArray
    lack: IntArray
    children: IntArray
    cost: IntArray
    key: WordArray


@njit
def put(p: Patch, d: Desk, u: int, t: int) -> None:
    """Move unit u to zone t."""
    s = d.zone[u]
    d.zone[u] = t
    d.size[s] -= 1
    d.size[t] += 1
    for y in range(p.seats.shape[1]):
        d.load[s, y] -= p.children[u, y]
        d.load[t, y] += p.children[u, y]
    d.lack[s] = lacking(p, d, s, 0, 0)
    d.lack[t] = lacking(p, d, t, 0, 0)


@njit
def lacking(p: Patch, d: Desk, s: int, u: int, sign: int) -> int:
    """Return the weight of children without a seat in zone s, of all years, with unit u more (sign 1) or less (-1)."""
    lack = 0
    for y in range(p.seats.shape[1]):
        lack += max(d.load[s, y] + sign * p.children[u, y] - p.seats[s, y], 0)
    return lack * p.weight[s]  # type: ignore[no-any-return]


@njit
def flood(p: Patch, d: Desk, u: int) -> int:
    """Mark the units of u's zone that are joined to u with a new stamp; return how many, first on the stack."""
    d.stamp[0] += 1
    stamp, s = d.stamp[0], d.zone[u]
    d.mark[u] = stamp
    d.stack[0] = u
    at, found = 0, 1
    while at < found:
        v = d.stack[at]
        at += 1
        for e in range(p.indptr[v], p.indptr[v + 1]):
            x = p.near[e]
            if d.zone[x] == s and d.mark[x] != stamp:
                d.mark[x] = stamp
                d.stack[found] = x
                found += 1
    return found


@njit
def cut_off(p: Patch, d: Desk, s: int) -> int:
    """Return the first unit of zone s that is not joined to its school, -1 if there is none."""
    if flood(p, d, p.home[s]) == d.size[s]:
        return -1
    for u in range(len(d.zone)):
        if d.zone[u] == s and d.mark[u] != d.stamp[0]:
            return u
    return -1


@njit
def add_leaves(p: Patch, d: Desk, count: int, u: int) -> int:
    """Add to the candidates that u leaves for each zone beside it; return how many there are then."""
    if d.is_moved[u]:
        return count
    d.stamp[0] += 1
    for e in range(p.indptr[u], p.indptr[u + 1]):
        r = d.zone[p.near[e]]
        if r != d.zone[u] and d.beside[r] != d.stamp[0] and p.may[u, r]:
            d.beside[r] = d.stamp[0]
            d.unit[count], d.goal[count] = u, r
            count += 1
    return count


@njit
def add_joins(p: Patch, d: Desk, count: int, s: int, size: int) -> int:
    """Add that a unit beside the piece on the stack joins its zone s; return how many candidates there are then."""
    d.stamp[0] += 1
    for i in range(size):
        v = d.stack[i]
        for e in range(p.indptr[v], p.indptr[v + 1]):
            x = p.near[e]
            if d.zone[x] != s and d.mark[x] != d.stamp[0] and not d.is_moved[x] and p.may[x, s]:
                d.mark[x] = d.stamp[0]
                d.unit[count], d.goal[count] = x, s
                count += 1
    return count


@njit
def list_for_piece(p: Patch, d: Desk, u: int) -> int:
    """List what can put right that u is cut off from its school; return how many candidates.

    If any unit of the piece is held there, the piece must be joined. Else one of them, the first that can, leaves.
    """
    s = d.zone[u]
    size = flood(p, d, u)
    count, is_held = 0, False
    for i in range(size):
        v = d.stack[i]
        is_held = is_held or d.is_moved[v] or p.may[v].sum() - p.may[v, s] == 0
    if not is_held:
        for i in range(size):
            count = add_leaves(p, d, count, d.stack[i])
            if count > 0:
                break
    return add_joins(p, d, count, s, size)


@njit
def list_moves(p: Patch, d: Desk) -> int:
    """List the moves one of which must be made to put the plan right; return how many, -1 if nothing is wrong."""
    for u in p.wrong:
        if not d.is_moved[u]:
            return add_leaves(p, d, 0, u)
    for s in range(len(d.size)):
        if d.doubtful[s]:
            u = cut_off(p, d, s)
            if u >= 0:
                return list_for_piece(p, d, u)
    worst = np.argmax(d.lack)
    if d.lack[worst] == 0:
        return -1
    count = 0
    for u in range(len(d.zone)):
        if d.zone[u] == worst:
            count = add_leaves(p, d, count, u)
    return count


@njit
def is_right(p: Patch, d: Desk, u: int, t: int) -> bool:
    """Say whether nothing is wrong once u is in zone t, given that all children have seats then."""
    for w in p.wrong:
        if not d.is_moved[w] and w != u:
            return False
    s = d.zone[u]
    put(p, d, u, t)
    fine = True
    for z in range(len(d.size)):
        if (d.doubtful[z] or z in (s, t)) and flood(p, d, p.home[z]) != d.size[z]:
            fine = False
            break
    put(p, d, u, s)
    return fine


@njit
def mixed(word: int) -> int:
    """Return a scrambled word (splitmix64)."""
    x = np.uint64(word) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))  # type: ignore[return-value]


@njit
def grow(p: Patch, d: Desk, unit: IntArray, goal: IntArray, out: Grown) -> tuple[int, int]:
    """Write every chain longer by one move into `out`; return how many, and the row of the best that mends, or -1.

    unit, goal -- [k, length] the moves of every chain; a chain after which nothing is wrong is not lengthened
    The best has the fewest children moved, then costs least; of equals it is the first. Ends early when `out` is full.
    """
    filled, best = 0, -1
    for c in range(len(unit)):
        children, cost, key = 0, 0, np.uint64(0)
        for k in range(unit.shape[1]):
            u, t = unit[c, k], goal[c, k]
            d.doubtful[d.zone[u]] = True
            d.doubtful[t] = True
            children += p.children[u, 0]
            cost += p.cost[u, t] - p.cost[u, d.zone[u]]
            key ^= mixed(u * len(d.size) + t)
            put(p, d, u, t)
            d.is_moved[u] = True
        count, lack = list_moves(p, d), d.lack.sum()
        for i in range(count):
            if filled == len(out.unit):
                break
            u, t = d.unit[i], d.goal[i]
            s = d.zone[u]
            rest = lack - d.lack[s] - d.lack[t] + lacking(p, d, s, u, -1) + lacking(p, d, t, u, 1)
            out.chain[filled], out.unit[filled], out.goal[filled] = c, u, t
            out.lack[filled] = rest
            out.children[filled] = children + p.children[u, 0]
            out.cost[filled] = cost + p.cost[u, t] - p.cost[u, s]
            out.key[filled] = key ^ mixed(u * len(d.size) + t)
            if rest == 0 and is_right(p, d, u, t) and (best < 0 or is_better(out, filled, best)):
                best = filled
            filled += 1
        for k in range(unit.shape[1] - 1, -1, -1):
            u = unit[c, k]
            d.doubtful[d.zone[u]] = p.doubtful[d.zone[u]]
            d.doubtful[p.zone[u]] = p.doubtful[p.zone[u]]
            put(p, d, u, p.zone[u])
            d.is_moved[u] = False
    return filled, best


@njit
def is_better(out: Grown, a: int, b: int) -> bool:
    """Say whether row a moves fewer children than row b, or as many and costs less."""
    if out.children[a] != out.children[b]:
        return out.children[a] < out.children[b]  # type: ignore[no-any-return]
    return out.cost[a] < out.cost[b]  # type: ignore[no-any-return]
