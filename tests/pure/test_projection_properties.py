"""What holds for every projection: sums, order, size, sign."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_data.projection.band import Spread, band, is_inside
from geo_data.projection.project import ProjectionGap, project
from geo_data.projection.records import Born, Estate, GradePupils, Moves, PastClaim, Source
from geo_data.projection.rounding import half_up, thousandths, whole_by_group, whole_children
from tests.pure.projection_world import source

UNITS = st.sampled_from(["A", "B", "C", "nowhere"])
CATEGORIES = st.sampled_from(["registered", "migrant"])
births = st.lists(
    st.builds(Born, UNITS, st.dates(date(2014, 9, 1), date(2025, 12, 31)), CATEGORIES, st.integers(1, 40)),
    min_size=1,
    max_size=30,
)


def _claim(year: int, unit: str, category: str, school: str, children: int, share: int) -> PastClaim:
    return PastClaim(year, unit, category, school, children, children * share // 100)


claims = st.lists(
    st.builds(
        _claim,
        st.integers(2018, 2025),
        UNITS,
        CATEGORIES,
        st.sampled_from(["S", "T"]),
        st.integers(0, 50),
        st.integers(0, 100),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda one: (one.year, one.unit, one.category),
)
moves = st.lists(
    st.builds(Moves, st.integers(2020, 2025), st.integers(0, 5), st.integers(0, 80), st.integers(-120, 90)),
    max_size=8,
)
grades = st.lists(
    st.builds(
        GradePupils,
        st.integers(2020, 2025),
        st.sampled_from(["S", "T"]),
        st.integers(1, 9),
        st.integers(0, 90),
    ),
    max_size=12,
)
estates = st.lists(
    st.builds(
        Estate,
        st.sampled_from(["E1", "E2", "E3"]),
        st.sampled_from(["A", "B", "C"]),
        st.integers(0, 900),
        st.just("other"),
        st.integers(2020, 2033),
        st.integers(0, 100),
    ),
    max_size=3,
)
sources = st.builds(
    lambda b, c, m, g, e: source(
        births=tuple(b), claims=tuple(c), moves=tuple(m), grades=tuple(g), estates=tuple(e)
    ),
    births,
    claims.filter(lambda found: any(one.children for one in found)),
    moves,
    grades,
    estates,
)


@settings(max_examples=25)
@given(sources)
def test_units_add_up_nobody_is_negative_and_claimants_are_children(known: Source) -> None:
    found = project(known)

    assert (found.medium >= 0).all()
    assert (found.medium <= found.children).all()
    for year in range(len(found.years)):
        for category in range(len(found.categories)):
            exact = int(found.expected[year, :, category].sum())
            assert int(found.medium[year, :, category].sum()) == half_up(exact)
    if found.low is not None and found.high is not None:
        assert (found.low >= 0).all()
        assert (found.low <= found.medium).all()
        assert (found.high >= found.medium).all()


@settings(max_examples=20)
@given(sources, st.randoms(use_true_random=False))
def test_order_of_the_input_changes_nothing(known: Source, chance: object) -> None:
    mixed: dict[str, Any] = {
        name: tuple(chance.sample(list(getattr(known, name)), len(getattr(known, name))))  # type: ignore[attr-defined]
        for name in ("places", "births", "claims", "moves", "grades", "estates")
    }

    one, other = project(known), project(replace(known, **mixed))

    for name in ("children", "expected", "medium"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert one.back_test == other.back_test
    assert (one.low is None) == (other.low is None)
    assert one.low is None or np.array_equal(one.low, other.low)  # type: ignore[arg-type]


@settings(max_examples=20)
@given(births)
def test_twice_the_children_are_twice_the_demand(born: list[Born]) -> None:
    # given a census alone, so that every child is a claimant
    once = source(births=tuple(born), as_of=date(2026, 3, 1))
    twice = replace(once, births=tuple(replace(one, children=2 * one.children) for one in born))

    # then thousandths double, within their own rounding, or there was nothing to go on before and after
    try:
        a, b = project(once), project(twice)
    except ProjectionGap:
        return
    assert a.last_counted == b.last_counted
    assert (np.abs(b.expected - 2 * a.expected) <= 1).all()


milli = st.lists(st.integers(0, 30_000), min_size=1, max_size=30)


@given(milli)
def test_largest_remainder_adds_up_and_nobody_is_a_whole_child_off(values: list[int]) -> None:
    exact = np.array(values, dtype=np.int64)

    whole = whole_children(exact)

    assert int(whole.sum()) == half_up(sum(values))
    assert ((whole == exact // 1000) | (whole == exact // 1000 + 1)).all()
    up, down = exact[whole > exact // 1000] % 1000, exact[whole == exact // 1000] % 1000
    assert not len(up) or not len(down) or up.min() >= down.max()


def test_tie_goes_to_the_smaller_code() -> None:
    assert whole_children(np.array([500, 500, 500], dtype=np.int64)).tolist() == [1, 1, 0]
    assert whole_children(np.array([1500, 1500], dtype=np.int64)).tolist() == [2, 1]


def test_limit_is_kept_and_the_next_largest_remainder_is_served() -> None:
    exact, most = np.array([900, 800, 700], dtype=np.int64), np.array([0, 1, 1], dtype=np.int64)

    assert whole_children(exact, most).tolist() == [0, 1, 1]


@given(milli, st.integers(1, 4))
def test_groups_add_up_as_well(values: list[int], count: int) -> None:
    exact = np.array(values, dtype=np.int64)
    groups = np.arange(len(values), dtype=np.int64) % count

    whole = whole_by_group(exact, groups)

    assert int(whole.sum()) == half_up(sum(values))
    for group in set(groups.tolist()):
        assert abs(1000 * int(whole[groups == group].sum()) - int(exact[groups == group].sum())) < 1000


def test_thousandths_of_exact_children() -> None:
    assert thousandths(np.array([0.0, 0.3333, 2.9996])).tolist() == [0, 333, 3000]


def test_band_is_whole_encloses_the_projection_and_never_falls_below_nobody() -> None:
    spread = Spread(low=-1500, high=500, samples=20, years=4, measured_at=1)

    low, high = band(np.array([0, 1, 100], dtype=np.int64), spread)

    assert low.tolist() == [0, 0, 85]  # 100 - 1.5 x 10
    assert high.tolist() == [1, 2, 105]
    assert is_inside(np.array([100, 100, 100]), np.array([85, 105, 106]), spread) == 2


def test_band_of_errors_on_one_side_still_holds_the_projection() -> None:
    low, high = band(np.array([100], dtype=np.int64), Spread(200, 900, 20, 4, 1))

    assert (low.tolist(), high.tolist()) == ([100], [109])
