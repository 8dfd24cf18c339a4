"""Merging plans: the cheapest lawful plan made of pairs of unit and zone that the given plans have.

Good plans of different starts agree about most units, and each is right somewhere else. Where they differ, few pairs
are open, and an integer program finds among them within a second what annealing hardly ever meets. It is limited by
nodes, never by time alone, so that it can be repeated.
1. Open some pairs (`pairs.py`); all other units stay where the best plan has them.
2. Choose one pair a unit within the seats; a unit needs a neighbour in its zone.
3. Where a piece is cut off from the school none the less, ask for a neighbour of the piece, and choose again.
"""

from collections.abc import Callable, Sequence
from typing import Any

import highspy
import numpy as np

from zoning.engine.choosing import model_of, new_solver
from zoning.engine.connection import pieces_cut_off
from zoning.engine.field import Field
from zoning.engine.kernel_plan import lone_moves
from zoning.engine.lane import Found, new_state
from zoning.engine.pairs import Pairs
from zoning.engine.problem import IntArray

NODES = 100
TRIES = 6
SCALE = 1e6
TANGENTS = 256


def merged(field: Field, pairs: Pairs, is_over: Callable[[], bool], nodes: int = NODES) -> Found | None:
    """Return a lawful plan cheaper than the best, made of the pairs; None if none was found.

    pairs   -- open ones; see `open_pairs` and `pairs_around`
    is_over -- says when to break off; a choice cut short gives no plan
    nodes   -- limit of the integer program
    What a pair costs, but for balance, is told from the best plan alone. Where the cost of a zone hangs on all its
    units (borders, shape, parity) that is a guess, the better the fewer units move: when the plan chosen is not cheaper
    in truth, at most half as many may move.
    """
    if not len(pairs.unit):
        return None
    solver, start = _solver(field, pairs, is_over, nodes)
    best = Found.of(new_state(field, pairs.base, 0, 0))
    while (plan := _chosen(solver, start, field, pairs, is_over)) is not None:
        found = Found.of(new_state(field, plan, 0, 0))
        if found.rank() < best.rank():
            return found
        _move_at_most(solver, pairs, int((plan != pairs.base).sum()) // 2)
    return None


def _chosen(
    solver: Any, start: list[float], field: Field, pairs: Pairs, is_over: Callable[[], bool]
) -> IntArray | None:
    """Return the cheapest plan of the pairs with its zones in one piece; None if it is the best, or none was found."""
    anchors = _anchors(field)
    best: Any = highspy.HighsSolution()
    best.col_value = start
    for _ in range(TRIES):
        if is_over():
            return None
        solver.setSolution(best)
        solver.run()
        value = np.array(solver.getSolution().col_value)
        if solver.getModelStatus() == highspy.HighsModelStatus.kInterrupt or not len(value):
            return None
        plan, taken = pairs.base.copy(), np.flatnonzero(value[: len(pairs.unit)] > 0.5)
        plan[pairs.unit[taken]] = pairs.zone[taken]
        pieces = pieces_cut_off((field.indptr, field.near), anchors, plan)
        if not pieces:
            return None if np.array_equal(plan, pairs.base) else plan
        for piece in pieces:
            _ask_for_neighbours(solver, field, pairs, piece, int(plan[piece[0]]))
    return None


def _anchors(field: Field) -> IntArray:
    """Return the units that need no neighbour in their zone: those of schools, and enclaves, which have none."""
    return np.flatnonzero((field.fixed == 1) | (np.diff(field.indptr) == 0))


def _solver(field: Field, pairs: Pairs, is_over: Callable[[], bool], nodes: int) -> tuple[Any, list[float]]:
    """Return a solver that holds one pair a unit, the seats, and a neighbour in its zone for every unit.

    And the values of its columns that are the best plan.
    """
    solver = new_solver(nodes, is_over)
    solver.setOptionValue("mip_rel_gap", 0.0)
    cost, even = _lone_costs(field, pairs), field.balance - field.parity
    children, left = _children_and_seats(field, pairs)
    solver.passModel(model_of(pairs.unit, pairs.zone, cost / SCALE, children, left))
    for unit, zone in pairs.at:
        _ask_for_neighbours(solver, field, pairs, [unit], zone)
    start = (pairs.base[pairs.unit] == pairs.zone).astype(np.float64).tolist()
    for zone in np.unique(pairs.zone[even[pairs.zone] > 0]).tolist():
        held = int(field.seats[zone] - left[zone, 0])
        start.append(_weigh_balance(solver, field, pairs, zone, held))
    return solver, start


def _lone_costs(field: Field, pairs: Pairs) -> IntArray:
    """Return what each pair costs more than the best plan, that unit moved alone, balance of a zone in itself apart."""
    uneven = field._replace(balance=field.parity)
    cost = np.zeros(len(pairs.unit), dtype=np.int64)
    lone_moves(uneven, new_state(uneven, pairs.base, 0, 0), pairs.unit, pairs.zone, cost)
    return cost


def _weigh_balance(solver: Any, field: Field, pairs: Pairs, zone: int, held: int) -> float:
    """Add a column for what the zone's balance costs, factor x load^2 / seats, by tangents; return its value now.

    held -- children of the zone's units without pairs. Tangents stand close around the load of the best plan.
    """
    seats = max(int(field.seats[zone]), 1)
    factor = float(field.balance[zone] - field.parity[zone]) / seats / SCALE
    at = np.flatnonzero(pairs.zone == zone).astype(np.int32)
    children = field.children[pairs.unit[at]].astype(np.float64)
    now = int(field.children[pairs.base == zone].sum())
    column = solver.getNumCol()
    solver.addCol(1.0, -np.inf, np.inf, 0, np.zeros(0, dtype=np.int32), np.zeros(0))
    steps = max(seats // TANGENTS, 1) * (2 ** np.arange(1 + int(np.log2(TANGENTS))) - 1)
    for load in np.unique(np.clip(np.concatenate([now - steps, now + steps]), 0, seats)).tolist():
        slope = 2 * factor * load
        row, value = np.append(at, np.int32(column)), np.append(-slope * children, 1.0)
        solver.addRow(slope * held - factor * load * load, np.inf, len(row), row, value)
    return factor * now * now


def _children_and_seats(field: Field, pairs: Pairs) -> tuple[IntArray, IntArray]:
    """Return by year that must fit the children of each pair's unit, and the seats that units without pairs leave."""
    children, seats = field.children[:, None], field.seats[:, None]
    if field.every_year:
        children = np.hstack([children, field.later_children])
        seats = np.hstack([seats, field.later_seats])
    left = seats.copy()
    stays = np.setdiff1d(np.arange(len(pairs.base)), pairs.unit)
    np.subtract.at(left, pairs.base[stays], children[stays])
    return children[pairs.unit], left


def _ask_for_neighbours(solver: Any, field: Field, pairs: Pairs, piece: Sequence[int], zone: int) -> None:
    """Let units of the piece be in the zone only where a unit beside the piece is."""
    beside = {int(v) for unit in piece for v in field.near[field.indptr[unit] : field.indptr[unit + 1]]}
    columns = [pairs.at.get((unit, zone), -1) for unit in sorted(beside - set(piece))]
    joining = [at for at in columns if at >= 0]
    stay = {unit for unit in beside - set(piece) if (unit, int(pairs.base[unit])) not in pairs.at}
    if any(pairs.base[unit] == zone for unit in stay):
        return
    for unit in piece:
        at = pairs.at.get((unit, zone))
        least = 1.0 if at is None else 0.0  # a unit that stays in the zone needs one in any case
        row = np.array(joining if at is None else [*joining, at], dtype=np.int32)
        value = np.array([1.0] * len(joining) + [-1.0] * (at is not None))
        solver.addRow(least, np.inf, len(row), row, value)


def _move_at_most(solver: Any, pairs: Pairs, units: int) -> None:
    """Let no more units than so many leave the zone that the best plan has them in."""
    moves = np.flatnonzero(pairs.base[pairs.unit] != pairs.zone).astype(np.int32)
    solver.addRow(-np.inf, float(units), len(moves), moves, np.ones(len(moves)))
