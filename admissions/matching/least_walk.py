"""Coordinated placement with the least total walk: an exact min-cost flow, and a written rule for equal sums."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from ortools.graph.python import min_cost_flow

from admissions.matching.records import Fallback

NOWHERE = ""  # where a child without a seat is: as many are there as must be


def least_total_walk(fallbacks: Mapping[str, Fallback], seats: Mapping[str, int]) -> dict[str, str]:
    """Return the placement of as many children as can be, with the fewest metres in sum.

    1. As many children as can be have a seat. 2. Of all such placements those with the fewest metres in sum count.
    3. Of these, one child after another in the order (rank, ticket, receipt) has its nearest seat with which the rest
       can still be completed to such a placement; no seat at all comes last.
    So there is one answer, whatever the solver found first. Metres must be below 10^7.
    Raises ValueError when a child's metres do not stand beside its lines.
    """
    order = sorted(fallbacks, key=lambda r: (fallbacks[r].rank, fallbacks[r].ticket, r))
    lines = sorted(name for name, left in seats.items() if left > 0)
    found = _solve(order, lines, fallbacks, seats)
    walks = {receipt: dict(_reach(fallbacks[receipt], seats)) for receipt in order}
    return _Equals(order, walks, seats, found).settled()


def _reach(fallback: Fallback, seats: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield the lines with a seat, nearest first, and the metres to each."""
    for name, metres in zip(fallback.line_ids, fallback.walk_metres, strict=True):
        if seats.get(name, 0) > 0:
            yield name, metres


def _solve(
    order: list[str], lines: list[str], fallbacks: Mapping[str, Fallback], seats: Mapping[str, int]
) -> dict[str, str]:
    """Nodes: 0 the source, then the children, then the lines, then the sink; arcs carry metres."""
    node = {name: len(order) + i for i, name in enumerate(lines, start=1)}
    sink = len(order) + len(lines) + 1
    reach = [
        (child, node[name], 1, metres)
        for child, receipt in enumerate(order, start=1)
        for name, metres in _reach(fallbacks[receipt], seats)
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
    return {order[arc[0] - 1]: lines[arc[1] - len(order) - 1] for arc in used}


class _Equals:
    """All placements as cheap as a given one, and the way from it to the first of them in the children's order.

    A price on every line tells which seats a child has in any cheapest placement: those for which walk and price are
    least together (linear programming duality). NOWHERE is a line for everybody, dearer than all walks together.
    """

    def __init__(
        self,
        order: Sequence[str],
        walks: Mapping[str, Mapping[str, int]],
        seats: Mapping[str, int],
        found: Mapping[str, str],
    ) -> None:
        dear = 1 + sum(max(walk.values(), default=0) for walk in walks.values())
        self.order = order
        self.walks = {receipt: {**walk, NOWHERE: dear} for receipt, walk in walks.items()}
        self.at = {receipt: found.get(receipt, NOWHERE) for receipt in order}
        self.left = {**seats, NOWHERE: len(order) + 1}
        for name in self.at.values():
            self.left[name] -= 1
        self.price = self._prices()
        self.options = {receipt: self._cheapest(receipt) for receipt in order}
        # By line: children there who are not settled yet and could be elsewhere.
        self.movable: dict[str, set[str]] = {name: set() for name in self.left}
        for receipt in order:
            if len(self.options[receipt]) > 1:
                self.movable[self.at[receipt]].add(receipt)

    def settled(self) -> dict[str, str]:
        """Return the line of every child that has a seat."""
        for receipt in self.order:
            self.movable[self.at[receipt]].discard(receipt)
            for name in self.options[receipt]:
                if name == self.at[receipt] or self._move(receipt, name):
                    break
        return {receipt: name for receipt, name in self.at.items() if name != NOWHERE}

    def _prices(self) -> dict[str, int]:
        """Return the least prices at which every child is where walk and price are least; 0 where seats are left."""
        rise: dict[str, dict[str, int]] = {}
        for receipt, here in self.at.items():
            walk = self.walks[receipt]
            to = rise.setdefault(here, {})
            for name, metres in walk.items():
                to[name] = max(to.get(name, walk[here] - metres), walk[here] - metres)
        price = dict.fromkeys(self.left, 0)
        queue = deque(rise)
        while queue:
            here = queue.popleft()
            for name, more in rise.get(here, {}).items():
                if price[here] + more > price[name]:
                    price[name] = price[here] + more
                    queue.append(name)
        return price

    def _cheapest(self, receipt: str) -> tuple[str, ...]:
        """Return the lines that the child has in any cheapest placement, nearest first, NOWHERE last."""
        costs = {name: metres + self.price[name] for name, metres in self.walks[receipt].items()}
        least = min(costs.values())
        return tuple(name for name, cost in costs.items() if cost == least)

    def _move(self, receipt: str, name: str) -> bool:
        """Give the child the line, others moving along a chain if need be; say whether it could be done."""
        here = self.at[receipt]
        came: dict[str, tuple[str, str] | None] = {name: None}
        queue = deque([name])
        while queue:
            line = queue.popleft()
            # A line with a price is full in every cheapest placement: the chain comes back to it.
            if line == here or (self.price[here] == 0 and self.left[line] > 0):
                self._follow(came, line)
                self.at[receipt] = name
                self.left[here] += 1
                self.left[line] -= 1
                return True
            for mover in self.movable[line]:
                for other in self.options[mover]:
                    if other not in came:
                        came[other] = (mover, line)
                        queue.append(other)
        return False

    def _follow(self, came: Mapping[str, tuple[str, str] | None], end: str) -> None:
        while (step := came[end]) is not None:
            mover, line = step
            self.movable[line].discard(mover)
            self.movable[end].add(mover)
            self.at[mover] = end
            end = line
