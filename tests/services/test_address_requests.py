"""An address is missing: somebody says so, an officer answers."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent
from accounts.phones import BadPhone
from common.errors import NotPermitted
from geo_data.models import AddressRequest
from geo_data.selectors.address_requests import (
    NoSuchAddressRequest,
    get_address_request,
    list_address_requests,
    open_address_request,
    open_reply,
)
from geo_data.selectors.districts import NoSuchDistrict
from geo_data.selectors.units import NoSuchUnit
from geo_data.services.address_requests import (
    AddressRequestAnswered,
    AddressRequestEmpty,
    answer_address_request,
    ask_for_address,
)
from tests.services import geo_world as world
from tests.services.accounts_world import auditor, officer

pytestmark = pytest.mark.django_db
TYPED, PHONE = "新建小区5栋2单元301", "13900000001"


@pytest.fixture(autouse=True)
def _units(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)


def _asked(typed: str = TYPED, phone: str = PHONE) -> AddressRequest:
    return ask_for_address(actor=None, now=world.NOW, district_code=world.CODE, typed=typed, phone=phone)


def test_what_was_typed_is_sealed_and_only_an_officer_of_the_district_opens_it() -> None:
    row = _asked()

    stored = AddressRequest.objects.get(pk=row.pk)
    opened = open_address_request(stored, reader=officer(world.CODE))
    event = AuditEvent.objects.get(action="address_request.asked")
    assert (opened.typed, opened.phone, opened.reply) == (TYPED, "+8613900000001", "")
    assert TYPED.encode() not in bytes(stored.typed_sealed)
    assert "新建" not in str(event.details)
    assert event.actor is None
    for person in (auditor(world.CODE), officer("410182")):
        with pytest.raises(NotPermitted):
            open_address_request(stored, reader=person)


@pytest.mark.parametrize(
    ("typed", "phone", "refusal"),
    [
        ("", "", AddressRequestEmpty),
        ("  ", "", AddressRequestEmpty),
        ("长" * 201, "", AddressRequestEmpty),
        (TYPED, "1", BadPhone),
    ],
)
def test_a_request_that_says_nothing_leaves_nothing(typed: str, phone: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        _asked(typed, phone)
    with pytest.raises(NoSuchDistrict):
        ask_for_address(actor=None, now=world.NOW, district_code="000000", typed=TYPED)

    assert not AddressRequest.objects.exists()
    assert not AuditEvent.objects.filter(action="address_request.asked").exists()


def test_the_longest_request_is_taken_and_a_phone_is_optional() -> None:
    row = _asked("长" * 200, "")

    assert row.phone_sealed is None


def test_an_answer_is_read_by_whoever_has_the_key_and_notes_the_address_without_its_room() -> None:
    row = _asked()
    clerk = officer(world.CODE)

    answer_address_request(
        actor=clerk, now=world.NOW, request_id=row.pk, reply="属于甲单元", noted_text=TYPED, unit_code="A"
    )

    stored = get_address_request(row.pk)
    event = AuditEvent.objects.get(action="address_request.answered")
    assert (stored.state, stored.noted_text, stored.noted_unit_code) == ("added", "新建小区5栋", "A")
    assert open_reply(stored) == "属于甲单元"
    assert event.details == {"state": "added", "unit": "A"}
    with pytest.raises(AddressRequestAnswered):
        answer_address_request(actor=clerk, now=world.NOW, request_id=row.pk, reply="again")


def test_an_answer_without_a_note_adds_nothing() -> None:
    row = _asked()

    answer_address_request(actor=officer(world.CODE), now=world.NOW, request_id=row.pk, reply="请到窗口")

    assert get_address_request(row.pk).state == "answered"


def test_a_refused_answer_changes_nothing() -> None:
    row = _asked()
    clerk = officer(world.CODE)
    cases = (
        (clerk, {"reply": " "}, AddressRequestEmpty),
        (clerk, {"reply": "a", "noted_text": "甲院"}, AddressRequestEmpty),
        (clerk, {"reply": "a", "unit_code": "A"}, AddressRequestEmpty),
        (clerk, {"reply": "a", "noted_text": "甲院", "unit_code": "Z"}, NoSuchUnit),
        (auditor(world.CODE), {"reply": "a"}, NotPermitted),
        (officer("410182"), {"reply": "a"}, NotPermitted),
    )

    for person, words, refusal in cases:
        with pytest.raises(refusal):
            answer_address_request(actor=person, now=world.NOW, request_id=row.pk, **words)
    with pytest.raises(NoSuchAddressRequest):
        answer_address_request(actor=clerk, now=world.NOW, request_id=uuid4(), reply="a")

    assert get_address_request(row.pk).state == "open"
    assert not AuditEvent.objects.filter(action="address_request.answered").exists()


def test_open_requests_come_first_and_the_list_is_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first, second, third = _asked("甲"), _asked("乙"), _asked("丙")
    answer_address_request(actor=officer(world.CODE), now=world.NOW, request_id=first.pk, reply="a")

    with django_assert_num_queries(1):
        listed = [(row.pk, row.answered_by) for row in list_address_requests(world.CODE)]

    assert {pk for pk, _ in listed[:2]} == {second.pk, third.pk}
    assert listed[2][0] == first.pk


def test_the_database_refuses_an_answer_without_a_reply_and_a_note_without_a_unit() -> None:
    row = _asked()

    for state, more in (
        ("answered", {}),
        ("added", {"noted_text": "甲院"}),
        ("open", {"noted_text": "甲院"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            AddressRequest.objects.filter(pk=row.pk).update(state=state, **more)
