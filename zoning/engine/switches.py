"""What may be changed so that a lawful plan can exist, each as a switch: links to add and rules to lift.

A switch is ("link", unit, unit); ("lock", unit, 0); ("forbid", unit, zone); ("cap", site, 0) or, for the general cap,
("cap", NOWHERE, 0); ("township", 0, 0).
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from zoning.engine.connection import pieces_cut_off
from zoning.engine.problem import NOWHERE, IntArray, Problem
from zoning.engine.remedies import Relief, only_seats, relieved
from zoning.engine.ways import tree_over

Switch = tuple[str, int, int]

NEAR = 6
FARTHEST_M = 80_000_000
TOWNSHIP: Switch = ("township", 0, 0)


def relief_by(problem: Problem, switches: Collection[Switch]) -> Relief:
    """Return the switches as a relief without seats; a cap is lifted altogether."""
    by_name: Mapping[str, list[Switch]] = {
        name: sorted(one for one in switches if one[0] == name) for name in ("link", "lock", "forbid", "cap")
    }
    pairs = {
        name: np.array([one[1:] for one in by_name[name]], dtype=np.int64).reshape(-1, 2)
        for name in ("link", "forbid")
    }
    return replace(
        only_seats(np.zeros_like(problem.kept_seats)),
        links=pairs["link"],
        locked=np.array([unit for _, unit, _ in by_name["lock"]], dtype=np.int64),
        forbidden=pairs["forbid"],
        caps={site: FARTHEST_M for _, site, _ in by_name["cap"]},
        keeps_townships=TOWNSHIP not in switches,
    )


def switches_of(relief: Relief) -> frozenset[Switch]:
    """Return the links and rules of a relief as switches."""
    found: set[Switch] = {("lock", unit, 0) for unit in relief.locked.tolist()}
    found |= {("link", a, b) for a, b in relief.links.tolist()}
    found |= {("forbid", unit, zone) for unit, zone in relief.forbidden.tolist()}
    found |= {("cap", site, 0) for site in relief.caps}
    return frozenset(found if relief.keeps_townships else {*found, TOWNSHIP})


def switched(problem: Problem, switches: Collection[Switch]) -> Problem:
    """Return the problem with the switches on."""
    return relieved(problem, relief_by(problem, switches))


def has_rules(problem: Problem) -> bool:
    """Say whether the problem has any rule that may be lifted."""
    caps = problem.distance_cap_m is not None or problem.own_cap_m is not None
    stated = bool((problem.locked != NOWHERE).any()) or len(problem.forbidden) > 0
    return stated or caps or problem.townships_kept


def caps_of(problem: Problem, zone: int) -> frozenset[Switch]:
    """Return the caps of the zone's schools: to lift one of them is enough."""
    names = cap_names(problem)
    return frozenset(("cap", names[site], 0) for site in np.flatnonzero(problem.site_zone == zone).tolist())


def cap_names(problem: Problem) -> list[int]:
    """Return the site itself for every site with a cap of its own, NOWHERE for those under the general one."""
    if problem.own_cap_m is None:
        return [NOWHERE] * len(problem.site_ids)
    return [NOWHERE if math.isnan(cap) else site for site, cap in enumerate(problem.own_cap_m.tolist())]


def near_pairs(problem: Problem) -> IntArray:
    """Return pairs of units that a link might join, [k, 2]: each with its NEAR nearest ones that it does not adjoin.

    And the nearest two of every two parts of the county that nothing joins.
    """
    at = np.stack([problem.x_m, problem.y_m], axis=1)
    n, tree = problem.n_units, tree_over(at)
    indptr, near = problem.plain_graph
    found = set()
    for unit in range(n):
        beside = {unit, *near[indptr[unit] : indptr[unit + 1]].tolist()}
        others = tree.query(at[unit], k=list(range(1, min(n, NEAR + len(beside)) + 1)))[1]
        free = [other for other in others.tolist() if other not in beside][:NEAR]
        found |= {(min(unit, other), max(unit, other)) for other in free}
    found |= _between_parts(problem, at)
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def _between_parts(problem: Problem, at: Any) -> set[tuple[int, int]]:
    parts = pieces_cut_off(
        problem.plain_graph, np.zeros(0, dtype=np.int64), np.zeros(problem.n_units, dtype=np.int64)
    )
    found = set()
    for i, one in enumerate(parts):
        tree = tree_over(at[one])
        for other in parts[:i]:
            metres, place = tree.query(at[other])
            best = int(np.argmin(metres))
            ends = one[int(place[best])], other[best]
            found.add((min(ends), max(ends)))
    return found
