"""Street files: classes and tags on foot, nodes and crossings, and a case for every finding."""

import json
from pathlib import Path
from typing import Any

import osmium
import pytest

from geo_data.tables.findings import Findings
from geo_data.tables.osm_streets import is_shut, is_walked
from geo_data.tables.placing import Ground
from geo_data.tables.projecting import unproject
from geo_data.tables.reading import UnreadableFile
from geo_data.tables.street_network import StreetTable
from geo_data.tables.street_table import read_streets
from geo_data.tables.systems import System

EPSG = 4543
EAST, NORTH = 500_000.0, 4_480_000.0
GROUND = Ground(EPSG, (101.95, 40.4, 102.05, 40.5))
HELSINKI = Path(__file__).parents[2].parent / "shared" / "data" / "osm_helsinki"
Line = tuple[dict[str, Any], list[tuple[float, float]]]


def degrees(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    longitude, latitude = unproject([EAST + x for x, _ in points], [NORTH + y for _, y in points], epsg=EPSG)
    return list(zip(longitude.tolist(), latitude.tolist(), strict=True))


def lines_file(folder: Path, *lines: Line) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "LineString", "coordinates": degrees(points)},
        }
        for properties, points in lines
    ]
    path = folder / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def read(path: Path, *, split: bool = False, declared: System | None = None) -> tuple[StreetTable, Findings]:
    findings = Findings()
    table = read_streets(path, ground=GROUND, declared=declared, findings=findings, split_crossings=split)
    return table, findings


def places(table: StreetTable) -> set[frozenset[tuple[int, int]]]:
    """The edges as pairs of whole metres from the origin."""
    at = {
        int(node): (round(x - EAST), round(y - NORTH))
        for node, x, y in zip(table.node_ids, table.x_m, table.y_m, strict=True)
    }
    return {frozenset((at[int(a)], at[int(b)])) for a, b in zip(table.edge_a, table.edge_b, strict=True)}


def edge(a: tuple[int, int], b: tuple[int, int]) -> frozenset[tuple[int, int]]:
    return frozenset((a, b))


ROAD: Line = ({"道路等级": "主干路", "名称": "大道"}, [(0, 0), (100, 0), (200, 0)])
CROSS: Line = ({"道路等级": "支路", "名称": "横街"}, [(50, -50), (50, 50)])


def test_lines_meet_where_they_share_a_vertex(tmp_path: Path) -> None:
    side: Line = ({"道路等级": "步行街", "名称": "南街"}, [(100, 0), (100, -80)])

    table, findings = read(lines_file(tmp_path, ROAD, side))

    assert places(table) == {edge((0, 0), (100, 0)), edge((100, 0), (200, 0)), edge((100, 0), (100, -80))}
    assert table.main.tolist() == [True, True, False]
    assert [table.names[i] for i in table.street] == ["大道", "大道", "南街"]
    assert findings.counts() == {}


@pytest.mark.parametrize(
    ("split", "other", "meet"),
    [
        (False, {}, False),
        (True, {}, True),
        (True, {"桥梁": "是"}, False),
        (True, {"隧道": "是"}, False),
        (True, {"层": 1}, False),
        (True, {"层": 0}, True),
    ],
)
def test_lines_that_cross_meet_only_at_grade_and_when_asked(
    tmp_path: Path, split: bool, other: dict[str, object], meet: bool
) -> None:
    crossing: Line = ({**CROSS[0], **other}, CROSS[1])

    table, findings = read(lines_file(tmp_path, ROAD, crossing), split=split)

    assert (edge((0, 0), (50, 0)) in places(table)) is meet
    assert (edge((50, -50), (50, 0)) in places(table)) is meet
    assert findings.counts().get("street_islands_small", 0) == (0 if meet else 1)


def test_a_street_that_ends_on_another_meets_it(tmp_path: Path) -> None:
    ends_on_it: Line = ({"名称": "短街"}, [(30, 0), (30, 40)])

    table, findings = read(lines_file(tmp_path, ROAD, ends_on_it), split=True)

    assert edge((0, 0), (30, 0)) in places(table)
    assert findings.counts() == {}


def test_what_nobody_walks_along_is_left_out(tmp_path: Path) -> None:
    motorway: Line = ({"道路等级": "高速公路", "名称": "高速"}, [(0, 10), (100, 10)])

    table, findings = read(lines_file(tmp_path, ROAD, motorway))

    assert len(table.edge_a) == 2
    assert findings.counts() == {}


@pytest.mark.parametrize(
    ("code", "lines", "kept"),
    [
        ("street_without_length", [ROAD, ({"名称": "点"}, [(5, 5), (5.01, 5.01)])], 2),
        ("street_twice", [ROAD, ({"名称": "又"}, [(200, 0), (100, 0), (0, 0)])], 2),
        ("street_class_unknown", [ROAD, ({"道路等级": "仙道", "名称": "甲"}, [(0, 0), (0, 9)])], 3),
        ("street_outside", [ROAD, ({"名称": "远"}, [(90_000, 0), (90_100, 0)])], 2),
        ("street_islands_small", [ROAD, ({"名称": "孤"}, [(0, 30), (50, 30)])], 3),
        ("street_island", [ROAD, ({"名称": "长孤"}, [(5.0 * i, 60) for i in range(10)])], 11),
        ("street_islands_small", [ROAD, ({"名称": "孤"}, [(5.0 * i, 60) for i in range(9)])], 10),
    ],
)
def test_what_is_wrong_is_told_and_does_not_stop_the_rest(
    tmp_path: Path, code: str, lines: list[Line], kept: int
) -> None:
    # the road alone has three nodes; of two parts with as few nodes the one with the smaller ids is the main one
    long_road: Line = ({"道路等级": "主干路"}, [(10.0 * i, -100) for i in range(30)])
    joint: Line = ({"名称": "接"}, [(0, 0), (0, -100)])

    table, findings = read(lines_file(tmp_path, *lines, long_road, joint))

    assert findings.counts() == {code: 1}
    assert not findings.refuses
    assert len(table.edge_a) == kept + 29 + 1


def test_severe_faults_stop_the_file(tmp_path: Path) -> None:
    path = tmp_path / "points.geojson"
    point = {"type": "Point", "coordinates": list(degrees([(0, 0)])[0])}
    feature = {"type": "Feature", "properties": {"名称": "点"}, "geometry": point}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")

    _, findings = read(path)

    assert findings.counts() == {"not_a_line": 1}
    assert findings.refuses


def test_a_layer_somewhere_else_is_stopped_with_the_likely_system(tmp_path: Path) -> None:
    path = lines_file(tmp_path, ROAD)
    table, findings = read(path, declared=System("EPSG:4543", 4543))

    assert list(findings.counts()) == ["degrees_in_metric_layer"]
    assert len(table.edge_a) == 0


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "footway", "oneway": "yes"}, True),
        ({"highway": "motorway"}, False),
        ({"highway": "motorway", "foot": "yes"}, True),
        ({"highway": "primary", "foot": "no"}, False),
        ({"highway": "primary", "foot": "use_sidepath"}, False),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "service", "access": "private", "foot": "permissive"}, True),
        ({"highway": "service", "access": "destination"}, True),
        ({"highway": "trunk", "motorroad": "yes"}, False),
        ({"highway": "construction"}, False),
        ({"highway": "steps"}, True),
        ({"highway": "trail"}, True),
    ],
)
def test_tags_say_what_is_walked(tags: dict[str, str], walked: bool) -> None:
    assert is_walked(tags) is walked


@pytest.mark.parametrize(
    ("tags", "shut"),
    [
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, False),
        ({"barrier": "gate", "foot": "no"}, True),
        ({"barrier": "bollard"}, False),
        ({"barrier": "wall"}, True),
        ({"barrier": "wall", "foot": "yes"}, False),
        ({"barrier": "fence", "access": "permissive"}, False),
    ],
)
def test_tags_say_what_is_shut(tags: dict[str, str], shut: bool) -> None:
    assert is_shut(tags) is shut


def osm_file(
    folder: Path, ways: list[tuple[list[int], dict[str, str]]], barriers: dict[int, dict[str, str]]
) -> Path:
    """Nodes 1, 2, ... stand 10 m apart on a line to the east."""
    path = folder / "small.osm.pbf"
    spots = degrees([(10.0 * i, 0) for i in range(12)])
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, (longitude, latitude) in enumerate(spots[1:], start=1):
            tags = barriers.get(number, {})
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(longitude, latitude), tags=tags))
        for number, (nodes, tags) in enumerate(ways, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
    return path


def test_an_extract_gives_nodes_by_their_own_ids(tmp_path: Path) -> None:
    ways = [([1, 2, 3], {"highway": "primary", "name": "大街"}), ([3, 4], {"highway": "footway"})]

    table, findings = read(osm_file(tmp_path, ways, {}))

    assert list(zip(table.edge_a.tolist(), table.edge_b.tolist(), strict=True)) == [(1, 2), (2, 3), (3, 4)]
    assert table.main.tolist() == [True, True, False]
    assert findings.counts() == {}


def test_a_locked_gate_parts_the_way_and_leaves_both_ends_reachable(tmp_path: Path) -> None:
    ways = [([1, 2, 3], {"highway": "path"}), ([3, 4], {"highway": "path"})]
    locked = {2: {"barrier": "gate", "access": "private"}}

    table, findings = read(osm_file(tmp_path, ways, locked))

    assert list(zip(table.edge_a.tolist(), table.edge_b.tolist(), strict=True)) == [
        (1, -2000),
        (-2001, 3),
        (3, 4),
    ]
    assert places(table) == {edge((10, 0), (20, 0)), edge((20, 0), (30, 0)), edge((30, 0), (40, 0))}
    assert findings.counts() == {"street_islands_small": 1}


def test_pieces_without_their_nodes_are_left_out_and_counted(tmp_path: Path) -> None:
    table, findings = read(osm_file(tmp_path, [([1, 2, 99, 3, 4], {"highway": "path"})], {}))

    assert len(table.edge_a) == 2
    assert findings.counts() == {"street_islands_small": 1, "street_nodes_missing": 1}


def test_pieces_outside_the_district_are_left_out_and_counted(tmp_path: Path) -> None:
    findings = Findings()
    west = degrees([(45, 0)])[0][0]
    ground = Ground(EPSG, (west + 0.1, 40.4, west + 0.2, 40.5))  # the margin is a tenth of a degree
    path = osm_file(tmp_path, [(list(range(1, 9)), {"highway": "path"})], {})

    table = read_streets(path, ground=ground, declared=None, findings=findings)

    assert sorted({*table.edge_a.tolist(), *table.edge_b.tolist()}) == [4, 5, 6, 7, 8]
    assert [(finding.code, finding.value) for finding in findings.kept()] == [("streets_outside", "3")]
    elsewhere = Findings()
    read_streets(path, ground=Ground(EPSG, (10, 10, 11, 11)), declared=None, findings=elsewhere)
    assert elsewhere.counts() == {"outside_district": 1}


def test_a_damaged_extract_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "damaged.osm.pbf"
    path.write_bytes(b"no extract at all" * 50)

    with pytest.raises(UnreadableFile):
        read(path)


def test_an_extract_without_streets_is_empty(tmp_path: Path) -> None:
    assert read(osm_file(tmp_path, [([1, 2], {"highway": "motorway"})], {}))[1].counts() == {"file_empty": 1}


@pytest.mark.skipif(not HELSINKI.exists(), reason="needs the real extracts of ../shared/data/osm_helsinki")
@pytest.mark.parametrize(
    ("name", "edges", "main", "islands"), [("Helsinki", 7887, 684, 5), ("test", 1532, 87, 0)]
)
def test_real_extracts_are_read(name: str, edges: int, main: int, islands: int) -> None:
    findings = Findings()
    table = read_streets(HELSINKI / f"{name}.osm.pbf", ground=Ground(3067), declared=None, findings=findings)

    assert (len(table.edge_a), int(table.main.sum())) == (edges, main)
    assert findings.counts().get("street_island", 0) == islands
    assert not findings.refuses
