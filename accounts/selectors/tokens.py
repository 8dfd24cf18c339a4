"""Whose a token is."""

from datetime import datetime
from hashlib import sha256

from accounts.models import Role, ServiceToken, User


def token_digest(token: str) -> str:
    """Return under what a token is kept: it holds 256 bits of chance, so a plain digest does not give it away."""
    return sha256(token.encode()).hexdigest()


def find_account_of_token(token: str, now: datetime) -> User | None:
    """Return the active portal account whose token this is, while it is neither revoked nor over. One query."""
    rows = ServiceToken.objects.select_related("account").filter(
        digest=token_digest(token), revoked_at=None, issued_at__lte=now, expires_at__gt=now
    )
    found = rows.filter(account__is_active=True, account__role=Role.PORTAL).first()
    return found.account if found else None


def find_portal_account(username: str) -> User | None:
    """Return the portal's account of that name, or None."""
    return User.objects.filter(username=username.lower(), role=Role.PORTAL).first()
