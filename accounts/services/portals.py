"""Accounts of other portals, and the tokens that they show."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import Role, ServiceToken, User
from accounts.permissions import Action, require
from accounts.selectors.people import NoSuchPerson, find_staff
from accounts.selectors.tokens import token_digest
from accounts.services.audit import record_event
from accounts.services.people import UsernameTaken
from common.errors import MalformedInput

PREFIX = "jiujin_"  # so that a token lost in a log or a mail is recognized
BYTES = 32
LONGEST_DAYS = 400


@transaction.atomic
def make_portal_account(
    *, actor: User | None, now: datetime, username: str, portal_code: str, district_code: str
) -> User:
    """Make the account of a portal in a district; it cannot sign in, and has no token yet."""
    if actor:
        require(actor, Action.ADMINISTER, district_code)
    if not portal_code.strip() or not district_code.strip():
        raise MalformedInput("a portal's account has the code of its mapping and a district")
    account = User(
        id=uuid4(),
        username=User.normalize_username(username.strip()).lower(),
        role=Role.PORTAL,
        district_code=district_code,
        portal_code=portal_code,
    )
    account.set_unusable_password()
    if not account.username or find_staff(account.username):
        raise UsernameTaken("this user name is taken, or empty", username=username)
    account.save(force_insert=True)
    record_event(
        actor=actor,
        now=now,
        action="portal.account_made",
        subject=account,
        district_code=district_code,
        details={"portal": portal_code},
    )
    return account


@transaction.atomic
def issue_token(*, actor: User | None, now: datetime, account_id: UUID, days: int) -> str:
    """Return a new token, which is shown this once; earlier ones stay valid until they end or are revoked."""
    account = _lock(actor, account_id)
    if not 1 <= days <= LONGEST_DAYS:
        raise MalformedInput(f"a token is valid from 1 to {LONGEST_DAYS} days", field="days")
    token = PREFIX + secrets.token_urlsafe(BYTES)
    ServiceToken.objects.create(
        account=account,
        digest=token_digest(token),
        issued_by=actor,
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )
    _record(account, actor=actor, now=now, action="portal.token_issued", days=days)
    return token


@transaction.atomic
def revoke_tokens(*, actor: User | None, now: datetime, account_id: UUID) -> int:
    """Revoke all tokens of a portal's account; return how many were still in use."""
    account = _lock(actor, account_id)
    revoked = ServiceToken.objects.filter(account=account, revoked_at=None).update(revoked_at=now)
    _record(account, actor=actor, now=now, action="portal.tokens_revoked", revoked=revoked)
    return revoked


def _lock(actor: User | None, account_id: UUID) -> User:
    account = User.objects.select_for_update().filter(pk=account_id, role=Role.PORTAL).first()
    if account is None:
        raise NoSuchPerson("there is no such account of a portal")
    if actor:
        require(actor, Action.ADMINISTER, account.district_code)
    return account


def _record(account: User, *, actor: User | None, now: datetime, action: str, **details: int) -> None:
    record_event(
        actor=actor,
        now=now,
        action=action,
        subject=account,
        district_code=account.district_code,
        details={"portal": account.portal_code, **details},
    )
