"""Stretches: what lies between two junctions, as officers speak of streets."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo_data.streets.graph import IntArray, StreetGraph


@dataclass(frozen=True, slots=True)
class Stretches:
    """Every edge belongs to one stretch, which is called by the position of its first edge.

    of_edge -- [m] the stretch of every edge
    """

    of_edge: IntArray

    def edges(self, stretch: int) -> IntArray:
        """Return the edges of a stretch, ascending."""
        return np.flatnonzero(self.of_edge == stretch)


def stretches_of(graph: StreetGraph) -> Stretches:
    """Return the stretches: edges are joined at nodes where exactly two edges of one street and class meet."""
    m = graph.n_edges
    ends = np.concatenate([graph.edge_a, graph.edge_b])
    order = np.argsort(ends, kind="stable")
    edge = order % max(m, 1)
    degree = np.bincount(ends, minlength=graph.n_nodes)
    start = np.concatenate([[0], np.cumsum(degree)])[:-1]
    middle = start[degree == 2]
    one, two = edge[middle], edge[middle + 1]
    same = (graph.street[one] == graph.street[two]) & (graph.main[one] == graph.main[two])
    joined = coo_array((np.ones(int(same.sum())), (one[same], two[same])), shape=(m, m))
    _, label = connected_components(joined, directed=False)
    _, first = np.unique(label, return_index=True)
    return Stretches(first[label].astype(np.int64))


def ends_of_stretch(graph: StreetGraph, edges: IntArray) -> tuple[int, ...]:
    """Return the nodes in which a stretch ends: two, or none where it is a ring."""
    nodes, times = np.unique(np.concatenate([graph.edge_a[edges], graph.edge_b[edges]]), return_counts=True)
    return tuple(int(node) for node in nodes[times == 1])
