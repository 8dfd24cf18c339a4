"""Points that lie at streets, as the versions in use know them, against which a new network is held."""

import numpy as np
import shapely
from django.db.models import F
from django.db.models.functions import Mod

from geo_data.models import AddressEntry, Dataset, DatasetKind
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.districts import get_district
from geo_data.selectors.streets import load_network
from geo_data.tables.projecting import project
from geo_data.tables.street_fit import Marks

MOST = 2_000  # evenly chosen: a median needs no more


def load_street_marks(district_code: str) -> Marks:
    """Return middles of the streets in use; without a network, addresses with the name of their road.

    None before there is either. Up to five queries; the network's content once, as it is kept in memory.
    """
    streets = find_current_dataset(district_code, DatasetKind.STREETS)
    if streets is not None:
        return _of_network(streets)
    register = find_current_dataset(district_code, DatasetKind.ADDRESSES)
    return Marks() if register is None else _of_register(register, get_district(district_code).working_crs)


def _of_network(streets: Dataset) -> Marks:
    graph = load_network(streets)
    edges = np.arange(0, graph.n_edges, -(-graph.n_edges // MOST))
    a, b = graph.edge_a[edges], graph.edge_b[edges]
    middles = shapely.points((graph.x_m[a] + graph.x_m[b]) / 2, (graph.y_m[a] + graph.y_m[b]) / 2)
    names = tuple(graph.names[place] for place in graph.street[edges].tolist())
    return Marks(names, np.asarray(middles, dtype=np.object_), lie_on_streets=True)


def _of_register(register: Dataset, working_epsg: int) -> Marks:
    placed = AddressEntry.objects.filter(dataset=register, point__isnull=False).exclude(road="")
    step = -(-placed.count() // MOST) or 1
    rows = placed.annotate(turn=Mod(F("pk"), step)).filter(turn=0).order_by("pk").values_list("road", "point")
    names, points = [], []
    for road, point in rows:
        if point is not None:
            names.append(road)
            points.append((point.x, point.y))
    if not names:
        return Marks()
    x, y = project(*zip(*points, strict=True), epsg=working_epsg)
    return Marks(tuple(names), np.asarray(shapely.points(x, y), dtype=np.object_))
