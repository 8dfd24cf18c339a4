"""The fewest switches after which nothing that is known to be short stays short: an integer program that is told more.

It knows what it was told: that so many children must leave a shortage, and which needs of each way out switches meet.
Limited by nodes, never by time, so that it can be repeated.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

from zoning.engine.choosing import new_solver
from zoning.engine.problem import IntArray, Problem
from zoning.engine.remedies import Kind, Untold
from zoning.engine.shortages import Need, Shortage, WayOut
from zoning.engine.switches import Switch

NODES = 20
# Less than one switch or seat: that proves their number.
GAP = 0.95
TOLERANCE = 1e-4
# What a switch costs at most beside 1 for being one: of as many the shorter ways or the larger units.
TIE = 1e-3


@dataclass(slots=True)
class Program:
    """The integer program: columns of switches, ways out, children who leave, and seats where they may be added.

    switches, needs, ways -- the column of each; seats -- [n_zones, n_kept] likewise, None where none may be added
    weight -- what a switch costs; a seat costs 1
    is_hopeless -- there is a shortage that no way leads out of; spent -- iterations of the solver so far
    """

    problem: Problem
    solver: Any
    weight: int
    seats: IntArray | None
    is_hopeless: bool = False
    spent: int = 0
    switches: dict[Switch, int] = field(default_factory=dict)
    needs: dict[Need, int] = field(default_factory=dict)
    ways: dict[frozenset[Need], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: switches and seats more, [n_zones, n_kept]; bound -- no choice costs less."""

    switches: frozenset[Switch]
    seats: IntArray
    bound: float


def new_program(problem: Problem, kind: Kind, should_stop: Callable[[], bool]) -> Program:
    """Return a program of the kind that knows of no shortage."""
    solver = new_solver(NODES, should_stop)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", GAP)
    if kind is not Kind.ALL:
        return Program(problem, solver, 1, None)
    program = Program(problem, solver, int(problem.kept_children.sum()) + 1, None)
    shape = problem.kept_seats.shape
    columns = [_column(program, 1.0, math.inf, is_whole=True) for _ in range(shape[0] * shape[1])]
    program.seats = np.array(columns, dtype=np.int64).reshape(shape)
    return program


def tell_short(program: Program, short: Shortage, ways: Sequence[WayOut]) -> None:
    """Tell that children must leave the shortage, or seats be added there."""
    row = [] if program.seats is None else program.seats[short.zones, short.year].tolist()
    for out in ways:
        most = float(min(out.children, short.lacking))
        leave = _column(program, 0.0, most, is_whole=False)
        _row(
            program,
            0.0,
            [(leave, -1.0), *((_way(program, way), most) for way in sorted(out.ways, key=_order))],
        )
        row.append(leave)
    program.is_hopeless |= not row
    _row(program, float(short.lacking), [(at, 1.0) for at in row])


def tell_more(program: Program, chosen: Collection[Switch], count: int) -> bool:
    """Tell that beside what was chosen so many other switches must be on, of those known; say whether there are any."""
    others = sorted(program.switches.keys() - chosen)
    for one in sorted(chosen):
        program.solver.changeColBounds(_switch(program, one), 1.0, 1.0)
    if others:
        _row(program, float(min(count, len(others))), [(program.switches[one], 1.0) for one in others])
    return bool(others)


def choose(program: Program) -> Choice | Untold:
    """Return the fewest switches, then the fewest seats, or why there are none."""
    none = np.zeros_like(program.problem.kept_seats)
    if program.is_hopeless:
        return Untold.NONE_ENOUGH
    if not program.solver.getNumRow():
        return Choice(frozenset(), none, 0.0)
    program.solver.run()
    program.spent += int(program.solver.getInfo().simplex_iteration_count)
    value = np.array(program.solver.getSolution().col_value)
    if program.solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return Untold.NONE_ENOUGH
    if not len(value):
        return Untold.NONE_FOUND
    on = frozenset(one for one, at in program.switches.items() if value[at] > 0.5)
    seats = none if program.seats is None else np.rint(value[program.seats]).astype(np.int64)
    return Choice(on, seats, float(program.solver.getInfo().mip_dual_bound))


def least_switches(program: Program, bound: float) -> int:
    """Return how many switches are needed at least: seats cost less together than one of them."""
    spare = 0 if program.seats is None else program.weight - 1
    least = (bound - spare) / program.weight / _dearest(program)
    return max(math.ceil(least - TOLERANCE), 0)


def is_fewest(program: Program, bound: float, switches: int, seats: int) -> bool:
    """Say, where seats may be added, whether no fewer switches, and with as many no fewer seats, are enough."""
    return program.weight * switches + seats < bound + 1 - TOLERANCE


def _dearest(program: Program) -> float:
    return 1.0 if program.seats is not None else 1 + TIE


def _way(program: Program, way: frozenset[Need]) -> int:
    """Return the column of a way, open where each of its needs is met."""
    if len(way) == 1:
        return _need(program, *way)
    if way not in program.ways:
        program.ways[way] = _column(program, 0.0, 1.0, is_whole=False)
        for need in sorted(way, key=sorted):
            _row(program, 0.0, [(program.ways[way], -1.0), (_need(program, need), 1.0)])
    return program.ways[way]


def _need(program: Program, need: Need) -> int:
    """Return the column of a need, met where one of its switches is on."""
    if len(need) == 1:
        return _switch(program, *need)
    if need not in program.needs:
        program.needs[need] = _column(program, 0.0, 1.0, is_whole=False)
        switches = [(_switch(program, one), 1.0) for one in sorted(need)]
        _row(program, 0.0, [(program.needs[need], -1.0), *switches])
    return program.needs[need]


def _order(way: frozenset[Need]) -> list[list[Switch]]:
    return sorted(sorted(need) for need in way)


def _switch(program: Program, one: Switch) -> int:
    if one not in program.switches:
        tie = TIE * _rank(program.problem, one) if program.seats is None else 0.0
        program.switches[one] = _column(program, program.weight * (1 + tie), 1.0, is_whole=True)
    return program.switches[one]


def _rank(problem: Problem, one: Switch) -> float:
    """Return which of two switches to prefer, 0 to 1: the lower."""
    name, a, b = one
    if name == "link":
        return _far(float(np.hypot(problem.x_m[a] - problem.x_m[b], problem.y_m[a] - problem.y_m[b])))
    if name == "forbid":
        return _far(float(problem.distance_between(np.array([a]), np.array([b]))[0]))
    return 1 / (1 + int(problem.children[a])) if name == "lock" else 1.0


def _far(metres: float) -> float:
    return metres / (metres + 1000)


def _column(program: Program, cost: float, most: float, *, is_whole: bool) -> int:
    solver = program.solver
    solver.addCol(cost, 0.0, most, 0, np.zeros(0, dtype=np.int32), np.zeros(0))
    at = int(solver.getNumCol()) - 1
    if is_whole:
        solver.changeColIntegrality(at, highspy.HighsVarType.kInteger)
    return at


def _row(program: Program, least: float, entries: Sequence[tuple[int, float]]) -> None:
    at = np.array([place for place, _ in entries], dtype=np.int32)
    program.solver.addRow(least, math.inf, len(at), at, np.array([value for _, value in entries]))
