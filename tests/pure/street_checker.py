"""What the walking distances are checked against: plain Dijkstra with a heap over (edge, side, end), no arrays.

It shares no code with geo_data.streets. A walker is at one end of an edge, on one side of it. Arriving at a node,
it may leave by any edge; every main-road edge that lies between the two, turning the cheaper way round, costs the
penalty and is a crossing. Of equally long ways the one with the fewest crossings counts. The two sides of an edge of
no main road are the same place.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Way = tuple[int, int]  # millimetres, crossings
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
        return self.edges[edge][2]

    def distances(self, start: Sequence[tuple[State, int]]) -> dict[State, Way]:
        """Ways from the start states, each with the millimetres that it costs to be there."""
        best: dict[State, Way] = {}
        queue = [((mm, 0), self._same(state)) for state, mm in start]
        heapq.heapify(queue)
        while queue:
            (mm, crossed), state = heapq.heappop(queue)
            if state in best:
                continue
            best[state] = mm, crossed
            edge, side, end = state
            along = self._same((edge, side, 1 - end))
            heapq.heappush(queue, ((mm + self.length_mm(edge), crossed), along))
            for other, more in self._turns(state):
                there = mm + self.penalty_mm * more, crossed + more
                heapq.heappush(queue, (there, self._same(other)))
        return best

    def _same(self, state: State) -> State:
        edge, _, end = state
        return state if self.is_main(edge) else (edge, 0, end)

    def _turns(self, state: State) -> list[tuple[State, int]]:
        """Where one can go at the node, with the main edges passed on the way round."""
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
                    found += self._leaving(ring, at, sum(self.is_main(number) for number in passed))
        return found

    def _leaving(self, ring: list[tuple[float, int, int]], gap: int, crossed: int) -> list[tuple[State, int]]:
        _, first, first_end = ring[gap]
        _, after, after_end = ring[(gap + 1) % len(ring)]
        left_of_first = (first, 0 if first_end == 0 else 1, first_end)
        right_of_after = (after, 1 if after_end == 0 else 0, after_end)
        return [(left_of_first, crossed), (right_of_after, crossed)]
