"""Units that are points: what adjoins what, whatever their order and names, and nothing is shut off."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_data.streets.graph import StreetGraph, make_graph
from geo_data.streets.neighbours import street_neighbours
from geo_data.tables.point_neighbours import Neighbours, point_neighbours

Points = list[tuple[int, int]]


def neighbours(points: Points, codes: list[str] | None = None) -> Neighbours:
    x_m, y_m = (np.array([point[axis] for point in points], dtype=np.float64) for axis in (0, 1))
    return point_neighbours(x_m, y_m, codes or [f"u{i}" for i in range(len(points))])


def test_points_of_a_grid_adjoin_their_sides_and_never_jump_over_one() -> None:
    points = [(100 * i, 100 * j) for i in range(4) for j in range(4)]

    found = neighbours(points)

    sides = {
        (a, b) for a, b in combinations(range(16), 2) if np.hypot(*np.subtract(points[a], points[b])) == 100
    }
    assert sides <= set(found.pairs)
    assert max(np.hypot(*np.subtract(points[a], points[b])) for a, b in found.pairs) < 142
    assert found.joined == ()


@pytest.mark.parametrize("step", [(100, 0), (0, 100), (30, 70), (1, 1)])
def test_points_in_a_line_adjoin_the_next_ones(step: tuple[int, int]) -> None:
    order = [3, 0, 4, 1, 2]

    found = neighbours([(step[0] * i, step[1] * i) for i in order])

    where = {place: i for i, place in enumerate(order)}
    assert set(found.pairs) == {tuple(sorted((where[a], where[b]))) for a, b in pairwise(range(5))}


def test_points_nearly_in_a_line_are_joined_too() -> None:
    x_m = np.array([0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0])
    y_m = np.array([0.0, 0.001, 0.0, 0.001, 0.0, 0.001])

    found = point_neighbours(x_m, y_m, list("abcdef"))

    assert {(i, i + 1) for i in range(5)} <= set(found.pairs)


def test_units_of_one_place_adjoin_each_other_and_what_adjoins_the_place() -> None:
    found = neighbours([(0, 0), (0, 0), (100, 0), (100, 0)])

    assert found.pairs == ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))


def test_many_units_of_one_place_adjoin_its_first_unit_by_code() -> None:
    codes = [f"u{i:02}" for i in reversed(range(30))]

    found = neighbours([(0, 0)] * 30, codes)

    assert found.pairs == tuple((i, 29) for i in range(29))


def test_one_unit_and_none_have_no_neighbours() -> None:
    assert neighbours([(5, 5)]).pairs == ()
    assert neighbours([]).pairs == ()


def test_two_villages_far_apart_are_joined_by_their_shortest_link_and_it_is_told() -> None:
    village = [(100 * i + 7 * j, 90 * j) for j in range(2) for i in range(3)]

    found = neighbours([*village, *((x + 3000, y) for x, y in village)])

    assert found.joined == ((5, 6),)
    assert [pair for pair in found.pairs if pair[0] < 6 <= pair[1]] == [(5, 6)]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_unit_is_joined_and_neither_order_nor_names_decide(data: st.DataObject) -> None:
    few = st.tuples(st.integers(0, 4), st.integers(0, 4))
    many = st.tuples(st.integers(-3000, 3000), st.integers(-3000, 3000))
    points = data.draw(st.lists(st.one_of(few, many), min_size=1, max_size=40))
    order = data.draw(st.permutations(range(len(points))))
    names = data.draw(st.permutations([f"n{i}" for i in range(len(points))]))

    found = neighbours(points)
    again = neighbours([points[i] for i in order], list(names))

    assert are_joined(len(points), found.pairs)
    assert set(found.joined) <= set(found.pairs)
    assert {tuple(sorted((order[a], order[b]))) for a, b in again.pairs} == set(found.pairs)


def are_joined(n: int, pairs: tuple[tuple[int, int], ...]) -> bool:
    reached = {0}
    for _ in range(n):
        reached |= {end for pair in pairs if reached & set(pair) for end in pair}
    return len(reached) == n


def streets(points: Points, edges: list[tuple[int, int]]) -> StreetGraph:
    ids = np.arange(len(points))
    x_m, y_m = (np.array([point[axis] for point in points], dtype=np.float64) for axis in (0, 1))
    a, b = (np.array([edge[end] for edge in edges]) for end in (0, 1))
    return make_graph(
        (ids, x_m, y_m), (a, b), main=np.zeros(len(a), bool), street=np.zeros(len(a), np.int64), names=("",)
    )


def test_a_river_parts_what_straight_lines_would_join() -> None:
    # Two streets along a river, joined by a bridge at their east end; the houses stand 60 m apart across it.
    houses = [(x, y) for y in (0, 60) for x in range(0, 2000, 100)]
    graph = streets([(0, 0), (2000, 0), (2000, 60), (0, 60)], [(0, 1), (1, 2), (2, 3)])
    x_m, y_m = (np.array([house[axis] for house in houses], dtype=np.float64) for axis in (0, 1))

    across = street_neighbours(graph, x_m, y_m)
    found = point_neighbours(
        x_m, y_m, [f"u{i}" for i in range(40)], lambda x, y: street_neighbours(graph, x, y)
    )

    assert {(int(a), int(b)) for a, b in across if (a < 20) != (b < 20)} <= {
        (a, b) for a in range(15, 20) for b in range(35, 40)
    }
    assert (0, 20) not in found.pairs
    assert (19, 39) in found.pairs
    assert are_joined(40, found.pairs)
    assert found.joined == ()


def test_places_without_a_street_are_joined_and_told() -> None:
    houses = [*((100 * i, 0) for i in range(8)), (400, 5000)]
    graph = streets([(0, 0), (700, 0)], [(0, 1)])
    x_m, y_m = (np.array([house[axis] for house in houses], dtype=np.float64) for axis in (0, 1))

    found = point_neighbours(x_m, y_m, list("abcdefghi"), lambda x, y: street_neighbours(graph, x, y))

    assert are_joined(9, found.pairs)
    assert found.joined == ((4, 8),)
