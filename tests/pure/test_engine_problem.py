"""Building a problem: what is refused and in which words, and that the order of the input does not matter."""

import math
import time
from typing import Any

import numpy as np
import pytest

from tests.pure.engine_worlds import distance_mm, street
from zoning.engine.building import build_problem
from zoning.engine.constraints import allowed_pairs
from zoning.engine.faults import ProblemFault
from zoning.engine.problem import School, Unit, Wishes
from zoning.engine.solve import Options, solve

UNITS, SCHOOLS, PAIRS = street([5, 5, 5, 5], {0: 20, 3: 20})


def codes_of(caught: pytest.ExceptionInfo[ProblemFault]) -> set[str]:
    return {fault.code for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("units", "schools", "pairs", "code"),
    [
        ([], [], [], "no_units"),
        (UNITS, [], PAIRS, "no_schools"),
        ([*UNITS, UNITS[0]], SCHOOLS, PAIRS, "unit_twice"),
        (UNITS, [*SCHOOLS, SCHOOLS[0]], PAIRS, "school_twice"),
        ([*UNITS[1:], Unit("u0", -1, 0, 0)], SCHOOLS, PAIRS, "children_negative"),
        ([*UNITS[1:], Unit("u0", 1, float("nan"), 0)], SCHOOLS, PAIRS, "point_missing"),
        (UNITS, [School("a", "u0", -1)], PAIRS, "seats_negative"),
        (UNITS, [School("a", "away", 1)], PAIRS, "school_unit_unknown"),
        (UNITS, [*SCHOOLS, School("b", "u0", 1)], PAIRS, "unit_has_two_schools"),
        (UNITS, SCHOOLS, [*PAIRS, ("u0", "away")], "adjacency_unknown"),
        (UNITS, SCHOOLS, PAIRS[:1], "joined_to_no_school"),
    ],
)
def test_faulty_input_is_refused(
    units: list[Unit], schools: list[School], pairs: list[tuple[str, str]], code: str
) -> None:
    with pytest.raises(ProblemFault) as caught:
        build_problem(units, schools, pairs)

    assert code in codes_of(caught)


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        (Wishes(locked={"away": "s0"}), "wish_unknown_unit"),
        (Wishes(forbidden=[("u1", "away")]), "wish_unknown_school"),
        (Wishes(locked={"u0": "s3"}), "lock_against_school"),
        (Wishes(locked={"u1": "s3"}, forbidden=[("u1", "s3")]), "lock_forbidden"),
        (Wishes(distance_cap_m=0.0), "cap_negative"),
    ],
)
def test_wishes_that_cannot_be_are_refused(wishes: Wishes, code: str) -> None:
    with pytest.raises(ProblemFault) as caught:
        build_problem(UNITS, SCHOOLS, PAIRS, wishes=wishes)

    assert codes_of(caught) == {code}


@pytest.mark.parametrize(("units", "code"), [([], "no_units"), (UNITS, "no_schools")])
def test_an_empty_table_is_told_alone(units: list[Unit], code: str) -> None:
    with pytest.raises(ProblemFault) as caught:
        build_problem(units, [], PAIRS, wishes=Wishes(locked={"u9": "s9"}))

    assert [fault.code for fault in caught.value.faults] == [code]


def test_the_refusal_names_the_units_in_plain_words() -> None:
    with pytest.raises(
        ProblemFault, match=r"No chain of neighbours leads from these units to any school.*u1, u2"
    ):
        build_problem(UNITS, SCHOOLS, [])


def test_an_enclave_joins_a_unit_that_nothing_else_joins() -> None:
    problem = build_problem(UNITS, SCHOOLS, PAIRS[1:], wishes=Wishes(enclaves=[("u1", "s0"), ("u0", "s0")]))

    assert problem.n_units == 4


def test_the_order_of_the_input_does_not_matter() -> None:
    one = build_problem(UNITS, SCHOOLS, PAIRS)
    other = build_problem(UNITS[::-1], SCHOOLS[::-1], [(b, a) for a, b in PAIRS[::-1]] + PAIRS)

    assert one.unit_ids == other.unit_ids
    assert np.array_equal(one.pairs, other.pairs)
    assert np.array_equal(distance_mm(one), distance_mm(other))


def test_hard_rules_on_pairs() -> None:
    wishes = Wishes(locked={"u1": "s3"}, forbidden=[("u2", "s3")], distance_cap_m=250.0)

    allowed = allowed_pairs(build_problem(UNITS, SCHOOLS, PAIRS, wishes=wishes))

    # u0 and u3 hold the schools; u1 is locked; for u2 one pair is forbidden.
    assert allowed.tolist() == [[True, False], [False, True], [True, False], [False, True]]


def test_a_matrix_replaces_straight_lines_and_a_missing_pair_is_beyond_reach() -> None:
    ways = {("u0", "s0"): 0.0, ("u1", "s0"): 500.0, ("u2", "s3"): 400.5, ("u3", "s3"): 0.0}

    problem = build_problem(UNITS, SCHOOLS, PAIRS, matrix_m=ways)

    assert allowed_pairs(problem).tolist() == [[True, False], [True, False], [False, True], [False, True]]


@pytest.mark.parametrize(
    ("metres", "fault"),
    [
        (0.0, None),
        (8e7, None),
        (math.inf, None),
        (8.1e7, "distance_not_usable"),
        (-1.0, "distance_not_usable"),
        (math.nan, "distance_not_usable"),
    ],
)
def test_stated_distances_are_lengths(metres: float, fault: str | None) -> None:
    world = street([1, 1], {0: 5})
    matrix = {("u0", "s0"): 0.0, ("u1", "s0"): metres}

    if fault is None:
        assert build_problem(*world, matrix_m=matrix).distance_m()[1, 0] == metres
        return
    with pytest.raises(ProblemFault) as refusal:
        build_problem(*world, matrix_m=matrix)
    assert [(one.code, one.ids) for one in refusal.value.faults] == [(fault, ("u1",))]


@pytest.mark.parametrize("pair", [("u9", "s0"), ("u1", "s9")])
def test_distances_of_strangers_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(ProblemFault) as refusal:
        build_problem(*street([1, 1], {0: 5}), matrix_m={pair: 1.0})

    assert [one.code for one in refusal.value.faults] == ["distance_unknown"]


@pytest.mark.parametrize(
    ("children", "seats", "refused"),
    [(2, 5_000_000, False), (2, 5_000_001, True), (4_999_999, 5, False), (5_000_000, 5, True)],
)
def test_more_children_or_seats_than_can_be_reckoned_with_are_refused(
    children: int, seats: int, *, refused: bool
) -> None:
    world = street([1, children], {0: seats})

    if not refused:
        assert build_problem(*world).n_units == 2
        return
    with pytest.raises(ProblemFault, match="more than can be reckoned with"):
        build_problem(*world)


@pytest.mark.parametrize(
    "options",
    [
        {"effort": -1},
        {"effort": -3},
        {"seconds": -1.0},
        {"seconds": math.inf},
        {"seconds": math.nan},
        {"effort": 1, "heat": 0},
    ],
)
def test_options_without_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"effort|seconds|heat"):
        Options(**{"clock": time.monotonic, **options})


@pytest.mark.parametrize("start", [[0], [0, 1], [-2, 0], [0, 0, 0]])
def test_a_plan_to_start_from_fits_the_problem(start: list[int]) -> None:
    problem = build_problem(*street([1, 1], {0: 5}))

    with pytest.raises(ValueError, match="start from"):
        solve(problem, Options(effort=1, start=np.array(start)), seed=1)
    with pytest.raises(ValueError, match="seed"):
        solve(problem, Options(effort=1), seed=-1)
