"""What a plan costs: each soft term one function with its unit, and named weights.

Every term is expressed in child-millimetres, so that a weight is a length an officer can picture:
"moving a child to another school must save at least 500 m".
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

import numpy as np

from zoning.engine.constraints import in_own_township
from zoning.engine.faults import Fault, ProblemFault
from zoning.engine.field import FOUR_PI, ROUND_BITS
from zoning.engine.problem import MM_PER_METRE, NOWHERE, BoolArray, IntArray, Problem
from zoning.engine.ways import Ways, plan_ways

# For one child; dearer than any real way, cheap enough that sums over a county stay inside 64 bits.
FORBIDDEN_COST = 10**11
# Weights are metres that one can picture; heavier ones would leave 64 bits.
HEAVIEST_M = 100_000
MOST_EVEN_MM = 2**62
HEAVIEST = {"walked_m": 1, "filling_m": 10_000_000, "shape_m": 10_000_000, "moved_unit_m": 1_000_000}


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each soft term counts.

    moved_child_m -- metres that moving a child away from the school in force must save
    balance_m     -- metres a child would walk to even out utilization: a child in a zone filled to a share r
                     costs r times this length
    parity_m      -- the same between zones of several schools only, so that their fillings are alike
    worst_year_m  -- metres for every child that a zone has no seat for in its worst later year, where later years
                     need not fit
    border_m      -- metres for every pair of adjoining units that a zone border separates
    walked_m      -- metres that a metre walked counts: 1, or 0 where ways do not matter
    filling_m     -- metres for a zone whose seats are all empty; in proportion for the share that is empty or lacking
    shape_m       -- metres for a zone without any compactness; a circle costs nothing. Needs the units' land
    moved_unit_m  -- child-metres that moving a unit away from its zone in force must save, however few its children,
                     beyond what each child must save; a unit without children moves for nothing
    parted_child_m -- metres for every child of the smaller of two adjoining units that share a zone in force and would
                     have two: what parting neighbours must save
    township_child_m -- metres for every child of a zone whose schools all stand in other townships. Needs townships
    crossing_m    -- metres for every main road that a child crosses on the way. Needs the crossings of the ways
    class_seat_m  -- metres for every seat that stays empty in the classes a zone must open. Needs the size of a class
    """

    moved_child_m: int = 0
    balance_m: int = 0
    border_m: int = 0
    parity_m: int = 0
    worst_year_m: int = 0
    walked_m: int = 1
    filling_m: int = 0
    shape_m: int = 0
    moved_unit_m: int = 0
    parted_child_m: int = 0
    township_child_m: int = 0
    crossing_m: int = 0
    class_seat_m: int = 0

    def __post_init__(self) -> None:
        for name, metres in asdict(self).items():
            if not 0 <= metres <= HEAVIEST.get(name, HEAVIEST_M):
                raise ValueError(f"{name} is a whole number from 0 to {HEAVIEST.get(name, HEAVIEST_M)}")


NEAREST = Weights(worst_year_m=2000)
# Moving an estate means letters, a hearing and an argument, be it ever so small: five children must be spared a
# kilometre each, beyond the kilometre that every child must be spared.
FEWEST_CHANGES = Weights(moved_child_m=1000, worst_year_m=2000, moved_unit_m=5000)
BALANCED = Weights(balance_m=3000, parity_m=3000, worst_year_m=2000)
PRESETS = {"nearest": NEAREST, "fewest_changes": FEWEST_CHANGES, "balanced": BALANCED}
# Score of published studies: the sum over zones of 0.7 x |1 - children / seats| + 0.3 x (1 - 4 pi area / outline^2);
# a million metres are one point. Ways do not count. It needs the units' land, which files may state.
FULL_AND_ROUND = Weights(walked_m=0, filling_m=700_000, shape_m=300_000)
FILE_PRESETS = {**PRESETS, "full_and_round": FULL_AND_ROUND}


def preset_of(weights: Weights) -> str | None:
    """Return the name of the preset with these weights, None where they are free."""
    return next((name for name, preset in FILE_PRESETS.items() if preset == weights), None)


def weighted(preset: str, changes: Mapping[str, int]) -> Weights:
    """Return the preset's weights with some of them changed. Raises ValueError for unknown names and odd numbers."""
    known = {one.name for one in fields(Weights)}
    unknown = sorted(set(changes) - known)
    if unknown:
        raise ValueError(f"there is no weight {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return replace(FILE_PRESETS[preset], **changes)


def refuse_unreckonable(problem: Problem, weights: Weights) -> None:
    """Raise ProblemFault where the weights ask for what the problem does not know, or for sums beyond 64 bits.

    A zone, or the shared zones together, may hold all children while the search is under way: their square times the
    weight of balance and parity must fit. Other terms grow with the children only, and fit up to `faults.MOST`.
    """
    if unknown := unknown_terms(problem, weights):
        raise ProblemFault(unknown)
    heaviest = int((balance(problem, weights) + parity(problem, weights)).max(initial=0))
    if heaviest * int(problem.children.sum()) ** 2 > MOST_EVEN_MM:
        raise ProblemFault((Fault("too_many_to_even"),))


def ways_alone(problem: Problem, weights: Weights) -> bool:
    """Say whether a pair of unit and zone costs the children's ways and nothing else."""
    moves_count = (weights.moved_child_m or weights.moved_unit_m) and bool(
        (problem.in_force != NOWHERE).any()
    )
    return weights.walked_m == 1 and not (moves_count or weights.township_child_m or weights.crossing_m)


def unknown_terms(problem: Problem, weights: Weights) -> tuple[Fault, ...]:
    """Return which weights ask for what the problem does not know."""
    lacking = {
        "no_borders": weights.shape_m and problem.land is None,
        "no_townships": weights.township_child_m and problem.township is None,
        "no_crossings": weights.crossing_m and problem.crossings is None,
        "no_class_size": weights.class_seat_m and not problem.class_size,
    }
    return tuple(Fault(code) for code, is_lacking in lacking.items() if is_lacking)


def child_distance(ways: Ways) -> IntArray:
    """Return millimetres a child walks, by pair; pairs without a way cost FORBIDDEN_COST."""
    known = np.isfinite(ways.metres)
    mm = np.rint(np.where(known, ways.metres, 0) * MM_PER_METRE).astype(np.int64)
    return np.where(known, mm, FORBIDDEN_COST)


def child_moved(problem: Problem, weights: Weights, ways: Ways) -> IntArray:
    """Return what moving one child away from the school in force costs, by pair, millimetres."""
    return np.where(_moves(problem, ways), weights.moved_child_m * MM_PER_METRE, 0).astype(np.int64)


def unit_moved(problem: Problem, weights: Weights, ways: Ways) -> IntArray:
    """Return what moving the unit at all costs, by pair, child-millimetres; nothing where no child lives."""
    moves = _moves(problem, ways) & (problem.walkers[ways.unit] > 0)[:, None]
    return np.where(moves, weights.moved_unit_m * MM_PER_METRE, 0).astype(np.int64)


def _moves(problem: Problem, ways: Ways) -> BoolArray:
    in_force = problem.in_force[ways.unit][:, None]
    moves: BoolArray = (in_force != ways.zone) & (in_force != NOWHERE)
    return moves


def child_township(problem: Problem, weights: Weights, ways: Ways) -> IntArray:
    """Return what one child in a zone of other townships costs, by pair, millimetres."""
    away = ~in_own_township(problem, ways)
    return np.where(away, weights.township_child_m * MM_PER_METRE, 0).astype(np.int64)


def child_crossings(problem: Problem, weights: Weights, ways: Ways) -> IntArray:
    """Return what the main roads on the way of one child cost, by pair, millimetres."""
    units = np.broadcast_to(ways.unit[:, None], ways.zone.shape)
    crossed: IntArray = weights.crossing_m * MM_PER_METRE * problem.crossings_between(units, ways.zone)
    return crossed


def balance(problem: Problem, weights: Weights) -> IntArray:
    """Return each school's factor of load^2 / seats, [n_zones], millimetres a child."""
    return np.full(problem.n_zones, weights.balance_m * MM_PER_METRE, dtype=np.int64)


def parity(problem: Problem, weights: Weights) -> IntArray:
    """Return the factor of the spread between zones of several schools, [n_zones], millimetres a child, 0 elsewhere.

    With children l and seats s of these zones, and L and S in all, the spread is  sum l^2 / s - L^2 / S,  which is
    the sum over them of s x (l / s - L / S)^2: nought when all are filled to the same share.
    """
    return np.where(problem.has_several_schools, weights.parity_m * MM_PER_METRE, 0).astype(np.int64)


def shared_seats(problem: Problem) -> int:
    """Return the seats of all zones of several schools, each at least one, and at least one in all."""
    return max(int(np.maximum(problem.seats, 1)[problem.has_several_schools].sum()), 1)


def mean_filling(problem: Problem, weights: Weights, load: IntArray) -> int:
    """Return the part L^2 / S of the spread, millimetres; the other part is booked with the balance."""
    everyone = int(load[problem.has_several_schools].sum())
    return int(parity(problem, weights).max(initial=0)) * everyone * everyone // shared_seats(problem)


def worst_year(problem: Problem, weights: Weights, zone: IntArray) -> int:
    """Return what children without a seat in each zone's worst later year cost; nothing where all years must fit."""
    if problem.every_year:
        return 0
    short = np.maximum(later_loads(problem, zone) - problem.later_seats, 0)
    return weights.worst_year_m * MM_PER_METRE * int(short.max(axis=1, initial=0).sum())


def border(problem: Problem, weights: Weights) -> IntArray:
    """Return the cost of separating each pair of neighbours, in the order of `problem.graph`'s.

    Neighbours are units that adjoin; parting the links that enclaves and the schools of a zone add costs nothing.
    """
    return np.where(problem.adjoins, weights.border_m * MM_PER_METRE, 0).astype(np.int64)


def together(problem: Problem, weights: Weights) -> IntArray:
    """Return the cost of parting neighbours that share a zone in force, in the order of `problem.graph`'s.

    Neighbours are those of `border`.
    """
    indptr, near = problem.graph
    owner = np.repeat(np.arange(problem.n_units), np.diff(indptr))
    today = problem.in_force
    shared = problem.adjoins & (today[owner] == today[near]) & (today[owner] != NOWHERE)
    children = np.minimum(problem.walkers[owner], problem.walkers[near])
    return np.where(shared, weights.parted_child_m * MM_PER_METRE * children, 0).astype(np.int64)


def links(problem: Problem, weights: Weights) -> IntArray:
    """Return what separating each adjoining pair costs in all, in that order; empty where no link costs anything."""
    if not weights.parted_child_m:
        return border(problem, weights) if weights.border_m else np.zeros(0, dtype=np.int64)
    return border(problem, weights) + together(problem, weights)


def child_cost(problem: Problem, weights: Weights, ways: Ways) -> IntArray:
    """Return the cost of one child by pair, [r, k], apart from terms that depend on other children."""
    way = child_distance(ways)
    if weights.walked_m != 1:
        way = np.where(way < FORBIDDEN_COST, way * weights.walked_m, way)
    cost = way + child_moved(problem, weights, ways)
    if weights.township_child_m:
        cost += child_township(problem, weights, ways)
    if weights.crossing_m:
        cost += child_crossings(problem, weights, ways)
    return cost


def unit_cost(problem: Problem, weights: Weights, ways: Ways, child: IntArray) -> IntArray:
    """Return the cost of the whole unit by pair, [r, k]; child -- `child_cost` of the same pairs."""
    cost = child * problem.walkers[ways.unit][:, None]
    return cost + unit_moved(problem, weights, ways) if weights.moved_unit_m else cost


def with_unit_share(problem: Problem, weights: Weights, ways: Ways, child: IntArray) -> IntArray:
    """Return `child_cost` and each child's part, rounded down, of what its unit costs as one: prices are made of it."""
    if not weights.moved_unit_m:
        return child
    return child + unit_moved(problem, weights, ways) // np.maximum(problem.walkers[ways.unit], 1)[:, None]


def classes(problem: Problem, weights: Weights, load: IntArray) -> IntArray:
    """Return what each zone costs by the seats that stay empty in its classes, [n_zones], millimetres.

    A zone opens as many full classes as its children need, those of all its schools together.
    """
    return weights.class_seat_m * MM_PER_METRE * (-load % max(problem.class_size, 1))


def filling(problem: Problem, weights: Weights, load: IntArray) -> IntArray:
    """Return what each zone costs by the share of its seats that is empty or lacking, [n_zones], millimetres."""
    off = np.abs(problem.seats - load)
    each: IntArray = weights.filling_m * MM_PER_METRE * off // np.maximum(problem.seats, 1)
    return each


def compactness(problem: Problem, weights: Weights, zone: IntArray) -> IntArray:
    """Return what each zone costs by its shape, [n_zones], millimetres: 1 - 4 pi area / outline^2 (Polsby-Popper).

    Worked out in whole numbers, to about one part in 10^5. Raises ProblemFault where the land is not known.
    """
    if not weights.shape_m:
        return np.zeros(problem.n_zones, dtype=np.int64)
    if problem.land is None:
        raise ProblemFault((Fault("no_borders"),))
    indptr, near = problem.graph
    owner = np.repeat(np.arange(problem.n_units), np.diff(indptr))
    within = np.where(zone[owner] == zone[near], problem.land.along(indptr, near), 0)
    area, outline = np.zeros((2, problem.n_zones), dtype=np.int64)
    np.add.at(area, zone, problem.land.area)
    np.add.at(outline, zone, problem.land.outline)
    np.subtract.at(outline, zone[owner], within)
    return shape_costs(weights.shape_m * MM_PER_METRE, area, outline)


def shape_costs(shape: int, area: IntArray, outline: IntArray) -> IntArray:
    """Return what pieces of land cost by their shape; see `kernel_terms.shape_cost`, its counterpart for one."""
    share = ((100 * area) << ROUND_BITS) // np.maximum(outline * outline, 1)
    round_part = shape * ((share * FOUR_PI) >> ROUND_BITS) >> ROUND_BITS
    return np.where(outline == 0, shape, shape - round_part)


def plan_cost(problem: Problem, weights: Weights, zone: IntArray) -> int:
    """Return the plan's whole cost in child-millimetres, an exact integer."""
    return sum(cost_by_term(problem, weights, zone).values())


def cost_by_term(problem: Problem, weights: Weights, zone: IntArray) -> dict[str, int]:
    """Return what each term adds to the plan's cost, child-millimetres, exact; `even` is balance and parity."""
    unit = np.arange(problem.n_units)
    load = zone_loads(problem, zone)
    indptr, near = problem.graph
    owner = np.repeat(unit, np.diff(indptr))
    parted = (zone[owner] != zone[near]) & (owner < near)
    filled = balance(problem, weights) + parity(problem, weights)
    even = filled * load * load // np.maximum(problem.seats, 1)
    ways = plan_ways(problem, zone)
    by_child = {"moved": child_moved, "township": child_township, "crossings": child_crossings}
    costs = {
        name: int((term(problem, weights, ways)[:, 0] * problem.walkers).sum())
        for name, term in by_child.items()
    }
    whole = int((child_cost(problem, weights, ways)[:, 0] * problem.walkers).sum())
    return {
        "walked": whole - sum(costs.values()),
        **costs,
        "moved_units": int(unit_moved(problem, weights, ways).sum()),
        "parted": int(together(problem, weights)[parted].sum()),
        "classes": int(classes(problem, weights, load).sum()),
        "even": int(even.sum()) - mean_filling(problem, weights, load),
        "border": int(border(problem, weights)[parted].sum()),
        "filling": int(filling(problem, weights, load).sum()),
        "shape": int(compactness(problem, weights, zone).sum()),
        "worst_year": worst_year(problem, weights, zone),
    }


def zone_loads(problem: Problem, zone: IntArray) -> IntArray:
    """Return children per zone, [n_zones]."""
    loads = np.zeros(problem.n_zones, dtype=np.int64)
    np.add.at(loads, zone, problem.children)
    return loads


def kept_loads(problem: Problem, zone: IntArray) -> IntArray:
    """Return children per zone and year that must fit, [n_zones, n_kept]."""
    loads = np.zeros_like(problem.kept_seats)
    np.add.at(loads, zone, problem.kept_children)
    return loads


def later_loads(problem: Problem, zone: IntArray) -> IntArray:
    """Return children per zone and later year, [n_zones, n_later]."""
    loads = np.zeros_like(problem.later_seats)
    np.add.at(loads, zone, problem.later_children)
    return loads
