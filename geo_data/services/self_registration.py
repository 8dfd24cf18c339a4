"""Guardians register a child themselves; everything is declared until a list or an officer confirms it."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Action, require
from accounts.sealing import seal
from accounts.services.audit import record_event
from common.errors import RulesSayNo, WrongMoment
from geo_data.models import DatasetKind, SelfRegistration
from geo_data.selectors.datasets import find_current_dataset
from geo_data.selectors.districts import get_district
from geo_data.selectors.registers import (
    PERSON_FIELD,
    SELF_TABLE,
    NoSuchSelfRegistration,
    get_self_registration,
    person_index,
)
from geo_data.selectors.units import list_units
from geo_data.tables.declaration import ChildDeclaration, declared_facts, faults_of, number_of
from geo_data.tables.identity import of_eighteen_digits

__all__ = ["ChildDeclaration", "register_child", "withdraw_registration"]


class DeclarationFaulty(RulesSayNo):
    """Fields of the declaration are wrong; the details name them with the codes of findings."""

    code = "declaration_faulty"


class ChildRegisteredAlready(WrongMoment):
    """The guardian registered this child already."""

    code = "child_registered_already"


class RegistrationIsWithdrawn(WrongMoment):
    """The registration was withdrawn already."""

    code = "registration_is_withdrawn"


def register_child(
    *, actor: User, now: datetime, district_code: str, declaration: ChildDeclaration
) -> SelfRegistration:
    """Store a child as its guardian declares it, after the checks of a list's row.

    It says nothing of what census or lists know: nobody learns from it whether a number is known.
    Raises NotPermitted, NoSuchDistrict, DeclarationFaulty and ChildRegisteredAlready.
    """
    require(actor, Action.APPLY, district_code)
    district = get_district(district_code)
    today = timezone.localtime(now).date()
    units = find_current_dataset(district.code, DatasetKind.UNITS)
    codes = frozenset(list_units(units).values_list("code", flat=True)) if units else frozenset()
    faults = faults_of(declaration, on=today, units=codes)
    if faults:
        fields = {name: list(found) for name, found in faults.items()}
        raise DeclarationFaulty("fields of the declaration are wrong", fields=fields)
    registration = SelfRegistration(
        id=uuid4(),
        district=district,
        guardian=actor,
        identity_index=person_index(number_of(declaration)),
        guardian_index=person_index(declaration.guardian_identity.strip()),
        birth_on=declaration.birth_on,
        sex=declaration.sex,
        unit_code=declaration.unit_code,
        school_code=declaration.school_code.strip(),
        facts=list(declared_facts(declaration, on=today, here=district.code)),
        registered_at=now,
    )
    registration.record_index = registration.identity_index
    registration.person_sealed = seal(
        json.dumps(_person(declaration), ensure_ascii=False),
        table=SELF_TABLE,
        row_id=registration.pk,
        field=PERSON_FIELD,
    )
    with transaction.atomic():
        _insert(registration)
        _tell(actor, now, "self_registration.made", registration)
    return registration


@transaction.atomic
def withdraw_registration(*, actor: User, now: datetime, registration_id: UUID | str) -> SelfRegistration:
    """Take back one of the guardian's own registrations. Raises NoSuchSelfRegistration, RegistrationIsWithdrawn."""
    found = get_self_registration(actor, registration_id)
    require(actor, Action.APPLY, found.district_id)
    registration = SelfRegistration.objects.select_for_update().filter(pk=found.pk).first()
    if registration is None:
        raise NoSuchSelfRegistration("there is no such registration", registration=str(registration_id))
    if registration.withdrawn_at is not None:
        raise RegistrationIsWithdrawn("the registration was withdrawn", registration=str(registration.pk))
    registration.withdrawn_at = now
    registration.save(update_fields=["withdrawn_at"])
    _tell(actor, now, "self_registration.withdrawn", registration)
    return registration


def _insert(registration: SelfRegistration) -> None:
    try:
        with transaction.atomic():
            registration.save(force_insert=True)
    except IntegrityError as fault:
        if "self_registration_once_per_guardian" not in str(fault):
            raise
        raise ChildRegisteredAlready("this child is registered already") from fault


def _person(declaration: ChildDeclaration) -> dict[str, str]:
    person: dict[str, Any] = {
        "name": declaration.name.strip(),
        "identity": number_of(declaration),
        "guardian": declaration.guardian.strip(),
        "guardian_identity": of_eighteen_digits(declaration.guardian_identity),
        "phone": declaration.phone.strip(),
        "address": declaration.address.strip(),
    }
    return {name: text for name, text in person.items() if text}


def _tell(actor: User, now: datetime, action: str, registration: SelfRegistration) -> None:
    record_event(
        actor=actor, now=now, action=action, subject=registration, district_code=registration.district_id
    )
