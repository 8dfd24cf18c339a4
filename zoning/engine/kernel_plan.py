"""Compiled: one unit put elsewhere, noted in the journal and taken back, and whether a zone stays connected."""

from zoning.engine.compiling import njit, woven
from zoning.engine.field import COST, GONE, JOURNALLED, STAMP, Field, State
from zoning.engine.kernel_lists import join_list, leave_list
from zoning.engine.kernel_terms import edges_to, load_by, reshape_by
from zoning.engine.problem import IntArray


@woven
def cost_in(f: Field, u: int, t: int) -> int:
    """Return what unit u costs in zone t."""
    if f.is_whole != 0:
        return f.cost[u, t]  # type: ignore[no-any-return]
    for k in range(f.zones.shape[1]):
        if f.zones[u, k] == t:
            return f.cost[u, k]  # type: ignore[no-any-return]
    return f.beyond[u]  # type: ignore[no-any-return]


@woven
def put(f: Field, w: State, u: int, t: int) -> None:
    """Move unit u to zone t (or GONE); keep cost, overload, loads and member lists."""
    s = w.zone[u]
    if s != GONE:
        load_by(f, w, s, u, -1)
        leave_list(w, u, s)
        w.total[COST] -= cost_in(f, u, s)
        if len(f.edge) != 0:
            w.total[COST] += edges_to(f, w, u, s)
        w.total[COST] += reshape_by(f, w, u, s, -1)
    w.zone[u] = t
    if t != GONE:
        load_by(f, w, t, u, 1)
        join_list(w, u, t)
        w.total[COST] += cost_in(f, u, t)
        if len(f.edge) != 0:
            w.total[COST] -= edges_to(f, w, u, t)
        w.total[COST] += reshape_by(f, w, u, t, 1)


@njit
def put_all(f: Field, w: State, zone: IntArray) -> None:
    """Put every unit where the plan `zone` has it; none may be anywhere yet."""
    for u in range(len(zone)):
        put(f, w, u, zone[u])


@woven
def note_and_put(f: Field, w: State, u: int, t: int) -> None:
    j = w.total[JOURNALLED]
    w.journal_unit[j] = u
    w.journal_zone[j] = w.zone[u]
    w.total[JOURNALLED] = j + 1
    put(f, w, u, t)


@njit
def lone_moves(f: Field, w: State, units: IntArray, zones: IntArray, cost: IntArray) -> None:
    """Write what the plan would cost more if units[i] alone were in zones[i], whatever the seats."""
    for i in range(len(units)):
        s, before = w.zone[units[i]], w.total[COST]
        put(f, w, units[i], zones[i])
        cost[i] = w.total[COST] - before
        put(f, w, units[i], s)


@njit
def take_back(f: Field, w: State) -> None:
    for j in range(w.total[JOURNALLED] - 1, -1, -1):
        put(f, w, w.journal_unit[j], w.journal_zone[j])
    w.total[JOURNALLED] = 0


@woven
def may_leave(f: Field, w: State, u: int) -> bool:
    """Say whether u's zone stays connected without u: flood from one of its neighbours to the others.

    The neighbours of u among themselves decide nearly always (stack from the bottom); the rest of the zone
    waits at the top of the stack and is flooded only when they do not.
    """
    s = w.zone[u]
    w.total[STAMP] += 2
    wanted_mark = w.total[STAMP]
    wanted, first = mark_near(f, w, u, s, wanted_mark)
    if wanted <= 1:
        return True
    w.mark[u] = wanted_mark + 1
    w.mark[first] = wanted_mark + 1
    w.stack[0] = first
    found, top, waiting = 1, 1, len(w.stack)
    while top > 0 or waiting < len(w.stack):
        if top > 0:
            top -= 1
            v = w.stack[top]
        else:
            v = w.stack[waiting]
            waiting += 1
        for k in range(f.indptr[v], f.indptr[v + 1]):
            x = f.near[k]
            if w.zone[x] != s or w.mark[x] == wanted_mark + 1:
                continue
            if w.mark[x] == wanted_mark:
                found += 1
                w.stack[top] = x
                top += 1
            else:
                waiting -= 1
                w.stack[waiting] = x
            w.mark[x] = wanted_mark + 1
        if found == wanted:
            return True
    return False


@woven
def mark_near(f: Field, w: State, u: int, s: int, mark: int) -> tuple[int, int]:
    """Mark u's neighbours in zone s; return how many and the last of them."""
    count, last = 0, -1
    for k in range(f.indptr[u], f.indptr[u + 1]):
        v = f.near[k]
        if w.zone[v] == s:
            count += 1
            last = v
            w.mark[v] = mark
    return count, last


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


@woven
def touches(f: Field, w: State, u: int, t: int) -> bool:
    for k in range(f.indptr[u], f.indptr[u + 1]):  # noqa: SIM110 -- the compiler knows no generators
        if w.zone[f.near[k]] == t:
            return True
    return False
