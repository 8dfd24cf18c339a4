"""Compiled inner loops. Whole numbers only, one private generator a run: the same on every machine.

What a zone costs by its children and by its land is in `kernel_terms.py`. Runs with seeds of their own go side by
side in threads.
Moves are written into a journal and taken back when refused; a zone is connected before and after every move.
"""

from zoning.engine.compiling import below, draw, njit, woven
from zoning.engine.field import (
    BEST,
    COST,
    JOURNALLED,
    OVER,
    STAMP,
    STRAIN,
    Field,
    State,
)  # fmt: skip
from zoning.engine.kernel_lists import keep_best, member_of, note_changed
from zoning.engine.kernel_plan import cost_in, mark_reached, may_leave, note_and_put, take_back, touches
from zoning.engine.kernel_rebuild import recreate, ruin
from zoning.engine.kernel_terms import load_by, reshape_by
from zoning.engine.problem import IntArray


@njit
def shift(f: Field, w: State, u: int, t: int, longest: int) -> bool:
    """Move u to the adjoining zone t, with the piece it cuts off if that is at most `longest` units."""
    s = w.zone[u]
    if may_leave(f, w, u):
        note_and_put(f, w, u, t)
        return True
    if longest == 0:
        return False
    note_and_put(f, w, u, t)
    if w.size[s] - mark_reached(f, w, s) > longest:
        return False
    seen = w.total[STAMP]
    i = w.size[s] - 1
    while i >= 0:
        v = member_of(w, s, i)
        if w.mark[v] != seen:
            if f.fixed[v] == 1:
                return False
            note_and_put(f, w, v, t)
        i -= 1
    return True


@woven
def change(f: Field, w: State, u: int, s: int, t: int) -> int:
    """Book u's children and land from s to t in the sums only; return what the move costs, edges apart."""
    land = reshape_by(f, w, u, s, -1) + reshape_by(f, w, u, t, 1)
    return cost_in(f, u, t) - cost_in(f, u, s) + load_by(f, w, s, u, -1) + load_by(f, w, t, u, 1) + land


@woven
def some_border_unit(f: Field, w: State, t: int, avoid: int) -> tuple[int, int]:
    """Return a random unit of zone t that may move and a zone beside it, (-1, -1) if chance finds none."""
    for _ in range(4):
        x = member_of(w, t, below(w.rng, w.size[t]))
        if f.fixed[x] == 1 or x == avoid:
            continue
        r = w.zone[f.near[f.indptr[x] + below(w.rng, f.indptr[x + 1] - f.indptr[x])]]
        if r != t:
            return x, r
    return -1, -1


@woven
def chain(f: Field, w: State, u: int, t: int, limit: int) -> bool:
    """Move u to t, a unit of t on to a zone beside it, and perhaps one more; at most three moves.

    The cost is added up on the loads alone first: most chains are refused there, before any flood. Not where
    borders count, which depend on all three moves.
    """
    s = w.zone[u]
    x, r = some_border_unit(f, w, t, u)
    if x < 0:
        return False
    y, q = -1, -1
    if r != s and draw(w.rng) & 1:
        y, q = some_border_unit(f, w, r, x)
        if y < 0:
            return False
    cost = change(f, w, u, s, t) + change(f, w, x, t, r)
    if y >= 0:
        cost += change(f, w, y, r, q)
        change(f, w, y, q, r)
    change(f, w, x, r, t)
    change(f, w, u, t, s)
    if cost > limit and len(f.edge) == 0 and f.shape == 0:
        return False
    if not shift(f, w, u, t, 0):
        return False
    if w.zone[x] != t or not touches(f, w, x, r) or not shift(f, w, x, r, 2):
        return False
    return y < 0 or (w.zone[y] == r and touches(f, w, y, q) and shift(f, w, y, q, 2))


@woven
def lone_shift(f: Field, w: State, u: int, t: int, limit: int) -> bool:
    """Move u to t; one move in eight may take along what it cuts off."""
    s = w.zone[u]
    cost = change(f, w, u, s, t)
    change(f, w, u, t, s)
    if draw(w.rng) & 7 == 0:
        return shift(f, w, u, t, 8)
    if cost > limit and len(f.edge) == 0:
        return False
    return shift(f, w, u, t, 0)


@njit
def force(f: Field, w: State, u: int) -> bool:
    """Move u for good to a random zone beside it, with the piece it cuts off; say whether chance found one."""
    w.total[JOURNALLED] = 0
    t = w.zone[f.near[f.indptr[u] + below(w.rng, f.indptr[u + 1] - f.indptr[u])]]
    if t == w.zone[u] or not shift(f, w, u, t, 8):
        take_back(f, w)
        return False
    note_changed(w)
    return True


@woven
def propose(f: Field, w: State, limit: int, noise: int, rebuild: int) -> bool:
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
        return taken > 0 and recreate(f, w, taken, noise)
    if kind & 1:
        return lone_shift(f, w, u, t, limit)
    return chain(f, w, u, t, limit)


@njit
def anneal(f: Field, w: State, heats: IntArray, per_heat: int, strains: IntArray, rebuild: int) -> None:
    """Run the heats one after another; keep the best lawful plan in w.best, its cost in w.total[BEST].

    heats   -- [k] temperatures; per_heat -- proposals at each; rebuild -- how many of 1024 rebuild a patch
    strains -- [k] least cost of a child without a seat; it grows at schools that stay too full
    """
    total = w.total
    for h in range(len(heats)):
        heat = heats[h]
        noise = min(max(heat >> 2, 1), 1 << 31)
        adapt_strain(f, w, strains[h])
        now = total[COST] + total[STRAIN]
        for _ in range(per_heat):
            total[JOURNALLED] = 0
            limit = (heat * f.luck[draw(w.rng) & (len(f.luck) - 1)]) >> 16
            ok = propose(f, w, limit, noise, rebuild)
            if total[JOURNALLED] == 0:
                continue
            after = total[COST] + total[STRAIN]
            if not ok or after > now + limit:
                take_back(f, w)
                continue
            now = after
            note_changed(w)
            if total[OVER] == 0 and total[COST] < total[BEST]:
                keep_best(w)


@njit
def adapt_strain(f: Field, w: State, least: int) -> None:
    """Raise the strain where a school is too full, let it fall slowly where it is not."""
    w.total[STRAIN] = 0
    for s in range(len(w.load)):
        if w.lack[s] > 0:
            w.strain[s] += w.strain[s] >> 4
        else:
            w.strain[s] -= w.strain[s] >> 6
        w.strain[s] = min(max(w.strain[s], least), 64 * least)
        w.total[STRAIN] += w.lack[s] * w.strain[s]
