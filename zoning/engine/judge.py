"""What is wrong with a plan or a problem that has no lawful plan, in the officer's words."""

from dataclasses import dataclass

import numpy as np

from zoning.engine.constraints import allowed_pairs
from zoning.engine.objective import zone_loads
from zoning.engine.problem import IntArray, Problem

WORDS = {
    "seats_short": "{n} children more than seats in the zone of {school}.",
    "seats_short_everywhere": "All schools together lack {n} seats.",
    "only_full_schools": "{n} children of these units reach only schools without a free seat: {units}.",
    "not_allowed": "{units}: {n} children in the zone of {school}, which a lock, a forbidden pair"
    " or the distance cap rules out.",
    "cut_off": "{units}: not joined to {school} within its zone.",
    "no_school_allowed": "{units}: no school is allowed and within the distance cap.",
}
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Trouble:
    """One reason why the plan is not lawful: code, school, units and children concerned."""

    code: str
    school_id: str = ""
    unit_ids: tuple[str, ...] = ()
    children: int = 0

    def __str__(self) -> str:
        units = ", ".join(self.unit_ids[:SHOWN])
        if len(self.unit_ids) > SHOWN:
            units += f" and {len(self.unit_ids) - SHOWN} more"
        return WORDS[self.code].format(n=self.children, school=self.school_id, units=units)


def troubles(problem: Problem, zone: IntArray, unseated: IntArray) -> tuple[Trouble, ...]:
    """Return what keeps the plan from being lawful; empty when it is lawful.

    unseated -- [n_units] children for whom the relaxation found no seat: no plan at all can be lawful then
    """
    return (
        *_seats(problem, zone),
        *_pairs(problem, zone),
        *_cuts(problem, zone),
        *_hopeless(problem, unseated),
    )


def _seats(problem: Problem, zone: IntArray) -> list[Trouble]:
    over = zone_loads(problem, zone) - problem.seats
    return [
        Trouble("seats_short", problem.school_ids[s], (), int(over[s]))
        for s in np.flatnonzero(over > 0).tolist()
    ]


def _pairs(problem: Problem, zone: IntArray) -> list[Trouble]:
    allowed = allowed_pairs(problem)
    none = np.flatnonzero(~allowed.any(axis=1)).tolist()
    found = [Trouble("no_school_allowed", "", (problem.unit_ids[u],), int(problem.children[u])) for u in none]
    wrong = np.flatnonzero(~allowed[np.arange(problem.n_units), zone] & allowed.any(axis=1)).tolist()
    for u in wrong:
        name, school = problem.unit_ids[u], problem.school_ids[int(zone[u])]
        found.append(Trouble("not_allowed", school, (name,), int(problem.children[u])))
    return found


def _cuts(problem: Problem, zone: IntArray) -> list[Trouble]:
    indptr, near = problem.graph
    reached = np.zeros(problem.n_units, dtype=np.bool_)
    stack = [unit for s, unit in enumerate(problem.school_unit.tolist()) if zone[unit] == s]
    reached[stack] = True
    while stack:
        unit = stack.pop()
        for other in near[indptr[unit] : indptr[unit + 1]].tolist():
            if not reached[other] and zone[other] == zone[unit]:
                reached[other] = True
                stack.append(other)
    cut = [np.flatnonzero(~reached & (zone == s)).tolist() for s in range(problem.n_schools)]
    return [
        Trouble(
            "cut_off",
            problem.school_ids[s],
            tuple(problem.unit_ids[u] for u in units),
            int(problem.children[units].sum()),
        )
        for s, units in enumerate(cut)
        if units
    ]


def _hopeless(problem: Problem, unseated: IntArray) -> list[Trouble]:
    short = int(problem.children.sum() - problem.seats.sum())
    found = [Trouble("seats_short_everywhere", "", (), short)] if short > 0 else []
    if unseated.any() and short <= 0:
        units = np.flatnonzero(unseated).tolist()
        names = tuple(problem.unit_ids[u] for u in units)
        found.append(Trouble("only_full_schools", "", names, int(unseated.sum())))
    return found
