"""The street network as arrays: nodes, and the straight pieces of street between them.

Lengths that decide are whole millimetres, rounded up: so no walk is ever shorter than the straight line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MM_PER_METRE = 1000
MILLIMETRE = 3  # digits of a metre


@dataclass(frozen=True, slots=True)
class StreetGraph:
    """A street network in metres of the district's working system.

    node_ids     -- [n] ids that stay the same from one version of the file to the next, ascending
    x_m, y_m     -- [n] positions, whole millimetres
    edge_a, edge_b -- [m] positions in `node_ids`, a before b; edges by (a, b), none twice
    main         -- [m] whether the edge belongs to a main road
    street       -- [m] place of the street's name in `names`; names[0] is empty
    """

    node_ids: IntArray
    x_m: FloatArray
    y_m: FloatArray
    edge_a: IntArray
    edge_b: IntArray
    main: BoolArray
    street: IntArray
    names: tuple[str, ...]

    @property
    def n_nodes(self) -> int:
        return len(self.node_ids)

    @property
    def n_edges(self) -> int:
        return len(self.edge_a)

    def length_mm(self) -> IntArray:
        """Return the lengths of the edges, [m] whole millimetres, rounded up, at least 1."""
        return millimetres(self.x_m[self.edge_b] - self.x_m[self.edge_a], self._rise())

    def _rise(self) -> FloatArray:
        return np.asarray(self.y_m[self.edge_b] - self.y_m[self.edge_a])

    def positions_of(self, node_ids: IntArray) -> IntArray:
        """Return the place of each id in `node_ids`, -1 for an id that the network does not have."""
        place = np.searchsorted(self.node_ids, node_ids)
        place[place == self.n_nodes] = 0
        known = self.node_ids[place] == node_ids if self.n_nodes else np.zeros(len(node_ids), dtype=bool)
        return np.asarray(np.where(known, place, -1))


def millimetres(across: FloatArray, up: FloatArray) -> IntArray:
    """Return the lengths of vectors in metres as whole millimetres, rounded up, at least 1."""
    return np.asarray(np.maximum(1, np.ceil(np.hypot(across, up) * MM_PER_METRE)), dtype=np.int64)


def make_graph(
    nodes: tuple[IntArray, FloatArray, FloatArray],
    edges: tuple[IntArray, IntArray],
    *,
    main: BoolArray,
    street: IntArray,
    names: Sequence[str],
) -> StreetGraph:
    """Return the network, the same whatever the order of nodes and edges.

    nodes -- ids [n], each once, and x and y in metres; nodes without an edge are left out
    edges -- ids of both ends, [m]; of edges given twice the first one's name is kept, and main wins
    Raises ValueError for an edge from a node to itself, or with an end that is no node.
    Source: docs/streets.md.
    """
    used = np.unique(np.concatenate(edges)).astype(np.int64)
    ids, x_m, y_m = (np.asarray(one)[np.argsort(nodes[0], kind="stable")] for one in nodes)
    kept = np.searchsorted(ids, used)
    if (kept >= len(ids)).any() or (ids[kept] != used).any() or (edges[0] == edges[1]).any():
        raise ValueError("an edge joins two different nodes of the network")
    a, b = (np.searchsorted(used, end) for end in edges)
    a, b = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((np.arange(len(a)), ~main, b, a))
    a, b, street, main = a[order], b[order], street[order], main[order]
    first = np.ones(len(a), dtype=bool)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return StreetGraph(
        node_ids=used,
        x_m=np.round(x_m[kept], MILLIMETRE).astype(np.float64),
        y_m=np.round(y_m[kept], MILLIMETRE).astype(np.float64),
        edge_a=a[first].astype(np.int64),
        edge_b=b[first].astype(np.int64),
        main=main[first].astype(bool),
        street=street[first].astype(np.int64),
        names=tuple(names),
    )


@dataclass(frozen=True, slots=True)
class Island:
    """A part of the network that hangs together; x and y, in metres, are of its node with the smallest id."""

    nodes: int
    x_m: float
    y_m: float


def islands_of(graph: StreetGraph) -> tuple[IntArray, tuple[Island, ...]]:
    """Return the island of every node, [n], and the islands: the largest first, then by smallest node id."""
    n = graph.n_nodes
    if n == 0:
        return np.zeros(0, dtype=np.int64), ()
    ones = np.ones(graph.n_edges)
    _, label = connected_components(
        coo_array((ones, (graph.edge_a, graph.edge_b)), shape=(n, n)), directed=False
    )
    parts, first, sizes = np.unique(label, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(parts), dtype=np.int64)
    rank[order] = np.arange(len(parts))
    found = tuple(
        Island(int(sizes[i]), float(graph.x_m[first[i]]), float(graph.y_m[first[i]])) for i in order
    )
    return rank[label], found
