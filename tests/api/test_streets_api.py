"""The API of distances: routes and measures for everybody, the network for those who read the district."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from geo_data.models import DatasetKind, DistanceMethod
from geo_data.selectors.datasets import get_current_dataset
from geo_data.services.import_addresses import import_addresses
from geo_data.services.measures import Manner
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.geo_world import NOW
from tests.services.street_world import AT, MIDDLE, measured, with_streets
from tests.services.worlds import DISTRICT, SIDE, SOUTH, WEST, small_county

pytestmark = pytest.mark.django_db
ASKED: dict[str, Any] = {"district": DISTRICT, "lon": AT[2], "lat": MIDDLE, "school": "B"}
BOX = {
    "west": str(WEST),
    "south": str(SOUTH),
    "east": str(WEST + 4 * SIDE),
    "north": str(SOUTH + SIDE),
}


@pytest.fixture(autouse=True)
def _county(tmp_path: Path, settings: Settings) -> None:
    settings.MAP_REVIEW_NUMBER = ""
    small_county()
    with_streets(tmp_path)


def _as(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_everybody_may_ask_for_the_way_in_words() -> None:
    measure = measured(Manner(DistanceMethod.WALK, 100))

    told = Client().get("/api/routes/", ASKED).json()

    assert (told["measure"], told["measure_number"]) == (str(measure.pk), 1)
    assert (told["school_code"], told["school_name"]) == ("B", "B小学")
    assert told["way_metres"] in (923, 924)
    assert told["metres"] == told["way_metres"] + 100
    assert (told["crossings"], told["straight_metres"]) == (1, 923)
    assert (told["minutes"], told["pace_metres_a_minute"]) == (18, 60)
    assert (told["line"], told["map_review_number"]) == (None, "")


def test_the_line_is_drawn_for_officers_and_under_a_review_number(settings: Settings) -> None:
    measured()

    assert Client().get("/api/routes/", ASKED).json()["line"] is None
    assert _as(guardian()).get("/api/routes/", ASKED).json()["line"] is None
    line = _as(officer()).get("/api/routes/", ASKED).json()["line"]
    assert line["type"] == "LineString"
    assert line["coordinates"][0] == pytest.approx([AT[2], MIDDLE], abs=2e-6)
    assert line["coordinates"][-1] == pytest.approx([AT[3], MIDDLE], abs=2e-6)
    settings.MAP_REVIEW_NUMBER = "豫S（2026）001号"
    public = Client().get("/api/routes/", ASKED).json()
    assert (public["line"], public["map_review_number"]) == (line, "豫S（2026）001号")


def _register(folder: Path) -> None:
    """A door with a point where ASKED begins, one without, one in no unit of these, and a name that stands twice."""
    path = folder / "addresses.csv"
    header = "地址编号,乡镇街道,小区或村,楼栋,道路,门牌号,单元编号,经度,纬度"
    rows = (
        f"D12,,,,文化路,12号,u1,{AT[2]},{MIDDLE}",
        "D14,,,,文化路,14号,u1,,",
        "E1,东镇,幸福里,,,,u1,,",
        "E2,西镇,幸福里,,,,u1,,",
    )
    path.write_text("\n".join((header, *rows)), encoding="utf-8")
    import_addresses(actor=None, now=NOW, district_code=DISTRICT, path=path)


def test_the_way_of_an_address_begins_at_its_point(tmp_path: Path) -> None:
    measured()
    _register(tmp_path)
    from_there = Client().get("/api/routes/", ASKED).json()

    for address in ("D12", "文化路12号", "文化路12号3单元501"):
        told = Client().get("/api/routes/", {"district": DISTRICT, "school": "B", "address": address}).json()
        assert told == from_there

    of_unit = Client().get("/api/routes/", {"district": DISTRICT, "school": "B", "address": "文化路14号"})
    assert (of_unit.status_code, of_unit.json()["school_code"]) == (200, "B")


@pytest.mark.parametrize("address", ["文化路13号", "文化路99号", "幸福里", "没有这个地方", "D99"])
def test_an_address_that_is_not_one_place_has_no_way(tmp_path: Path, address: str) -> None:
    measured()
    _register(tmp_path)

    answer = Client().get("/api/routes/", {"district": DISTRICT, "school": "B", "address": address})

    assert (answer.status_code, answer.json()["code"]) == (404, "address_without_point")


def test_a_way_begins_somewhere() -> None:
    answer = Client().get("/api/routes/", {"district": DISTRICT, "school": "B", "lon": str(AT[2])})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"lon": "nan"}, 400, None),
        ({"lat": 91}, 400, None),
        ({"district": "000000"}, 404, "no_such_district"),
        ({"school": "Z"}, 404, "no_such_school"),
        ({"lat": 20}, 422, "no_way_on_foot"),
        ({"measure": "00000000-0000-0000-0000-000000000000"}, 404, "no_such_measure"),
    ],
)
def test_what_cannot_be_answered_says_why(changes: dict[str, Any], status: int, code: str | None) -> None:
    measured()

    answer = Client().get("/api/routes/", {**ASKED, **changes})

    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code


def test_before_walks_are_measured_there_is_no_route() -> None:
    assert Client().get("/api/routes/", ASKED).json()["code"] == "no_such_measure"


def test_an_older_measure_can_be_asked_by_its_id() -> None:
    older = measured()
    measured(Manner(DistanceMethod.WALK, 100))

    told = Client().get("/api/routes/", {**ASKED, "measure": str(older.pk)}).json()

    assert (told["measure_number"], told["metres"] - told["way_metres"]) == (1, 0)


def test_everybody_may_list_the_measures() -> None:
    measured()
    measured(Manner(DistanceMethod.WALK, 100))

    told = Client().get("/api/measures/", {"district": DISTRICT}).json()

    assert [(one["number"], one["method"], one["penalty_m"]) for one in told] == [
        (2, "walk", 100),
        (1, "walk", 0),
    ]
    assert Client().get("/api/measures/", {"district": "000000"}).status_code == 404


def test_the_network_is_for_those_who_read_the_district() -> None:
    dataset = get_current_dataset(DISTRICT, DatasetKind.STREETS)
    asked = {"dataset": str(dataset.pk), **BOX}

    for person in (officer(), auditor()):
        told = _as(person).get("/api/streets.geojson", asked).json()
        assert {feature["properties"]["state"] for feature in told["features"]} == {"open", "main", "island"}
    for person in (guardian(), officer("410182")):
        assert _as(person).get("/api/streets.geojson", asked).status_code == 404
    assert Client().get("/api/streets.geojson", asked).status_code == 403
    units = get_current_dataset(DISTRICT, DatasetKind.UNITS)
    assert _as(officer()).get("/api/streets.geojson", {**asked, "dataset": str(units.pk)}).status_code == 404


def test_a_drawing_can_be_asked_for_by_straight_lines() -> None:
    body = {"district": DISTRICT, "stage": "primary", "method": "straight"}

    answer = _as(officer()).post("/api/zone-plans/", body, content_type="application/json")

    assert answer.status_code == 202
