"""The proof that goes with a plan: made for a lawful plan, renamed, and worked out again for a report.

The proof speaks of pairs, units and zones only. Terms that no single pair costs (balance, borders) have a bound
of their own, which is added.
"""

from collections.abc import Callable

import numpy as np

from zoning.engine.bound import least_spent, linear_bound
from zoning.engine.constraints import allowed_pairs
from zoning.engine.losses import pair_losses
from zoning.engine.problem import MM_PER_METRE, BoolArray, IntArray, Problem
from zoning.engine.strengthen import Gate, Proof, Shop, make_shop, proven_by, strengthen

# Table cells for one proposal of the search: about a tenth of its time.
CELLS = 10
FEWEST_CELLS = 50_000_000
# For a proof that tells what pairs lose: a weaker one tells too little.
CELLS_FOR_LOSSES = 20_000_000_000
# Beyond this many pairs of unit and zone the bound of the seat prices stands alone.
MOST_PAIRS = 20_000_000


def prove(
    problem: Problem,
    spent: IntArray,
    allowed: BoolArray,
    prices: IntArray,
    zone: IntArray,
    proposed: int,
    should_stop: Callable[[], bool],
) -> tuple[Proof | None, int]:
    """Return a proof and by how much its bound exceeds that of the seat prices; no proof where it does not.

    spent -- [n_units, n_zones] what the unit costs in the zone; zone -- a lawful plan; proposed -- moves it was
    searched with: the more, the more work goes into the proof
    """
    if allowed.size > MOST_PAIRS:
        return None, 0
    least = linear_bound(spent, allowed, problem.demand, problem.supply, prices)
    work = max(CELLS * proposed, FEWEST_CELLS)
    shop = make_problem_shop(problem, spent, allowed)
    found = _strengthened(problem, shop, spent, allowed, prices, zone, work, should_stop)
    if found is None or found[0] <= least:
        return None, 0
    bound, proof = found
    return proof, bound - least


def losses_of_pairs(
    problem: Problem,
    spent: IntArray,
    allowed: BoolArray,
    prices: IntArray,
    zone: IntArray,
    should_stop: Callable[[], bool],
) -> IntArray | None:
    """Return by how much a bound rises with each pair, [n_units, n_zones] as in `pair_losses`; None without a bound.

    Arguments as in `prove`; the zones of the problem are all looked at.
    """
    shop = make_problem_shop(problem, spent, allowed)
    found = _strengthened(problem, shop, spent, allowed, prices, zone, CELLS_FOR_LOSSES, should_stop)
    return None if found is None else pair_losses(shop, found[1])


def _strengthened(
    problem: Problem,
    shop: Shop,
    spent: IntArray,
    allowed: BoolArray,
    prices: IntArray,
    zone: IntArray,
    work: int,
    should_stop: Callable[[], bool],
) -> tuple[int, Proof] | None:
    """Return `strengthen` from the seat prices on towards what the plan costs."""
    goal = int(spent[np.arange(problem.n_units), zone].sum())
    values = least_spent(spent, allowed, problem.demand, prices)
    return strengthen(shop, values, goal, work, should_stop)


def renamed(proof: Proof, units: IntArray, zones: IntArray) -> Proof:
    """Return the proof for a problem whose unit units[i] and zone zones[j] were i and j."""
    values = np.empty_like(proof.values)
    values[units] = proof.values
    gates = (
        Gate(int(units[g.unit]), int(zones[g.zone]), tuple(sorted(units[list(g.through)].tolist())), g.worth)
        for g in proof.gates
    )
    return Proof(values, tuple(sorted(gates, key=lambda gate: (gate.unit, gate.zone, gate.through))))


def proven_mm(problem: Problem, proof: Proof) -> int:
    """Return the child-millimetres that the proof proves, ways cut to whole millimetres as in `verify_bound`."""
    allowed = allowed_pairs(problem)
    ways = np.where(allowed, problem.distance_m(), 0) * MM_PER_METRE
    spent = np.floor(ways).astype(np.int64) * problem.walkers[:, None]
    return proven_by(make_problem_shop(problem, spent, allowed), proof)


def make_problem_shop(problem: Problem, spent: IntArray, allowed: BoolArray) -> Shop:
    """Return what the problem's zones choose from; spent -- [n_units, n_zones] what the unit costs in the zone."""
    roots = (problem.site_unit, problem.site_zone)
    return make_shop(problem.graph, roots, allowed, spent, (problem.demand, problem.supply))
