"""The smallest people and things that tests of accounts need."""

from datetime import UTC, datetime
from uuid import uuid4

from accounts.models import Role, User
from accounts.sealing import blind_index, seal

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
DISTRICT, OTHER_DISTRICT = "410181", "410182"


def guardian(phone: str = "+8613800000001") -> User:
    """A family's guardian."""
    user = User(id=uuid4(), role=Role.GUARDIAN)
    user.phone_sealed = seal(phone, table="accounts_user", row_id=user.id, field="phone_sealed")
    user.phone_index = blind_index(phone, purpose="phone")
    user.set_unusable_password()
    user.save(force_insert=True)
    return user


def staff(role: Role, district_code: str = DISTRICT, school_code: str = "", username: str = "") -> User:
    """Somebody who signs in by user name."""
    user = User(
        role=role,
        username=username or f"{role.value}-{uuid4().hex[:8]}",
        district_code=district_code,
        school_code=school_code,
    )
    user.set_password("long-enough-password")
    user.save(force_insert=True)
    return user


def officer(district_code: str = DISTRICT) -> User:
    """A district officer."""
    return staff(Role.DISTRICT_OFFICER, district_code)


def auditor(district_code: str = DISTRICT) -> User:
    """An auditor."""
    return staff(Role.AUDITOR, district_code)
