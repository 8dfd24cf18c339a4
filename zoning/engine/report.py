"""The report that goes with a plan: what it costs, what no plan can undercut, and the prices that prove it."""

import math
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import cast

import numpy as np

from common.canonical import CanonicalValue, digest
from zoning.engine.bound import bound_km
from zoning.engine.constraints import allowed_pairs
from zoning.engine.problem import NOWHERE, Problem
from zoning.engine.proof import proven_mm
from zoning.engine.solve import Solution
from zoning.engine.strengthen import Proof

MM_PER_KM = 1_000_000
PACKAGES = ("highspy", "numba", "numpy", "ortools", "scipy")

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def cost_km(problem: Problem, solution: Solution) -> float:
    """Return the sum over units of children x kilometres to the school, from unrounded distances."""
    metres = problem.distance_m()[np.arange(problem.n_units), solution.zone]
    return math.fsum((metres * problem.children).tolist()) / 1000


def plan_rows(problem: Problem, solution: Solution) -> dict[str, str]:
    """Return the plan as unit id -> school id, in the order of unit ids."""
    schools = (problem.school_ids[s] for s in solution.zone.tolist())
    return dict(zip(problem.unit_ids, schools, strict=True))


def report(problem: Problem, solution: Solution, *, seconds: float) -> dict[str, Json]:
    """Return the report as JSON values.

    `lower_bound` speaks of child-kilometres; `verify_bound.py` recomputes it from `prices_mm` and `proof`, whichever
    proves more, the input files and `rules`. `gap` is (cost_km - lower_bound) / lower_bound.
    """
    cost, least = cost_km(problem, solution), bound_km(problem, allowed_pairs(problem), solution.prices)
    if solution.proof is not None:
        least = max(least, proven_mm(problem, solution.proof) / MM_PER_KM)
    prices = dict(zip(problem.school_ids, solution.prices.tolist(), strict=True))
    return {
        "lawful": solution.lawful,
        "violations": [str(trouble) for trouble in solution.violations],
        "cost_km": cost,
        "lower_bound": least,
        "gap": (cost - least) / least if least > 0 else 0.0,
        "loads": _by_school(problem, solution.loads.tolist()),
        "seats": _by_school(problem, problem.seats.tolist()),
        "prices_mm": dict(prices),
        "prices_sha256": digest(prices),
        **_proof(problem, solution.proof),
        "rules": _rules(problem),
        "seed": solution.seed,
        "effort": solution.effort_used,
        "seconds": round(seconds, 3),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


def _proof(problem: Problem, proof: Proof | None) -> dict[str, Json]:
    """Return a proof by id, in child-millimetres: units' values, and gates as [unit, school, units, worth]."""
    if proof is None:
        return {}
    units, schools = problem.unit_ids, problem.school_ids
    told: CanonicalValue = {
        "values": dict(zip(units, proof.values.tolist(), strict=True)),
        "gates": [
            [units[g.unit], schools[g.zone], [units[u] for u in g.through], g.worth] for g in proof.gates
        ],
    }
    return {"proof": cast(Json, told), "proof_sha256": digest(told)}


def _by_school(problem: Problem, values: list[int]) -> dict[str, Json]:
    return dict(zip(problem.school_ids, values, strict=True))


def _rules(problem: Problem) -> dict[str, Json]:
    """Return the rules on single pairs, which strengthen the bound."""
    locked: Mapping[str, str] = {
        unit_id: problem.school_ids[school]
        for unit_id, school in zip(problem.unit_ids, problem.locked.tolist(), strict=True)
        if school != NOWHERE
    }
    return {
        "locked": dict(locked),
        "forbidden": [[problem.unit_ids[u], problem.school_ids[s]] for u, s in problem.forbidden.tolist()],
        "enclaves": [[problem.unit_ids[u], problem.school_ids[s]] for u, s in problem.enclaves.tolist()],
        "distance_cap_m": problem.distance_cap_m,
    }
