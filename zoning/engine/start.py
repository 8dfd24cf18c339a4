"""A connected plan to begin with: each unit where it is wanted, cut-off pieces regrown, corridors to hard cases."""

import heapq
from dataclasses import dataclass

import numpy as np

from zoning.engine.connection import Graph, Sites, joined_to_school
from zoning.engine.problem import NOWHERE, BoolArray, IntArray
from zoning.engine.ways import Ways

PASSES = 4
# What a unit loses by a zone that its row leaves out: more than by any other.
FAR = 2**60


@dataclass(frozen=True, slots=True)
class Choice:
    """What a unit may have and what it loses by it, [n_units, k] by the columns of `ways`.

    reduced -- price-corrected cost; ideal -- [n_units] the least of them
    """

    ways: Ways
    reduced: IntArray
    allowed: BoolArray
    ideal: IntArray

    def loss(self, unit: int, zone: int) -> int:
        column = self._column(unit, zone)
        return FAR if column == NOWHERE else int(self.reduced[unit, column] - self.ideal[unit])

    def allows(self, unit: int, zone: int) -> bool:
        column = self._column(unit, zone)
        return column != NOWHERE and bool(self.allowed[unit, column])

    def zones_of(self, unit: int) -> list[int]:
        """Return the zones the unit may have, ascending."""
        return [int(zone) for zone in self.ways.zone[unit][self.allowed[unit]]]

    def is_wrong(self, zone: IntArray) -> BoolArray:
        """Return which units have a zone they may not have, and might have another."""
        column = self.ways.column_of(zone)
        fine = (column != NOWHERE) & self.allowed[np.arange(len(zone)), column]
        wrong: BoolArray = ~fine & self.allowed.any(axis=1)
        return wrong

    def _column(self, unit: int, zone: int) -> int:
        if self.ways.is_whole:
            return zone
        here = np.flatnonzero(self.ways.zone[unit] == zone)
        return int(here[0]) if len(here) else NOWHERE


def connected_plan(graph: Graph, sites: Sites, wanted: IntArray, choice: Choice) -> IntArray:
    """Return a plan in which every zone is connected and holds its schools' units, [n_units].

    wanted -- [n_units] school wished for each unit; kept where the zone stays connected
    choice -- the unit that loses least is placed next, ties by index; a unit that ended where it may not be gets a
              corridor to its nearest allowed school, if one can be laid, and the rest grows anew around it
    Every unit must be joined to some school's unit by the graph.
    """
    kept = np.full(len(wanted), NOWHERE, dtype=np.int64)
    kept[sites[0]] = sites[1]
    for _ in range(PASSES):
        zone = np.where(kept == NOWHERE, wanted, kept)
        zone = np.where(joined_to_school(graph, sites, zone), zone, NOWHERE)
        zone = _regrown(graph, zone, choice)
        wrong = np.flatnonzero(choice.is_wrong(zone)).tolist()
        laid = sum(_lay_corridor(graph, sites, kept, unit, choice) for unit in wrong)
        if not laid:
            break
    return zone


def _lay_corridor(graph: Graph, sites: Sites, kept: IntArray, unit: int, choice: Choice) -> bool:
    """Keep the shortest free chain of units from `unit` to a school it may have; say whether there is one."""
    chains = [
        chain
        for school in choice.zones_of(unit)
        if (
            chain := _shortest_chain(graph, unit, sites[0][sites[1] == school].tolist(), school, kept, choice)
        )
    ]
    if not chains:
        return False
    shortest = min(chains, key=len)
    kept[shortest] = kept[shortest[-1]]
    return True


def _shortest_chain(
    graph: Graph, unit: int, goals: list[int], school: int, kept: IntArray, choice: Choice
) -> list[int]:
    """Return the units from `unit` to one of `goals` through units free for `school`; empty if there is no chain."""
    indptr, near = graph
    came_from = {unit: unit}
    queue = [unit]
    for at in queue:
        if at in goals:
            return _walk_back(came_from, at)
        for other in near[indptr[at] : indptr[at + 1]].tolist():
            if other not in came_from and choice.allows(other, school) and kept[other] in (NOWHERE, school):
                came_from[other] = at
                queue.append(other)
    return []


def _walk_back(came_from: dict[int, int], at: int) -> list[int]:
    chain = [at]
    while came_from[at] != at:
        at = came_from[at]
        chain.append(at)
    return chain[::-1]


def _regrown(graph: Graph, zone: IntArray, choice: Choice) -> IntArray:
    """Give every unit without a zone that of a neighbour, those that lose least by it first."""
    indptr, near = graph
    heap: list[tuple[int, int, int]] = []

    def offer(unit: int) -> None:
        school = int(zone[unit])
        for other in near[indptr[unit] : indptr[unit + 1]].tolist():
            if zone[other] == NOWHERE:
                heapq.heappush(heap, (choice.loss(other, school), other, school))

    for unit in _beside_holes(graph, zone).tolist():
        offer(unit)
    while heap:
        _, unit, school = heapq.heappop(heap)
        if zone[unit] == NOWHERE:
            zone[unit] = school
            offer(unit)
    return zone


def _beside_holes(graph: Graph, zone: IntArray) -> IntArray:
    """Return the units with a zone beside units without one, ascending."""
    indptr, near = graph
    owner = np.repeat(np.arange(len(zone)), np.diff(indptr))
    found: IntArray = np.unique(owner[(zone[owner] != NOWHERE) & (zone[near] == NOWHERE)])
    return found
