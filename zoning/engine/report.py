"""The report that goes with a plan: what it costs, what no plan can undercut, and the prices that prove it."""

import math
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import cast

import numpy as np

from common.canonical import CanonicalValue, digest
from zoning.engine.bound import bound_km
from zoning.engine.groundwork import lay_ground
from zoning.engine.objective import (
    Weights,
    compactness,
    cost_by_term,
    later_loads,
    preset_of,
    ways_alone,
)
from zoning.engine.problem import MM_PER_METRE, NOWHERE, IntArray, Problem
from zoning.engine.proof import proven_mm
from zoning.engine.remedies import Remedy
from zoning.engine.solve import Solution
from zoning.engine.strengthen import Proof
from zoning.engine.ways import find_ways

MM_PER_KM = 1_000_000
# What a zone without any roundness is counted, so that roundness can be read from the cost.
ROUNDEST = 10_000_000_000
PACKAGES = ("highspy", "numba", "numpy", "ortools", "scipy")

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def cost_km(problem: Problem, solution: Solution) -> float:
    """Return the sum of children x kilometres to the zone's nearest school, of all years, from unrounded distances."""
    walking = np.flatnonzero(problem.walkers)
    metres = problem.distance_between(walking, solution.zone[walking])
    return math.fsum((metres * problem.walkers[walking]).tolist()) / 1000


def plan_rows(problem: Problem, solution: Solution) -> dict[str, str]:
    """Return the plan as unit id -> zone id (that of its first school), in the order of unit ids."""
    schools = (problem.zone_ids[s] for s in solution.zone.tolist())
    return dict(zip(problem.unit_ids, schools, strict=True))


def report(problem: Problem, solution: Solution, *, seconds: float) -> dict[str, Json]:
    """Return the report as JSON values.

    `lower_bound` speaks of child-kilometres, whatever the weights; `verify_bound.py` recomputes it from `prices_mm` and
    `proof`, whichever proves more, the input files and `rules`. `gap` is (cost_km - lower_bound) / lower_bound.
    `objective` says the same of the cost by the weights. Where it is proven that no plan is lawful there is no bound;
    where the plan is not lawful, or nothing above 0 is proven, there is no gap; where a child has no way to a school of
    its zone `cost_km` is None. `distances` says whether straight lines count, or ways that were stated.
    """
    cost = cost_km(problem, solution)
    return {
        "lawful": solution.lawful,
        "violations": [str(trouble) for trouble in solution.violations],
        "relax": [_remedy(remedy) for remedy in solution.remedies],
        "cost_km": cost if math.isfinite(cost) else None,
        **_walked(problem, solution, cost),
        "objective": _objective(problem, solution),
        "loads": _by_zone(problem, solution.loads.tolist()),
        "seats": _by_zone(problem, problem.seats.tolist()),
        "later": _later(problem, solution),
        "shared_zones": _shared_zones(problem, solution),
        **_in_force(problem, solution),
        **_shape(problem, solution),
        "rules": _rules(problem),
        "distances": "straight" if problem.walks is None else "stated",
        "seed": solution.seed,
        "effort": solution.effort_used,
        "seconds": round(seconds, 3),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


def _remedy(remedy: Remedy) -> dict[str, Json]:
    """Return changes after which a plan is lawful, or, where no plan was found, changes needed at least."""
    return {
        "kind": remedy.kind.value,
        "changes": [
            {
                "code": change.code,
                "zone": change.school_id,
                "units": list(change.unit_ids),
                "seats": change.seats,
                "metres": change.metres,
                "year": change.year,
            }
            for change in remedy.changes
        ],
        **remedy.marks,
    }


def gap_above(cost: float, bound: float | None, *, lawful: bool) -> float | None:
    """Return by what share the cost is above the bound; None of an unlawful plan, or where nothing is proven."""
    return (cost - bound) / bound if lawful and bound is not None and bound > 0 else None


def _walked(problem: Problem, solution: Solution, cost: float) -> dict[str, Json]:
    """Return bound and gap of the child-kilometres, and what proves the bound."""
    if solution.is_hopeless:
        return {"lower_bound": None, "gap": None}
    counts_ways_only = ways_alone(problem, solution.weights)
    prices = solution.prices if counts_ways_only else _walking_prices(problem)
    proof = solution.proof if counts_ways_only else None
    least = max(bound_km(problem, find_ways(problem), prices), 0.0)
    if proof is not None:
        least = max(least, proven_mm(problem, proof) / MM_PER_KM)
    gap = gap_above(cost, least, lawful=solution.lawful)
    return {"lower_bound": least, "gap": gap, **_prices(problem, prices), **_proof(problem, proof)}


def _walking_prices(problem: Problem) -> IntArray:
    """Return the prices of seats where only ways count, [n_zones], millimetres."""
    prices: IntArray = lay_ground(problem, Weights()).relaxed.prices * problem.walks_a_seat
    return prices


def _objective(problem: Problem, solution: Solution) -> dict[str, Json]:
    """Return weights, cost by term, bound and gap of what was optimized, child-millimetres."""
    least = None if solution.is_hopeless else solution.lower_bound
    proven: dict[str, Json] = {}
    if least is not None and not ways_alone(problem, solution.weights):
        proven = {**_prices(problem, solution.prices), **_proof(problem, solution.proof)}
    return {
        "preset": preset_of(solution.weights),
        "weights": dict(asdict(solution.weights)),
        **({"class_size": problem.class_size} if problem.class_size else {}),
        "cost_mm": solution.cost,
        "terms_mm": dict(cost_by_term(problem, solution.weights, solution.zone)),
        "lower_bound_mm": least,
        "gap": gap_above(solution.cost, least, lawful=solution.lawful),
        **proven,
    }


def _in_force(problem: Problem, solution: Solution) -> dict[str, Json]:
    """Return the zones in force, of units that have one, and which units and how many children leave them."""
    known = problem.in_force != NOWHERE
    moved = np.flatnonzero(known & (problem.in_force != solution.zone))
    return {
        "zones_in_force": {
            problem.unit_ids[u]: problem.zone_ids[problem.in_force[u]] for u in np.flatnonzero(known).tolist()
        },
        "moved_units": [problem.unit_ids[u] for u in moved.tolist()],
        "moved_children": int(problem.children[moved].sum()),
    }


def _prices(problem: Problem, prices: IntArray) -> dict[str, Json]:
    told = dict(zip(problem.zone_ids, prices.tolist(), strict=True))
    return {"prices_mm": dict(told), "prices_sha256": digest(told)}


def _shape(problem: Problem, solution: Solution) -> dict[str, Json]:
    """Return the roundness of every zone, 4 pi area / outline^2, in 1/10,000, where the units' land is known."""
    if problem.land is None:
        return {}
    costs = compactness(problem, Weights(shape_m=ROUNDEST // MM_PER_METRE), solution.zone)
    return {"roundness": _by_zone(problem, ((ROUNDEST - costs) // (ROUNDEST // 10_000)).tolist())}


def _proof(problem: Problem, proof: Proof | None) -> dict[str, Json]:
    """Return a proof by id, in child-millimetres: units' values, and gates as [unit, zone, units, worth]."""
    if proof is None:
        return {}
    units, zones = problem.unit_ids, problem.zone_ids
    told: CanonicalValue = {
        "values": dict(zip(units, proof.values.tolist(), strict=True)),
        "gates": [
            [units[g.unit], zones[g.zone], [units[u] for u in g.through], g.worth] for g in proof.gates
        ],
    }
    return {"proof": cast(Json, told), "proof_sha256": digest(told)}


def _by_zone(problem: Problem, values: list[int]) -> dict[str, Json]:
    return dict(zip(problem.zone_ids, values, strict=True))


def _later(problem: Problem, solution: Solution) -> dict[str, Json]:
    """Return children and seats of every zone by later year."""
    loads = later_loads(problem, solution.zone)
    return {
        str(year): {
            "loads": _by_zone(problem, loads[:, place].tolist()),
            "seats": _by_zone(problem, problem.later_seats[:, place].tolist()),
        }
        for place, year in enumerate(problem.later_years)
    }


def _shared_zones(problem: Problem, solution: Solution) -> dict[str, Json]:
    """Return, for every zone of several schools, seats of each and children nearest to it, ties to the first."""
    found: dict[str, Json] = {}
    for zone in np.flatnonzero(problem.has_several_schools).tolist():
        units = np.flatnonzero(solution.zone == zone)
        sites = np.flatnonzero(problem.site_zone == zone)
        nearest = problem.distance_to_sites(units)[:, sites].argmin(axis=1)
        children = [int(problem.children[units[nearest == k]].sum()) for k in range(len(sites))]
        found[problem.zone_ids[zone]] = {
            problem.site_ids[site]: {"seats": int(problem.site_seats[site]), "children_nearest": near}
            for site, near in zip(sites.tolist(), children, strict=True)
        }
    return found


def _rules(problem: Problem) -> dict[str, Json]:
    """Return the rules on single pairs, which strengthen the bound."""
    locked: Mapping[str, str] = {
        unit_id: problem.zone_ids[school]
        for unit_id, school in zip(problem.unit_ids, problem.locked.tolist(), strict=True)
        if school != NOWHERE
    }
    return {
        "locked": dict(locked),
        "forbidden": [[problem.unit_ids[u], problem.zone_ids[s]] for u, s in problem.forbidden.tolist()],
        "enclaves": [[problem.unit_ids[u], problem.site_ids[s]] for u, s in problem.enclaves.tolist()],
        "distance_cap_m": problem.distance_cap_m,
        **_own_caps(problem),
        **_townships(problem),
        "later_years": list(problem.later_years),
        "every_year": problem.every_year,
    }


def _own_caps(problem: Problem) -> dict[str, Json]:
    """Return the caps of schools that have one of their own, where any has."""
    if problem.own_cap_m is None:
        return {}
    caps = zip(problem.site_ids, problem.own_cap_m.tolist(), strict=True)
    return {"school_caps_m": {school_id: cap for school_id, cap in caps if not math.isnan(cap)}}


def _townships(problem: Problem) -> dict[str, Json]:
    """Return a number for the township of every unit whose township is known, where townships are kept."""
    if problem.township is None or not problem.townships_kept:
        return {}
    numbers = zip(problem.unit_ids, problem.township.tolist(), strict=True)
    return {"townships": {unit_id: number for unit_id, number in numbers if number != NOWHERE}}
