"""Compiled inner loops. Whole numbers only, one private generator a run: the same on every machine.

All compiled functions live in this one file: Numba renews its cache by the date of the file that holds the
function, and would not notice a change in another file. They release the interpreter lock, so runs with seeds
of their own go side by side in threads.

A plan is kept as zone[unit] with load[zone] and a member list of every zone. Moves are written into a journal
and taken back when they are refused. A zone is connected before and after every move.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba as nb
import numpy as np
import numpy.typing as npt

from zoning.engine.problem import IntArray

Function = TypeVar("Function", bound=Callable[..., Any])


def njit(function: Function) -> Function:
    return cast(Function, nb.njit(cache=True, nogil=True)(function))


JOURNAL = 512
GONE = -1

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
    """What a run changes. `total` holds: cost, overload in children, journal length, flood stamp."""

    zone: IntArray
    load: IntArray
    members: IntArray
    size: IntArray
    place: IntArray
    mark: IntArray
    stack: IntArray
    journal_unit: IntArray
    journal_zone: IntArray
    total: IntArray
    rng: npt.NDArray[np.uint64]
    best: IntArray


COST, OVER, JOURNALLED, STAMP, BEST = 0, 1, 2, 3, 4


@njit
def draw(rng: npt.NDArray[np.uint64]) -> int:
    """Return 31 random bits (xorshift64*)."""
    x = rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    rng[0] = x
    return np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33))


@njit
def below(rng: npt.NDArray[np.uint64], n: int) -> int:
    """Return a random whole number in 0..n-1, n < 2^31."""
    return (draw(rng) * n) >> 31


@njit
def school_cost(f: Field, s: int, load: int) -> int:
    return f.balance[s] * load * load // max(f.seats[s], 1)


@njit
def put(f: Field, w: State, u: int, t: int) -> None:
    """Move unit u to zone t (or GONE), keep cost, overload, loads and member lists."""
    s = w.zone[u]
    c = f.children[u]
    if s != GONE:
        _leave(f, w, u, s, c)
    if t != GONE:
        _enter(f, w, u, t, c)
    w.zone[u] = t


@njit
def _leave(f: Field, w: State, u: int, s: int, c: int) -> None:
    load = w.load[s]
    w.total[OVER] += max(load - c - f.seats[s], 0) - max(load - f.seats[s], 0)
    w.total[COST] += school_cost(f, s, load - c) - school_cost(f, s, load) - f.cost[u, s]
    w.load[s] = load - c
    last = w.members[s, w.size[s] - 1]
    w.members[s, w.place[u]] = last
    w.place[last] = w.place[u]
    w.size[s] -= 1
    for k in range(f.indptr[u], f.indptr[u + 1]):
        if w.zone[f.near[k]] == s:
            w.total[COST] += f.edge[k]


@njit
def _enter(f: Field, w: State, u: int, t: int, c: int) -> None:
    load = w.load[t]
    w.total[OVER] += max(load + c - f.seats[t], 0) - max(load - f.seats[t], 0)
    w.total[COST] += school_cost(f, t, load + c) - school_cost(f, t, load) + f.cost[u, t]
    w.load[t] = load + c
    w.members[t, w.size[t]] = u
    w.place[u] = w.size[t]
    w.size[t] += 1
    for k in range(f.indptr[u], f.indptr[u + 1]):
        if w.zone[f.near[k]] == t:
            w.total[COST] -= f.edge[k]


@njit
def fill(f: Field, w: State, zone: IntArray) -> None:
    """Make the state hold the plan `zone`, whatever it held before."""
    w.zone[:] = GONE
    w.load[:] = 0
    w.size[:] = 0
    w.total[COST] = 0
    w.total[OVER] = 0
    for k in range(len(f.edge)):
        w.total[COST] += f.edge[k]
    w.total[COST] >>= 1
    for u in range(len(zone)):
        put(f, w, u, zone[u])


@njit
def note_and_put(f: Field, w: State, u: int, t: int) -> None:
    j = w.total[JOURNALLED]
    w.journal_unit[j] = u
    w.journal_zone[j] = w.zone[u]
    w.total[JOURNALLED] = j + 1
    put(f, w, u, t)


@njit
def take_back(f: Field, w: State) -> None:
    for j in range(w.total[JOURNALLED] - 1, -1, -1):
        put(f, w, w.journal_unit[j], w.journal_zone[j])
    w.total[JOURNALLED] = 0


@njit
def may_leave(f: Field, w: State, u: int) -> bool:
    """Say whether u's zone stays connected without u: flood from one of its neighbours to the others."""
    s = w.zone[u]
    wanted = 0
    first = -1
    w.total[STAMP] += 2
    seen = w.total[STAMP]
    for k in range(f.indptr[u], f.indptr[u + 1]):
        v = f.near[k]
        if w.zone[v] == s:
            wanted += 1
            first = v
            w.mark[v] = seen
    if wanted <= 1:
        return True
    w.mark[u] = seen + 1
    w.mark[first] = seen + 1
    found, top = 1, 1
    w.stack[0] = first
    # The neighbours of u among themselves decide nearly always; the rest of the zone is flooded after them.
    waiting = len(w.stack)
    while True:
        if top > 0:
            top -= 1
            v = w.stack[top]
        elif waiting < len(w.stack):
            v = w.stack[waiting]
            waiting += 1
        else:
            return False
        for k in range(f.indptr[v], f.indptr[v + 1]):
            x = f.near[k]
            if w.zone[x] != s or w.mark[x] == seen + 1:
                continue
            if w.mark[x] == seen:
                found += 1
                if found == wanted:
                    return True
                w.stack[top] = x
                top += 1
            else:
                waiting -= 1
                w.stack[waiting] = x
            w.mark[x] = seen + 1


@njit
def mark_reached(f: Field, w: State, s: int) -> int:
    """Mark the units of zone s that reach its school; return how many."""
    w.total[STAMP] += 2
    seen = w.total[STAMP]
    w.mark[f.home[s]] = seen
    w.stack[0] = f.home[s]
    top, found = 1, 1
    while top > 0:
        top -= 1
        v = w.stack[top]
        for k in range(f.indptr[v], f.indptr[v + 1]):
            x = f.near[k]
            if w.zone[x] == s and w.mark[x] != seen:
                w.mark[x] = seen
                w.stack[top] = x
                top += 1
                found += 1
    return found


@njit
def shift(f: Field, w: State, u: int, t: int, longest: int) -> bool:
    """Move u to the adjoining zone t, with the piece it cuts off if that is at most `longest` units."""
    s = w.zone[u]
    if may_leave(f, w, u):
        note_and_put(f, w, u, t)
        return True
    if longest == 0:
        return False
    put(f, w, u, GONE)
    cut = w.size[s] - mark_reached(f, w, s)
    seen = w.total[STAMP]
    put(f, w, u, s)
    if cut > longest:
        return False
    note_and_put(f, w, u, t)
    i = w.size[s] - 1
    while i >= 0:
        v = w.members[s, i]
        if w.mark[v] != seen:
            if f.fixed[v] == 1:
                return False
            note_and_put(f, w, v, t)
        i -= 1
    return True


@njit
def push_out(f: Field, w: State, t: int, avoid: int, longest: int) -> int:
    """Move some unit of zone t to an adjoining zone; return that zone or GONE when none was found."""
    for _ in range(4):
        x = w.members[t, below(w.rng, w.size[t])]
        if f.fixed[x] == 1 or x == avoid:
            continue
        y = f.near[f.indptr[x] + below(w.rng, f.indptr[x + 1] - f.indptr[x])]
        r = w.zone[y]
        if r != t and shift(f, w, x, r, longest):
            return r
    return GONE


@njit
def chain(f: Field, w: State, u: int, t: int) -> bool:
    """Move u to t, push a unit out of t, and perhaps one out of the zone that took it, at most three moves."""
    s = w.zone[u]
    if not shift(f, w, u, t, 2):
        return False
    r = push_out(f, w, t, u, 2)
    if r == GONE:
        return False
    if r != s and draw(w.rng) & 1:
        moved = w.journal_unit[w.total[JOURNALLED] - 1]
        return push_out(f, w, r, moved, 2) != GONE
    return True


@njit
def ruin(f: Field, w: State, u: int, k: int) -> int:
    """Take about k units around u out of their zones, with what that cuts off; return how many, 0 if too many."""
    w.stack[0] = u
    filled, at = 1, 0
    w.total[STAMP] += 2
    seen = w.total[STAMP]
    w.mark[u] = seen
    while at < filled and filled < k:
        v = w.stack[at]
        at += 1
        for e in range(f.indptr[v], f.indptr[v + 1]):
            x = f.near[e]
            if filled < k and w.mark[x] != seen and f.fixed[x] == 0 and draw(w.rng) & 3:
                w.mark[x] = seen
                w.stack[filled] = x
                filled += 1
    for i in range(filled):
        note_and_put(f, w, w.stack[i], GONE)
    return _drop_cut_off(f, w, filled)


@njit
def _drop_cut_off(f: Field, w: State, filled: int) -> int:
    for i in range(filled):
        s = w.journal_zone[i]
        if w.size[s] == mark_reached(f, w, s):
            continue
        seen = w.total[STAMP]
        j = w.size[s] - 1
        while j >= 0:
            v = w.members[s, j]
            if w.mark[v] != seen:
                if f.fixed[v] == 1 or w.total[JOURNALLED] > JOURNAL // 4:
                    return 0
                note_and_put(f, w, v, GONE)
            j -= 1
    return w.total[JOURNALLED]


@njit
def recreate(f: Field, w: State, taken: int, penalty: int, noise: int) -> bool:
    """Put the first `taken` journalled units back, each time the one that loses least against its ideal."""
    for _ in range(taken):
        best_u, best_t, best_loss = -1, -1, np.int64(9_000_000_000_000_000_000)
        for i in range(taken):
            u = w.journal_unit[i]
            if w.zone[u] != GONE:
                continue
            c = f.children[u]
            for k in range(f.indptr[u], f.indptr[u + 1]):
                t = w.zone[f.near[k]]
                if t == GONE:
                    continue
                loss = f.cost[u, t] + c * f.price[t] - f.ideal[u] + below(w.rng, noise)
                over = w.load[t] + c - f.seats[t]
                if over > 0:
                    loss += penalty * min(over, c)
                if loss < best_loss:
                    best_u, best_t, best_loss = u, t, loss
        if best_u < 0:
            return False
        note_and_put(f, w, best_u, best_t)
    return True


@njit
def propose(f: Field, w: State, penalty: int, noise: int, rebuild: int) -> bool:
    """Make one random move in the journal; return whether there is one to judge."""
    u = below(w.rng, len(w.zone))
    if f.fixed[u] == 1 or f.indptr[u + 1] == f.indptr[u]:
        return False
    t = w.zone[f.near[f.indptr[u] + below(w.rng, f.indptr[u + 1] - f.indptr[u])]]
    if t == w.zone[u]:
        return False
    kind = draw(w.rng) & 1023
    if kind < rebuild:
        k = 2 + below(w.rng, 2 + below(w.rng, 20))
        taken = ruin(f, w, u, k)
        return taken > 0 and recreate(f, w, taken, penalty, noise)
    if kind & 1:
        return shift(f, w, u, t, 6)
    return chain(f, w, u, t)


@njit
def anneal(f: Field, w: State, heats: IntArray, per_heat: int, penalties: IntArray, rebuild: int) -> None:
    """Run the heats one after another; keep the best lawful plan in w.best, its cost in w.total[BEST].

    heats, penalties -- [k] temperature and cost of one child without a seat, in cost units
    per_heat         -- proposals at each temperature; rebuild -- of 1024 proposals, how many rebuild a patch
    """
    total = w.total
    for h in range(len(heats)):
        heat, penalty = heats[h], penalties[h]
        noise = max(heat >> 2, 1)
        now = total[COST] + penalty * total[OVER]
        for _ in range(per_heat):
            total[JOURNALLED] = 0
            ok = propose(f, w, penalty, noise, rebuild)
            if total[JOURNALLED] == 0:
                continue
            after = total[COST] + penalty * total[OVER]
            limit = now + ((heat * f.luck[draw(w.rng) & (len(f.luck) - 1)]) >> 16)
            if not ok or after > limit:
                take_back(f, w)
                continue
            now = after
            if total[OVER] == 0 and total[COST] < total[BEST]:
                total[BEST] = total[COST]
                w.best[:] = w.zone
