"""Questions about people."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Role, User
from accounts.sealing import blind_index, open_sealed
from common.errors import NotFound

PHONE_PURPOSE = "phone"


class NoSuchPerson(NotFound):
    """There is no such person."""

    code = "no_such_person"


def phone_index(phone: str) -> str:
    """Return the blind index of a phone number in E.164."""
    return blind_index(phone, purpose=PHONE_PURPOSE)


def find_guardian_by_phone(phone: str) -> User | None:
    """Return the guardian with this phone number, in E.164."""
    return User.objects.filter(role=Role.GUARDIAN, phone_index=phone_index(phone)).first()


def find_staff(username: str) -> User | None:
    """Return the person with this user name."""
    return User.objects.filter(username=username).first()


def list_staff(district_code: str) -> QuerySet[User]:
    """Return the district's staff, by user name."""
    return User.objects.exclude(role=Role.GUARDIAN).filter(district_code=district_code).order_by("username")


def list_all_staff() -> QuerySet[User]:
    """Return the staff of all districts, by user name."""
    return User.objects.exclude(role=Role.GUARDIAN).order_by("username")


def get_staff(person_id: UUID) -> User:
    """Return the member of staff. Raises NoSuchPerson."""
    found = list_all_staff().filter(pk=person_id).first()
    if found is None:
        raise NoSuchPerson("there is no such person")
    return found


def open_phone(guardian: User) -> str:
    """Return the guardian's phone number in E.164."""
    if guardian.phone_sealed is None:
        raise ValueError("only guardians have a phone number here")
    return open_sealed(guardian.phone_sealed, table="accounts_user", row_id=guardian.pk, field="phone_sealed")
