"""The back-test finds back what generated the data, and the band holds what it promises."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from geo_data.projection.band import band, spreads_by_lead
from geo_data.projection.capture import fit_capture, past_years
from geo_data.projection.frame import frame_of
from geo_data.projection.project import Projected, project
from geo_data.projection.records import Method, PastClaim, Place
from tests.pure.projection_world import METHOD, claim, cohorts, generated, many_places, source

ROOT = Path(__file__).parents[2]


def _projected(claims: tuple[PastClaim, ...]) -> Projected:
    return project(source(places=many_places(), births=cohorts("U000", (20,) * 6), claims=claims))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rate_that_generated_the_past_is_recovered_within_a_percent(seed: int) -> None:
    # given every unit has the true rate 0.8 and 6,000 children in five years: s.e. 0.5 percentage points
    found = _projected(generated(seed, years=6))

    # then two standard errors hold, and the units are pulled together, since nothing but chance divides them
    assert abs(float(found.rates.district[0]) - 0.8) < 0.0104
    assert float(found.rates.unit_strength[0]) >= 200
    assert float(np.abs(found.rates.rates[:-1, 0] - 0.8).max()) < 0.05


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_spread_that_generated_the_past_is_recovered_and_shrinking_helps(seed: int) -> None:
    # given rates around 0.8 with a spread of 0.5 in logits: true strength 1 / rho - 1 of about 25
    rng = np.random.default_rng(seed)
    true = 1 / (1 + np.exp(-(np.log(4) + 0.5 * rng.standard_normal(60))))
    claims = generated(seed, years=3, spread=0.5)
    variance = float(true.var() / (true.mean() * (1 - true.mean())))

    # when
    frame = frame_of(source(places=many_places(), claims=claims))
    past = past_years(claims, frame)
    fit = fit_capture(past, frame, until=2025, method=METHOD)

    # then the strength is within a factor of two and a half, and the rates are nearer to the truth than raw shares
    assert 1 / 2.5 < float(fit.unit_strength[0]) / (1 / variance - 1) < 2.5
    n = np.stack([year.children for year in past.values()]).sum(axis=0)[:-1, 0]
    k = np.stack([year.enrolled for year in past.values()]).sum(axis=0)[:-1, 0]
    shrunk, raw = np.abs(fit.rates[:-1, 0] - true).mean(), np.abs(k / n - true).mean()
    assert shrunk < raw


def test_back_test_error_is_that_of_chance_when_the_method_is_right() -> None:
    # given only chance divides school figures of about 160 from 0.8 x 200: mean error sqrt(2 / pi) x sqrt(32) = 4.5
    found = _projected(generated(5, years=12))

    # then about 2.8 %, and no bias beyond chance
    score = next(one for one in found.back_test.scores if (one.level, one.lead) == ("school", 1))
    assert 180 < score.error < 400
    assert abs(score.bias) < 100
    assert (score.years, score.figures) == (11, 66)


@pytest.fixture(scope="module")
def thirty_counties() -> list[Projected]:
    return [_projected(generated(seed, years=4)) for seed in range(30)]


@pytest.mark.parametrize("level", ["unit", "school", "district"])
def test_band_holds_eight_of_ten_of_years_it_has_not_seen(
    level: str, thirty_counties: list[Projected]
) -> None:
    # given thirty counties, every past year judged by the band of the others
    scores = [one for found in thirty_counties for one in found.back_test.scores]
    of_level = [one for one in scores if (one.level, one.lead) == (level, 1)]

    # then about the eighty promised; whole children make it more where figures are small: never a band for show
    share = sum(one.inside for one in of_level) / sum(one.judged for one in of_level)
    assert 0.76 <= share <= (0.97 if level == "unit" else 0.93), share


def test_two_held_back_years_give_a_band_and_one_gives_none() -> None:
    three = _projected(generated(1, years=3))
    two = _projected(generated(1, years=2))

    assert three.low is not None
    assert [one.years for one in three.back_test.scores if one.level == "school"] == [2, 1]
    assert two.low is None
    assert two.back_test.spreads == {"unit": {}, "school": {}, "district": {}}
    assert "no_band" in [one.code for one in two.assumptions]


def test_lead_with_too_few_years_takes_the_stretched_spread_of_a_shorter_one() -> None:
    # given errors of lead 1 in two years and of lead 4 in one
    errors = {
        1: {2024: np.linspace(-2, 2, 20), 2025: np.linspace(-2, 2, 20)},
        4: {2025: np.array([9.0])},
    }

    # when
    found = spreads_by_lead(errors, (1, 4), Method())

    # then lead 4 is lead 1 times the root of 4
    assert (found[1].measured_at, found[4].measured_at) == (1, 1)
    assert found[4].high == pytest.approx(2 * found[1].high, abs=2)
    assert found[4].low == pytest.approx(2 * found[1].low, abs=2)


def test_tails_are_counted_where_there_are_errors_enough() -> None:
    # given 19 errors, a tenth of 20 is 2: the second smallest and second largest
    errors = {1: {2024: np.arange(-6.0, 4.0), 2025: np.arange(4.0, 13.0)}}

    found = spreads_by_lead(errors, (1,), Method())

    assert (found[1].low, found[1].high, found[1].samples) == (-5000, 11000, 19)


@pytest.mark.parametrize(
    ("errors", "ends"),
    [
        ((2.0, 2.0), (-2000, 2000)),  # no scatter at all, and both too few
        ((-2.0, -2.0), (-2000, 2000)),
        ((1.0, 1.2), (-1634, 1634)),  # 1.1 + 3.078 x 0.1414 x 1.2247: all above zero
        ((0.1, 0.3), (-334, 734)),  # 0.2 -+ 0.534: zero is inside, and nothing is done
        ((2.0,) * 20, (-2000, 2000)),  # counted, not computed
    ],
)
def test_errors_all_on_one_side_reach_as_far_on_the_other(
    errors: tuple[float, ...], ends: tuple[int, int]
) -> None:
    half = len(errors) // 2
    by_year = {2024: np.array(errors[:half]), 2025: np.array(errors[half:])}

    found = spreads_by_lead({1: by_year}, (1,), Method())[1]

    assert (found.low, found.high) == ends
    low, high = band(np.array([2854], dtype=np.int64), found)
    assert low[0] < 2854 < high[0]


def test_held_back_year_is_projected_without_itself() -> None:
    # given A has the rate 1 until 2024, and nobody comes in 2025
    claims = (*(claim(year, "A", 100, 100) for year in (2022, 2023, 2024)), claim(2025, "A", 100, 0))
    found = project(source(births=cohorts("A", (100,)), claims=claims))

    lines = {one.year: one for one in found.back_test.schools if one.lead == 1}
    assert (lines[2025].projected, lines[2025].actual) == (100, 0)


def test_cohorts_beyond_the_census_are_carried_in_the_back_test_too() -> None:
    # given no census: all coming cohorts are carried on from the last past one, and so are those held back
    claims = tuple(
        claim(year, "A", number, number) for year, number in ((2023, 100), (2024, 120), (2025, 150))
    )

    found = project(source(claims=claims))

    lines = {(one.year, one.lead): one.projected for one in found.back_test.schools}
    assert lines == {(2024, 1): 100, (2025, 1): 120, (2025, 2): 100}
    assert [int(year.sum()) for year in found.medium] == [150] * 6
    assert found.assumptions[0].code == "no_census"


def test_gap_between_past_and_first_year_counts_as_lead() -> None:
    # given the past ends in 2024 and projecting begins in 2026
    claims = tuple(claim(year, "A", 100, 80 + year - 2020) for year in range(2020, 2025))

    found = project(source(births=cohorts("A", (100,) * 6), claims=claims))

    assert found.horizon.leads == (2, 3, 4, 5, 6, 7)
    assert found.base_year == 2024


def test_same_answer_in_a_fresh_process() -> None:
    code = (
        "from tests.pure.test_projection_backtest import _projected, generated\n"
        "import hashlib\nfound = _projected(generated(7, years=5, spread=0.3))\n"
        "print(hashlib.sha256(found.expected.tobytes() + repr(found.back_test).encode()).hexdigest())"
    )

    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }

    assert len(said) == 1


def test_places_of_the_generator_are_those_of_its_claims() -> None:
    assert {one.unit for one in generated(1, years=2)} == {place.unit for place in many_places()}
    assert many_places()[0] == Place("U000", "T0")
