"""Which units are joined to a school of their zone, over units of the same zone."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from zoning.engine.problem import BoolArray, IntArray

Graph = tuple[IntArray, IntArray]
Sites = tuple[IntArray, IntArray]  # unit and zone of every school


def joined_to_school(graph: Graph, sites: Sites, zone: IntArray) -> BoolArray:
    """Return which units reach a school of their zone inside it, [n_units].

    graph -- as in Problem.graph; a school whose unit lies in another zone joins nothing; NOWHERE is no zone
    """
    indptr, near = graph
    owner = np.repeat(np.arange(len(zone)), np.diff(indptr))
    inside = zone[owner] == zone[near]
    links = csr_array(
        (np.ones(inside.sum(), dtype=np.int8), (owner[inside], near[inside])), shape=(len(zone),) * 2
    )
    _, piece = connected_components(links, directed=False)
    has_school = np.zeros(piece.max(initial=0) + 1, dtype=np.bool_)
    has_school[piece[sites[0][zone[sites[0]] == sites[1]]]] = True
    joined: BoolArray = has_school[piece]
    return joined
