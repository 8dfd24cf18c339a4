"""Accounts: made by a proven phone or by an administrator, and held together by the database."""

from io import StringIO
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditEvent, Role, User
from accounts.phones import BadPhone, masked, normalize_phone
from accounts.sealing import CannotOpen
from accounts.selectors.people import NoSuchPerson, find_guardian_by_phone, list_staff, open_phone
from accounts.services.people import (
    OwnAccount,
    PasswordTooWeak,
    RoleMisplaced,
    UsernameTaken,
    close_account,
    create_staff,
    register_guardian,
    reopen_account,
    set_password,
)
from common.errors import DomainError, NotPermitted
from tests.services.accounts_world import DISTRICT, NOON, OTHER_DISTRICT, guardian, officer, staff

PHONE = "+8613800000001"
GOOD = "correct horse battery"


def new_officer(**changes: Any) -> User:
    values = {
        "actor": None,
        "now": NOON,
        "username": "wang",
        "password": GOOD,
        "role": Role.DISTRICT_OFFICER,
        "district_code": DISTRICT,
    }
    return create_staff(**{**values, **changes})


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800000001", PHONE),
        ("138 0000 0001", PHONE),
        ("+86 138-0000-0001", PHONE),
        ("0086 138 0000 0001", PHONE),
        ("１３８００００ ０００１", PHONE),
        ("+852 5123 4567", "+85251234567"),
    ],
)
def test_phone_is_stored_in_one_way_however_typed(typed: str, stored: str) -> None:
    assert normalize_phone(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "0371 6000 0000", "1380000000", "138000000011", "23800000001", "+", "abc", "+86"]
)
def test_what_gets_no_message_is_no_phone(typed: str) -> None:
    with pytest.raises(BadPhone):
        normalize_phone(typed)


def test_masked_phone_shows_four_digits() -> None:
    assert masked(PHONE) == "•••• 0001"


@pytest.mark.django_db
def test_first_proof_of_a_phone_makes_the_account_and_the_next_finds_it() -> None:
    first = register_guardian(actor=None, now=NOON, phone=PHONE)

    again = register_guardian(actor=None, now=NOON, phone=PHONE)

    assert again == first == find_guardian_by_phone(PHONE)
    assert (first.role, first.username, first.display_name) == (Role.GUARDIAN, None, "")
    assert not first.has_usable_password()
    assert actions() == ["guardian.registered"]


@pytest.mark.django_db
def test_phone_is_in_the_table_only_sealed_for_its_row() -> None:
    one, other = guardian(PHONE), guardian("+8613800000002")
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_user::text FROM accounts_user WHERE id = %s", [one.id])
        assert "3800000001" not in cursor.fetchone()[0]
        assert b"13800000001" not in bytes(one.phone_sealed or b"")
        cursor.execute(
            "UPDATE accounts_user a SET phone_sealed = b.phone_sealed FROM accounts_user b WHERE a.id <> b.id"
        )
    assert open_phone(one) == PHONE

    for swapped in (one, other):
        swapped.refresh_from_db()
        with pytest.raises(CannotOpen):
            open_phone(swapped)


@pytest.mark.django_db(transaction=True)
def test_the_same_phone_proven_twice_at_once_makes_one_account() -> None:
    barrier, made = Barrier(4), []

    def register() -> None:
        try:
            barrier.wait(10)
            made.append(register_guardian(actor=None, now=NOON, phone=PHONE).pk)
        finally:
            connection.close()

    threads = [Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(made) == 4
    assert len(set(made)) == 1
    assert actions() == ["guardian.registered"]


@pytest.mark.django_db
def test_administrator_makes_staff_of_the_own_district() -> None:
    administrator = staff(Role.ADMINISTRATOR)

    person = new_officer(actor=administrator, username=" Wang ")

    assert (person.username, person.role, person.district_code) == ("wang", "district_officer", DISTRICT)
    assert person.check_password(GOOD)
    event = AuditEvent.objects.get()
    assert (event.actor, event.action, event.subject_id) == (administrator, "staff.created", str(person.pk))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"password": "short"}, PasswordTooWeak),
        ({"password": "password123"}, PasswordTooWeak),
        ({"username": "Taken"}, UsernameTaken),
        ({"username": "  "}, UsernameTaken),
        ({"role": Role.GUARDIAN}, RoleMisplaced),
        ({"district_code": ""}, RoleMisplaced),
        ({"school_code": "s1"}, RoleMisplaced),
        ({"role": Role.SCHOOL_OFFICER}, RoleMisplaced),
    ],
)
def test_refused_staff_are_not_made(changes: dict[str, Any], refusal: type[DomainError]) -> None:
    staff(Role.AUDITOR, username="taken")

    with pytest.raises(refusal):
        new_officer(**changes)

    assert User.objects.count() == 1
    assert actions() == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICER, Role.AUDITOR])
def test_only_administrators_make_staff(role: Role) -> None:
    actor = staff(role)

    with pytest.raises(NotPermitted):
        new_officer(actor=actor)

    assert (User.objects.count(), actions()) == (1, [])


@pytest.mark.django_db
def test_administrator_of_another_district_makes_nobody() -> None:
    with pytest.raises(NotPermitted):
        new_officer(actor=staff(Role.ADMINISTRATOR, OTHER_DISTRICT))


@pytest.mark.django_db
def test_nobody_closes_the_own_account() -> None:
    administrator = staff(Role.ADMINISTRATOR)

    with pytest.raises(OwnAccount):
        close_account(actor=administrator, now=NOON, person_id=administrator.pk)

    administrator.refresh_from_db()
    assert administrator.is_active
    assert actions() == []


@pytest.mark.django_db
def test_account_is_closed_and_opened_again() -> None:
    administrator, person = staff(Role.ADMINISTRATOR), officer()

    close_account(actor=administrator, now=NOON, person_id=person.pk)
    person.refresh_from_db()
    assert not person.is_active
    reopen_account(actor=administrator, now=NOON, person_id=person.pk)

    person.refresh_from_db()
    assert person.is_active
    assert actions() == ["staff.closed", "staff.reopened"]


@pytest.mark.django_db
def test_guardians_and_other_districts_staff_are_not_closed() -> None:
    administrator = staff(Role.ADMINISTRATOR)

    with pytest.raises(NoSuchPerson):
        close_account(actor=administrator, now=NOON, person_id=guardian().pk)
    with pytest.raises(NotPermitted):
        close_account(actor=administrator, now=NOON, person_id=officer(OTHER_DISTRICT).pk)

    assert not User.objects.filter(is_active=False).exists()
    assert actions() == []


@pytest.mark.django_db
def test_new_password_replaces_the_old_one() -> None:
    person = officer()

    set_password(actor=None, now=NOON, username=str(person.username), password=GOOD)

    person.refresh_from_db()
    assert person.check_password(GOOD)
    assert actions() == ["staff.password_set"]
    with pytest.raises(PasswordTooWeak):
        set_password(actor=None, now=NOON, username=str(person.username), password="short")
    with pytest.raises(NoSuchPerson):
        set_password(actor=None, now=NOON, username="nobody", password=GOOD)


SEALED = {"phone_sealed": b"x", "phone_index": "x"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"role": "king", "username": "a"}, "user_role_is_known"),
        ({"role": "guardian"}, "user_guardian_has_phone_only"),
        ({"role": "guardian", "username": "a", **SEALED}, "user_guardian_has_phone_only"),
        ({"role": "guardian", "district_code": DISTRICT, **SEALED}, "user_guardian_has_phone_only"),
        ({"role": "guardian", "display_name": "Li", **SEALED}, "user_guardian_has_phone_only"),
        ({"role": "guardian", "school_code": "s", **SEALED}, "user_only_school_officer_has_school"),
        ({"role": "guardian", "phone_index": "x"}, "user_phone_is_sealed_and_indexed"),
        ({"role": "auditor", "district_code": DISTRICT}, "user_staff_has_username"),
        (
            {"role": "auditor", "district_code": DISTRICT, "username": "a", **SEALED},
            "user_staff_has_username",
        ),
        ({"role": "auditor", "username": "a"}, "user_district_role_has_district"),
        ({"role": "auditor", "username": "A", "district_code": DISTRICT}, "user_username_is_lower_case"),
        ({"role": "school_officer", "username": "a", "district_code": DISTRICT}, "user_only_school_officer"),
        (
            {"role": "auditor", "username": "a", "district_code": DISTRICT, "school_code": "s"},
            "user_only_school_officer",
        ),
    ],
)
def test_database_refuses_people_who_make_no_sense(values: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        User.objects.create(**values)


@pytest.mark.django_db
def test_staff_are_listed_by_district() -> None:
    guardian()
    officer(OTHER_DISTRICT)
    names = ["b", "a"]
    for name in names:
        staff(Role.AUDITOR, username=name)

    assert [person.username for person in list_staff(DISTRICT)] == ["a", "b"]


@pytest.mark.django_db
def test_command_line_makes_staff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(f"{GOOD}\nshort\n{GOOD} again\n"))

    call_command("create_staff", "wang", role="district_officer", district=DISTRICT, password_stdin=True)
    with pytest.raises(CommandError):
        call_command("create_staff", "li", role="district_officer", district=DISTRICT, password_stdin=True)
    call_command("set_password", "wang", password_stdin=True)

    assert User.objects.get().check_password(f"{GOOD} again")
