"""Draw zones: the one entry point of the engine.

1. Relax: children may be split, zones need not connect. Gives the lower bound and the price of a seat.
2. Start: cheapest school at those prices, made connected.
3. Improve: rounds of annealing on independent lanes, the best lawful plan kept at every moment.
4. Prove: a stronger bound for a lawful plan, from whole units and connection.
5. Judge: loads, gap, and what is violated, and why, where no lawful plan was found.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from zoning.engine.bound import seats_bound, several_bound
from zoning.engine.canonical import inverse, name_free_order, renumbered, reordered
from zoning.engine.closing import LossesOf
from zoning.engine.enclaves import settled, tried_both_ways, wanted_zones
from zoning.engine.explaining import Explained, explained
from zoning.engine.field import Field
from zoning.engine.groundwork import Groundwork, lay_ground
from zoning.engine.judge import PROOFS, Trouble, broken, troubles
from zoning.engine.objective import NEAREST, Weights, plan_cost, refuse_unreckonable, zone_loads
from zoning.engine.problem import NOWHERE, IntArray, Problem
from zoning.engine.proof import MOST_PAIRS, losses_of_pairs, prove, renamed
from zoning.engine.remedies import Remedy, renamed_plan
from zoning.engine.search import Budget, Improved, improve, make_field
from zoning.engine.start import FAR, Choice, connected_plan
from zoning.engine.strengthen import Proof

Progress = Callable[[str, int, int], None]

# What the stronger bound leaves to the search where time is the limit.
SEARCH_SHARE = 0.9
# Rounds that look for a plan with changes that would help.
CONFIRMING = 2


@dataclass(frozen=True, slots=True)
class Options:
    """How long to search and what to prefer.

    effort  -- rounds of search, 0 for the start alone; the result is the same on every machine
    seconds -- wall time instead; needs `clock` (a monotonic one), and the solution says which effort repeats it
    weights -- what a plan costs, see objective.PRESETS
    start   -- [n_units] school index of a plan to start from, in any state, NOWHERE where open; None: from prices.
               The result is never worse than a lawful start
    heat    -- how freely the search leaves its start: 1 forgets it, 0.02 stays near it
    prove   -- work out the stronger bound too, and why no plan is lawful; without it the bound is the one that seat
               prices prove, and reasons are those that the relaxation gives
    """

    effort: int | None = None
    seconds: float | None = None
    clock: Callable[[], float] | None = None
    weights: Weights = NEAREST
    start: IntArray | None = None
    heat: float = 1.0
    prove: bool = True

    def __post_init__(self) -> None:
        if (self.effort is None) == (self.seconds is None):
            raise ValueError("give either effort or seconds")
        if self.heat <= 0:
            raise ValueError("heat is positive")
        if self.effort is not None and self.effort < 0:
            raise ValueError("effort is not below zero")
        if self.seconds is not None and not 0 <= self.seconds < math.inf:
            raise ValueError("seconds are not below zero, and finite")
        if self.seconds is not None and self.clock is None:
            raise ValueError("seconds need a clock")


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan and what is known of it.

    zone        -- [n_units] school index; the best lawful plan, or the one with least trouble
    cost        -- child-millimetres and other terms by `weights`, exact
    lower_bound -- no lawful plan costs less, same unit; gap = (cost - lower_bound) / lower_bound; both tell
                   nothing where no plan is lawful
    loads       -- [n_zones] children; prices -- [n_zones] millimetres one child would save by one more seat
    proof       -- what proves the lower bound where it is stronger than the prices', in cost units
    lawful      -- every hard rule is kept; if not, `violations` says why in the officer's words
    remedies    -- the smallest changes after which a plan is lawful, where this one is not
    rounds      -- whole rounds of the search
    is_whole    -- those rounds give this plan; else a part of the next one, in which time ran out or a stop was asked
    weights     -- what the plan was to be like
    """

    zone: IntArray
    cost: int
    lower_bound: int
    gap: float
    loads: IntArray
    prices: IntArray
    proof: Proof | None
    lawful: bool
    violations: tuple[Trouble, ...]
    remedies: tuple[Remedy, ...]
    rounds: int
    is_whole: bool
    seed: int
    weights: Weights

    @property
    def effort_used(self) -> int | None:
        """Return the effort that repeats this plan with this seed, None where none does."""
        return self.rounds if self.is_whole else None

    @property
    def is_hopeless(self) -> bool:
        """Say whether it is proven that no plan is lawful; then there is no bound and no price of a seat."""
        return any(trouble.code in PROOFS for trouble in self.violations)


def solve(
    problem: Problem,
    options: Options,
    *,
    seed: int,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    watch: Callable[[int], None] | None = None,
) -> Solution:
    """Return the best plan found; at every moment of the search it would be lawful if one was found.

    progress    -- called with (stage, done, total) now and then
    should_stop -- asked often; once it says yes the best plan so far is returned
    watch       -- called with the cost of the best lawful plan a lane knows, several times a round, from its thread
    Raises ProblemFault where the weights ask for what the problem does not know or for sums beyond 64
    bits, and ValueError for a negative seed or a plan to start from that is none of this problem.
    The order of the input changes nothing. Same problem, options.effort and seed: the same plan.
    """
    refuse_unreckonable(problem, options.weights)
    _refuse_misfits(problem, options.start, seed)
    tell = progress or (lambda stage, done, total: None)
    began = options.clock() if options.clock else 0.0
    budget = Budget(options.effort, options.seconds, options.clock, began, should_stop)
    tell("relaxing", 0, 1)
    units, zones = name_free_order(problem)
    own = reordered(problem, units, zones)
    wanted = None if options.start is None else renumbered(options.start[units], inverse(zones))
    ground = lay_ground(own, options.weights, wanted, budget.is_asked_to_stop)
    prices = ground.relaxed.prices * own.walks_a_seat
    least = _bound_of_prices(own, options.weights, ground, prices)
    is_proving = options.prove and ground.ways.is_whole
    search = Search(options, seed, _searching(budget, is_proving), tell, watch or (lambda cost: None))
    found = _found(own, ground, wanted, prices, least, search)
    told = _explained(own, options, ground, found.zone, seed, budget, tell)
    found = replace(found, zone=told.zone)
    spent, wrong = plan_cost(own, options.weights, found.zone), told.troubles
    is_proving = is_proving and not wrong
    proof, gained = _prove(own, ground, prices, found, budget, tell) if is_proving else (None, 0)
    least += gained
    return Solution(
        zone=zones[found.zone][inverse(units)],
        cost=spent,
        lower_bound=least,
        gap=(spent - least) / max(least, 1),
        loads=zone_loads(own, found.zone)[inverse(zones)],
        prices=prices[inverse(zones)],
        proof=proof and renamed(proof, units, zones),
        lawful=not wrong,
        violations=wrong,
        remedies=tuple(renamed_plan(one, inverse(units), zones) for one in told.remedies),
        rounds=found.rounds,
        is_whole=found.is_whole,
        seed=seed,
        weights=options.weights,
    )


@dataclass(frozen=True, slots=True)
class Search:
    """How to search, and whom to tell."""

    options: Options
    seed: int
    budget: Budget
    tell: Progress
    watch: Callable[[int], None]


def _found(
    problem: Problem,
    ground: Groundwork,
    wanted: IntArray | None,
    prices: IntArray,
    least: int,
    search: Search,
) -> Improved:
    """Return the best plan of the search, its enclaves tried both ways."""
    weights = search.options.weights
    apart, near = _settled(problem, weights, ground, wanted, search.budget)
    field = make_field(apart, weights, near, prices)
    search.tell("starting", 0, 1)
    start = _start(apart, field, near, wanted)
    found = improve(
        field,
        start,
        search.seed,
        search.budget,
        search.tell,
        least,
        search.options.heat,
        search.watch,
        _losses_of(apart, near, prices),
    )
    found = replace(found, zone=tried_both_ways(problem, weights, found.zone))
    if wanted is not None and _is_better(problem, weights, wanted, found.zone):
        return replace(found, zone=wanted)
    return found


def _losses_of(problem: Problem, ground: Groundwork, prices: IntArray) -> LossesOf | None:
    """Return what tells the losses of pairs by a stronger bound, None where the problem is too large for one."""
    if not ground.ways.is_whole or ground.allowed.size > MOST_PAIRS:
        return None
    return partial(losses_of_pairs, problem, ground.spent, ground.allowed, prices)


def _refuse_misfits(problem: Problem, start: IntArray | None, seed: int) -> None:
    if seed < 0:
        raise ValueError("a seed is not below zero")
    if start is None:
        return
    if start.shape != (problem.n_units,) or not ((start >= NOWHERE) & (start < problem.n_zones)).all():
        raise ValueError("the plan to start from gives each unit a zone of this problem, or none")


def _is_better(problem: Problem, weights: Weights, start: IntArray, zone: IntArray) -> bool:
    """Say whether the plan to start from is lawful and better than what was found.

    The search knows the start, but weighs units without children a little, and settles enclaves beforehand.
    """
    if (start == NOWHERE).any() or broken(problem, start):
        return False
    costs_less = plan_cost(problem, weights, start) < plan_cost(problem, weights, zone)
    return costs_less or bool(broken(problem, zone))


def _explained(
    problem: Problem,
    options: Options,
    ground: Groundwork,
    zone: IntArray,
    seed: int,
    budget: Budget,
    tell: Progress,
) -> Explained:
    """Return what is wrong with the plan, and, where it is to be proven, why and what would help."""
    wrong = troubles(problem, zone, ground)
    if not (wrong and options.prove):
        return Explained(zone, wrong)
    tell("explaining", 0, 1)

    def search(changed: Problem, start: IntArray) -> IntArray:
        short = Options(effort=CONFIRMING, weights=options.weights, start=start, prove=False)
        return solve(changed, short, seed=seed, should_stop=budget.is_asked_to_stop).zone

    return explained(problem, zone, ground, search, budget.is_asked_to_stop)


def _settled(
    problem: Problem, weights: Weights, ground: Groundwork, wanted: IntArray | None, budget: Budget
) -> tuple[Problem, Groundwork]:
    """Return the problem with its enclaves settled for the search, and the groundwork of that."""
    apart = settled(problem, wanted_zones(problem, ground, wanted))
    if apart is problem:
        return problem, ground
    return apart, lay_ground(apart, weights, wanted, budget.is_asked_to_stop)


def _bound_of_prices(problem: Problem, weights: Weights, ground: Groundwork, prices: IntArray) -> int:
    """Return what no lawful plan undercuts, by the prices of seats and the terms that depend on several units."""
    return seats_bound(problem, weights, ground.ways, prices) + several_bound(problem, weights)


def _prove(
    problem: Problem, ground: Groundwork, prices: IntArray, found: Improved, budget: Budget, tell: Progress
) -> tuple[Proof | None, int]:
    """Return a proof for the plan, and by how much it lifts the bound."""
    tell("proving", 0, 1)
    return prove(problem, ground.spent, ground.allowed, prices, found.zone, found.moves, budget.is_over)


def _searching(budget: Budget, is_proving: bool) -> Budget:
    """Return what the search may spend, so that time is left to prove."""
    if budget.seconds is None or not is_proving:
        return budget
    return replace(budget, seconds=budget.seconds * SEARCH_SHARE)


def _start(problem: Problem, field: Field, ground: Groundwork, wanted: IntArray | None) -> IntArray:
    """Return a connected plan near the one wanted, or near the cheapest schools at seat prices."""
    ways = ground.ways
    reduced = field.cost + field.price[ways.zone] * field.demand[:, None]
    reduced = np.where(ways.zone == NOWHERE, FAR, reduced)
    cheapest = ways.zone[np.arange(problem.n_units), reduced.argmin(axis=1)]
    wanted = cheapest if wanted is None else np.where(wanted == NOWHERE, cheapest, wanted)
    choice = Choice(ways, reduced, ground.allowed, reduced.min(axis=1))
    return connected_plan(problem.graph, (problem.site_unit, problem.site_zone), wanted, choice)
