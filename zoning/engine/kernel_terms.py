"""Compiled terms of the cost: what a zone costs by its children, its borders and its land. Whole numbers only."""

from zoning.engine.compiling import njit, woven
from zoning.engine.field import COST, FOUR_PI, OVER, ROUND_BITS, SHARED, STRAIN, Field, State


@woven
def load_by(f: Field, w: State, s: int, u: int, sign: int) -> int:
    """Add u's children to zone s, or take them off; return what that costs, worst year included."""
    load, seats, c = w.load[s], f.seats[s], sign * f.children[u]
    over = max(load + c - seats, 0) - max(load - seats, 0)
    w.load[s] = load + c
    even = 0
    if f.balance[s] != 0:
        even = squared(f.balance[s], load, c, max(seats, 1))
    if f.parity[s] != 0:
        even -= squared(f.parity[s], w.total[SHARED], c, f.shared_seats)
        w.total[SHARED] += c
    if f.filling != 0:
        even += off_by(f, s, load + c) - off_by(f, s, load)
    if f.class_seat != 0:
        even += classes_by(f, load + c) - classes_by(f, load)
    if f.later_seats.shape[1] != 0:
        more, worse = later_by(f, w, s, u, sign)
        over += more
        even += worse
    w.lack[s] += over
    w.total[OVER] += over
    w.total[COST] += even
    w.total[STRAIN] += over * w.strain[s]
    return over * w.strain[s] + even  # type: ignore[no-any-return]


@woven
def squared(factor: int, load: int, c: int, seats: int) -> int:
    """Return what c more children add to factor x load^2 / seats, rounded down."""
    return factor * (load + c) * (load + c) // seats - factor * load * load // seats


@njit
def later_by(f: Field, w: State, s: int, u: int, sign: int) -> tuple[int, int]:
    """Add u's children of later years to zone s, or take them off; return further overload, cost of the worst year."""
    over, worst_before, worst_after = 0, 0, 0
    for y in range(f.later_seats.shape[1]):
        load, seats = w.later_load[s, y], f.later_seats[s, y]
        then = load + sign * f.later_children[u, y]
        w.later_load[s, y] = then
        before, after = max(load - seats, 0), max(then - seats, 0)
        over += after - before
        worst_before, worst_after = max(worst_before, before), max(worst_after, after)
    if f.every_year != 0:
        return over, 0
    return 0, f.worst_year * (worst_after - worst_before)


@njit
def edges_to(f: Field, w: State, u: int, s: int) -> int:
    """Return the cost of separating u from its neighbours in zone s."""
    cost = 0
    for k in range(f.indptr[u], f.indptr[u + 1]):
        if w.zone[f.near[k]] == s:
            cost += f.edge[k]
    return cost


@woven
def off_by(f: Field, s: int, load: int) -> int:
    """Return what zone s costs by the share of its seats that is empty or lacking at so many children."""
    return f.filling * abs(f.seats[s] - load) // max(f.seats[s], 1)  # type: ignore[no-any-return]


@woven
def classes_by(f: Field, load: int) -> int:
    """Return what the seats cost that stay empty in the classes opened for so many children."""
    last = load % f.class_size
    return 0 if last == 0 else f.class_seat * (f.class_size - last)


@woven
def shape_cost(shape: int, area: int, outline: int) -> int:
    """Return what land of that area (square metres, < 8e10) within that outline (decimetres) costs: nothing if round.

    Roundness is 4 pi area / outline^2; land without an outline has none.
    """
    if outline == 0:
        return shape
    share = ((100 * area) << ROUND_BITS) // (outline * outline)
    return shape - (shape * ((share * FOUR_PI) >> ROUND_BITS) >> ROUND_BITS)


@woven
def reshape_by(f: Field, w: State, u: int, s: int, sign: int) -> int:
    """Add u's land to zone s, or take it off; return what that costs in compactness."""
    return 0 if f.shape == 0 else _reshape(f, w, u, s, sign)


@njit
def _reshape(f: Field, w: State, u: int, s: int, sign: int) -> int:
    common = 0
    for k in range(f.indptr[u], f.indptr[u + 1]):
        if w.zone[f.near[k]] == s:
            common += f.common[k]
    before = shape_cost(f.shape, w.area[s], w.outline[s])
    w.area[s] += sign * f.area[u]
    w.outline[s] += sign * (f.outline[u] - 2 * common)
    return shape_cost(f.shape, w.area[s], w.outline[s]) - before
