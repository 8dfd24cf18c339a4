"""A small set of links, or of rules to lift, that makes a lawful plan possible, where an integer program is too slow.

1. Choose the fewest switches after which no units are short of seats within reach (`shortages.py`, `fewest.py`). It is
   proven that no fewer are enough.
2. Search with them on. Where no lawful plan is found, what the plan found is short of asks for more, and from then on
   nothing further is proven. At most TRIES searches.
3. Leave out what the lawful plan does not need, then each of the rest: a lawful plan is found without it, or it is
   proven that none is lawful without it, or neither. At most DROPS are looked at.
Limited by tries, nodes and rounds, never by time.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from zoning.engine.constraints import allowed_ways
from zoning.engine.enclaves import joined
from zoning.engine.fewest import (
    Choice,
    Program,
    choose,
    is_fewest,
    least_switches,
    new_program,
    tell_more,
    tell_short,
)
from zoning.engine.judge import broken
from zoning.engine.problem import IntArray, Problem
from zoning.engine.reasons import with_reasons
from zoning.engine.relaxing import lacking_seats, relief_of
from zoning.engine.remedies import Kind, Relief, Untold, only_seats, relieved
from zoning.engine.shortages import near_left, reach_of, shortage_of_plan, shortages, ways_out
from zoning.engine.switches import Switch, near_pairs, relief_by, switched, switches_of
from zoning.engine.ways import plan_ways

TRIES = 6
ROUNDS = 20
# Iterations of the solver after which no further round is begun.
ITERATIONS = 8_000
DROPS = 12
# Returns a plan of a problem, found from the plan given; lawful if the search came upon such a one.
Search = Callable[[Problem, IntArray], IntArray]
Switches = frozenset[Switch]


@dataclass(frozen=True, slots=True)
class Tried:
    """Changes and a plan that is lawful with them, or why there are none.

    least -- proven: so many links and rules are needed; is_smallest, none_spare -- as in `remedies.Remedy`
    """

    least: int
    relief: Relief | None = None
    zone: IntArray | None = None
    is_smallest: bool = False
    none_spare: bool = False
    untold: Untold | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried, on what: a problem, the plan to begin with, and near, [k, 2], the links that may be added."""

    problem: Problem
    plan: IntArray
    kind: Kind
    near: IntArray
    search: Search
    should_stop: Callable[[], bool]


def few_changes(
    problem: Problem,
    plan: IntArray,
    kind: Kind,
    search: Search,
    should_stop: Callable[[], bool],
    least: int = 0,
) -> Tried:
    """Return a small set of changes of the kind (LINKS, RULES or ALL) and a plan that is lawful with them.

    plan -- [n_units] the plan to begin with, which breaks rules; least -- so many changes are known to be needed
    """
    near = np.zeros((0, 2), dtype=np.int64) if kind is Kind.RULES else near_pairs(problem)
    trial = Trial(problem, plan, kind, near, search, should_stop)
    program = new_program(problem, kind, should_stop)
    bound: float | None = None
    for attempt in range(TRIES):
        choice = _choice(trial, program)
        if isinstance(choice, Untold):
            return Tried(least, untold=choice if bound is None else Untold.NONE_FOUND)
        bound = choice.bound if bound is None else bound
        least = max(least, least_switches(program, bound))
        found = search(_with(trial, choice.switches, choice.seats), plan) if choice.switches else plan
        if _is_enough(trial, choice.switches, found):
            return _told(trial, program, bound, least, choice.switches, found)
        if should_stop():
            return Tried(least, untold=Untold.STOPPED)
        if not _ask_for_more(trial, program, choice.switches, found, 2**attempt):
            break
    return Tried(least, untold=Untold.NONE_FOUND)


def _choice(trial: Trial, program: Program) -> Choice | Untold:
    """Return the fewest changes after which nothing is surely short, or why there are none.

    What is short even after so many rounds is left to the search.
    """
    choice = choose(program)
    for _ in range(ROUNDS):
        if trial.should_stop():
            return Untold.STOPPED
        if isinstance(choice, Untold):
            return choice
        changed = _with(trial, choice.switches, choice.seats)
        reach = reach_of(changed, _left(trial, choice.switches), trial.kind)
        found = shortages(reach)
        if not found or program.spent > ITERATIONS:
            return choice
        for short in found:
            tell_short(program, short, ways_out(reach, short))
        choice = choose(program)
    return choice


def _ask_for_more(trial: Trial, program: Program, switches: Switches, found: IntArray, times: int) -> bool:
    """Ask for ways out of what the plan found is short of, so many times; say whether there are any.

    Where the schools are in reach already and only whole units or narrow ways are in the way, ask for so many more
    switches of those known.
    """
    changed = switched(trial.problem, switches)
    reach = reach_of(changed, _left(trial, switches), trial.kind)
    lost = ~allowed_ways(changed, plan_ways(changed, found))[:, 0] | ~joined(changed, found)
    asked = False
    for short in shortage_of_plan(changed, found, lost):
        ways = ways_out(reach, short)
        most = min(times * short.lacking, sum(way.children for way in ways))
        if most > 0:
            tell_short(program, replace(short, lacking=most), ways)
            asked = True
    return asked or tell_more(program, switches, times)


def _told(
    trial: Trial, program: Program, bound: float, least: int, switches: Switches, found: IntArray
) -> Tried:
    kept, zone, needed = _without_spare(trial, _used(trial, switches, found), found, least)
    relief = _relief(trial, kept, zone)
    if trial.kind is Kind.ALL:
        smallest = is_fewest(program, bound, len(kept), int(relief.seats.sum()))
    else:
        smallest = len(kept) <= least
    return Tried(least, relief, zone, smallest, smallest or kept <= needed)


def _without_spare(
    trial: Trial, kept: Switches, zone: IntArray, least: int
) -> tuple[Switches, IntArray, Switches]:
    """Return the switches less those that a plan found does without, the plan, and which are proven to be needed."""
    needed: set[Switch] = set()
    for one in sorted(kept)[:DROPS] if len(kept) > least else ():
        less = kept - {one}
        if one not in kept or trial.should_stop():
            continue
        if _is_surely_not_enough(trial, less):
            needed.add(one)
            continue
        plan = trial.search(_with(trial, less, lacking_seats(trial.problem, zone)), zone)
        if _is_enough(trial, less, plan):
            kept, zone = _used(trial, less, plan), plan
    return kept, zone, frozenset(needed)


def _left(trial: Trial, switches: Switches) -> IntArray:
    return near_left(trial.near, switches, trial.problem.n_units)


def _with(trial: Trial, switches: Switches, seats: IntArray) -> Problem:
    """Return the problem with the switches on and, where seats may be added, so many more."""
    changed = switched(trial.problem, switches)
    return relieved(changed, only_seats(seats)) if trial.kind is Kind.ALL else changed


def _is_enough(trial: Trial, switches: Switches, zone: IntArray) -> bool:
    """Say whether the plan is lawful with the switches on and, where seats may be added, those that it lacks."""
    return not broken(_with(trial, switches, lacking_seats(trial.problem, zone)), zone)


def _is_surely_not_enough(trial: Trial, switches: Switches) -> bool:
    """Say whether it is proven that no plan is lawful with the switches on, and with any seats where those may be."""
    plenty = np.broadcast_to(trial.problem.kept_children.sum(axis=0), trial.problem.kept_seats.shape)
    changed = _with(trial, switches, plenty)
    if shortages(reach_of(changed, trial.near[:0], trial.kind)):
        return True
    return bool(with_reasons(changed, (), trial.should_stop))


def _used(trial: Trial, switches: Switches, zone: IntArray) -> Switches:
    """Return the switches that the plan cannot do without."""
    caps = [site for name, site, _ in switches if name == "cap"]
    used = {one for one in switches if one[0] == "link"}
    for link in sorted(used):
        if joined(switched(trial.problem, used - {link}), zone).all():
            used.remove(link)
    return switches_of(relief_of(trial.problem, zone, caps)) | used


def _relief(trial: Trial, switches: Switches, zone: IntArray) -> Relief:
    """Return the switches as a relief, with caps and seats that are enough for the plan."""
    told = relief_of(trial.problem, zone, [site for name, site, _ in switches if name == "cap"])
    seats = lacking_seats(trial.problem, zone)
    return replace(told, links=relief_by(trial.problem, switches).links, seats=seats)
