"""What is wrong with a plan or a problem that has no lawful plan, in the officer's words."""

from dataclasses import dataclass

import numpy as np

from zoning.engine.constraints import allowed_ways, but_for_length
from zoning.engine.enclaves import joined
from zoning.engine.groundwork import Groundwork
from zoning.engine.objective import later_loads, zone_loads
from zoning.engine.problem import IntArray, Problem
from zoning.engine.ways import plan_ways, whole_rows

WORDS = {
    "seats_short": "{n} children more than seats in the zone of {school}.",
    "later_seats_short": "{n} children more than seats in the zone of {school} in {year}.",
    "seats_short_everywhere": "All schools together lack {n} seats.",
    "later_seats_short_everywhere": "All schools together lack {n} seats in {year}.",
    "only_full_schools": "{n} children of these units can go only to {schools}, which have {seats} seats"
    " together: {units}.",
    "none_found": "This search found no lawful plan; that is no proof that there is none.",
    "not_allowed": "{units}: {n} children in the zone of {school}, which a lock, a forbidden pair,"
    " the distance cap or a township border rules out.",
    "cut_off": "{units}: not joined to {school} within its zone.",
    "no_school_allowed": "{units}: no school is allowed and within the distance cap.",
    "no_way_stated": "{units}: the distances state no way from there to a school that may take the {n} children;"
    " add rows, or draw without distances.",
    "zones_do_not_join": "No plan gives every unit, undivided, a seat in a zone that reaches it.",
    "whole_units_do_not_fit": "No plan gives every unit, undivided, a seat within reach.",
    "unit_too_large": "{units} has {n} children, and no school that it may have has more than {seats} seats.",
    "part_short": "These units are joined to no others and have {n} children; the schools there ({schools})"
    " have {seats} seats: {units}.",
    "out_of_reach": "{units} can be in no zone: the one of {school} comes nearest, but with the lightest way there"
    " it has {n} children and {seats} seats.",
    "shut_in": "{units}: no way leads from there to a school that it may have.",
    "school_moved": "{units} holds a school of the zone of {school} and stays in it.",
    "held_too_full": "The zone of {school} has {seats} seats; its schools' own units and {units} have {n} children.",
    "no_way_there": "{units}: every way from there to {school} leads over units that cannot be in its zone.",
    "way_too_full": "The zone of {school} has {seats} seats; with the lightest way to {units} it has {n} children.",
}
SHOWN = 10
# What shows that no plan at all is lawful.
PROOFS = frozenset(
    {
        "seats_short_everywhere",
        "later_seats_short_everywhere",
        "only_full_schools",
        "no_school_allowed",
        "no_way_stated",
        "whole_units_do_not_fit",
        "zones_do_not_join",
        "unit_too_large",
        "part_short",
        "out_of_reach",
        "shut_in",
    }
)


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
        words = WORDS[self.code]
        if self.year and "{year}" not in words:
            words = words.removesuffix(".") + " ({year})."
        return words.format(
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


def troubles(problem: Problem, zone: IntArray, ground: Groundwork) -> tuple[Trouble, ...]:
    """Return what keeps the plan from being lawful; empty when it is lawful.

    ground -- the transportation relaxation over the pairs looked at: where it leaves children without a seat no plan
              can be lawful, and the last troubles say why; where it does not, the failure of the search proves nothing
    """
    found = broken(problem, zone)
    hopeless = _hopeless(problem, ground)
    if found and not hopeless and not any(trouble.code in PROOFS for trouble in found):
        hopeless = [Trouble("none_found")]
    return (*found, *hopeless)


def broken(problem: Problem, zone: IntArray) -> tuple[Trouble, ...]:
    """Return which rules the plan breaks and where; empty when it is lawful."""
    return (
        *_seats(problem, zone),
        *_later_seats(problem, zone),
        *_pairs(problem, zone),
        *_cuts(problem, zone),
    )


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
    wrong = np.flatnonzero(~allowed_ways(problem, plan_ways(problem, zone))[:, 0])
    barred, lost = _without_a_zone(problem, wrong)
    found = [
        Trouble("no_school_allowed", "", (problem.unit_ids[u],), int(problem.children[u])) for u in barred
    ]
    if lost:
        names = tuple(problem.unit_ids[u] for u in lost)
        found.append(Trouble("no_way_stated", "", names, int(problem.children[lost].sum())))
    for u in wrong[~np.isin(wrong, [*barred, *lost])].tolist():
        name, school = problem.unit_ids[u], problem.zone_ids[int(zone[u])]
        found.append(Trouble("not_allowed", school, (name,), int(problem.children[u])))
    return found


def _without_a_zone(problem: Problem, units: IntArray) -> tuple[list[int], list[int]]:
    """Return which of the units may have no zone at all: those barred by a rule, and those that lack only a way."""
    barred, lost = [], []
    for rows in whole_rows(problem, units):
        is_without = ~allowed_ways(problem, rows).any(axis=1)
        is_open = but_for_length(problem, rows)
        has_way = (is_open & np.isfinite(rows.metres)).any(axis=1) | ~is_open.any(axis=1)
        barred += rows.unit[is_without & has_way].tolist()
        lost += rows.unit[is_without & ~has_way].tolist()
    return barred, lost


def _cuts(problem: Problem, zone: IntArray) -> list[Trouble]:
    lost = ~joined(problem, zone)
    cut = [(s, np.flatnonzero(lost & (zone == s)).tolist()) for s in np.unique(zone[lost]).tolist()]
    return [
        Trouble(
            "cut_off",
            problem.zone_ids[s],
            tuple(problem.unit_ids[u] for u in units),
            int(problem.children[units].sum()),
        )
        for s, units in cut
    ]


def _hopeless(problem: Problem, ground: Groundwork) -> list[Trouble]:
    short = int(problem.children.sum() - problem.seats.sum())
    if short > 0:
        return [Trouble("seats_short_everywhere", "", (), short)]
    if problem.every_year:
        later = (problem.later_children.sum(axis=0) - problem.later_seats.sum(axis=0)).tolist()
        lacking = [(n, year) for n, year in zip(later, problem.later_years, strict=True) if n > 0]
        if lacking:
            return [Trouble("later_seats_short_everywhere", children=n, year=year) for n, year in lacking]
    units, schools = crowded(problem, ground)
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


def crowded(problem: Problem, ground: Groundwork) -> tuple[IntArray, IntArray]:
    """Return units, and all the schools they can reach, that are too small for them; both empty if none.

    From a unit left without seats go to every school it may have, from a school to every unit it took in,
    and so on: all these schools are full, and no other school can relieve any of these units (Hall's theorem).
    """
    zone, flow = ground.ways.zone, ground.relaxed.flow
    units = (ground.relaxed.unseated > 0) & ground.allowed.any(axis=1)
    while True:
        schools = _open_to(problem, np.flatnonzero(units))
        wider = units | ((flow > 0) & np.isin(zone, schools)).any(axis=1)
        if np.array_equal(wider, units):
            return np.flatnonzero(units), schools
        units = wider


def _open_to(problem: Problem, units: IntArray) -> IntArray:
    """Return the zones that any of the units may have, also those not looked at, ascending."""
    is_open = np.zeros(problem.n_zones, dtype=np.bool_)
    for rows in whole_rows(problem, units):
        is_open |= allowed_ways(problem, rows).any(axis=0)
    return np.flatnonzero(is_open)
