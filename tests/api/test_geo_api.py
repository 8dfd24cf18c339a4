"""The API of geo_data: what everybody may ask, and what only the office may."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, guardian, officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _district() -> None:
    world.district()


def _as(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_everybody_may_list_districts() -> None:
    answer = Client().get("/api/districts/")

    assert answer.json() == [{"code": world.CODE, "name": "测试县", "name_en": "", "working_crs": world.EPSG}]


def test_everybody_may_look_for_an_address(tmp_path: Path) -> None:
    world.with_units(tmp_path)

    answer = Client().get("/api/units/", {"district": world.CODE, "q": "锦绣花园"})

    assert [unit["code"] for unit in answer.json()] == ["A", "B"]
    assert set(answer.json()[0]) == {"code", "name", "kind", "township"}


def test_a_question_without_words_is_malformed_and_an_unknown_district_absent() -> None:
    assert Client().get("/api/units/", {"district": world.CODE}).status_code == 400
    assert Client().get("/api/units/", {"district": "000000", "q": "a"}).status_code == 404


def test_only_readers_of_the_district_see_its_datasets(tmp_path: Path) -> None:
    dataset = world.with_units(tmp_path).dataset
    asked = {"district": world.CODE}

    shown = _as(auditor(world.CODE)).get("/api/datasets/", asked)

    assert [row["id"] for row in shown.json()] == [str(dataset.pk)]
    assert _as(officer("990103")).get("/api/datasets/", asked).status_code == 403
    assert _as(guardian()).get("/api/datasets/", asked).status_code == 403
    assert Client().get("/api/datasets/", asked).status_code == 403


def test_maps_are_for_officers_until_they_carry_a_review_number(tmp_path: Path, settings: Settings) -> None:
    settings.MAP_REVIEW_NUMBER = ""
    asked = {"dataset": str(world.with_units(tmp_path).dataset.pk)}
    address = "/api/units.geojson"

    office = _as(officer(world.CODE)).get(address, asked)

    assert [feature["id"] for feature in office.json()["features"]] == ["A", "B", "C", "D"]
    assert office.json()["features"][0]["properties"]["children"] == 10
    assert Client().get(address, asked).status_code == 404
    assert _as(officer("990103")).get(address, asked).status_code == 404
    settings.MAP_REVIEW_NUMBER = "样图S(2026)001号"
    public = Client().get(address, asked)
    assert public.status_code == 200
    assert "children" not in public.json()["features"][0]["properties"]


def test_a_dataset_of_another_kind_is_no_base_map(tmp_path: Path) -> None:
    asked = {"dataset": str(world.with_units(tmp_path).dataset.pk)}

    assert _as(officer(world.CODE)).get("/api/base-map.geojson", asked).status_code == 404
