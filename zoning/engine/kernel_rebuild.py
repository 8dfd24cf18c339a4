"""Compiled: a patch of units torn out of their zones and put back at seat prices."""

from zoning.engine.compiling import below, draw, njit, woven
from zoning.engine.field import GONE, JOURNAL, JOURNALLED, NEVER, STAMP, Field, State
from zoning.engine.kernel_lists import member_of
from zoning.engine.kernel_plan import cost_in, mark_reached, note_and_put
from zoning.engine.kernel_terms import classes_by, later_by, off_by, reshape_by


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


@woven
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


@woven
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
        if f.class_seat != 0:
            loss += classes_by(f, w.load[t] + c) - classes_by(f, w.load[t])
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
