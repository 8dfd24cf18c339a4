"""What a plan costs: each soft term one function with its unit, and named weights.

Every term is expressed in child-millimetres, so that a weight is a length an officer can picture:
"moving a child to another school must save at least 500 m".
"""

from dataclasses import dataclass

import numpy as np

from zoning.engine.problem import MM_PER_METRE, NOWHERE, IntArray, Problem

# For one child; dearer than any real way, cheap enough that sums over a county stay inside 64 bits.
FORBIDDEN_COST = 10**11


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each soft term counts.

    moved_child_m -- metres that moving a child away from the school in force must save
    balance_m     -- metres a child would walk to even out utilization: a child in a zone filled to a share r
                     costs r times this length
    border_m      -- metres for every pair of adjoining units that a zone border separates
    """

    moved_child_m: int = 0
    balance_m: int = 0
    border_m: int = 0


NEAREST = Weights()
FEWEST_CHANGES = Weights(moved_child_m=1000)
BALANCED = Weights(balance_m=3000)
PRESETS = {"nearest": NEAREST, "fewest_changes": FEWEST_CHANGES, "balanced": BALANCED}


def child_distance(problem: Problem) -> IntArray:
    """Return millimetres a child walks, [n_units, n_zones]; pairs without a way cost FORBIDDEN_COST."""
    metres = problem.distance_m()
    known = np.isfinite(metres)
    mm = np.rint(np.where(known, metres, 0) * MM_PER_METRE).astype(np.int64)
    return np.where(known, mm, FORBIDDEN_COST)


def child_moved(problem: Problem, weights: Weights) -> IntArray:
    """Return what moving one child away from the school in force costs, [n_units, n_zones], millimetres."""
    stays = problem.in_force[:, None] == np.arange(problem.n_zones)[None, :]
    moves = ~stays & (problem.in_force[:, None] != NOWHERE)
    return np.where(moves, weights.moved_child_m * MM_PER_METRE, 0).astype(np.int64)


def balance(problem: Problem, weights: Weights) -> IntArray:
    """Return each school's factor of load^2 / seats, [n_zones], millimetres a child."""
    return np.full(problem.n_zones, weights.balance_m * MM_PER_METRE, dtype=np.int64)


def border(problem: Problem, weights: Weights) -> IntArray:
    """Return the cost of separating each adjoining pair, in the order of `problem.graph`'s neighbours."""
    return np.full(len(problem.graph[1]), weights.border_m * MM_PER_METRE, dtype=np.int64)


def child_cost(problem: Problem, weights: Weights) -> IntArray:
    """Return the cost of one child of every unit in every zone, apart from terms that depend on other units."""
    return child_distance(problem) + child_moved(problem, weights)


def plan_cost(problem: Problem, weights: Weights, zone: IntArray) -> int:
    """Return the plan's whole cost in child-millimetres, an exact integer."""
    unit = np.arange(problem.n_units)
    load = zone_loads(problem, zone)
    indptr, near = problem.graph
    owner = np.repeat(unit, np.diff(indptr))
    parted = (zone[owner] != zone[near]) & (owner < near)
    even = balance(problem, weights) * load * load // np.maximum(problem.seats, 1)
    walked = child_cost(problem, weights)[unit, zone] * problem.children
    return int(walked.sum() + even.sum() + border(problem, weights)[parted].sum())


def zone_loads(problem: Problem, zone: IntArray) -> IntArray:
    """Return children per school, [n_zones]."""
    loads = np.zeros(problem.n_zones, dtype=np.int64)
    np.add.at(loads, zone, problem.children)
    return loads
