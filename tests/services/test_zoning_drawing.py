"""Drawing a district: what counts as demand, what is stored, what is refused."""

from datetime import date

import pytest
from django.test import Client

from accounts.models import AuditEvent
from geo_data.models import CatchmentUnit, Ownership, Stage
from geo_data.selectors.districts import NoSuchDistrict
from tests.services.accounts_world import officer
from tests.services.drawn_world import drawn
from tests.services.worlds import DISTRICT, NOON, add_census, add_school, middle, small_county
from zoning.models import PlanOrigin, UnitAssignment, ZonePlan
from zoning.selectors.basis import DatasetMissing, NoSeatedSchool, UnitsWithoutCount, coming_entry_year
from zoning.selectors.plans import plan_content
from zoning.selectors.problem import DistrictCannotBeZoned, SchoolInTwoZones, UnknownSchools
from zoning.selectors.weights import UnknownPreset, UnusableWeights
from zoning.services.drawing import draw_zones_of_district
from zoning.services.publications import publish_plan

pytestmark = pytest.mark.django_db


def test_a_row_of_estates_is_split_between_its_two_schools() -> None:
    small_county()

    plan = drawn()

    assert plan_content(plan).zone_of == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}
    assert plan.lawful
    assert plan.origin == PlanOrigin.DRAWN
    assert (plan.number, plan.entry_year) == (1, None)
    assert plan.report["loads"] == {"A": 20, "B": 20}
    assert plan.report["violations"] == []
    assert plan.report["basis"]["demand"] == "units_file"
    assert plan.report["basis"]["seats"] == "capacity"
    assert plan.report["cost_km"] == pytest.approx(20 * 0.924, rel=0.01)
    assert plan.report["lower_bound"] <= plan.report["cost_km"]


def test_the_second_drawing_is_the_second_version() -> None:
    small_county()

    assert [drawn().number, drawn().number] == [1, 2]


def test_the_event_names_the_version_and_holds_the_digest_of_its_assignment() -> None:
    small_county()
    person = officer()

    plan = draw_zones_of_district(
        actor=person, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, effort=1
    )

    event = AuditEvent.objects.get(action="zone_plan.stored")
    assert event.actor == person
    assert event.subject_id == str(plan.pk)
    assert event.details["number"] == 1
    # SHA-256 of {"u0":"A","u1":"A","u2":"B","u3":"B"}
    assert event.details["assignment_digest"] == (
        "7250a3d32b09b8bbe4925256fbaa5588a1b4a7a61b3f68cd3849561a085caa6f"
    )


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 8, 31), 2026), (date(2026, 9, 1), 2027), (date(2026, 1, 1), 2026)],
)
def test_the_coming_cohort_is_this_years_until_the_end_of_august(day: date, year: int) -> None:
    assert coming_entry_year(day) == year


def test_with_a_census_the_children_of_the_entry_year_count_on_both_sides_of_the_cut_off() -> None:
    county = small_county(schools={"A": (0, 3), "B": (3, 3)})
    too_old, first, last, too_young = (
        date(2019, 8, 31), date(2019, 9, 1), date(2020, 8, 31), date(2020, 9, 1),
    )  # fmt: skip
    add_census(
        county, {"u0": [too_old, first], "u1": [last, too_young], "u3": [first, first], "gone": [last]}
    )

    plan = drawn(entry_year=2026)

    assert plan.report["loads"] == {"A": 2, "B": 2}
    assert plan.report["basis"] == {
        "demand": "census",
        "distances": "straight",
        "seats": "planned_intake",
        "children": 4,
        "children_without_unit": 1,
        "schools_without_seats": [],
    }
    assert plan.entry_year == 2026


def test_junior_schools_take_children_six_years_older() -> None:
    county = small_county(schools={"A": (0, 3)}, stage=Stage.JUNIOR)
    add_census(
        county, {"u0": [date(2013, 8, 31), date(2013, 9, 1)], "u1": [date(2014, 8, 31), date(2014, 9, 1)]}
    )

    plan = drawn(stage=Stage.JUNIOR, entry_year=2026)

    assert plan.report["loads"] == {"A": 2}


def test_private_schools_and_schools_without_seats_have_no_zone() -> None:
    county = small_county()
    add_school(county.schools, "P", 1, 100, ownership=Ownership.PRIVATE)
    add_school(county.schools, "Z", 2, 0)

    plan = drawn()

    assert set(plan_content(plan).zones) == {"A", "B"}
    assert plan.report["basis"]["schools_without_seats"] == ["Z"]


def test_schools_of_one_estate_share_a_zone() -> None:
    county = small_county(schools={"A": (0, 10), "B": (3, 25)})
    add_school(county.schools, "A2", 0, 15)

    plan = drawn()

    zone = plan_content(plan).zones["A"]
    assert [school.code for school in zone.schools] == ["A", "A2"]
    assert plan.report["seats"] == {"A": 25, "B": 25}


def test_a_group_shares_a_zone_that_holds_the_estates_of_all_its_schools() -> None:
    small_county((5, 5, 5, 5, 5, 5), {"A": (0, 10), "B": (2, 10), "C": (5, 15)})

    plan = drawn(school_groups=[["B", "A"]])

    content = plan_content(plan)
    assert set(content.zones) == {"A", "C"}
    assert content.zone_of["u2"] == "A"
    assert plan.report["seats"] == {"A": 20, "C": 15}
    assert plan.lawful


def test_too_few_seats_give_a_draft_with_its_reasons() -> None:
    small_county(schools={"A": (0, 15), "B": (3, 15)})

    plan = drawn()

    assert not plan.lawful
    assert {one["code"] for one in plan.report["violations"]} == {"seats_exceeded"}
    assert [(one["code"], one["children"]) for one in plan.report["hopeless"]] == [
        ("seats_short_everywhere", 10)
    ]
    (remedy,) = plan.report["relax"]
    assert (remedy["kind"], remedy["least"], remedy["is_smallest"], remedy["plan_found"]) == (
        "seats",
        10,
        True,
        True,
    )
    assert sum(change["seats"] for change in remedy["changes"]) == 10


def test_an_estate_larger_than_any_school_is_named_as_the_reason() -> None:
    small_county((10, 50, 10), {"A": (0, 40), "B": (2, 40)})

    plan = drawn()

    assert [
        (one["code"], one["units"], one["children"], one["seats"]) for one in plan.report["hopeless"]
    ] == [("unit_too_large", ["u1"], 50, 40)]
    assert (plan.report["lower_bound"], plan.report["gap"], plan.report["lawful"]) == (None, None, False)


def test_weights_that_an_officer_chooses_are_stored() -> None:
    small_county()

    plan = drawn(preset="nearest", weights={"balance_m": 40})

    assert plan.report["objective"]["weights"]["balance_m"] == 40
    assert plan.report["objective"]["preset"] is None
    assert AuditEvent.objects.get(action="zone_plan.stored").details["weights"] == {"balance_m": 40}


@pytest.mark.parametrize("weights", [{"moved": 1}, {"balance_m": -1}, {"balance_m": 100_001}, {"shape_m": 1}])
def test_weights_without_sense_are_refused(weights: dict[str, int]) -> None:
    small_county()

    with pytest.raises(UnusableWeights):
        drawn(weights=weights)

    assert not ZonePlan.objects.exists()


def test_a_plan_keeps_its_own_weights_and_the_size_of_a_class() -> None:
    small_county()

    told = drawn(preset="balanced", weights={"class_seat_m": 500, "balance_m": 0}, class_size=7).report

    assert told["preset"] == "balanced"
    assert told["changed_weights"] == {"class_seat_m": 500, "balance_m": 0}
    assert told["objective"]["class_size"] == 7
    # 20 children in each zone: three classes with one seat empty
    assert told["objective"]["terms_mm"]["classes"] == 2 * 500_000
    event = AuditEvent.objects.get(action="zone_plan.stored")
    assert event.details["weights"] == {"class_seat_m": 500, "balance_m": 0}


@pytest.mark.parametrize(("weights", "size"), [({"class_seat_m": 1}, 45), ({}, None)])
def test_a_class_is_one_of_the_standard_size_and_none_where_classes_do_not_count(
    weights: dict[str, int], size: int | None
) -> None:
    small_county()

    assert drawn(weights=weights).report["objective"].get("class_size") == size


def test_other_townships_count_where_units_state_theirs() -> None:
    units = small_county().units
    with pytest.raises(UnusableWeights) as refusal:
        drawn(weights={"township_child_m": 5000})
    CatchmentUnit.objects.filter(dataset=units, code__in=["u0", "u1", "u2"]).update(township="甲镇")
    CatchmentUnit.objects.filter(dataset=units, code="u3").update(township="乙镇")

    told = drawn(weights={"township_child_m": 5000}).report

    # A has 25 seats and its township 30 children
    assert refusal.value.details["option"] == "township_child_m"
    assert told["objective"]["terms_mm"]["township"] == 10 * 5_000_000


def test_the_page_of_an_unlawful_plan_says_first_why_none_is_lawful() -> None:
    small_county((10, 50, 10), {"A": (0, 40), "B": (2, 40)})
    plan = drawn()
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer(DISTRICT))

    page = client.get(f"/office/plans/{plan.pk}/").content.decode()

    why = page.index(
        "has more children than any school it may have has seats · 第1小区 · 50 children, 40 seats"
    )
    assert why < page.index("This is the plan with the least overload")
    assert "least overload</span>" in page
    assert "from the best possible" not in page
    assert "least overload" in client.get("/office/plans/").content.decode()


def test_zones_in_force_are_kept_where_a_change_gains_too_little() -> None:
    small_county((10, 10, 10, 10, 10), {"A": (0, 50), "B": (4, 50)})
    before = drawn()
    middle_of_row = plan_content(before).zone_of["u2"]
    publish_plan(actor=None, now=NOON, plan_id=before.pk, from_on=date(2025, 9, 1), until_on=date(2026, 9, 1))

    plan = drawn(seed=7)

    assert plan.report["preset"] == "fewest_changes"
    assert plan_content(plan).zone_of["u2"] == middle_of_row


def test_the_same_seed_and_effort_give_the_same_plan() -> None:
    small_county((7, 3, 9, 4, 8, 2), {"A": (0, 20), "B": (5, 20)})

    first, second = drawn(seed=3), drawn(seed=3)

    assert plan_content(first).zone_of == plan_content(second).zone_of


def test_weights_too_heavy_for_so_many_children_are_refused_and_nothing_is_stored() -> None:
    small_county((107_375, 107_374), {"A": (0, 150_000), "B": (1, 150_000)})

    with pytest.raises(UnusableWeights, match="Lower balance_m and parity_m"):
        drawn(preset="balanced", weights={"balance_m": 100_000, "parity_m": 0})

    assert not ZonePlan.objects.exists()


def test_nothing_is_stored_of_a_district_that_cannot_be_zoned() -> None:
    county = small_county()
    CatchmentUnit.objects.create(dataset=county.units, code="island", name="岛", children=1, point=middle(9))

    with pytest.raises(DistrictCannotBeZoned) as refusal:
        drawn()

    assert refusal.value.details["faults"] == [{"code": "joined_to_no_school", "ids": ["island"]}]
    assert not ZonePlan.objects.exists()
    assert not UnitAssignment.objects.exists()
    assert not AuditEvent.objects.exists()


def test_refusals() -> None:
    with pytest.raises(NoSuchDistrict):
        drawn()
    county = small_county()
    with pytest.raises(DatasetMissing):
        drawn(entry_year=2026)
    with pytest.raises(NoSeatedSchool):
        drawn(stage=Stage.JUNIOR)
    with pytest.raises(UnknownPreset):
        drawn(preset="prettiest")
    with pytest.raises(UnknownSchools):
        drawn(school_groups=[["A", "nowhere"]])
    with pytest.raises(SchoolInTwoZones):
        drawn(school_groups=[["A", "B"], ["B"]])
    CatchmentUnit.objects.filter(dataset=county.units, code="u1").update(children=None)
    with pytest.raises(UnitsWithoutCount):
        drawn()
    assert not ZonePlan.objects.exists()
