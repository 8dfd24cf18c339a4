"""What the walking distances are checked against: plain Dijkstra with a heap over (edge, side, end), no arrays.

It shares no code with geo_data.streets. A walker is at one end of an edge, on one side of it. Arriving at a node,
it may leave by any edge; every main-road edge that lies between the two, turning the cheaper way round, costs the
penalty. The two sides of an edge of no main road are the same place.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

State = tuple[int, int, int]  # edge, side (0 left, 1 right, from a to b), end (0 a, 1 b)


@dataclass
class PlainStreets:
    """Edges are (a, b, is_main) over named nodes with whole-metre positions."""

    places: Mapping[str, tuple[float, float]]
    edges: Sequence[tuple[str, str, bool]]
    penalty_mm: int
    around: dict[str, list[tuple[float, int, int]]] = field(
        default_factory=dict
    )  # node -> (angle, edge, end)

    def __post_init__(self) -> None:
        for number, (a, b, _) in enumerate(self.edges):
            self._add(number, 0, a, b)
            self._add(number, 1, b, a)
        for found in self.around.values():
            found.sort()

    def _add(self, edge: int, end: int, here: str, there: str) -> None:
        (x, y), (u, v) = self.places[here], self.places[there]
        self.around.setdefault(here, []).append((math.atan2(v - y, u - x), edge, end))

    def length_mm(self, edge: int) -> int:
        (x, y), (u, v) = (self.places[name] for name in self.edges[edge][:2])
        return math.ceil(math.hypot(u - x, v - y) * 1000)

    def is_main(self, edge: int) -> bool:
        return self.penalty_mm > 0 and self.edges[edge][2]

    def distances(self, start: Sequence[tuple[State, int]]) -> dict[State, int]:
        """Millimetres from the start states, each with what it costs to be there."""
        best: dict[State, int] = {}
        queue = [(cost, self._same(state)) for state, cost in start]
        heapq.heapify(queue)
        while queue:
            cost, state = heapq.heappop(queue)
            if state in best:
                continue
            best[state] = cost
            edge, side, end = state
            heapq.heappush(queue, (cost + self.length_mm(edge), self._same((edge, side, 1 - end))))
            for other, more in self._turns(state):
                heapq.heappush(queue, (cost + more, self._same(other)))
        return best

    def _same(self, state: State) -> State:
        edge, _, end = state
        return state if self.is_main(edge) else (edge, 0, end)

    def _turns(self, state: State) -> list[tuple[State, int]]:
        """Where one can go at the node, with the penalties of the main edges passed on the way round."""
        edge, side, end = state
        ring = self.around[str(self.edges[edge][end])]
        here = next(i for i, (_, number, at) in enumerate(ring) if (number, at) == (edge, end))
        # A gap is what lies counterclockwise of ring[i]; the outward left of an edge is that gap.
        outward_left = (side == 0) == (end == 0)
        gaps = [here if outward_left else here - 1] if self.is_main(edge) else [here, here - 1]
        found = []
        for gap in gaps:
            for steps in range(len(ring) + 1):
                for way in (1, -1):
                    at = (gap + way * steps) % len(ring)
                    passed = [ring[(gap + (k + 1 if way == 1 else -k)) % len(ring)][1] for k in range(steps)]
                    cost = self.penalty_mm * sum(self.is_main(number) for number in passed)
                    found += self._leaving(ring, at, cost)
        return found

    def _leaving(self, ring: list[tuple[float, int, int]], gap: int, cost: int) -> list[tuple[State, int]]:
        _, first, first_end = ring[gap]
        _, after, after_end = ring[(gap + 1) % len(ring)]
        left_of_first = (first, 0 if first_end == 0 else 1, first_end)
        right_of_after = (after, 1 if after_end == 0 else 0, after_end)
        return [(left_of_first, cost), (right_of_after, cost)]
