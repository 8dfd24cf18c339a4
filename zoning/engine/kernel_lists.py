"""Lists that the compiled loops keep: members of zones, units moved since the best plan, and zones met."""

import numpy as np

from zoning.engine.compiling import njit, woven
from zoning.engine.field import BEST, BLOCK, BLOCK_BITS, CHANGED, COST, JOURNALLED, SPARE, Field, Pool, State


@woven
def member_of(w: State, s: int, i: int) -> int:
    """Return the i-th unit of zone s."""
    return w.member[w.member_block[s, i >> BLOCK_BITS], i & (BLOCK - 1)]  # type: ignore[no-any-return]


@woven
def join_list(w: State, u: int, t: int) -> None:
    """Add u to the end of t's members, in a spare block where the last one is full."""
    i = w.size[t]
    if i & (BLOCK - 1) == 0:
        w.total[SPARE] -= 1
        w.member_block[t, i >> BLOCK_BITS] = w.spare[w.total[SPARE]]
    w.member[w.member_block[t, i >> BLOCK_BITS], i & (BLOCK - 1)] = u
    w.place[u] = i
    w.size[t] = i + 1


@woven
def leave_list(w: State, u: int, s: int) -> None:
    """Take u out of s's members; the last of them takes its place."""
    i, end = w.place[u], w.size[s] - 1
    last = member_of(w, s, end)
    w.member[w.member_block[s, i >> BLOCK_BITS], i & (BLOCK - 1)] = last
    w.place[last] = i
    w.size[s] = end
    if end & (BLOCK - 1) == 0:
        w.spare[w.total[SPARE]] = w.member_block[s, end >> BLOCK_BITS]
        w.total[SPARE] += 1


@njit
def keep_best(w: State) -> None:
    """Keep the plan as the best; only units that moved since the last one are looked at."""
    w.total[BEST] = w.total[COST]
    for i in range(w.total[CHANGED]):
        u = w.changed[i]
        w.best[u] = w.zone[u]
        w.is_changed[u] = False
    w.total[CHANGED] = 0


@woven
def note_changed(w: State) -> None:
    """Note which units the journal moved."""
    for j in range(w.total[JOURNALLED]):
        u = w.journal_unit[j]
        if not w.is_changed[u]:
            w.is_changed[u] = True
            w.changed[w.total[CHANGED]] = u
            w.total[CHANGED] += 1


@njit
def gather(f: Field, w: State, p: Pool) -> None:
    """Add the zones of the present plan that keep their seats to the pool, each once, while there is room."""
    mask = np.uint64(len(p.table) - 1)
    for s in range(len(w.load)):
        i = p.filled[0]
        if i >= len(p.school) or p.start[i] + w.size[s] > len(p.units):
            return
        if w.lack[s] > 0:
            continue
        word = np.uint64(s + 1)
        for k in range(w.size[s]):
            word ^= p.key[member_of(w, s, k)]
        slot = word & mask
        while p.table[slot] != 0 and p.table[slot] != word:
            slot = (slot + np.uint64(1)) & mask
        if p.table[slot] == word:
            continue
        p.table[slot] = word
        p.school[i] = s
        p.start[i + 1] = p.start[i] + w.size[s]
        for k in range(w.size[s]):
            p.units[p.start[i] + k] = member_of(w, s, k)
        p.filled[0] = i + 1
