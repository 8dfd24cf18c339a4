"""The API of rules of drawing: who may ask what, and what comes back."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from tests.api.test_zoning_api import as_person, post
from tests.services.accounts_world import auditor, guardian, officer
from tests.services.worlds import DISTRICT, small_county
from zoning.models import DrawingRule

pytestmark = pytest.mark.django_db
RULES = "/api/drawing-rules/"
LOCK = {
    "district": DISTRICT,
    "stage": "primary",
    "rule": "lock",
    "unit": "u1",
    "school": "A",
    "reason": "历史",
}


def test_an_officer_states_lists_and_withdraws_a_rule() -> None:
    small_county()
    client = as_person(officer())

    made = post(client, RULES, LOCK)
    listed = client.get(RULES, {"district": DISTRICT, "stage": "primary"}).json()
    ended = post(client, f"{RULES}{made.json()['id']}/withdraw/", {"reason": "已通桥"})

    assert made.status_code == 201
    assert [(one["rule"], one["unit_code"], one["school_code"], one["reason"]) for one in listed] == [
        ("lock", "u1", "A", "历史")
    ]
    assert (ended.status_code, ended.json()["withdrawn_reason"]) == (200, "已通桥")
    assert client.get(RULES, {"district": DISTRICT}).json() == []


def test_two_units_are_stored_with_the_smaller_code_first() -> None:
    small_county()
    link = {**LOCK, "rule": "link", "unit": "u3", "other_unit": "u0", "school": ""}

    made = post(as_person(officer()), RULES, link).json()

    assert (made["unit_code"], made["other_unit_code"]) == ("u0", "u3")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"unit": "u9"}, 400, "rule_does_not_fit"),
        ({"metres": 900}, 400, "rule_does_not_fit"),
        ({"reason": " "}, 400, None),
        ({"rule": "unheard"}, 400, None),
        ({"metres": 0}, 400, None),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(change: dict[str, Any], status: int, code: str | None) -> None:
    small_county()

    answer = post(as_person(officer()), RULES, {**LOCK, **change})

    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code
    assert DrawingRule.objects.count() == 0


def test_the_second_lock_of_a_unit_comes_at_the_wrong_moment() -> None:
    small_county()
    client = as_person(officer())
    post(client, RULES, LOCK)

    assert post(client, RULES, {**LOCK, "school": "B"}).status_code == 409


@pytest.mark.parametrize(
    ("person", "list_status", "state_status", "end_status"),
    [
        (lambda: None, 403, 403, 404),
        (guardian, 403, 403, 404),
        (auditor, 200, 403, 403),
        (lambda: officer("410182"), 403, 403, 404),
    ],
)
def test_only_officers_of_the_district_state_and_withdraw(
    person: Any, list_status: int, state_status: int, end_status: int
) -> None:
    small_county()
    made = post(as_person(officer()), RULES, LOCK).json()
    asker: User | None = person()
    client = as_person(asker)

    answers = (
        client.get(RULES, {"district": DISTRICT}).status_code,
        post(client, RULES, {**LOCK, "unit": "u2"}).status_code,
        post(client, f"{RULES}{made['id']}/withdraw/", {"reason": "x"}).status_code,
    )

    expected = (list_status, state_status, end_status)
    assert answers == expected or (asker is None and set(answers) <= {401, 403})
    assert DrawingRule.objects.get().withdrawn_at is None


def test_a_rule_that_does_not_exist_is_not_found() -> None:
    small_county()

    assert post(as_person(officer()), f"{RULES}{uuid4()}/withdraw/", {"reason": "x"}).status_code == 404
