"""Registering a child over the API: the guardian's own, with faults by field."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.services import geo_world as world
from tests.services.accounts_world import guardian, officer

pytestmark = pytest.mark.django_db
PATH = "/api/self-registrations/"
FORM: dict[str, Any] = {
    "district": world.CODE,
    "name": "甲子涵",
    "identity": "990102202001010028",
    "birth_on": "2020-01-01",
    "sex": "female",
    "guardian": "甲母",
    "facts": {"dwelling_right": "自有"},
}


@pytest.fixture(autouse=True)
def _units(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)


def _as(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _sent(client: Client, path: str = PATH, **changes: object) -> Any:
    return client.post(path, {**FORM, **changes}, content_type="application/json")


def test_a_guardian_registers_lists_and_withdraws_a_child() -> None:
    client = _as(guardian())

    made = _sent(client)

    assert made.status_code == 201
    assert made.json()["name"] == "甲子涵"
    assert "identity" not in made.json()
    assert [row["id"] for row in client.get(PATH).json()] == [made.json()["id"]]
    assert _sent(client).status_code == 409
    assert client.post(f"{PATH}{made.json()['id']}/withdraw/").status_code == 200
    assert client.get(PATH).json() == []


def test_a_guardian_who_types_numbers_in_full_width_is_taken_in() -> None:
    made = _sent(_as(guardian()), guardian_identity="９９０１５１１９８００１０１００１８")

    assert made.status_code == 201


def test_another_guardians_child_is_not_there() -> None:
    made = _sent(_as(guardian()))
    stranger = _as(guardian("+8613800000002"))

    assert stranger.get(PATH).json() == []
    assert stranger.post(f"{PATH}{made.json()['id']}/withdraw/").status_code == 404


def test_malformed_forms_are_400_and_faulty_declarations_422_by_field() -> None:
    client = _as(guardian())

    assert _sent(client, birth_on="tomorrow").status_code == 400
    refused = _sent(client, identity="990102202001010020")

    assert refused.status_code == 422
    assert refused.json()["code"] == "declaration_faulty"
    assert refused.json()["details"]["fields"] == {"identity": ["identity_check_digit"]}


def test_only_guardians_register() -> None:
    assert _sent(_as(officer(world.CODE))).status_code == 403
    assert _sent(Client()).status_code == 403
