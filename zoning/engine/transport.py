"""The transportation relaxation: children may be split and zones need not be connected.

Its least cost is a lower bound for every plan; its dual values are what one more seat at each school
is worth. Solved exactly in whole numbers by minimum-cost flow.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from ortools.graph.python import min_cost_flow

from zoning.engine.problem import BoolArray, IntArray

# Dearer for one child than any real way, and than any pair that is not allowed.
UNSEATED_MM = 1_000_000_000_000
NEAREST = 24


def never() -> bool:
    """Never ask to stop."""
    return False


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Prices of a seat in cost units per child, [n_zones], >= 0; flow by pair and unseated in children."""

    prices: IntArray
    flow: IntArray
    unseated: IntArray


def relax(
    cost: IntArray,
    allowed: BoolArray,
    children: IntArray,
    seats: IntArray,
    zone: IntArray | None = None,
    should_stop: Callable[[], bool] = never,
) -> Relaxation:
    """Solve the relaxation exactly; cost is per child, [n_units, k].

    zone -- [n_units, k] the zone of each pair; None: column j is zone j
    1. Offer every unit its nearest schools only. 2. Solve. 3. Offer also the pairs that would be cheaper at the
    prices found, and solve again, until there are none: then the prices prove the flow cheapest among all pairs.
    Asked to stop, it ends after a step 2: such prices prove less, and nobody is said to lack a seat.
    """
    zone = np.broadcast_to(np.arange(len(seats)), cost.shape) if zone is None else zone
    offered = _nearest(cost, allowed)
    while True:
        relaxed = _relax_over(zone, cost, offered, children, seats)
        at_prices = cost + relaxed.prices[zone]
        least = np.where(offered, at_prices, UNSEATED_MM).min(axis=1)
        cheaper = allowed & ~offered & (at_prices < least[:, None]) & (children > 0)[:, None]
        if not cheaper.any():
            return relaxed
        if should_stop():
            return replace(relaxed, unseated=np.zeros_like(relaxed.unseated))
        offered |= cheaper


def _nearest(cost: IntArray, allowed: BoolArray) -> BoolArray:
    """Return the allowed pairs of every unit with its NEAREST cheapest schools."""
    if cost.shape[1] <= NEAREST:
        return allowed.copy()
    ranked = np.argpartition(np.where(allowed, cost, UNSEATED_MM), NEAREST - 1, axis=1)[:, :NEAREST]
    offered = np.zeros_like(allowed)
    np.put_along_axis(offered, ranked, True, axis=1)
    return offered & allowed


def _relax_over(
    zone: IntArray, cost: IntArray, allowed: BoolArray, children: IntArray, seats: IntArray
) -> Relaxation:
    n, m = len(children), len(seats)
    unit, column = np.nonzero(allowed)
    solver: Any = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        unit, n + zone[unit, column], children[unit], cost[unit, column]
    )
    sink, overflow = n + m, n + m + 1
    everyone = int(children.sum())
    solver.add_arcs_with_capacity_and_unit_cost(
        n + np.arange(m), np.full(m, sink), seats, np.zeros(m, dtype=np.int64)
    )
    spill = solver.add_arcs_with_capacity_and_unit_cost(
        np.arange(n), np.full(n, overflow), children, np.full(n, UNSEATED_MM)
    )
    solver.add_arc_with_capacity_and_unit_cost(overflow, sink, everyone, 0)
    solver.set_nodes_supplies(np.arange(n), children)
    solver.set_nodes_supplies(np.array([sink]), np.array([-everyone]))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"minimum-cost flow ended with status {status}")
    flow = np.zeros(zone.shape, dtype=np.int64)
    flow[unit, column] = solver.flows(arcs)
    unseated = np.asarray(solver.flows(spill), dtype=np.int64)
    return Relaxation(_prices(zone, cost, allowed, flow, seats), flow, unseated)


def _prices(zone: IntArray, cost: IntArray, allowed: BoolArray, flow: IntArray, seats: IntArray) -> IntArray:
    """Return the largest dual prices that certify the flow.

    A child moving from school s to school t costs `step` more; a seat at s is worth the cheapest
    chain of such moves that ends at a free seat (or outside, where a child stays unseated).
    """
    m = len(seats)
    unit, column = np.nonzero(flow)
    here, paid = zone[unit, column], cost[unit, column]
    leave = np.full(m, UNSEATED_MM, dtype=np.int64)
    np.minimum.at(leave, here, UNSEATED_MM - paid)
    source, target, step = _steps(here, paid, zone[unit], cost[unit], allowed[unit])
    load = np.bincount(here, weights=flow[unit, column], minlength=m).astype(np.int64)
    price = np.where(load < seats, 0, leave)
    for _ in range(m):
        better = price.copy()
        np.minimum.at(better, source, step + price[target])
        if np.array_equal(better, price):
            break
        price = better
    return np.maximum(price, 0)


def _steps(
    here: IntArray, paid: IntArray, zone: IntArray, cost: IntArray, allowed: BoolArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return from where to where a child may move and the least that it costs, each pair of schools once.

    here, paid -- [f] where a unit's children are and what one costs; zone, cost, allowed -- [f, k] of that unit
    """
    row, column = np.nonzero(allowed)
    step = cost[row, column] - paid[row]
    key = here[row] * (int(zone.max(initial=0)) + 1) + zone[row, column]
    order = np.lexsort((step, key))
    first = order[np.flatnonzero(np.diff(key[order], prepend=-1))]
    return here[row[first]], zone[row[first], column[first]], step[first]
