"""A connected plan to begin with: cheapest schools at the relaxation's prices, cut-off pieces regrown."""

import heapq

import numpy as np

from zoning.engine.problem import NOWHERE, IntArray


def connected_plan(
    graph: tuple[IntArray, IntArray], home: IntArray, wanted: IntArray, reduced: IntArray, pinned: IntArray
) -> IntArray:
    """Return a plan in which every zone is connected and holds its school's unit, [n_units].

    wanted  -- [n_units] school wished for each unit; kept where the zone stays connected
    reduced -- [n_units, n_schools] price-corrected cost; the unit that loses least is placed next, ties by index
    pinned  -- [n_units] school the unit must have, or NOWHERE; a corridor is laid to it where one can be
    Every unit must be joined to some school's unit by the graph.
    """
    zone = np.where(pinned == NOWHERE, wanted, pinned)
    zone[home] = np.arange(len(home))
    zone = _joined_to_school(graph, home, zone)
    for unit in np.flatnonzero((pinned != NOWHERE) & (zone != pinned)).tolist():
        _lay_corridor(graph, zone, unit, int(pinned[unit]), pinned, home)
    zone = _joined_to_school(graph, home, zone)
    return _regrow(graph, zone, reduced)


def _joined_to_school(graph: tuple[IntArray, IntArray], home: IntArray, zone: IntArray) -> IntArray:
    """Return the plan with units that do not reach their school inside its zone set to NOWHERE."""
    indptr, near = graph
    kept = np.full(len(zone), NOWHERE, dtype=np.int64)
    kept[home] = np.arange(len(home))
    stack = home.tolist()
    while stack:
        unit = stack.pop()
        for other in near[indptr[unit] : indptr[unit + 1]].tolist():
            if kept[other] == NOWHERE and zone[other] == kept[unit]:
                kept[other] = kept[unit]
                stack.append(other)
    return kept


def _lay_corridor(
    graph: tuple[IntArray, IntArray], zone: IntArray, unit: int, school: int, pinned: IntArray, home: IntArray
) -> None:
    """Give `school` the shortest chain of free units from its zone to `unit`; leave all as it is without one."""
    indptr, near = graph
    taken = (pinned != NOWHERE) & (pinned != school)
    taken[np.delete(home, school)] = True
    came_from = {unit: unit}
    queue = [unit]
    for at in queue:
        if zone[at] == school:
            while at != came_from[at]:
                zone[at] = school
                at = came_from[at]
            zone[unit] = school
            return
        for other in near[indptr[at] : indptr[at + 1]].tolist():
            if other not in came_from and not taken[other]:
                came_from[other] = at
                queue.append(other)


def _regrow(graph: tuple[IntArray, IntArray], zone: IntArray, reduced: IntArray) -> IntArray:
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
