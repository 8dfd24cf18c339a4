"""Coordinated placement with the least total walk, as an exact min-cost flow."""

from collections.abc import Mapping

from ortools.graph.python import min_cost_flow

from admissions.matching.records import Fallback


def least_total_walk(fallbacks: Mapping[str, Fallback], seats: Mapping[str, int]) -> dict[str, str]:
    """Return the placement of as many children as can be, with the fewest metres in sum.

    Equal sums are decided by the order of children: rank, ticket, receipt, earlier children the nearer
    seat as far as the solver's fixed order of arcs reaches. Metres must be below 10^7.
    Raises ValueError when a child's metres do not stand beside its lines.
    """
    order = sorted(fallbacks, key=lambda r: (fallbacks[r].rank, fallbacks[r].ticket, r))
    lines = sorted(name for name, left in seats.items() if left > 0)
    return dict(_solve(order, lines, fallbacks, seats))


def _solve(
    order: list[str], lines: list[str], fallbacks: Mapping[str, Fallback], seats: Mapping[str, int]
) -> list[tuple[str, str]]:
    """Nodes: 0 the source, then the children, then the lines, then the sink; arcs carry metres."""
    node = {name: len(order) + i for i, name in enumerate(lines, start=1)}
    sink = len(order) + len(lines) + 1
    reach = [
        (child, node[name], 1, metres)
        for child, receipt in enumerate(order, start=1)
        for name, metres in zip(fallbacks[receipt].line_ids, fallbacks[receipt].walk_metres, strict=True)
        if name in node
    ]
    children = [(0, child, 1, 0) for child in range(1, len(order) + 1)]
    arcs = [*reach, *children, *((node[name], sink, seats[name], 0) for name in lines)]
    flow = min_cost_flow.SimpleMinCostFlow()
    for arc in arcs:
        flow.add_arc_with_capacity_and_unit_cost(*arc)
    flow.set_node_supply(0, len(order))
    flow.set_node_supply(sink, -len(order))
    # As many as can be come first: the flow is a maximum flow, and the cheapest of those.
    solved = flow.solve_max_flow_with_min_cost()  # type: ignore[no-untyped-call]
    if solved != flow.OPTIMAL:
        raise RuntimeError("min-cost flow found no optimum")
    used = [arc for i, arc in enumerate(reach) if flow.flow(i)]
    return [(order[arc[0] - 1], lines[arc[1] - len(order) - 1]) for arc in used]
