"""Projections worked out by hand."""

from datetime import date

import pytest

from geo_data.projection.housing import children_of_estate
from geo_data.projection.progression import pupils_of_coming_years
from geo_data.projection.project import ProjectionGap, project
from geo_data.projection.records import GradePupils, Method, Moves, Place
from geo_data.projection.seat_warnings import SeatWarning, Thresholds, seat_warning
from geo_data.projection.survival import fitted_survival, survival_of
from tests.pure.projection_world import METHOD, children, claim, cohorts, estate, source, totals

SIX = (60, 50, 40, 30, 20, 20)


def _codes(found: object) -> list[str]:
    return [one.code for one in found.assumptions]  # type: ignore[attr-defined]


def test_nothing_but_a_census_gives_cohorts_with_every_child_a_claimant() -> None:
    # given a census of all six cohorts
    known = source(births=cohorts("A", SIX), as_of=date(2031, 8, 31), first_year=2026)

    # when
    found = project(known)

    # then
    assert totals(found) == list(SIX)
    assert found.last_counted == 2031
    assert (found.low, found.high, found.back_test.schools) == (None, None, ())
    assert _codes(found) == ["capture_rate_one", "moves_not_known", "no_new_housing", "no_band"]


def test_cohorts_that_nobody_has_counted_are_carried_on_from_the_youngest() -> None:
    # given a census of March 2026: the cohort of 2032 and later is not born, that of 2030 has only three children
    known = source(births=(*cohorts("A", (10, 12, 11, 13, 3)), *cohorts("B", (10, 8, 9, 7, 0))))

    # when
    found = project(known)

    # then the youngest whole cohort is that of 2029 (20 children), and 2030 to 2032 share it like 2027 to 2029:
    # A has 36 of 60, B 24 of 60
    assert found.last_counted == 2029
    assert totals(found) == [20, 20, 20, 20, 20, 20]
    assert children(found, "A") == [10, 12, 11, 13, 12, 12]
    assert children(found, "B") == [10, 8, 9, 7, 8, 8]


@pytest.mark.parametrize(("youngest", "last"), [(10, 2027), (9, 2026)])
def test_a_cohort_of_less_than_half_the_one_before_was_not_counted_whole(youngest: int, last: int) -> None:
    found = project(source(births=cohorts("A", (20, youngest))))

    assert found.last_counted == last


def test_a_cohort_still_being_born_on_the_day_of_the_census_is_not_counted_whole() -> None:
    # given the cohort of 2026 is born by 31 August 2020
    births = cohorts("A", (20,))

    # then
    assert project(source(births=births, as_of=date(2020, 8, 31))).last_counted == 2026
    assert (
        project(
            source(births=births, as_of=date(2020, 8, 30), claims=(claim(2025, "A", 20, 20),))
        ).last_counted
        == 2025
    )


def test_neither_census_nor_past_is_nothing_to_go_on() -> None:
    with pytest.raises(ProjectionGap):
        project(source())


def test_a_unit_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="named twice"):
        project(source(places=(Place("A"), Place("A")), births=cohorts("A", SIX)))


def test_capture_of_one_year_is_shrunk_by_the_stated_strength() -> None:
    # given one past year: A 40 of 50, B 30 of 30, one township, strength fixed at 20 children
    method = Method(least_strength=20, greatest_strength=20, strength=20)
    claims = (claim(2025, "A", 50, 40), claim(2025, "B", 30, 30))
    known = source(
        births=(*cohorts("A", (100,)), *cohorts("B", (100,)), *cohorts("C", (100,))),
        claims=claims,
        method=method,
    )

    # when
    found = project(known)

    # then p = 70 / 80 = 0.875; east the same; A (40 + 17.5) / 70 = 0.821..., B (30 + 17.5) / 50 = 0.95;
    # C and its township have no past: the district's 0.875
    assert [round(float(found.rates.rates[i, 0]), 6) for i in range(3)] == [0.821429, 0.95, 0.875]
    assert [totals(found, unit)[0] for unit in "ABC"] == [82, 95, 88]
    assert "no_band" in _codes(found)


def test_unit_without_past_children_has_its_townships_rate() -> None:
    method = Method(least_strength=10, greatest_strength=10, strength=10)
    claims = (claim(2025, "A", 90, 45), claim(2025, "B", 0, 0), claim(2025, "C", 90, 90))
    found = project(source(births=cohorts("B", (100,)), claims=claims, method=method))

    # district 135 / 180 = 0.75; east (45 + 7.5) / 100 = 0.525
    assert round(float(found.rates.rates[1, 0]), 6) == 0.525
    assert totals(found, "B")[0] == 53  # 52.5, a half goes up


def test_category_without_past_children_is_fitted_on_all_together() -> None:
    # given a past that knows no categories
    method = Method(least_strength=10, greatest_strength=10, strength=10)
    claims = (claim(2025, "A", 90, 45, category="unknown"), claim(2025, "C", 90, 90, category="unknown"))
    found = project(source(births=cohorts("A", (100,), "migrant"), claims=claims, method=method))

    # then the unit keeps its own rate: east (45 + 7.5) / 100 = 0.525, A (45 + 5.25) / 100 = 0.5025
    assert found.categories == ("migrant", "unknown")
    assert round(float(found.rates.rates[0, 0]), 6) == 0.5025


def test_past_of_a_unit_that_is_no_more_counts_for_the_district_only() -> None:
    method = Method(least_strength=10, greatest_strength=10, strength=10)
    claims = (claim(2025, "gone", 100, 50), claim(2025, "A", 100, 100))
    found = project(source(births=cohorts("C", (100,)), claims=claims, method=method))

    assert float(found.rates.district[0]) == 0.75
    assert totals(found, "C")[0] == 75


def test_closed_school_is_followed_through_the_units_that_were_moved() -> None:
    # given A went to OLD until 2024, and to NEW when OLD was closed
    claims = (
        *(claim(year, "A", 40, 40, "OLD") for year in (2022, 2023, 2024)),
        claim(2025, "A", 40, 40, "NEW"),
        *(claim(year, "B", 20, 20, "NEW") for year in (2022, 2023, 2024, 2025)),
    )

    # when
    found = project(source(births=cohorts("A", SIX), claims=claims))

    # then NEW was projected with A's children in the year of the change, and OLD has no line after its end
    lines = {(one.school, one.year): one for one in found.back_test.schools if one.lead == 1}
    assert (lines["NEW", 2025].projected, lines["NEW", 2025].actual, lines["NEW", 2025].naive) == (60, 60, 60)
    assert ("OLD", 2025) not in lines
    assert lines["OLD", 2024].projected == 40


def test_more_leave_than_come_and_the_cohort_shrinks_on_its_way() -> None:
    # given 5-year-olds go from 100 to 90 and 4-year-olds from 100 to 80 in every known year
    moves = tuple(Moves(year, age, 100, net) for year in (2024, 2025) for age, net in ((5, -10), (4, -20)))
    found = project(source(births=cohorts("A", (100, 100, 100)), moves=moves))

    # then the first cohort is there already, the next has one step (0.9), the one after two (0.8 x 0.9 = 0.72)
    assert totals(found)[:3] == [100, 90, 72]
    assert [round(share, 6) for share in found.survival[:3]] == [1.0, 0.9, 0.72]


def test_nobody_is_left_when_more_leave_than_lived_there_but_a_step_has_its_bound() -> None:
    survival = survival_of((), (Moves(2025, 5, 10, -25),))

    assert survival.steps == {5: {2025: (10, 0)}}
    assert fitted_survival(survival, range(5, 6), until=2025, method=METHOD) == 0.5


def test_grades_go_before_moves_and_no_step_crosses_into_junior_school() -> None:
    grades = (
        GradePupils(2024, "S", 5, 100),
        GradePupils(2025, "S", 6, 98),
        GradePupils(2024, "S", 6, 100),
        GradePupils(2025, "T", 7, 60),
    )
    survival = survival_of(grades, (Moves(2025, 10, 100, 50), Moves(2025, 3, 100, 5)))

    assert survival.steps == {3: {2025: (100, 105)}, 10: {2025: (100, 98)}}


def test_new_estate_delivered_in_between_brings_children_from_then_on() -> None:
    # given 1,000 dwellings delivered in 2028: none, half, all moved in; 100 children of entry age in 1,000
    found = project(
        source(births=cohorts("A", (50,) * 6), as_of=date(2026, 3, 1), estates=(estate("B", 2028),))
    )

    # then
    assert children(found, "B") == [0, 0, 0, 50, 100, 100]
    assert children(found, "A") == [50] * 6


def test_estate_that_is_lived_in_already_adds_only_who_is_still_to_come() -> None:
    # given delivered in 2025: at the census of 2026 half had moved in, whose 50 children it holds
    found = project(source(births=cohorts("A", (50,) * 6), estates=(estate("A", 2025),)))

    assert children(found, "A") == [50, 100, 100, 100, 100, 100]


@pytest.mark.parametrize(
    ("year", "expected"), [(2027, 0.0), (2028, 0.0), (2029, 50.0), (2030, 100.0), (2040, 100.0)]
)
def test_children_of_an_estate_by_year(year: int, expected: float) -> None:
    assert children_of_estate(estate("A", 2028), year, METHOD.yields) == expected


def test_children_outside_every_unit_are_kept_apart_and_counted_in_the_district() -> None:
    found = project(source(births=(*cohorts("A", (10,)), *cohorts("nowhere", (4,)))))

    assert found.units[-1] == ""
    assert (totals(found)[0], totals(found, "")[0]) == (14, 4)


def test_all_grades_move_up_and_entrants_come_in_at_the_bottom() -> None:
    # given every grade keeps 90 % on its way to the next
    grades = [GradePupils(2024, "S", g, 100) for g in (1, 2)] + [
        GradePupils(2025, "S", g, 90) for g in (2, 3)
    ]
    survival = survival_of(grades, ())

    # when grades 1, 2, 3 have 50, 90, 90 pupils
    found = pupils_of_coming_years(
        {1: 50, 2: 90, 3: 90}, [60, 70], survival, grades=range(1, 4), until=2025, method=METHOD
    )

    # then 60 + 45 + 81, then 70 + 54 + 40.5 rounded up
    assert found == (186, 165)


@pytest.mark.parametrize(
    ("demand", "seats", "level"),
    [
        (0, 0, SeatWarning.NONE),
        (1, 0, SeatWarning.RED),
        (95, 100, SeatWarning.NONE),
        (96, 100, SeatWarning.YELLOW),
        (100, 100, SeatWarning.YELLOW),
        (101, 100, SeatWarning.ORANGE),
        (110, 100, SeatWarning.ORANGE),
        (111, 100, SeatWarning.RED),
    ],
)
def test_colour_begins_above_its_threshold(demand: int, seats: int, level: SeatWarning) -> None:
    assert seat_warning(demand, seats, Thresholds()) is level
