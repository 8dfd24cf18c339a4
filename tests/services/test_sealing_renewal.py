"""A new key takes over from an old one, and nothing is left behind."""

import base64
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.management import call_command
from django.db import models
from pytest_django import Settings

from accounts.messages import OutboxGateway
from accounts.models import AuditEvent, OutboxMessage, Role
from accounts.sealing import CannotOpen, open_sealed, sealing_key_of
from accounts.selectors.people import open_phone
from accounts.selectors.sealed import list_sealed_columns
from accounts.services.resealing import reseal
from common.canonical import canonical_json
from tests.services.accounts_world import NOON, guardian, staff

KEYS = {name: f"{name}:{base64.b64encode(bytes([number] * 32)).decode()}" for number, name in enumerate("ab")}

pytestmark = pytest.mark.django_db


def test_old_key_can_be_taken_away_after_resealing(settings: Settings) -> None:
    settings.SEAL_KEYS = [KEYS["a"]]
    family, officer = guardian(), staff(Role.DISTRICT_OFFICER)
    OutboxGateway().send(now=NOON, phone="+8613800000002", values={"text": "hello"})
    TOTP.activate(officer, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(officer).get_unused_codes()

    settings.SEAL_KEYS = [KEYS["b"], KEYS["a"]]
    counts = reseal(actor=None, now=NOON)
    settings.SEAL_KEYS = [KEYS["b"]]

    assert {table: n for table, n in counts.items() if n} == {
        "accounts_user": 1,
        "accounts_outboxmessage": 2,
        "mfa_authenticator": 2,
    }
    family.refresh_from_db()
    assert open_phone(family) == "+8613800000001"
    assert sealing_key_of(OutboxMessage.objects.get().text_sealed) == "b"
    kept = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    assert kept.wrap().get_unused_codes() == codes
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_id, event.details) == ("sealing.renewed", "b", counts)


def test_second_run_changes_nothing(settings: Settings) -> None:
    settings.SEAL_KEYS = [KEYS["a"]]
    guardian()
    settings.SEAL_KEYS = [KEYS["b"], KEYS["a"]]
    reseal(actor=None, now=NOON)
    out = StringIO()

    call_command("reseal", stdout=out)

    assert "accounts_user: 0\n" in out.getvalue()


def test_change_of_cipher_is_carried_through(settings: Settings) -> None:
    family = guardian()
    settings.SEAL_CIPHER = "SM4-GCM"

    assert reseal(actor=None, now=NOON)["accounts_user"] == 1

    family.refresh_from_db()
    assert bytes(family.phone_sealed or b"")[1] == 2
    assert open_phone(family) == "+8613800000001"


def test_value_that_does_not_open_stops_the_run_and_stays(settings: Settings) -> None:
    settings.SEAL_KEYS = [KEYS["a"]]
    guardian()
    settings.SEAL_KEYS = [KEYS["b"]]

    with pytest.raises(CannotOpen, match="key a is missing"):
        reseal(actor=None, now=NOON)

    assert not AuditEvent.objects.exists()


def test_every_sealed_column_is_binary_and_its_row_has_a_key_of_its_own_making() -> None:
    found = list_sealed_columns()

    assert "accounts_user" in {model._meta.db_table for model, _ in found}
    for model, names in found:
        assert isinstance(model._meta.pk, models.UUIDField), model
        assert all(isinstance(model._meta.get_field(name), models.BinaryField) for name in names), model


@pytest.mark.parametrize(
    "row_id", ["0b6f0a1e-53f4-4d0a-8a4e-6d3a3f5a0d11", "7", "户-1", 'a"b', "a\\b", "a b", ""]
)
def test_what_was_sealed_as_the_format_says_opens_for_its_row_alone(settings: Settings, row_id: str) -> None:
    settings.SEAL_KEYS = [KEYS["a"]]
    head, nonce = b"\x01\x01\x01a", bytes(12)
    place = canonical_json(("geo_data_child", row_id, "name_sealed"))
    sealed = head + nonce + AESGCM(bytes(32)).encrypt(nonce, "甲子涵".encode(), head + place)

    assert open_sealed(sealed, table="geo_data_child", row_id=row_id, field="name_sealed") == "甲子涵"
    with pytest.raises(CannotOpen):
        open_sealed(sealed, table="geo_data_child", row_id=f"{row_id}-", field="name_sealed")
