"""Over the API: a family reads the form that stands, sends it back changed, and is told of a change in between."""

from collections.abc import Callable
from datetime import datetime

import pytest

from admissions.models import Application
from admissions.rules.status import Action as Step
from admissions.services.applications import file_application
from admissions.services.review import review_application
from tests.api.test_admissions_api import at, client  # noqa: F401 - `at` is a fixture
from tests.services.accounts_world import auditor, guardian
from tests.services.round_world import (
    AFTER_CLOSING,
    WHILE_OPEN,
    add_children,
    county_with_zones,
    form,
    identity,
    round_open,
)

pytestmark = pytest.mark.django_db


def test_a_family_reads_its_form_and_puts_it_back_changed_once(at: Callable[[datetime], None]) -> None:  # noqa: F811
    # given a filed application
    world = county_with_zones()
    (number,) = add_children(world, ["u0"])
    opened, family = round_open(world), guardian()
    filed = file_application(
        actor=family, now=WHILE_OPEN, round_id=opened.pk, form=form(number, "u0", private_schools=("P",))
    )
    at(WHILE_OPEN)
    address = f"/api/applications/{filed.pk}/form/"

    # when it is read and sent back without the private school
    stands = client(family).get(address).json()
    assert (stands["identity_number"], stands["private_schools"], stands["version"]) == (number, ["P"], 1)
    changed = client(family).put(address, {**stands, "private_schools": []}, format="json")
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert changed.json()["receipt"] == filed.receipt.receipt

    # then another device that read it before is told, and nothing of the first change is lost
    second = client(family).put(address, {**stands, "address": "2 号楼"}, format="json")
    assert (second.status_code, second.json()["code"]) == (409, "application_changed")
    assert client(family).get(address).json()["private_schools"] == []
    same = client(family).put(address, {**stands, "private_schools": [], "version": 2}, format="json")
    assert (same.status_code, same.json()["code"]) == (409, "nothing_changed")
    other = client(family).put(
        address, {**stands, "version": 2, "identity_number": identity(88)}, format="json"
    )
    assert (other.status_code, other.json()["code"]) == (422, "another_child")
    assert client(family).put(address, {"version": 2}, format="json").status_code == 400


def test_nobody_else_reads_or_changes_the_form_and_the_family_not_too_late(
    at: Callable[[datetime], None],  # noqa: F811
) -> None:
    world = county_with_zones()
    opened, family = round_open(world), guardian()
    filed = file_application(actor=family, now=WHILE_OPEN, round_id=opened.pk, form=form(identity(70), "u0"))
    address = f"/api/applications/{filed.pk}/form/"
    at(WHILE_OPEN)
    stands = client(family).get(address).json()
    stranger = client(guardian("+8613900000000"))
    assert stranger.get(address).status_code == 404
    assert stranger.put(address, stands, format="json").status_code == 404
    assert client(auditor()).get(address).status_code == 403
    assert client().get(address).status_code in (401, 403)
    at(AFTER_CLOSING)
    late = client(family).put(address, {**stands, "address": "2 号楼"}, format="json")
    assert (late.status_code, late.json()["code"]) == (409, "round_not_open")
    assert Application.objects.get().version == 1


def test_an_officer_who_read_an_earlier_version_is_told(at: Callable[[datetime], None]) -> None:  # noqa: F811
    world = county_with_zones()
    opened, family = round_open(world), guardian()
    filed = file_application(actor=family, now=WHILE_OPEN, round_id=opened.pk, form=form(identity(70), "u0"))
    review_application(
        actor=world.officer, now=WHILE_OPEN, application_id=filed.pk, step=Step.RETURN, reason="哪个单元？"
    )
    at(WHILE_OPEN)
    stands = client(family).get(f"/api/applications/{filed.pk}/form/").json()
    client(family).put(f"/api/applications/{filed.pk}/form/", {**stands, "address": "2 单元"}, format="json")
    decide = f"/api/applications/{filed.pk}/review/"
    early = client(world.officer).post(decide, {"step": "accept", "version": 1}, format="json")
    assert (early.status_code, early.json()["code"]) == (409, "application_changed")
    accepted = client(world.officer).post(decide, {"step": "accept", "version": 2}, format="json")
    assert accepted.json()["status"] == "accepted"
