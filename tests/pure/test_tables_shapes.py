"""Polygons that should tile: faults are named by pair and area, and mended only when asked for."""

import numpy as np
import pytest
import shapely

from geo_data.tables.borders import note_islands, shared_borders
from geo_data.tables.coverage import Repair, mend_coverage, mend_polygons, note_apart, note_gaps, note_parts
from geo_data.tables.findings import Findings

CODES = ["A", "B", "C"]
BOWTIE = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


def _shapes(*shapes: shapely.Geometry) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    return np.array(shapes, dtype=object)


def _values(findings: Findings, code: str) -> list[str]:
    return [finding.value for finding in findings.kept() if finding.code == code]


def test_an_invalid_polygon_is_severe_until_mending_is_asked_for() -> None:
    refused, mended = Findings(), Findings()

    mend_polygons(_shapes(BOWTIE), [2], CODES, (), refused)
    after = mend_polygons(_shapes(BOWTIE), [2], CODES, [Repair.MAKE_VALID], mended)

    assert (refused.counts(), refused.refuses) == ({"polygon_invalid": 1}, True)
    assert (mended.counts(), mended.refuses) == ({"polygon_mended": 1}, False)
    assert shapely.is_valid(after[0])
    assert after[0].area == 50


def test_a_hair_of_overlap_is_mended_within_the_tolerance() -> None:
    shapes = _shapes(shapely.box(0, 0, 100, 100), shapely.box(99.9996, 0, 200, 100))
    refused, mended = Findings(), Findings()

    mend_coverage(shapes, CODES, (), refused)
    after = mend_coverage(shapes, CODES, [Repair.SNAP], mended)

    assert _values(refused, "coverage_fault") == ["A – B: 0.04 m²"]
    assert not mended.refuses
    assert _values(mended, "coverage_mended") == ["A – B: 0.04 m², 1 mm"]
    assert shapely.coverage_is_valid(after)
    assert round(float(shapely.area(after).sum()), 6) == 20000


def test_an_overlap_wider_than_the_tolerance_is_nobodys_to_mend() -> None:
    shapes, findings = _shapes(shapely.box(0, 0, 100, 100), shapely.box(99, 0, 200, 100)), Findings()

    after = mend_coverage(shapes, CODES, [Repair.SNAP], findings)

    assert findings.refuses
    assert _values(findings, "overlap") == ["A – B: 100 m²"]
    assert after is shapes


def test_a_corner_on_a_neighbours_edge_is_a_fault_without_area() -> None:
    shapes = _shapes(
        shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 50), shapely.box(100, 50, 200, 100)
    )
    findings = Findings()

    after = mend_coverage(shapes, CODES, [Repair.SNAP], findings)

    assert not findings.refuses
    assert shapely.coverage_is_valid(after)
    assert {pair: round(metres) for pair, metres in shared_borders(after).items()} == {
        (0, 1): 50,
        (0, 2): 50,
        (1, 2): 100,
    }


def _with_crack(width: float) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """Two blocks with a closed crack of 20 m between them, `width` wide in its middle half."""
    right = [
        (200, 0),
        (200, 100),
        (100, 100),
        (100, 60),
        (100 + width, 55),
        (100 + width, 45),
        (100, 40),
        (100, 0),
    ]
    left = [(0, 0), (100, 0), (100, 40), (100, 60), (100, 100), (0, 100)]
    return _shapes(shapely.Polygon(left), shapely.Polygon(right))


@pytest.mark.parametrize(
    ("width_m", "tolerance_m", "closed"),
    [(0.5, 1.0, True), (0.5, 0.5, True), (0.5, 0.499, False), (0.0005, 0.001, True), (0.0011, 0.001, False)],
)
def test_a_crack_is_closed_when_it_is_nowhere_wider_than_the_tolerance(
    width_m: float, tolerance_m: float, closed: bool
) -> None:
    shapes, findings = _with_crack(width_m), Findings()

    after = mend_coverage(shapes, CODES, [Repair.SNAP], findings, tolerance_m=tolerance_m)
    note_gaps(after, CODES, findings)

    assert dict(findings.counts()) == ({"coverage_mended": 1} if closed else {"slivers": 1})
    assert (round(float(shapely.area(after).sum()), 6) == 20000) is closed
    assert shapely.coverage_is_valid(after)


def test_a_closed_crack_is_named_with_the_units_around_its_area_and_the_tolerance() -> None:
    findings = Findings()

    mend_coverage(_with_crack(0.5), CODES, [Repair.SNAP], findings, tolerance_m=0.5)

    assert _values(findings, "coverage_mended") == ["A, B: 7.5 m², 500 mm"]


def test_nobody_closes_a_crack_unasked_and_corners_stay_where_closing_needs_no_move() -> None:
    shapes, findings = _with_crack(0.5), Findings()

    assert mend_coverage(shapes, CODES, [Repair.MAKE_VALID], findings, tolerance_m=1.0) is shapes
    assert not findings.kept()
    after = mend_coverage(shapes, CODES, [Repair.SNAP], findings, tolerance_m=1.0)

    corners = {tuple(map(float, corner)) for corner in shapely.get_coordinates(after)}
    assert corners <= {tuple(map(float, corner)) for corner in shapely.get_coordinates(shapes)}


@pytest.mark.parametrize(("tolerance_m", "closed"), [(0.3, True), (0.29, False)])
def test_a_crack_open_to_the_outside_is_closed_within_the_tolerance(tolerance_m: float, closed: bool) -> None:
    # given two rows of blocks that stand 0.3 m apart, so that they share no border
    box = shapely.box
    shapes = _shapes(
        *(box(0, 0, 100, 100), box(100, 0, 200, 100)), *(box(0, 100.3, 100, 200), box(100, 100.3, 200, 200))
    )
    codes, findings = ["A", "B", "C", "D"], Findings()

    after = mend_coverage(shapes, codes, [Repair.SNAP], findings, tolerance_m=tolerance_m)
    note_apart(after, codes, findings)

    mended = {"A, B, C, D: 60 m², 300 mm"} if closed else set()
    assert set(_values(findings, "coverage_mended")) == mended
    assert _values(findings, "neighbours_apart") == ([] if closed else ["A – C: 300 mm", "B – D: 300 mm"])
    assert ((0, 2) in shared_borders(after)) is closed


def test_blocks_a_street_apart_or_touching_at_a_corner_are_no_crack() -> None:
    findings = Findings()
    across = _shapes(shapely.box(0, 0, 100, 100), shapely.box(101, 0, 200, 100))
    corner = _shapes(shapely.box(0, 0, 100, 100), shapely.box(100.3, 100.3, 200, 200))

    note_apart(across, CODES, findings)
    note_apart(corner, CODES, findings)

    assert not findings.kept()


def test_a_unit_that_closing_would_swallow_refuses_the_repair() -> None:
    # given a unit of 0.2 m between two blocks
    shapes = _shapes(
        shapely.box(0, 0, 100, 100), shapely.box(100, 0, 100.2, 100), shapely.box(100.7, 0, 200, 100)
    )
    findings = Findings()

    mend_coverage(shapes, CODES, [Repair.SNAP], findings, tolerance_m=1.0)

    assert findings.refuses
    assert _values(findings, "coverage_fault") == ["B"]


def test_gaps_are_named_with_the_units_around_and_slivers_counted_together() -> None:
    frame = shapely.box(0, 0, 100, 100)
    lake, crack = shapely.box(40, 40, 60, 60), shapely.box(10, 10, 10.2, 30)
    findings = Findings()

    note_gaps(_shapes(frame - lake - crack), CODES, findings)

    assert _values(findings, "gap") == ["A: 400 m²"]
    assert _values(findings, "slivers") == ["1: 4 m², ≤ 200 mm"]
    assert not findings.refuses


def test_borders_are_shared_sides_in_metres_and_corners_are_none() -> None:
    shapes = _shapes(shapely.box(0, 0, 30, 40), shapely.box(30, 0, 60, 40), shapely.box(30, 40, 60, 80))

    assert shared_borders(shapes) == {(0, 1): 40.0, (1, 2): 30.0}


def test_units_without_neighbours_and_separate_parts_are_named() -> None:
    findings = Findings()
    shapes = _shapes(*(shapely.box(20 * i, 0, 20 * i + 10, 10) for i in range(6)))

    note_islands([(0, 1), (1, 2), (3, 4)], ["A", "B", "C", "D", "E", "F"], shapes, findings)

    assert _values(findings, "no_neighbour") == ["F"]
    assert _values(findings, "islands") == ["2: D, E"]


def test_units_of_several_parts_are_noted() -> None:
    two, findings = shapely.union(shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)), Findings()

    note_parts(_shapes(two, shapely.box(8, 8, 9, 9)), [2, 3], CODES, findings)

    assert _values(findings, "multi_part") == ["A: 2"]
