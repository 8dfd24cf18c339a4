"""Makes and closes accounts."""

from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Role, User
from accounts.permissions import Action, require
from accounts.sealing import seal
from accounts.selectors.people import NoSuchPerson, find_guardian_by_phone, find_staff, phone_index
from accounts.services.audit import record_event
from common.errors import MalformedInput, RulesSayNo, WrongMoment


class UsernameTaken(WrongMoment):
    """Somebody else has the user name."""

    code = "username_taken"


class OwnAccount(RulesSayNo):
    """Somebody would shut themselves out, and perhaps everybody else."""

    code = "own_account"


class PasswordTooWeak(RulesSayNo):
    """The password does not meet the rules."""

    code = "password_too_weak"


class RoleMisplaced(MalformedInput):
    """The role needs a district or a school, or may not have one."""

    code = "role_misplaced"


def register_guardian(*, actor: User | None, now: datetime, phone: str) -> User:
    """Return the guardian with this proven phone number (E.164), making the account where there is none."""
    known = find_guardian_by_phone(phone)
    if known:
        return known
    guardian = User(id=uuid4(), role=Role.GUARDIAN, phone_index=phone_index(phone))
    guardian.phone_sealed = seal(phone, table="accounts_user", row_id=guardian.pk, field="phone_sealed")
    guardian.set_unusable_password()
    try:
        with transaction.atomic():
            guardian.save(force_insert=True)
            record_event(actor=actor or guardian, now=now, action="guardian.registered", subject=guardian)
    except IntegrityError:
        first = find_guardian_by_phone(phone)  # the same code was sent in twice at once
        if first is None:
            raise
        return first
    return guardian


@transaction.atomic
def create_staff(
    *,
    actor: User | None,
    now: datetime,
    username: str,
    password: str,
    role: Role,
    district_code: str,
    school_code: str = "",
    display_name: str = "",
) -> User:
    """Make an account for somebody who works here. Without an actor the command line asks, which may all."""
    if actor:
        require(actor, Action.ADMINISTER, district_code)
    _refuse_misplaced(role, district_code, school_code)
    person = User(
        id=uuid4(),
        username=User.normalize_username(username.strip()).lower(),
        display_name=display_name,
        role=role,
        district_code=district_code,
        school_code=school_code,
    )
    _set_password(person, password)
    if not person.username or find_staff(person.username):
        raise UsernameTaken("this user name is taken, or empty", username=username)
    person.save(force_insert=True)
    details = {"role": role.value, "school_code": school_code}
    record_event(
        actor=actor,
        now=now,
        action="staff.created",
        subject=person,
        district_code=district_code,
        details=details,
    )
    return person


def close_account(*, actor: User, now: datetime, person_id: UUID) -> User:
    """Let the person sign in no more; sessions end with the next request. Nobody closes the own account."""
    if actor.pk == person_id:
        raise OwnAccount("you cannot close your own account; another administrator can")
    return _set_active(False, actor=actor, now=now, person_id=person_id, action="staff.closed")


def reopen_account(*, actor: User, now: datetime, person_id: UUID) -> User:
    """Let the person sign in again."""
    return _set_active(True, actor=actor, now=now, person_id=person_id, action="staff.reopened")


@transaction.atomic
def set_password(*, actor: User | None, now: datetime, username: str, password: str) -> User:
    """Give a member of staff a new password; all of the person's sessions end."""
    person = User.objects.select_for_update().exclude(role=Role.PORTAL).filter(username=username).first()
    if person is None:
        raise NoSuchPerson("there is no such person")
    if actor:
        require(actor, Action.ADMINISTER, person.district_code)
    _set_password(person, password)
    person.save(update_fields=["password"])
    record_event(
        actor=actor,
        now=now,
        action="staff.password_set",
        subject=person,
        district_code=person.district_code,
    )
    return person


@transaction.atomic
def _set_active(is_active: bool, *, actor: User, now: datetime, person_id: UUID, action: str) -> User:
    person = User.objects.select_for_update().exclude(role=Role.GUARDIAN).filter(pk=person_id).first()
    if person is None:
        raise NoSuchPerson("there is no such person")
    require(actor, Action.ADMINISTER, person.district_code)
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    record_event(actor=actor, now=now, action=action, subject=person, district_code=person.district_code)
    return person


def _set_password(person: User, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise PasswordTooWeak(" ".join(error.messages)) from None
    person.set_password(password)


def _refuse_misplaced(role: Role, district_code: str, school_code: str) -> None:
    if role == Role.GUARDIAN:
        raise RoleMisplaced("guardians sign in by phone and make their own accounts")
    if role == Role.PORTAL:
        raise RoleMisplaced("a portal has tokens and no password: manage.py make_portal_account")
    if role != Role.ADMINISTRATOR and not district_code:
        raise RoleMisplaced("this role belongs to a district", role=role.value)
    if (role == Role.SCHOOL_OFFICER) != bool(school_code):
        raise RoleMisplaced("school officers, and only they, belong to a school", role=role.value)
