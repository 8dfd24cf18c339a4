"""The network as it is walked: main roads have two sides, and changing sides costs.

A node on no main road is one spot. At a node where k main-road edges meet, these divide the surroundings into k
sectors (one for k = 1): each sector is a spot of its own. A main-road edge can be walked along on its left and on
its right, without any cost but its length; every other edge begins in the sector into which it leaves the node.
Two sectors side by side are joined by an arc that costs the penalty: this, and nothing else, is a crossing, counted
as such even where the penalty is 0. So walking along a main road, turning into it and leaving it on the same side
cost nothing, and one change of sides costs the penalty once, wherever between two junctions it is made.
"""

from dataclasses import dataclass

import numpy as np

from geo_data.streets.graph import MM_PER_METRE, IntArray, StreetGraph
from geo_data.streets.ways import CROSSING, of_length

LEFT, RIGHT = 0, 1


@dataclass(frozen=True, slots=True)
class WalkingGraph:
    """Spots, and the arcs between them; an arc stands in both directions.

    node_of    -- [s] the node that each spot belongs to
    edge_spots -- [m, 2, 2] spots at the ends (a, b) of every edge on its left and right, seen from a to b;
                  both sides are the same for an edge of no main road
    indptr, arcs, cost -- compressed rows: the spots next to each spot, ascending, and the ways to them
    penalty_mm -- what a crossing costs; without a penalty sides change the count of crossings and no length
    """

    graph: StreetGraph
    node_of: IntArray
    edge_spots: IntArray
    indptr: IntArray
    arcs: IntArray
    cost: IntArray
    penalty_mm: int

    @property
    def n_spots(self) -> int:
        return len(self.node_of)


def walking_graph(graph: StreetGraph, *, penalty_m: int = 0) -> WalkingGraph:
    """Return the network with the two sides of its main roads.

    1. Around every node order the outgoing edges counterclockwise, those of equal angle by number.
    2. Give the node as many spots as main-road edges leave it, at least one.
    3. Find the spots at both ends of every edge, left and right.
    4. Join: every edge on its side or sides, and neighbouring sectors by the penalty.
    penalty_m -- metres a crossing counts for
    Source: docs/streets.md (crossing a main road).
    """
    around = _Around(graph)
    spots = around.edge_spots()
    arcs = _street_arcs(graph, spots) + _crossing_arcs(around, penalty_m * MM_PER_METRE)
    tail, head, cost = (np.concatenate(part) for part in zip(*arcs, strict=True))
    indptr, arcs_to, costs = _rows(tail, head, cost, around.n_spots)
    node_of = np.repeat(np.arange(graph.n_nodes), around.sectors)
    return WalkingGraph(graph, node_of, spots, indptr, arcs_to, costs, penalty_m * MM_PER_METRE)


class _Around:
    """The half-edges around every node; half-edge i leaves a of edge i, half-edge m + i leaves its b."""

    def __init__(self, graph: StreetGraph) -> None:
        a, b = graph.edge_a, graph.edge_b
        across, up = graph.x_m[b] - graph.x_m[a], graph.y_m[b] - graph.y_m[a]
        angle = np.concatenate([np.arctan2(up, across), np.arctan2(-up, -across)])
        self.node = np.concatenate([a, b])
        self.is_main = np.concatenate([graph.main, graph.main])
        self.n_mains = np.bincount(self.node[self.is_main], minlength=graph.n_nodes)
        self.sectors = np.maximum(1, self.n_mains)
        self.first = np.concatenate([[0], np.cumsum(self.sectors)])[:-1]
        self.n_spots = int(self.sectors.sum())
        self.left = self._sectors_to_the_left(np.lexsort((angle, self.node)))

    def _sectors_to_the_left(self, order: IntArray) -> IntArray:
        """Return for every half-edge the sector counterclockwise of it, by number within its node."""
        seen = np.cumsum(self.is_main[order])
        before = np.concatenate([[0], np.cumsum(self.n_mains)])[self.node[order]]
        sector = np.empty(len(order), dtype=np.int64)
        sector[order] = seen - before - 1  # -1 before the first main edge: that is the last sector
        return np.asarray(sector % self.sectors[self.node])

    def edge_spots(self) -> IntArray:
        m = len(self.node) // 2
        right = np.where(self.is_main, (self.left - 1) % self.sectors[self.node], self.left)
        left_spot, right_spot = self.first[self.node] + self.left, self.first[self.node] + right
        spots = np.empty((m, 2, 2), dtype=np.int64)
        spots[:, LEFT, 0], spots[:, RIGHT, 0] = left_spot[:m], right_spot[:m]
        spots[:, LEFT, 1], spots[:, RIGHT, 1] = right_spot[m:], left_spot[m:]  # b looks back
        return spots


Arcs = tuple[IntArray, IntArray, IntArray]


def _street_arcs(graph: StreetGraph, spots: IntArray) -> list[Arcs]:
    along = of_length(graph.length_mm())
    right = spots[graph.main, RIGHT]
    return [(spots[:, LEFT, 0], spots[:, LEFT, 1], along), (right[:, 0], right[:, 1], along[graph.main])]


def _crossing_arcs(around: _Around, penalty_mm: int) -> list[Arcs]:
    node, sector = around.node[around.is_main], around.left[around.is_main]
    crossed = around.sectors[node] > 1
    node, sector = node[crossed], sector[crossed]
    first = around.first[node]
    before = first + (sector - 1) % around.sectors[node]
    across = of_length(np.full(len(node), penalty_mm, dtype=np.int64)) + CROSSING
    return [(before, first + sector, across)]


def _rows(tail: IntArray, head: IntArray, cost: IntArray, n: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return compressed rows of the arcs in both directions, the cheapest of each pair."""
    tails, heads = np.concatenate([tail, head]), np.concatenate([head, tail])
    costs = np.concatenate([cost, cost])
    order = np.lexsort((costs, heads, tails))
    tails, heads, costs = tails[order], heads[order], costs[order]
    first = np.ones(len(tails), dtype=bool)
    first[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
    first &= tails != heads
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tails[first], minlength=n))]).astype(np.int64)
    return indptr, heads[first].astype(np.int64), costs[first].astype(np.int64)
