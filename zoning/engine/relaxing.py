"""The smallest sets of seats, links or rules whose change makes a lawful plan possible.

An integer program gives every unit one zone; seats more, links more and lifted rules are columns of it, and their
number is what it costs. Of connection it is told step by step, where what it chose has pieces without a school.
1. Choose the fewest changes; among as many, a plan near the one the search found.
2. For every piece cut off, ask for a unit beside it or for a link out of it, and choose again.
3. A plan without such pieces is lawful with these changes, and what the program proves is proven for every plan.
Limited by nodes and rounds, never by time, so that it can be repeated.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from zoning.engine.choosing import model_of, new_solver
from zoning.engine.connection import pieces_cut_off
from zoning.engine.constraints import (
    allowed_pairs,
    locked_stay,
    school_units_stay,
    township_kept,
    within_cap,
)
from zoning.engine.enclaves import joined
from zoning.engine.objective import kept_loads
from zoning.engine.problem import NOWHERE, BoolArray, IntArray, Problem
from zoning.engine.remedies import Kind, Relief
from zoning.engine.switches import Switch, cap_names, caps_of, near_pairs
from zoning.engine.ways import plan_ways, whole_ways

NODES = 30
ROUNDS = 20
# Iterations after which no further round is begun: beyond them connection is too hard to come by.
ITERATIONS = 3_000
# What units cost that leave the zone of the plan found, all together: less than any change.
MOVES = 0.1
TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Answer:
    """What was chosen: the changes and a plan with them, or neither where none was chosen in time.

    least -- proven: no plan needs less: seats where only they may be added, else links and rules
    is_joined -- the plan is lawful with the changes; is_smallest -- proven: no fewer changes are enough
    """

    relief: Relief | None
    zone: IntArray | None
    least: int
    is_joined: bool = False
    is_smallest: bool = False


@dataclass(slots=True)
class Program:
    """The integer program: columns of pairs, then of seats, links and rules.

    column -- [n_units, n_zones] of each pair, NOWHERE where it has none; links, rules -- the first column of each
    near   -- [k, 2] units that a link may join
    weight -- what a link or a rule costs; a seat costs 1
    out    -- by unit, which of `near` it is an end of; own -- [n_units] the zone whose school it holds
    """

    problem: Problem
    solver: Any
    column: IntArray
    near: IntArray
    lifted: Sequence[Switch]
    links: int
    rules: int
    weight: int
    out: list[list[int]]
    own: IntArray


def fewest_changes(
    problem: Problem, plan: IntArray, kind: Kind, should_stop: Callable[[], bool]
) -> Answer | None:
    """Return the fewest changes of the kind, or what is proven of their number; None where none are enough.

    plan -- [n_units] the plan to stay near
    """
    program = _program(problem, plan, kind, should_stop)
    if program is None:
        return None
    least, spent, answer = 0, 0, Answer(None, None, 0)
    for _ in range(ROUNDS):
        if should_stop() or spent > ITERATIONS:
            break
        program.solver.run()
        spent += int(program.solver.getInfo().simplex_iteration_count)
        if program.solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return None
        least = max(least, _proven(program))
        value = np.array(program.solver.getSolution().col_value)
        if not len(value):
            break
        answer = _answer(program, value)
        chosen = answer.zone
        if answer.is_joined or chosen is None or not _ask_for_neighbours(program, chosen, value):
            break
    return replace(answer, least=least)


def _proven(program: Program) -> int:
    """Return what every plan needs at least: seats, or links and rules. Seats cost less together than one of these."""
    bound = float(program.solver.getInfo().mip_dual_bound)
    if not math.isfinite(bound):
        return 0
    return max(math.ceil((bound - MOVES - program.weight + 1) / program.weight - TOLERANCE), 0)


def _program(problem: Problem, plan: IntArray, kind: Kind, should_stop: Callable[[], bool]) -> Program | None:
    """Return the program of the kind; None where a unit may have no zone whatever is changed."""
    adds, joins, lifts = (kind in (one, Kind.ALL) for one in (Kind.SEATS, Kind.LINKS, Kind.RULES))
    possible = _possible(problem) if lifts else allowed_pairs(problem)
    if not possible.any(axis=1).all():
        return None
    unit, zone = np.nonzero(possible)
    column = np.full(possible.shape, NOWHERE, dtype=np.int64)
    column[unit, zone] = np.arange(len(unit))
    solver = new_solver(NODES, should_stop)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 1 - 2 * MOVES)  # then the number of changes is proven
    moves = np.where(plan[unit] == zone, 0.0, MOVES / problem.n_units)
    solver.passModel(model_of(unit, zone, moves, problem.kept_children[unit], problem.kept_seats))
    weight = int(problem.kept_children.sum()) + 1 if kind is Kind.ALL else 1
    near = near_pairs(problem) if joins else np.zeros((0, 2), dtype=np.int64)
    if adds:
        _add_seats(solver, problem)
    links = int(solver.getNumCol())
    _add_switches(solver, len(near), weight)
    own = np.full(problem.n_units, NOWHERE, dtype=np.int64)
    own[problem.site_unit] = problem.site_zone
    out: list[list[int]] = [[] for _ in range(problem.n_units)]
    for at, ends in enumerate(near.tolist()):
        for unit_at in ends:
            out[unit_at].append(at)
    program = Program(problem, solver, column, near, (), links, links + len(near), weight, out, own)
    if lifts:
        program.lifted = _add_rules(program)
    _ask_for_any_neighbour(program)
    return program


def _possible(problem: Problem) -> BoolArray:
    """Return the pairs that may be whatever rules are lifted: a way is known, and units of schools stay."""
    ways = whole_ways(problem, np.arange(problem.n_units))
    found: BoolArray = np.isfinite(ways.metres) & school_units_stay(problem, ways)
    return found


def _add_seats(solver: Any, problem: Problem) -> None:
    """Add a column for the seats that each zone and year gets more."""
    row = problem.n_units
    for place in range(problem.kept_seats.size):
        solver.addCol(1.0, 0.0, np.inf, 1, np.array([row + place], dtype=np.int32), np.array([-1.0]))


def _add_switches(solver: Any, count: int, weight: int) -> None:
    for _ in range(count):
        solver.addCol(float(weight), 0.0, 1.0, 0, np.zeros(0, dtype=np.int32), np.zeros(0))
        solver.changeColIntegrality(solver.getNumCol() - 1, highspy.HighsVarType.kInteger)


def _add_rules(program: Program) -> list[Switch]:
    """Add a column for every rule that rules a pair out, and let the pair be only where all such rules are lifted."""
    problem, solver = program.problem, program.solver
    ways = whole_ways(problem, np.arange(problem.n_units))
    blocked: dict[tuple[Switch, ...], list[int]] = {}
    there = program.column != NOWHERE
    for unit, zone in np.argwhere(there & ~within_cap(problem, ways)).tolist():
        blocked.setdefault(tuple(sorted(caps_of(problem, zone))), []).append(int(program.column[unit, zone]))
    for unit, zone in np.argwhere(there & ~township_kept(problem, ways)).tolist():
        blocked.setdefault((("township", 0, 0),), []).append(int(program.column[unit, zone]))
    for unit, zone in np.argwhere(there & ~locked_stay(problem, ways)).tolist():
        blocked.setdefault((("lock", unit, 0),), []).append(int(program.column[unit, zone]))
    for unit, zone in problem.forbidden.tolist():
        if there[unit, zone]:
            blocked.setdefault((("forbid", unit, zone),), []).append(int(program.column[unit, zone]))
    rules = sorted({rule for some in blocked for rule in some})
    place = {rule: program.rules + i for i, rule in enumerate(rules)}
    _add_switches(solver, len(rules), program.weight)
    for some, columns in blocked.items():
        for at in columns:
            row = np.array([at, *(place[rule] for rule in some)], dtype=np.int32)
            solver.addRow(-np.inf, 0.0, len(row), row, np.array([1.0] + [-1.0] * len(some)))
    return rules


def _ask_for_any_neighbour(program: Program) -> None:
    """Let a unit be in a zone only where a unit beside it is, or a link leads on: every unit is a piece at first."""
    indptr, near = program.problem.plain_graph
    for unit, zone in np.argwhere(program.column != NOWHERE).tolist():
        _ask(program, [unit], set(near[indptr[unit] : indptr[unit + 1]].tolist()), zone, [])


def _ask_for_neighbours(program: Program, zone: IntArray, value: Any) -> bool:
    """Ask for a unit beside every piece cut off, or for a link out of it; say whether there is any."""
    on = _links_on(program, value)
    indptr, near = _graph(program.problem, program.near[on])
    pieces = pieces_cut_off((indptr, near), program.problem.site_unit, zone)
    asked = False
    for piece in pieces:
        beside = {int(v) for u in piece for v in near[indptr[u] : indptr[u + 1]]} - set(piece)
        asked |= _ask(program, piece, beside, int(zone[piece[0]]), on.tolist())
    return asked


def _ask(program: Program, piece: Sequence[int], beside: set[int], zone: int, on: Sequence[int]) -> bool:
    """Let units of the piece be in the zone only with a unit beside it, or a link out of it that is not in `on`."""
    column = program.column
    if any(program.own[v] == zone for v in beside):
        return False  # joined in any case
    columns = sorted({int(column[v, zone]) for v in beside} - {NOWHERE})
    ends = Counter(at for unit in piece for at in program.out[unit])
    columns += [program.links + at for at in sorted(ends) if ends[at] == 1 and at not in on]
    asked = False
    for unit in piece:
        if column[unit, zone] == NOWHERE or _needs_no_way(program, unit, zone):
            continue
        row = np.array([*columns, int(column[unit, zone])], dtype=np.int32)
        program.solver.addRow(0.0, np.inf, len(row), row, np.array([1.0] * len(columns) + [-1.0]))
        asked = True
    return asked


def _needs_no_way(program: Program, unit: int, zone: int) -> bool:
    """Say whether the unit holds a school of the zone or may lie apart in it."""
    problem = program.problem
    apart = problem.site_zone[problem.enclaves[problem.enclaves[:, 0] == unit, 1]]
    return program.own[unit] == zone or zone in apart


def _links_on(program: Program, value: Any) -> IntArray:
    return np.flatnonzero(value[program.links : program.rules] > 0.5)


def _graph(problem: Problem, links: IntArray) -> tuple[IntArray, IntArray]:
    return _linked(problem, links).plain_graph


def _linked(problem: Problem, links: IntArray) -> Problem:
    return replace(problem, pairs=np.concatenate([problem.pairs, links]))


def _answer(program: Program, value: Any) -> Answer:
    """Return what the program chose."""
    problem, pairs, info = program.problem, program.column != NOWHERE, program.solver.getInfo()
    taken = np.zeros(pairs.shape)
    taken[pairs] = value[program.column[pairs]]
    zone = taken.argmax(axis=1).astype(np.int64)
    links = program.near[_links_on(program, value)]
    caps = [
        at
        for i, (name, at, _) in enumerate(program.lifted)
        if name == "cap" and value[program.rules + i] > 0.5
    ]
    relief = replace(relief_of(problem, zone, caps), links=links, seats=lacking_seats(problem, zone))
    is_joined = bool(joined(_linked(problem, links), zone).all())
    is_smallest = info.objective_function_value - info.mip_dual_bound < 1 - MOVES - TOLERANCE
    return Answer(relief, zone, _proven(program), is_joined, bool(is_smallest))


def relief_of(problem: Problem, zone: IntArray, caps: Sequence[int]) -> Relief:
    """Return the rules on single pairs that the plan breaks, as lifted; caps -- those that may be."""
    unit, other = problem.forbidden.T
    return Relief(
        seats=np.zeros_like(problem.kept_seats),
        links=np.zeros((0, 2), dtype=np.int64),
        locked=np.flatnonzero((problem.locked != NOWHERE) & (zone != problem.locked)),
        forbidden=problem.forbidden[zone[unit] == other],
        caps=_caps_enough(problem, zone, caps),
        keeps_townships=bool(township_kept(problem, plan_ways(problem, zone)).all()),
    )


def lacking_seats(problem: Problem, zone: IntArray) -> IntArray:
    """Return the seats that each zone lacks in each year that must fit, [n_zones, n_kept]."""
    lacking: IntArray = np.maximum(kept_loads(problem, zone) - problem.kept_seats, 0)
    return lacking


def _caps_enough(problem: Problem, zone: IntArray, caps: Sequence[int]) -> dict[int, int]:
    """Return for every lifted cap that is passed how many whole metres are enough."""
    metres = problem.distance_to_sites(np.arange(problem.n_units)).copy()
    metres[problem.site_zone[None, :] != zone[:, None]] = np.inf
    lost = np.flatnonzero(~(np.isfinite(metres) & (metres <= problem.cap_m)).any(axis=1))
    found: dict[int, int] = {}
    for unit in lost.tolist():
        ways = [
            (m, cap) for m, cap in zip(metres[unit].tolist(), cap_names(problem), strict=True) if cap in caps
        ]
        nearest, cap = min(ways)
        found[cap] = max(found.get(cap, 0), math.ceil(nearest))
    return found
