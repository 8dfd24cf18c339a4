"""The public API of addresses: search, zones by address, zones of schools, and telling the bureau."""

import logging
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.limits import MinuteCounter
from geo_data.models import AddressRequest, District
from geo_data.services.address_requests import answer_address_request
from tests.services import address_world as register
from tests.services import geo_world as world
from tests.services.accounts_world import officer

pytestmark = pytest.mark.django_db
AT = {"district": world.CODE, "stage": "primary", "on": "2026-10-01"}


@pytest.fixture(autouse=True)
def _county(tmp_path: Path) -> None:
    register.zoned_county(tmp_path)


def test_anybody_searches_the_register() -> None:
    answer = Client().get("/api/addresses/", {"district": world.CODE, "q": "老粮站2栋"})

    assert answer.status_code == 200
    (hit,) = answer.json()
    assert hit.pop("code").startswith("A")
    assert hit == {
        "kind": "entry",
        "address": "锦绣花园2号楼",
        "township": "城关镇",
        "called": "老粮站",
        "unit_code": "B",
        "match": "name",
        "door": "exact",
    }


def test_a_search_says_how_many_and_refuses_what_is_no_question() -> None:
    client = Client()

    assert (
        len(client.get("/api/addresses/", {"district": world.CODE, "q": "文化路7", "limit": "1"}).json()) == 1
    )
    assert client.get("/api/addresses/", {"district": world.CODE}).status_code == 400
    assert client.get("/api/addresses/", {"district": world.CODE, "q": "长" * 101}).status_code == 400
    assert (
        client.get("/api/addresses/", {"district": world.CODE, "q": "锦", "limit": "11"}).status_code == 400
    )
    assert client.get("/api/addresses/", {"district": "000000", "q": "锦绣"}).json() == []


def test_a_search_costs_one_query_in_all(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = Client()

    with django_assert_num_queries(1):
        client.get("/api/addresses/", {"district": world.CODE, "q": "锦绣"})
    with django_assert_num_queries(2):
        client.get("/api/addresses/", {"district": world.CODE, "q": "锦绣花园2栋"})


def test_the_only_district_need_not_be_named_and_one_of_several_must() -> None:
    # given one district
    client, at = Client(), {"stage": "primary", "on": "2026-10-01", "address": "锦绣花园2栋501"}
    assert client.get("/api/addresses/", {"q": "老粮站2栋"}).json()[0]["unit_code"] == "B"
    assert client.get("/api/zones/at/", at).json()["zone_code"] == "P3"
    assert client.get("/api/schools/P1/zone/", {"stage": "primary", "on": "2026-10-01"}).status_code == 200
    assert client.post("/api/address-requests/", {"typed": "不知道的地方"}).status_code == 201

    # when there is a second one, then it has to be said which is meant, and nothing else is taken
    District.objects.create(code="990199", name="邻县", working_crs=4543)
    for path, query in (("/api/addresses/", {"q": "老粮站2栋"}), ("/api/zones/at/", at)):
        answer = client.get(path, query)
        assert (answer.status_code, list(answer.json())) == (400, ["district"])
    assert client.get("/api/zones/at/", {**at, "district": world.CODE}).json()["zone_code"] == "P3"
    assert client.post("/api/address-requests/", {"typed": "不知道的地方"}).status_code == 400
    assert AddressRequest.objects.count() == 1

    # and an empty one is no answer
    assert client.get("/api/addresses/", {"q": "老粮站2栋", "district": ""}).status_code == 400


def test_an_address_is_answered_with_its_zone() -> None:
    answer = Client().get("/api/zones/at/", {**AT, "address": "锦绣花园2栋501"})

    assert answer.status_code == 200
    body = answer.json()
    assert (body["unit_code"], body["zone_code"], body["near_edge"]) == ("B", "P3", False)
    assert [school["code"] for school in body["schools"]] == ["P3"]
    assert {name: body["address"][name] for name in ("address", "door", "by_point")} == {
        "address": "锦绣花园2号楼",
        "door": "exact",
        "by_point": False,
    }
    assert body["zone_area"] is None


def test_several_places_are_a_choice_and_every_choice_has_an_answer() -> None:
    client = Client()

    answer = client.get("/api/zones/at/", {**AT, "address": "锦绣花园"})

    assert answer.status_code == 409
    body = answer.json()
    assert (body["code"], body["details"]["needs"]) == ("address_not_settled", "building")
    codes = [choice["code"] for choice in body["details"]["choices"]]
    zones = [client.get("/api/zones/at/", {**AT, "address": code}).json()["zone_code"] for code in codes]
    assert zones == ["P1", "P3"]


def test_an_address_that_is_not_there_is_answered_by_the_point_or_by_nothing() -> None:
    client = Client()
    here = {"lon": "102.0017", "lat": "40.4534"}

    unknown = client.get("/api/zones/at/", {**AT, "address": "没有这个地方"})
    elsewhere = client.get("/api/zones/at/", {**AT, **here, "address": "没有这个地方"})

    assert (unknown.status_code, unknown.json()["code"]) == (404, "address_not_in_register")
    assert elsewhere.json()["code"] == "no_zone_here"
    assert client.get("/api/zones/at/", AT).status_code == 400


def test_a_unit_costs_one_query_once_its_schools_are_known(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = Client()
    client.get("/api/zones/at/", {**AT, "unit": "A"})

    with django_assert_num_queries(1):
        assert client.get("/api/zones/at/", {**AT, "unit": "A"}).status_code == 200


def test_a_school_says_what_belongs_to_it() -> None:
    answer = Client().get("/api/schools/P1/zone/", {"district": world.CODE, "on": "2026-10-01"})

    assert answer.status_code == 200
    body = answer.json()
    assert [unit["code"] for unit in body["units"]] == ["C", "A"]
    assert body["parts"] == [{"name": "锦绣花园", "township": "城关镇", "buildings": ["1号楼"]}]
    assert body["roads"] == [
        {
            "name": "文化路",
            "is_whole": False,
            "spans": [{"side": "odd", "first": 3, "last": 5, "is_whole": False}],
        }
    ]
    nowhere = Client().get("/api/schools/P1/zone/", {"district": world.CODE, "on": "2020-10-01"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "school_without_zone")


def test_what_is_missing_is_taken_and_its_answer_read_by_its_key() -> None:
    client = Client()
    body = {"district": world.CODE, "typed": "新楼盘5栋301", "phone": ""}

    asked = client.post("/api/address-requests/", body, content_type="application/json")
    row = AddressRequest.objects.get()
    answer_address_request(actor=officer(world.CODE), now=world.NOW, request_id=row.pk, reply="属于甲")
    told = client.get(f"/api/address-requests/{row.pk}/")

    assert asked.status_code == 201
    assert asked.json()["state"] == "open"
    assert (told.json()["state"], told.json()["reply"]) == ("answered", "属于甲")
    assert "新楼盘" not in told.content.decode()
    assert client.get(f"/api/address-requests/{uuid4()}/").status_code == 404
    empty = client.post("/api/address-requests/", {**body, "typed": ""}, content_type="application/json")
    assert empty.status_code == 400


def test_look_ups_above_the_limit_of_a_minute_are_refused(settings: Settings) -> None:
    settings.LOOKUPS_PER_MINUTE = 2
    client = Client(REMOTE_ADDR="10.9.8.7")

    statuses = [
        client.get("/api/addresses/", {"district": world.CODE, "q": "锦"}).status_code for _ in range(3)
    ]

    assert statuses == [200, 200, 429]
    assert client.get("/api/zones/at/", {**AT, "unit": "A"}).json()["code"] == "too_many_requests"
    other = Client(REMOTE_ADDR="10.9.8.6")
    assert other.get("/api/addresses/", {"district": world.CODE, "q": "锦"}).status_code == 200


def test_requests_above_the_limit_of_an_hour_are_refused_and_leave_nothing(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "address_request": "2/h/ip"}
    client = Client(REMOTE_ADDR="10.9.8.5")
    body = {"district": world.CODE, "typed": "新楼盘"}

    statuses = [
        client.post("/api/address-requests/", body, content_type="application/json").status_code
        for _ in range(3)
    ]

    assert statuses == [201, 201, 429]
    assert AddressRequest.objects.count() == 2


def test_the_counter_forgets_the_minute_that_is_over_and_who_came_longest_ago() -> None:
    counter = MinuteCounter(kept=2)

    assert [counter.count("a", 1), counter.count("a", 1), counter.count("a", 2)] == [1, 2, 1]
    counter.count("b", 2)
    counter.count("c", 2)
    assert counter.count("b", 2) == 2
    assert counter.count("a", 2) == 1


def test_no_log_line_holds_what_was_typed(caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    secret = "锦绣花园2栋3单元501"

    with caplog.at_level(logging.DEBUG):
        for path in (
            f"/api/addresses/?district={world.CODE}&q={quote(secret)}",
            f"/api/zones/at/?district={world.CODE}&stage=primary&address={quote(secret)}",
            f"/zones/?q={quote(secret)}",
        ):
            client.get(path)

    said = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    statements = [record.getMessage() for record in caplog.records if record.name == "django.db.backends"]
    assert not any("501" in line or "锦绣" in line or quote("锦绣") in line for line in said)
    assert not any("501" in line for line in statements)
