"""The stronger bound: never above what is possible, never below the seat prices', and whole in its parts."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.pure.engine_worlds import (
    World,
    cheapest_by_brute_force,
    distance_mm,
    drawn_worlds,
    grid,
    street,
    worlds,
)
from zoning.engine.bound import least_spent, linear_bound
from zoning.engine.bound_kernel import TOO_MUCH, fill_zone, lightest_ways, narrowest_gate
from zoning.engine.building import build_problem
from zoning.engine.constraints import allowed_pairs
from zoning.engine.problem import IntArray, Problem, Wishes, compressed_rows
from zoning.engine.proof import prove, proven_mm, renamed
from zoning.engine.solve import Options, solve
from zoning.engine.strengthen import GATES_EVERY, Gate, Proof, make_shop, proven_by, strengthen
from zoning.engine.transport import relax

# Two schools in one corner of a town of uneven estates: nearly full, so that whole units and connection count.
LUMPY = grid(5, 4, np.arange(20) * 37 % 41 + 5, {(0, 0): 250, (1, 0): 245})
RING = compressed_rows(np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [0, 5]]), 6)


def never() -> bool:
    return False


def bounds(world: World, wishes: Wishes | None = None, work: int = 12_000_000) -> tuple[int, int]:
    """Return the bound of the seat prices and the stronger one, in child-millimetres."""
    problem = build_problem(*world, wishes=wishes)
    allowed = allowed_pairs(problem)
    cost = np.where(allowed, distance_mm(problem), 0)
    prices = relax(cost, allowed, problem.children, problem.seats).prices
    spent = cost * problem.children[:, None]
    values = least_spent(spent, allowed, problem.demand, prices)
    least = linear_bound(spent, allowed, problem.demand, problem.supply, prices)
    roots = (problem.site_unit, problem.site_zone)
    shop = make_shop(problem.graph, roots, allowed, spent, (problem.children, problem.seats))
    found = strengthen(shop, values, 2 * int(spent.max(axis=1).sum()) + 1, work, never)
    assert found is not None
    bound, proof = found
    assert proven_by(shop, proof) == bound
    return least, bound


@settings(max_examples=60, deadline=None)
@given(drawn_worlds(largest=12, most_plans=2200))
def test_the_bound_lies_between_the_seat_prices_and_the_best_plan(drawn: tuple[World, IntArray]) -> None:
    world, _ = drawn
    best = cheapest_by_brute_force(world)

    priced, proven = bounds(world)

    assert best is not None
    assert priced <= proven <= best


@settings(max_examples=30, deadline=None)
@given(
    children=st.lists(st.integers(0, 30), min_size=9, max_size=9),
    plenty=st.floats(1.1, 1.8),
    chosen=st.permutations([1, 2, 3, 4, 5, 6, 7]),
)
def test_the_bound_holds_under_locks_forbidden_pairs_and_enclaves(
    children: list[int], plenty: float, chosen: list[int]
) -> None:
    seats = int(plenty * sum(children) / 2)
    world = grid(3, 3, np.array(children), {(0, 0): seats, (2, 2): seats})
    locked, forbidden, enclave = (world[0][place].unit_id for place in chosen[:3])
    wishes = Wishes(
        locked={locked: "s-c0r0"},
        forbidden=((forbidden, "s-c2r2"),),
        enclaves=((enclave, "s-c0r0"),),
        distance_cap_m=300.0,
    )
    best = cheapest_by_brute_force(world, wishes)
    assume(best is not None)

    priced, proven = bounds(world, wishes)

    assert best is not None
    assert priced <= proven <= best


def test_whole_units_prove_what_prices_cannot() -> None:
    # Four estates of 10 in a row, schools at the ends with 25 and 15 seats: the second school can take one estate only,
    # so one walks 200 m to the first. Split, half of it would stay: 10 x 100 + 5 x 200 + 5 x 100 child-metres.
    world = street([10, 10, 10, 10], {0: 35, 3: 15})

    priced, proven = bounds(world)

    assert priced == 2_500_000
    assert proven == 3_000_000 == cheapest_by_brute_force(world)


def test_a_unit_behind_a_large_one_is_no_candidate() -> None:
    # u1 does not fit s0 beside u0, and the way from s0 to u2 leads through u1 only: u2 goes to the far school.
    world = street([5, 40, 3, 1, 1, 1], {0: 20, 5: 60})

    priced, proven = bounds(world)

    assert proven == cheapest_by_brute_force(world)
    assert priced < proven


def test_a_gate_charges_for_leaping_over_units() -> None:
    # A ring with schools at 0 and 3; unit 3 has its own school, so the way from 0 to 2 leads through 1 only. Costs
    # and values are nothing, so the first school gains the worth alone, by taking 1.
    allowed = np.ones((6, 2), dtype=np.bool_)
    allowed[0, 1] = allowed[3, 0] = False
    roots, sizes = (np.array([0, 3]), np.array([0, 1])), (np.full(6, 5), np.array([30, 30]))
    shop = make_shop(RING, roots, allowed, np.zeros((6, 2), dtype=np.int64), sizes)
    nothing = np.zeros(6, dtype=np.int64)

    assert proven_by(shop, Proof(nothing)) == 0
    assert proven_by(shop, Proof(nothing, (Gate(2, 0, (1,), 7),))) == -7
    assert proven_by(shop, Proof(nothing + 9, (Gate(2, 0, (1,), 7),))) == 36 - (16 + 2 + 9 + 9) - 36


@pytest.mark.parametrize("work", [40_000, 400_000, 4_000_000])
def test_more_work_never_proves_less_and_the_same_work_the_same(work: int) -> None:
    assert bounds(LUMPY, work=work) == bounds(LUMPY, work=work)
    assert bounds(LUMPY, work=work)[1] <= bounds(LUMPY, work=3 * work)[1]


def test_a_stop_leaves_the_first_bound_and_too_little_work_none() -> None:
    problem = build_problem(*LUMPY)
    allowed, spent = allowed_pairs(problem), distance_mm(problem) * problem.children[:, None]
    roots = (problem.site_unit, problem.site_zone)
    shop = make_shop(problem.graph, roots, allowed, spent, (problem.children, problem.seats))
    values = 2 * spent.max(axis=1)

    stopped = strengthen(shop, values, 10**9, 10**9, lambda: True)

    assert stopped is not None
    assert stopped[0] == proven_by(shop, stopped[1]) == proven_by(shop, Proof(values))
    assert strengthen(shop, values, 10**9, len(shop.unit), never) is None


@settings(max_examples=300, deadline=None)
@given(
    items=st.lists(st.tuples(st.integers(1, 500), st.integers(1, 12) | st.just(0)), max_size=9),
    seats=st.integers(12, 30),
)
def test_filling_a_zone_agrees_with_brute_force(items: list[tuple[int, int]], seats: int) -> None:
    gain, size = (np.array([item[k] for item in items], dtype=np.int64) for k in (0, 1))
    taken = np.zeros(len(items), dtype=np.bool_)

    gained, _ = fill_zone(np.arange(len(items)), gain, size, seats, 10**9, taken)

    subsets = [np.array(choice, dtype=bool) for choice in product((False, True), repeat=len(items))]
    best = max(int(gain[s].sum()) for s in subsets if size[s].sum() <= seats) if items else 0
    assert gained == best == gain[taken].sum()
    assert size[taken].sum() <= seats


def test_units_without_children_are_taken_whatever_little_they_gain() -> None:
    # The seats run out at 2 a child; five units without children gain 1 each, after that in gain but not in worth.
    gain, size = np.array([60, 30, 16, 9, 1, 1, 1, 1, 1]), np.array([10, 10, 8, 5, 0, 0, 0, 0, 0])
    taken = np.zeros(9, dtype=np.bool_)

    gained, _ = fill_zone(np.arange(9), gain, size, 25, 10**9, taken)

    assert gained == 60 + 30 + 9 + 5
    assert taken.tolist() == [True, True, False, True, True, True, True, True, True]


def test_filling_a_zone_gives_up_beyond_its_cells() -> None:
    size = gain = np.array([7, 8, 9])
    everything = (np.arange(3), gain, size, 17)

    assert fill_zone(*everything, 3 * 18, np.zeros(3, dtype=np.bool_)) == (17, 54)
    assert fill_zone(*everything, 3 * 18 - 1, np.zeros(3, dtype=np.bool_))[0] == TOO_MUCH


@pytest.mark.parametrize(
    ("most", "reached"),
    [(0, [0]), (1, [0, 5]), (2, [0, 4, 5]), (5, [0, 3, 4, 5]), (8, [0, 3, 4, 5]), (9, [0, 1, 2, 3, 4, 5])],
)
def test_the_lightest_way_counts_whoever_lives_along_it(most: int, reached: list[int]) -> None:
    # Around the ring: 0 is the school's; 1 has 9 children, 2 four, 3 three, 4 and 5 one each.
    weight, everywhere = np.array([0, 9, 4, 3, 1, 1]), np.ones(6, dtype=np.bool_)

    assert np.flatnonzero(lightest_ways(*RING, np.array([0]), everywhere, weight, most)).tolist() == reached


@settings(max_examples=150, deadline=None)
@given(world=worlds(), data=st.data())
def test_a_gate_is_the_narrowest_set_that_parts_the_unit_from_the_school(
    world: World, data: st.DataObject
) -> None:
    problem = build_problem(*world)
    n, root = problem.n_units, int(problem.site_unit[0])
    capacity = np.array(data.draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)))
    unit = data.draw(st.integers(1, n - 1).map(lambda one: (root + one) % n))
    capacity[root] = 2**40
    capacity[unit] = max(capacity[unit], 1)
    is_root = np.arange(n) == root
    graph = make_shop_graph(problem)

    gate = narrowest_gate(graph, is_root, capacity, unit, 10**6)

    touching = root in problem.graph[1][problem.graph[0][unit] : problem.graph[0][unit + 1]]
    assert len(gate) == 0 or not touching
    if not touching:
        assert unit not in gate
        assert not is_joined(problem, root, unit, (capacity > 0) & ~np.isin(np.arange(n), gate))
        enough = int(capacity[gate].sum())
        assert len(narrowest_gate(graph, is_root, capacity, unit, enough)) == 0
        assert np.array_equal(narrowest_gate(graph, is_root, capacity, unit, enough + 1), gate)


def make_shop_graph(problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    everything = np.ones((problem.n_units, problem.n_zones), dtype=np.bool_)
    roots = (problem.site_unit, problem.site_zone)
    spent = np.zeros(everything.shape, dtype=np.int64)
    return make_shop(problem.graph, roots, everything, spent, (problem.children, problem.seats)).graph


def is_joined(problem: Problem, root: int, unit: int, is_open: np.ndarray) -> bool:
    indptr, near = problem.graph
    seen, stack = {root}, [root]
    while stack:
        at = stack.pop()
        fresh = {int(w) for w in near[indptr[at] : indptr[at + 1]] if is_open[w]} - seen
        seen |= fresh
        stack.extend(fresh)
    return unit in seen


def test_a_solution_carries_the_proof_of_its_bound_under_its_own_names() -> None:
    problem = build_problem(*LUMPY)

    solution = solve(problem, Options(effort=2), seed=1)

    plain = solve(problem, Options(effort=2, prove=False), seed=1)
    assert solution.proof is not None
    assert plain.proof is None
    assert plain.lower_bound < solution.lower_bound <= solution.cost == plain.cost
    assert solution.lower_bound - problem.children.sum() <= proven_mm(problem, solution.proof)
    assert proven_mm(problem, solution.proof) <= solution.lower_bound


def test_a_problem_with_too_many_pairs_keeps_the_bound_of_its_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = build_problem(*LUMPY)
    allowed, spent = allowed_pairs(problem), distance_mm(problem) * problem.children[:, None]
    prices = relax(distance_mm(problem), allowed, problem.children, problem.seats).prices
    zone = solve(problem, Options(effort=1, prove=False), seed=1).zone
    assert prove(problem, spent, allowed, prices, zone, 1, never)[0] is not None

    monkeypatch.setattr("zoning.engine.proof.MOST_PAIRS", 39)

    assert prove(problem, spent, allowed, prices, zone, 1, never) == (None, 0)


def test_renaming_follows_units_and_zones() -> None:
    proof = Proof(np.array([5, 6, 7]), (Gate(0, 1, (1, 2), 3), Gate(1, 0, (2,), 4)))

    found = renamed(proof, np.array([2, 0, 1]), np.array([1, 0]))

    assert found.values.tolist() == [6, 7, 5]
    assert found.gates == (Gate(0, 1, (1,), 4), Gate(2, 0, (0, 1), 3))


def test_the_look_for_gates_also_stops_when_asked() -> None:
    # A ring with schools at 0 and 3. Unit 2 costs nothing at the first school, and the way there leads through 1,
    # which costs nothing at the other.
    allowed = np.ones((6, 2), dtype=np.bool_)
    allowed[0, 1] = allowed[3, 0] = False
    spent = np.array([[0, 0], [100, 0], [0, 50], [0, 0], [50, 0], [0, 50]])
    roots, sizes = (np.array([0, 3]), np.array([0, 1])), (np.full(6, 5), np.array([20, 20]))
    shop = make_shop(RING, roots, allowed, spent, sizes)
    values = np.full(6, 60)
    asked = 0

    def stop_after_steps() -> bool:
        nonlocal asked
        asked += 1
        return asked > GATES_EVERY

    whole = strengthen(shop, values, 1000, 12_000_000, never)
    stopped = strengthen(shop, values, 1000, 12_000_000, stop_after_steps)

    assert whole is not None
    assert whole[1].gates
    assert stopped is not None
    assert not stopped[1].gates
    assert stopped[0] == proven_by(shop, stopped[1]) <= whole[0]
