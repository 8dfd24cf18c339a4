"""A street network as one piece of bytes: the same network gives the same bytes on every machine."""

import json
import zlib

import numpy as np

from geo_data.streets.graph import MILLIMETRE, MM_PER_METRE, StreetGraph

MARK = b"JJSTREET1\n"
QUICK = 1  # the level of compression: half the size at a tenth of the time of the best


class NotANetwork(ValueError):
    """The bytes are no packed street network."""


def pack(graph: StreetGraph) -> bytes:
    """Return the network packed. Source: docs/streets.md (storage)."""
    head = json.dumps([graph.n_nodes, graph.n_edges, graph.names], ensure_ascii=False).encode()
    body = b"".join(
        (
            graph.node_ids.astype("<i8").tobytes(),
            np.rint(graph.x_m * MM_PER_METRE).astype("<i8").tobytes(),
            np.rint(graph.y_m * MM_PER_METRE).astype("<i8").tobytes(),
            graph.edge_a.astype("<i4").tobytes(),
            graph.edge_b.astype("<i4").tobytes(),
            graph.street.astype("<i4").tobytes(),
            graph.main.astype("u1").tobytes(),
        )
    )
    return MARK + zlib.compress(len(head).to_bytes(4, "little") + head + body, QUICK)


def unpack(data: bytes) -> StreetGraph:
    """Return the network that was packed. Raises NotANetwork."""
    if not data.startswith(MARK):
        raise NotANetwork("these bytes are no street network")
    try:
        raw = zlib.decompress(data[len(MARK) :])
        start = 4 + int.from_bytes(raw[:4], "little")
        n, m, names = json.loads(raw[4:start])
    except (zlib.error, ValueError) as fault:
        raise NotANetwork(str(fault)) from fault
    sizes = (("<i8", n), ("<i8", n), ("<i8", n), ("<i4", m), ("<i4", m), ("<i4", m), ("u1", m))
    if len(raw) != start + sum(np.dtype(kind).itemsize * count for kind, count in sizes):
        raise NotANetwork("the bytes are not as many as they say")
    parts = []
    for kind, count in sizes:
        parts.append(np.frombuffer(raw, dtype=kind, count=count, offset=start))
        start += parts[-1].nbytes
    ids, x_mm, y_mm, a, b, street, main = parts
    return StreetGraph(
        node_ids=ids.astype(np.int64),
        x_m=np.round(x_mm / MM_PER_METRE, MILLIMETRE),
        y_m=np.round(y_mm / MM_PER_METRE, MILLIMETRE),
        edge_a=a.astype(np.int64),
        edge_b=b.astype(np.int64),
        main=main.astype(bool),
        street=street.astype(np.int64),
        names=tuple(names),
    )
