"""A connected plan to begin with: each unit where it is wanted, cut-off pieces regrown, corridors to hard cases."""

import heapq

import numpy as np
import numpy.typing as npt

from zoning.engine.problem import NOWHERE, IntArray

Graph = tuple[IntArray, IntArray]
Sites = tuple[IntArray, IntArray]  # unit and zone of every school
PASSES = 4


def connected_plan(
    graph: Graph, sites: Sites, wanted: IntArray, reduced: IntArray, allowed: npt.NDArray[np.bool_]
) -> IntArray:
    """Return a plan in which every zone is connected and holds its schools' units, [n_units].

    wanted  -- [n_units] school wished for each unit; kept where the zone stays connected
    reduced -- [n_units, n_zones] price-corrected cost; the unit that loses least is placed next, ties by index
    allowed -- [n_units, n_zones]; a unit that ended where it may not be gets a corridor to its nearest
               allowed school, if one can be laid, and the rest grows anew around it
    Every unit must be joined to some school's unit by the graph.
    """
    kept = np.full(len(wanted), NOWHERE, dtype=np.int64)
    kept[sites[0]] = sites[1]
    for _ in range(PASSES):
        zone = np.where(kept == NOWHERE, wanted, kept)
        zone = _regrown(graph, _joined_to_school(graph, sites, zone), reduced)
        wrong = np.flatnonzero(~allowed[np.arange(len(zone)), zone] & allowed.any(axis=1))
        laid = sum(_lay_corridor(graph, sites, kept, unit, allowed) for unit in wrong.tolist())
        if not laid:
            break
    return zone


def _joined_to_school(graph: Graph, sites: Sites, zone: IntArray) -> IntArray:
    """Return the plan with units that do not reach their school inside its zone set to NOWHERE."""
    indptr, near = graph
    kept = np.full(len(zone), NOWHERE, dtype=np.int64)
    kept[sites[0]] = sites[1]
    stack = sites[0].tolist()
    while stack:
        unit = stack.pop()
        for other in near[indptr[unit] : indptr[unit + 1]].tolist():
            if kept[other] == NOWHERE and zone[other] == kept[unit]:
                kept[other] = kept[unit]
                stack.append(other)
    return kept


def _lay_corridor(
    graph: Graph, sites: Sites, kept: IntArray, unit: int, allowed: npt.NDArray[np.bool_]
) -> bool:
    """Keep the shortest free chain of units from `unit` to a school it may have; say whether there is one."""
    chains = [
        chain
        for school in np.flatnonzero(allowed[unit]).tolist()
        if (
            chain := _shortest_chain(
                graph, unit, sites[0][sites[1] == school].tolist(), school, kept, allowed
            )
        )
    ]
    if not chains:
        return False
    shortest = min(chains, key=len)
    kept[shortest] = kept[shortest[-1]]
    return True


def _shortest_chain(
    graph: Graph, unit: int, goals: list[int], school: int, kept: IntArray, allowed: npt.NDArray[np.bool_]
) -> list[int]:
    """Return the units from `unit` to one of `goals` through units free for `school`; empty if there is no chain."""
    indptr, near = graph
    came_from = {unit: unit}
    queue = [unit]
    for at in queue:
        if at in goals:
            return _walk_back(came_from, at)
        for other in near[indptr[at] : indptr[at + 1]].tolist():
            if other not in came_from and allowed[other, school] and kept[other] in (NOWHERE, school):
                came_from[other] = at
                queue.append(other)
    return []


def _walk_back(came_from: dict[int, int], at: int) -> list[int]:
    chain = [at]
    while came_from[at] != at:
        at = came_from[at]
        chain.append(at)
    return chain[::-1]


def _regrown(graph: Graph, zone: IntArray, reduced: IntArray) -> IntArray:
    """Give every unit without a zone that of a neighbour, those that lose least by it first."""
    indptr, near = graph
    ideal = reduced.min(axis=1)
    heap: list[tuple[int, int, int]] = []

    def offer(unit: int) -> None:
        school = int(zone[unit])
        for other in near[indptr[unit] : indptr[unit + 1]].tolist():
            if zone[other] == NOWHERE:
                heapq.heappush(heap, (int(reduced[other, school] - ideal[other]), other, school))

    for unit in np.flatnonzero(zone != NOWHERE).tolist():
        offer(unit)
    while heap:
        _, unit, school = heapq.heappop(heap)
        if zone[unit] == NOWHERE:
            zone[unit] = school
            offer(unit)
    return zone
