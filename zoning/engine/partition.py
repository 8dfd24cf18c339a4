"""Set partitioning: from all zones met so far, choose one a school so that every unit is covered once.

It puts the good parts of different plans together. 1. Solve the linear relaxation over all zones. 2. Keep the
zones whose reduced cost leaves room for a better plan. 3. Solve the whole-number problem over them, limited by
nodes, never by time alone, so that it can be repeated.
"""

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csr_array

from zoning.engine.field import Field, Pool
from zoning.engine.objective import shape_costs
from zoning.engine.problem import FloatArray, IntArray

MOST = 3000
NODES = 300
SCALE = 1e6
SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Zones:
    """Zones as columns: zone i is of school[i], costs cost[i] and holds units[start[i]:start[i + 1]]."""

    school: IntArray
    cost: IntArray
    start: IntArray
    units: IntArray

    def __len__(self) -> int:
        return len(self.school)

    def chosen(self, which: IntArray) -> "Zones":
        """Return only the zones at these indices, in their order."""
        rows = [self.units[self.start[i] : self.start[i + 1]] for i in which.tolist()]
        start = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
        return Zones(self.school[which], self.cost[which], start, np.concatenate([*rows, self.units[:0]]))


def no_zones() -> Zones:
    empty = np.zeros(0, dtype=np.int64)
    return Zones(empty, empty, np.zeros(1, dtype=np.int64), empty)


def zones_of(field: Field, pool: Pool) -> Zones:
    """Return what a pool gathered, with the cost of each zone."""
    count = int(pool.filled[0])
    start, school = pool.start[: count + 1].copy(), pool.school[:count].copy()
    units = pool.units[: start[-1]].copy()
    owner = np.repeat(np.arange(count), np.diff(start))
    cost, load = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    np.add.at(cost, owner, field.cost[units, school[owner]])
    np.add.at(load, owner, field.children[units])
    even = field.balance[school] * load * load // np.maximum(field.seats[school], 1)
    even += field.filling * np.abs(field.seats[school] - load) // np.maximum(field.seats[school], 1)
    even += _shapes(field, owner, units, count)
    return Zones(school, cost + even + _worst_years(field, owner, units, school), start, units)


def _shapes(field: Field, owner: IntArray, units: IntArray, count: int) -> IntArray:
    """Return what the shapes of the zones cost; a zone's outline is its units' without what they share."""
    area, outline = np.zeros((2, count), dtype=np.int64)
    if not field.shape:
        return area
    n = len(field.children)
    held = csr_array((np.ones(len(units), dtype=np.int64), (owner, units)), shape=(count, n))
    common = csr_array((field.common, field.near, field.indptr), shape=(n, n))
    np.add.at(area, owner, field.area[units])
    np.add.at(outline, owner, field.outline[units])
    outline -= (held @ common).multiply(held).sum(axis=1)
    return shape_costs(field.shape, area, outline)


def _worst_years(field: Field, owner: IntArray, units: IntArray, school: IntArray) -> IntArray:
    """Return what the children without a seat in the worst later year cost, by zone; see objective."""
    load = np.zeros((len(school), field.later_seats.shape[1]), dtype=np.int64)
    np.add.at(load, owner, field.later_children[units])
    short = np.maximum(load - field.later_seats[school], 0)
    factor = 0 if field.every_year else field.worst_year
    cost: IntArray = factor * short.max(axis=1, initial=0)
    return cost


def joined(parts: list[Zones]) -> Zones:
    """Return all zones of the parts in their order, each zone once."""
    school = np.concatenate([part.school for part in parts])
    cost = np.concatenate([part.cost for part in parts])
    units = np.concatenate([part.units for part in parts])
    sizes = np.concatenate([np.diff(part.start) for part in parts])
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    all_zones = Zones(school, cost, start, units)
    first: dict[tuple[int, bytes], int] = {}
    for i, s in enumerate(school.tolist()):
        first.setdefault((s, np.sort(units[start[i] : start[i + 1]]).tobytes()), i)
    return all_zones.chosen(np.array(list(first.values()), dtype=np.int64))


def recombine(field: Field, zones: Zones, cost: int, seconds: float) -> tuple[Zones, IntArray | None]:
    """Return the zones worth keeping and a plan cheaper than `cost` made of them, None if there is none.

    seconds -- what is left of the wall time, infinite when effort counts; a search cut short gives no plan
    """
    if len(zones) < len(field.seats):
        return zones, None
    relaxed = _solved(field, zones, None, seconds)
    if relaxed.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return zones, None
    reduced = _reduced_cost(field, zones, np.array(relaxed.getSolution().row_dual))
    room = cost / SCALE - relaxed.getInfo().objective_function_value
    order = np.argsort(reduced, kind="stable")[:MOST]
    kept = zones.chosen(np.sort(order[reduced[order] <= room + SLACK]))
    if room <= SLACK or not len(kept):
        return kept, None
    whole = _solved(field, kept, cost, seconds)
    taken = np.flatnonzero(np.array(whole.getSolution().col_value) > 0.5)
    plan = _plan(field, kept, taken)
    if plan is None or int(kept.cost[taken].sum()) >= cost:
        return kept, None
    return kept, plan


def _solved(field: Field, zones: Zones, cutoff: int | None, seconds: float) -> Any:
    n, m = len(field.children), len(field.seats)
    count, sizes = len(zones), np.diff(zones.start)
    model: Any = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, n + m
    model.col_cost_ = zones.cost / SCALE
    model.col_lower_, model.col_upper_ = np.zeros(count), np.ones(count)
    model.row_lower_ = model.row_upper_ = np.ones(n + m)
    model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(sizes + 1)]).astype(np.int32)
    model.a_matrix_.index_ = np.insert(zones.units, zones.start[1:], n + zones.school).astype(np.int32)
    model.a_matrix_.value_ = np.ones(len(zones.units) + count)
    make: Any = highspy.Highs
    solver = make()
    for option, value in (("output_flag", False), ("threads", 1), ("parallel", "off"), ("random_seed", 1)):
        solver.setOptionValue(option, value)
    if np.isfinite(seconds):
        solver.setOptionValue("time_limit", max(seconds, 0.01))
    if cutoff is not None:
        model.integrality_ = [highspy.HighsVarType.kInteger] * count
        solver.setOptionValue("mip_max_nodes", NODES)
        solver.setOptionValue("objective_bound", cutoff / SCALE)
    solver.passModel(model)
    solver.run()
    return solver


def _reduced_cost(field: Field, zones: Zones, dual: FloatArray) -> FloatArray:
    n = len(field.children)
    owner = np.repeat(np.arange(len(zones)), np.diff(zones.start))
    covered = np.bincount(owner, weights=dual[zones.units], minlength=len(zones))
    return zones.cost / SCALE - covered - dual[n + zones.school]


def _plan(field: Field, zones: Zones, taken: IntArray) -> IntArray | None:
    """Return the plan of the taken zones, None when they are not a partition."""
    plan = np.full(len(field.children), -1, dtype=np.int64)
    part = zones.chosen(taken)
    if len(part.units) != len(plan):
        return None
    plan[part.units] = np.repeat(part.school, np.diff(part.start))
    return plan if (plan >= 0).all() else None
