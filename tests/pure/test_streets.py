"""The walking graph: lengths, sides of main roads, snapping, shortest walks, routes, edits."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo_data.streets.edits import Edits, edge_between, edited
from geo_data.streets.graph import IntArray, StreetGraph, islands_of, make_graph
from geo_data.streets.packing import NotANetwork, pack, unpack
from geo_data.streets.paths import fields_from, mean_walks, straight_mm, walks
from geo_data.streets.routes import Route, route
from geo_data.streets.sides import WalkingGraph, walking_graph
from geo_data.streets.snapping import NO_EDGE, Snapper, Snaps
from geo_data.streets.stretches import ends_of_stretch, stretches_of
from geo_data.streets.ways import NO_WAY, crossings_on, lengths_mm, of_length
from tests.pure.street_checker import PlainStreets

Edge = tuple[int, int, bool]
# A main road from west to east along y = 0 with side streets to the north (3, 5) and the south (4); 6 is apart.
PLACES: dict[int, tuple[float, float]] = {
    0: (0, 0),
    1: (100, 0),
    2: (200, 0),
    3: (100, 80),
    4: (100, -80),
    5: (200, 80),
    6: (500, 500),
    7: (560, 500),
    8: (300, 0),
}
MAIN_ROAD: list[Edge] = [(0, 1, True), (1, 2, True), (2, 8, True)]
SIDE_STREETS: list[Edge] = [(1, 3, False), (1, 4, False), (2, 5, False), (6, 7, False)]


def graph_of(places: dict[int, tuple[float, float]], edges: Sequence[Edge]) -> StreetGraph:
    ids = np.array(sorted(places), dtype=np.int64)
    return make_graph(
        (ids, np.array([float(places[i][0]) for i in ids]), np.array([float(places[i][1]) for i in ids])),
        (
            np.array([a for a, _, _ in edges], dtype=np.int64),
            np.array([b for _, b, _ in edges], dtype=np.int64),
        ),
        main=np.array([main for *_, main in edges], dtype=bool),
        street=np.zeros(len(edges), dtype=np.int64),
        names=("",),
    )


def town() -> StreetGraph:
    return graph_of(PLACES, [*MAIN_ROAD, *SIDE_STREETS])


def snapped(graph: StreetGraph, *points: tuple[float, float], limit_m: float = 200) -> Snaps:
    x, y = (np.array(side, dtype=np.float64) for side in zip(*points, strict=True))
    return Snapper(graph).snap(x, y, limit_m=limit_m)


def walk(walking: WalkingGraph, start: tuple[float, float], end: tuple[float, float]) -> int:
    one, other = snapped(walking.graph, start), snapped(walking.graph, end)
    return int(lengths_mm(walks(walking, one, other))[0, 0])


def counted(walking: WalkingGraph, start: tuple[float, float], end: tuple[float, float]) -> tuple[int, int]:
    """Return the crossings that the distances count, and those of the route; they are the same."""
    one, other = snapped(walking.graph, start), snapped(walking.graph, end)
    told = way(walking, start, end)
    assert told is not None
    return int(crossings_on(walks(walking, one, other))[0, 0]), told.crossings


def way(walking: WalkingGraph, start: tuple[float, float], end: tuple[float, float]) -> Route | None:
    school = snapped(walking.graph, end)
    return route(walking, fields_from(walking, school)[0], school, snapped(walking.graph, start))


NORTH_HOUSE, SOUTH_HOUSE, NORTH_EAST = (100, 60), (100, -60), (200, 60)


@pytest.mark.parametrize(
    ("start", "end", "crossings", "way_mm"),
    [
        (NORTH_HOUSE, SOUTH_HOUSE, 1, 120_000),  # straight over the main road
        (NORTH_HOUSE, NORTH_EAST, 0, 220_000),  # along the main road and off it on the same side
        (SOUTH_HOUSE, NORTH_EAST, 1, 220_000),  # one change of sides, wherever it is made
        (NORTH_HOUSE, (50, 10), 0, 120_000),  # a house on the near side of the main road
        (NORTH_HOUSE, (90, -10), 1, 80_000),  # and one on the far side
        (NORTH_HOUSE, (50, 0), 0, 110_000),  # on the line is to the left of it: north, seen from a to b
        ((20, 5), (80, 5), 0, 70_000),  # both on one side of one piece of the main road
    ],
)
def test_a_crossing_costs_the_penalty_and_walking_along_costs_nothing(
    start: tuple[float, float], end: tuple[float, float], crossings: int, way_mm: int
) -> None:
    found = way(walking_graph(town(), penalty_m=150), start, end)
    assert found is not None
    assert (found.crossings, found.way_mm) == (crossings, way_mm)
    assert found.walk_mm == way_mm + crossings * 150_000


def test_opposite_sides_of_one_piece_meet_only_at_a_node() -> None:
    # given: houses opposite each other in the middle of a piece of the main road
    walking = walking_graph(town(), penalty_m=10)
    # when, then: round the dead end in the west, 0, which has no sides: 50 + 50 metres and 5 + 5 to the houses
    assert walk(walking, (50, 5), (50, -5)) == 110_000
    # and from nearer the junction over the crossing there
    assert walk(walking, (90, 5), (90, -5)) == 40_000


@pytest.mark.parametrize("penalty_m", [0, 1, 500])
def test_the_route_is_as_long_as_the_distance_says(penalty_m: int) -> None:
    walking = walking_graph(town(), penalty_m=penalty_m)
    points = [NORTH_HOUSE, SOUTH_HOUSE, NORTH_EAST, (10, 3), (150, -8)]
    for start in points:
        for end in points:
            found = way(walking, start, end)
            assert found is not None
            assert found.walk_mm == walk(walking, start, end)
            pieces = zip(found.line, found.line[1:], strict=False)
            drawn = sum(math.hypot(u - x, v - y) for (x, y), (u, v) in pieces)
            assert abs(drawn * 1000 - found.way_mm) <= len(found.line)


def test_a_footbridge_spares_the_penalty() -> None:
    # given: a bridge from the northern to the southern side street
    graph = edited(town(), Edits(links=[(4, 3)])).graph
    # when, then
    assert walk(walking_graph(graph, penalty_m=150), (100, 80), (100, -80)) == 160_000
    assert walk(walking_graph(town(), penalty_m=150), (100, 80), (100, -80)) == 310_000


def test_a_place_beyond_a_gap_has_no_way() -> None:
    walking = walking_graph(town())
    assert walk(walking, (510, 500), NORTH_HOUSE) == NO_WAY
    assert way(walking, (510, 500), NORTH_HOUSE) is None
    assert walk(walking, (510, 505), (550, 498)) == 47_000  # within the island


def test_closing_an_edge_makes_the_way_longer_and_a_link_between_its_ends_opens_it() -> None:
    # given: a square, so that there is another way round
    square = graph_of(
        {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)},
        [(1, 2, False), (2, 3, False), (3, 4, False), (4, 1, False)],
    )
    closed = Edits(closed=[(2, 1), (1, 2)])
    # when, then
    assert walk(walking_graph(square), (0, 0), (100, 0)) == 100_000
    assert walk(walking_graph(edited(square, closed).graph), (0, 0), (100, 0)) == 300_000
    reopened = edited(square, Edits(closed=closed.closed, links=[(1, 2)]))
    assert walk(walking_graph(reopened.graph), (0, 0), (100, 0)) == 100_000


def test_edits_of_streets_that_are_gone_change_nothing_and_are_told() -> None:
    result = edited(town(), Edits(closed=[(3, 4), (1, 99)], links=[(98, 1), (0, 4)]))
    assert result.lost == ((1, 98), (1, 99), (3, 4))
    assert result.graph.n_edges == town().n_edges + 1
    assert edge_between(town(), (3, 1)) is not None
    assert edge_between(town(), (3, 4)) is None


def test_a_point_beyond_the_limit_is_not_snapped() -> None:
    at, beyond = snapped(town(), (50, 30), limit_m=30), snapped(town(), (50, 30.001), limit_m=30)
    assert (at.found[0], at.off_mm[0]) == (True, 30_000)
    assert (beyond.found[0], beyond.edge[0]) == (False, NO_EDGE)
    walking = walking_graph(town())
    assert walks(walking, beyond, snapped(town(), NORTH_HOUSE))[0, 0] == NO_WAY
    assert walks(walking, snapped(town(), NORTH_HOUSE), beyond)[0, 0] == NO_WAY


def test_of_equally_near_edges_the_main_road_and_then_the_first_one_is_taken() -> None:
    graph = town()
    above_the_junction = snapped(graph, (200, -10))
    assert graph.main[above_the_junction.edge[0]]
    crossroads = graph_of({1: (0, 0), 2: (10, 0), 3: (0, 10)}, [(1, 3, False), (1, 2, False)])
    assert snapped(crossroads, (-5, -5)).edge[0] == 0


def test_a_walk_over_the_limit_may_be_left_out() -> None:
    walking, graph = walking_graph(town()), town()
    house, school = snapped(graph, NORTH_HOUSE), snapped(graph, (100, -80))
    assert lengths_mm(walks(walking, house, school, limit_m=140))[0, 0] == 140_000
    assert walks(walking, house, school, limit_m=79)[0, 0] == NO_WAY


def test_the_order_of_the_file_does_not_matter() -> None:
    forwards = town()
    backwards = graph_of(
        dict(reversed(PLACES.items())), [(b, a, main) for a, b, main in [*SIDE_STREETS, *MAIN_ROAD]]
    )
    assert pack(forwards) == pack(backwards)


def test_edges_given_twice_are_one_and_the_main_road_wins() -> None:
    graph = graph_of({1: (0, 0), 2: (3, 4)}, [(1, 2, False), (2, 1, True)])
    assert (graph.n_edges, graph.length_mm().tolist(), graph.main.tolist()) == (1, [5000], [True])


def test_an_edge_without_a_node_is_refused() -> None:
    with pytest.raises(ValueError, match="two different nodes"):
        graph_of({1: (0, 0)}, [(1, 2, False)])
    with pytest.raises(ValueError, match="two different nodes"):
        graph_of({1: (0, 0)}, [(1, 1, False)])


def test_islands_are_told_largest_first() -> None:
    island, islands = islands_of(town())
    assert [(one.nodes, one.x_m, one.y_m) for one in islands] == [(7, 0, 0), (2, 500, 500)]
    assert island.tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 0]


def test_packed_and_unpacked_is_the_same() -> None:
    graph = town()
    again = unpack(pack(graph))
    assert pack(again) == pack(graph)
    assert again.edge_a.tolist() == graph.edge_a.tolist()
    for damaged in (b"", b"anything", pack(graph)[:-9], pack(graph)[:12] + b"x" + pack(graph)[13:]):
        with pytest.raises(NotANetwork):
            unpack(damaged)


def test_stretches_end_at_junctions_and_where_the_class_changes() -> None:
    line = {i: (i * 10.0, 0.0) for i in range(6)} | {9: (20.0, 10.0)}
    edges = [(i, i + 1, i >= 4) for i in range(5)] + [(2, 9, False)]
    graph = graph_of(line, edges)
    stretches = stretches_of(graph)
    by_pair = {
        (int(graph.node_ids[a]), int(graph.node_ids[b])): int(s)
        for a, b, s in zip(graph.edge_a, graph.edge_b, stretches.of_edge, strict=True)
    }
    assert by_pair[0, 1] == by_pair[1, 2]
    assert by_pair[2, 3] == by_pair[3, 4]
    assert len({by_pair[0, 1], by_pair[2, 3], by_pair[4, 5], by_pair[2, 9]}) == 4
    assert ends_of_stretch(graph, stretches.edges(by_pair[2, 3])) == (2, 4)


def ways_of(*rows: tuple[int, int] | None) -> IntArray:
    """Return ways to one school of so many millimetres and crossings, None where there is none."""
    found = [NO_WAY if row is None else int(of_length(np.array(row[0]))) + row[1] for row in rows]
    return np.array(found, dtype=np.int64)[:, None]


def test_a_unit_walks_the_mean_of_its_dwellings() -> None:
    # given: unit 0 has 3 dwellings at 100 m and 1 at 300 m; unit 1 one of two points with a way; unit 2 none
    points = ways_of((100_000, 0), (300_000, 0), (50_000, 2), None, None)
    owner, weight = np.array([0, 0, 1, 1, 2]), np.array([3, 1, 2, 9, 1])
    # when, then
    assert mean_walks(points, owner, weight, 3).mm.tolist() == [[150_000], [50_000], [NO_WAY]]


@pytest.mark.parametrize(
    ("crossed", "dwellings", "mean"),
    [([0, 1], [51, 49], 0), ([0, 1], [50, 50], 1), ([0, 1], [49, 51], 1), ([1, 4], [2, 1], 2)],
)
def test_a_unit_crosses_what_its_dwellings_cross_on_average_halves_up(
    crossed: list[int], dwellings: list[int], mean: int
) -> None:
    points = ways_of(*((100_000, count) for count in crossed))
    found = mean_walks(points, np.zeros(2, dtype=np.int64), np.array(dwellings), 2)
    assert found.crossings.tolist() == [[mean], [0]]


def test_a_way_is_its_length_and_its_crossings() -> None:
    ways = ways_of((0, 0), (200_000_000, 99), None)
    assert lengths_mm(ways).ravel().tolist() == [0, 200_000_000, NO_WAY]
    assert crossings_on(ways).ravel().tolist() == [0, 99, 0]


# Main roads: two carriageways in the west, y = 0 and y = 20, from (0, y) to (200, y); streets over them at x = 100,
# 0 and 200; and a bridge over both at x = 150, from 21 to 20. A ring of main roads around (500, 0).
CARRIAGEWAYS: dict[int, tuple[float, float]] = {
    **{i: (100.0 * i, 0.0) for i in range(3)},
    **{10 + i: (100.0 * i, 20.0) for i in range(3)},
    20: (100, -80),
    21: (100, 100),
    22: (150, -80),
    23: (150, 100),
}
OVER: list[Edge] = [(20, 1, False), (1, 11, False), (11, 21, False), (20, 22, False), (21, 23, False)]
BOTH: list[Edge] = [(0, 1, True), (1, 2, True), (10, 11, True), (11, 12, True)]
RING: dict[int, tuple[float, float]] = {
    **{1: (20, 0), 2: (0, 20), 3: (-20, 0), 4: (0, -20)},
    **{11: (120, 0), 12: (0, 120), 13: (-120, 0), 14: (0, -120), 15: (80, 60)},
}
ROUND: list[Edge] = [(1, 2, True), (2, 3, True), (3, 4, True), (4, 1, True)]


@pytest.mark.parametrize("penalty_m", [0, 1, 30])
@pytest.mark.parametrize("bridge", [False, True])
def test_two_carriageways_are_two_crossings_and_a_bridge_is_none(penalty_m: int, bridge: bool) -> None:
    edges = [*BOTH, *OVER, *([(22, 23, False)] if bridge else [])]
    graph = graph_of(CARRIAGEWAYS, edges)
    walking = walking_graph(graph, penalty_m=penalty_m)
    assert counted(walking, (100, -80), (100, 100)) == (
        2,
        2,
    )  # 180 m and two penalties, or 280 m by the bridge
    assert counted(walking, (150, -80), (150, 100)) == ((0, 0) if bridge else (2, 2))
    assert counted(walking, (100, -80), (100, 10)) == (1, 1)  # between the carriageways
    assert counted(walking, (100, -80), (60, -5)) == (0, 0)  # along the near one


@pytest.mark.parametrize("penalty_m", [0, 1, 30])
def test_a_roundabout_of_main_roads_is_walked_round_without_crossing(penalty_m: int) -> None:
    # given: four main roads into a ring, and a side street between the eastern and the northern one
    spokes = [(1, 11, True), (2, 12, True), (3, 13, True), (4, 14, True)]
    walking = walking_graph(graph_of(RING, [*ROUND, *spokes]), penalty_m=penalty_m)
    # when, then: from the north-eastern side of one road round to the side of the other that it touches
    assert counted(walking, (100, 5), (5, 100)) == (0, 0)
    # to the far side of that road, and to the road opposite: one and one more
    assert counted(walking, (100, 5), (-5, 100)) == (1, 1)
    assert counted(walking, (100, 5), (-5, -100)) == (2, 2)


def test_of_equally_short_ways_the_one_with_the_fewest_crossings_counts() -> None:
    # given: two ways round a block from 1 to 3; at 2 a main road parts them, at 4 none does
    block: dict[int, tuple[float, float]] = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)}
    ends: dict[int, tuple[float, float]] = {5: (200, -50), 6: (50, 50)}
    streets = [(1, 2, False), (2, 3, False), (3, 4, False), (5, 2, True), (2, 6, True)]
    one_way, two_ways = (graph_of({**block, **ends}, [*streets, *more]) for more in ([], [(1, 4, False)]))
    # when, then
    assert counted(walking_graph(one_way), (0, 0), (100, 100)) == (1, 1)
    assert counted(walking_graph(two_ways), (0, 0), (100, 100)) == (0, 0)
    assert walk(walking_graph(two_ways), (0, 0), (100, 100)) == 200_000


def test_without_a_penalty_houses_on_both_sides_reach_each_other_across_and_cross_once() -> None:
    # as long as it is without any main road, and counted
    plain = graph_of(PLACES, [(a, b, False) for a, b, _ in [*MAIN_ROAD, *SIDE_STREETS]])
    for start, end in [((50, 5), (50, -5)), ((90, 5), (90, -5)), (NORTH_HOUSE, SOUTH_HOUSE)]:
        assert walk(walking_graph(town()), start, end) == walk(walking_graph(plain), start, end)
        assert counted(walking_graph(town()), start, end) == (1, 1)
        assert counted(walking_graph(plain), start, end) == (0, 0)


grids = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from("EN"), st.booleans()),
    min_size=3,
    max_size=28,
)
spots = st.tuples(st.integers(-5, 45), st.integers(-5, 45))


def _grid(pieces: list[tuple[int, int, str, bool]]) -> dict[tuple[int, int], bool]:
    """Pieces of a street grid of ten metres; node of column x and row y is 10 x + y."""
    found: dict[tuple[int, int], bool] = {}
    for x, y, way, main in pieces:
        to = (x + 1, y) if way == "E" else (x, y + 1)
        key = (10 * x + y, 10 * to[0] + to[1])
        found[key] = found.get(key, False) or main
    return found


# a main road that touches no other street is walked round at its end, and not crossed
@example([(0, 0, "E", False), (0, 1, "N", True)], (0, 11), (1, 11), 7)
@given(grids, spots, spots, st.sampled_from([0, 7, 60]))
def test_distances_agree_with_plain_dijkstra(
    pieces: list[tuple[int, int, str, bool]], start: tuple[int, int], end: tuple[int, int], penalty_m: int
) -> None:
    # given
    pairs = _grid(pieces)
    places = {node: (10.0 * (node // 10), 10.0 * (node % 10)) for pair in pairs for node in pair}
    edges = [(a, b, main) for (a, b), main in sorted(pairs.items())]
    graph = graph_of(places, edges)
    walking = walking_graph(graph, penalty_m=penalty_m)
    one, school = snapped(graph, start), snapped(graph, end)
    # when
    found = walks(walking, one, school)
    length, crossed = int(lengths_mm(found)[0, 0]), int(crossings_on(found)[0, 0])
    # then
    plain = PlainStreets(
        {str(i): at for i, at in places.items()}, [(str(a), str(b), m) for a, b, m in edges], penalty_m * 1000
    )
    assert (length, crossed) == _plain_walk(plain, one, school)
    told = way(walking, start, end)
    assert ((told.walk_mm, told.crossings) if told else (NO_WAY, 0)) == (length, crossed)
    if told:
        assert told.way_mm >= told.straight_mm
        back = way(walking, end, start)
        assert back is not None
        assert (back.walk_mm, back.crossings) == (length, crossed)


def _plain_walk(plain: PlainStreets, point: Snaps, school: Snaps) -> tuple[int, int]:
    """Return millimetres and crossings."""
    if not (point.found[0] and school.found[0]):
        return NO_WAY, 0

    def ends(snap: Snaps) -> list[tuple[tuple[int, int, int], int]]:
        edge, side, off = int(snap.edge[0]), int(snap.side[0]), int(snap.off_mm[0])
        side = side if plain.is_main(edge) else 0
        return [((edge, side, 0), off + int(snap.to_a_mm[0])), ((edge, side, 1), off + int(snap.to_b_mm[0]))]

    best = plain.distances(ends(school))
    ways = [(best[state][0] + cost, best[state][1]) for state, cost in ends(point) if state in best]
    apart = point.side[0] != school.side[0] and plain.is_main(int(point.edge[0]))
    if point.edge[0] == school.edge[0] and not (apart and plain.penalty_mm):
        between = math.hypot(point.foot_x_m[0] - school.foot_x_m[0], point.foot_y_m[0] - school.foot_y_m[0])
        ways.append((int(point.off_mm[0]) + math.ceil(between * 1000) + int(school.off_mm[0]), int(apart)))
    return min(ways, default=(NO_WAY, 0))


@given(st.integers(0, 2**32 - 1))
def test_no_way_is_shorter_than_the_straight_line_and_no_detour_is_shorter_than_the_way(seed: int) -> None:
    # given: a random town of scattered nodes
    rng = np.random.default_rng(seed)
    places = {i: tuple(rng.uniform(0, 1000, 2).round(3).tolist()) for i in range(12)}
    edges = [(int(a), int(b), bool(rng.random() < 0.3)) for a, b in rng.integers(0, 12, (24, 2)) if a != b]
    used = {node for a, b, _ in edges for node in (a, b)}
    graph = graph_of({i: places[i] for i in used}, edges)
    at = snapped(graph, *(tuple(rng.uniform(0, 1000, 2)) for _ in range(5)), limit_m=5000)
    # when
    found = lengths_mm(walks(walking_graph(graph, penalty_m=20), at, at))
    # then
    straight = straight_mm(at.x_m, at.y_m, at.x_m, at.y_m)
    has_way = found != NO_WAY
    assert (found[has_way] >= straight[has_way]).all()
    assert (found == found.T).all()
    for i, j, k in np.ndindex(5, 5, 5):
        if has_way[i, j] and has_way[j, k]:
            # over the door of j: its snap is walked in and out, so the detour is at least as long (a mm a piece)
            assert found[i, k] <= found[i, j] + found[j, k] + 2


def test_a_network_with_every_street_closed_has_no_way() -> None:
    graph = edited(town(), Edits(closed=[(a, b) for a, b, _ in [*MAIN_ROAD, *SIDE_STREETS]])).graph
    walking = walking_graph(graph, penalty_m=100)
    house, school = snapped(graph, NORTH_HOUSE), snapped(graph, SOUTH_HOUSE)
    assert (graph.n_nodes, islands_of(graph)[1]) == (0, ())
    assert walks(walking, house, school).tolist() == [[NO_WAY]]
    assert route(walking, fields_from(walking, school)[0], school, house) is None
    assert pack(unpack(pack(graph))) == pack(graph)
