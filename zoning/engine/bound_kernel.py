"""Compiled inner loops of the stronger bound. Whole numbers decide; none calls compiled code of another file.

Pairs are (unit, zone) pairs by zone: those of zone z stand at start[z]..start[z + 1] - 1.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba as nb
import numpy as np

from zoning.engine.problem import BoolArray, IntArray

Function = TypeVar("Function", bound=Callable[..., Any])

FAR = 2**62
TOO_MUCH = -1


def njit(function: Function) -> Function:
    """Compile on first use, into the cache; release the interpreter lock."""
    untyped: Any = nb.njit
    return cast(Function, untyped(cache=True, nogil=True, error_model="numpy")(function))


@njit
def lightest_ways(
    indptr: IntArray, near: IntArray, roots: IntArray, is_open: BoolArray, weight: IntArray, most: int
) -> BoolArray:
    """Return which units a way from a root reaches whose open units together weigh no more than `most`."""
    n = len(indptr) - 1
    lightest = np.full(n, FAR, dtype=np.int64)
    queue = np.zeros(n + 1, dtype=np.int64)
    waits = np.zeros(n, dtype=np.bool_)
    head = tail = 0
    for root in roots:
        lightest[root] = weight[root]
        queue[tail] = root
        waits[root] = True
        tail += 1
    while head != tail:
        unit = queue[head]
        head = (head + 1) % (n + 1)
        waits[unit] = False
        for e in range(indptr[unit], indptr[unit + 1]):
            other = near[e]
            reached = lightest[unit] + weight[other]
            if is_open[other] and reached <= most and reached < lightest[other]:
                lightest[other] = reached
                if not waits[other]:
                    waits[other] = True
                    queue[tail] = other
                    tail = (tail + 1) % (n + 1)
    return lightest < FAR


@njit
def fill_zone(
    pairs: IntArray, gain: IntArray, size: IntArray, seats: int, most: int, taken: BoolArray
) -> tuple[int, int]:
    """Mark the pairs that together gain most within the seats; return (gain, table cells used), exact (0/1 knapsack).

    pairs -- candidates with gain > 0 and size <= seats; most -- table cells allowed, else the gain is TOO_MUCH
    Pairs so good or so poor that the linear relaxation decides them are settled first; a table over seats the rest.
    """
    everyone = 0
    for k in pairs:
        everyone += size[k]
    if everyone <= seats:
        for k in pairs:
            taken[k] = True
        return gain[pairs].sum(), 0
    order, margin, slack = _margin(pairs, gain, size, seats)
    core = np.zeros(len(pairs), dtype=np.int64)
    count, room, sure = 0, seats, 0
    for a in order:
        k = pairs[a]
        edge = gain[k] - margin * size[k]
        if edge > slack:
            taken[k] = True
            room -= size[k]
            sure += gain[k]
        elif edge >= -slack:
            core[count] = k
            count += 1
    if count * (room + 1) > most:
        return TOO_MUCH, 0
    return sure + _table(core[:count], gain, size, room, taken), count * (room + 1)


@njit
def _margin(pairs: IntArray, gain: IntArray, size: IntArray, seats: int) -> tuple[IntArray, float, float]:
    """Return the pairs' places by gain a child, the gain a child at which the seats run out, and a slack.

    A pair whose gain is more than the slack above or below what its children are worth at the margin is surely in
    or out. The slack is a little too large, so that rounding decides nothing.
    """
    worth = np.where(size[pairs] > 0, gain[pairs] / np.maximum(size[pairs], 1), np.inf)
    order = np.argsort(-worth, kind="mergesort")
    room, greedy, margin, relaxed = seats, 0, -1.0, 0.0
    for a in order:
        k = pairs[a]
        if size[k] <= room:
            room -= size[k]
            greedy += gain[k]
        elif margin < 0:
            margin = worth[a]
            relaxed = greedy + room * margin
    return order, margin, relaxed - greedy + 1 + 1e-9 * relaxed


@njit
def _table(core: IntArray, gain: IntArray, size: IntArray, room: int, taken: BoolArray) -> int:
    best = np.zeros(room + 1, dtype=np.int64)
    uses = np.zeros((len(core), room + 1), dtype=np.bool_)
    for a in range(len(core)):
        held, gained = size[core[a]], gain[core[a]]
        for c in range(room, held - 1, -1):
            if best[c - held] + gained > best[c]:
                best[c] = best[c - held] + gained
                uses[a, c] = True
    c = room
    for a in range(len(core) - 1, -1, -1):
        if uses[a, c]:
            taken[core[a]] = True
            c -= size[core[a]]
    return best[room]  # type: ignore[no-any-return]


@njit
def fill_zones(
    start: IntArray, gain: IntArray, size: IntArray, seats: IntArray, most: int, taken: BoolArray
) -> tuple[int, int]:
    """Fill every zone at its best; return (gain of all, work done), the gain TOO_MUCH where `most` is passed."""
    taken[:] = False
    total, work = 0, len(gain)
    for z in range(len(seats)):
        pairs = np.zeros(start[z + 1] - start[z], dtype=np.int64)
        count = 0
        for k in range(start[z], start[z + 1]):
            if gain[k] > 0 and size[k] <= seats[z]:
                pairs[count] = k
                count += 1
        found, cells = fill_zone(pairs[:count], gain, size, seats[z], most - work, taken)
        if found < 0:
            return TOO_MUCH, work
        total += found
        work += cells
    return total, work


@njit
def narrowest_gate(
    graph: tuple[IntArray, IntArray, IntArray],
    is_root: BoolArray,
    capacity: IntArray,
    unit: int,
    enough: int,
) -> IntArray:
    """Return the units that part `unit` from all roots with the least capacity, those nearest the unit.

    graph    -- start of each unit's neighbours, neighbours, and the place of each link the other way round
    capacity -- [n_units], 0: not open to the zone; roots and units surely in the zone hold any amount
    Returns no units when `enough` can pass. Maximum flow by shortest ways, units split into in (2u) and out (2u + 1).
    """
    indptr, near, back = graph
    n = len(capacity)
    through = np.zeros(n, dtype=np.int64)
    along = np.zeros(len(near), dtype=np.int64)
    came = np.full(2 * n, -1, dtype=np.int64)
    queue = np.zeros(2 * n, dtype=np.int64)
    passed = 0
    while passed < enough:
        came[:] = -1
        came[2 * unit] = came[2 * unit + 1] = 2 * unit + 1
        queue[0] = 2 * unit + 1
        head, tail, end = 0, 1, -1
        while head < tail and end < 0:
            at = queue[head]
            head += 1
            u = at // 2
            twin = at ^ 1
            is_out = at % 2 == 1
            if came[twin] < 0 and (through[u] > 0 if is_out else through[u] < capacity[u]):
                came[twin] = at
                queue[tail] = twin
                tail += 1
            for e in range(indptr[u], indptr[u + 1]):
                w = near[e]
                to = 2 * w if is_out else 2 * w + 1
                if came[to] >= 0 or (capacity[w] == 0 if is_out else along[back[e]] == 0):
                    continue
                came[to] = at
                queue[tail] = to
                tail += 1
                if is_out and is_root[w]:
                    end = to
                    break
        if end < 0:
            break
        passed += _push(graph, came, through, along, capacity, end, unit)
    if passed >= enough:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero((came[0::2] >= 0) & (came[1::2] < 0))


@njit
def _push(
    graph: tuple[IntArray, IntArray, IntArray],
    came: IntArray,
    through: IntArray,
    along: IntArray,
    capacity: IntArray,
    end: int,
    unit: int,
) -> int:
    """Send as much as the way found carries; return how much."""
    indptr, near, back = graph
    amount = FAR
    for is_sending in (False, True):
        at = end
        while at != 2 * unit + 1:
            before = came[at]
            u, v = before // 2, at // 2
            if u == v:
                room = capacity[u] - through[u] if at % 2 == 1 else through[u]
                if is_sending:
                    through[u] += amount if at % 2 == 1 else -amount
            else:
                e = indptr[u]
                while near[e] != v:
                    e += 1
                room = FAR if at % 2 == 0 else along[back[e]]
                if is_sending and at % 2 == 0:
                    along[e] += amount
                elif is_sending:
                    along[back[e]] -= amount
            if not is_sending:
                amount = min(amount, room)
            at = before
    return amount
