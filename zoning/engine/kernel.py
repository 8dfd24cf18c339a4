"""Compiled inner loops. Whole numbers only, one private generator a run: the same on every machine.

What a zone costs by its children and by its land is in `kernel_terms.py`. Runs with seeds of their own go side by
side in threads.
Moves are written into a journal and taken back when refused; a zone is connected before and after every move.
"""

from zoning.engine.compiling import below, draw, njit
from zoning.engine.field import (
    BEST,
    COST,
    GONE,
    JOURNAL,
    JOURNALLED,
    NEVER,
    OVER,
    STAMP,
    STRAIN,
    Field,
    Pool,
    State,
)  # fmt: skip
from zoning.engine.kernel_lists import gather, join_list, keep_best, leave_list, member_of, note_changed
from zoning.engine.kernel_terms import edges_to, later_by, load_by, off_by, reshape_by
from zoning.engine.problem import IntArray


@njit
def cost_in(f: Field, u: int, t: int) -> int:
    """Return what unit u costs in zone t."""
    if f.is_whole != 0:
        return f.cost[u, t]  # type: ignore[no-any-return]
    for k in range(f.zones.shape[1]):
        if f.zones[u, k] == t:
            return f.cost[u, k]  # type: ignore[no-any-return]
    return f.beyond[u]  # type: ignore[no-any-return]


@njit
def put(f: Field, w: State, u: int, t: int) -> None:
    """Move unit u to zone t (or GONE); keep cost, overload, loads and member lists."""
    s = w.zone[u]
    if s != GONE:
        load_by(f, w, s, u, -1)
        leave_list(w, u, s)
        w.total[COST] -= cost_in(f, u, s)
        if f.edge[0] != 0:
            w.total[COST] += edges_to(f, w, u, s)
        w.total[COST] += reshape_by(f, w, u, s, -1)
    w.zone[u] = t
    if t != GONE:
        load_by(f, w, t, u, 1)
        join_list(w, u, t)
        w.total[COST] += cost_in(f, u, t)
        if f.edge[0] != 0:
            w.total[COST] -= edges_to(f, w, u, t)
        w.total[COST] += reshape_by(f, w, u, t, 1)


@njit
def put_all(f: Field, w: State, zone: IntArray) -> None:
    """Put every unit where the plan `zone` has it; none may be anywhere yet."""
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


@njit
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


@njit
def touches(f: Field, w: State, u: int, t: int) -> bool:
    for k in range(f.indptr[u], f.indptr[u + 1]):  # noqa: SIM110 -- the compiler knows no generators
        if w.zone[f.near[k]] == t:
            return True
    return False


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


@njit
def change(f: Field, w: State, u: int, s: int, t: int) -> int:
    """Book u's children and land from s to t in the sums only; return what the move costs, edges apart."""
    land = reshape_by(f, w, u, s, -1) + reshape_by(f, w, u, t, 1)
    return cost_in(f, u, t) - cost_in(f, u, s) + load_by(f, w, s, u, -1) + load_by(f, w, t, u, 1) + land


@njit
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


@njit
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
    if cost > limit and f.edge[0] == 0 and f.shape == 0:
        return False
    if not shift(f, w, u, t, 0):
        return False
    if w.zone[x] != t or not touches(f, w, x, r) or not shift(f, w, x, r, 2):
        return False
    return y < 0 or (w.zone[y] == r and touches(f, w, y, q) and shift(f, w, y, q, 2))


@njit
def lone_shift(f: Field, w: State, u: int, t: int, limit: int) -> bool:
    """Move u to t; one move in eight may take along what it cuts off."""
    s = w.zone[u]
    cost = change(f, w, u, s, t)
    change(f, w, u, t, s)
    if draw(w.rng) & 7 == 0:
        return shift(f, w, u, t, 8)
    if cost > limit and f.edge[0] == 0:
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
    """Take out what the ruined zones can no longer hold together; each zone is flooded once."""
    this_ruin = w.total[STAMP]
    for i in range(filled):
        s = w.journal_zone[i]
        if w.checked[s] == this_ruin:
            continue
        w.checked[s] = this_ruin
        if w.size[s] == mark_reached(f, w, s):
            continue
        seen = w.total[STAMP]
        j = w.size[s] - 1
        while j >= 0:
            v = member_of(w, s, j)
            if w.mark[v] != seen:
                if f.fixed[v] == 1 or w.total[JOURNALLED] > JOURNAL // 4:
                    return 0
                note_and_put(f, w, v, GONE)
            j -= 1
    return w.total[JOURNALLED]  # type: ignore[no-any-return]


@njit
def choose(f: Field, w: State, i: int, noise: int) -> int:
    """Find the zone beside the i-th ruined unit that loses least against its ideal; return the loss."""
    u = w.journal_unit[i]
    c = f.children[u]
    w.loss[i] = NEVER
    for k in range(f.indptr[u], f.indptr[u + 1]):
        t = w.zone[f.near[k]]
        if t == GONE or (t == w.goal[i] and w.loss[i] != NEVER):
            continue
        loss = cost_in(f, u, t) + f.demand[u] * f.price[t] - f.ideal[u] + below(w.rng, noise)
        over = w.load[t] + c - f.seats[t]
        if over > 0:
            loss += w.strain[t] * min(over, c)
        if f.later_seats.shape[1] != 0:
            more, worse = later_by(f, w, t, u, 1)
            later_by(f, w, t, u, -1)
            loss += more * w.strain[t] + worse
        if f.filling != 0:
            loss += off_by(f, t, w.load[t] + c) - off_by(f, t, w.load[t])
        if f.shape != 0:
            loss += reshape_by(f, w, u, t, 1)
            reshape_by(f, w, u, t, -1)
        if loss < w.loss[i]:
            w.loss[i], w.goal[i] = loss, t
    return w.loss[i]  # type: ignore[no-any-return]


@njit
def recreate(f: Field, w: State, taken: int, noise: int) -> bool:
    """Put the first `taken` journalled units back, each time the one that loses least against its ideal.

    A choice is made anew when a neighbour was placed, and once more before it is carried out, because
    the zone may have filled up meanwhile.
    """
    for i in range(taken):
        w.place[w.journal_unit[i]] = i
        w.goal[i] = GONE
        choose(f, w, i, noise)
    placed = 0
    while placed < taken:
        best = 0
        for i in range(1, taken):
            if w.loss[i] < w.loss[best]:
                best = i
        if w.loss[best] == NEVER:
            return False
        goal, joins = w.goal[best], w.journal_unit[best]
        if w.load[goal] + f.children[joins] > f.seats[goal] or f.later_seats.shape[1] != 0:
            before = w.loss[best]
            if choose(f, w, best, noise) > before + noise:
                continue
        u = w.journal_unit[best]
        note_and_put(f, w, u, w.goal[best])
        w.loss[best] = NEVER
        placed += 1
        for k in range(f.indptr[u], f.indptr[u + 1]):
            x = f.near[k]
            if w.zone[x] == GONE:
                choose(f, w, w.place[x], noise)
    return True


@njit
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
def anneal(
    f: Field, w: State, p: Pool, heats: IntArray, per_heat: int, strains: IntArray, rebuild: int
) -> None:
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
        gather(f, w, p)
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
