"""Filling and compactness: worked by hand, in the search, in the files, and on the published county."""

import math
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from benchmarks.loudoun import BEST_PUBLISHED, published_score, read_county, rows, write_files
from config.paths import BASE
from tests.pure.engine_worlds import named
from zoning.engine.building import build_problem
from zoning.engine.canonical import inverse, name_free_order, reordered
from zoning.engine.faults import ProblemFault
from zoning.engine.field import COST
from zoning.engine.files import Tables, read_tables
from zoning.engine.groundwork import lay_ground
from zoning.engine.lane import new_state
from zoning.engine.objective import FULL_AND_ROUND, Weights, compactness, filling, plan_cost
from zoning.engine.problem import Problem, School, Unit
from zoning.engine.search import make_field
from zoning.engine.shapes import ordered
from zoning.engine.solve import Options, solve
from zoning.engine.verify import filling as checked_filling
from zoning.engine.verify import roundness, violations

LCPS = BASE.parent / "shared" / "data" / "lcps"
needs_county = pytest.mark.skipif(not LCPS.exists(), reason="the published data lie beside this repository")


def squares(width: int, height: int, schools: dict[tuple[int, int], int]) -> Tables:
    """Squares of a kilometre with ten children each, in rows and columns."""
    places = list(product(range(width), range(height)))
    pairs = [((x, y), (x + 1, y)) for x, y in places if x + 1 < width]
    pairs += [((x, y), (x, y + 1)) for x, y in places if y + 1 < height]
    borders = {ordered(f"c{a}r{b}", f"c{c}r{d}"): 1000.0 for (a, b), (c, d) in pairs}
    return Tables(
        units=tuple(Unit(f"c{x}r{y}", 10, 0.0, 0.0, (), 1e6, 4000.0) for x, y in places),
        schools=tuple(School(f"s{x}{y}", f"c{x}r{y}", seats) for (x, y), seats in schools.items()),
        adjacency=tuple(sorted(borders)),
        borders_m=dict(sorted(borders.items())),
    )


def problem_of(tables: Tables) -> Problem:
    return build_problem(tables.units, tables.schools, tables.adjacency, borders_m=tables.borders_m)


FOUR = squares(2, 2, {(0, 0): 40, (1, 1): 20})


@pytest.mark.parametrize(
    ("zone", "empty_mm", "shape_mm"),
    [
        # c0r0, c0r1, c1r0, c1r1: halves are rectangles of 2 km by 1 km, roundness 4 pi 2 / 36 = 0.698
        ([0, 0, 1, 1], [500_000, 0], [301_868, 301_868]),
        # an angle of three squares, outline 8 km, 4 pi 3 / 64 = 0.589, and one square, pi / 4
        ([0, 0, 0, 1], [250_000, 500_000], [410_951, 214_602]),
        # too many for s11 by half its seats: the share lacking counts as the share empty
        ([0, 1, 1, 1], [750_000, 500_000], [214_602, 410_951]),
        # everything in one zone: the other has no land and no roundness
        ([0, 0, 0, 0], [0, 1_000_000], [214_602, 1_000_000]),
    ],
)
def test_both_terms_by_hand(zone: list[int], empty_mm: list[int], shape_mm: list[int]) -> None:
    problem, weights = problem_of(FOUR), Weights(filling_m=1000, shape_m=1000)
    load = np.bincount(zone, minlength=2).astype(np.int64) * 10

    empty = filling(problem, weights, load).tolist()
    shape = compactness(problem, weights, np.array(zone)).tolist()

    assert empty == empty_mm
    assert shape == pytest.approx(shape_mm, abs=20)


def test_a_hole_counts_with_its_border() -> None:
    ring = squares(3, 3, {(0, 0): 90, (1, 1): 10})
    problem = problem_of(ring)
    zone = np.array([problem.zone_ids.index("s11" if name == "c1r1" else "s00") for name in problem.unit_ids])

    # given in c1r1 the outline 12 km without and 4 km within: 4 pi 8 / 256
    found = roundness(ring.facts(), dict(named(problem, zone)))

    assert found["s00"] == pytest.approx(math.pi / 8)
    assert compactness(problem, Weights(shape_m=1000), zone)[0] == pytest.approx(607_301, abs=20)


@pytest.mark.parametrize("seed", range(5))
def test_the_search_keeps_the_cost_it_is_told(seed: int) -> None:
    problem = problem_of(squares(5, 4, {(0, 0): 90, (4, 3): 120, (2, 1): 70}))
    weights = Weights(filling_m=700, shape_m=300, balance_m=3)

    solution = solve(problem, Options(effort=1, weights=weights), seed=seed)

    assert solution.lawful
    assert solution.lower_bound <= solution.cost == plan_cost(problem, weights, solution.zone)
    field = make_field(problem, weights, lay_ground(problem, weights), np.zeros(3, dtype=np.int64))
    assert new_state(field, solution.zone, 0, 0).total[COST] == solution.cost


def test_the_best_of_all_plans_of_nine_squares_is_found() -> None:
    tables = squares(3, 3, {(0, 0): 50, (2, 2): 60})
    problem, weights, facts = (
        problem_of(tables),
        Weights(walked_m=0, filling_m=700, shape_m=300),
        tables.facts(),
    )

    solution = solve(problem, Options(effort=2, weights=weights), seed=1)

    plans = (np.array(zone) for zone in product(range(2), repeat=9))
    lawful = [
        plan_cost(problem, weights, zone) for zone in plans if not violations(facts, named(problem, zone))
    ]
    assert len(lawful) > 10
    assert solution.cost == min(lawful)


def test_renaming_and_turning_the_files_changes_nothing() -> None:
    tables = squares(5, 4, {(0, 0): 90, (4, 3): 120, (2, 1): 70})
    rough = replace(
        tables,
        units=tuple(replace(u, area_m2=1e6 + 7 * i, children=10 + i % 3) for i, u in enumerate(tables.units)),
    )
    new = {unit.unit_id: f"u{(7 * i) % 20:02}" for i, unit in enumerate(rough.units)}
    renamed = Tables(
        units=tuple(replace(u, unit_id=new[u.unit_id]) for u in rough.units[::-1]),
        schools=tuple(replace(s, unit_id=new[s.unit_id]) for s in rough.schools[::-1]),
        adjacency=tuple((new[b], new[a]) for a, b in rough.adjacency),
        borders_m={ordered(new[a], new[b]): length for (a, b), length in (rough.borders_m or {}).items()},
    )
    options = Options(effort=1, weights=FULL_AND_ROUND)

    plans = [
        dict(named(problem, solve(problem, options, seed=3).zone))
        for problem in (problem_of(rough), problem_of(renamed))
    ]

    assert {new[unit]: zone for unit, zone in plans[0].items()} == plans[1]


def test_land_keeps_its_units_in_another_order() -> None:
    problem = problem_of(squares(3, 2, {(2, 0): 90, (0, 1): 70}))
    units, zones = name_free_order(problem)
    zone = np.array([0, 1, 0, 1, 1, 1])
    weights = Weights(shape_m=1000)

    turned = compactness(reordered(problem, units, zones), weights, inverse(zones)[zone[units]])

    assert turned[inverse(zones)].tolist() == compactness(problem, weights, zone).tolist()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"units": (replace(FOUR.units[0], area_m2=0.0), *FOUR.units[1:])}, "land_missing"),
        ({"units": (replace(FOUR.units[0], outline_m=math.inf), *FOUR.units[1:])}, "land_missing"),
        ({"borders_m": {("c0r0", "c1r1"): 5.0}}, "border_no_pair"),
        ({"borders_m": {("c0r0", "c0r1"): -1.0}}, "border_no_pair"),
        ({"borders_m": {("c0r1", "c0r0"): 1.0}}, "border_no_pair"),
        ({"borders_m": {("c0r0", "c0r1"): 4041.0}}, "border_too_long"),
    ],
)
def test_land_that_cannot_be_is_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(ProblemFault) as refusal:
        problem_of(replace(FOUR, **change))  # type: ignore[arg-type]  # the table's columns differ in type

    assert [fault.code for fault in refusal.value.faults] == [code]


def test_a_border_may_be_as_long_as_the_outline_and_a_hundredth() -> None:
    assert problem_of(replace(FOUR, borders_m={("c0r0", "c0r1"): 4040.0})).land is not None


def test_compactness_without_land_is_refused() -> None:
    problem = build_problem(FOUR.units, FOUR.schools, FOUR.adjacency)

    with pytest.raises(ProblemFault, match="Compactness cannot count"):
        solve(problem, Options(effort=1, weights=FULL_AND_ROUND), seed=1)


def test_files_state_the_land(tmp_path: Path) -> None:
    write_files(FOUR, tmp_path)

    read = read_tables(tmp_path / "units.csv", tmp_path / "schools.csv", tmp_path / "adjacency.csv")

    assert read == FOUR


def test_files_without_borders_state_no_land(tmp_path: Path) -> None:
    write_files(FOUR, tmp_path)
    (tmp_path / "adjacency.csv").write_text("unit_a,unit_b\nc0r0,c0r1\nc0r1,c1r1\nc1r0,c1r1\n")

    read = read_tables(tmp_path / "units.csv", tmp_path / "schools.csv", tmp_path / "adjacency.csv")

    assert read.borders_m is None
    assert roundness(read.facts(), {}) == {}


@needs_county
def test_the_published_scores_are_read_from_the_published_plans() -> None:
    best = {row["spa"]: row["best_elem"] for row in rows(LCPS / "best_published_plan.csv")}
    in_force = {row["spa"]: row["existing_elem"] for row in rows(LCPS / "units.csv")}

    assert published_score(LCPS, best) == pytest.approx(BEST_PUBLISHED, abs=5e-5)
    assert published_score(LCPS, in_force) == pytest.approx(18.119, abs=5e-4)


@needs_county
def test_a_short_search_beats_the_best_published_plan_lawfully() -> None:
    tables = read_county(LCPS)
    problem = problem_of(tables)

    solution = solve(problem, Options(effort=1, weights=FULL_AND_ROUND), seed=1)

    plan = dict(named(problem, solution.zone))
    score, facts = published_score(LCPS, plan), tables.facts()
    assert violations(facts, list(plan.items())) == ()
    assert score < 13.9 < BEST_PUBLISHED
    off, bent = sum(checked_filling(facts, plan).values()), 57 - sum(roundness(facts, plan).values())
    assert 0.7 * off + 0.3 * bent == pytest.approx(score, abs=1e-9)
    assert solution.cost / 1e9 == pytest.approx(score, abs=1e-3)
