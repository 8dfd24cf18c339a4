"""The streets as officers see them: stretches from junction to junction, on a map and in lists, with the edits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import numpy as np
import shapely

from geo_data.models import Dataset, StreetEdit
from geo_data.selectors.datasets import get_dataset
from geo_data.selectors.streets import edits_of, list_live_edits, load_network, pairs_of
from geo_data.streets.edits import Edits, Pair, edge_between, edited
from geo_data.streets.graph import MM_PER_METRE, IntArray, Island, StreetGraph, islands_of
from geo_data.streets.snapping import Snapper
from geo_data.streets.stretches import Stretches, ends_of_stretch, stretches_of
from geo_data.tables.projecting import project, unproject

Box = tuple[float, float, float, float]
MOST_FOUND, MOST_DRAWN = 30, 6000
NEAR_M = 60
DIGITS = 6  # of a degree: about 0.1 m
KEPT = 2


@dataclass(frozen=True, slots=True)
class StretchRow:
    """A stretch of street. edge -- ids of the nodes of its first piece; ends -- streets met at either end."""

    edge: Pair
    name: str
    metres: int
    is_main: bool
    on_island: bool
    ends: tuple[str, ...]
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class StreetOverview:
    """Figures of the network with the edits that hold.

    islands -- (nodes, longitude, latitude) of the parts that do not hang together with the largest one
    extent  -- west, south, east and north in degrees
    """

    nodes: int
    edges: int
    metres: int
    islands: tuple[tuple[int, float, float], ...]
    extent: Box


@dataclass(frozen=True, slots=True)
class _Drawn:
    graph: StreetGraph
    stretches: Stretches
    island: IntArray
    islands: tuple[Island, ...]
    length_mm: IntArray
    epsg: int


def street_overview(dataset: Dataset) -> StreetOverview:
    """Return the figures of the network as it is now."""
    drawn = _drawn_now(dataset)
    others = drawn.islands[1:]
    longitude, latitude = unproject([one.x_m for one in others], [one.y_m for one in others], epsg=drawn.epsg)
    places = zip(others, longitude.tolist(), latitude.tolist(), strict=True)
    x_m, y_m = drawn.graph.x_m, drawn.graph.y_m
    corners = unproject([x_m.min(), x_m.max()], [y_m.min(), y_m.max()], epsg=drawn.epsg)
    (west, east), (south, north) = (axis.tolist() for axis in corners)
    return StreetOverview(
        drawn.graph.n_nodes,
        drawn.graph.n_edges,
        int(drawn.length_mm.sum()) // MM_PER_METRE,
        tuple((one.nodes, x, y) for one, x, y in places),
        (west, south, east, north),
    )


def search_streets(dataset: Dataset, text: str) -> tuple[StretchRow, ...]:
    """Return stretches whose street holds the text, those of the whole name first; then by name and place."""
    drawn, wanted = _drawn_now(dataset), text.strip().casefold()
    names = [i for i, name in enumerate(drawn.graph.names) if wanted and wanted in name.casefold()]
    names.sort(key=lambda i: (drawn.graph.names[i].casefold() != wanted, drawn.graph.names[i]))
    rank = {name: place for place, name in enumerate(names)}
    found = np.unique(drawn.stretches.of_edge[np.isin(drawn.graph.street, names)]).tolist()
    found.sort(key=lambda stretch: (rank[int(drawn.graph.street[stretch])], stretch))
    return tuple(_row(drawn, stretch) for stretch in found[:MOST_FOUND])


def streets_near(dataset: Dataset, longitude: float, latitude: float) -> tuple[StretchRow, ...]:
    """Return the stretches within NEAR_M of a point of EPSG:4326, nearest first."""
    drawn = _drawn_now(dataset)
    x_m, y_m = project([longitude], [latitude], epsg=drawn.epsg)
    away: dict[int, float] = {}
    for edge, metres in Snapper(drawn.graph).near(float(x_m[0]), float(y_m[0]), within_m=NEAR_M):
        away.setdefault(int(drawn.stretches.of_edge[edge]), metres)
    return tuple(_row(drawn, stretch) for stretch in list(away)[:MOST_FOUND])


def find_stretch(dataset: Dataset, edge: Pair) -> StretchRow | None:
    """Return the stretch that the piece between two nodes belongs to, None for a street closed or unknown."""
    drawn = _drawn_now(dataset)
    number = edge_between(drawn.graph, edge)
    return None if number is None else _row(drawn, int(drawn.stretches.of_edge[number]))


def streets_geojson(dataset: Dataset, box: Box) -> Mapping[str, object]:
    """Return the stretches in the box and the edits that hold; `truncated` where not all of them are drawn.

    Then main roads come first, and longer stretches before shorter ones.
    """
    drawn = _drawn_now(dataset)
    graph = drawn.graph
    corners = project([box[0], box[2]], [box[1], box[3]], epsg=drawn.epsg)
    inside = np.ones(graph.n_nodes, dtype=bool)
    for side, values in zip(corners, (graph.x_m, graph.y_m), strict=True):
        inside &= (values >= side.min()) & (values <= side.max())
    shown = np.unique(drawn.stretches.of_edge[inside[graph.edge_a] | inside[graph.edge_b]])
    length = np.bincount(drawn.stretches.of_edge, weights=drawn.length_mm, minlength=graph.n_edges)[shown]
    order = np.lexsort((shown, -length, ~graph.main[shown]))
    kept = np.sort(shown[order[:MOST_DRAWN]])
    features = _stretch_features(drawn, kept) + _edit_features(
        dataset, list(list_live_edits(dataset.district_id))
    )
    return {"type": "FeatureCollection", "features": features, "truncated": len(shown) > MOST_DRAWN}


def _drawn_now(dataset: Dataset) -> _Drawn:
    edits = edits_of(list_live_edits(dataset.district_id))
    return _drawn(dataset.pk, tuple(edits.closed), tuple(edits.links))


@lru_cache(maxsize=KEPT)
def _drawn(dataset_id: UUID, closed: tuple[Pair, ...], links: tuple[Pair, ...]) -> _Drawn:
    dataset = get_dataset(dataset_id)
    graph = edited(load_network(dataset), Edits(closed, links)).graph
    island, islands = islands_of(graph)
    epsg = dataset.district.working_crs
    return _Drawn(graph, stretches_of(graph), island, islands, graph.length_mm(), epsg)


def _row(drawn: _Drawn, stretch: int) -> StretchRow:
    graph = drawn.graph
    edges = drawn.stretches.edges(stretch)
    ends = ends_of_stretch(graph, edges)
    middle = edges[len(edges) // 2]
    a, b = graph.edge_a[middle], graph.edge_b[middle]
    longitude, latitude = unproject(
        [(graph.x_m[a] + graph.x_m[b]) / 2], [(graph.y_m[a] + graph.y_m[b]) / 2], epsg=drawn.epsg
    )
    return StretchRow(
        edge=(int(graph.node_ids[graph.edge_a[stretch]]), int(graph.node_ids[graph.edge_b[stretch]])),
        name=graph.names[graph.street[stretch]],
        metres=int(drawn.length_mm[edges].sum()) // MM_PER_METRE,
        is_main=bool(graph.main[stretch]),
        on_island=bool(drawn.island[graph.edge_a[stretch]] > 0),
        ends=tuple(_met_at(graph, node, int(graph.street[stretch])) for node in ends),
        longitude=round(float(longitude[0]), DIGITS),
        latitude=round(float(latitude[0]), DIGITS),
    )


def _met_at(graph: StreetGraph, node: int, street: int) -> str:
    """Return the names of the other streets that meet at a node."""
    met = np.unique(graph.street[(graph.edge_a == node) | (graph.edge_b == node)]).tolist()
    return "、".join(graph.names[i] for i in met if i not in (0, street))


def _stretch_features(drawn: _Drawn, kept: IntArray) -> list[Mapping[str, object]]:
    graph = drawn.graph
    edges = np.flatnonzero(np.isin(drawn.stretches.of_edge, kept))
    edges = edges[np.argsort(drawn.stretches.of_edge[edges], kind="stable")]
    if not len(edges):
        return []
    longitude, latitude = unproject(graph.x_m, graph.y_m, epsg=drawn.epsg)
    places = np.stack([longitude, latitude], axis=1).round(DIGITS)
    pieces = np.asarray(
        shapely.linestrings(np.stack([places[graph.edge_a[edges]], places[graph.edge_b[edges]]], axis=1))
    )
    owner = np.searchsorted(kept, drawn.stretches.of_edge[edges])
    shapes = np.asarray(shapely.line_merge(shapely.multilinestrings(pieces, indices=owner)))
    metres = np.bincount(owner, weights=drawn.length_mm[edges]) // MM_PER_METRE
    return [
        {
            "type": "Feature",
            "properties": {
                "edge": f"{graph.node_ids[graph.edge_a[stretch]]}_{graph.node_ids[graph.edge_b[stretch]]}",
                "name": graph.names[graph.street[stretch]],
                "metres": int(metres[i]),
                "state": _state(drawn, int(stretch)),
            },
            "geometry": shapely.geometry.mapping(shape),
        }
        for i, (stretch, shape) in enumerate(zip(kept.tolist(), shapes, strict=True))
    ]


def _state(drawn: _Drawn, stretch: int) -> str:
    if drawn.island[drawn.graph.edge_a[stretch]] > 0:
        return "island"
    return "main" if drawn.graph.main[stretch] else "open"


def _edit_features(dataset: Dataset, edits: Sequence[StreetEdit]) -> list[Mapping[str, object]]:
    graph = load_network(dataset)
    features: list[Mapping[str, object]] = []
    for edit in edits:
        at = graph.positions_of(np.array(pairs_of(edit.edges), dtype=np.int64).ravel()).reshape(-1, 2)
        at = at[(at >= 0).all(axis=1)]
        if not len(at):
            continue
        longitude, latitude = unproject(graph.x_m[at], graph.y_m[at], epsg=dataset.district.working_crs)
        lines = np.stack([longitude, latitude], axis=2).round(DIGITS).tolist()
        state = "closed" if edit.kind == "close" else "link"
        features.append(
            {
                "type": "Feature",
                "properties": {"edge": "", "name": edit.place, "metres": 0, "state": state},
                "geometry": {"type": "MultiLineString", "coordinates": lines},
            }
        )
    return features
