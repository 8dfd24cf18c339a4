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
    piece = pieces_of(graph, zone)
    has_school = np.zeros(piece.max(initial=0) + 1, dtype=np.bool_)
    has_school[piece[sites[0][zone[sites[0]] == sites[1]]]] = True
    joined: BoolArray = has_school[piece]
    return joined


def pieces_cut_off(graph: Graph, anchors: IntArray, zone: IntArray) -> list[list[int]]:
    """Return the connected pieces of zones that hold none of the anchors, each with its units in order.

    graph -- as in Problem.graph; anchors -- units that hold a school of their zone; zone -- [n_units]
    """
    piece = pieces_of(graph, zone)
    is_off = ~np.isin(piece, piece[anchors])
    return [np.flatnonzero(piece == one).tolist() for one in np.unique(piece[is_off]).tolist()]


def pieces_of(graph: Graph, zone: IntArray) -> IntArray:
    """Return for every unit a number of the connected part of its zone that it is in, [n_units]."""
    indptr, near = graph
    owner = np.repeat(np.arange(len(zone)), np.diff(indptr))
    inside = zone[owner] == zone[near]
    links = csr_array(
        (np.ones(inside.sum(), dtype=np.int8), (owner[inside], near[inside])), shape=(len(zone),) * 2
    )
    _, piece = connected_components(links, directed=False)
    return np.asarray(piece, dtype=np.int64)
