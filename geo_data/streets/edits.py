"""What officers changed in the network: edges closed, links added. The imported file stays as it was."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo_data.streets.graph import IntArray, StreetGraph, make_graph

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Edits:
    """Edges by the ids of their two nodes, in any order and any number of times."""

    closed: Sequence[Pair] = ()
    links: Sequence[Pair] = ()


@dataclass(frozen=True, slots=True)
class EditedGraph:
    """The network as edited, and the edits that this version of the file has no nodes or edges for."""

    graph: StreetGraph
    lost: tuple[Pair, ...]


def edited(graph: StreetGraph, edits: Edits) -> EditedGraph:
    """Return the network without closed edges and with the links, which are never main roads.

    1. Remove every closed edge; its nodes stay where other edges use them.
    2. Add the links: one between the ends of a closed edge opens that edge again.
    An edit that names an edge or node the network does not have changes nothing and is told in `lost`.
    Source: docs/streets.md (edits).
    """
    closed, lost_edges = _edges(graph, edits.closed)
    links = np.array(sorted({_sorted(pair) for pair in edits.links}), dtype=np.int64).reshape(-1, 2)
    known = (graph.positions_of(links.ravel()).reshape(-1, 2) >= 0).all(axis=1) & (links[:, 0] != links[:, 1])
    kept = np.ones(graph.n_edges, dtype=bool)
    kept[closed] = False
    ends = (graph.node_ids[graph.edge_a[kept]], graph.node_ids[graph.edge_b[kept]])
    added = links[known]
    result = make_graph(
        (graph.node_ids, graph.x_m, graph.y_m),
        (np.concatenate([ends[0], added[:, 0]]), np.concatenate([ends[1], added[:, 1]])),
        main=np.concatenate([graph.main[kept], np.zeros(len(added), dtype=bool)]),
        street=np.concatenate([graph.street[kept], np.zeros(len(added), dtype=np.int64)]),
        names=graph.names,
    )
    lost = sorted({*lost_edges, *((int(a), int(b)) for a, b in links[~known])})
    return EditedGraph(result, tuple(lost))


def edge_between(graph: StreetGraph, pair: Pair) -> int | None:
    """Return the position of the edge between two nodes, by their ids, or None."""
    found, _ = _edges(graph, [pair])
    return int(found[0]) if len(found) else None


def _edges(graph: StreetGraph, pairs: Sequence[Pair]) -> tuple[IntArray, list[Pair]]:
    """Return positions of the edges, and the pairs that are none."""
    wanted = np.array(sorted({_sorted(pair) for pair in pairs}), dtype=np.int64).reshape(-1, 2)
    at = graph.positions_of(wanted.ravel()).reshape(-1, 2)
    keys = graph.edge_a * graph.n_nodes + graph.edge_b  # edges are sorted so
    asked = at[:, 0] * graph.n_nodes + at[:, 1]
    place = np.minimum(np.searchsorted(keys, asked), max(0, graph.n_edges - 1))
    if not graph.n_edges:
        return np.zeros(0, dtype=np.int64), [(int(a), int(b)) for a, b in wanted]
    known = (at >= 0).all(axis=1) & (keys[place] == asked)
    return place[known], [(int(a), int(b)) for a, b in wanted[~known]]


def _sorted(pair: Pair) -> Pair:
    return min(pair), max(pair)
