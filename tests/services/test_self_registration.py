"""A guardian registers a child: checked, sealed, declared, the guardian's own; nobody learns what lists know."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from accounts.models import AuditEvent
from accounts.selectors.people import find_guardian_by_phone
from common.errors import NotPermitted
from geo_data.models import SelfRegistration
from geo_data.selectors.districts import NoSuchDistrict
from geo_data.selectors.registers import (
    NoSuchSelfRegistration,
    list_live_self_registrations,
    list_self_registrations,
    open_own,
    person_index,
)
from geo_data.services.self_registration import (
    ChildDeclaration,
    ChildRegisteredAlready,
    DeclarationFaulty,
    RegistrationIsWithdrawn,
    register_child,
    withdraw_registration,
)
from tests.services import geo_world as world
from tests.services.accounts_world import guardian, officer

pytestmark = pytest.mark.django_db
MOTHER, STRANGER = "+8613800000001", "+8613800000002"
DECLARATION = ChildDeclaration(
    name="甲子涵",
    identity="990102202001010028",
    birth_on=date(2020, 1, 1),
    sex="female",
    guardian="甲母",
    phone="13800000001",
    address="1号楼101室",
    unit_code="A",
    facts={"dwelling_right": "自有"},
)


@pytest.fixture(autouse=True)
def _units(tmp_path: Path) -> None:
    world.district()
    world.with_units(tmp_path)


def registered(declaration: ChildDeclaration = DECLARATION, phone: str = MOTHER) -> SelfRegistration:
    actor = find_guardian_by_phone(phone) or guardian(phone)
    return register_child(actor=actor, now=world.NOW, district_code=world.CODE, declaration=declaration)


def test_a_child_is_stored_sealed_as_declared() -> None:
    registration = registered()

    stored = str(SelfRegistration.objects.values().get())
    assert "甲" not in stored
    assert "990102202001010028" not in stored
    assert {fact["source"] for fact in registration.facts} == {"declared"}
    [opened] = open_own([registration], registration.guardian)
    assert (opened.name, opened.guardian, opened.address) == ("甲子涵", "甲母", "1号楼101室")
    event = AuditEvent.objects.get(action="self_registration.made")
    assert event.subject_id == str(registration.pk)
    assert event.details == {}


def test_numbers_typed_in_full_width_are_the_plain_ones() -> None:
    typed = replace(
        DECLARATION,
        identity="９９０１０２２０２００１０１００２8",
        guardian_identity="９９０１５１１９８００１０１００１８",
    )

    registration = registered(typed)

    [opened] = open_own([registration], registration.guardian)
    assert (opened.identity, opened.guardian_identity) == ("990102202001010028", "990151198001010018")
    assert registration.identity_index == person_index("990102202001010028")
    assert registration.guardian_index == person_index("990151198001010018")


def test_faults_of_all_fields_are_told_at_once_and_nothing_is_stored() -> None:
    with pytest.raises(DeclarationFaulty) as refusal:
        registered(replace(DECLARATION, name="", identity="123", unit_code="Z"))

    assert refusal.value.details["fields"] == {
        "name": ["cell_empty"],
        "identity": ["identity_form"],
        "unit_code": ["unit_not_here"],
    }
    assert not SelfRegistration.objects.exists()
    assert not AuditEvent.objects.filter(action="self_registration.made").exists()


def test_a_guardian_registers_a_child_once_and_another_guardian_may_too() -> None:
    registered()

    with pytest.raises(ChildRegisteredAlready):
        registered()
    registered(phone=STRANGER)

    assert list_live_self_registrations(world.CODE).count() == 2


def test_officers_do_not_register_and_the_district_must_exist() -> None:
    with pytest.raises(NotPermitted):
        register_child(
            actor=officer(world.CODE), now=world.NOW, district_code=world.CODE, declaration=DECLARATION
        )
    with pytest.raises(NoSuchDistrict):
        register_child(actor=guardian(), now=world.NOW, district_code="000000", declaration=DECLARATION)


def test_a_registration_is_withdrawn_once_by_its_guardian_and_may_be_made_again() -> None:
    registration = registered()
    with pytest.raises(NoSuchSelfRegistration):
        withdraw_registration(actor=guardian(STRANGER), now=world.NOW, registration_id=registration.pk)

    withdraw_registration(actor=registration.guardian, now=world.NOW, registration_id=registration.pk)

    assert not list_self_registrations(registration.guardian).exists()
    with pytest.raises(RegistrationIsWithdrawn):
        withdraw_registration(actor=registration.guardian, now=world.NOW, registration_id=registration.pk)
    assert registered().pk != registration.pk
    assert AuditEvent.objects.filter(action="self_registration.withdrawn").count() == 1
