"""Lists that the compiled loops keep: members of zones, and units moved since the best plan."""

from zoning.engine.compiling import njit, woven
from zoning.engine.field import BEST, BLOCK, BLOCK_BITS, CHANGED, COST, JOURNALLED, SPARE, State


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
