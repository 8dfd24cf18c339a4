"""What is wrong with a plan or a problem that has no lawful plan, in the officer's words."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zoning.engine.constraints import allowed_pairs
from zoning.engine.objective import later_loads, zone_loads
from zoning.engine.problem import IntArray, Problem
from zoning.engine.transport import Relaxation

WORDS = {
    "seats_short": "{n} children more than seats in the zone of {school}.",
    "later_seats_short": "{n} children more than seats in the zone of {school} in {year}.",
    "seats_short_everywhere": "All schools together lack {n} seats.",
    "later_seats_short_everywhere": "All schools together lack {n} seats in {year}.",
    "only_full_schools": "{n} children of these units can go only to {schools}, which have {seats} seats"
    " together: {units}.",
    "none_found": "This search found no lawful plan; that is no proof that there is none.",
    "not_allowed": "{units}: {n} children in the zone of {school}, which a lock, a forbidden pair"
    " or the distance cap rules out.",
    "cut_off": "{units}: not joined to {school} within its zone.",
    "no_school_allowed": "{units}: no school is allowed and within the distance cap.",
}
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Trouble:
    """One reason why the plan is not lawful: code, school, units and children concerned.

    year -- the later entry year concerned, 0 for the one that the plan is drawn for
    school_ids, seats -- the schools that are too small together, and their seats (only_full_schools)
    """

    code: str
    school_id: str = ""
    unit_ids: tuple[str, ...] = ()
    children: int = 0
    school_ids: tuple[str, ...] = ()
    seats: int = 0
    year: int = 0

    def __str__(self) -> str:
        units, schools = _listed(self.unit_ids), _listed(self.school_ids)
        return WORDS[self.code].format(
            n=self.children,
            year=self.year,
            school=self.school_id,
            units=units,
            schools=schools,
            seats=self.seats,
        )


def _listed(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(ids[:SHOWN]) + more


def troubles(problem: Problem, zone: IntArray, relaxed: Relaxation) -> tuple[Trouble, ...]:
    """Return what keeps the plan from being lawful; empty when it is lawful.

    relaxed -- the transportation relaxation: where it leaves children without a seat no plan can be lawful,
               and the last troubles say why; where it does not, the failure of the search proves nothing
    """
    found = [
        *_seats(problem, zone),
        *_later_seats(problem, zone),
        *_pairs(problem, zone),
        *_cuts(problem, zone),
    ]
    hopeless = _hopeless(problem, relaxed)
    no_way = any(trouble.code == "no_school_allowed" for trouble in found)
    if found and not hopeless and not no_way:
        hopeless = [Trouble("none_found")]
    return (*found, *hopeless)


def _seats(problem: Problem, zone: IntArray) -> list[Trouble]:
    over = zone_loads(problem, zone) - problem.seats
    return [
        Trouble("seats_short", problem.zone_ids[s], (), int(over[s]))
        for s in np.flatnonzero(over > 0).tolist()
    ]


def _later_seats(problem: Problem, zone: IntArray) -> list[Trouble]:
    if not problem.every_year:
        return []
    over = later_loads(problem, zone) - problem.later_seats
    return [
        Trouble("later_seats_short", problem.zone_ids[s], (), int(over[s, y]), year=problem.later_years[y])
        for y, s in np.argwhere(over.T > 0).tolist()
    ]


def _pairs(problem: Problem, zone: IntArray) -> list[Trouble]:
    allowed = allowed_pairs(problem)
    none = np.flatnonzero(~allowed.any(axis=1)).tolist()
    found = [Trouble("no_school_allowed", "", (problem.unit_ids[u],), int(problem.children[u])) for u in none]
    wrong = np.flatnonzero(~allowed[np.arange(problem.n_units), zone] & allowed.any(axis=1)).tolist()
    for u in wrong:
        name, school = problem.unit_ids[u], problem.zone_ids[int(zone[u])]
        found.append(Trouble("not_allowed", school, (name,), int(problem.children[u])))
    return found


def _cuts(problem: Problem, zone: IntArray) -> list[Trouble]:
    indptr, near = problem.graph
    reached = np.zeros(problem.n_units, dtype=np.bool_)
    stack = problem.site_unit[zone[problem.site_unit] == problem.site_zone].tolist()
    reached[stack] = True
    while stack:
        unit = stack.pop()
        for other in near[indptr[unit] : indptr[unit + 1]].tolist():
            if not reached[other] and zone[other] == zone[unit]:
                reached[other] = True
                stack.append(other)
    cut = [np.flatnonzero(~reached & (zone == s)).tolist() for s in range(problem.n_zones)]
    return [
        Trouble(
            "cut_off",
            problem.zone_ids[s],
            tuple(problem.unit_ids[u] for u in units),
            int(problem.children[units].sum()),
        )
        for s, units in enumerate(cut)
        if units
    ]


def _hopeless(problem: Problem, relaxed: Relaxation) -> list[Trouble]:
    short = int(problem.children.sum() - problem.seats.sum())
    if short > 0:
        return [Trouble("seats_short_everywhere", "", (), short)]
    if problem.every_year:
        later = (problem.later_children.sum(axis=0) - problem.later_seats.sum(axis=0)).tolist()
        lacking = [(n, year) for n, year in zip(later, problem.later_years, strict=True) if n > 0]
        if lacking:
            return [Trouble("later_seats_short_everywhere", children=n, year=year) for n, year in lacking]
    units, schools = crowded(relaxed, allowed_pairs(problem))
    if not len(units):
        return []
    return [
        Trouble(
            "only_full_schools",
            unit_ids=tuple(problem.unit_ids[u] for u in units.tolist()),
            children=int(problem.demand[units].sum()),
            school_ids=tuple(problem.zone_ids[s] for s in schools.tolist()),
            seats=int(problem.supply[schools].sum()),
        )
    ]


def crowded(relaxed: Relaxation, allowed: npt.NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Return units, and all the schools they can reach, that are too small for them; both empty if none.

    From a unit left without seats go to every school it may have, from a school to every unit it took in,
    and so on: all these schools are full, and no other school can relieve any of these units (Hall's theorem).
    """
    units = (relaxed.unseated > 0) & allowed.any(axis=1)
    while True:
        schools = allowed[units].any(axis=0)
        wider = units | (relaxed.flow[:, schools] > 0).any(axis=1)
        if np.array_equal(wider, units):
            return np.flatnonzero(units), np.flatnonzero(schools)
        units = wider
