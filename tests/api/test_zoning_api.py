"""The API of zoning: who may ask what, and what comes back."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import AuditEvent, JobRun, User
from geo_data.models import Stage
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.drawn_world import drawn
from tests.services.worlds import DISTRICT, NOON, SIDE, SOUTH, WEST, small_county
from zoning.models import ZonePlan, ZonePublication
from zoning.services.plans import import_plan, move_units
from zoning.services.publications import publish_plan

pytestmark = pytest.mark.django_db

HALVES = [("u0", ["A"]), ("u1", ["A"]), ("u2", ["B"]), ("u3", ["B"])]
PLANS = "/api/zone-plans/"
OTHER_DISTRICT = "410182"


def as_person(person: User | None) -> Client:
    client = Client()
    if person:
        client.force_login(person)
    return client


def a_plan() -> ZonePlan:
    small_county()
    return import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=HALVES)


def in_force(plan: ZonePlan) -> ZonePublication:
    return publish_plan(
        actor=None, now=NOON, plan_id=plan.pk, from_on=date(2026, 9, 1), until_on=date(2027, 9, 1)
    )


def post(client: Client, address: str, body: dict[str, Any]) -> Any:
    return client.post(address, body, content_type="application/json")


def test_an_officer_lists_the_versions_of_the_own_district() -> None:
    publication = in_force(a_plan())

    answer = as_person(officer()).get(PLANS, {"district": DISTRICT, "stage": "primary"})

    assert answer.status_code == 200
    (listed,) = answer.json()["results"]
    assert (listed["number"], listed["origin"], listed["lawful"]) == (1, "imported", True)
    assert listed["publications"] == [
        {"id": str(publication.pk), "from_on": "2026-09-01", "until_on": "2027-09-01", "document_number": ""}
    ]
    assert listed["lower_bound"] is None


def test_a_list_costs_the_same_queries_however_long(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    a_plan()
    for _ in range(3):
        import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=HALVES)
    client = as_person(officer())

    with django_assert_num_queries(4):  # session, person, plans, publications
        assert len(client.get(PLANS, {"district": DISTRICT}).json()["results"]) == 4


def test_a_plan_is_shown_in_figures_with_the_zone_of_every_unit() -> None:
    plan = a_plan()

    shown = as_person(auditor()).get(f"{PLANS}{plan.pk}/").json()

    assert shown["assignments"] == {"u0": "A", "u1": "A", "u2": "B", "u3": "B"}
    assert shown["zones"][0] == {
        "code": "A",
        "name": "A小学",
        "schools": [{"code": "A", "name": "A小学"}],
        "units": 2,
        "children": 20,
        "seats": 25,
        "utilization": 0.8,
        "walk": {"mean": 462, "p90": 923, "longest": 923, "beyond_500": 0.5, "beyond_1000": 0.0},
    }
    assert (shown["violations"], shown["hopeless"], shown["relax"], shown["changes"]) == ([], [], [], None)


@pytest.mark.parametrize("path", ["", "units.geojson", "zones.geojson"])
def test_a_plan_does_not_exist_for_officers_of_other_districts_and_guardians(path: str) -> None:
    plan = a_plan()

    for person in (officer(OTHER_DISTRICT), guardian()):
        assert as_person(person).get(f"{PLANS}{plan.pk}/{path}").status_code == 404


def test_nobody_asks_for_plans_without_signing_in() -> None:
    plan = a_plan()

    assert as_person(None).get(PLANS, {"district": DISTRICT}).status_code == 403
    assert as_person(None).get(f"{PLANS}{plan.pk}/").status_code == 403
    assert as_person(guardian()).get(PLANS, {"district": DISTRICT}).status_code == 403


def test_the_public_sees_a_map_only_of_published_zones_and_under_a_review_number(
    settings: Settings,
) -> None:
    plan, anybody = a_plan(), as_person(None)
    address = f"{PLANS}{plan.pk}/zones.geojson"

    settings.MAP_REVIEW_NUMBER = "豫S〔2026〕001号"
    before = anybody.get(address).status_code
    in_force(plan)
    with_number = anybody.get(address)
    settings.MAP_REVIEW_NUMBER = ""
    without_number = anybody.get(address).status_code

    assert (before, without_number) == (404, 404)
    assert with_number.status_code == 200
    assert with_number["Content-Type"] == "application/geo+json"
    assert {feature["id"] for feature in with_number.json()["features"]} == {"A", "B"}


def test_an_officer_moves_an_estate_and_is_told_what_breaks() -> None:
    plan, person = a_plan(), officer()

    answer = post(as_person(person), f"{PLANS}{plan.pk}/moves/", {"moves": {"u1": "B"}, "reason": "trial"})

    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["plan"]["number"], shown["plan"]["based_on_number"]) == (2, 1)
    broken = {"code": "seats_exceeded", "zone": "B", "units": [], "children": 5, "year": 0}
    assert shown["violations"] == [broken]
    assert ZonePlan.objects.get(number=2).created_by == person


def test_an_officer_looks_at_a_mending_and_stores_just_that_one() -> None:
    small_county((10,) * 6, {"A": (0, 25), "B": (2, 25), "C": (5, 35)})
    rows = [(f"u{i}", ["AABBCC"[i]]) for i in range(6)]
    plan = import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=rows)
    draft = move_units(actor=None, now=NOON, plan_id=plan.pk, moves={"u1": "B"}, reason="trial")
    client, address = as_person(officer()), f"{PLANS}{draft.pk}/mending/"

    shown = client.get(address)
    other = post(client, address, {"reason": "full", "seen": "0" * 64})
    stored = post(client, address, {"reason": "full", "seen": shown.json()["digest"]})
    lawful = client.get(f"{PLANS}{plan.pk}/mending/")

    assert shown.status_code == 200
    (moving,) = shown.json()["moving"]
    assert (moving["unit"], moving["from_zone"], moving["to_zone"], moving["children"]) == (
        "u3",
        "B",
        "C",
        10,
    )
    assert shown.json()["fillings"][1] == {
        "zone": "C",
        "name": "C小学",
        "seats": 35,
        "children_before": 20,
        "children_after": 30,
    }
    assert (other.status_code, other.json()["code"]) == (409, "mending_changed")
    assert stored.status_code == 201
    assert (stored.json()["plan"]["number"], stored.json()["violations"]) == (3, [])
    assert (lawful.status_code, lawful.json()["code"]) == (422, "plan_is_lawful")


def test_an_older_version_is_brought_back() -> None:
    plan = a_plan()

    answer = post(as_person(officer()), f"{PLANS}{plan.pk}/restore/", {"reason": "it was better"})

    assert (answer.status_code, answer.json()["number"]) == (201, 2)


def test_an_officer_publishes_and_withdraws() -> None:
    plan, client = a_plan(), as_person(officer())
    days = {"from_on": "2026-09-01", "until_on": "2027-09-01", "document_number": "3"}

    published = post(client, f"{PLANS}{plan.pk}/publish/", days)
    again = post(client, f"{PLANS}{plan.pk}/publish/", days)
    withdrawal = f"/api/zone-publications/{published.json()['id']}/withdraw/"
    withdrawn = post(client, withdrawal, {"reason": "wrong year"})

    assert published.status_code == 201
    assert published.json()["plan_number"] == 1
    assert (again.status_code, again.json()["code"]) == (409, "periods_overlap")
    assert withdrawn.status_code == 200
    assert withdrawn.json()["withdrawn_reason"] == "wrong year"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("moves/", {"moves": {"u1": "B"}, "reason": "trial"}),
        ("restore/", {"reason": "trial"}),
        ("mending/", {"reason": "trial"}),
        ("publish/", {"from_on": "2026-09-01"}),
    ],
)
def test_an_auditor_reads_and_changes_nothing(path: str, body: dict[str, Any]) -> None:
    plan = a_plan()
    events = AuditEvent.objects.count()

    reader = post(as_person(auditor()), f"{PLANS}{plan.pk}/{path}", body)
    stranger = post(as_person(officer(OTHER_DISTRICT)), f"{PLANS}{plan.pk}/{path}", body)

    assert (reader.status_code, reader.json()["code"]) == (403, "not_permitted")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "no_such_plan")
    assert (ZonePlan.objects.count(), ZonePublication.objects.count()) == (1, 0)
    assert AuditEvent.objects.count() == events


def test_nobody_else_withdraws_a_publication() -> None:
    publication = in_force(a_plan())
    address = f"/api/zone-publications/{publication.pk}/withdraw/"

    assert post(as_person(auditor()), address, {"reason": "no"}).status_code == 403
    assert post(as_person(officer(OTHER_DISTRICT)), address, {"reason": "no"}).status_code == 404
    assert (
        post(
            as_person(officer()), f"/api/zone-publications/{uuid4()}/withdraw/", {"reason": "no"}
        ).status_code
        == 404
    )
    publication.refresh_from_db()
    assert publication.withdrawn_at is None


def test_a_drawing_is_queued_once_for_a_district_and_stage() -> None:
    small_county()
    client, asked = as_person(officer()), {"district": DISTRICT, "stage": "primary", "effort": 1}

    first, second = post(client, PLANS, asked), post(client, PLANS, asked)

    assert (first.status_code, first.json()["status"]) == (202, "queued")
    assert second.json()["id"] == first.json()["id"]
    assert JobRun.objects.count() == 1


@pytest.mark.parametrize(
    "weights", [{"moved_child_m": -1}, {"moved_child_m": 100_001}, {"moved_child_m": 0.5}]
)
def test_a_weight_that_cannot_be_is_named(weights: dict[str, float]) -> None:
    small_county()
    asked = {"district": DISTRICT, "stage": "primary"}

    unknown = post(as_person(officer()), PLANS, {**asked, "weights": {"prettiness_m": 1}})
    out_of_range = post(as_person(officer()), PLANS, {**asked, "weights": weights})

    assert (unknown.status_code, out_of_range.status_code) == (400, 400)
    assert "prettiness_m" in unknown.content.decode()
    assert "moved_child_m" in out_of_range.content.decode()
    assert not JobRun.objects.exists()


def test_a_plan_tells_what_it_was_drawn_for() -> None:
    small_county()
    plan = drawn(
        preset="nearest",
        weights={"border_m": 40},
    )

    told = as_person(officer()).get(f"{PLANS}{plan.pk}/").json()["drawn_for"]

    assert (told["preset"], told["changed"], told["class_size"]) == ("nearest", ["border_m"], 0)
    assert (told["weights"]["border_m"], told["weights"]["worst_year_m"]) == (40, 2000)
    imported = import_plan(actor=None, now=NOON, district_code=DISTRICT, stage=Stage.PRIMARY, rows=HALVES)
    assert as_person(officer()).get(f"{PLANS}{imported.pk}/").json()["drawn_for"] is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"district": OTHER_DISTRICT}, 403),
        ({"stage": "high"}, 400),
        ({"effort": 1, "seconds": 1}, 400),
        ({"effort": 0}, 400),
        ({"school_groups": [["A"]]}, 400),
        ({"class_size": 0}, 400),
        ({"weights": {"township_child_m": 1}}, 400),
    ],
)
def test_refused_drawings_queue_nothing(changes: dict[str, Any], status: int) -> None:
    small_county()

    answer = post(as_person(officer()), PLANS, {"district": DISTRICT, "stage": "primary", **changes})

    assert answer.status_code == status
    assert not JobRun.objects.exists()


def test_a_district_without_files_is_told_at_once() -> None:
    small_county()

    answer = post(as_person(officer(OTHER_DISTRICT)), PLANS, {"district": OTHER_DISTRICT, "stage": "primary"})

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_district")


def test_anybody_learns_the_zone_of_a_unit_and_of_a_point_in_words() -> None:
    in_force(a_plan())
    asked = {"district": DISTRICT, "stage": "primary", "on": "2026-10-01"}
    point: dict[str, Any] = {"lon": WEST + 1.5 * SIDE, "lat": SOUTH + SIDE / 2}

    by_unit = as_person(None).get("/api/zones/at/", {**asked, "unit": "u1"})
    by_point = as_person(None).get("/api/zones/at/", {**point, **asked})

    assert by_unit.status_code == 200
    assert by_point.json() == by_unit.json()
    shown = by_unit.json()
    assert (shown["unit_code"], shown["zone_code"], shown["near_edge"]) == ("u1", "A", False)
    assert shown["schools"] == [
        {
            "code": "A",
            "name": "A小学",
            "address": "",
            "metres": 923,
            "walk_metres": None,
            "walk_minutes": None,
        }
    ]
    assert shown["period"] == {"from_on": "2026-09-01", "until_on": "2027-09-01"}
    assert (shown["zone_area"], shown["map_review_number"]) == (None, "")


def test_the_area_of_the_zone_comes_only_with_a_review_number(settings: Settings) -> None:
    in_force(a_plan())
    settings.MAP_REVIEW_NUMBER = "豫S〔2026〕001号"
    asked = {"district": DISTRICT, "stage": "primary", "on": "2026-10-01", "unit": "u1"}

    shown = as_person(None).get("/api/zones/at/", asked).json()

    assert shown["zone_area"]["type"] in {"Polygon", "MultiPolygon"}
    assert shown["map_review_number"] == "豫S〔2026〕001号"


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ({"unit": "u9"}, 404),
        ({"lon": 100, "lat": 30}, 404),
        ({"lon": 100}, 400),
        ({}, 400),
        ({"lon": 190, "lat": 30}, 400),
        ({"lon": "nan", "lat": 30}, 400),
        ({"unit": "u1", "on": "2026-08-31"}, 404),
    ],
)
def test_questions_without_an_answer(place: dict[str, Any], status: int) -> None:
    in_force(a_plan())

    asked: dict[str, Any] = {"district": DISTRICT, "stage": "primary", "on": "2026-10-01", **place}

    assert as_person(None).get("/api/zones/at/", asked).status_code == status


def test_anybody_lists_what_is_in_force_when() -> None:
    in_force(a_plan())

    (shown,) = as_person(None).get("/api/zone-publications/", {"district": DISTRICT}).json()

    assert (shown["from_on"], shown["until_on"], shown["withdrawn_at"]) == ("2026-09-01", "2027-09-01", None)


def test_a_draft_without_enough_seats_says_how_many_are_missing() -> None:
    small_county(schools={"A": (0, 15), "B": (3, 15)})
    plan = drawn()

    shown = as_person(officer()).get(f"{PLANS}{plan.pk}/").json()

    assert not shown["plan"]["lawful"]
    assert {one["code"] for one in shown["violations"]} == {"seats_exceeded"}
    reasons = {one["code"]: one["children"] for one in shown["hopeless"]}
    assert reasons["seats_short_everywhere"] == 10
    assert [(one["kind"], one["least"], one["is_smallest"]) for one in shown["relax"]] == [
        ("seats", 10, True)
    ]


def test_an_officer_asks_what_another_zone_would_mean_for_an_estate() -> None:
    plan = a_plan()

    answer = as_person(officer()).get(f"{PLANS}{plan.pk}/units/u1/")
    unknown = as_person(officer()).get(f"{PLANS}{plan.pk}/units/u9/")
    stranger = as_person(officer(OTHER_DISTRICT)).get(f"{PLANS}{plan.pk}/units/u1/")

    (other,) = answer.json()
    assert (other["zone"], other["metres_now"], other["metres_then"]) == ("B", 923, 1847)
    assert (other["children_then"], other["seats"], other["too_many"]) == (30, 25, 5)
    assert (other["cut_off"], other["is_joined"], other["is_allowed"]) == ([], True, True)
    assert (other["against"], other["instead"]) == ([], [])
    assert (unknown.status_code, stranger.status_code) == (404, 404)


def test_a_drawing_starts_from_a_version_that_is_there() -> None:
    plan = a_plan()
    asked = {"district": DISTRICT, "stage": "primary", "effort": 1}

    taken = post(as_person(officer()), PLANS, {**asked, "start_plan": plan.number})
    unknown = post(as_person(officer(OTHER_DISTRICT)), PLANS, {**asked, "start_plan": plan.number})
    absent = post(as_person(officer()), PLANS, {**asked, "start_plan": 99})

    assert (taken.status_code, unknown.status_code, absent.status_code) == (202, 403, 404)
