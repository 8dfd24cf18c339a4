"""Ways along nodes to nodes and edges, whatever file they come from, with what is wrong in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo_data.tables.findings import Findings
from geo_data.tables.offsets import FloatArray
from geo_data.tables.projecting import unproject

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
ISLAND_NODES = 10  # smaller ones are counted together
DEGREE_DIGITS = 5
TOLD = 20  # islands named one by one


@dataclass(frozen=True, slots=True)
class Way:
    """A line of a file: its row (0 without rows), how findings call it, and the ids of its nodes in order."""

    row: int
    called: str
    name: str
    is_main: bool
    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StreetTable:
    """The checked network, not in any order.

    node_ids, x_m, y_m -- [n] metres of the working system
    edge_a, edge_b     -- [m] ids of the ends; main -- [m]; street -- [m] place in `names`, names[0] is empty
    """

    node_ids: IntArray
    x_m: FloatArray
    y_m: FloatArray
    edge_a: IntArray
    edge_b: IntArray
    main: BoolArray
    street: IntArray
    names: tuple[str, ...]


NOTHING: IntArray = np.zeros(0, dtype=np.int64)
NOWHERE: FloatArray = np.zeros(0, dtype=np.float64)
EMPTY = StreetTable(NOTHING, NOWHERE, NOWHERE, NOTHING, NOTHING, np.zeros(0, dtype=bool), NOTHING, ("",))


def sound_ways(ways: Iterable[Way], findings: Findings) -> list[Way]:
    """Return the ways with two different nodes at least, none twice; the others are noted."""
    kept: list[Way] = []
    seen: set[tuple[int, ...]] = set()
    for way in ways:
        key = min(way.nodes, way.nodes[::-1])
        if len(set(way.nodes)) < 2:
            findings.add("street_without_length", way.row, value=way.called)
        elif key in seen:
            findings.add("street_twice", way.row, value=way.called)
        else:
            seen.add(key)
            kept.append(way)
    return kept


def network_of(
    ways: Sequence[Way], nodes: tuple[IntArray, FloatArray, FloatArray], blocked: frozenset[int] = frozenset()
) -> StreetTable:
    """Return the network of sound ways.

    nodes   -- ids, x and y in metres, of all nodes of the ways
    blocked -- nodes that nobody can pass, such as a locked gate: every edge gets an end of its own there
    """
    names = ("", *sorted({way.name for way in ways} - {""}))
    place = {name: i for i, name in enumerate(names)}
    counts = np.array([len(way.nodes) for way in ways], dtype=np.int64)
    flat = np.fromiter((node for way in ways for node in way.nodes), dtype=np.int64, count=int(counts.sum()))
    owner = np.repeat(np.arange(len(ways)), counts)
    joined = (owner[1:] == owner[:-1]) & (flat[1:] != flat[:-1])
    a, b, owner = flat[:-1][joined], flat[1:][joined], owner[1:][joined]
    ids, x_m, y_m = nodes
    if blocked:
        a, b, copies, originals = _parted(a, b, blocked)
        at = np.argsort(ids, kind="stable")
        found = at[np.searchsorted(ids, originals, sorter=at)]
        ids = np.concatenate([ids, copies])
        x_m, y_m = np.concatenate([x_m, x_m[found]]), np.concatenate([y_m, y_m[found]])
    is_main = np.array([way.is_main for way in ways], dtype=bool)
    street = np.array([place[way.name] for way in ways], dtype=np.int64)
    return StreetTable(ids, x_m, y_m, a, b, is_main[owner], street[owner], names)


def _parted(
    a: IntArray, b: IntArray, blocked: frozenset[int]
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return the edges with ends of their own at blocked nodes, the ids of those ends, and the nodes they were.

    The ids are negative and count up at every node in the order of the edges' other ends.
    """
    ends = np.concatenate([a, b])
    others = np.concatenate([b, a])
    at = np.flatnonzero(np.isin(ends, np.fromiter(blocked, dtype=np.int64)))
    at = at[np.lexsort((others[at], ends[at]))]
    originals = ends[at]
    _, first, count = np.unique(originals, return_index=True, return_counts=True)
    copies = -(originals * 1000 + (np.arange(len(at)) - np.repeat(first, count)))
    ends[at] = copies
    return ends[: len(a)], ends[len(a) :], copies, originals


def note_street_islands(table: StreetTable, working_epsg: int, findings: Findings) -> None:
    """Note the parts of the network that do not hang together with its largest one."""
    used, place = np.unique(np.concatenate([table.edge_a, table.edge_b]), return_inverse=True)
    if not len(used):
        return
    n, m = len(used), len(table.edge_a)
    joined = coo_array((np.ones(m), (place[:m], place[m:])), shape=(n, n))
    _, label = connected_components(joined, directed=False)
    _, first, sizes = np.unique(label, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))[1:]
    small = order[sizes[order] < ISLAND_NODES]
    large = order[sizes[order] >= ISLAND_NODES]
    at = np.argsort(table.node_ids, kind="stable")
    where = at[np.searchsorted(table.node_ids, used[first], sorter=at)]
    longitude, latitude = unproject(table.x_m[where], table.y_m[where], epsg=working_epsg)
    for i in large:
        findings.add("street_island", value=_island(int(sizes[i]), float(longitude[i]), float(latitude[i])))
    if len(small):
        told = "; ".join(
            _island(int(sizes[i]), float(longitude[i]), float(latitude[i])) for i in small[: TOLD // 5]
        )
        findings.add("street_islands_small", value=f"{len(small)}: {told}")


def _island(nodes: int, longitude: float, latitude: float) -> str:
    return f"{nodes} @ {longitude:.{DEGREE_DIGITS}f}, {latitude:.{DEGREE_DIGITS}f}"
