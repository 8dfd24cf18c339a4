"""Streets of an OpenStreetMap extract (.osm.pbf): what can be walked along, nodes by their own ids."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import osmium

from geo_data.tables.findings import Findings
from geo_data.tables.guards import Home, home_of
from geo_data.tables.offsets import FloatArray
from geo_data.tables.placing import Ground
from geo_data.tables.projecting import project
from geo_data.tables.reading import UnreadableFile
from geo_data.tables.street_classes import StreetClass, class_of
from geo_data.tables.street_network import EMPTY, IntArray, StreetTable, Way, network_of, sound_ways

Tags = Mapping[str, str]
Nodes = tuple[IntArray, FloatArray, FloatArray]
OPEN_ON_FOOT = frozenset({"yes", "designated", "permissive", "destination", "official", "customers"})
SHUT = frozenset({"no", "private", "military", "use_sidepath", "agricultural", "forestry", "delivery"})
# Barriers that nobody passes unless they say so; gates, bollards, stiles and the like are passed unless they say no.
IMPASSABLE = frozenset(
    {"wall", "fence", "hedge", "city_wall", "retaining_wall", "ditch", "guard_rail", "debris"}
)
READ_TAGS = ("highway", "name", "name:zh", "ref", "foot", "access", "motorroad")


def read_osm_streets(path: Path, *, ground: Ground, findings: Findings) -> StreetTable:
    """Return the network of an extract, in metres of the working system. Raises UnreadableFile.

    1. Ways: those whose class and tags let one walk; one-way traffic does not bind people on foot.
    2. Nodes of these ways. Edges with both ends outside the district are left out and counted.
    3. Nodes with a barrier that is shut on foot part the edges that meet there.
    Source: docs/streets.md (OpenStreetMap).
    """
    try:
        ways = sound_ways(_walked_ways(path, findings), findings)
        nodes = _nodes(path, {node for way in ways for node in way.nodes})
        blocked = frozenset(_shut_barriers(path))
    except (RuntimeError, OSError) as fault:  # what osmium raises for a damaged file
        raise UnreadableFile(str(fault)) from fault
    if not len(nodes[0]):
        return EMPTY
    ways = _at_home(ways, nodes, home_of(ground.working_epsg, ground.extent), findings)
    if findings.refuses:
        return EMPTY
    x_m, y_m = project(nodes[1], nodes[2], epsg=ground.working_epsg)
    kept = np.isin(nodes[0], np.array(sorted({node for way in ways for node in way.nodes}), dtype=np.int64))
    return network_of(ways, (nodes[0][kept], x_m[kept], y_m[kept]), blocked)


def is_walked(tags: Tags) -> bool:
    """Say whether the tags of a way let one walk along it; `foot` weighs more than `access`."""
    foot, access = tags.get("foot", ""), tags.get("access", "")
    if foot in SHUT or tags.get("motorroad") == "yes":
        return False
    if foot in OPEN_ON_FOOT:
        return True
    return access not in SHUT and class_of(tags["highway"]) is not StreetClass.CLOSED


def is_shut(tags: Tags) -> bool:
    """Say whether a barrier cannot be passed on foot; `foot` weighs more than `access`, and this more than its kind."""
    foot, access = tags.get("foot", ""), tags.get("access", "")
    if foot in SHUT | OPEN_ON_FOOT:
        return foot in SHUT
    if access in SHUT | OPEN_ON_FOOT:
        return access in SHUT
    return tags["barrier"] in IMPASSABLE


def _walked_ways(path: Path, findings: Findings) -> Iterable[Way]:
    unknown: Counter[str] = Counter()
    found = []
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(
        osmium.filter.KeyFilter("highway")
    ):
        if not isinstance(way, osmium.osm.Way):
            continue
        tags = {key: way.tags[key] for key in READ_TAGS if key in way.tags}
        kind = class_of(tags["highway"])
        if kind is None:
            unknown[tags["highway"]] += 1
        if is_walked(tags):
            name = (tags.get("name") or tags.get("name:zh") or tags.get("ref") or "")[:100]
            nodes = tuple(node.ref for node in way.nodes)
            found.append(Way(0, f"way {way.id}", name, kind is StreetClass.MAIN, nodes))
    for word, count in sorted(unknown.items()):
        findings.add("street_class_unknown", value=f"{word} × {count}")
    return found


def _nodes(path: Path, wanted: set[int]) -> Nodes:
    """Return ids, longitudes and latitudes; nodes that the extract does not hold are missing."""
    rows = [
        (node.id, node.location.lon, node.location.lat)
        for node in osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(
            osmium.filter.IdFilter(wanted)
        )
        if isinstance(node, osmium.osm.Node) and node.location.valid()
    ]
    ids, longitude, latitude = zip(*sorted(set(rows)), strict=True) if rows else ((), (), ())
    return (
        np.array(ids, dtype=np.int64),
        np.array(longitude, dtype=np.float64),
        np.array(latitude, dtype=np.float64),
    )


def _shut_barriers(path: Path) -> Iterable[int]:
    barriers = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(
        osmium.filter.KeyFilter("barrier")
    )
    for node in barriers:
        tags = {key: node.tags[key] for key in ("barrier", "foot", "access") if key in node.tags}
        if is_shut(tags):
            yield node.id


def _at_home(ways: list[Way], nodes: Nodes, home: Home, findings: Findings) -> list[Way]:
    """Return the ways cut to the pieces that touch the district; the metres left out are only counted."""
    ids, longitude, latitude = nodes
    east, north = (
        (longitude >= home.west) & (longitude <= home.east),
        (latitude >= home.south) & (latitude <= home.north),
    )
    known, inside = set(ids.tolist()), set(ids[east & north].tolist())
    if not inside:
        middle = f"{np.median(longitude):.5f}, {np.median(latitude):.5f}"
        findings.add("outside_district", value=middle)
        return []
    kept: list[Way] = []
    outside = missing = 0
    for way in ways:
        run: list[int] = []
        for a, b in zip(way.nodes, way.nodes[1:], strict=False):
            if a in known and b in known and (a in inside or b in inside):
                run += [b] if run else [a, b]
                continue
            outside += a in known and b in known
            missing += not (a in known and b in known)
            kept += [_piece(way, run)] if run else []
            run = []
        kept += [_piece(way, run)] if run else []
    if outside:
        findings.add("streets_outside", value=outside)
    if missing:
        findings.add("street_nodes_missing", value=missing)
    return kept


def _piece(way: Way, nodes: list[int]) -> Way:
    return Way(way.row, way.called, way.name, way.is_main, tuple(nodes))
