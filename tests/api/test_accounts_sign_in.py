"""Signing in: guardians by a code sent to their phone, staff by password and authenticator."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from pytest_django import Settings

from accounts.models import AuditEvent, OutboxMessage, Role, User
from accounts.sealing import open_sealed
from accounts.selectors.people import open_phone
from tests.services.accounts_world import DISTRICT, guardian, staff

pytestmark = pytest.mark.django_db

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

PHONE, TYPED = "+8613800000001", "138 0000 0001"
PASSWORD = "long-enough-password"


def ask_for_code(client: Client, phone: str = TYPED) -> Answer:
    return client.post("/accounts/code/", {"phone": phone})


def last_code() -> str:
    message = OutboxMessage.objects.latest("created_at")
    text = open_sealed(
        message.text_sealed, table="accounts_outboxmessage", row_id=message.pk, field="text_sealed"
    )
    found = re.search(r"\d{6}", text)
    assert found
    return found[0]


def send_in(client: Client, code: str) -> Answer:
    return client.post("/accounts/code/confirm/", {"code": code})


def signed_in(client: Client) -> dict[str, object] | None:
    answer = client.get("/api/me/")
    return answer.json() if answer.status_code == 200 else None


def test_new_guardian_is_signed_in_by_the_code_and_has_an_account(client: Client) -> None:
    asked = ask_for_code(client)
    assert (asked.status_code, asked.headers["Location"]) == (302, "/accounts/code/confirm/")
    assert not User.objects.exists()

    answer = send_in(client, last_code())

    person = User.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert open_phone(person) == PHONE
    assert signed_in(client) == {
        "id": str(person.pk),
        "role": "guardian",
        "display_name": "",
        "district_code": "",
        "school_code": "",
        "actions": ["apply"],
    }
    events = AuditEvent.objects.order_by("id").values_list("action", "actor_id")
    assert list(events) == [("guardian.registered", person.pk), ("person.signed_in", person.pk)]


def test_known_guardian_is_signed_in_to_the_same_account(client: Client) -> None:
    known = guardian(PHONE)

    ask_for_code(client, "+86 13800000001")
    send_in(client, last_code())

    assert User.objects.get() == known
    assert (signed_in(client) or {})["id"] == str(known.pk)


def test_page_says_the_same_of_known_and_unknown_phones(client: Client) -> None:
    guardian(PHONE)
    pages = []
    for phone in (PHONE, "+8613800000009"):
        visitor = Client()
        ask_for_code(visitor, phone)
        page = visitor.get("/accounts/code/confirm/").content.decode()
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"|\d{4}', "", page))

    assert pages[0] == pages[1]
    assert OutboxMessage.objects.count() == 2


def test_wrong_code_signs_nobody_in_and_makes_no_account(client: Client) -> None:
    ask_for_code(client)
    wrong = f"{(int(last_code()) + 1) % 1_000_000:06d}"

    answer = send_in(client, wrong)

    assert answer.status_code == 200
    assert signed_in(client) is None
    assert not User.objects.exists()
    assert not AuditEvent.objects.exists()


def test_after_five_wrong_codes_the_right_one_is_too_late(client: Client) -> None:
    ask_for_code(client)
    right = last_code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"

    answers = [send_in(client, wrong).status_code for _ in range(5)]
    send_in(client, right)

    assert answers == [200, 200, 200, 200, 302]
    assert signed_in(client) is None


@pytest.mark.parametrize(("waited", "is_in"), [(595, True), (605, False)])
def test_code_is_good_for_ten_minutes(
    client: Client, monkeypatch: pytest.MonkeyPatch, waited: int, is_in: bool
) -> None:
    ask_for_code(client)
    code, started = last_code(), time.time()
    monkeypatch.setattr("time.time", lambda: started + waited)

    send_in(client, code)

    assert (signed_in(client) is not None) is is_in


def test_code_of_another_visitor_does_not_fit(client: Client) -> None:
    ask_for_code(client)
    code, other = last_code(), Client()
    ask_for_code(other, "13800000002")

    if last_code() != code:
        send_in(other, code)

    assert signed_in(other) is None


def test_new_code_can_be_asked_for_and_replaces_the_old_one(client: Client) -> None:
    ask_for_code(client)

    client.post("/accounts/code/confirm/", {"action": "resend"})
    send_in(client, last_code())

    assert OutboxMessage.objects.count() == 2
    assert signed_in(client)


def test_a_phone_gets_three_codes_in_five_minutes(client: Client) -> None:
    for _ in range(3):
        assert ask_for_code(Client()).status_code == 302

    answer = ask_for_code(client)

    assert answer.status_code == 200
    assert "form" in answer.context
    assert answer.context["form"].errors["phone"]
    assert OutboxMessage.objects.count() == 3


def test_many_families_behind_one_address_get_their_codes() -> None:
    for n in range(60):
        assert ask_for_code(Client(), f"139{n:08d}").status_code == 302

    assert OutboxMessage.objects.count() == 60


@pytest.mark.parametrize("phone", ["", "0371 6000 0000", "hello"])
def test_what_is_no_phone_is_refused_and_nothing_is_sent(client: Client, phone: str) -> None:
    answer = ask_for_code(client, phone)

    assert answer.context["form"].errors["phone"]
    assert not OutboxMessage.objects.exists()


def test_session_that_waits_for_the_code_is_sealed(client: Client) -> None:
    ask_for_code(client)

    unsigned = signing.loads(
        Session.objects.get().session_data, salt="django.contrib.sessions.SessionStore", serializer=AsItIs
    )
    assert len(unsigned) > 100
    assert PHONE.encode() not in unsigned
    assert last_code().encode() not in unsigned


class AsItIs:
    """Opens nothing."""

    def dumps(self, obj: bytes) -> bytes:
        return obj

    def loads(self, data: bytes) -> bytes:
        return data


def test_code_is_on_the_page_in_a_demonstration_only(client: Client, settings: Settings) -> None:
    ask_for_code(client)
    assert client.get("/accounts/code/confirm/").context["demo_code"] is None

    settings.DEMO = True

    assert client.get("/accounts/code/confirm/").context["demo_code"] == last_code()


def test_closed_guardian_is_not_signed_in(client: Client) -> None:
    closed = guardian(PHONE)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    ask_for_code(client)
    send_in(client, last_code())

    assert signed_in(client) is None


def test_the_way_on_is_kept_but_never_leads_elsewhere(client: Client) -> None:
    for asked, led in (("/apply/", "/apply/"), ("https://elsewhere.example/", "/")):
        visitor = Client()
        phone = {"/apply/": "13800000003"}.get(asked, "13800000004")
        visitor.post("/accounts/code/", {"phone": phone, "next": asked})
        answer = visitor.post("/accounts/code/confirm/", {"code": last_code(), "next": asked})
        assert answer.headers["Location"] == led


def sign_in_staff(client: Client, username: str = "wang", password: str = PASSWORD) -> Answer:
    return client.post("/accounts/login/", {"login": username, "password": password})


def test_staff_sign_in_by_user_name_and_password(client: Client) -> None:
    person = staff(Role.DISTRICT_OFFICER, username="wang")

    sign_in_staff(client, "Wang")

    assert (signed_in(client) or {})["id"] == str(person.pk)
    assert AuditEvent.objects.get().action == "person.signed_in"


@pytest.mark.parametrize(("username", "password"), [("wang", "wrong"), ("nobody", PASSWORD), ("wang", "")])
def test_wrong_password_signs_nobody_in(client: Client, username: str, password: str) -> None:
    staff(Role.DISTRICT_OFFICER, username="wang")

    sign_in_staff(client, username, password)

    assert signed_in(client) is None
    assert not AuditEvent.objects.exists()


def test_after_five_wrong_passwords_the_right_one_must_wait(client: Client) -> None:
    staff(Role.DISTRICT_OFFICER, username="wang")
    for _ in range(5):
        sign_in_staff(client, password="wrong")

    sign_in_staff(client)

    assert signed_in(client) is None


def test_guardian_cannot_sign_in_by_password(client: Client) -> None:
    guardian(PHONE)

    for login in (PHONE, TYPED):
        sign_in_staff(client, login, PASSWORD)

    assert signed_in(client) is None


@pytest.mark.parametrize("path", ["signup/", "email/", "password/reset/", "phone/change/", "confirm-email/"])
def test_flows_that_are_not_used_are_not_there(path: str) -> None:
    with pytest.raises(Resolver404):
        resolve(f"/accounts/{path}")


def code_of_the_moment(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return f"{hotp_value(secret, counter):06d}"


def with_authenticator(person: User) -> str:
    secret: str = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def test_staff_with_an_authenticator_need_its_code(client: Client) -> None:
    secret = with_authenticator(staff(Role.DISTRICT_OFFICER, username="wang"))

    answer = sign_in_staff(client)
    assert answer.headers["Location"] == "/accounts/authenticator/authenticate/"
    assert signed_in(client) is None
    client.post("/accounts/authenticator/authenticate/", {"code": code_of_the_moment(secret)})

    assert signed_in(client)


def test_authenticator_secret_is_sealed() -> None:
    secret = with_authenticator(staff(Role.DISTRICT_OFFICER))

    stored = Authenticator.objects.get()

    assert secret not in str(stored.data)
    assert stored.wrap().validate_code(code_of_the_moment(secret))


def test_staff_without_an_authenticator_first_add_one_where_it_is_required(
    client: Client, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    person = staff(Role.DISTRICT_OFFICER, username="wang")
    sign_in_staff(client)

    refused = client.get("/api/me/")
    led = client.get("/")
    asked = client.get("/accounts/authenticator/totp/activate/")
    client.post(asked.headers["Location"], {"password": PASSWORD})
    form = client.get("/accounts/authenticator/totp/activate/")

    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")
    assert (led.status_code, led.headers["Location"]) == (302, "/accounts/authenticator/totp/activate/")
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert form.status_code == 200
    secret = form.context["form"].secret
    client.post("/accounts/authenticator/totp/activate/", {"code": code_of_the_moment(secret)})
    assert (signed_in(client) or {})["id"] == str(person.pk)


def test_guardians_need_no_authenticator(client: Client, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True

    ask_for_code(client)
    send_in(client, last_code())

    assert signed_in(client)


STAFF_PAGES = [
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_deactivate_totp",
]


@pytest.mark.parametrize("name", [*STAFF_PAGES, "account_logout", "account_inactive"])
def test_every_page_of_an_account_is_shown_to_staff(client: Client, name: str) -> None:
    person = staff(Role.DISTRICT_OFFICER, username="wang")
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    client.force_login(person)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["account_request_login_code", "account_login", "account_inactive"])
def test_every_page_of_signing_in_is_shown_to_strangers(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", [*STAFF_PAGES, "mfa_activate_totp"])
def test_guardians_have_no_password_or_authenticator_to_look_after(client: Client, name: str) -> None:
    client.force_login(guardian(PHONE))

    assert client.get(reverse(name)).status_code == 404


def test_changed_password_counts_from_then_on(client: Client) -> None:
    staff(Role.DISTRICT_OFFICER, username="wang")
    sign_in_staff(client)
    other = Client()
    sign_in_staff(other)
    new = "another long password"

    client.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert signed_in(client)
    assert signed_in(other) is None
    sign_in_staff(other, password=new)
    assert signed_in(other)


def test_signing_out_takes_a_form_and_ends_the_session(client: Client) -> None:
    client.force_login(staff(Role.AUDITOR, DISTRICT))

    client.get("/accounts/logout/")
    assert signed_in(client)
    client.post("/accounts/logout/")

    assert signed_in(client) is None
